"""Classes of failure that public bug reports showed, and their rows: as reported, others of the kind, healthy twins."""

from __future__ import annotations

from tests.lab.row import Row

_CLASSES: tuple[tuple[str, str], ...] = (
    ("a browser's ClientHello", "N33 N34 N82 N126 K01 K03 K14 K15 K16 K17 K18 K20 K21"),
    ("large packets on the way out", "N36 K19"),
    ("HTTP/2", "N63 N65 N124 N127 K07 K08 K09 K10 K22 K23 K24"),
    ("versions of TLS", "N37 N86 K02 K11"),
    (
        "networks with IPv6 alone",
        "N23 N24 N26 N27 N31 N73 N75 N76 N98 N102 N103 N119 L01 L02 L03 L04 L05 L06 L08 L15 L17",
    ),
    ("like compared with like", "N28 N30 L07 L09 L10 L11 L12 L13 L14 L16"),
    ("this computer's own routes", "N16 N20 N22 N32 N81 L20 L21 L22 L23 L24 L25 L26 L27 L28 L29"),
    ("an independent DNS server that is none", "N10 N77 M31 M32 M33"),
    ("DNS servers of this computer that disagree", "N09 N107 N121 M27 M28 M29 M30"),
    ("SERVFAIL and REFUSED for the portal alone", "N06 N07 N15 N97 M12"),
    ("a block page that is trusted", "N11 N12 N13 M40 M41 M42 M43 M44 M45 M46 M47 M48"),
    ("a lapsed root in an old store", "N51 N53"),
    ("status 200 that is no sign-in page", "N67 N68 Q20 Q21 Q22 Q23 Q24 Q26 Q27 Q28 Q29 Q30 Q31"),
    ("a hop over plain HTTP", "N69"),
    ("dates that no library holds", "N70 N71 N89 Q01 Q02"),
    ("handshakes that fail for one name", "N39 N40 N101 K04 K05 K06"),
    (
        "experiments through a proxy",
        "N55 N56 N57 N58 N59 N60 N61 N62 N93 N100 R30 R30b R30c R30d R30e R31 R31a",
    ),
    ("findings without a cause", "N05 N18 R40 R40a R40b R40c R40d R41 R42"),
    ("hosts of sign-in that no redirect leads to", "N104 N105 Q10 Q11 Q12 Q13 Q14 Q15 Q16 M10 M11"),
    ("TLS as browsers speak it", "N54 N109 N110 N111 N113 K12 K13"),
    ("a browser's own network settings", "N115 N118 S01 S02 S03 S04 S10 S11 S12 S13 S14 S15 S16"),
    ("names of products", "N41 N43 N44 N46 N47 N48 N49 N50"),
    ("entries of the hosts file", "M01 M02 M03 M04 M05 M06 M07 M08 M09"),
    ("answers of DNS that are half right", "N01 N03 M20 M21 M22 M23 M24 M25 M25a M26"),
    ("Wi-Fi sign-ins that spare somebody", "N95 N122 R10 R10a R10b R10c R10d R10e R11 R11a R11b R11c"),
    ("proxies that the network tells of", "R20 R20a R20b R20c R20d R20e R20f"),
    ("what answers, answers", "R01 R01a R01b R01c R01d R01e R02 R02a R02b"),
    ("slow is slow", "R50 R50a R50b R50c R50d R50e R51"),
    ("imitations", "Q40 Q41 Q42"),
)
"""The first 22 are in the order of the notes on bug reports."""


def by_class(table: tuple[Row, ...]) -> list[tuple[str, str, str]]:
    """Number, class, and those of its rows that there are; `kind` of a row adds it to a class."""
    found = []
    for number, (title, ids) in enumerate(_CLASSES, 1):
        rows = [row.id for row in table if row.id in ids.split() or row.kind == str(number)]
        found.append((str(number), title, " ".join(rows)))
    return found
