"""The situations: what a browser is set to, and what the page must make of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from portalcheck.demo import web
from tests.guide.situation import CHROMIUM, FIREFOX, Extension, Situation, Step, extension
from tests.lab import names, steps
from tests.lab.steps import gone
from tests.lab.world import World, redirect, status

REACHES = frozenset({"page.reaches role=portal"})
HEALTHY = REACHES | {"page.cookies-work"}
NOT_BLAMED = frozenset({"page.blocked", "page.scripts-off", "page.storage-blocked", "page.too-old"})
NO_COOKIES = frozenset({"page.cookies-blocked scope=all"})
BLOCKED = frozenset({"page.blocked role=portal", "page.cookies-work"})
_DEAD = "127.0.0.1:9"
_REFUSES = f"https://{names.OPEN_4}/dns-query"
_EVERY_TYPE = [
    *("main_frame", "sub_frame", "stylesheet", "script", "image", "font", "object", "xmlhttprequest", "ping"),
    *("media", "websocket", "other"),
]

# ---- what the portal does ----------------------------------------------------------------------


def answers(host: str, page: web.Page) -> Step:
    """One of the portal's hosts answers so."""
    return lambda world: world.apps.update({host: lambda _: page})


def with_headers(host: str, *headers: tuple[str, str]) -> Step:
    """One of the portal's hosts adds header fields to its usual answer."""

    def step(world: World) -> None:
        usual = world.apps[host]
        world.apps[host] = lambda asked: msgspec.structs.replace(usual(asked), headers=headers)

    return step


def only_sign_in_leads_on(world: World) -> None:
    """Whatever else is asked of the portal is not there."""
    usual = world.apps[names.PORTAL]
    sign_in = names.SIGN_IN.partition(names.PORTAL)[2]
    world.apps[names.PORTAL] = lambda asked: (
        usual(asked) if asked.target == sign_in else web.page("No", status=404)
    )


def slow(seconds: float) -> Step:
    """The portal answers after a while."""

    def step(world: World) -> None:
        usual = world.apps[names.PORTAL]

        def later(asked: web.Asked) -> web.Page:
            world.servers.stopping.wait(seconds)
            return usual(asked)

        world.apps[names.PORTAL] = later

    return step


def round_in_circles(world: World) -> None:
    """Portal and identity send to each other without end."""
    world.apps[names.IDENTITY] = redirect(names.SIGN_IN)


def untrusted(world: World) -> None:
    """Nobody vouches for the portal's certificate."""
    world.show(names.PORTAL, world.pki.leaf(names.PORTAL, signer=world.pki.private))


def inspected(world: World) -> None:
    """A product opens the portal's connections, and the system trusts its root; the browser does not know it."""
    for host in (names.PORTAL, names.IDENTITY):
        world.show(host, world.pki.leaf(host, signer=world.pki.inspection))
    world.patient.system_roots.append(world.pki.inspection)


# ---- extensions that we wrote ------------------------------------------------------------------


def rules(*each: Mapping[str, Any], private: bool = False) -> Extension:
    """An extension for Chromium with rules for requests (declarativeNetRequest)."""
    listed = [{"id": number, "priority": 1, **rule} for number, rule in enumerate(each, start=1)]
    manifest = {
        "manifest_version": 3,
        "permissions": ["declarativeNetRequest"],
        "host_permissions": ["<all_urls>"],
        "declarative_net_request": {
            "rule_resources": [{"id": "rules", "enabled": True, "path": "rules.json"}]
        },
    }
    return extension(manifest, rules_json=json.dumps(listed), private=private)


def blocks(**condition: Any) -> Extension:
    """One that blocks requests of all kinds under a condition."""
    told = {"resourceTypes": _EVERY_TYPE, **condition}
    return rules({"action": {"type": "block"}, "condition": told})


def listener(
    event: str, answer: str, *urls: str, private: bool = False, name: str = "My Tracker Blocker"
) -> Extension:
    """An add-on for Firefox that answers to an event of requests (webRequest)."""
    extra = {
        "onBeforeRequest": ["blocking"],
        "onHeadersReceived": ["blocking", "responseHeaders"],
        "onBeforeSendHeaders": ["blocking", "requestHeaders"],
    }[event]
    script = f"browser.webRequest.{event}.addListener({answer}, {{urls: {json.dumps(urls)}}}, {json.dumps(extra)});"
    manifest = {
        "manifest_version": 2,
        "name": name,
        "permissions": ["webRequest", "webRequestBlocking", _ALL],  # that of the page that asks, too
        "background": {"scripts": ["background.js"]},
        "browser_specific_settings": {"gecko": {"id": "something@lab.example"}},
    }
    return extension(manifest, background_js=script, private=private)


_ALL = "<all_urls>"
_PORTAL_URLS = f"*://{names.PORTAL}/*"
_CANCEL = "() => ({cancel: true})"
_CANCEL_ACROSS = "(r) => ({cancel: r.thirdParty || !r.url.startsWith('http://127.0.0.1')})"
_HOLD = "() => new Promise(done => setTimeout(() => done({}), 3000))"
_WITHOUT_SET_COOKIE = (
    "(r) => ({responseHeaders: r.responseHeaders.filter(h => h.name.toLowerCase() !== 'set-cookie')})"
)


def chromium(id_: str, what: str, wants: frozenset[str], **more: Any) -> Situation:
    """A situation of Chromium."""
    return Situation(id=f"c-{id_}", what=what, browser=CHROMIUM, wants=wants, **more)


def firefox(id_: str, what: str, wants: frozenset[str], **more: Any) -> Situation:
    """A situation of Firefox."""
    return Situation(id=f"f-{id_}", what=what, browser=FIREFOX, wants=wants, **more)


def blamed(cause: str, outcome: str = "fail") -> dict[str, Any]:
    """What is named, and how gravely."""
    return {"cause": cause, "outcome": outcome}


def content(kind: str, value: int) -> dict[str, Any]:
    """Chromium's setting for a kind of content of all sites."""
    return {"profile": {"default_content_setting_values": {kind: value}}}


def untested(why: str) -> frozenset[str]:
    """That the page could not test the browser, and why."""
    return frozenset({f"page.untested why={why}"})


_HEALTHY: dict[str, Any] = {"never": NOT_BLAMED | {"page.untested"}}
_INNOCENT: dict[str, Any] = {"never": NOT_BLAMED}

OF_CHROMIUM = (
    chromium("healthy", "as it comes", HEALTHY, **_HEALTHY),
    chromium("incognito", "an Incognito window", HEALTHY, private=True, **_HEALTHY),
    chromium(
        "others-allowed",
        "third parties' cookies are allowed",
        HEALTHY,
        policy={"BlockThirdPartyCookies": False},
        **_HEALTHY,
    ),
    chromium(
        "https-only", "HTTPS alone, by policy", HEALTHY, policy={"HttpsOnlyMode": "force_enabled"}, **_HEALTHY
    ),
    chromium(
        "spanish", "a browser in Spanish", HEALTHY, options=("--lang=es", "--accept-lang=es"), **_HEALTHY
    ),
    # Cookies.
    chromium(
        "no-cookies-policy",
        "a policy blocks all cookies",
        NO_COOKIES,
        policy={"DefaultCookiesSetting": 2},
        **blamed("cookies-blocked"),
    ),
    chromium(
        "no-cookies-setting",
        "the person blocks all cookies",
        NO_COOKIES,
        preferences=content("cookies", 2),
        **blamed("cookies-blocked"),
    ),
    chromium(
        "cookies-but-portal",
        "all cookies are blocked but the portal's",
        NO_COOKIES,
        policy={"DefaultCookiesSetting": 2, "CookiesAllowedForUrls": ["[*.]lab.example"]},
    ),
    chromium(
        "no-portal-cookies",
        "a policy blocks the portal's cookies alone",
        HEALTHY,
        policy={"CookiesBlockedForUrls": ["[*.]lab.example"]},
        **blamed("cookies-blocked"),
    ),
    chromium(
        "strips-cookies",
        "an extension takes all cookies away",
        NO_COOKIES,
        extension=rules(
            {
                "action": {
                    "type": "modifyHeaders",
                    "responseHeaders": [{"header": "set-cookie", "operation": "remove"}],
                    "requestHeaders": [{"header": "cookie", "operation": "remove"}],
                },
                "condition": {"resourceTypes": _EVERY_TYPE},
            }
        ),
        **blamed("cookies-blocked"),
    ),
    # What keeps the portal out.
    chromium(
        "blocks-portal",
        "an extension blocks the portal",
        BLOCKED,
        extension=blocks(requestDomains=[names.PORTAL]),
        **blamed("browser-blocks"),
    ),
    chromium(
        "blocks-portal-private",
        "an extension blocks the portal, and a private window shows it",
        BLOCKED | {"page.private-works"},
        extension=blocks(requestDomains=[names.PORTAL]),
        then=("private",),
        **blamed("browser-blocks"),
    ),
    chromium(
        "blocks-portal-other",
        "an extension blocks the portal, and Firefox shows it",
        BLOCKED | {"page.other-works browser=firefox"},
        extension=blocks(requestDomains=[names.PORTAL]),
        then=("other",),
        **blamed("browser-blocks"),
    ),
    chromium(
        "blocks-identity",
        "an extension blocks the host that signs people in",
        frozenset({"page.blocked role=identity", "page.reaches role=portal"}),
        extension=blocks(requestDomains=[names.IDENTITY]),
        world=(only_sign_in_leads_on,),
        **blamed("browser-blocks"),
    ),
    chromium(
        "blocks-others",
        "an extension blocks all that is of third parties",
        untested("other-sites"),
        extension=blocks(domainType="thirdParty", resourceTypes=_EVERY_TYPE[1:]),
        **_INNOCENT,
    ),
    chromium(
        "dead-proxy",
        "the person's own proxy is dead",
        BLOCKED,
        preferences={"proxy": {"mode": "fixed_servers", "server": _DEAD}},
        **blamed("browser-blocks"),
    ),
    chromium(
        "dead-proxy-policy",
        "a policy's proxy is dead",
        BLOCKED,
        policy={"ProxySettings": {"ProxyMode": "fixed_servers", "ProxyServer": _DEAD}},
        **blamed("browser-blocks"),
    ),
    chromium(
        "dead-doh",
        "a policy names a DNS-over-HTTPS server that refuses, and no other",
        BLOCKED,
        policy={"DnsOverHttpsMode": "secure", "DnsOverHttpsTemplates": _REFUSES + "{?dns}"},
        **blamed("browser-blocks"),
    ),
    chromium(
        "forbidden-page",
        "a policy forbids the portal's page; requests pass",
        REACHES,
        policy={"URLBlocklist": [names.PORTAL]},
        **blamed("browser-blocks"),
    ),
    chromium(
        "forbidden-seen",
        "a policy forbids the portal's page, and the person sees none",
        REACHES | {"page.sign-in-seen seen=False"},
        policy={"URLBlocklist": [names.PORTAL]},
        then=("seen-no",),
        **blamed("browser-blocks"),
    ),
    chromium(
        "not-seen",
        "an extension stops the page alone, and the person sees none",
        REACHES | {"page.sign-in-seen seen=False"},
        extension=rules(
            {
                "action": {"type": "block"},
                "condition": {"requestDomains": [names.PORTAL], "resourceTypes": ["main_frame"]},
            }
        ),
        then=("seen-no",),
        **blamed("browser-blocks"),
    ),
    chromium(
        "seen",
        "the person sees the sign-in page",
        REACHES | {"page.sign-in-seen seen=True"},
        then=("seen-yes",),
        **_HEALTHY,
    ),
    # Scripts.
    chromium(
        "no-scripts-policy",
        "a policy turns all scripts off",
        frozenset({"page.scripts-off"}) | untested("no-scripts"),
        policy={"DefaultJavaScriptSetting": 2},
        **blamed("browser-blocks"),
    ),
    chromium(
        "no-scripts-setting",
        "the person turned all scripts off",
        frozenset({"page.scripts-off"}) | untested("no-scripts"),
        preferences=content("javascript", 2),
        **blamed("browser-blocks"),
    ),
    chromium(
        "no-portal-scripts",
        "a policy turns the portal's scripts off, and no others",
        HEALTHY,
        policy={"JavaScriptBlockedForUrls": ["[*.]lab.example"]},
        **blamed("browser-blocks"),
    ),
)
OF_FIREFOX = (
    firefox("healthy", "as it comes", HEALTHY, **_HEALTHY),
    firefox("private", "a private window", HEALTHY, private=True, **_HEALTHY),
    firefox(
        "strict",
        "strict tracking protection",
        HEALTHY,
        preferences={"browser.contentblocking.category": "strict"},
        **_HEALTHY,
    ),
    firefox(
        "https-only", "HTTPS alone", HEALTHY, preferences={"dom.security.https_only_mode": True}, **_HEALTHY
    ),
    firefox(
        "resists-fingerprinting",
        "it resists fingerprinting",
        HEALTHY,
        preferences={"privacy.resistFingerprinting": True},
        **_HEALTHY,
    ),
    firefox(
        "holds-requests",
        "an add-on holds each request for three seconds",
        HEALTHY,
        extension=listener("onBeforeRequest", _HOLD, _ALL),
        **_HEALTHY,
    ),
    # Cookies.
    firefox(
        "no-others-cookies",
        "it blocks third parties' cookies",
        HEALTHY | {"page.cookies-blocked scope=third-party"},
        preferences={"network.cookie.cookieBehavior": 1},
        **_HEALTHY,
    ),
    firefox(
        "no-cookies",
        "it blocks all cookies",
        NO_COOKIES,
        preferences={"network.cookie.cookieBehavior": 2},
        **blamed("cookies-blocked"),
    ),
    firefox(
        "no-cookies-policy",
        "a policy blocks all cookies",
        NO_COOKIES,
        policy={"Cookies": {"Behavior": "reject"}},
        **blamed("cookies-blocked"),
    ),
    firefox(
        "no-portal-cookies",
        "a policy blocks the portal's cookies alone",
        HEALTHY,
        policy={"Cookies": {"Block": [f"https://{names.PORTAL}"]}},
        **blamed("cookies-blocked"),
    ),
    firefox(
        "strips-cookies",
        "an add-on takes all cookies away",
        NO_COOKIES,
        extension=listener("onHeadersReceived", _WITHOUT_SET_COOKIE, _ALL),
        **blamed("cookies-blocked"),
    ),
    firefox(
        "no-storage",
        "pages may store nothing but cookies",
        HEALTHY | {"page.storage-blocked"},
        preferences={"dom.storage.enabled": False, "dom.indexedDB.enabled": False},
        **blamed("browser-blocks", "warn"),
    ),
    # What keeps the portal out.
    firefox(
        "blocks-portal",
        "an add-on blocks the portal",
        BLOCKED,
        extension=listener("onBeforeRequest", _CANCEL, _PORTAL_URLS),
        **blamed("browser-blocks"),
    ),
    firefox(
        "blocks-unnamed",
        "an add-on that does not say what it is blocks the portal, and nothing else shows it",
        BLOCKED,
        extension=listener("onBeforeRequest", _CANCEL, _PORTAL_URLS, name="Something"),
        **blamed("browser-blocks", "warn"),
    ),
    firefox(
        "blocks-portal-private",
        "an add-on blocks the portal, and a private window shows it",
        BLOCKED | {"page.private-works"},
        extension=listener("onBeforeRequest", _CANCEL, _PORTAL_URLS),
        then=("private",),
        **blamed("browser-blocks"),
    ),
    firefox(
        "blocks-portal-other",
        "an add-on blocks the portal, and Chromium shows it",
        BLOCKED | {"page.other-works browser=chromium"},
        extension=listener("onBeforeRequest", _CANCEL, _PORTAL_URLS),
        then=("other",),
        **blamed("browser-blocks"),
    ),
    firefox(
        "blocks-both",
        "an add-on blocks the portal, in private windows too",
        BLOCKED,
        extension=listener("onBeforeRequest", _CANCEL, _PORTAL_URLS, private=True),
        then=("private",),
        never=frozenset({"page.private-works"}),
        **blamed("browser-blocks"),
    ),
    firefox(
        "blocks-others",
        "an add-on blocks all other sites",
        untested("other-sites"),
        extension=listener("onBeforeRequest", _CANCEL_ACROSS, _ALL),
        **_INNOCENT,
    ),
    firefox(
        "dead-proxy",
        "its own proxy is dead",
        BLOCKED,
        preferences={"network.proxy.type": 1, "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9},
        **blamed("browser-blocks"),
    ),
    firefox(
        "dead-doh",
        "its DNS-over-HTTPS server refuses, and it asks no other",
        BLOCKED,
        preferences={"network.trr.mode": 3, "network.trr.uri": _REFUSES},
        **blamed("browser-blocks"),
    ),
    firefox(
        "forbidden-page",
        "a policy forbids the portal's page",
        frozenset({"page.opened"}),
        policy={"WebsiteFilter": {"Block": [f"*://{names.PORTAL}/*"]}},
        **blamed("browser-blocks"),
    ),
    firefox(
        "no-scripts",
        "scripts are off",
        frozenset({"page.scripts-off"}) | untested("no-scripts"),
        preferences={"javascript.enabled": False},
        **blamed("browser-blocks"),
    ),
)


def _of_the_portal(make: Any) -> tuple[Situation, ...]:
    """What the portal does, which is no fault of a browser's."""
    corp = ("Cross-Origin-Resource-Policy", "same-origin")
    closed = (
        ("X-Frame-Options", "DENY"),
        ("Content-Security-Policy", "frame-ancestors 'none'"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Embedder-Policy", "require-corp"),
        ("Strict-Transport-Security", "max-age=31536000"),
    )
    return (
        make(
            "corp",
            "the portal lets no other site embed it",
            untested("header"),
            world=(with_headers(names.PORTAL, corp),),
            **_INNOCENT,
        ),
        make(
            "corp-identity",
            "the host that signs in lets no other site embed it",
            untested("header"),
            world=(with_headers(names.IDENTITY, ("Cross-Origin-Resource-Policy", "same-site")),),
            **_INNOCENT,
        ),
        make(
            "closed",
            "the portal may not be framed, and isolates itself",
            HEALTHY,
            world=(with_headers(names.IDENTITY, *closed),),
            **_HEALTHY,
        ),
        make(
            "401",
            "the portal wants a login at once",
            REACHES,
            world=(
                answers(
                    names.IDENTITY, web.Page(status=401, headers=(("WWW-Authenticate", 'Basic realm="lab"'),))
                ),
            ),
            **_HEALTHY,
        ),
        make(
            "403",
            "the portal refuses",
            REACHES,
            world=(lambda world: world.apps.update({names.IDENTITY: status(403)}),),
            **_HEALTHY,
            **blamed("blocked-by-server"),
        ),
        make(
            "503",
            "the portal is down",
            REACHES,
            world=(lambda world: world.apps.update({names.IDENTITY: status(503)}),),
            **_HEALTHY,
            **blamed("portal-error"),
        ),
        make("slow", "the portal needs six seconds", REACHES, world=(slow(6.0),), **_HEALTHY),
        make(
            "plain-hop",
            "the portal sends over plain HTTP and back",
            untested("plain-http"),
            world=(
                lambda world: world.apps.update({names.PORTAL: redirect(f"http://{names.IDENTITY}/login")}),
            ),
            **_INNOCENT,
        ),
        make(
            "loop",
            "the portal's redirects go round",
            untested("walk"),
            world=(round_in_circles,),
            **_INNOCENT,
            **blamed("redirect-problem"),
        ),
        make(
            "untrusted",
            "nobody vouches for the portal",
            frozenset({"page.untested"}),
            world=(untrusted,),
            **_INNOCENT,
            **blamed("cert-untrusted"),
        ),
        make(
            "inspected",
            "the system trusts who inspects, the browser does not",
            untested("trust"),
            world=(inspected,),
            **_INNOCENT,
        ),
        make(
            "unreachable",
            "the portal answers nobody",
            untested("walk"),
            world=(steps.block(gone("reject with tcp reset")),),
            **_INNOCENT,
            **blamed("portal-unreachable"),
        ),
    )


ROWS: tuple[Situation, ...] = (*OF_CHROMIUM, *OF_FIREFOX, *_of_the_portal(chromium), *_of_the_portal(firefox))
SITUATIONS = {row.id: row for row in ROWS}
