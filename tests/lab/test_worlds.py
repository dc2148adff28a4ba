"""Some of tests/worlds by socket, and the same again from what was seen. All of them: `python -m tests.lab.worlds`."""

import pytest

from tests.lab.internet import need_internet
from tests.lab.worlds import look
from tests.test_worlds import FILES

# One for each part of the lab: name servers and DNSSEC, addresses, two families at once, redirects, pages, CAA.
SOME = (
    "dns-033-old-ds-left-after-moving-to-cloudflare",
    "own-010-pending-delete",
    "own-035-xserver-foreign-aaaa-403",
    "own-062-aaaa-resets-a-works",
    "http-034-xserver-site-transfer",
    "own-087-dot-folders-denied",
    "own-058-caa-servfail-at-the-name",
)


@pytest.mark.lab
@pytest.mark.parametrize("name", SOME)
def test_by_socket_as_in_the_simulation_and_the_same_again_from_what_was_seen(name: str) -> None:
    need_internet()
    (path,) = (path for path in FILES if path.stem == name)
    looked = look(path)
    assert (looked.right, looked.same) == (True, True), looked.found
