from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portalcheck.machine import hosts

ORDINARY = b"""\xef\xbb\xbf127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost
# 203.0.113.9 portal.example
203.0.113.5   portal.example www.portal.example # moved
203.0.113.6\tPORTAL.Example.\r
203.0.113.5 portal.example
fe80::1%eth0 router.example
not-an-address portal.example
[::1] portal.example
999.1.1.1 portal.example
203.0.113.7 xn--bcher-kva.example
203.0.113.8 notportal.example portal.example.org
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "hosts"
    path.write_bytes(ORDINARY)
    return path


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("portal.example", ("203.0.113.5",)),
        ("Portal.EXAMPLE.", ("203.0.113.5",)),
        ("www.portal.example", ("203.0.113.5",)),
        ("localhost", ("127.0.0.1", "::1")),
        ("router.example", ("fe80::1%eth0",)),
        ("bücher.example", ("203.0.113.7",)),
        ("BÜCHER.example", ("203.0.113.7",)),
        ("portal.example.org", ("203.0.113.8",)),
        ("tal.example", ()),
        ("moved", ()),
        ("203.0.113.5", ()),
        ("", ()),
        ("no name", ()),
    ],
)
def test_a_name_has_the_first_address_of_each_family(
    file: Path, host: str, expected: tuple[str, ...]
) -> None:
    assert hosts.addresses(file, host) == expected


def test_no_file_is_no_address(tmp_path: Path) -> None:
    assert hosts.addresses(tmp_path / "missing", "portal.example") == ()


def test_a_file_without_final_newline_is_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_bytes(b"192.0.2.1 a.example\n192.0.2.2 portal.example")
    assert hosts.addresses(tmp_path / "hosts", "portal.example") == ("192.0.2.2",)


def test_a_long_list_of_advertisers_is_read_quickly_and_across_blocks(tmp_path: Path) -> None:
    rows = [f"0.0.0.0 ads{number}.tracker.example" for number in range(200_000)]
    rows[100_000] += "\n192.0.2.7 portal.example"
    rows.append("2001:db8::8 portal.example")
    (tmp_path / "hosts").write_text("\n".join(rows))
    start = time.perf_counter()
    assert hosts.addresses(tmp_path / "hosts", "portal.example") == ("192.0.2.7", "2001:db8::8")
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize("filler", [b"0.0.0.0 portal.example\n", b"portal.example ", b"x"])
def test_the_worst_files_take_bounded_time(tmp_path: Path, filler: bytes) -> None:
    (tmp_path / "hosts").write_bytes(filler * (hosts.MAX_BYTES // len(filler) + 1))
    start = time.perf_counter()
    hosts.addresses(tmp_path / "hosts", "portal.example")
    assert time.perf_counter() - start < 5.0


def test_an_entry_that_stands_across_two_blocks_is_found(tmp_path: Path) -> None:
    head = b"#" * (1024 * 1024 - 8) + b"\n"
    (tmp_path / "hosts").write_bytes(head + b"192.0.2.1 portal.example\n")
    assert hosts.addresses(tmp_path / "hosts", "portal.example") == ("192.0.2.1",)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | st.text(" \t\r\n#.:%[]1aportlexm", max_size=200).map(str.encode))
@example(b"\xff\xfe1\x002\x00")
def test_any_bytes_are_survived_and_give_real_addresses_only(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "hosts").write_bytes(data + b"\n192.0.2.1 portal.example\n")
    found = hosts.addresses(tmp_path / "hosts", "portal.example")
    assert any("." in text for text in found)
    assert all(character in "0123456789abcdef.:%" or "%" in text for text in found for character in text)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.ip_addresses().map(str),
            st.sampled_from(["portal.example", "other.example", "Portal.Example."]),
        ),
        max_size=20,
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_was_written_is_read(tmp_path: Path, rows: list[tuple[str, str]], newline: str) -> None:
    (tmp_path / "hosts").write_bytes(newline.join(f"{address}\t{name}" for address, name in rows).encode())
    wanted = {":" in address: address for address, name in reversed(rows) if name != "other.example"}
    assert set(hosts.addresses(tmp_path / "hosts", "portal.example")) == set(wanted.values())
