"""The real internet of the lab answers as the simulated one does: one world, the same questions, once by socket."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest

from tests.lab.internet import Internet, need_internet
from tests.lab.recorded import QUESTIONS, from_json
from triage.demo import World, WorldProbes
from triage.demo.tree import MUTE, NOBODY, ODD, SHARED, TLD_SERVER
from triage.demo.world import world_of
from triage.model import (
    Answer,
    AskAuthority,
    AskDns,
    AskHttp,
    AskRegistry,
    AskTls,
    AuthorityAnswer,
    DnsAnswer,
    Failure,
    Fault,
    HttpAnswer,
    Question,
    RegistryAnswer,
    TlsAnswer,
)

CHALLENGE = "/.well-known/acme-challenge/{token}"
BEHAVIORS: dict[str, dict[str, object]] = {
    "website": {},
    "busy": {"behavior": "status", "status": 503, "headers": {"Retry-After": "3600"}},
    "password": {"behavior": "password"},
    "denied": {"behavior": "denied"},
    "parking": {"behavior": "parking"},
    "redirect": {"behavior": "redirect", "to": "https://{host}{path}"},
    "away": {"behavior": "redirect", "to": "https://other.net/", "status": 302},
    "redirects": {"behavior": "redirects", "count": 2},
    "cookie": {"behavior": "cookie-script"},
    "challenge": {"behavior": "challenge-page"},
    "refused": {"behavior": "refused"},
    "silent": {"behavior": "silent"},
    "unreachable": {"behavior": "unreachable"},
    "reset": {"behavior": "reset", "port": 80},
    "closed": {"behavior": "closed", "port": 80},
    "garbled": {"behavior": "garbled", "port": 80},
    "tls": {"behavior": "tls", "port": 80},
    "http": {"behavior": "http", "port": 443},
    "alert": {"behavior": "tls-alert", "port": 443},
    "slow": {"behavior": "slow", "seconds": 1.0},
    "drip": {"behavior": "drip", "port": 80},
    "folder": {"behavior": "denied", "path": "/.well-known/"},
    "agent": {"behavior": "denied", "agent": "ca"},
    "expired": {"certificate": {"since": "-90 days", "until": "-1 day", "names": ["expired.web.com"]}},
    "own": {"certificate": {"self_signed": True, "names": ["own.web.com"]}},
}
ADDRESS = {name: f"5.9.2.{n}" for n, name in enumerate(BEHAVIORS, 1)}
WORLD = {
    "zones": {
        "web.com": "\n".join(f"{name} A {address}" for name, address in ADDRESS.items()),
        "fine.com": "@ A 5.9.1.10\nwww CNAME @\nout CNAME www.other.net.\n*.wild A 5.9.1.11\na.b A 5.9.1.12",
        "other.net": "www CNAME far.other.net.\nfar A 5.9.1.13\nloop CNAME loop2\nloop2 CNAME loop",
        "signed.com": {"records": "@ A 5.9.1.10", "signed": True},
        "lame.com": {"records": "@ A 5.9.1.10", "fault": "lame"},
        "mute.com": {"records": "@ A 5.9.1.10", "fault": "silent"},
        "sick.com": {"records": "@ A 5.9.1.10", "fault": "servfail"},
        "bogus.com": {"records": "@ A 5.9.1.10", "fault": "bogus"},
        "late.com": {"records": "@ A 5.9.1.10", "fault": "expired"},
        "stale.com": {"records": "@ A 5.9.1.10", "fault": "stale-ds"},
        "held.com": {"records": "@ A 5.9.1.10", "fault": "undelegated"},
        "nocaa.com": {"records": "@ A 5.9.1.10", "fails": {"CAA": "notimp"}},
        "shy.com": {"records": "@ A 5.9.1.10", "fails": {"AAAA": "silent"}},
        "half.com": {
            "records": "@ NS ns1\n@ NS ns2\nns1 A 5.9.9.1\nns2 A 5.9.9.2\n@ A 5.9.1.10",
            "at": {"ns2.half.com": "lame"},
        },
        "split.com": {
            "records": "@ NS ns1\n@ NS ns2\nns1 A 5.9.9.3\nns2 A 5.9.9.4\n@ A 5.9.1.10",
            "at": {"ns2.split.com": "@ NS ns1\n@ NS ns2\nns1 A 5.9.9.3\nns2 A 5.9.9.4\n@ A 5.9.1.99"},
        },
        "host.jp": "@ A 5.9.1.10",
    },
    "registry": {
        "gone.com": {"registered": False},
        "gone.jp": {"registered": False},
        "late.com": {"expires": "2027-01-31T00:00:00Z", "status": ["redemption period"], "registrar": "Example"},
        "host.jp": {"expires": "2027-01-31T14:59:59Z", "status": ["suspended"]},
    },
    "authority": {"letsencrypt.org": {"operational": False, "words": "Production API: down", "since": "-1 hour"}},
    "server": [
        *({"address": ADDRESS[name], "reverse": f"{name}.web.com", **entry} for name, entry in BEHAVIORS.items()),
        *({"address": ADDRESS[name]} for name in ("folder", "agent")),
    ],
}
NAMES: tuple[Question, ...] = (
    *(AskDns(n, "A") for n in ("fine.com", "www.fine.com", "out.fine.com", "b.fine.com", "no.fine.com")),
    *(AskDns(n, "A") for n in ("x.y.wild.fine.com", "loop.other.net", "gone.com", "signed.com", "lame.com")),
    *(AskDns(n, "A") for n in ("bogus.com", "late.com", "stale.com", "held.com", "sick.com", "shy.com", "half.com")),
    *(AskDns(n, "A", unchecked=True) for n in ("bogus.com", "late.com", "stale.com")),
    AskDns("www.fine.com", "CNAME"), AskDns("fine.com", "AAAA"), AskDns("fine.com", "NS"), AskDns("com", "CAA"),
    AskDns("nocaa.com", "CAA"), AskDns("bogus.com", "DS"), AskDns("bogus.com", "DNSKEY", unchecked=True),
    AskDns("1.2.9.5.in-addr.arpa", "PTR"), AskDns("13.1.9.5.in-addr.arpa", "PTR"),
    AskDns("fine.com", "A", SHARED), AskDns("www.fine.com", "A", SHARED), AskDns("out.fine.com", "A", SHARED),
    AskDns("fine.com", "A", TLD_SERVER), AskDns("bogus.com", "DS", TLD_SERVER), AskDns("fine.com", "DS", TLD_SERVER),
    AskDns("gone.com", "NS", TLD_SERVER), AskDns("held.com", "NS", TLD_SERVER), AskDns("lame.com", "A", NOBODY),
    AskDns("mute.com", "A", MUTE), AskDns("sick.com", "A", SHARED), AskDns("nocaa.com", "CAA", ODD),
    AskDns("nocaa.com", "A", ODD), AskDns("shy.com", "AAAA", ODD), AskDns("half.com", "A", "5.9.9.1"),
    AskDns("half.com", "A", "5.9.9.2"), AskDns("split.com", "A", "5.9.9.3"), AskDns("split.com", "A", "5.9.9.4"),
    AskDns("fine.com", "A", "5.9.2.1"),
)  # fmt: skip
WEB: tuple[Question, ...] = (
    *(AskHttp("http", f"{name}.web.com", address, CHALLENGE) for name, address in ADDRESS.items()),
    *(AskHttp("http", f"{name}.web.com", ADDRESS[name], "/") for name in ("website", "folder", "parking", "password")),
    AskHttp("http", "agent.web.com", ADDRESS["agent"], CHALLENGE, like_ca=True),
    *(
        AskHttp("https", f"{name}.web.com", ADDRESS[name], CHALLENGE)
        for name in ("website", "expired", "http", "alert")
    ),
    *(AskTls(f"{name}.web.com", address) for name, address in ADDRESS.items()),
)
REST: tuple[Question, ...] = (
    *(AskRegistry(n) for n in ("gone.com", "fine.com", "late.com")),
    *(AskRegistry(n, "whois") for n in ("gone.jp", "host.jp")),
    AskAuthority("letsencrypt.org"),
)
ALL = (*NAMES, *WEB, *REST)


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(WORLD, datetime.now(UTC).replace(microsecond=0))


@pytest.fixture(scope="module")
def internet(world: World) -> Iterator[Internet]:
    need_internet()
    with Internet(world) as running:
        yield running


@pytest.fixture(scope="module")
def by_socket(internet: Internet) -> dict[Question, Answer | Failure]:
    return dict(_asked(internet, ALL))


def _asked(internet: Internet, questions: Iterable[Question]) -> Iterator[tuple[Question, Answer | Failure]]:
    asked = [(type(q).__name__, QUESTIONS[type(q).__name__].dump_python(q, mode="json")) for q in questions]
    script = [sys.executable, "-m", "tests.lab.ask", str(internet.ca_file), str(internet.rdap_bootstrap)]
    done = internet.run(script, stdin=json.dumps(asked))
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        observation = from_json(json.loads(line))
        yield observation.question, observation.answer


def _in_short(answer: Answer | Failure) -> object:
    """What a conclusion could rest on. Real servers add dates, glue and words of their own."""
    match answer:
        case Failure(fault=fault):
            return fault
        case DnsAnswer():
            records = sorted((r.name, r.type, r.value) for r in answer.answer)
            authority = sorted({(r.name, r.type) for r in answer.authority if r.type in ("SOA", "NS")})
            return answer.rcode, answer.authoritative, answer.validated, records, authority if not records else []
        case HttpAnswer():
            kept = ("location", "www-authenticate", "retry-after", "server", "cf-mitigated")
            return answer.status, sorted((n, v) for n, v in answer.headers if n in kept)
        case TlsAnswer(certificate=c):
            return c.issuer, c.not_before, c.not_after, c.names, c.fault
        case RegistryAnswer():
            return answer.registered, answer.expires
        case AuthorityAnswer():
            return answer.operational
    return answer


@pytest.mark.lab
@pytest.mark.parametrize("question", ALL, ids=repr)
def test_the_same_by_socket(question: Question, world: World, by_socket: dict[Question, Answer | Failure]) -> None:
    simulated, _ = WorldProbes(world).answer(question)
    assert _in_short(by_socket[question]) == _in_short(simulated)


@pytest.mark.lab
def test_silence_is_silence_also_through_a_resolver(internet: Internet) -> None:
    """A resolver gives up after 11 s, we after 5.5: there the simulated one is quicker, and says SERVFAIL."""
    (only,) = _asked(internet, [AskDns("mute.com", "A")])
    assert isinstance(only[1], Failure)
    assert only[1].fault is Fault.TIMEOUT


@pytest.mark.lab
def test_nothing_can_leave(internet: Internet) -> None:
    shown = internet.run(["sh", "-c", "ip -o link; ip route show; ip route get 9.9.9.9"]).stdout
    assert [line.split(":")[1].strip() for line in shown.splitlines() if line[0].isdigit()] == ["lo"]
    assert "local 9.9.9.9 dev lo" in shown


@pytest.mark.lab
def test_everything_is_gone_afterwards() -> None:
    need_internet()
    with Internet(world_of({"zones": {"a.com": "@ A 5.9.1.1"}}, datetime.now(UTC))) as running:
        pids = running.pids
        assert running.run(["true"]).returncode == 0
    assert running.run(["true"]).returncode != 0
    assert [pid for pid in pids if _alive(pid)] == []
    assert running.traces() == ()


@pytest.mark.parametrize(
    ("ci", "outcome", "words"),
    [
        ("true", pytest.fail.Exception, "the lab cannot run: not installed: no-such-server"),
        ("", pytest.skip.Exception, "not installed: no-such-server"),
    ],
    ids=["failed where CI says so", "skipped elsewhere"],
)
def test_a_missing_server_is_said_in_one_line(
    ci: str, outcome: type[BaseException], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome) as caught:
        need_internet(("no-such-server",))
    assert str(caught.value).startswith(words)
    assert "\n" not in str(caught.value)


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
