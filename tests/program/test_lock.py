"""The lock file of the built program: complete, exact, with hashes, and within the ranges of pyproject.toml."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from portalcheck.program import sbom
from portalcheck.program.building import LOCK, forget_scripts, packed_tar, packed_zip
from portalcheck.program.licences import licences

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ASKED = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["program"]]
TEXT = LOCK.read_text("utf-8")
LINES = [
    line
    for line in TEXT.replace("\\\n", " ").splitlines()
    if line.strip() and not line.lstrip().startswith("#")
]
PINS = {
    canonicalize_name(line.partition("==")[0]): re.split("[ ;]", line.partition("==")[2])[0] for line in LINES
}


@pytest.mark.parametrize("asked", ASKED)
def test_what_the_project_asks_for_is_locked_within_its_range(asked: str) -> None:
    requirement = Requirement(asked)
    locked = PINS[canonicalize_name(requirement.name)]

    assert requirement.specifier.contains(locked)


@pytest.mark.parametrize("name", [Requirement(asked).name for asked in PROJECT["dependencies"]])
def test_what_a_library_asks_for_on_this_system_is_locked(name: str) -> None:
    requirement = next(r for r in map(Requirement, PROJECT["dependencies"]) if r.name == name)
    if requirement.marker is not None and not requirement.marker.evaluate():
        return
    asked = [Requirement(text) for text in distribution(name).requires or ()]
    needed = [each for each in asked if each.marker is None or each.marker.evaluate({"extra": ""})]

    assert [each.name for each in needed if canonicalize_name(each.name) not in PINS] == []


def test_systems_that_this_is_not_are_locked_too() -> None:
    for name, system in (("macholib", "== 'darwin'"), ("pefile", "== 'win32'")):
        (line,) = [line for line in TEXT.splitlines() if line.startswith(f"{name}==")]
        assert f"sys_platform {system}" in line


def test_the_lock_names_no_server() -> None:
    assert "://" not in TEXT


def test_each_line_names_a_release_and_its_hashes() -> None:
    form = r"[A-Za-z0-9._-]+==[0-9][^ ;]*( ; .+?)?( +--hash=sha256:[0-9a-f]{64})+ *"
    assert [line for line in LINES if not re.fullmatch(form, line)] == []


def site_with(folder: Path, **releases: str) -> Path:
    for name, version in releases.items():
        info = folder / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\nLicense-Expression: MIT\n", "utf-8"
        )
        (info / "LICENSE").write_text(f"The licence of {name}.\n", "utf-8")
        (info / "RECORD").write_text(f"{info.name}/METADATA,,\n{info.name}/LICENSE,,\n", "utf-8")
    return folder


def test_the_licences_are_named_and_their_texts_follow(tmp_path: Path) -> None:
    text = licences(site_with(tmp_path, click="8.5.1", portalcheck="9"))

    assert text.startswith("click 8.5.1: MIT\nPython 3.")
    assert text.endswith("==== click 8.5.1: LICENSE\n\nThe licence of click.\n")
    assert "portalcheck 9" not in text


@pytest.mark.parametrize("name", [Requirement(asked).name for asked in PROJECT["dependencies"]])
def test_the_licence_of_each_library_that_is_here_is_known(name: str, tmp_path: Path) -> None:
    found: Distribution = distribution(name)
    (tmp_path / f"{name}.dist-info").mkdir()
    (tmp_path / f"{name}.dist-info" / "METADATA").write_text(found.read_text("METADATA") or "", "utf-8")

    assert ": see below" not in licences(tmp_path).splitlines()[0]


# ---- what else a build writes down -------------------------------------------------------------


def test_the_bill_of_materials_names_each_library_once_with_its_release_and_licence(tmp_path: Path) -> None:
    document = json.loads(sbom.sbom(site_with(tmp_path, click="8.5.1", ada_url="4.0.0", portalcheck="9")))

    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    found = {one["purl"]: (one["version"], one["licenses"]) for one in document["components"]}
    assert found["pkg:pypi/click@8.5.1"] == ("8.5.1", [{"expression": "MIT"}])
    assert "pkg:pypi/ada-url@4.0.0" in found
    assert not any("portalcheck" in purl for purl in found)
    assert {purl.partition("@")[0] for purl in found} > {"pkg:generic/python", "pkg:generic/openssl"}
    references = [one["bom-ref"] for one in document["components"]]
    assert len(references) == len(set(references))


def test_two_bills_of_the_same_libraries_are_the_same(tmp_path: Path) -> None:
    site = site_with(tmp_path, click="8.5.1")
    assert sbom.sbom(site) == sbom.sbom(site)


@pytest.mark.parametrize("pack", [packed_tar, packed_zip])
def test_an_archive_of_the_same_files_is_the_same_whenever_and_by_whomever_it_is_made(
    tmp_path: Path, pack: Callable[[Path, Path, int], Path]
) -> None:
    made = []
    for number in (1, 2):
        folder = tmp_path / str(number) / "portalcheck"
        (folder / "_internal").mkdir(parents=True)
        for name in ("b", "a", "_internal/c")[:: 1 if number == 1 else -1]:
            (folder / name).write_text(name)
            os.utime(folder / name, (number * 1e6, number * 1e6))
            (folder / name).chmod(0o600 if number == 1 else 0o644)
        made.append(pack(folder, tmp_path / f"{number}.packed", 1_795_000_000).read_bytes())
    assert made[0] == made[1]


def test_scripts_that_a_build_does_not_take_along_stand_in_no_list_of_its_files(tmp_path: Path) -> None:
    record = site_with(tmp_path, click="8.5.1") / "click-8.5.1.dist-info" / "RECORD"
    kept = record.read_text("utf-8")
    record.write_text(f"../../../bin/click,sha256=differs,210\n{kept}", "utf-8")
    forget_scripts(tmp_path)
    assert record.read_text("utf-8") == kept
