"""What a page that came with a good status is: one to sign in with, or one that only speaks, and of what.

A field to type in, and scripts or frames that could draw one, make a page that may be right, whatever it says
beside. Without them its title, first heading and first words are compared with what such pages say. Only the head
of a page is read; of one that is longer, nothing is said.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from portalcheck.facts import PageKind

_FIRST_WORDS = 400
_APART = re.compile(
    r"<!--(?:.*?-->|.*)|<(script|style|noscript|template)\b(?:.*?</\1\s*>|.*)", re.DOTALL | re.IGNORECASE
)
_SCRIPT = re.compile(r"<script\b([^>]{0,2000})>(.*?)(?:</script|\Z)", re.DOTALL | re.IGNORECASE)
_TITLE = re.compile(r"<title\b[^>]{0,200}>(.{0,300}?)</title>", re.DOTALL | re.IGNORECASE)
_HEADING = re.compile(r"<h[12]\b[^>]{0,500}>(.{0,500}?)</h[12]", re.DOTALL | re.IGNORECASE)
_FIELD = re.compile(r"<(?:input|select|textarea)\b([^>]{0,1000})", re.IGNORECASE)
_NO_FIELD = re.compile(r"type\s*=\s*[\"']?(?:hidden|submit|button|image|reset|search)", re.IGNORECASE)
_FRAME = re.compile(r"<(?:iframe|frame|object|embed|portal)\b", re.IGNORECASE)
_LEADS_ON = re.compile(r"<meta\b[^>]{0,300}refresh[^>]{0,300}url\s*=", re.IGNORECASE)
_WAY_IN = re.compile(
    r"<(?:a|button)\b[^>]{0,1000}>[^<]{0,100}(?:sign|log)[ -]?[io]n|inici(?:ar?|e) (?:de )?sesi|ingres(?:ar|e)|"
    r"<form\b[^>]{0,1000}(?:sign|log)[_-]?in",
    re.IGNORECASE,
)
_COUNTS_VISITORS = re.compile(
    r"googletagmanager|google-analytics|gtag\(|datalayer|_gaq|hotjar|clarity\.ms|newrelic|nreum|matomo|piwik"
    r"|dynatrace|ruxitagent|application/(?:ld\+)?json",
    re.IGNORECASE,
)
_GUARD = re.compile(
    r"_incapsula_resource\?[^>]{0,500}incident_id|incapsula incident id|the requested url was rejected"
    r"|your support id is|pardon our interruption|sorry, you have been blocked|sucuri website firewall"
    r"|this request was blocked by the security rules|access to this page has been denied because"
)
"""What the refusals of web application firewalls say, and nobody else."""

_SPEAKS_OF = (
    (
        PageKind.REFUSAL,
        r"access (?:is )?(?:denied|forbidden|restricted)|request (?:rejected|unsuccessful|blocked|denied)"
        r"|(?:you|request|page|site|address) (?:have|has|was|were|is|are) (?:been )?(?:blocked|denied|refused|banned)"
        r"|web ?page blocked|blocked by|not authori[sz]ed to|not available in your (?:country|region)|^403\b"
        r"|acceso (?:denegado|restringido|prohibido)|(?:solicitud|petici[oó]n) (?:rechazada|bloqueada|denegada)"
        r"|ha(?:n)? sido (?:bloquead|rechazad|denegad)[oa]|no est[aá] disponible en su (?:pa[ií]s|regi[oó]n)",
    ),
    (
        PageKind.MAINTENANCE,
        r"(?:under|undergoing|down for|closed for|offline for|performing|scheduled|planned|routine|emergency|system"
        r"|site|website|server) (?:\w+ )?maintenance|^(?:\w+ )?maintenance$"
        r"|maintenance (?:mode|page|window|in progress)"
        r"|(?:temporarily|currently|presently) (?:unavailable|down|offline|closed|not available|out of service)"
        r"|service (?:is )?(?:\w+ )?unavailable|not available at this time"
        r"|be (?:right )?back (?:soon|shortly|later|online)"
        r"|be right back|^back soon|out of (?:service|order)|en mantenimiento|^mantenimiento"
        r"|mantenimiento (?:programado|planificado|del? (?:sistema|sitio|portal|la p[aá]gina))"
        r"|(?:tareas|trabajos|labores) de mantenimiento|temporalmente (?:no disponible|fuera de|inaccesible|cerrad)"
        r"|no (?:est[aá]|se encuentra) disponible|fuera de servicio"
        r"|volveremos (?:pronto|en breve|enseguida|m[aá]s tarde)",
    ),
    (
        PageKind.OLD_BROWSER,
        r"browser (?:is |version |you are using )*(?:not|no longer|isn.t) supported|unsupported (?:web )?browser"
        r"|(?:update|upgrade) your (?:web )?browser|browser is (?:out of date|out-of-date|outdated|too old)"
        r"|navegador (?:no (?:es |est[aá] )?(?:compatible|soportado|admitido)|obsoleto|desactualizado|anticuado)"
        r"|actuali(?:ce|za|zar) (?:su|tu|el) navegador",
    ),
    (
        PageKind.FAULT,
        r"internal (?:server )?error|application error|bad gateway|gateway time-?out"
        r"|(?:an|unexpected) error (?:has )?occurred"
        r"|something went wrong|runtime error|fatal error|database (?:connection )?error|^error\b"
        r"|ha ocurrido un error|error interno|algo sali[oó] mal|se ha producido un error",
    ),
    (
        PageKind.SOMETHING_ELSE,
        r"welcome to (?:nginx|caddy|openresty)|^it works|default (?:web ?)?(?:page|site)|iis windows server|^index of /"
        r"|(?:domain|website) (?:name )?(?:is |may be )?(?:for sale|parked|expired)|buy this domain|parked domain"
        r"|account (?:has been )?suspended|(?:site|page|app) not found|no such app|^404\b"
        r"|under construction|coming soon"
        r"|dominio (?:en venta|aparcado|estacionado|caducado)|cuenta suspendida|en construcci[oó]n"
        r"|p[aá]gina no (?:encontrada|existe)",
    ),
)


def kind_of(head: bytes, content_type: str, *, whole: bool) -> PageKind:
    """What kind of page this is; `UNKNOWN` for one that is not `whole`, or not written as browsers would read it."""
    if not whole:
        return PageKind.UNKNOWN
    text = _decoded(head, content_type)
    if text is None:
        return PageKind.UNKNOWN
    if not text.strip():
        return PageKind.EMPTY
    shown = _APART.sub(" ", text)
    if any(not _NO_FIELD.search(field[1]) for field in _FIELD.finditer(shown)):
        return PageKind.FORM
    title = _words(next(_TITLE.finditer(shown), None))
    if _GUARD.search(shown.lower()):
        return PageKind.REFUSAL
    if _FRAME.search(shown) or _LEADS_ON.search(shown) or any(_draws(*one) for one in _scripts(text)):
        return _spoken_of(title) or PageKind.DRAWN
    heading = _words(next(_HEADING.finditer(shown), None))
    body = " ".join(html.unescape(re.sub(r"<[^>]{0,2000}>", " ", _TITLE.sub(" ", shown))).lower().split())
    if not (title or body):
        return PageKind.EMPTY
    first = "" if _WAY_IN.search(shown) else body[:_FIRST_WORDS]
    said = _spoken_of(heading) or _spoken_of(first) if first else None
    return _spoken_of(title) or said or PageKind.BARE


def _decoded(head: bytes, content_type: str) -> str | None:
    """The page as text, None where it is of no kind that browsers show, or packed although nobody asked for it."""
    named = re.search(r"charset=[\"']?([\w-]+)", content_type.lower())
    charset = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else named[1] if named else "utf-8"
    if head[:2] == b"\x1f\x8b" or (b"\0" in head[:64] and charset != "utf-16"):
        return None
    try:
        return head.decode(charset, "replace")
    except LookupError:
        return head.decode("utf-8", "replace")


def _scripts(text: str) -> Iterator[tuple[str, str]]:
    return ((found[1], found[2]) for found in _SCRIPT.finditer(text))


def _draws(attributes: str, code: str) -> bool:
    """Whether a script could draw a form, or lead on to one, and is not there to count visitors."""
    if _COUNTS_VISITORS.search(attributes) or _COUNTS_VISITORS.search(code[:2000]):
        return False
    return "src" in attributes.lower() or bool(code.strip())


def _words(found: re.Match[str] | None) -> str:
    return (
        ""
        if found is None
        else " ".join(html.unescape(re.sub(r"<[^>]{0,500}>", " ", found[1])).lower().split())
    )


def _spoken_of(words: str) -> PageKind | None:
    return next((kind for kind, said in _SPEAKS_OF if re.search(said, words)), None)
