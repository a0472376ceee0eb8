"""What rewritten links, escapes, markup and programs made of a block or JSON report: public bug reports, and five
more of each kind. Text to text, or to bytes.
"""

from __future__ import annotations

import base64
import html
import json
import quopri
import re
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote, quote_plus

Mangler = Callable[[str], str | bytes]
Table = Mapping[str, Mangler]

HERE = Path(__file__).parent
TEXT = (HERE / "practice.txt").read_text("utf-8")
"""A whole text report."""
BLOCK = TEXT[TEXT.index("BEGIN") : TEXT.index("END PORTAL")] + "END PORTALCHECK REPORT\n"
JSON = (HERE / "practice.json").read_text("utf-8")
"""The JSON report of the same run."""
DOCUMENT = json.loads(JSON)
COMPACT = json.dumps(DOCUMENT, separators=(",", ":"))
HOST = "portal.practice.example"


def _behind(link: str) -> Mangler:
    """The host followed by a link, in which HOST stands for it."""
    return lambda text: text.replace(HOST, HOST + link.replace("HOST", HOST))


def _instead(written: str) -> Mangler:
    return lambda text: text.replace(HOST, written.replace("HOST", HOST))


def _paragraphs(text: str) -> str:
    linked = html.escape(text).replace(HOST, f'<a href="http://{HOST}/">{HOST}</a>')
    return "".join(f"<p>{line}</p>" for line in linked.splitlines())


_SAFE = (
    "<https://nam02.safelinks.protection.outlook.com/?url=http%3A%2F%2FHOST%2F&data=05%7C02%7Crosa%40clinic.example%7C"
    + "0a1b2c3d" * 60
    + "%7CUnknown%7CTWFpbGZsb3d8eyJWIjoiMC4wLjAwMDAiLCJQIjoiV2luMzIifQ%3D%3D%7C0%7C%7C%7C&sdata=a%2Fb%3D&reserved=0>"
)
_CISCO = f"<https://secure-web.cisco.com/1{'Xy0-_9' * 100}/http%3A%2F%2FHOST>"


def _wrapped_link(text: str) -> str:
    link = _SAFE.replace("HOST", HOST)
    return text.replace(HOST, HOST + "\n".join(link[place : place + 76] for place in range(0, len(link), 76)))


LINKS: Table = {
    "proofpoint-3": _behind("<https://urldefense.com/v3/__http://HOST__;!!OToaGQ!e1Nq4dXx-Ab_9kq0rT8Q$>"),
    "proofpoint-3-bare": _behind(" https://urldefense.com/v3/__http://HOST__;!!OToaGQ!e1Nq4dXx-Ab_9kq0rT8Q$"),
    "proofpoint-3-star": _behind("<https://urldefense.com/v3/__http://HOST*a__;Iw!!OToa!e1-4$ >"),
    "proofpoint-2": _behind("<https://urldefense.proofpoint.com/v2/url?u=http-3A__HOST&d=DwMFaQ&c=a_b&r=&e=>"),
    "safe-links": _behind(_SAFE),
    "safe-links-wrapped": _wrapped_link,
    "safe-links-bare": _behind(" " + _SAFE.strip("<>")),
    "barracuda": _behind("<https://linkprotect.cudasvc.com/url?a=http%3a%2f%2fHOST&c=E,1,RxSj0p9-Yx_8H4l,&typo=1>"),
    "barracuda-bare": _behind(" https://linkprotect.cudasvc.com/url?a=http%3a%2f%2fHOST&c=E,1,RxSj0p9-Yx_8H4l,&typo=1"),
    "cisco": _behind(_CISCO),
    "mimecast": _behind("<https://protect-us.mimecast.com/s/AbC1CxkV9yTZ;k2/?domain=HOST>"),
    "fireeye": _behind(" <https://protect2.fireeye.com/v1/url?k=0b9,-1;x=2&q=1&u=http%3A%2F%2FHOST%2F>"),
    "sophos": _behind("<https://eu-west-1.protection.sophos.com?d=HOST&u=aHR0cDovLw==&i=NT,&t=Q;&h=a&s=AVNP>"),
    "trend-micro": _behind("<https://us.urltracer.trendmicro.com/wis/clicktime/v1/query?url=http%3a%2f%2fHOST&umid=1,2;3>"),
    "markdown": _instead("[HOST](http://HOST/)"),
    "footnote": _behind("[1]"),
    "footnote-before": _instead("[12]HOST"),
    "bracketed": _instead("[HOST]<http://HOST/>"),
    "parenthesised": _behind(" (http://HOST/)"),
    "slack": _instead("<http://HOST|HOST>"),
    "rtf-field": _instead('{\\field{\\*\\fldinst{HYPERLINK "http://HOST"}}{\\fldrslt{\\ul HOST}}}'),
    "word-field": _instead('HYPERLINK "http://HOST" HOST'),
    "textile": _instead('"HOST":http://HOST/'),
    "bulletin-board": _instead("[url=http://HOST/]HOST[/url]"),
    "jira": _instead("[HOST|http://HOST]"),
    "mediawiki": _instead("[http://HOST HOST]"),
    "only-the-link": _instead("http://HOST/"),
    "only-the-link-in-brackets": _instead("<http://HOST/>"),
    "only-proofpoint": _instead("<https://urldefense.com/v3/__http://HOST__;!!OToaGQ!e1Nq4dXx-Ab_9kq0rT8Q$>"),
}  # fmt: skip
"""The host with what a mail or chat program, or a gateway that rewrites links, writes behind it or in its place."""


def _ticket(text: str) -> str:
    told = "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines())
    return json.dumps({"id": 7, "c": told}).replace("<", "\\u003c").replace(">", "\\u003e")


def _rich_text(text: str) -> str:
    field = '{\\field{\\*\\fldinst{HYPERLINK "http://HOST"}}{\\fldrslt{\\ul HOST}}}'.replace("HOST", HOST)
    lines = "\\par\r\n".join(text.replace(HOST, field).splitlines())
    return "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Calibri;}}\\f0\\fs22 \\'93" + lines + "\\par}"


def _mail(text: str, cte: str | None = None) -> bytes:
    """A saved mail with a text and an HTML part."""
    mail = EmailMessage()
    mail["Subject"] = "Portal"
    mail.set_content("Grüße, here it is:\n\n" + text, cte=cte)
    mail.add_alternative(f"<html><body>{_paragraphs(text)}</body></html>", subtype="html", cte=cte)
    return bytes(mail)


def _with_attachment(text: str) -> bytes:
    mail = EmailMessage()
    mail.set_content("See below.")
    mail.add_attachment(bytes(range(256)) * 3000, maintype="image", subtype="png", filename="a.png")
    mail.add_attachment(text.encode(), maintype="text", subtype="plain", filename="report.txt", cte="base64")
    return bytes(mail)


def _spaced_json(text: str) -> str:
    return json.dumps({"body": text.replace(" ", "\u00a0").replace("\n", "\t\n")})


WRAPPED: Table = {
    "html-source": _paragraphs,
    "html-source-upper": lambda text: _paragraphs(text).replace("<p>", "<P CLASS='x'>").replace("<a href", "<A HREF"),
    "html-table": lambda text: "".join(f"<tr><td>{html.escape(line)}</td></tr>" for line in text.splitlines()),
    "html-spans": lambda text: "<br>".join(f"<span>{html.escape(line)}</span>" for line in text.splitlines()),
    "html-escaped-source": lambda text: html.escape(_paragraphs(text)),
    "cdata": lambda text: f"<![CDATA[{text}]]>",
    "ticket-json": _ticket,
    "ticket-json-cut": lambda text: _ticket(text)[:-3],
    "json-tabs-and-blanks": _spaced_json,
    "json-in-json": lambda text: json.dumps({"a": json.dumps({"b": text})}),
    "json-list-of-lines": lambda text: json.dumps({"stdout_lines": text.splitlines()}),
    "python-repr": lambda text: repr({"text": text.replace(" ", "\u00a0")}),
    "php-slashes": lambda text: json.dumps(text).replace("/", "\\/"),
    "rtf": _rich_text,
    "mail-quoted-printable": lambda text: _mail(text, "quoted-printable"),
    "mail-base64": lambda text: _mail(text, "base64"),
    "mail-plain": _mail,
    "mail-attachment": _with_attachment,
    "mail-in-mail": lambda text: b"Content-Type: message/rfc822\n\n" + _mail(text, "quoted-printable"),
    "percent": quote,
    "percent-everything": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "mailto": lambda text: f"mailto:h@example.org?subject=Portal&body={quote(text)}",
    "whatsapp-link": lambda text: f"https://wa.me/15550100?text={quote(text)}",
    "form": lambda text: f"subject=Portal&body={quote_plus(text)}&send=1",
    "percent-blanks": lambda text: text.replace(" ", "%20"),
    "percent-line-ends": lambda text: text.replace("\n", "%0D%0A"),
    "percent-twice": lambda text: quote(quote(text)),
    "colour": lambda text: "\n".join(f"\x1b[0;33m{line}\x1b[0m" for line in text.splitlines()),
    "colour-256": lambda text: "\n".join(f"\x1b[38;5;214m{line}\x1b[39m\x1b[K" for line in text.splitlines()),
    "colour-without-escape": lambda text: "\n".join(f"[0;33m{line}[0m" for line in text.splitlines()),
    "colour-caret": lambda text: "\n".join(f"^[[1;31m{line}^[[0m" for line in text.splitlines()),
    "colour-in-json": lambda text: json.dumps("".join(f"\x1b[32m{line}\x1b[0m\n" for line in text.splitlines())),
    "terminal-title": lambda text: "\x1b]0;ward-1\x07\x1b[?2004h" + text + "\x1b[?2004l\x1b(B",
    "terminal-link": lambda text: text.replace(HOST, f"\x1b]8;;http://{HOST}\x1b\\{HOST}\x1b]8;;\x1b\\"),
}  # fmt: skip
"""A text in the source of a page, a mail, a ticket, a link, a log."""

_SUPERSCRIPT = re.compile(r"(?<![0-9/])([1-9])/([1-9])(?![0-9/])")
_FRACTIONS = {"1/2": "½", "1/3": "⅓", "2/3": "⅔"}


def _with_fractions(pattern: str) -> Mangler:
    return lambda text: _SUPERSCRIPT.sub(lambda found: pattern.format(found[1], found[2]), text)


def _one_sign(text: str) -> str:
    return _SUPERSCRIPT.sub(lambda found: _FRACTIONS.get(found[0], found[0]), text)


def _sign(was: str, now: str) -> Mangler:
    return lambda text: text.replace(was, now)


PUNCTUATION: Table = {
    "fractions": _one_sign,
    "fractions-entities": lambda text: html.unescape(_one_sign(text)).translate(
        {0xBD: "&frac12;", 0x2153: "&#8531;", 0x2154: "&#x2154;"}
    ),
    "fractions-tags": _with_fractions("<sup>{}</sup>&frasl;<sub>{}</sub>"),
    "fractions-slash": _with_fractions("{}\u2044{}"),
    "fractions-tags-capital": _with_fractions("<SUP>{}</SUP>\u2044<SUB>{}</SUB>"),
    "fractions-spans": _with_fractions('<span class="numerator">{}</span>&#8260;<span class="d">{}</span>'),
    "comma-cjk": _sign(",", "\u3001"),
    "comma-arabic": _sign(",", "\u060c"),
    "colon-ratio": _sign(":", "\u2236"),
    "colon-modifier": _sign(":", "\ua789"),
    "semicolon-arabic": _sign(";", "\u061b"),
    "semicolon-greek": _sign(";", "\u037e"),
    "slash-fraction": _sign("/", "\u2044"),
    "slash-division": _sign("/", "\u2215"),
    "slash-big": _sign("/", "\u29f8"),
    "dash-bullet": _sign("-", "\u2043"),
    "dash-emoji": _sign("-", "\u2796"),
    "dash-katakana": _sign("-", "\u30fc"),
    "dash-no-break": _sign("-", "\u2011"),
    "stop-cjk": _sign(".", "\u3002"),
    "stop-leader": _sign(".", "\u2024"),
    "all-wide": lambda text: text.translate({0x3A: "\uff1a", 0x3B: "\uff1b", 0x2C: "\uff0c", 0x2F: "\uff0f"}),
}  # fmt: skip
"""Signs that typography and keyboards put in place of ours."""


def _prefixed(prefix: str) -> Mangler:
    return lambda text: "\n".join(prefix.format(n=n) + line for n, line in enumerate(text.splitlines(), 10))


AROUND_JSON: Table = {
    "prompt-after": lambda text: text + "\nPS C:\\Users\\rosa> \n",
    "prompt-before": lambda text: "PS C:\\Users\\rosa> portalcheck -f json\n" + text,
    "greeting": lambda text: "Hello {name},\nhere it is [as you asked]:\n\n" + text + "\nBest {regards",
    "fenced": lambda text: f"```json\n{text}```\n",
    "quoted": _prefixed("> "),
    "quoted-twice": _prefixed(">> "),
    "curly-quotes": lambda text: re.sub(r'"([^"]*)"', "\u201c\\1\u201d", text),
    "german-quotes": lambda text: re.sub(r'"([^"]*)"', "\u201e\\1\u201c", text),
    "entities": html.escape,
    "no-break-blanks": lambda text: text.replace("  ", "\u00a0\u00a0").replace(": ", ":\u00a0"),
    "html-lines": lambda text: "<br>\n".join(html.escape(line).replace("  ", "&nbsp; ") for line in text.splitlines()),
    "ansible": lambda text: f"host | CHANGED | rc=0 >>\n{text}",
    "ansible-failed": lambda text: f"ward-1 | FAILED | rc=1 >>\n{text.rstrip()}non-zero return code\n",
    "ansible-tree": lambda text: json.dumps({"changed": True, "stdout": text, "stdout_lines": text.splitlines()}),
    "powershell-value": lambda text: json.dumps({"value": [json.loads(text)], "Count": 1}),
    "in-a-list": lambda text: "[" + text + ", null, 5]",
    "escaped-in-json": lambda text: json.dumps(text),
    "escaped-twice": lambda text: json.dumps(json.dumps(text)),
    "escaped-and-cut": lambda text: '{"log": ' + json.dumps(text)[:-1],
    "colour": lambda text: "\n".join(f"\x1b[0;33m{line}\x1b[0m" for line in text.splitlines()),
    "journal": _prefixed("Nov 30 17:00:{n} ward-1 portalcheck[4{n}]: "),
    "docker": _prefixed("portal_1  | "),
    "actions": _prefixed("2026-11-23T17:34:{n}.1234567Z "),
    "whatsapp": _prefixed("[23/11/26, 17:40:{n}] Anna: "),
    "byte-order-mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16-without-mark": lambda text: text.encode("utf-16-le"),
    "quoted-printable": lambda text: quopri.encodestring(text.encode()).decode(),
    "base64-mail": lambda text: "Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(text.encode()).decode(),
    "percent": quote,
    "markdown-escapes": lambda text: text.replace("_", "\\_"),
    "zero-width": lambda text: re.sub(r"([{}\[\],])", "\\1\u200b\u200b\u200b\u200b\u200b\u200b\u200b", text),
    "link-behind-the-host": _behind("<https://urldefense.com/v3/__http://HOST__;!!OToaGQ!e1Nq4dXx-Ab_9kq0rT8Q$>"),
    "wrapped": lambda text: re.sub(r"(.{60}) ", "\\1\n> ", " ".join(text.split())),
    "cut-into-lines": lambda text: "\n".join(COMPACT[place : place + 70] for place in range(0, len(COMPACT), 70)),
    "byte-order-marks-between": lambda text: "\ufeff" + text + "\n\ufeff" + text,
}  # fmt: skip
"""A JSON report with anything around it or done to it."""
