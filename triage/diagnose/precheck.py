"""J: what only the provider can mend. From outside just one thing shows: that its own check must refuse."""

from triage.diagnose.dns01 import is_nameserver_of
from triage.diagnose.found import Judged, listed, shown
from triage.diagnose.scene import Scene
from triage.model import AskDns

CODES = (
    "token-not-served", "precheck-refused", "renewal-disabled", "old-name-in-order", "quota-full", "provider-blocks-ca",
)  # fmt: skip


def judge(scene: Scene) -> Judged:
    """A host that asks for its own name servers refuses a domain with others, whatever the address."""
    provider = scene.inquiry.provider
    if provider.precheck != "nameservers" or not provider.nameservers or not scene.name_servers:
        return Judged()
    if any(is_nameserver_of(server, provider) for server in scene.name_servers):
        return Judged((), frozenset(("precheck-refused",)), (AskDns(scene.zone, "NS"),))
    operator = scene.dns_operator
    facts = {
        "zone": scene.zone,
        "nameservers": listed(scene.name_servers),
        "expected": listed(provider.nameservers),
        "operator": operator.id if operator else None,
    }
    return Judged((shown("precheck-refused", (AskDns(scene.zone, "NS"),), **facts),))
