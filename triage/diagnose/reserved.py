"""Addresses that the CA drops without a word: those of the IANA special-purpose registries. Text in, yes or no out."""

import ipaddress
from functools import lru_cache

# Boulder reads both registries whole (iana.IsReservedAddr), also blocks that are globally reachable; plus multicast.
_RESERVED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/128", "::1/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64",
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7",
        "fe80::/10", "ff00::/8",
    )
)  # fmt: skip


@lru_cache(maxsize=8192)
def is_reserved(address: str) -> bool:
    """True also for what is no address at all: nothing can be asked there."""
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return True
    if isinstance(number, ipaddress.IPv6Address) and number.scope_id is not None:
        return True
    return any(number in network for network in _RESERVED if network.version == number.version)


@lru_cache(maxsize=8192)
def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=2048)
def reverse_name(address: str) -> str:
    """The name at which the PTR record of an address lies."""
    return ipaddress.ip_address(address).reverse_pointer
