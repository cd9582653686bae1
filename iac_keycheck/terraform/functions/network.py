"""Functions on IP network addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from iac_keycheck.deciding.shapes import STRING
from iac_keycheck.deciding.values import Number, Refused, Value
from iac_keycheck.terraform.conversions import make_list
from iac_keycheck.terraform.functions.arguments import integer, invalid, within_bounds

Network = IPv4Network | IPv6Network

_STEP = 32
"""The greatest number of bits by which ``cidrsubnets`` makes a prefix longer."""


def _parsed(prefix: str) -> Network:
    address, slash, length = prefix.partition("/")
    if slash and "." in address and ":" not in address:
        # leading zeros are let pass, and mean nothing
        address = ".".join(part.lstrip("0") or "0" if part.isdigit() else part for part in address.split("."))
    if not slash or not (length.isascii() and length.isdigit()) or "%" in address:
        raise Refused(f"invalid CIDR expression: invalid CIDR address: {prefix}")
    try:
        return ip_network(f"{address}/{length}", strict=False)
    except ValueError as error:
        raise Refused(f"invalid CIDR expression: invalid CIDR address: {prefix}") from error


def _written(address: IPv4Address | IPv6Address) -> str:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def _host(prefix: str, hostnum: Number) -> Value:
    network = _parsed(prefix)
    host = _whole(hostnum)
    bits = network.max_prefixlen - network.prefixlen
    if abs(host + (host < 0)) >= 1 << bits:
        raise Refused(f"prefix of {network.prefixlen} does not accommodate a host numbered {host}")
    at = host if host >= 0 else (1 << bits) + host
    return _written(network.network_address + at)


def _whole(amount: Number) -> int:
    if not isinstance(amount, int):
        raise Refused("value must be a whole number")
    return amount


def _netmask(prefix: str) -> Value:
    network = _parsed(prefix)
    if not isinstance(network, IPv4Network):
        raise Refused(f"IPv6 addresses cannot have a netmask: {prefix}")
    return str(network.netmask)


def _subnet(prefix: str, newbits: Number, netnum: Number) -> Value:
    network = _parsed(prefix)
    more, wanted = integer(newbits, "newbits"), _whole(netnum)
    length = network.prefixlen + more
    if not 0 <= length <= network.max_prefixlen:
        raise Refused(f"insufficient address space to extend prefix of {network.prefixlen} by {more}")
    if more >= 0 and abs(wanted) >= 1 << more:
        raise Refused(f"prefix extension of {more} does not accommodate a subnet numbered {wanted}")
    # negative numbers are let pass by Terraform, with this result
    combined = abs(int(network.network_address) | wanted << (network.max_prefixlen - length))
    return f"{_written(type(network.network_address)(combined))}/{length}"


def _subnets(prefix: str, *newbits: Number) -> Value:
    network = _parsed(prefix)
    within_bounds(len(newbits))
    start = int(network.network_address)
    made: list[Value] = []
    if newbits and not start:
        # Terraform looks for what follows the subnet before the first, and there is none before address zero
        raise invalid("newbits", "not enough remaining address space")
    for given in newbits:
        more = integer(given, "newbits")
        if more < 1:
            raise invalid("newbits", "must extend prefix by at least one bit")
        if more > _STEP:
            raise invalid("newbits", f"may not extend prefix by more than {_STEP} bits")
        length = network.prefixlen + more
        if length > network.max_prefixlen:
            family = f"IPv{network.version}"
            raise invalid("newbits", f"would extend prefix to {length} bits, which is too long for an {family} address")
        size = 1 << (network.max_prefixlen - length)
        at = -(-start // size) * size
        start = at + size
        if start > int(network.broadcast_address) + 1:
            raise invalid("newbits", f"not enough remaining address space for a subnet with a prefix of {length} bits")
        made.append(f"{_written(network.network_address + (at - int(network.network_address)))}/{length}")
    return make_list(made, STRING)


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "cidrhost": _host,
    "cidrnetmask": _netmask,
    "cidrsubnet": _subnet,
    "cidrsubnets": _subnets,
}
