"""The servers of a practice world after its plan, and which of them the practice computer reaches."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from functools import partial

from portalcheck.demo import dns_server, plan, tls, web
from portalcheck.demo.authorities import Authorities
from portalcheck.demo.certificates import Issued, server_context
from portalcheck.demo.plan import Plan
from portalcheck.demo.revocation import Word, ocsp_response
from portalcheck.demo.servers import Endpoint, Peer, Serve, Servers

_HTTP, _HTTPS, _DNS = 80, 443, 53
_SIX = ":"
_REFUSALS = {
    "wants-login": web.Page(status=407, headers=(("Proxy-Authenticate", 'Basic realm="practice"'),)),
    "blocks": web.Page(status=403),
}

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
        shown = self.authorities.leaf(
            self.plan.certificate_names,
            self.plan.signer,
            days=(self.plan.not_before_days, self.plan.not_after_days),
            send_issuer=self.plan.sends_intermediate,
            names_responder=self.plan.revoked,
        )
        plain, front, canaries = self._plain_sites(shown), self._front(shown), self._canaries()
        neutral = (plan.OPEN_ADDRESS, plan.AIA_ADDRESS, plan.RESPONDER_ADDRESS)
        found: Ports = {(address, _HTTP): plain for address in neutral}
        for address in (plan.PORTAL_4, plan.PORTAL_6, plan.IDENTITY_4, plan.IDENTITY_6):
            found[address, _HTTPS] = front
            found[address, _HTTP] = plain
        for address in (one for pair in plan.CANARY_ADDRESSES for one in pair):
            found[address, _HTTPS] = canaries
        # Where false answers lead: an imitation of the portal, and a filter's own page.
        imitation, page = self.authorities.imitation(plan.PORTAL), self.authorities.leaf((plan.BLOCK_PAGE,))
        found[plan.FALSE_ADDRESS, _HTTPS] = self._secured(
            {"": server_context(imitation)}, web.identity("sign-in")
        )
        found[plan.BLOCK_ADDRESS, _HTTPS] = self._secured({"": server_context(page)}, web.blocked)
        return found

    def _plain_sites(self, shown: Issued) -> Endpoint:
        issuer = self.authorities.signers["public"]
        sites: dict[str, web.Application] = {
            plan.PORTAL: web.plain_portal,
            plan.IDENTITY: web.plain_portal,
            plan.AIA: lambda _: web.Page(body=issuer.der, kind="application/pkix-cert"),
        }
        if self.plan.revoked:
            said = ocsp_response(shown, issuer, Word(now=time.time()))
            sites[plan.RESPONDER] = lambda _: web.Page(body=said, kind="application/ocsp-response")
        return self._servers.tcp(partial(web.serve, web.by_host(sites, web.open_network)))

    def _front(self, shown: Issued) -> Endpoint:
        """The portal and its identity host behind one address, as a provider's front end is."""
        if self.plan.front == "refuses":
            return self._servers.closed()
        clients = [self.authorities.private.der] if self.plan.front == "wants-certificate" else []
        identity = self.authorities.leaf((plan.IDENTITY,), self._inspected())
        contexts = {
            plan.PORTAL: server_context(shown, clients=clients),
            plan.IDENTITY: server_context(identity, clients=clients),
        }
        if self.plan.front == "only-old-tls":
            tls.only_old(contexts[plan.PORTAL])
        sites = {plan.PORTAL: web.portal(self.plan.site), plan.IDENTITY: web.identity(self.plan.site)}
        refusals = {"resets-name": Peer.reset, "ignores-name": Peer.ignore}
        return self._secured(contexts, web.by_host(sites, web.neutral), refusals.get(self.plan.front))

    def _canaries(self) -> Endpoint:
        leaves = {name: self.authorities.leaf((name,), self._inspected()) for name in plan.CANARIES}
        return self._secured({name: server_context(leaf) for name, leaf in leaves.items()}, web.neutral)

    def _inspected(self) -> plan.Signer:
        """Who signs what is not the portal's: a product that inspects the portal inspects everything."""
        return "inspection" if self.plan.signer == "inspection" else "public"

    def _secured(
        self, contexts: Mapping[str, ssl.SSLContext], site: web.Application, refuse: Serve | None = None
    ) -> Endpoint:
        """A site over TLS; with `refuse`, behind a filter that refuses the portal's name."""
        serve = partial(tls.serve, tls.chosen_by_name(contexts), partial(web.serve, site))
        return self._servers.tcp(partial(tls.unless_named, plan.PORTAL, refuse, serve) if refuse else serve)

    # ---- what this computer reaches of it

    def _seen_from_here(self) -> Ports:
        match self.plan.link:
            case "none":
                return {}
            case "captive":
                return self._behind_gateway()
            case "no-way-out" | "proxy-only":
                reached = dict.fromkeys(self._outside, self._servers.closed())
            case "six-silent":
                silent = self._servers.tcp(Peer.ignore)
                reached = {
                    where: silent if _SIX in where[0] else there for where, there in self._outside.items()
                }
            case "six-unreachable":
                reached = {where: there for where, there in self._outside.items() if _SIX not in where[0]}
            case "open":
                reached = dict(self._outside)
        for addresses in self.plan.hosts.values():
            reached.update({(address, _HTTPS): self._servers.closed() for address in addresses})
        missing = self.plan.missing | self.plan.own_missing
        own = {
            name: where for name, where in (plan.ZONE | self.plan.own_names).items() if name not in missing
        }
        reached[plan.OWN_DNS, _DNS] = self._dns(own, self.plan.own_otherwise, self.plan.dns)
        # The independent DNS server, which only an open network lets through.
        known = {name: where for name, where in plan.ZONE.items() if name not in self.plan.missing}
        closed_in = self.plan.link in ("no-way-out", "proxy-only")
        reached[plan.RESOLVER, _DNS] = self._dns(known, mode="silent" if closed_in else "answers")
        if self.plan.proxy != "none":
            reached[plan.PROXY_ADDRESS, plan.PROXY_PORT] = self._proxy()
        return reached

    def _dns(
        self,
        names: Mapping[str, tuple[str, ...]],
        otherwise: tuple[str, ...] = (),
        mode: plan.DnsMode = "answers",
    ) -> Endpoint:
        zone = dns_server.Zone(names=names, otherwise=otherwise)
        return self._servers.both(
            partial(dns_server.answer, zone, mode), partial(dns_server.serve, zone, mode)
        )

    def _behind_gateway(self) -> Ports:
        """A Wi-Fi that wants a sign-in first: every name and address leads to its gateway."""
        names = self._dns({}, otherwise=(plan.GATEWAY_ADDRESS,))
        plain = self._servers.tcp(partial(web.serve, web.gateway))
        secured = self._secured({"": server_context(self.authorities.imitation(plan.GATEWAY))}, web.gateway)
        reached = {where: secured if where[1] == _HTTPS else plain for where in self._outside}
        reached.update({(plan.GATEWAY_ADDRESS, _HTTP): plain, (plan.GATEWAY_ADDRESS, _HTTPS): secured})
        reached.update({(plan.OWN_DNS, _DNS): names, (plan.RESOLVER, _DNS): names})
        return reached

    def _proxy(self) -> Endpoint:
        if self.plan.proxy == "dead":
            return self._servers.closed()
        if self.plan.proxy in _REFUSALS:
            refusal = _REFUSALS[self.plan.proxy]
            return self._servers.tcp(partial(web.serve, lambda _: refusal))
        from portalcheck.demo import proxy

        return self._servers.tcp(partial(proxy.serve, self._from_outside))

    def _from_outside(self, host: str, port: int) -> Endpoint:
        """Where the proxy, which stands outside, finds a host by its name or address. Raises KeyError."""
        return self._outside[plan.ZONE.get(host, (host,))[0], port]
