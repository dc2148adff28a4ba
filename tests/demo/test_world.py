"""world.toml: what can be written, and what is refused with a reason."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from triage.demo import BadWorld, WorldProbes, load_world
from triage.demo.world import World, world_of

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", NOON),
        ("+30 days", NOON + timedelta(days=30)),
        ("-2 hours", NOON - timedelta(hours=2)),
        ("+1 minute", NOON + timedelta(minutes=1)),
        ("-1.5 seconds", NOON - timedelta(seconds=1.5)),
        ("2026-12-28", datetime(2026, 12, 28, tzinfo=UTC)),
        ("2026-12-28T09:00:00+09:00", datetime(2026, 12, 28, tzinfo=UTC)),
    ],
)
def test_times_are_relative_to_now(text: str, moment: datetime) -> None:
    assert World(NOON).moment(text) == moment


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"zone": {}}, "zone: extra inputs are not permitted"),
        ({"server": [{"behavior": "website"}]}, "server.0.address: field required"),
        ({"server": [{"address": "5.9.1.1", "behavior": "angry"}]}, "server.0.behavior: input should be"),
        ({"zones": {"a.com": {"fault": "sad"}}}, "zones.a.com.fault: input should be"),
        ({"registry": {"a.com": {"expires": "soon"}}}, "'soon' is no time"),
        ({"server": [{"address": "5.9.1.1", "certificate": {"until": "later"}}]}, "'later' is no time"),
    ],
)
def test_refused_with_its_place_and_reason(values: dict[str, object], message: str) -> None:
    with pytest.raises(BadWorld) as caught:
        world_of(values, NOON)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("zones", "message"),
    [
        ({"a.com": "@ A not-an-address"}, "zones.a.com: "),
        ({"a.com": "@ NS ns1\n@ A 5.9.1.1"}, "zones.a.com: the name server ns1.a.com has no address there"),
    ],
)
def test_a_zone_that_cannot_be_served_is_found_on_loading(zones: dict[str, str], message: str) -> None:
    with pytest.raises(BadWorld) as caught:
        WorldProbes(world_of({"zones": zones}, NOON))
    assert str(caught.value).startswith(message)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadWorld, match=r"world.toml: no such file or directory"):
        load_world(tmp_path / "world.toml")


def test_the_file_names_its_moment_and_a_caller_may_replace_it(tmp_path: Path) -> None:
    path = tmp_path / "world.toml"
    path.write_text("now = 2026-11-28T12:00:00Z\n")
    assert load_world(path).now == NOON
    assert load_world(path, now=NOON + timedelta(days=1)).now == NOON + timedelta(days=1)


def test_the_demonstration_has_a_world_that_can_be_simulated() -> None:
    WorldProbes(load_world(Path("triage/demo/world.toml")))
