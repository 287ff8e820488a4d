"""From where a key may be used: networks as people write them, and whether an address is in one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_address, ip_network

AT_MOST = 50


def networks(given: Iterable[str]) -> list[str]:
    """The networks in CIDR notation, each once, in the order in which they were named; an address is a network of one.

    Raises ValueError for what is neither, for bits set beyond the prefix, and for more than `AT_MOST`.
    """
    found: dict[str, None] = {}
    for text in given:
        try:
            found[str(ip_network(text.strip()))] = None
        except ValueError:
            raise ValueError(
                f"“{text.strip()[:60]}” is not an IP address or network. Examples: 203.0.113.7, 203.0.113.0/24, 2001:db8::/32."
            ) from None
    if len(found) > AT_MOST:
        raise ValueError(f"A key may be bound to {AT_MOST} networks at most. Name larger ones.")
    return list(found)


def allowed(address: str, within: Sequence[str]) -> bool:
    """Whether the address is in one of the networks, or there are none. An IPv4 address may come wrapped in IPv6."""
    if not within:
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in ip_network(each) for each in within)
