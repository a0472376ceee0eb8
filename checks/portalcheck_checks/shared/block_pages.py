"""Is the page of a server that is not the portal the block page of a filter?

Only for pages that are known not to be the portal's: their words tell a filter from an imitation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from portalcheck.api import Chain, HttpStep
from portalcheck_checks.shared.inspection import UNKNOWN, product_of

_OF_FILTERS = re.compile(
    r"block(?:ed|er|ing|list|page)?|filter(?:ed|ing|s)?|web-?safety|parental|safe-?search|opendns|umbrella"
    r"|nextdns|cleanbrowsing|bloque(?:o|ado|ada)?|filtro|sinkhole"
)
"""Whole labels or words of the names on such pages' certificates."""


def is_block_page(chain: Chain, pages: Sequence[HttpStep]) -> bool:
    """Whether a page under another's certificate is a filter's, by what it says or whose certificate it is."""
    if any(page.is_block_page for page in pages) or product_of(chain) != UNKNOWN:
        return True
    words = re.split(r"[^a-z0-9-]+", " ".join((*chain.names, chain.issuer_organisation)).lower())
    return any(_OF_FILTERS.fullmatch(part) for word in words for part in (word, *word.split("-")))
