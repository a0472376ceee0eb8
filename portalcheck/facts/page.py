"""What the page in the person's own browser saw (`portalcheck guide`), as far as it told."""

from __future__ import annotations

from enum import StrEnum, auto

import msgspec


class Answer(StrEnum):
    """What became of a request that the page made: an answer of whatever kind, a refusal, or nothing in time."""

    CAME = auto()
    REFUSED = auto()
    LATE = auto()


class PageTests(msgspec.Struct, frozen=True, kw_only=True):
    """What one round of the page's own tests came to. What was not tried, or could not be told, is None or empty.

    `own_site` and `other_site` are the controls: requests to this program by the page's own name, and by the other
    name of the loopback, which is another site to a browser and needs no network. `portal` are the tries for the
    sign-in page, in order; `identity` is one for the host that it was seen to lead to, `plain` one for a page of the
    portal's host that leads nowhere. `cookies` and `others_cookies` (those of a third party's frame) say whether
    cookies came back, by what this program was sent. `missing` are features of browsers that sign-in pages need.
    """

    own_site: bool = False
    other_site: bool = False
    portal: tuple[Answer, ...] = ()
    identity: Answer | None = None
    plain: Answer | None = None
    cookies: bool | None = None
    others_cookies: bool | None = None
    storage: bool | None = None
    missing: tuple[str, ...] = ()


class OpenPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page in one window of a browser; `tests` are None as long as it has told nothing.

    `url` is its address, `first` says that it is the one that this program opened, `private` by which link the window
    was opened, None if that says nothing. `scripts` is None as long as there is no sign whether they run.
    `sign_in_seen` is the person's answer, None if nobody was asked.
    """

    url: str
    browser: str
    version: str = ""
    first: bool = True
    private: bool | None = None
    scripts: bool | None = None
    tests: PageTests | None = None
    sign_in_seen: bool | None = None
