"""The extensions of a profile of Chromium or its kin: which are enabled, what they have set, and which can block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from portalcheck.facts import ANOTHER, Unreadable
from portalcheck.machine.browsers import extensions
from portalcheck.machine.browsers.matching import Page
from portalcheck.machine.browsers.places import placed
from portalcheck.machine.browsers.profile import Profile
from portalcheck.machine.browsers.reading import read_json, table, texts
from portalcheck.machine.environment import Environment

Tree = Mapping[str, object]

_ENABLED = 1
_COMPONENTS = frozenset({5, 10})  # extensions that are part of the browser


def enabled(trees: tuple[Tree, ...]) -> dict[str, list[Tree]]:
    """What the files hold of each enabled extension; one that any of the two files calls disabled is."""
    entries: dict[str, list[Tree]] = {}
    for tree in trees:
        for kind in ("settings", "opsettings"):  # the second is Opera's own
            for extension_id, entry in table(tree, "extensions", kind).items():
                if isinstance(entry, dict):
                    entries.setdefault(extension_id, []).append(entry)
    return {extension_id: found for extension_id, found in entries.items() if all(map(_is_enabled, found))}


def newest_first(found: Mapping[str, list[Tree]]) -> list[Tree]:
    """The entries of enabled extensions; what the one that was changed last sets counts first."""
    entries = [entry for each in found.values() for entry in each]
    return sorted(entries, key=lambda entry: str(entry.get("last_update_time", "")).zfill(20), reverse=True)


def names(
    profile: Profile, environment: Environment, found: Mapping[str, list[Tree]], page: Page | None
) -> tuple[str, ...]:
    """The public names of those enabled extensions that can block."""
    told = {
        extensions.listed_name("chromium", extension_id) or _unlisted(profile, environment, entries, page)
        for extension_id, entries in found.items()
    }
    return tuple(sorted(told - {""}))


def _is_enabled(entry: Tree) -> bool:
    # `disable_reasons` was a bit mask, and is a list now; `state` is gone since then.
    return (
        not entry.get("disable_reasons")
        and entry.get("state", _ENABLED) == _ENABLED
        and entry.get("location") not in _COMPONENTS
    )


def _unlisted(profile: Profile, environment: Environment, entries: list[Tree], page: Page | None) -> str:
    for entry in entries:
        granted = table(entry, "active_permissions")
        if extensions.may_block(texts(granted.get("api")), texts(granted.get("explicit_host")), page):
            return ANOTHER
    for manifest, folder in _manifests(profile, environment, entries):
        wishes = texts(manifest.get("permissions"))
        hosts = [*wishes, *texts(manifest.get("host_permissions"))]
        if extensions.may_block(wishes, hosts, page):
            return ANOTHER
        name = manifest.get("name")
        if isinstance(name, str):
            wishes += texts(manifest.get("optional_permissions"))
            return extensions.unlisted_name(_localised(name, manifest, folder), wishes)
    return ""


def _manifests(
    profile: Profile, environment: Environment, entries: list[Tree]
) -> Iterator[tuple[Tree, Path | None]]:
    """An extension's manifest, from the settings or, for one that was loaded unpacked, from its folder."""
    for entry in entries:
        path = entry.get("path")
        folder = placed(profile.folder / "Extensions", path, environment) if isinstance(path, str) else None
        inside = table(entry, "manifest")
        if inside:
            yield inside, folder
        elif folder is not None:
            read = read_json(folder / "manifest.json")
            if not isinstance(read, Unreadable):
                yield read, folder


def _localised(name: str, manifest: Tree, folder: Path | None) -> str:
    """A name as people see it; a manifest may hold `__MSG_key__` for a text in its default language."""
    language = manifest.get("default_locale")
    if not (name.startswith("__MSG_") and name.endswith("__") and folder and isinstance(language, str)):
        return name
    if not language.replace("_", "").replace("-", "").isalnum():
        return name
    messages = table(read_json(folder / "_locales" / language / "messages.json"))
    key = name.removeprefix("__MSG_").removesuffix("__").casefold()  # keys have no case
    texts = (table(value).get("message") for word, value in messages.items() if word.casefold() == key)
    return next((text for text in texts if isinstance(text, str)), name)
