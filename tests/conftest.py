"""With CI=true a skipped test is a failure: what was not tried must not look as if it had passed."""

import os

import pytest
from _pytest.terminal import TerminalReporter


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or not isinstance(reporter, TerminalReporter):
        return
    if reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line("CI=true: a skipped test is a failure")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
