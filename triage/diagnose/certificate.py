"""A: nothing to repair. Already renewed, moved away, only service names, a success notice."""

from datetime import datetime, timedelta

from triage.diagnose.found import Judged, faintly, harmless, listed, shown
from triage.diagnose.lookup import lookup
from triage.diagnose.marks import parks
from triage.diagnose.scene import Scene
from triage.model import AskLog, AskTls, Certificate, Finding, LogAnswer
from triage.names import Domain

CODES = ("already-renewed", "transient", "moved-away", "service-names-only", "not-an-alert")
# What cPanel and its like add to every certificate; `mail` is for mail programs only.
_SERVICES = frozenset(
    ("webmail", "cpanel", "whm", "webdisk", "cpcalendars", "cpcontacts", "autodiscover", "autoconfig", "mail")
)
_OF_A_PANEL = ("panel", "host")  # who adds such names by itself
_FRONTS = ("cdn", "builder")
_PROXIES = ("cdn",)  # kinds whose edge serves a certificate that says nothing of the origin's


def judge(scene: Scene) -> Judged:
    found: list[Finding] = []
    excluded: set[str] = set()
    for finding in (_renewed_or_waiting(scene), _moved(scene), _service_name(scene), _not_an_alert(scene)):
        if isinstance(finding, str):
            excluded.add(finding)
        elif finding:
            found.append(finding)
    if scene.inquiry.event is not None and not scene.inquiry.event.is_good:
        excluded.add("not-an-alert")
    evidence = tuple(question for question, _ in scene.certificates)
    return Judged(tuple(found), frozenset(excluded), evidence)


def _renewed(scene: Scene) -> Finding | str | None:
    """Shown, ruled out (the code alone), or None where there is nothing to compare or nothing served."""
    own = [(q, c) for q, c in scene.certificates if scene.covers(c) and not _is_edge(scene, q)]
    if not own or not _has_moment(scene):
        return None
    fresh = [(q, c) for q, c in own if is_renewal(scene, c)]
    if not fresh:
        return "already-renewed"
    question, certificate = fresh[0]
    facts = _facts(scene, question, certificate)
    if scene.foreign and set(scene.foreign) >= {q.address for q, _ in fresh}:
        return None  # another host's certificate: that is moved-away
    if len(fresh) < len(own):  # an old worker, or an address that was forgotten, still serves the old one
        return faintly("already-renewed", [q for q, _ in own], **facts)
    return harmless("already-renewed", [q for q, _ in fresh], **facts)


def _renewed_or_waiting(scene: Scene) -> Finding | str | None:
    found = _renewed(scene)
    if isinstance(found, Finding) and found.shown:
        return found
    return _waits_to_be_installed(scene) or found


def _waits_to_be_installed(scene: Scene) -> Finding | None:
    """The CT logs know a newer certificate than the one that is served. Nobody sees it before it is installed."""
    question = AskLog(scene.name)
    answer = scene.answer(question)
    if not isinstance(answer, LogAnswer):
        return None
    served = [c for q, c in scene.certificates if scene.covers(c) and not _is_edge(scene, q)]
    newest = next((c for c in answer.certificates if _could_be_installed(scene, c, served)), None)
    if newest is None:
        return None
    shown_now = {"not_before": _iso(served[0].not_before), "not_after": _iso(served[0].not_after)} if served else {}
    return faintly("already-renewed", [question], issuer=newest.issuer, logged=_iso(newest.not_before), **shown_now)


def _could_be_installed(scene: Scene, logged: Certificate, served: list[Certificate]) -> bool:
    """By the same CA as what is served: a CDN in front, or another host, has certificates of its own issued."""
    if not scene.covers(logged) or not logged.not_before <= scene.now < logged.not_after:
        return False
    if served:
        newer = all(logged.not_before > c.not_before and logged.serial != c.serial for c in served)
        return newer and any(_organization(logged) == _organization(c) for c in served)
    return scene.inquiry.since is not None and logged.not_before > scene.inquiry.since


def _organization(certificate: Certificate) -> str:
    """`Let's Encrypt` of `Let's Encrypt R11`: the last word names the key that signed."""
    return certificate.issuer.rpartition(" ")[0] or certificate.issuer


def _has_moment(scene: Scene) -> bool:
    return scene.inquiry.since is not None or _speaks_of_an_end(scene)


def _speaks_of_an_end(scene: Scene) -> bool:
    event = scene.inquiry.event
    return scene.inquiry.expires is not None or (event is not None and not event.is_good)


def is_renewal(scene: Scene, certificate: Certificate) -> bool:
    """It began after the notice, or more than two thirds of its life are left while the notice speaks of an end."""
    if certificate.not_after <= scene.now or is_self_made(certificate):
        return False
    if scene.inquiry.since is not None and certificate.not_before > scene.inquiry.since:
        return True
    return _speaks_of_an_end(scene) and not _is_the_one_that_ends(scene, certificate) and _is_young(scene, certificate)


def is_self_made(certificate: Certificate) -> bool:
    """No CA issued it. CyberPanel puts one in place after a failure, so that it is younger than the notice."""
    return certificate.issuer.lower() in (name.lower() for name in certificate.names)


def _is_the_one_that_ends(scene: Scene, certificate: Certificate) -> bool:
    expires = scene.inquiry.expires
    return expires is not None and certificate.not_after.date() <= expires + timedelta(days=1)


def _is_young(scene: Scene, certificate: Certificate) -> bool:
    life = certificate.not_after - certificate.not_before
    return (certificate.not_after - scene.now) * 3 > life * 2


def _is_edge(scene: Scene, question: AskTls) -> bool:
    operator = scene.operator(question.address)
    return operator is not None and operator.kind in _PROXIES and operator.id != scene.inquiry.provider.id


def _facts(scene: Scene, question: AskTls, certificate: Certificate) -> dict[str, str | None]:
    since = scene.inquiry.since
    return {
        "issuer": certificate.issuer,
        "not_before": _iso(certificate.not_before),
        "not_after": _iso(certificate.not_after),
        "address": question.address,
        "since": _iso(since) if since else None,
    }


def _moved(scene: Scene) -> Finding | str | None:
    """Everything lies elsewhere, and a valid certificate for the name is served there."""
    if not scene.found.public or scene.unclear or parks(scene):
        return None
    if len(scene.foreign) < len(scene.found.public):
        return "moved-away"
    served = [(q, c) for q, c in scene.certificates if scene.covers(c) and not _is_edge(scene, q)]
    good = [(q, c) for q, c in served if c.not_before <= scene.now < c.not_after]
    if not good or any(certificate.fault for _, certificate in good):
        return None
    question, certificate = good[0]
    operator = scene.operator(question.address)
    facts = _facts(scene, question, certificate) | {
        "addresses": listed(scene.foreign),
        "operator": operator.id if operator else None,
        "reverse": scene.reverse(question.address),
    }
    del facts["since"]
    # A builder's certificate is the ordinary state of a site that was pointed there, and `behind-cdn` tells more.
    make = harmless if operator is not None and operator.kind in _FRONTS else shown
    return make("moved-away", [q for q, _ in good], **facts)


def _service_name(scene: Scene) -> Finding | str | None:
    """Only names fail that a panel or a mail program uses; whether this one does fail is for `checks` to say."""
    inquiry = scene.inquiry
    if not is_service(inquiry.name):
        return "service-names-only"
    if all(map(is_service, inquiry.names)):
        return shown("service-names-only") if _told_by_a_panel(scene) else "service-names-only"
    site = lookup(scene.seen, site_of(scene.name))
    if site.pending or site.unsure:
        return None
    if not site.public or site.public == scene.found.public:
        return "service-names-only"  # what stops this name stops the site as well
    return shown("service-names-only", (*site.evidence, *scene.found.evidence))


def _told_by_a_panel(scene: Scene) -> bool:
    """A panel's or host's notice lists the names that failed. Elsewhere `mail.` may be all that somebody has."""
    inquiry = scene.inquiry
    known = inquiry.provider.id != "unknown" and inquiry.provider.kind in _OF_A_PANEL
    return known and inquiry.event is not None and bool(inquiry.names)


def is_service(name: Domain) -> bool:
    return name.labels[0] in _SERVICES and name != name.registrable


def site_of(service: str) -> str:
    """The website's name beside which a service name stands."""
    return service.partition(".")[2]


def _not_an_alert(scene: Scene) -> Finding | None:
    event = scene.inquiry.event
    return harmless("not-an-alert") if event is not None and event.is_good else None


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
