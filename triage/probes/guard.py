"""Which addresses we may send a packet to. In: an address as text. Out: the reason why not, or None.

The names that we look at come from strangers' mails and their DNS answers from strangers' servers, so every
address (of web servers, name servers, redirect targets, registries) passes here before anything is sent to it.
"""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from triage.model import Permanent

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# IANA special-purpose registries for IPv4 and IPv6 (RFC 6890 and later), and what clouds use inside.
_REFUSED: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "means this very host"),
    ("10.0.0.0/8", "is private"),
    ("100.64.0.0/10", "is behind a carrier's NAT"),  # also 100.100.100.200, a cloud's metadata
    ("127.0.0.0/8", "is loopback"),
    ("168.63.129.16/32", "is a cloud's own service"),  # public by its number, answered by the hypervisor
    ("169.254.0.0/16", "is link-local"),  # also 169.254.169.254, the metadata of most clouds
    ("172.16.0.0/12", "is private"),
    ("192.0.0.0/24", "is reserved for protocols"),
    ("192.0.2.0/24", "is for documentation"),
    ("192.31.196.0/24", "is reserved"),
    ("192.52.193.0/24", "is reserved"),
    ("192.88.99.0/24", "is a 6to4 relay"),
    ("192.168.0.0/16", "is private"),
    ("192.175.48.0/24", "is reserved"),
    ("198.18.0.0/15", "is for benchmarks"),
    ("198.51.100.0/24", "is for documentation"),
    ("203.0.113.0/24", "is for documentation"),
    ("224.0.0.0/4", "is multicast"),
    ("240.0.0.0/4", "is reserved"),
    ("::/128", "means this very host"),
    ("::1/128", "is loopback"),
    ("::ffff:0:0/96", "is an IPv4 address in disguise"),
    ("::/96", "is an IPv4 address in disguise"),
    ("64:ff9b::/96", "is translated to IPv4"),
    ("64:ff9b:1::/48", "is translated to IPv4"),
    ("100::/64", "is a black hole"),
    ("2001::/32", "is a Teredo tunnel"),
    ("2001::/23", "is reserved for protocols"),
    ("2001:db8::/32", "is for documentation"),
    ("2002::/16", "is a 6to4 tunnel"),
    ("2620:4f:8000::/48", "is reserved"),
    ("3fff::/20", "is for documentation"),
    ("5f00::/16", "is for segment routing"),
    ("fc00::/7", "is private"),
    ("fe80::/10", "is link-local"),
    ("fec0::/10", "is private"),
    ("ff00::/8", "is multicast"),
)
_REFUSED_NETWORKS = tuple((ipaddress.ip_network(text), why) for text, why in _REFUSED)
_GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")  # all that IANA has given out for use on the internet


class Guard:
    """Refuses what is not the public internet. `allow_networks` are the exceptions that a configuration names."""

    def __init__(self, allow_networks: Sequence[str] = ()) -> None:
        self._allowed = tuple(_network(text) for text in allow_networks)
        self.objection = lru_cache(maxsize=8192)(self._objection)

    def _objection(self, address: str) -> str | None:
        """Why nothing may be sent to `address`, in words, or None where it may."""
        try:
            number = ipaddress.ip_address(address)
        except ValueError:
            return "it is no address"
        if isinstance(number, ipaddress.IPv6Address) and number.scope_id is not None:
            return f"{address} is link-local"
        if any(number in network for network in self._allowed if network.version == number.version):
            return None
        for network, why in _REFUSED_NETWORKS:
            if network.version == number.version and number in network:
                return f"{address} {why}"
        if number.version == 6 and number not in _GLOBAL_IPV6:
            return f"{address} is not in use on the internet"
        return None


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise Permanent(
            f"probes.allow_networks: {text[:60]!r} is no network",
            hint="write it like 192.168.10.0/24 or 2001:db8::/32",
        ) from None
