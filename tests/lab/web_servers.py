"""World → configuration and certificates for real web servers: nginx, and odd_servers.py for what it cannot do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from triage.demo.web import NOT_SET_UP, certificate_of, choose, page
from triage.demo.world import ServerPart, World
from triage.model import Certificate

AT_ALL = ("refused", "silent", "unreachable")  # behaviors of a port, before any request
NGINX = {
    "website", "status", "page", "parking", "password", "denied", "redirect", "cookie-script", "challenge-page", "tls",
    "http", "tls-alert",
}  # fmt: skip
MODULE = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")

Endpoint = tuple[str, int]


@dataclass(frozen=True)
class WebServers:
    """Who answers at which address and port."""

    nginx: dict[Endpoint, list[ServerPart]]
    odd: dict[Endpoint, list[ServerPart]]
    silent: frozenset[Endpoint]
    unreachable: frozenset[str]  # addresses without a route


def sort_out(world: World) -> WebServers:
    found = WebServers({}, {}, frozenset(), frozenset())
    silent: set[Endpoint] = set()
    unreachable: set[str] = set()
    for endpoint, servers in endpoints(world).items():
        behaviors = {s.behavior for s in servers}
        if "unreachable" in behaviors:
            unreachable.add(endpoint[0])
        elif "silent" in behaviors:
            silent.add(endpoint)
        elif "refused" not in behaviors:
            (found.nginx if all(map(_plain_enough, servers)) else found.odd)[endpoint] = servers
    return WebServers(found.nginx, found.odd, frozenset(silent), frozenset(unreachable))


def endpoints(world: World) -> dict[Endpoint, list[ServerPart]]:
    found: dict[Endpoint, list[ServerPart]] = {}
    for address in world.addresses:
        for server in world.servers_at(address):
            for port in server.port:
                found.setdefault((address, port), []).append(server)
    return found


def _plain_enough(server: ServerPart) -> bool:
    return (
        server.behavior in NGINX
        and not server.agent
        and not server.seconds
        and server.software == "nginx"
        and "$" not in server.to + server.body + server.title
    )


def hosts_of(servers: Iterable[ServerPart]) -> list[str]:
    """Every host name that some entry is about, and "" for all others."""
    return [*dict.fromkeys(name for s in servers for name in s.name), ""]


# ---- nginx


def write_nginx(world: World, servers: WebServers, folder: Path, authority: "LabAuthority") -> Path:
    own = folder / "nginx"
    own.mkdir()
    temporary = "".join(
        f"  {kind}_temp_path {own}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    blocks = "".join(
        _vhost(world, endpoint, host, entries, authority)
        for endpoint, entries in servers.nginx.items()
        for host in hosts_of(entries)
    )
    path = own / "nginx.conf"
    path.write_text(
        f"daemon off;\nuser root;\npid {own}/pid;\nworker_processes 1;\nerror_log {own}/error;\n"
        "events { worker_connections 4096; }\n"
        f"http {{\n{temporary}  access_log off;\n  default_type text/html;\n  server_tokens off;\n"
        f"  server_names_hash_bucket_size 256;\n  server_names_hash_max_size 8192;\n{blocks}}}\n"
    )
    return path


def _vhost(world: World, endpoint: Endpoint, host: str, entries: list[ServerPart], authority: "LabAuthority") -> str:
    address, port = endpoint
    where = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    leading = choose(entries, host, None, False) or NOT_SET_UP
    tls = (port == 443 and leading.behavior != "http") or leading.behavior == "tls"
    lines = [f"listen {where}{' ssl' if tls else ''}{'' if host else ' default_server'};", f'server_name "{host}";']
    if tls:
        lines.append("ssl_protocols TLSv1.2 TLSv1.3;")
        lines += [f"{word};" for word in authority.files(world, leading, host)]
    if leading.behavior == "tls-alert":
        lines.append("ssl_reject_handshake on;")
    paths = dict.fromkeys(s.path or "/" for s in entries if not s.name or host in s.name)
    scheme = "https" if port == 443 else "http"
    for path in {**paths, "/": None}:
        lines += _locations(path, choose(entries, host, path, False) or NOT_SET_UP, scheme)
    return "  server {\n" + "".join(f"    {line}\n" for line in lines) + "  }\n"


def _locations(path: str, server: ServerPart, scheme: str) -> list[str]:
    if server.behavior in ("website", "tls", "http", "tls-alert"):
        website = server.model_copy(update={"behavior": "website"})
        begin = [_location("= /", website, scheme, "/")] if path == "/" else []
        return [*begin, _location(path, website, scheme, path + "nothing")]
    return [_location(path, server, scheme, "$request_uri")]


def _location(path: str, server: ServerPart, scheme: str, target: str) -> str:
    answer = page(server, scheme, "$host", target)
    to = answer.header("location")
    known = ("server", "content-type", "content-length", "location")
    headers = "".join(
        f"add_header {name} {_quoted(value)} always; " for name, value in answer.headers if name not in known
    )
    if to and answer.status in (301, 302, 303, 307, 308):
        return f"location {path} {{ {headers}return {answer.status} {_quoted(to)}; }}"
    if to:
        headers += f"add_header Location {_quoted(to)} always; "
    return f"location {path} {{ {headers}return {answer.status} {_quoted(answer.body)}; }}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# ---- certificates


class LabAuthority:
    """A CA of our own. Certificates of the world are issued under the issuer's name that the world gives them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "tls"
        self._folder.mkdir()
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._issuers: dict[str, x509.Certificate] = {}
        self._made: dict[tuple[str, ...], Path] = {}
        self._root = self._issuer("Triage Lab Root", None)
        self.ca_file = self._folder / "ca.pem"
        self.ca_file.write_bytes(self._root.public_bytes(serialization.Encoding.PEM))
        self.key_file = self._folder / "leaf.key"
        self.key_file.write_bytes(
            self._leaf_key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    def files(self, world: World, server: ServerPart, host: str) -> tuple[str, str]:
        """The two nginx directives for an entry's certificate."""
        return f"ssl_certificate {self.chain(world, server, host)}", f"ssl_certificate_key {self.key_file}"

    def chain(self, world: World, server: ServerPart, host: str) -> Path:
        wanted = certificate_of(world, server, host or "localhost")
        own = bool(wanted.fault and "self-signed" in wanted.fault)
        key = (*wanted.names, wanted.issuer, wanted.not_before.isoformat(), wanted.not_after.isoformat(), str(own))
        if key not in self._made:
            path = self._folder / f"{len(self._made)}.pem"
            path.write_bytes(self._issued(wanted, own))
            self._made[key] = path
        return self._made[key]

    def service(self, *names: str) -> Path:
        """A healthy certificate for the lab's own services."""
        now = datetime.now(UTC)
        path = self._folder / "services.pem"
        path.write_bytes(self._issued(Certificate("Triage Lab", now, now + timedelta(days=2), names), False))
        return path

    def _issued(self, wanted: Certificate, own: bool) -> bytes:
        subject = _called(wanted.names[0]) if not own else _called(wanted.issuer)
        issuer = None if own else self._intermediate(wanted.issuer)
        names = [_general(name) for name in wanted.names]
        leaf = (
            _begun(subject, issuer.subject if issuer else subject, wanted.not_before, wanted.not_after)
            .public_key(self._leaf_key.public_key())
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self._leaf_key if own else self._key, hashes.SHA256())
        )
        chain = [leaf] if issuer is None else [leaf, issuer]
        return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in chain)

    def _intermediate(self, name: str) -> x509.Certificate:
        if name not in self._issuers:
            self._issuers[name] = self._issuer(name, self._root.subject)
        return self._issuers[name]

    def _issuer(self, name: str, by: x509.Name | None) -> x509.Certificate:
        now = datetime.now(UTC)
        subject = _called(name)
        return (
            _begun(subject, by or subject, now - timedelta(days=3650), now + timedelta(days=3650))
            .public_key(self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )


def _begun(subject: x509.Name, issuer: x509.Name, since: datetime, until: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )


def _called(name: str) -> x509.Name:
    """ "Let's Encrypt R11" is organization "Let's Encrypt", common name "R11"."""
    organization, _, common = name.rpartition(" ")
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common[:64])]
    if organization:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization[:64]))
    return x509.Name(parts)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
