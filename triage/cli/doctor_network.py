"""What the probes need of this machine's network: names, both protocols, the three ports, and the right time."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from triage.cli.checked import Checked
from triage.cli.doctor_domain import own_domain, questions
from triage.cli.standing import utc_now
from triage.model import Answer, AskDns, AskHttp, DnsAnswer, Failure, Fault, HttpAnswer, Observation, Question, Via
from triage.ports import Probes

WITNESS = "letsencrypt.org"  # a site that everybody who renews certificates can reach, by both protocols
CLOCK_MAY_DIFFER = timedelta(minutes=2)
PORTS = (80, 443)


async def network(probes: Probes, domain: str, bounces: str = "") -> list[Checked]:
    """`domain`: that of our own mail address; `bounces`: that of the envelope, which SPF looks at."""
    answers = await _ask(probes, *(AskDns(WITNESS, t) for t in ("A", "AAAA", "NS")), *questions(domain, bounces))
    v4, v6, servers = (_values(answers[AskDns(WITNESS, t)], t) for t in ("A", "AAAA", "NS"))
    if not v4 + v6:
        hint = "set probes.resolvers to a resolver that answers here"
        return [Checked("dns", False, _fault(answers[AskDns(WITNESS, "A")]), hint)]
    return [
        Checked("dns", True, f"{WITNESS} is {', '.join((v4 + v6)[:2])}"),
        await _port_53(probes, servers),
        *await _reach(probes, v4[:1], v6[:1]),
        *own_domain(domain, answers, bounces),
    ]


async def _port_53(probes: Probes, servers: list[str]) -> Checked:
    """Name servers are asked directly, past the resolver. Whoever answers without authority is not the one asked."""
    hint = "let this machine send DNS (UDP and TCP) to any name server; else delegations cannot be judged"
    if not servers:
        return Checked("port 53", None, "no name server is known to try it with")
    server = servers[0].rstrip(".")
    address = _values((await _ask(probes, question := AskDns(server, "A")))[question], "A")
    if not address:
        return Checked("port 53", None, f"{server} has no address to try it with")
    asked = AskDns(WITNESS, "SOA", address[0])
    answer = (await _ask(probes, asked))[asked]
    if not isinstance(answer, DnsAnswer):
        return Checked("port 53", False, f"{server}: {_fault(answer)}", hint)
    if not answer.authoritative:
        words = f"somebody on the way answers in the name of {server}"
        return Checked("port 53", False, words, hint)
    return Checked("port 53", True, "name servers can be asked directly")


async def _reach(probes: Probes, v4: list[str], v6: list[str]) -> list[Checked]:
    asked = {
        (address, port): AskHttp("http" if port == 80 else "https", WITNESS, address, "/", Via.ROOT)
        for address in v4 + v6
        for port in PORTS
    }
    answers = await _ask(probes, *asked.values())
    checked = list[Checked]()
    for (address, port), question in asked.items():
        if address in v4:
            checked.append(_ipv4(port, answers[question]))
    for question in asked.values():
        if question.address in v4 and question.scheme == "http":
            checked.extend(_clock(answers[question]))
    if v6:
        checked.append(_ipv6([answers[asked[v6[0], port]] for port in PORTS]))
    return checked


def _ipv4(port: int, answer: Answer | Failure) -> Checked:
    if isinstance(answer, HttpAnswer):
        return Checked(f"port {port}", True, "sites can be reached")
    hint = f"let this machine connect to the internet on port {port}; without it no site can be looked at"
    return Checked(f"port {port}", False, _fault(answer), hint)


def _ipv6(answers: list[Answer | Failure]) -> Checked:
    """No IPv6 is a fact that notes allow for. IPv6 that leads nowhere makes every site look broken."""
    if all(isinstance(a, HttpAnswer) for a in answers):
        return Checked("IPv6", True, "sites can be reached")
    failed = next(a for a in answers if not isinstance(a, HttpAnswer))
    if isinstance(failed, Failure) and failed.fault is Fault.NOT_ASKED:
        return Checked("IPv6", None, "this machine has none: what concerns IPv6 stays unknown in the notes")
    words = f"this machine has a route, but it leads nowhere ({_fault(failed)})"
    hint = "mend it, or take the route away (ip -6 route): else every site with an AAAA record seems to be broken"
    return Checked("IPv6", False, words, hint)


def _clock(answer: Answer | Failure) -> Iterator[Checked]:
    if not isinstance(answer, HttpAnswer):
        return
    try:
        theirs: datetime = parsedate_to_datetime(answer.header("date") or "")
        differs = abs(utc_now() - theirs)
    except (ValueError, TypeError):
        return
    hint = "let this machine's clock be set by NTP: expiry dates and signatures depend on it"
    yield Checked("clock", differs < CLOCK_MAY_DIFFER, f"differs by {differs.total_seconds():.0f} s", hint)


async def _ask(probes: Probes, *questions: Question) -> dict[Question, Answer | Failure]:
    seen = dict[Question, Observation]()
    async with asyncio.timeout(60), probes.round(11.0) as round:
        round.start(questions)
        async for observation in round:
            seen[observation.question] = observation
    return {q: seen[q].answer if q in seen else Failure(Fault.CUT_OFF) for q in questions}


def _values(answer: Answer | Failure, type: str) -> list[str]:
    return list(answer.of(type)) if isinstance(answer, DnsAnswer) else []


def _fault(answer: Answer | Failure) -> str:
    if isinstance(answer, Failure):
        return answer.fault.value + (f" ({answer.detail})" if answer.detail else "")
    return answer.rcode if isinstance(answer, DnsAnswer) else "no answer"
