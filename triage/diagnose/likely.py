"""Who hosts the site, where nobody said it? In: what was seen. Out: a host with what told us of it, or nothing.

    an address        in the host's own networks              the surest
    its own name      PTR below one of the host's names
    an alias          CNAME below one of the host's names
    the certificate   names or an issuer that only this host's servers or this panel's sites have
    name servers      the host's, where no address can tell   the weakest: many keep the zone at a host that they left

Whatever contradicts the guess ends it: a guess never makes an address a foreign one. Where the CA did not find its
token, whose server it ought to be is the very question, and the server that is there does not answer it.
"""

from collections.abc import Iterator
from dataclasses import replace

from triage.diagnose.scene import Scene
from triage.model import Guess, Provider

_ASKS_WHOSE = frozenset(("points-elsewhere", "token-not-served"))


def with_the_likely_host(scene: Scene) -> Scene:
    """The scene with the host filled in and marked as guessed; unchanged where it is known or cannot be told."""
    inquiry = scene.inquiry
    if inquiry.provider.id != "unknown" or scene.found.pending or scene.stated & _ASKS_WHOSE:
        return scene
    guess = _guess(scene)
    if guess is None:
        return scene
    host, told = guess
    assumed = tuple(dict.fromkeys((*inquiry.assumed, "provider")))
    guessed = Scene(replace(inquiry, provider=host, assumed=assumed, guess=told), scene.seen, scene.now)
    return scene if guessed.foreign else guessed


def _guess(scene: Scene) -> tuple[Provider, Guess] | None:
    at_the_addresses = list(_at_the_addresses(scene))
    operators = [operator for operator, _ in at_the_addresses if operator]
    if operators:
        host, told = operators[0], at_the_addresses[0][1]
        alike = host.kind == "host" and len(operators) == len(at_the_addresses) and _same(operators)
        return (host, told) if alike and told else None
    alias = scene.cname_operator
    if alias is not None:
        return (alias, Guess("alias", scene.found.chain[-1])) if alias.kind == "host" else None
    shown = list(_by_certificate(scene))
    if shown:
        return shown[0] if _same([host for host, _ in shown]) else None
    return _by_name_servers(scene)


def _same(providers: list[Provider]) -> bool:
    return all(provider is providers[0] for provider in providers)


def _at_the_addresses(scene: Scene) -> Iterator[tuple[Provider | None, Guess | None]]:
    for address in scene.found.public:
        if known := scene.atlas.of_address(address):
            yield known, Guess("address", address)
        else:
            name = scene.reverse(address)
            known = scene.atlas.of_reverse(name) if name else None
            yield known, Guess("reverse", name) if known and name else None


def _by_certificate(scene: Scene) -> Iterator[tuple[Provider, Guess]]:
    """A server shows its host's own certificate where the site has none, or the panel's CA has signed the site's."""
    for _, certificate in scene.certificates:
        for name in certificate.names:
            if (host := scene.atlas.of_reverse(name.removeprefix("*."))) and host.kind == "host":
                yield host, Guess("certificate", name)
                break
        else:
            if panel := scene.atlas.of_issuer(certificate.issuer):
                yield panel, Guess("certificate", certificate.issuer)


def _by_name_servers(scene: Scene) -> tuple[Provider, Guess] | None:
    """Only where the host's servers cannot be told by their addresses, or the name has no address to look at."""
    servers = scene.name_servers
    hosts = [scene.atlas.of_name_server(server) for server in servers]
    host = hosts[0] if hosts else None
    if host is None or host.kind != "host" or any(other is not host for other in hosts):
        return None
    if scene.found.public and (host.addresses or host.reverse):
        return None
    return host, Guess("nameservers", servers[0])
