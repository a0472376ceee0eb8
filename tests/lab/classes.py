"""Classes of failure that public bug reports showed, and their rows: as reported, others of the kind, healthy twins."""

from __future__ import annotations

from tests.lab.row import Row

_CLASSES: tuple[tuple[str, str], ...] = (
    ("a browser's ClientHello", "N33 N34 N82 N126 K01 K03 K14 K15 K16 K17 K18 K20 K21"),
    ("large packets on the way out", "N36 K19"),
    ("HTTP/2", "N63 N65 N124 N127 K07 K08 K09 K10 K22 K23 K24"),
    ("versions of TLS", "N37 N86 K02 K11"),
    ("networks with IPv6 alone", "N23 N24 N26 N27 N31 N73 N75 N76 N98 N102 N103 N119"),
    ("like compared with like", "N28 N30"),
    ("this computer's own routes", "N16 N20 N22 N32 N81"),
    ("an independent DNS server that is none", "N10 N77"),
    ("DNS servers of this computer that disagree", "N09 N107 N121"),
    ("SERVFAIL and REFUSED for the portal alone", "N06 N07 N15 N97"),
    ("a block page that is trusted", "N11 N12 N13"),
    ("a lapsed root in an old store", "N51 N53"),
    ("status 200 that is no sign-in page", "N67 N68"),
    ("a hop over plain HTTP", "N69"),
    ("dates that no library holds", "N70 N71 N89"),
    ("handshakes that fail for one name", "N39 N40 N101 K04 K05 K06"),
    ("experiments through a proxy", "N55 N56 N57 N58 N59 N60 N61 N62 N93 N100"),
    ("findings without a cause", "N05 N18"),
    ("hosts of sign-in that no redirect leads to", "N104 N105"),
    ("TLS as browsers speak it", "N54 N109 N110 N111 N113 K12 K13"),
    ("a browser's own network settings", "N115 N118"),
    ("names of products", "N41 N43 N44 N46 N47 N48 N49 N50"),
)
"""In the order of the notes on bug reports."""


def by_class(table: tuple[Row, ...]) -> list[tuple[str, str, str]]:
    """Number, class, and those of its rows that there are; `kind` of a row adds it to a class."""
    found = []
    for number, (title, ids) in enumerate(_CLASSES, 1):
        rows = [row.id for row in table if row.id in ids.split() or row.kind == str(number)]
        found.append((str(number), title, " ".join(rows)))
    return found
