"""IPv4 addresses inside IPv6 ones: the examples of RFC 6052, 2.4, and the way back by RFC 7050."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.address.nat64 import WELL_KNOWN, embedded, is_translated, prefix_in

EXAMPLES = {
    "2001:db8::/32": "2001:db8:c000:221::",
    "2001:db8:100::/40": "2001:db8:1c0:2:21::",
    "2001:db8:122::/48": "2001:db8:122:c000:2:2100::",
    "2001:db8:122:300::/56": "2001:db8:122:3c0:0:221::",
    "2001:db8:122:344::/64": "2001:db8:122:344:c0:2:2100::",
    "2001:db8:122:344::/96": "2001:db8:122:344::c000:221",
    WELL_KNOWN: "64:ff9b::c000:221",
}


@pytest.mark.parametrize("prefix", EXAMPLES)
def test_an_address_is_embedded_as_the_standard_shows(prefix: str) -> None:
    assert embedded("192.0.2.33", prefix) == str(ipaddress.ip_address(EXAMPLES[prefix]))
    assert is_translated(EXAMPLES[prefix], prefix)


@pytest.mark.parametrize("prefix", EXAMPLES)
@pytest.mark.parametrize("known", ["192.0.0.170", "192.0.0.171"])
def test_the_network_s_prefix_is_found_in_the_addresses_that_everybody_knows(prefix: str, known: str) -> None:
    assert prefix_in(embedded(known, prefix)) == prefix


@pytest.mark.parametrize("address", ["2001:db8::1", "::", "fe80::1%eth0", "64:ff9b::1"])
def test_any_other_address_shows_no_prefix(address: str) -> None:
    assert prefix_in(address) == ""


@given(st.ip_addresses().map(str))
def test_an_address_is_translated_only_behind_a_prefix(address: str) -> None:
    inside = ":" in address and ipaddress.ip_address(address) in ipaddress.ip_network(WELL_KNOWN)
    assert is_translated(address, "") is inside
