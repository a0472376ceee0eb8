"""The built-in checks, in the order in which they are shown."""

from portalcheck_checks import (
    browser,
    clock,
    cookies,
    dns,
    domain,
    network,
    proxy,
    service,
    system,
    tls,
    vpn,
)

CHECKS = (
    domain.domain,
    network.network,
    dns.dns,
    tls.tls,
    clock.clock,
    proxy.proxy,
    vpn.vpn,
    service.service,
    cookies.cookies,
    browser.browser,
    system.system,
)
