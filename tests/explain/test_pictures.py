"""The HTML in a real browser: nothing wider than the screen, readable in the dark. Pictures are kept in build/notes."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.explain.makers import RENEWED, diagnosis, note, report, ruled_out, shown, unknown

BUILD = Path(__file__).parent.parent.parent / "build" / "notes"
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    BROWSER is None and os.environ.get("CI") != "true", reason="no browser; to run these: apt-get install chromium"
)

# A phone, a tablet held upright, a window; and the phone once more at night.
SCREENS = [(375, "light"), (600, "light"), (800, "light"), (375, "dark")]
SICK = shown(
    "behind-cloudflare",
    addresses="104.21.3.7",
    nameservers="ada.ns.cloudflare.com, bob.ns.cloudflare.com",
    expected="192.0.2.10",
    operator="cloudflare",
)
CHECKED = (ruled_out("not-registered"), ruled_out("lame-delegation"), ruled_out("caa-other-ca"), unknown("ca-outage"))

NOTES = {
    "cause-ja": note(report(diagnosis(SICK, *CHECKED)), watching=True),
    "cause-en": note(report(diagnosis(SICK, *CHECKED)), language="en", watching=True),
    "several-ja": note(
        report(diagnosis(shown("password-protected", status="401"))),
        report(
            diagnosis(shown("port-80-blocked", address="192.0.2.10"), name="a-rather-long-name.of-a-shop.example.jp")
        ),
        report(diagnosis(shown("already-renewed"), verdict="already-renewed", certificate=RENEWED, name="third.jp")),
        signs=("phishing",),
    ),
    "support-en": note(report(diagnosis(shown("port-80-blocked", address="192.0.2.10"))), language="en"),
    "long-name-en": note(report(diagnosis(SICK, name=".".join(["a" * 60] * 3 + ["jp"]))), language="en"),
}
# The right edge of whatever reaches farthest, and the color of plain text. A window has a least width, a page has none.
_MEASURE = """<script>
document.documentElement.style.width = "WIDTHpx";
const edges = [...document.querySelectorAll("body *")].map(e => Math.ceil(e.getBoundingClientRect().right));
document.body.dataset.seen = [Math.max(...edges), getComputedStyle(document.body).color].join("|");
</script></body>"""


def browse(page: Path, width: int, scheme: str, *more: str) -> str:
    """What the browser prints; it is alone with the file, without a network."""
    done = subprocess.run(
        [
            str(BROWSER),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--proxy-server=127.0.0.1:9",
            f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}",
            f"--window-size={width},2400",
            *more,
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize(("width", "scheme"), SCREENS, ids=[f"{w}-{s}" for w, s in SCREENS])
@pytest.mark.parametrize("name", ["cause-ja", "cause-en", "several-ja"])
def test_a_picture_is_kept_for_people_to_look_at(name: str, width: int, scheme: str) -> None:
    picture = BUILD / f"{name}-{width}-{scheme}.png"
    picture.unlink(missing_ok=True)
    browse(_written(f"{name}-{width}-{scheme}.html", NOTES[name].html), width, scheme, f"--screenshot={picture}")
    assert picture.stat().st_size > 10_000


@pytest.mark.parametrize(("width", "scheme"), [(375, "dark"), (800, "light")])
@pytest.mark.parametrize("name", NOTES)
def test_nothing_is_wider_than_the_screen_or_hidden_in_the_dark(name: str, width: int, scheme: str) -> None:
    # The note itself carries no script; a copy does, to be measured.
    script = _MEASURE.replace("WIDTH", str(width))
    page = _written(f"{name}-{width}.measured.html", NOTES[name].html.replace("</body>", script))
    seen = re.search(r'data-seen="(\d+)\|([^"]+)"', browse(page, width, scheme, "--dump-dom"))
    page.unlink()
    assert seen
    assert width / 2 < int(seen[1]) <= width
    assert seen[2] == ("rgb(255, 255, 255)" if scheme == "dark" else "rgb(0, 0, 0)")


def _written(name: str, html: str) -> Path:
    BUILD.mkdir(parents=True, exist_ok=True)
    page = BUILD / name
    page.write_text(html, encoding="utf-8")
    return page
