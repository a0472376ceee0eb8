"""The built-in checks, in the order in which they are shown."""

from portalcheck_checks.browser import browser
from portalcheck_checks.clock import clock
from portalcheck_checks.cookies import cookies
from portalcheck_checks.dns import dns
from portalcheck_checks.domain import domain
from portalcheck_checks.network import network
from portalcheck_checks.proxy import proxy
from portalcheck_checks.service import service
from portalcheck_checks.system import system
from portalcheck_checks.tls import tls
from portalcheck_checks.vpn import vpn

CHECKS = (domain, network, dns, tls, clock, proxy, vpn, service, cookies, browser, system)
