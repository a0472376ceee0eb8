"""What channels do to pasted text, modelled from reports of what they did; one function each, text to text or bytes."""

from __future__ import annotations

import base64
import html
import quopri
import re
import textwrap
from collections.abc import Callable

Channel = Callable[[str], str]

_LEAD = "Hello, here is the report that you asked for:\n\n"


def reply_quoted(text: str) -> str:
    return "On 23 Nov 2026 at 17:41, Anna <anna@mail.example> wrote:\n" + textwrap.indent(
        _LEAD + text, "> ", lambda _: True
    )


def quoted_and_wrapped(text: str) -> str:
    lines = [part for line in text.splitlines() for part in textwrap.wrap(line, 40) or [""]]
    return textwrap.indent("\n".join(lines), ">> ", lambda _: True)


def wrapped(text: str) -> str:
    return "\n".join(textwrap.fill(line, 30) for line in text.splitlines())


def format_flowed(text: str) -> str:
    """RFC 3676: a blank before the line end joins lines; lines that begin with a blank or `>` are stuffed."""
    lines = []
    for line in text.splitlines():
        *still_receiving, last = textwrap.wrap(line, 36, break_on_hyphens=False) or [""]
        lines += [*(part + " " for part in still_receiving), last]
    return "\r\n".join(" " + line if line.startswith((" ", ">", "From")) else line for line in lines)


def quoted_printable(text: str) -> str:
    """An undecoded body (RFC 2045), blanks and colons encoded as some senders do, with soft line breaks."""
    spaced = text.replace(": ", ":\u00a0").replace("\n", "\r\n")
    return quopri.encodestring(spaced.encode(), quotetabs=True).decode()


def smart_and_capital(text: str) -> str:
    """Quotes become curly ones, and every line begins with a capital, as a phone's keyboard does it."""
    capital = "\n".join(line[:1].upper() + line[1:] for line in text.splitlines())
    return "\u201c" + capital.replace("-", "\u2013").replace("...", "\u2026") + "\u201d"


def zero_width(text: str) -> str:
    return re.sub(r"([,:;/.])", "\\1\u200b\u200b\u200b\u200b\u200b\u200b\u200b", text)


def no_break_spaces(text: str) -> str:
    return text.replace(" ", "\u00a0").replace("\n", "\u00a0\n")


def whatsapp(text: str) -> str:
    return "\n".join(
        f"\u200e[23/11/26, 17:40:{n:02d}] Anna: {line}" for n, line in enumerate(text.splitlines())
    )


def one_line(text: str) -> str:
    return _LEAD.strip() + " " + " ".join(text.split())


def newlines_removed(text: str) -> str:
    return text.replace("\n", "")


def html_escaped(text: str) -> str:
    return html.escape(textwrap.indent(text, "> ")).replace("\n", "<br>\r\n").replace(", ", ",&nbsp;")


def html_mail(text: str) -> str:
    style = '<p class="MsoNormal" style="margin:0in;font-size:11pt">'
    return "".join(
        f"{style}<span lang=EN-US>{html.escape(line)}<o:p></o:p></span></p>" for line in text.splitlines()
    )


def bulleted(text: str) -> str:
    marks = ("\u2022 ", "- ", "* ", "1. ", "2) ")
    return "\n".join(marks[n % len(marks)] + line for n, line in enumerate(text.splitlines()))


def blank_lines(text: str) -> str:
    return _LEAD + text.replace("\n", "\n\n \t\n")


def lower_case(text: str) -> str:
    return text.lower()


def links_made(text: str) -> str:
    """Names that look like hosts get their address behind them, as mail programs write it."""
    return re.sub(r"\b([a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|example))\b", r"\1<http://\1/>", text)


def signature(text: str) -> str:
    return text + "\n--\nSent from my phone; see: https://mail.example/a?b=c;d\nTel: 555, 123456;\n"


def truncated(text: str) -> str:
    """A ticket field that keeps the first so many characters."""
    return text[: len(text) * 2 // 3]


CHANNELS: tuple[Channel, ...] = (
    reply_quoted, quoted_and_wrapped, wrapped, format_flowed, quoted_printable, smart_and_capital, zero_width,
    no_break_spaces, whatsapp, one_line, newlines_removed, html_escaped, html_mail, bulleted, blank_lines, lower_case,
    links_made, signature, truncated,
)  # fmt: skip
"""The nineteen channels; all but the last leave everything there."""


# ---- further ones, met less often ---------------------------------------------------------------


def truncated_at_start(text: str) -> str:
    return text[len(text) // 3 :]


def truncated_at_both_ends(text: str) -> str:
    return text[len(text) // 4 : len(text) * 3 // 4]


def wrong_decoding(text: str) -> str:
    """UTF-8 read as Windows-1252."""
    return no_break_spaces(text).encode().decode("cp1252", "replace")


def json_string(text: str) -> str:
    return '"comment": "' + text.replace("\n", "\\r\\n") + '"'


def table(text: str) -> str:
    return "\n".join(f"| {line} |" for line in text.splitlines())


def bold_keys(text: str) -> str:
    return re.sub(r"^([a-z/0-9-]+):", r"**\1**:", text, flags=re.MULTILINE)


def wide_punctuation(text: str) -> str:
    return text.replace(":", "\uff1a").replace(";", "\uff1b").replace(",", "\uff0c")


def chat_link(text: str) -> str:
    return re.sub(r"\b([a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|example))\b", r"<http://\1|\1>", text)


def escaped_twice(text: str) -> str:
    return html.escape(html.escape("<pre>" + text.replace("\n", "<br/>") + "</pre>"))


def base64_mail(text: str) -> str:
    body = base64.encodebytes((_LEAD + "Gr\u00fc\u00dfe\n" + text).encode()).decode()
    return (
        f"Subject: help\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{body}"
    )


def semicolons_dropped(text: str) -> str:
    return text.replace(";", "")


HARMLESS: tuple[Channel, ...] = (
    wrong_decoding, json_string, table, bold_keys, wide_punctuation, chat_link, escaped_twice, base64_mail,
)  # fmt: skip
