"""What is planted on a computer that must not be in anything that is told, and the one reader that looks for it.

Each secret is a word of letters alone, so that it can be the name of a host, a person, a folder or a header. It begins
with letters that no phone code has, which is of any others by chance.
"""

from __future__ import annotations

import html
import ipaddress
import re
from collections.abc import Collection
from urllib.parse import unquote

SECRETS = {
    "account": "uoiaccount",
    "computer": "uoicomputer",
    "folder": "uoifolder",
    "profile": "uoiprofile",
    "cookie": "uoicookie",
    "cookie-name": "uoijar",
    "query": "uoiquery",
    "path": "uoipath",
    "fragment": "uoifragment",
    "user": "uoicaller",
    "password": "uoipassword",
    "proxy-user": "uoiproxyuser",
    "proxy-password": "uoiproxypassword",
    "pac": "uoipac",
    "search-domain": "uoisearch",
    "interface": "uoilink",
    "extension": "uoiextension",
    "certificate": "uoiauthority",
    "certificate-name": "uoisubject",
    "redirect-host": "uoitoken",
    "redirect-query": "uoicode",
    "page": "uoipage",
    "header": "uoiheader",
    "variable": "uoivariable",
    "authority-file": "uoicafile",
}
MAC = "02:00:5e:10:7a:77"
_ADDRESS = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*)(?![\w:])"
)
_MAC = re.compile(r"(?<![0-9a-f:-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![0-9a-f:-])", re.IGNORECASE)
_HOME = re.compile(r"/(?:home|root|Users|tmp)/[^\s\"'<>),;]+|[A-Z]:\\Users\\", re.IGNORECASE)
_TIME = re.compile(r"^\d{1,2}:\d{2}(:\d{2})?$")


def leaks(text: str, *, may_hold: Collection[str] = ()) -> set[str]:
    """What a text tells that it must not, by kind; `may_hold` are kinds that it is there to tell.

    Wherever lines are broken, and however a form writes its letters.
    """
    plain = html.unescape(unquote(text))
    joined = re.sub(r"[\s;|]+", "", plain).lower()
    found = {kind for kind, word in SECRETS.items() if word in joined}
    found |= {"mac"} if _MAC.search(plain) else set()
    found |= {"address"} if any(map(_is_address, _ADDRESS.findall(plain))) else set()
    found |= {"path-of-a-home"} if _HOME.search(plain) else set()
    return found - set(may_hold)


def _is_address(text: str) -> bool:
    if _TIME.match(text):
        return False
    try:
        return not ipaddress.ip_address(text.rstrip(".")).is_unspecified
    except ValueError:
        return False
