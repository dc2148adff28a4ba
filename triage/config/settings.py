"""config.toml → Settings. Every mistake ends in one line that names the file and the key, and a hint."""

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from triage.config.owners import HINT as OWNERS_HINT
from triage.config.owners import owners_in
from triage.config.words import languages_in
from triage.model import Caps, Identity, Owner, Permanent, Place, Policy
from triage.names import Domain, InvalidName

EXAMPLE = "compare with config.example.toml"
LONGEST_SECRET = 4096  # octets of a password file: more is a wrong file


def _an_address(text: str) -> str:
    local, at, domain = text.strip().rpartition("@")
    try:
        if not (at and local and local.isascii()) or any(c.isspace() for c in local):
            raise ValueError
        Domain.parse(domain)
    except (ValueError, InvalidName):
        raise ValueError("it is no mail address") from None
    return text.strip()


def _a_sender(text: str) -> str:
    return text.strip() if text.startswith("@") and _an_address("x" + text) else _an_address(text)


def _a_domain(text: str) -> str:
    return Domain.parse(text).text


def _a_network(text: str) -> str:
    return str(ipaddress.ip_network(text, strict=False))


def _a_listener(text: str) -> str:
    """Figures and reasons are nobody else's business, and there is no password on them."""
    host, colon, port = text.rpartition(":")
    if not (colon and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError("it is no address with a port, such as 127.0.0.1:9463")
    try:
        on_loopback = ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        on_loopback = False
    if not on_loopback:
        raise ValueError("only an address of this very machine is allowed, such as 127.0.0.1:9463")
    return text


def _a_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or not text.isascii() or not text.isprintable():
        raise ValueError("it is no http or https URL")
    return text


def _with_a_name(text: str) -> str:
    if "{name}" not in text:
        raise ValueError("it has no {name} in it: the place of the name that is searched for")
    return text


def _a_language(text: str, info: ValidationInfo) -> str:
    known: tuple[str, ...] = (info.context or {}).get("languages", ())
    if text not in known:
        raise ValueError(f"it is none of {', '.join(known)}")
    return text


MailAddress = Annotated[str, AfterValidator(_an_address)]
Sender = Annotated[str, AfterValidator(_a_sender)]
Language = Annotated[str, AfterValidator(_a_language)]
DomainName = Annotated[str, AfterValidator(_a_domain)]
Network = Annotated[str, AfterValidator(_a_network)]
Listen = Annotated[str, AfterValidator(_a_listener)]
SearchUrl = Annotated[str, AfterValidator(_a_url), AfterValidator(_with_a_name)]
WebUrl = Annotated[str, AfterValidator(_a_url)]
Port = Annotated[int, Field(ge=1, le=65535)]
Tls = Literal["implicit", "starttls", "none"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class IdentitySection(_Section):
    address: MailAddress
    name: str = "triage"
    bounce: MailAddress | None = None
    authserv_id: str = ""
    authserv_on_top: bool | None = None
    language: Language = "ja"
    aliases: tuple[MailAddress, ...] = ()
    operator: MailAddress | None = None
    verp: bool = False


class Folders(_Section):
    answered: str = "Answered"
    held: str = "Held"
    dropped: str = "Dropped"
    aside: str = "Aside"


class OAuthSection(_Section):
    token_url: WebUrl
    client_id: str
    client_secret_file: Path | None = None
    refresh_token_file: Path
    mechanism: Literal["xoauth2", "oauthbearer"] = "xoauth2"


class _Connection(_Section):
    """What a mailbox and an outbox share: how to reach the server, and the checks that go with it."""

    host: str | None = None
    port: Port | None = None
    tls: Tls = "implicit"
    user: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    path: Path | None = None
    oauth: OAuthSection | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> "_Connection":
        over_network = getattr(self, "kind", "") in ("imap", "smtp")
        if over_network and not self.host:
            raise ValueError("host is missing")
        if not over_network and not self.path:
            raise ValueError("path is missing")
        if self.password_file and not self.user:
            raise ValueError("user and password_file belong together: one of them is missing")
        if self.oauth and (self.password_file or not self.user):
            raise ValueError("oauth goes with user, and takes the place of password_file")
        if self.user and not self.oauth and not self.password_file and self.variable not in os.environ:
            raise ValueError(f"user stands alone: set password_file, or {self.variable} in the environment")
        if over_network and self.tls == "none" and not _is_loopback(self.host or ""):
            raise ValueError('tls = "none" is allowed on loopback only')
        return self

    @property
    def variable(self) -> str:
        """The variable of the environment that holds the password where no file does: TRIAGE_INBOX_PASSWORD."""
        name = str(getattr(self, "name", "outbox"))
        return f"TRIAGE_{re.sub('[^A-Z0-9]', '_', name.upper())}_PASSWORD"

    def password(self) -> str | None:
        """The secret, from the environment or its file. Raises Permanent where it cannot be read."""
        if self.oauth is None and self.user and (secret := os.environ.get(self.variable)):
            return secret.strip()
        if self.password_file is None:
            return None
        return secret_in(self.password_file, "password")


class MailboxSection(_Connection):
    name: str = "inbox"
    kind: Literal["imap", "maildir"] = "imap"
    folder: str = "INBOX"
    folders: Folders = Folders()
    sent: str | None = None
    poll_seconds: Annotated[int, Field(ge=5, le=86400)] = 60

    @model_validator(mode="after")
    def _has_user(self) -> "MailboxSection":
        if self.kind == "imap" and not self.user:
            raise ValueError("user is missing")
        return self

    @property
    def places(self) -> dict[Place, str]:
        return {place: getattr(self.folders, place.value) for place in Place}


class OutboxSection(_Connection):
    kind: Literal["smtp", "maildir"] = "smtp"


_CAPS = Caps()


class CapsSection(_Section):
    per_address_hour: Annotated[int, Field(ge=1)] = _CAPS.per_address_hour
    per_address_day: Annotated[int, Field(ge=1)] = _CAPS.per_address_day
    per_domain_day: Annotated[int, Field(ge=1)] = _CAPS.per_domain_day
    all_hour: Annotated[int, Field(ge=1)] = _CAPS.all_hour
    all_day: Annotated[int, Field(ge=1)] = _CAPS.all_day
    names_per_mail: Annotated[int, Field(ge=1, le=50)] = _CAPS.names_per_mail


class PolicySection(_Section):
    senders: tuple[Sender, ...] = ()
    secret_file: Path | None = None
    mode: Literal["send", "approve"] = "send"
    owners_csv: Path | None = None
    caps: CapsSection = CapsSection()

    def secret(self) -> str:
        """What stands behind the plus of the address for registered people; "" where there is no such address."""
        if self.secret_file is None:
            return ""
        secret = secret_in(self.secret_file, "secret")
        if not re.fullmatch(r"[a-z0-9]{16,60}", secret):
            raise Permanent(
                f"{self.secret_file}: the secret must be 16 to 60 small letters and digits, and nothing else",
                "write a new one: openssl rand -hex 16",
            )
        return secret


class OwnerSection(_Section):
    domains: Annotated[tuple[DomainName, ...], Field(min_length=1)]
    addresses: Annotated[tuple[MailAddress, ...], Field(min_length=1)]
    language: Language | None = None
    mode: Literal["reply", "forward"] = "reply"


class ProbesSection(_Section):
    resolvers: tuple[str, ...] = ()
    contact: str = ""
    allow_networks: tuple[Network, ...] = ()
    ca_file: Path | None = None
    rdap_bootstrap: Path | None = None
    ct_log: SearchUrl | None = None  # off: nothing depends on it, and it tells a third party which names are looked at


class RulesSection(_Section):
    folders: tuple[Path, ...] = ()


class LedgerSection(_Section):
    url: str = "sqlite:///triage.db"
    keep_days: Annotated[int, Field(ge=1)] = 90


class HealthSection(_Section):
    """`listen` empty: nobody can ask. `heartbeat_url` empty: no switch is held."""

    listen: Listen | None = None
    heartbeat_url: WebUrl | None = None


class Settings(_Section):
    """The whole of config.toml. Paths are absolute: they were relative to the file's folder."""

    identity: IdentitySection
    mailbox: Annotated[tuple[MailboxSection, ...], Field(min_length=1)]
    outbox: OutboxSection
    policy: PolicySection = PolicySection()
    owner: tuple[OwnerSection, ...] = ()
    probes: ProbesSection = ProbesSection()
    rules: RulesSection = RulesSection()
    ledger: LedgerSection = LedgerSection()
    health: HealthSection = HealthSection()

    @model_validator(mode="after")
    def _names_differ(self) -> "Settings":
        names = [m.name for m in self.mailbox]
        if len(set(names)) < len(names):
            raise ValueError("mailbox: two mailboxes have the same name")
        return self

    def refresh_token_files(self) -> tuple[Path, ...]:
        """Those that we write, too."""
        oauths = (s.oauth for s in (*self.mailbox, self.outbox))
        return tuple(dict.fromkeys(o.refresh_token_file for o in oauths if o))

    def oauth_files(self) -> tuple[Path, ...]:
        oauths = (s.oauth for s in (*self.mailbox, self.outbox))
        clients = (o.client_secret_file for o in oauths if o and o.client_secret_file)
        return tuple(dict.fromkeys((*clients, *self.refresh_token_files())))

    def secret_files(self) -> tuple[Path, ...]:
        """Every file with a secret in it."""
        passwords = [s.password_file for s in (*self.mailbox, self.outbox)]
        files = (*passwords, self.policy.secret_file, *self.oauth_files())
        return tuple(dict.fromkeys(file for file in files if file))

    def who_we_are(self) -> Identity:
        own = self.identity
        return Identity(
            address=own.address,
            name=own.name,
            bounce=own.bounce or own.address,
            authserv_id=own.authserv_id,
            authserv_on_top=own.authserv_on_top,
            language=own.language,
            instance=own.address,
            aliases=own.aliases,
            verp=own.verp,
            operator=own.operator or "",
        )

    def who_may_ask(self) -> Policy:
        return Policy(
            senders=self.policy.senders,
            owners=tuple(
                Owner(tuple(map(Domain.parse, o.domains)), o.addresses, o.language, o.mode) for o in self.owner
            ),
            mode=self.policy.mode,
            caps=Caps(**self.policy.caps.model_dump()),
            secret=self.policy.secret(),
        )


def load_settings(path: Path) -> Settings:
    """Read and check the configuration. Raises Permanent with a line and a hint for every mistake."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Permanent(f"{path}: there is no such file", "start from config.example.toml, or pass --config") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Permanent(f"{path}: cannot be read ({_reason(error)})", "check its owner and permissions") from error
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Permanent(f"{path}: not valid TOML: {str(error).lower()}", EXAMPLE) from None
    try:
        if isinstance(ledger := raw.setdefault("ledger", {}), dict):
            ledger.setdefault("url", LedgerSection().url)  # the default lies beside the file, too
        anchored = _anchored(raw, path.resolve().parent)
        known = {"languages": _languages(anchored)}
        settings = Settings.model_validate(anchored, context=known)
    except ValidationError as error:
        line, hint = _in_words(error)
        raise Permanent(f"{path}: {line}", hint) from None
    return _with_owners(settings, known)


def _languages(raw: dict[str, Any]) -> tuple[str, ...]:
    """Those that can be spoken, with the user's own folders of rules; a mistake in those keys is told elsewhere."""
    section = raw.get("rules")
    folders = section.get("folders") if isinstance(section, dict) else None
    return languages_in([Path(f) for f in folders if isinstance(f, str)] if isinstance(folders, list) else [])


def _with_owners(settings: Settings, known: dict[str, tuple[str, ...]]) -> Settings:
    """With those of the CSV, where there is one: each row is checked as an `[[owner]]` is."""
    csv = settings.policy.owners_csv
    if csv is None:
        return settings
    taken = {domain for owner in settings.owner for domain in owner.domains}
    added = list[OwnerSection]()
    for line, values in owners_in(csv):
        try:
            owner = OwnerSection.model_validate(values, context=known)
        except ValidationError as error:
            raise Permanent(f"{csv} line {line}: {_in_words(error)[0]}", OWNERS_HINT) from None
        if taken & set(owner.domains):
            raise Permanent(
                f"{csv} line {line}: {owner.domains[0]} is an [[owner]] of config.toml, too", "keep one of the two"
            )
        added.append(owner)
    return settings.model_copy(update={"owner": (*settings.owner, *added)})


PATHS = {
    "path",
    "owners_csv",
    "password_file",
    "secret_file",
    "client_secret_file",
    "refresh_token_file",
    "ca_file",
    "rdap_bootstrap",
}


def _anchored(value: Any, folder: Path, key: str = "") -> Any:
    """Paths in the file are relative to the file, wherever the service is started."""
    if isinstance(value, dict):
        return {k: _anchored(v, folder, f"{key}.{k}" if key else k) for k, v in value.items()}
    if isinstance(value, list):
        return [_anchored(v, folder, key) for v in value]
    if isinstance(value, str) and (key.rpartition(".")[2] in PATHS or key == "rules.folders"):
        return str(folder / Path(value).expanduser())
    if key == "ledger.url" and isinstance(value, str) and value.startswith("sqlite:///"):
        return "sqlite:///" + str(folder / Path(value.removeprefix("sqlite:///")).expanduser())
    return value


def _in_words(error: ValidationError) -> tuple[str, str]:
    """The first mistake, as `mailbox.host is missing` and what to do; never with the value, which may be a secret."""
    errors = error.errors(include_input=False, include_url=False, include_context=True)
    # A misspelled key is two mistakes, unknown and missing; the first of them is the one that helps.
    first = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
    match first["type"]:
        case "missing":
            section = str(first["loc"][0])
            return f"{where} is missing", f"copy the [{section}] section from config.example.toml"
        case "extra_forbidden":
            near = difflib.get_close_matches(str(first["loc"][-1]), list(_known_keys()), n=1)
            return f"{where} is not a known key", f"did you mean {near[0]}?" if near else EXAMPLE
        case "value_error":
            words = str(first["msg"]).removeprefix("Value error, ")
            return f"{where}: {words}" if where else words, EXAMPLE
        case _:
            return f"{where}: {str(first['msg'])[:1].lower()}{str(first['msg'])[1:]}", EXAMPLE


def _known_keys() -> Iterator[str]:
    sections: tuple[type[BaseModel], ...] = (
        Settings, IdentitySection, MailboxSection, Folders, OutboxSection, OAuthSection, PolicySection, CapsSection,
        OwnerSection, ProbesSection, RulesSection, LedgerSection, HealthSection,
    )  # fmt: skip
    for section in sections:
        yield from section.model_fields


def secret_in(file: Path, what: str) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(LONGEST_SECRET).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Permanent(
            f"{file}: the {what} cannot be read ({_reason(error)})",
            f"write the {what} into that file, readable by this user only (chmod 600)",
        ) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or type(error).__name__).lower()
