"""`portalcheck completion`: the script that a shell completes commands, options and values with."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from portalcheck.cli import console
from portalcheck.cli.group import COMPLETION, group
from portalcheck.cli.localized import Command

SHELLS = ("bash", "zsh", "fish", "powershell")
_NAME = "portalcheck"
_REPAIRS = {
    # An autoloaded file is run as the function's body at every call, but "loadautofunc" is so at the first
    # alone: at the second, click's script would offer nothing.
    "zsh": ("$zsh_eval_context[-1] == loadautofunc", f"$funcstack[1] == _{_NAME}"),
    # Each line is "type,value<Tab>words": the value, and its words, may have commas too.
    "fish": ('string split ","', 'string split --max 1 ","'),
}
"""What click's own script of a shell lacks: the text that stands there, and the one that has to."""


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> int:
    """Print the script with which a shell completes commands, options and their values.

    \b
    bash        portalcheck completion bash > ~/.local/share/bash-completion/completions/portalcheck
    zsh         portalcheck completion zsh > "${fpath[1]}/_portalcheck"
    fish        portalcheck completion fish > ~/.config/fish/completions/portalcheck.fish
    powershell  portalcheck completion powershell >> $PROFILE
    """
    found = get_completion_class(shell)
    assert found is not None
    script = found(group, {}, _NAME, COMPLETION).source()
    if shell in _REPAIRS:
        script = script.replace(*_REPAIRS[shell])
    console.result(script + "\n")
    return 0
