"""Whose address, name server or CNAME target is this? In: the providers we know. Out: the provider, or None."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from triage.model import Provider

_MOST_KNOWN = 4096  # addresses whose provider is remembered
_Key = tuple[int, int, int]  # IP version, prefix length, network bits


class Atlas:
    """An index over providers, made once for a rulebook: each look-up costs as much for 1,000 of them as for 30."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self._networks: dict[_Key, Provider] = {}
        self._known: dict[str, Provider | None] = {}
        self._suffixes: dict[str, Provider] = {}
        self._name_servers: dict[str, Provider] = {}
        self._reverse: dict[str, Provider] = {}
        self._issuers: list[tuple[str, Provider]] = []
        for provider in providers:
            self._add(provider)
        self._lengths = sorted({key[:2] for key in self._networks}, key=lambda key: -key[1])

    def _add(self, provider: Provider) -> None:
        for text in provider.addresses:
            network = ipaddress.ip_network(text, strict=False)
            bits = int(network.network_address) >> (network.max_prefixlen - network.prefixlen)
            self._networks.setdefault((network.version, network.prefixlen, bits), provider)
        for index, names in (
            (self._suffixes, provider.cnames),
            (self._name_servers, provider.nameservers),
            (self._reverse, provider.reverse),
        ):
            for name in names:
                index.setdefault(name.lower().removeprefix("*").strip("."), provider)
        self._issuers += ((issuer.casefold(), provider) for issuer in provider.issuers)

    def of_address(self, address: str) -> Provider | None:
        """The provider with the narrowest network around the address."""
        if address not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[address] = self._narrowest(address)
        return self._known[address]

    def _narrowest(self, address: str) -> Provider | None:
        version, number = _number(address)
        size = 32 if version == 4 else 128
        for of_version, length in self._lengths:
            if of_version == version:
                found = self._networks.get((version, length, number >> (size - length)))
                if found:
                    return found
        return None

    def of_cname(self, name: str) -> Provider | None:
        return _by_suffix(self._suffixes, name)

    def of_name_server(self, name: str) -> Provider | None:
        return _by_suffix(self._name_servers, name)

    def of_reverse(self, name: str) -> Provider | None:
        return _by_suffix(self._reverse, name)

    def of_issuer(self, issuer: str) -> Provider | None:
        said = issuer.casefold()
        return next((provider for known, provider in self._issuers if said.startswith(known)), None)


def _by_suffix(index: dict[str, Provider], name: str) -> Provider | None:
    rest = name
    while rest:
        if rest in index:
            return index[rest]
        rest = rest.partition(".")[2]
    return None


@lru_cache(maxsize=8192)
def _number(address: str) -> tuple[int, int]:
    number = ipaddress.ip_address(address)
    return number.version, int(number)


# A rulebook's tuple of providers lives as long as the rulebook, and every inquiry carries the same one:
# the index made last is kept beside the very tuple that it was made from.
_made: list[tuple[tuple[Provider, ...], Atlas]] = []
_KEPT = 4


def atlas_of(providers: tuple[Provider, ...]) -> Atlas:
    for made_from, atlas in _made:
        if made_from is providers:
            return atlas
    atlas = Atlas(providers)
    _made.insert(0, (providers, atlas))
    del _made[_KEPT:]
    return atlas
