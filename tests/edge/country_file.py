"""Writes small .mmdb files (MaxMind DB format 2.0), as operators have large ones."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

_MARK = b"\xab\xcd\xefMaxMind.com"
_SEPARATOR = bytes(16)
_IPV4_AT = 96  # IPv4 lies below ::/96

Value = str | int | Mapping[str, "Value"] | list["Value"]


def write_country_file(path: Path, countries: Mapping[str, Value]) -> None:
    """Write a file that knows these networks; the records stand as they are given."""
    nodes: list[list[int | None]] = [[None, None]]
    data, offsets = b"", {}
    for name, record in countries.items():
        offsets[name] = len(data)
        data += _encode(record)
    for name in countries:
        bits = _to_bits(ip_network(name))
        at = 0
        for bit in bits[:-1]:
            if nodes[at][bit] is None:
                nodes.append([None, None])
                nodes[at][bit] = len(nodes) - 1
            at = nodes[at][bit]  # type: ignore[assignment]
        nodes[at][bits[-1]] = -offsets[name] - 1
    count = len(nodes)
    tree = b"".join(_to_record(side, count) for node in nodes for side in node)
    about = {
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1_773_057_600,
        "database_type": "Test-Country",
        "description": {"en": "A few countries"},
        "ip_version": 6,
        "languages": ["en"],
        "node_count": count,
        "record_size": 24,
    }
    path.write_bytes(tree + _SEPARATOR + data + _MARK + _encode(about))


def _to_bits(network: IPv4Network | IPv6Network) -> list[int]:
    bits = [int(bit) for bit in f"{int(network.network_address):0{network.max_prefixlen}b}"[: network.prefixlen]]
    return [0] * _IPV4_AT + bits if network.version == 4 else bits


def _to_record(side: int | None, count: int) -> bytes:
    value = count if side is None else side if side >= 0 else count + len(_SEPARATOR) - side - 1
    return value.to_bytes(3, "big")


def _encode(value: Value) -> bytes:
    if isinstance(value, str):
        text = value.encode()
        return _control(2, len(text)) + text
    if isinstance(value, int):
        return _to_number("", value)
    if isinstance(value, list):
        return _control(11, len(value)) + b"".join(_encode(item) for item in value)
    return _control(7, len(value)) + b"".join(
        _encode(key) + (_encode(item) if not isinstance(item, int) else _to_number(key, item))
        for key, item in value.items()
    )


def _to_number(name: str, value: int) -> bytes:
    """The description of a file wants each number in its own width."""
    kind, layout = {"build_epoch": (9, ">Q"), "node_count": (6, ">I")}.get(name, (5, ">H"))
    number = struct.pack(layout, value)
    return _control(kind, len(number)) + number


def _control(kind: int, size: int) -> bytes:
    lead = min(29, size)
    more = bytes([size - 29]) if size >= 29 else b""
    return bytes([lead, kind - 7]) + more if kind > 7 else bytes([kind << 5 | lead]) + more
