"""deploy/triage.service: as little power as its work allows, by systemd's own judgment."""

import configparser
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "deploy" / "triage.service"
MOST = 2.0  # of 10, the worst


def exposure(unit: Path) -> tuple[float, str]:
    if not shutil.which("systemd-analyze"):
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("systemd-analyze is not installed; sh tests/lab/install puts it there")
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)], capture_output=True, text=True
    )
    found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    return float(found[1]), done.stderr


@pytest.mark.lab
def test_what_systemd_says_of_its_power() -> None:
    level, complaints = exposure(UNIT)
    assert level < MOST
    assert complaints == ""


@pytest.mark.lab
def test_without_hardening_systemd_says_otherwise(tmp_path: Path) -> None:
    bare = tmp_path / "triage.service"
    bare.write_text("[Service]\nExecStart=/bin/true\n")
    assert exposure(bare)[0] > 9


def test_what_the_service_relies_on() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    unit.read(UNIT)
    service = unit["Service"]
    assert service["User"] == "triage"
    assert service["RestartPreventExitStatus"] == "2"  # cli.voice.Exit.USAGE
    assert int(service["TimeoutStopSec"]) > 600  # the server's ten minutes after the final dot: mail.smtp.AFTER_DOT
    assert service["KillMode"] == "mixed"  # else the readers are killed under the mail in hand
    assert set(service["RestrictAddressFamilies"].split()) == {"AF_INET", "AF_INET6", "AF_UNIX"}
    assert "password" not in service["ExecStart"].lower()
