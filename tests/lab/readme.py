"""Writes README.md: `python -m tests.lab.readme`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.hostile import readme as hostile
from tests.hostile.stage import TIMEOUT_S
from tests.lab import generator
from tests.lab.classes import by_class
from tests.lab.injectors import FAULTS, ODDITIES
from tests.lab.rows import TABLE, TWISTS

PLACE = Path(__file__).with_name("README.md")

_HEAD = """# The lab

A black-box world in Linux network namespaces: the patient's computer, and everything else. The tool runs in it
unchanged, as a program, with the lab's `resolv.conf`, `hosts`, trust stores, home and wall clock laid over the
real ones. All addresses are for documentation, and nothing leads out. Names of servers, certificates and keys are
minted for each row. Real programs take part where there are any: dnsmasq, nginx, tinyproxy, Squid, OpenVPN, nftables,
and OpenSSL as OCSP responder.

A situation is a row: what is odd or broken, the expected cause, what must not be blamed, who may be contacted.
Each row is played twice, before and after its fault: before it, nothing may be blamed; the fault itself is
proved by a plain probe that uses nothing of the tool's.

    pytest tests/lab -m ""                 all rows (some minutes; the usual run takes a few of them)
    pytest tests/hostile -m ""             all hostile peers (some minutes; the usual run takes a few)
    python -m tests.lab.generator          play worlds that a seed makes (see below)
    python -m tests.lab.readme             write this page anew
    python -m tests.hostile.readme         meet all hostile peers, measure, and write this page anew

Rows are named as in the notes on diagnosis; those with a small letter are like the one before it.
Needed: `ip`, `nft`, `nsenter`, a C compiler, and root or unprivileged user namespaces. What is missing is skipped
with its reason.
"""


def page() -> str:
    """The page, of the rows as they are."""
    causes: dict[str, list[str]] = {}
    notes: dict[str, list[str]] = {}
    for row in TABLE:
        for cause in sorted(row.cause):
            mark = "" if len(row.cause) == 1 else "?"
            causes.setdefault(cause, []).append(row.id + mark)
        for note in sorted(row.also):
            notes.setdefault(note, []).append(row.id)
    return "\n".join(
        [
            _HEAD,
            "## Causes and their rows",
            "",
            "A question mark: the notes leave it open, and the row takes this cause or another.",
            "",
            *_table(("cause", "rows"), [(cause, " ".join(ids)) for cause, ids in sorted(causes.items())]),
            "",
            "In `also`:",
            "",
            *_table(
                ("cause or note", "rows"), [(note, " ".join(ids)) for note, ids in sorted(notes.items())]
            ),
            "",
            "## Rows",
            "",
            *_table(
                ("row", "what is odd or broken", "cause", "never blamed"),
                [
                    (row.id, row.what, ", ".join(sorted(row.cause)), ", ".join(sorted(row.innocent)))
                    for row in TABLE
                ],
            ),
            "",
            *(f"Beyond the tool so far: {row.id}, {row.what}: {row.beyond}." for row in TABLE if row.beyond),
            "",
            f"Twists that must change no cause: {', '.join(TWISTS)}.",
            "",
            "## Classes",
            "",
            "What public bug reports showed, and the rows that hold it. A number with N is as reported; others are of",
            "the same kind, healthy twins among them.",
            "",
            *_table(("class", "what it is about", "rows"), by_class(TABLE)),
            "",
            *_generated(),
            "",
            *_hostile(hostile.measured()),
            "",
        ]
    )


def _generated() -> list[str]:
    found = generator.recorded()
    counts = found.counts
    total = sum(counts.values()) or 1
    figures = [
        (name, str(counts.get(name, 0)), f"{100 * counts.get(name, 0) / total:.1f} %")
        for name in generator.VERDICTS
    ]
    return [
        "## Generated worlds",
        "",
        "A seed makes a world of up to three faults that do not depend on each other, and up to three oddities that",
        "do no harm; what must be said of it follows from the contract's order of blame. An oddity changes no cause,",
        "without a fault there is none, and when what was named is repaired, the next one is named.",
        "",
        "    python -m tests.lab.generator --seeds 0-29",
        "    python -m tests.lab.generator --world expired+vpn-full",
        "",
        f"The last large run: {sum(counts.values())} worlds, seeds {found.seeds}, {found.day}; the slowest took "
        f"{found.slowest_s:.1f} s. Repaired and",
        f"played again: {sum(found.repaired.values())}, of which {found.repaired.get('exact', 0)} exact; the next",
        f"cause had been told in `also` in {found.foretold} of {found.could_foretell} worlds that had one.",
        "",
        *_table(("what was said", "worlds", "share"), figures),
        "",
        *_table(
            ("fault", "what is broken", "cause"),
            [(one.id, one.what, ", ".join(sorted(one.cause))) for one in FAULTS],
        ),
        "",
        *_table(("oddity", "what is odd, and does no harm"), [(one.id, one.what) for one in ODDITIES]),
    ]


def _hostile(found: hostile.Measured) -> list[str]:
    return [
        "## Hostile peers",
        "",
        "What the program makes of peers that lie, flood, drip or never end: one run of the real program for each, in",
        f"the same world, with `--timeout {TIMEOUT_S:g}`. Time is that of the whole process, from its start to "
        "its end; memory is",
        f"the peak of its resident set. The budget is the deadline and half a second, and {hostile.MOST_MIB} MiB.",
        "",
        hostile.summary(found),
        "",
        *_table(hostile.HEAD, hostile.rows(found)),
    ]


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows)]


if __name__ == "__main__":
    PLACE.write_text(page(), "utf-8")
