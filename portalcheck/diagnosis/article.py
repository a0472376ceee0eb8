"""The references of the troubleshooting article, from article.toml: what each is, never what it says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import msgspec
import tomli


class Ref(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One reference: a step, a row of the error table, a help text or an answer of the FAQ.

    `kind` is step, error, help or faq; `message` is the error message that the article quotes.
    """

    id: str
    order: int
    kind: str
    symptom: str = ""
    message: str = ""


@cache
def refs() -> Mapping[str, Ref]:
    """All references by id, in the article's order."""
    data = tomli.loads((files("portalcheck.diagnosis") / "article.toml").read_text(encoding="utf-8"))
    return MappingProxyType({row["id"]: msgspec.convert(row, Ref) for row in data["ref"]})


def messages() -> Mapping[str, str]:
    """The article's error messages, by symptom id."""
    return {ref.symptom: ref.message for ref in refs().values() if ref.message}
