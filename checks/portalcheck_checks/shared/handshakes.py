"""The server of a hop, spoken to in another way: under another name, or with another ClientHello."""

from __future__ import annotations

from urllib.parse import urlsplit

from portalcheck.api import DIRECT, Chain, Context, Failure, Hello, Hop, Route
from portalcheck_checks.shared.retries import SECOND, retry

OTHER_NAMES = ("www.example.com", "192.0.2.1")
"""Sent instead of the portal's name: one that RFC 2606 keeps free, and (by a literal, RFC 6066, 3) none at all."""
_HELLOS = (Hello.SMALL, Hello.HTTP_1, Hello.TLS_1_2, Hello.PLAIN, Hello.ANY)


def route_to(ctx: Context, hop: Hop, *, hello: Hello = Hello.BROWSER, server_name: str = "") -> Route | None:
    """A handshake with the very server of a hop, by its address or its proxy; None if there was no connection."""
    if hop.connect is None or not hop.connect.address or hop.proxy_refused:
        return None
    own = urlsplit(ctx.url).hostname == hop.host
    host = f"[{hop.host}]" if ":" in hop.host else hop.host
    return Route(
        url=ctx.url if own else f"{hop.scheme}://{host}:{hop.port}/",
        addresses=(hop.connect.address,) if hop.proxy is None else (),
        proxy=DIRECT if hop.proxy is None else hop.proxy.url,
        hello=hello,
        server_name=server_name,
        follow=False,
        request=False,
    )


def experiments(ctx: Context, hop: Hop) -> list[Route]:
    """The routes of all counterfactuals for a handshake that failed, and of its retries."""
    names = [route_to(ctx, hop, server_name=name) for name in OTHER_NAMES]
    hellos = [route_to(ctx, hop, hello=hello) for hello in (Hello.BROWSER, *_HELLOS)]
    # After silence there may be no time left for a second try of what passes.
    silent = hop.tls is not None and hop.tls.failure is Failure.TIMED_OUT
    again = [retry(route) for route in (hellos if silent else hellos[:1]) if route is not None]
    return [*(route for route in (*names, *hellos) if route is not None), *again]


def name_passed(ctx: Context, hop: Hop) -> bool:
    """Whether any handshake under a hop's own name succeeded, with whatever ClientHello: a filter lets none pass."""
    return any(shakes_hands(ctx, route_to(ctx, hop, hello=hello)) for hello in (Hello.BROWSER, *_HELLOS))


def shakes_hands(ctx: Context, route: Route | None, *, alert: bool = False) -> bool:
    """Whether a handshake along a route succeeds; with `alert` that of the server is an answer too."""
    trace = ctx.trace(route) if route is not None else None
    step = trace.first.tls if trace is not None else None
    return step is not None and (step.failure is None or (alert and step.failure is Failure.ALERT))


def passing_hello(ctx: Context, hop: Hop) -> Hello | None:
    """The ClientHello nearest to a browser's that a hop's server answers, where it answers theirs at no try."""
    as_browsers = route_to(ctx, hop)
    if as_browsers is None or any(shakes_hands(ctx, route) for route in (as_browsers, retry(as_browsers))):
        return None
    return next((hello for hello in _HELLOS if passes_twice(ctx, hop, hello)), None)


def passes_twice(ctx: Context, hop: Hop, hello: Hello) -> bool:
    """Whether two handshakes with a ClientHello succeed."""
    route = route_to(ctx, hop, hello=hello)
    return shakes_hands(ctx, route) and route is not None and shakes_hands(ctx, retry(route, SECOND))


def takes_hello(ctx: Context, hello: Hello) -> bool:
    """Whether any canary answers a ClientHello; False also if they may not be asked."""
    canaries = ctx.third_parties.canaries()
    if canaries is None:
        return False
    return canaries.verified > 0 if hello is Hello.BROWSER else ctx.third_parties.shake_hands(hello)


def some_hello_passes(ctx: Context, hop: Hop) -> bool:
    """Whether a ClientHello other than a browser's gets an answer, of a hop's server or of a canary."""
    return canaries_want_less(ctx) or passing_hello(ctx, hop) is not None


def canaries_want_less(ctx: Context) -> bool:
    """Whether no canary answers a browser's ClientHello, at neither try, and one answers the plainest."""
    if takes_hello(ctx, Hello.BROWSER) or not takes_hello(ctx, Hello.PLAIN):
        return False
    return not ctx.third_parties.shake_hands(Hello.BROWSER)


def differs_by_sni(ctx: Context, hop: Hop, chain: Chain | None) -> bool:
    """Whether a certificate that no store trusts comes for the portal's name, and the portal's own for another name."""
    if chain is None or not chain.readable or chain.trusted_by or chain.name_matches or chain.incomplete:
        return False
    route = route_to(ctx, hop, server_name=OTHER_NAMES[0])
    other = ctx.trace(route) if route is not None else None
    genuine = ctx.chain(other.first) if other is not None else None
    return genuine is not None and genuine.proves_host
