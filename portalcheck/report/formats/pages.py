"""What every page of ours is made with: our own files, harmless text, and a policy that forbids everything else."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from portalcheck.words.text import clean

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def own_file(name: str, package: str = "portalcheck.report") -> str:
    """The text of a template, style sheet or script of a package, by its path there."""
    return (files(package) / name).read_text(encoding="utf-8")


def _named(name: str) -> str:
    """A template that another one takes parts from: `package:path`, or a path below `portalcheck/report`."""
    package, _, path = name.rpartition(":")
    return own_file(path, package or "portalcheck.report")


@cache
def template(name: str, longest: int, package: str = "portalcheck.report") -> Template:
    """A page's template: all text is escaped, and cut at `longest` characters; it may take parts from others.

    What could reorder or hide other text is taken out of it; our own markup stays as it is.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    def harmless(value: object) -> object:
        return clean(value, longest) if isinstance(value, str) and not hasattr(value, "__html__") else value

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=harmless,
        loader=FunctionLoader(_named),
    )
    return environment.from_string(own_file(name, package))


def policy(style: str, script: str = "") -> str:
    """Nothing but this style sheet and this script, if any (Content Security Policy Level 3, hash-source)."""
    scripts = f"script-src '{_hash(script)}'; " if script else ""
    return f"default-src 'none'; style-src '{_hash(style)}'; {scripts}base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
