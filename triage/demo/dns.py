"""AskDns → the answer that the world's name servers, or a validating resolver in front of them, would give."""

from dataclasses import dataclass
from itertools import pairwise

import dns.exception
import dns.name
import dns.reversename

from triage.demo.tree import Tree, Zone
from triage.demo.world import Unsimulated, plain
from triage.model import AskDns, DnsAnswer, Failure, Fault, Record

NEAR, FAR = 0.03, 0.05  # seconds: a server asked directly; a resolver that asks for us
PATIENCE = 4.0  # after which a question to a silent server is given up
RESOLVER_PATIENCE = 5.0  # after which a resolver says SERVFAIL for a zone whose servers are silent
LONGEST_CHAIN = 11  # CNAMEs that Unbound follows
NO_AUTHORITY = (22, "No Reachable Authority")

Answered = tuple[DnsAnswer | Failure, float]


@dataclass(frozen=True)
class Simulated:
    """The DNS of one world."""

    tree: Tree

    def ask(self, question: AskDns) -> Answered:
        """Raises Unsimulated where the world does not say whether the name or the server exists."""
        name = question.name.lower().rstrip(".")
        if question.at:
            return self._direct(name, question.type, plain(question.at))
        self._must_know(name)
        return self._recursive(name, question.type, question.unchecked)

    def _must_know(self, name: str) -> None:
        if not self.tree.is_declared(name):
            raise Unsimulated(f"the world does not say whether {name} exists")
        if name.endswith(".arpa") and name.count(".") > 3 and not self._known_address(name):
            raise Unsimulated(f"the world has no host at the address of {name}")

    def _known_address(self, name: str) -> bool:
        try:
            address = dns.reversename.to_address(dns.name.from_text(name + "."))
        except (dns.exception.DNSException, ValueError):
            return True
        return address in self._addresses

    @property
    def _addresses(self) -> set[str]:
        found: set[str] | None = self.__dict__.get("_known")
        if found is None:
            hosts = {
                plain(r.value)
                for zone in self.tree.zones.values()
                for (_, type), group in zone.records.items()
                if type in ("A", "AAAA")
                for r in group
            }
            found = hosts | set(self.tree.world.addresses)
            self.__dict__["_known"] = found
        return found

    # ---- a server asked directly

    def _direct(self, name: str, type: str, address: str) -> Answered:
        served = self.tree.served.get(address)
        if not served:
            if address in self._addresses:
                return Failure(Fault.REFUSED), NEAR
            raise Unsimulated(f"the world has no name server at {address}")
        best = max((s for s in served if _holds(s[0], name, type)), key=lambda s: len(s[0]), default=None)
        if best is None:
            alone = all(self.tree.zones[z].fault_at(host) == "silent" for z, host in served)
            return (Failure(Fault.TIMEOUT), PATIENCE) if alone else (DnsAnswer("REFUSED"), NEAR)
        zone, host = self.tree.zones[best[0]], best[1]
        return _unlucky(zone, type, zone.fault_at(host)) or (_said(zone.at(host), name, type), NEAR)

    # ---- recursion

    def _recursive(self, name: str, type: str, unchecked: bool) -> Answered:
        chain: list[Record] = []
        validated, seconds = True, FAR
        for _ in range(LONGEST_CHAIN + 1):
            zone = self._reached(self.tree.zone_of(name, type))
            broken = self._broken(zone, type, unchecked)
            if broken:
                return broken[0], seconds + broken[1]
            zone = self._version(zone)
            validated = validated and all(z.is_signed for z in self.tree.path(zone))
            said = _said(zone, name, type)
            chain += said.answer
            target = said.answer[-1].value if said.answer and said.answer[-1].type == "CNAME" != type else ""
            if not target:
                return DnsAnswer(
                    said.rcode, tuple(chain), said.authority, (), False, validated and not unchecked
                ), seconds
            if not self.tree.is_declared(target):
                raise Unsimulated(f"the world does not say whether {target} exists")
            name, seconds = target, seconds + FAR
        return DnsAnswer("SERVFAIL"), seconds

    def _reached(self, zone: Zone) -> Zone:
        """The last zone on the way there: what its parent does not list cannot be found from above."""
        path = self.tree.path(zone)
        return next((above for above, step in pairwise(path) if step.part.fault == "undelegated"), zone)

    def _version(self, zone: Zone) -> Zone:
        host = next((h for h in zone.nameservers if not zone.fault_at(h)), "")
        return zone.at(host)

    def _broken(self, zone: Zone, type: str, unchecked: bool) -> tuple[DnsAnswer, float] | None:
        """What stops a resolver on its way to this zone, or in it."""
        for step in self.tree.path(zone):
            faults = [step.fault_at(host) for host in step.nameservers]
            if all(faults):
                slow = RESOLVER_PATIENCE if "silent" in faults else 0.0
                return DnsAnswer("SERVFAIL", errors=(NO_AUTHORITY,)), slow
            if not unchecked and (error := _bogus(step)):
                return DnsAnswer("SERVFAIL", errors=(error,)), 0.0
        if type in zone.part.fails:
            slow = RESOLVER_PATIENCE if zone.part.fails[type] == "silent" else 0.0
            return DnsAnswer("SERVFAIL", errors=(NO_AUTHORITY,)), slow
        return None


def _holds(zone: str, name: str, type: str) -> bool:
    if type == "DS" and zone == name and zone:
        return False
    return not zone or name == zone or name.endswith("." + zone)


def _unlucky(zone: Zone, type: str, fault: str | None) -> Answered | None:
    fault = fault or zone.part.fails.get(type)
    if fault == "silent":
        return Failure(Fault.TIMEOUT), PATIENCE
    rcode = {"lame": "REFUSED", "refused": "REFUSED", "servfail": "SERVFAIL", "notimp": "NOTIMP"}.get(fault or "")
    return (DnsAnswer(rcode), NEAR) if rcode else None


def _bogus(zone: Zone) -> tuple[int, str] | None:
    if zone.part.fault in ("bogus", "stale-ds"):
        return 9, f"DNSKEY Missing: no key of {zone.name} fits its DS"
    if zone.part.fault == "expired":
        return 7, f"Signature Expired: signatures of {zone.name} have expired"
    return None


def _said(zone: Zone, name: str, type: str) -> DnsAnswer:
    """What a server of this zone says: an answer, a referral, or that there is nothing."""
    cut = _cut(zone, name, type)
    if cut:
        return DnsAnswer("NOERROR", (), zone.records[cut, "NS"], _glue(zone, cut))
    owner = name if name in zone.names else _wildcard(zone, name)
    if owner is None:
        return DnsAnswer("NXDOMAIN", (), zone.soa, (), True)
    alias = zone.records.get((owner, "CNAME"), ())
    if alias and type != "CNAME":
        return _followed(zone, _renamed(alias, name), type)
    found = _renamed(zone.records.get((owner, type), ()), name)
    return DnsAnswer("NOERROR", found, () if found else zone.soa, (), True)


def _followed(zone: Zone, alias: tuple[Record, ...], type: str) -> DnsAnswer:
    """A server follows a CNAME as long as it stays in the zone."""
    chain, seen = list(alias), {alias[-1].name}
    while True:
        name = chain[-1].value
        inside = name == zone.name or name.endswith("." + zone.name)
        if not inside or name in seen or _cut(zone, name, type):
            return DnsAnswer("NOERROR", tuple(chain), (), (), True)
        seen.add(name)
        owner = name if name in zone.names else _wildcard(zone, name)
        if owner is None:
            return DnsAnswer("NXDOMAIN", tuple(chain), zone.soa, (), True)
        further = _renamed(zone.records.get((owner, "CNAME"), ()), name)
        if not further:
            found = _renamed(zone.records.get((owner, type), ()), name)
            return DnsAnswer("NOERROR", (*chain, *found), () if found else zone.soa, (), True)
        chain += further


def _cut(zone: Zone, name: str, type: str) -> str | None:
    """The delegation below this zone's apex that the name lies under."""
    while name != zone.name:
        if (name, "NS") in zone.records and type != "DS":
            return name
        name = name.partition(".")[2]
    return None


def _glue(zone: Zone, cut: str) -> tuple[Record, ...]:
    hosts = [r.value for r in zone.records[cut, "NS"]]
    return tuple(r for host in hosts for type in ("A", "AAAA") for r in zone.records.get((host, type), ()))


def _wildcard(zone: Zone, name: str) -> str | None:
    while name != zone.name:
        name = name.partition(".")[2]
        if "*." + name in zone.names:
            return "*." + name
        if name in zone.names:
            return None
    return None


def _renamed(records: tuple[Record, ...], name: str) -> tuple[Record, ...]:
    return tuple(r if r.name == name else Record(name, r.type, r.ttl, r.value) for r in records)
