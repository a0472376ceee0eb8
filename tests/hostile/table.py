"""All hostile behaviours by id."""

from __future__ import annotations

from tests.hostile import rows_around, rows_http, rows_http2, rows_inside, rows_tls
from tests.hostile.behaviour import Behaviour

BEHAVIOURS: dict[str, Behaviour] = {
    row.id: row
    for row in (
        *rows_http.REDIRECTS, *rows_http.HEADS, *rows_http.BODIES, *rows_http2.HTTP_2, *rows_inside.ROWS,
        *rows_tls.TALK, *rows_tls.CERTIFICATES,
        *rows_around.DNS, *rows_around.PROXIES, *rows_around.PACS, *rows_around.GATEWAYS, *rows_around.ISSUERS,
    )
}  # fmt: skip
