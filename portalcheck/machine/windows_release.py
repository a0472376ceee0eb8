"""Which Windows a computer has: version, release and edition, as its registry tells them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from portalcheck.facts import System
from portalcheck.machine.environment import Environment, RegistryValue
from portalcheck.machine.registry import text

_VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_FIRST_BUILD_OF_11 = 22000
_OLD = {"6.3": "8.1", "6.2": "8", "6.1": "7"}
_EDITIONS = (
    # The values of EditionID that get updates equally long, and the word for them.
    (r"IoTEnterpriseS\w*", "IoT LTSC"),
    (r"EnterpriseS(N|Eval|NEval)?", "LTSC"),
    (r"(IoT)?Enterprise\w*|ServerRdsh", "Enterprise"),  # the last is Enterprise multi-session
    (r"Education\w*", "Education"),
    (r"Professional\w*", "Pro"),
    (r"Core\w*", "Home"),
)
_LTSC = {10240: "2015", 14393: "2016", 17763: "2019", 19044: "2021", 26100: "2024"}
_FIRST_EXTENDED = {19045: 6575}
"""The first revision (UBR) of a build that only computers with extended updates get: KB5068781, for 10 22H2."""


def system(environment: Environment) -> System:
    """Version, release and edition, such as `11 23H2 Home`, `10 LTSC 2021` or `server 2022`; without the exact build.

    `10 22H2 ESU` has had extended security updates. What the registry does not tell is left out.
    """
    values = environment.registry.values("HKLM", _VERSION)
    label = text(values, "DisplayVersion") or text(values, "ReleaseId")
    label = label if re.fullmatch(r"\d\dH\d|\d{4}", label) else ""
    if text(values, "InstallationType").startswith("Server"):
        year = re.search(r"Server (\d{4}(?: R2)?)", text(values, "ProductName"))
        return System("windows", f"server {year[1] if year else label}".strip())
    if not isinstance(values.get("CurrentMajorVersionNumber"), int):
        return System("windows", _OLD.get(text(values, "CurrentVersion"), ""))
    number = text(values, "CurrentBuildNumber")
    build = int(number) if re.fullmatch(r"[0-9]{1,6}", number) else 0
    words = ["11" if build >= _FIRST_BUILD_OF_11 else "10", *_edition(values, build, label)]
    return System("windows", " ".join(word for word in words if word))


def _edition(values: Mapping[str, RegistryValue], build: int, label: str) -> tuple[str, str]:
    """What follows the version: the release and the edition."""
    named = text(values, "EditionID")
    word = next((word for pattern, word in _EDITIONS if re.fullmatch(pattern, named)), "")
    revision = values.get("UBR")
    if word.endswith("LTSC"):
        return word, _LTSC.get(build, "")
    if isinstance(revision, int) and revision >= _FIRST_EXTENDED.get(build, revision + 1):
        return label, "ESU"
    return label, word
