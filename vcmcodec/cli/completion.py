"""``vcm completion``: what lets a shell complete verbs, options and file names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what completes vcm in SHELL.

    bash: eval "$(vcm completion bash)" in ~/.bashrc. zsh: the same in ~/.zshrc. fish: vcm completion fish >
    ~/.config/fish/completions/vcm.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(ctx.find_root().command, {}, "vcm", "_VCM_COMPLETE").source())
