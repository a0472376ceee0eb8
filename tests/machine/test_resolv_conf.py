from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.machine.resolv_conf import name_servers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nameserver 192.0.2.1\nnameserver\t192.0.2.2\n", ("192.0.2.1", "192.0.2.2")),
        ("nameserver 192.0.2.1 # office\r\nnameserver 192.0.2.2;x\r\n", ("192.0.2.1", "192.0.2.2")),
        ("nameserver fe80::1%eth0\n", ("fe80::1%eth0",)),
        ("nameserver 192.0.2.1\nnameserver 192.0.2.1\n", ("192.0.2.1",)),
        ("".join(f"nameserver 192.0.2.{n}\n" for n in range(1, 6)), ("192.0.2.1", "192.0.2.2", "192.0.2.3")),
        ("nameserver fe80::1%\u00e9th0\nnameserver fe80::1%\x1beth0\n", ()),
        ("#nameserver 192.0.2.1\n; nameserver 192.0.2.1\n nameserver 192.0.2.1\n", ()),
        ("nameserver\nnameserver dns.example\nnameserver 999.1.1.1\nnameserver [::1]\n", ()),
        ("nameserver192.0.2.1\nnameservers 192.0.2.1\n", ()),
        (
            "search " + "a" * 70 + ".example ..\noptions ndots:x timeout:\nnameserver 192.0.2.1",
            ("192.0.2.1",),
        ),
        ("", ()),
    ],
)
def test_nameserver_lines_are_read_and_nothing_else(text: str, expected: tuple[str, ...]) -> None:
    assert name_servers(text.encode()) == expected


@settings(max_examples=150)
@given(st.binary(max_size=400) | st.text("nameserv \t\n:.%0123#;", max_size=200).map(str.encode))
def test_any_bytes_are_survived(data: bytes) -> None:
    for server in name_servers(data + b"\nnameserver 192.0.2.1\n"):
        ipaddress.ip_address(server)
