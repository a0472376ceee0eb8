"""The servers of a practice world after its plan, and which of them the practice computer reaches."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from functools import partial

from portalcheck.demo import dns_server, plan, tls, web
from portalcheck.demo.authorities import Authorities
from portalcheck.demo.certificates import Issued, server_context
from portalcheck.demo.plan import DnsMode, Front, Link, Plan, ProxyMode, Signer
from portalcheck.demo.revocation import Word, ocsp_response
from portalcheck.demo.servers import Endpoint, Peer, Serve, Servers

_HTTP, _HTTPS, _DNS = 80, 443, 53
_SIX = ":"

Ports = dict[tuple[str, int], Endpoint]


class World:
    """Everything outside the practice computer. `ports` are the addresses that it reaches."""

    def __init__(self, plan_: Plan, servers: Servers) -> None:
        self.plan = plan_
        self.authorities = Authorities(time.time())
        self._servers = servers
        self._outside = self._sites()
        self.ports = self._seen_from_here()

    # ---- what there is

    def _sites(self) -> Ports:
        plain = self._plain_sites()
        neutral = (plan.OPEN_ADDRESS, plan.AIA_ADDRESS, plan.RESPONDER_ADDRESS)
        found: Ports = {(address, _HTTP): plain for address in neutral}
        front, canaries = self._front(), self._canaries()
        for address in (plan.PORTAL_4, plan.PORTAL_6, plan.IDENTITY_4, plan.IDENTITY_6):
            found[address, _HTTPS] = front
            found[address, _HTTP] = plain
        for address in (one for pair in plan.CANARY_ADDRESSES for one in pair):
            found[address, _HTTPS] = canaries
        for address in self._false_addresses():
            found[address, _HTTPS] = self._false_site(address)
        return found

    def _plain_sites(self) -> Endpoint:
        sites = {
            plan.PORTAL: web.plain_portal,
            plan.IDENTITY: web.plain_portal,
            plan.AIA: web.document(lambda: self.authorities.intermediate.der, "application/pkix-cert"),
            plan.RESPONDER: web.document(self._revocation, "application/ocsp-response"),
        }
        return self._servers.tcp(partial(web.serve, web.by_host(sites, web.open_network)))

    def _front(self) -> Endpoint:
        """The portal and its identity host behind one address, as a provider's front end is."""
        if self.plan.front is Front.REFUSES:
            return self._servers.closed()
        inspected = self._inspected()
        days = (self.plan.not_before_days, self.plan.not_after_days)
        self._shown = self.authorities.leaf(
            self.plan.certificate_names,
            self.plan.signer,
            days=days,
            send_issuer=self.plan.sends_intermediate,
            names_responder=self.plan.revoked,
        )
        portal = self._context(self._shown)
        identity = self._context(self.authorities.leaf((plan.IDENTITY,), inspected))
        if self.plan.front is Front.ONLY_OLD_TLS:
            tls.only_old(portal)
        sites = {plan.PORTAL: web.portal(self.plan.site), plan.IDENTITY: web.identity(self.plan.site)}
        serve = self._secured({plan.IDENTITY: identity}, portal, web.by_host(sites, web.neutral))
        refusals = {Front.RESETS_NAME: Peer.reset, Front.IGNORES_NAME: Peer.ignore}
        if self.plan.front in refusals:
            serve = partial(tls.unless_named, plan.PORTAL, refusals[self.plan.front], serve)
        return self._servers.tcp(serve)

    def _revocation(self) -> bytes:
        """What the portal's issuer says of its certificate."""
        word = Word(now=time.time(), revoked=self.plan.revoked)
        return ocsp_response(self._shown, self.authorities.signer(self.plan.signer), word)

    def _canaries(self) -> Endpoint:
        def canary(name: str) -> ssl.SSLContext:
            return server_context(self.authorities.leaf((name,), self._inspected()))

        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        return self._servers.tcp(self._secured(tls.WhenAsked(plan.CANARIES, canary), nobody, web.neutral))

    def _inspected(self) -> Signer:
        """Who signs what is not the portal's: a product that inspects the portal inspects everything."""
        return Signer.INSPECTION if self.plan.signer is Signer.INSPECTION else Signer.PUBLIC

    def _false_addresses(self) -> set[str]:
        told = {address for addresses in self.plan.own_names.values() for address in addresses}
        return told & {plan.FALSE_ADDRESS, plan.BLOCK_ADDRESS}

    def _false_site(self, address: str) -> Endpoint:
        """Where a false answer leads: an imitation of the portal, or a filter's own page."""
        imitates = address == plan.FALSE_ADDRESS
        issued = (
            self.authorities.imitation(plan.PORTAL) if imitates else self.authorities.leaf((plan.BLOCK_PAGE,))
        )
        said = web.identity(plan.Site.SIGN_IN) if imitates else web.blocked
        return self._servers.tcp(self._secured({}, server_context(issued), said))

    def _secured(
        self, contexts: Mapping[str, ssl.SSLContext], otherwise: ssl.SSLContext, site: web.Application
    ) -> Serve:
        context = tls.choose_by_name(contexts, otherwise)
        return partial(tls.serve, context, partial(web.serve, site))

    def _context(self, issued: Issued) -> ssl.SSLContext:
        demands = self.plan.front is Front.WANTS_CERTIFICATE
        return server_context(issued, clients=[self.authorities.private.der] if demands else [])

    # ---- what this computer reaches of it

    def _seen_from_here(self) -> Ports:
        match self.plan.link:
            case Link.NONE:
                return {}
            case Link.CAPTIVE:
                return self._behind_gateway()
            case Link.NO_WAY_OUT | Link.PROXY_ONLY:
                refused = self._servers.closed()
                reached = dict.fromkeys(self._outside, refused)
            case Link.SIX_SILENT:
                silent = self._servers.tcp(Peer.ignore)
                reached = {
                    where: silent if _SIX in where[0] else there for where, there in self._outside.items()
                }
            case Link.SIX_UNREACHABLE:
                reached = {where: there for where, there in self._outside.items() if _SIX not in where[0]}
            case Link.OPEN:
                reached = dict(self._outside)
        for addresses in self.plan.hosts.values():
            reached.update({(address, _HTTPS): self._servers.closed() for address in addresses})
        reached[plan.OWN_DNS, _DNS] = self._own_dns()
        reached[plan.RESOLVER, _DNS] = self._resolver()
        reached.update(self._proxy())
        return reached

    def _own_dns(self) -> Endpoint:
        names = {**plan.ZONE, **self.plan.own_names}
        missing = self.plan.missing | self.plan.own_missing
        return self._dns(names, missing, self.plan.dns, self.plan.own_otherwise)

    def _resolver(self) -> Endpoint:
        """The independent DNS server, which only an open network lets through."""
        closed_in = self.plan.link in (Link.NO_WAY_OUT, Link.PROXY_ONLY)
        return self._dns(plan.ZONE, self.plan.missing, DnsMode.SILENT if closed_in else DnsMode.ANSWERS)

    def _dns(
        self,
        names: dict[str, tuple[str, ...]],
        missing: frozenset[str],
        mode: DnsMode,
        otherwise: tuple[str, ...] = (),
    ) -> Endpoint:
        known = {name: addresses for name, addresses in names.items() if name not in missing}
        return self._dns_server(dns_server.Zone(names=known, otherwise=otherwise), mode)

    def _dns_server(self, zone: dns_server.Zone, mode: DnsMode) -> Endpoint:
        return self._servers.both(
            partial(dns_server.answer, zone, mode), partial(dns_server.serve, zone, mode)
        )

    def _behind_gateway(self) -> Ports:
        """A Wi-Fi that wants a sign-in first: every name and address leads to its gateway."""
        zone = dns_server.Zone(names={}, otherwise=(plan.GATEWAY_ADDRESS,))
        names = self._dns_server(zone, DnsMode.ANSWERS)
        plain = self._servers.tcp(partial(web.serve, web.gateway))
        context = server_context(self.authorities.imitation(plan.GATEWAY))
        secured = self._servers.tcp(self._secured({}, context, web.gateway))
        reached = {where: secured if where[1] == _HTTPS else plain for where in self._outside}
        reached.update({(plan.GATEWAY_ADDRESS, _HTTP): plain, (plan.GATEWAY_ADDRESS, _HTTPS): secured})
        reached.update({(plan.OWN_DNS, _DNS): names, (plan.RESOLVER, _DNS): names})
        return reached

    def _proxy(self) -> Ports:
        match self.plan.proxy:
            case ProxyMode.NONE:
                return {}
            case ProxyMode.DEAD:
                there = self._servers.closed()
            case _:
                from portalcheck.demo import proxy

                there = self._servers.tcp(partial(proxy.serve, self.plan.proxy, self._from_outside))
        return {(plan.PROXY_ADDRESS, plan.PROXY_PORT): there}

    def _from_outside(self, host: str, port: int) -> Endpoint | None:
        """Where the proxy, which stands outside, finds a host: by name, or by address."""
        for address in plan.ZONE.get(host, (host,)):
            there = self._outside.get((address, port))
            if there is not None:
                return there
        return None
