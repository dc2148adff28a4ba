"""World → the tree of zones that its name servers serve: root, TLDs, declared zones and those that they need."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import dns.dnssec
import dns.exception
import dns.name
import dns.rdatatype
import dns.reversename
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec
from dns.dnssectypes import Algorithm, DSDigest
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from triage.demo.world import BadWorld, World, ZonePart, plain
from triage.model import Record
from triage.names import Domain

TTL = 300
ROOT_SERVER = ("a.root-servers.net", "198.41.0.4")
TLD_SERVER = "192.5.6.30"
# Where zones live that name no name server of their own. All look public: the guard refuses reserved ones.
SHARED, NOBODY, MUTE, ODD = "45.76.53.1", "45.76.53.2", "45.76.53.3", "45.76.53.4"
_OWN = "45.76.54."  # and these are given, in turn, to name servers that no zone of the world knows
_LOWERED = {"NS", "CNAME", "PTR", "SOA", "MX", "SRV", "DNAME"}
_CHUNKED = {"DNSKEY": 3, "DS": 3}  # fields before the long one, which some programs break into pieces
SOA = "{server} hostmaster.{zone} 2026112801 3600 900 1209600 300"


@dataclass(frozen=True)
class Zone:
    """One zone as its servers have it. Names have no final dot; the root is the empty string."""

    name: str
    records: Mapping[tuple[str, str], tuple[Record, ...]]
    nameservers: tuple[str, ...]  # as the parent lists them
    part: ZonePart = field(default_factory=ZonePart)
    versions: Mapping[str, "Zone"] = field(default_factory=dict)  # name server → what it has instead

    @property
    def names(self) -> frozenset[str]:
        """Every name that exists in it, the empty non-terminals too."""
        return frozenset(self._names)

    @property
    def _names(self) -> set[str]:
        found: set[str] | None = self.__dict__.get("_all")
        if found is None:
            found = {above for name, _ in self.records for above in _up_to(name, self.name)}
            self.__dict__["_all"] = found
        return found

    @property
    def soa(self) -> tuple[Record, ...]:
        return self.records[self.name, "SOA"]

    @property
    def is_signed(self) -> bool:
        return self.part.signed or self.part.fault in ("bogus", "expired")

    def fault_at(self, nameserver: str) -> str | None:
        """lame, silent, servfail, or None: what this zone's server does when it is asked."""
        own = self.part.at.get(nameserver, "")
        if own in ("lame", "silent", "servfail"):
            return own
        return self.part.fault if self.part.fault in ("lame", "silent", "servfail") else None

    def at(self, nameserver: str) -> "Zone":
        return self.versions.get(nameserver, self)


class Tree:
    """The zones of a world and the addresses of their servers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._fresh = 0
        self.zones: dict[str, Zone] = {name: _zone(name, part) for name, part in world.zones.items()}
        self._add_needed_zones()
        self._add_arpa()
        self._add_tlds()
        self.children: dict[str, list[str]] = {}
        for name in self.zones:
            if name:
                self.children.setdefault(self.parent(name), []).append(name)
        self._add_delegations()
        self.served: dict[str, list[tuple[str, str]]] = {}  # address → (zone, name server)
        for zone in self.zones.values():
            for host in zone.nameservers:
                for address in self.addresses_of(host):
                    self.served.setdefault(address, []).append((zone.name, host))

    def zone_of(self, name: str, type: str = "") -> Zone:
        """The deepest zone that holds the name; for a DS, the one above the cut."""
        if type == "DS" and name in self.zones and name:
            return self.zones[self.parent(name)]
        while name not in self.zones:
            name = name.partition(".")[2]
        return self.zones[name]

    def parent(self, name: str) -> str:
        above = name.partition(".")[2]
        while above not in self.zones:
            above = above.partition(".")[2]
        return above

    def path(self, zone: Zone) -> tuple[Zone, ...]:
        """The zones from the root down to this one."""
        return (*self.path(self.zones[self.parent(zone.name)]), zone) if zone.name else (zone,)

    def addresses_of(self, host: str) -> tuple[str, ...]:
        """A and AAAA of a name server, as its own zone has them."""
        if host == ROOT_SERVER[0]:
            return (ROOT_SERVER[1],)
        records = self.zone_of(host).records
        return tuple(plain(r.value) for type in ("A", "AAAA") for r in records.get((host, type), ()))

    def is_declared(self, name: str) -> bool:
        """The world says whether this name exists."""
        zone = self.zone_of(name)
        if zone.name and "." not in zone.name and zone.name != "arpa":
            registered = Domain(name).registrable
            return name in zone.names or registered is None or registered.text in self.world.registry
        return bool(zone.name) or name == "" or name in self.world.registry

    def _add_needed_zones(self) -> None:
        """Name servers that lie in no zone of the world get one, and an address each."""
        hosts = {h: None for zone in self.zones.values() for h in (*zone.nameservers, *_listed(zone))}
        wanted: dict[str, list[str]] = {}
        for host in hosts:
            zone = self.zone_of(host) if self._covers(host) else None
            if zone is None:
                wanted.setdefault((Domain(host).registrable or Domain(host)).text, []).append(host)
            elif not (zone.records.get((host, "A")) or zone.records.get((host, "AAAA"))):
                raise BadWorld(f"zones.{zone.name}: the name server {host} has no address there")
        for name, members in wanted.items():
            lines = [f"{host}. A {self._new_address()}" for host in members]
            lines += [f"@ NS {host}." for host in members]
            self.zones[name] = _zone(name, ZonePart(records="\n".join(lines)))

    def _covers(self, host: str) -> bool:
        return any(host == name or host.endswith("." + name) for name in self.zones)

    def _new_address(self) -> str:
        self._fresh += 1
        return _OWN + str(self._fresh)

    def _add_arpa(self) -> None:
        lines = ["@ NS ns.arpa.", f"ns.arpa. A {TLD_SERVER}"]
        for address in self.world.addresses:
            name = self.world.reverse_of(address)
            if name:
                lines.append(f"{dns.reversename.from_address(address)} PTR {name}.")
        self.zones["arpa"] = _zone("arpa", ZonePart(records="\n".join(lines), signed=True))

    def _add_tlds(self) -> None:
        names = {name.rpartition(".")[2] for name in (*self.zones, *self.world.registry)}
        for tld in sorted(names - {"arpa"} - set(self.world.registry)):
            if tld not in self.zones:
                text = f"@ NS ns.nic.{tld}.\nns.nic.{tld}. A {TLD_SERVER}"
                self.zones[tld] = _zone(tld, ZonePart(records=text, signed=True))
        text = f"@ NS {ROOT_SERVER[0]}.\n{ROOT_SERVER[0]}. A {ROOT_SERVER[1]}"
        self.zones[""] = _zone("", ZonePart(records=text, signed=True))

    def _add_delegations(self) -> None:
        """NS, glue and DS of every child go into its parent."""
        for parent, children in self.children.items():
            lines: list[Record] = []
            for name in children:
                child = self.zones[name]
                if child.part.fault != "undelegated":
                    lines += self._delegation(child, parent)
            zone = self.zones[parent]
            self.zones[parent] = replace(zone, records=_grouped((*_flat(zone.records), *lines)))

    def _delegation(self, child: Zone, parent: str) -> Iterable[Record]:
        for host in child.nameservers:
            yield Record(child.name, "NS", TTL, host)
            if host.endswith("." + parent) or not parent:
                for address in self.addresses_of(host):
                    yield Record(host, "AAAA" if ":" in address else "A", TTL, address)
        if child.is_signed or child.part.fault == "stale-ds":
            wrong = child.part.fault in ("bogus", "stale-ds")
            yield Record(child.name, "DS", TTL, delegation_signer(child.name, "former" if wrong else "present"))


def signing_key(zone: str, which: str = "present") -> tuple[ec.EllipticCurvePrivateKey, DNSKEY]:
    """The key of a signed zone: always the same one for the same name, so that a key tag can stand in a test."""
    seed = int.from_bytes(hashlib.sha256(f"{which} {zone}".encode()).digest()) >> 8
    private = ec.derive_private_key(seed + 1, ec.SECP256R1())
    return private, dns.dnssec.make_dnskey(private.public_key(), Algorithm.ECDSAP256SHA256, flags=257)


def delegation_signer(zone: str, which: str = "present") -> str:
    _, key = signing_key(zone, which)
    return dns.dnssec.make_ds(dns.name.from_text(zone + "."), key, DSDigest.SHA256).to_text()


def _zone(name: str, part: ZonePart) -> Zone:
    records = _records(name, part.records, part)
    own = tuple(r.value for r in records.get((name, "NS"), ()))
    part = part.model_copy(update={"delegation": tuple(h.lower().rstrip(".") for h in part.delegation)})
    versions = {
        host: Zone(name, _records(name, text, part), own, part)
        for host, text in part.at.items()
        if text not in ("lame", "silent", "servfail")
    }
    return Zone(name, records, part.delegation or own, part, versions)


def _listed(zone: Zone) -> tuple[str, ...]:
    return tuple(r.value for r in zone.records.get((zone.name, "NS"), ()))


def _records(name: str, text: str, part: ZonePart) -> dict[tuple[str, str], tuple[Record, ...]]:
    found = _parsed(name, text)
    if not any(r.type == "NS" and r.name == name for r in found):
        host = f"ns1.{name}"
        found += [Record(name, "NS", TTL, host), Record(host, "A", TTL, _default_server(name, part))]
    if not any(r.type == "SOA" for r in found):
        first = next(r.value for r in found if r.type == "NS" and r.name == name)
        found.append(Record(name, "SOA", TTL, SOA.format(server=first, zone=name or "root")))
    if part.signed or part.fault in ("bogus", "expired"):
        found.append(Record(name, "DNSKEY", TTL, presented("DNSKEY", signing_key(name)[1].to_text())))
    return _grouped(found)


def _default_server(name: str, part: ZonePart) -> str:
    if "." not in name:
        return TLD_SERVER
    if part.fails:
        return ODD
    return {"lame": NOBODY, "silent": MUTE}.get(part.fault or "", SHARED)


def _parsed(name: str, text: str) -> list[Record]:
    origin = dns.name.from_text(name + ".") if name else dns.name.root
    try:
        zone = dns.zone.from_text(f"$TTL {TTL}\n{text}\n", origin, relativize=False, check_origin=False)
    except (dns.exception.DNSException, ValueError) as error:
        raise BadWorld(f"zones.{name}: {str(error).lower()}") from error
    return [
        Record(_plain_name(owner), type, ttl, presented(type, rdata.to_text()))
        for owner, ttl, rdata in zone.iterate_rdatas()
        for type in [dns.rdatatype.to_text(rdata.rdtype)]
    ]


def presented(type: str, text: str) -> str:
    """Presentation form with names in lower case and without their final dots."""
    if type in _CHUNKED:
        words = text.split()
        return " ".join((*words[: _CHUNKED[type]], "".join(words[_CHUNKED[type] :])))
    if type not in _LOWERED:
        return text
    return " ".join(word.rstrip(".").lower() or "." for word in text.split())


def _plain_name(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower() if name != dns.name.root else ""


def _grouped(records: Iterable[Record]) -> dict[tuple[str, str], tuple[Record, ...]]:
    found: dict[tuple[str, str], tuple[Record, ...]] = {}
    for record in records:
        here = found.get((record.name, record.type), ())
        if record not in here:
            found[record.name, record.type] = (*here, record)
    return found


def _flat(records: Mapping[tuple[str, str], tuple[Record, ...]]) -> Iterable[Record]:
    return (record for group in records.values() for record in group)


def _up_to(name: str, zone: str) -> Iterable[str]:
    while name != zone:
        yield name
        name = name.partition(".")[2]
    yield zone
