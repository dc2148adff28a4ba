"""Which questions come next. In: the inquiry, what was seen, what was asked. Out: what may be asked now.

No barrier: a question is due as soon as its own inputs are known. Limits are per name: MOST_DNS and MOST_HTTP.

    at once            A AAAA NS CAA (every level) · _acme-challenge · first domain · the CA's status where stated
                       the CT logs where that is wanted
    addresses known    certificate and challenge path at each; `/` at the CA's
    answer known       the redirect's target · `/{other}` and the other User-Agent where they tell something
    not clean          without validation, DS, the parent's servers, the zone's own servers · registry
    elsewhere          PTR · registry · the zone's own servers
    nothing in the way the CA's status: only the CA itself is left to blame
"""

from collections.abc import Iterable, Iterator, Set
from functools import lru_cache

from triage.diagnose.caa import levels, permits
from triage.diagnose.certificate import is_service, site_of
from triage.diagnose.delegated import alias_as_served, each_server, servers
from triage.diagnose.delegated import questions as of_the_delegation
from triage.diagnose.lookup import Kind
from triage.diagnose.marks import challenges
from triage.diagnose.registration import in_question
from triage.diagnose.reserved import reverse_name
from triage.diagnose.scene import Scene
from triage.diagnose.walk import End, first_question
from triage.model import (
    AskAuthority,
    AskDns,
    AskHttp,
    AskLog,
    AskRegistry,
    AskTls,
    Failure,
    Fault,
    HttpAnswer,
    Inquiry,
    Observations,
    Question,
    RegistryAnswer,
)
from triage.names import ineligible

MOST_DNS = 80
MOST_HTTP = 30

_ineligible = lru_cache(maxsize=4096)(ineligible)
_DNS_STATED = frozenset(
    ("lame-delegation", "nameservers-silent", "nameservers-disagree", "dnssec-broken", "answers-differ-by-place",
     "dns01-other-zone", "dns01-not-everywhere", "caa-lookup-fails")
)  # fmt: skip
_STATED_403 = frozenset(("access-denied", "challenge-folder-denied", "bot-challenge", "user-agent-filter"))


def next_questions(inquiry: Inquiry, seen: Observations, asked: Set[Question]) -> tuple[Question, ...]:
    """Every question that may be asked now and was not asked yet; empty when there is no more to ask."""
    if _ineligible(inquiry.name):
        return ()
    scene = Scene(inquiry, seen)
    new = dict.fromkeys(question for question in _due(scene, asked) if question not in asked)
    return within_limits(new, asked) if new else ()


def within_limits(new: Iterable[Question], asked: Set[Question]) -> tuple[Question, ...]:
    """As many of the new questions as the limits still allow, in their order."""
    left: dict[type[Question], int] = {AskDns: MOST_DNS, AskHttp: MOST_HTTP}
    for question in asked:
        if type(question) in left:
            left[type(question)] -= 1
    allowed: list[Question] = []
    for question in new:
        if type(question) in left:
            if left[type(question)] <= 0:
                continue
            left[type(question)] -= 1
        allowed.append(question)
    return tuple(allowed)


def _due(scene: Scene, asked: Set[Question]) -> Iterator[Question]:
    yield from basics(scene.name, scene.zone)
    yield from _by_what_is_known_beforehand(scene)
    found = scene.found
    if not found.pending:
        yield from _at_the_addresses(scene)
    if scene.by_http:
        yield from scene.walk.needs
        yield from _controls(scene)
    yield from _where_not_clean(scene)
    yield from _elsewhere(scene)
    yield from _registration(scene)
    status = AskAuthority(scene.inquiry.ca)
    if status not in asked and ("ca-outage" in scene.stated or _way_is_open(scene)):
        yield status


@lru_cache(maxsize=1024)
def basics(name: str, zone: str) -> tuple[Question, ...]:
    caa = tuple(AskDns(level, "CAA") for level in levels(name))
    return (AskDns(name, "A"), AskDns(name, "AAAA"), AskDns(zone, "NS"), *caa)


def _by_what_is_known_beforehand(scene: Scene) -> Iterator[Question]:
    if "log" in scene.inquiry.sources:
        yield AskLog(scene.name)
    first = scene.inquiry.first_domain
    if first:
        yield AskDns(first.text, "A")
        yield AskDns(first.text, "AAAA")
    if scene.by_dns or any(code.startswith("dns01-") for code in scene.stated):
        label = f"_acme-challenge.{scene.name}"
        yield AskDns(label, "TXT")
        yield AskDns(label, "CNAME")
        yield AskDns(label, "NS")
        yield AskDns(f"{label}.{scene.name}", "TXT")
    for sibling in _siblings(scene):
        yield AskDns(sibling, "A")
        if is_service(scene.inquiry.name):
            yield AskDns(sibling, "AAAA")


def _siblings(scene: Scene) -> Iterator[str]:
    """The apex for www and www for the apex, where one certificate holds both; the site beside a service name."""
    if is_service(scene.inquiry.name) and not all(map(is_service, scene.inquiry.names)):
        yield site_of(scene.name)
        return
    other = scene.name.removeprefix("www.") if scene.name.startswith("www.") else f"www.{scene.name}"
    yield from (name.text for name in scene.inquiry.names if name.text == other)


def _at_the_addresses(scene: Scene) -> Iterator[Question]:
    for address in scene.contacted:
        yield AskTls(scene.name, address)
        if scene.by_http:
            yield first_question(scene.name, address)
    if scene.by_http and scene.found.first:
        yield scene.root_question(scene.found.first)
        yield from _while_ipv6_is_silent(scene)


def _while_ipv6_is_silent(scene: Scene) -> Iterator[Question]:
    """The control probes of the A, before the dial at the AAAA has used up the time."""
    first, second = scene.found.first, next(iter(scene.found.public4), None)
    if not first or not second or first == second or scene.first_answer(first) is not None:
        return
    answer = scene.first_answer(second)
    if isinstance(answer, HttpAnswer) and answer.status != 404:
        yield scene.root_question(second)
        yield scene.other_question(second)


def _controls(scene: Scene) -> Iterator[Question]:
    """What tells a whole site from one path, and one agent from all."""
    address = scene.entrance
    if address is None:
        return
    yield scene.root_question(address)
    answer = scene.first_answer(address)
    if answer is None:
        return
    if _differs_from_a_404(answer) or _is_turned_away(scene.like_ca):
        yield scene.other_question(address)
    if _is_turned_away(answer) or _is_turned_away(scene.root) or scene.stated & _STATED_403:
        yield scene.like_ca_question(address)


def _differs_from_a_404(answer: HttpAnswer | Failure) -> bool:
    """Another path tells more: of every page, and of a server that was there and broke off."""
    if isinstance(answer, Failure):
        return answer.fault in (Fault.RESET, Fault.CLOSED, Fault.GARBLED)
    return answer.status != 404


def _is_turned_away(answer: HttpAnswer | Failure | None) -> bool:
    if not isinstance(answer, HttpAnswer):
        return False
    return answer.status in (403, 429) or answer.status >= 500 or challenges(answer)


def _where_not_clean(scene: Scene) -> Iterator[Question]:
    found, zone_ns = scene.found, scene.kind(scene.zone, "NS")
    broken = Kind.BROKEN in (found.a, zone_ns)
    if broken or scene.kind(scene.name, "CAA") is Kind.BROKEN:
        yield AskDns(scene.name, "A", unchecked=True)
        yield AskDns(scene.zone, "DS")
    nothing = not found.pending and not found.addresses
    if any(code.startswith("dns01-") for code in scene.stated):
        yield from each_server(scene)
        for server in servers(scene):
            yield AskDns(f"_acme-challenge.{scene.name}", "TXT", at=server.address)
    if found.broken:
        for alias in alias_as_served(scene)[1:][-1:]:
            yield AskDns(alias, "A")
            yield AskDns(alias, "AAAA")
    if broken or nothing or zone_ns is Kind.ABSENT or scene.stated & _DNS_STATED or _seen_from_elsewhere(scene):
        yield from of_the_delegation(scene)


def _seen_from_elsewhere(scene: Scene) -> bool:
    return any(problem.secondary for problem in scene.inquiry.problems)


def _elsewhere(scene: Scene) -> Iterator[Question]:
    """Whose are the addresses that we do not know as the provider's, and what do the zone's own servers say?"""
    first = scene.inquiry.first_domain
    if first and scene.kind(first.text, "A") is Kind.PENDING:
        return
    strange = [address for address in scene.contacted if scene.belongs(address) is not True]
    for address in strange:
        if scene.atlas.of_address(address) is None:
            yield AskDns(reverse_name(address), "PTR")
    if strange and scene.inquiry.provider.id != "unknown" and scene.name_servers:
        yield from each_server(scene)


def _registration(scene: Scene) -> Iterator[Question]:
    if not in_question(scene):
        return
    rdap = AskRegistry(scene.zone)
    yield rdap
    answer = scene.answer(rdap)
    if isinstance(answer, Failure) or (isinstance(answer, RegistryAnswer) and not answer.expires):
        yield AskRegistry(scene.zone, "whois")


def _way_is_open(scene: Scene) -> bool:
    """Nothing that blocks was found: address, answer and CAA are fine as far as they can be seen."""
    if scene.found.pending or scene.foreign or not permits(scene):
        return False
    last = scene.walk.last
    if not scene.by_http:
        return True
    if last is None or scene.walk.end is not End.ANSWERED or not f".{last.host}".endswith(f".{scene.zone}"):
        return False
    return isinstance(last.answer, HttpAnswer) and last.answer.status in (200, 404)
