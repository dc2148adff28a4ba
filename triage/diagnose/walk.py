"""The CA's way from a name to an answer, by Boulder's rules (va/http.go). In: what was seen. Out: how far it got.

first request   port 80 at the first AAAA, else the first A; when the *dial* fails at an AAAA, once the first A
redirect        301, 302, 307, 308 with a Location; the target is looked up anew, AAAA preferred, without a second try
refused         the 12th redirect · 303 · a scheme, port or host that is not allowed · a path over 2000 · a URL again
"""

from dataclasses import dataclass, replace
from enum import Enum
from urllib.parse import SplitResult, urljoin, urlsplit

from triage.diagnose.lookup import OURS, Lookup, lookup
from triage.diagnose.reserved import is_address, is_reserved
from triage.model import AskDns, AskHttp, AskTls, Failure, Fault, HttpAnswer, Observations, Question, Via
from triage.names import Domain, InvalidName

CHALLENGE = "/.well-known/acme-challenge/{token}"
OTHER = "/{other}"
MOST_REDIRECTS = 11  # followed; the next one is refused (numRedirects > 10, counted before the increment)
LONGEST_PATH = 2000
_FOLLOWED = frozenset((301, 302, 307, 308))
_REDIRECTS = _FOLLOWED | {303}  # what Go's client treats as a redirect when there is a Location
DIAL_FAILED = frozenset((Fault.REFUSED, Fault.UNREACHABLE, Fault.TIMEOUT))


class End(Enum):
    """How far the walk got."""

    PENDING = "pending"  # an answer is still to come: see `needs`
    UNASKED = "unasked"  # something could not be asked from here
    NO_ADDRESS = "no address"  # of the last host
    FAILED = "failed"  # the last request had no answer
    REFUSED = "refused"  # the CA does not follow this redirect: see `code`
    ANSWERED = "answered"  # a response that is no redirect


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of the walk: what URL, at which address, and what came."""

    url: str
    host: str
    found: Lookup
    question: AskHttp
    answer: HttpAnswer | Failure | None
    fell_back: bool = False  # to the first A, after the dial at the AAAA had failed

    @property
    def address(self) -> str:
        return self.question.address


@dataclass(frozen=True, slots=True)
class Walk:
    end: End
    hops: tuple[Hop, ...] = ()
    code: str | None = None  # the cause, where the CA refuses a redirect
    target: str = ""  # the last Location, made absolute
    found: Lookup | None = None  # of the last host
    needs: tuple[Question, ...] = ()
    certain: bool = True  # False: the CA may take another address than we could

    @property
    def last(self) -> Hop | None:
        return self.hops[-1] if self.hops else None

    @property
    def redirected(self) -> bool:
        return len(self.hops) > 1 or self.end is End.REFUSED

    @property
    def evidence(self) -> tuple[Question, ...]:
        return tuple(hop.question for hop in self.hops)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why the CA does not follow a redirect."""

    code: str
    target: str


def walk(seen: Observations, name: str, found: Lookup | None = None) -> Walk:
    """`found`: the look-up of the name itself, where it was made already."""
    found = found or lookup(seen, name)
    if found.pending:
        return Walk(End.PENDING, found=found, needs=(AskDns(name, "A"), AskDns(name, "AAAA")))
    if found.first is None:
        return Walk(End.UNASKED if found.unsure else End.NO_ADDRESS, found=found, certain=not found.unsure)
    hops, certain = _first(seen, found)
    walked = _follow(seen, name, hops, certain and not found.unsure)
    if len(hops) == 1 and hops[0].answer is None and ":" in hops[0].address and found.public4:
        return replace(walked, needs=walked.needs + _foreseen(seen, found))
    return walked


def _first(seen: Observations, found: Lookup) -> tuple[tuple[Hop, ...], bool]:
    """The first request, and the second try at the first A. False: we had to leave out the AAAA that the CA takes."""
    assert found.first
    hop = _ask_first(seen, found, found.first, fell_back=False)
    failed = isinstance(hop.answer, Failure) and ":" in hop.address and bool(found.public4)
    if not failed or not isinstance(hop.answer, Failure):
        return (hop,), True
    if hop.answer.fault in DIAL_FAILED:
        return (hop, _ask_first(seen, found, found.public4[0], fell_back=True)), True
    if hop.answer.fault is Fault.NOT_ASKED:
        return (_ask_first(seen, found, found.public4[0], fell_back=False),), False
    return (hop,), True


def _foreseen(seen: Observations, found: Lookup) -> tuple[Question, ...]:
    """What would be asked next if the AAAA, still silent, turned out dead: a dial takes 10 of our 11 seconds."""
    second = _ask_first(seen, found, found.public4[0], fell_back=True)
    return _follow(seen, found.host, (second,), certain=True).needs


def _ask_first(seen: Observations, found: Lookup, address: str, *, fell_back: bool) -> Hop:
    question = first_question(found.host, address)
    return Hop(f"http://{found.host}{CHALLENGE}", found.host, found, question, _answer(seen, question), fell_back)


def first_question(name: str, address: str) -> AskHttp:
    return AskHttp("http", name, address, CHALLENGE)


def _answer(seen: Observations, question: AskHttp) -> HttpAnswer | Failure | None:
    observation = seen.get(question)
    answer = observation.answer if observation else None
    return answer if isinstance(answer, HttpAnswer | Failure) else None


def _follow(seen: Observations, name: str, hops: tuple[Hop, ...], certain: bool) -> Walk:
    redirects = 0
    while True:
        hop = hops[-1]
        if not isinstance(hop.answer, HttpAnswer):
            return _stopped(hops, certain)
        location = hop.answer.header("location")
        if hop.answer.status not in _REDIRECTS or not location:
            return Walk(End.ANSWERED, hops, found=hop.found, certain=certain)
        redirects += 1
        target = redirect_target(hop.url, location)
        refused = _objection(hop, target, location, redirects, hops)
        if refused:
            return Walk(End.REFUSED, hops, refused.code, refused.target, hop.found, certain=certain)
        assert isinstance(target, SplitResult)
        following = _next_hop(seen, name, target)
        if isinstance(following, Lookup):
            return _unresolved(hops, following, target.geturl(), certain)
        hops = (*hops, following)


def _stopped(hops: tuple[Hop, ...], certain: bool) -> Walk:
    hop = hops[-1]
    target = hop.url if len(hops) > 1 and not hop.fell_back else ""
    if hop.answer is None:
        return Walk(End.PENDING, hops, target=target, found=hop.found, needs=(hop.question,), certain=certain)
    assert isinstance(hop.answer, Failure)
    end = End.UNASKED if hop.answer.fault in OURS else End.FAILED
    return Walk(end, hops, target=target, found=hop.found, certain=certain)


def _unresolved(hops: tuple[Hop, ...], found: Lookup, target: str, certain: bool) -> Walk:
    if found.pending:
        needs = (AskDns(found.host, "A"), AskDns(found.host, "AAAA"))
        return Walk(End.PENDING, hops, target=target, found=found, needs=needs, certain=certain)
    end = End.UNASKED if found.unsure else End.NO_ADDRESS
    return Walk(end, hops, target=target, found=found, certain=certain)


def _next_hop(seen: Observations, name: str, target: SplitResult) -> Hop | Lookup:
    """The request at the redirect's target, or the look-up that gives no address for it (yet)."""
    host = target.hostname or ""
    found = lookup(seen, host)
    if found.pending or found.first is None:
        return found
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    port = target.port or 0
    own = {"http": 80, "https": 443}[target.scheme]
    scheme = "https" if target.scheme == "https" else "http"
    question = AskHttp(scheme, host, found.first, path, Via.HOP, 0 if port in (0, own) else port)
    answer = _answer(seen, question)
    if answer is None or (isinstance(answer, Failure) and answer.fault in OURS):
        answer = _known_dead(seen, name, found.first, port or own) or answer
    return Hop(target.geturl(), host, found, question, answer)


def _known_dead(seen: Observations, name: str, address: str, port: int) -> Failure | None:
    """The dial at this address and port has failed already, for another question; a second one would take as long."""
    question = AskTls(name, address) if port == 443 else first_question(name, address)
    observation = seen.get(question)
    answer = observation.answer if observation else None
    return answer if isinstance(answer, Failure) and answer.fault in DIAL_FAILED else None


def redirect_target(url: str, location: str) -> SplitResult | None:
    """The absolute URL of a Location, host in lower case, or None where it is none."""
    try:
        # With a scheme it is taken as it is: Go never borrows the host for `http:///path`, as urljoin does.
        parts = urlsplit(location) if urlsplit(location).scheme else urlsplit(urljoin(url, location))
        _ = parts.port
    except ValueError:
        return None
    return parts._replace(netloc=parts.netloc.lower())


def _objection(
    hop: Hop, target: SplitResult | None, location: str, redirects: int, hops: tuple[Hop, ...]
) -> Refused | None:
    """Boulder's checks of one redirect, in its order: count, status, scheme, port, host, path, loop."""
    shown = target.geturl() if target else location
    if redirects > MOST_REDIRECTS:
        return Refused("too-many-redirects", shown)
    if isinstance(hop.answer, HttpAnswer) and hop.answer.status not in _FOLLOWED:
        return Refused("redirect-status", shown)
    code = _unfit(target, location)
    if code:
        return Refused(code, shown)
    assert target
    if len(target.path) > LONGEST_PATH:
        return Refused("redirect-loop", shown)
    if any(target.geturl() == before.url for before in hops):
        return Refused("redirect-loop", shown)
    return None


def _unfit(target: SplitResult | None, location: str) -> str | None:
    """The cause where a target's scheme, port or host is not allowed."""
    if target is None:
        return "redirect-port" if _port_out_of_range(location) else "redirect-private"
    if target.scheme not in ("http", "https"):
        return "redirect-scheme"
    if target.port not in (None, 80, 443):
        return "redirect-port"
    host = target.hostname or ""
    if not host:
        return "redirect-private"
    if host.endswith(".well-known"):
        return "redirect-missing-slash"
    if "%" in host:
        return "redirect-private"
    if is_address(host):
        return "redirect-private" if is_reserved(host) else None
    return None if _has_public_suffix(host) else "redirect-private"


def _port_out_of_range(location: str) -> bool:
    return location.rpartition(":")[2].partition("/")[0].isdigit()


def _has_public_suffix(host: str) -> bool:
    """The host ends in a TLD of IANA's list (Boulder: iana.ExtractSuffix, the ICANN part of the PSL)."""
    try:
        return Domain.parse(host).is_public
    except InvalidName:
        return False
