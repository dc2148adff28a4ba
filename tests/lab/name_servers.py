"""World → configuration and zone files for real name servers: Knot, one process an address, and Unbound before them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.dnssec
import dns.name
import dns.zone

from triage.demo.tree import ROOT_SERVER, Tree, Zone, delegation_signer, signing_key
from triage.model import Record

NAMES = {"NS", "CNAME", "PTR", "SOA", "MX", "SRV", "DNAME"}
UNLOADABLE = "@ A not-an-address\n"  # Knot answers SERVFAIL for a zone that it cannot load


@dataclass(frozen=True)
class NameServers:
    """Who answers at which address."""

    knots: dict[str, Path]  # address → configuration
    silent: frozenset[str]  # all packets to port 53 are dropped
    odd: frozenset[str]  # what Knot cannot do; answered by odd_servers.py


def write_name_servers(tree: Tree, folder: Path) -> NameServers:
    knots: dict[str, Path] = {}
    silent: set[str] = set()
    odd: set[str] = set()
    for address, served in tree.served.items():
        zones = [(tree.zones[name], host) for name, host in served]
        faults = {zone.fault_at(host) for zone, host in zones}
        if faults == {"silent"}:
            silent.add(address)
        elif "silent" in faults or any(zone.part.fails for zone, _ in zones):
            odd.add(address)
        else:
            knots[address] = _knot(address, zones, folder / "knot" / address)
    return NameServers(knots, frozenset(silent), frozenset(odd))


def _knot(address: str, zones: Iterable[tuple[Zone, str]], folder: Path) -> Path:
    folder.mkdir(parents=True)
    lines = [
        f'server:\n  listen: "{address}@53"\n  rundir: {folder}\n  udp-workers: 1\n  tcp-workers: 1\n'
        "  background-workers: 1\n  tcp-idle-timeout: 20\nlog:\n  - target: stderr\n    any: warning\n"
        f"database:\n  storage: {folder}\n"
        "template:\n  - id: default\n    zonefile-sync: -1\n    journal-content: none\n    semantic-checks: off\n"
        "zone:\n"
    ]
    for zone, host in {(z.name, h): (z, h) for z, h in zones}.values():
        fault = zone.fault_at(host)
        if fault != "lame":
            file = folder / f"{zone.name or 'root'}.zone"
            file.write_text(UNLOADABLE if fault == "servfail" else zone_file(zone.at(host)))
            lines.append(f"  - domain: {zone.name or '.'}\n    file: {file}\n")
    path = folder / "knot.conf"
    path.write_text("".join(lines))
    return path


def zone_file(zone: Zone) -> str:
    """The zone in master file form, signed where the world says so."""
    text = "".join(_line(r) for group in zone.records.values() for r in group)
    return _signed(zone, text) if zone.is_signed else text


def _line(record: Record) -> str:
    value = record.value
    if record.type in NAMES:
        value = " ".join(w if w.isdigit() else w.rstrip(".") + "." for w in value.split())
    return f"{record.name}. {record.ttl} {record.type} {value}\n"


def _signed(zone: Zone, text: str) -> str:
    origin = dns.name.from_text(zone.name + ".") if zone.name else dns.name.root
    plain = "".join(line for line in text.splitlines(keepends=True) if " DNSKEY " not in line)
    parsed = dns.zone.from_text(plain, origin, relativize=False)
    begins = datetime.now(UTC) - timedelta(days=1)
    if zone.part.fault == "expired":
        begins -= timedelta(days=60)
    with parsed.writer() as transaction:
        dns.dnssec.sign_zone(
            parsed, transaction, [signing_key(zone.name)], dnskey_ttl=300, inception=begins,
            expiration=begins + timedelta(days=30),
        )  # fmt: skip
    return parsed.to_text()


def write_resolver(folder: Path, address: str = "127.0.0.1") -> Path:
    """Unbound, validating, with our own root and a cache that forgets."""
    own = folder / "unbound"
    own.mkdir()
    (own / "hints").write_text(f". 30 NS {ROOT_SERVER[0]}.\n{ROOT_SERVER[0]}. 30 A {ROOT_SERVER[1]}\n")
    (own / "anchor").write_text(f". 300 IN DS {delegation_signer('')}\n")
    path = own / "unbound.conf"
    path.write_text(f"""server:
  interface: {address}@53
  access-control: 0.0.0.0/0 allow
  do-not-query-localhost: no
  do-ip6: no
  username: ""
  chroot: ""
  directory: "{own}"
  pidfile: ""
  use-syslog: no
  logfile: ""
  root-hints: "{own}/hints"
  trust-anchor-file: "{own}/anchor"
  module-config: "validator iterator"
  ede: yes
  cache-max-ttl: 30
  cache-max-negative-ttl: 1
  discard-timeout: 60000     # the default drops every answer, SERVFAIL too, that took over 1.9 s
  outbound-msg-retry: 2      # a dead name server is SERVFAIL after 11 s, not 29; 1 would fail good ones too
  qname-minimisation: no
  rrset-roundrobin: no
  local-zone: "test." nodefault
  local-zone: "example." nodefault
  local-zone: "invalid." nodefault
  local-zone: "onion." nodefault
remote-control:
  control-enable: no
""")
    return path
