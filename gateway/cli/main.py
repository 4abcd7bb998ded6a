"""`restante`: the group of all commands. Each is imported when it is called, so that `restante read` starts at once."""

from __future__ import annotations

import importlib

import click

# Command → the module and the name of its click command.
_COMMANDS = {
    "init": ("gateway.cli.setup", "init"),
    "doctor": ("gateway.cli.doctor", "doctor"),
    "serve": ("gateway.cli.run", "serve"),
    "tick": ("gateway.cli.run", "tick"),
    "inject": ("gateway.cli.run", "inject"),
    "demo": ("gateway.cli.run", "demo"),
    "charter": ("gateway.cli.charter", "charter"),
    "member": ("gateway.cli.member", "member"),
    "person": ("gateway.cli.person", "person"),
    "mails": ("gateway.cli.record", "mails"),
    "decisions": ("gateway.cli.record", "decisions"),
    "export": ("gateway.cli.record", "export"),
    "read": ("gateway.cli.read", "read"),
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="restante")
@click.option(
    "--config",
    "-c",
    default="restante.toml",
    show_default=True,
    envvar="RESTANTE_CONFIG",
    help="The settings file.",
)
@click.pass_context
def main(ctx: click.Context, config: str) -> None:
    """Restante: teamwork for people who only have a mail program.

    \b
    Start here:
      restante demo                       a team's day by mail, on this machine
      restante init team                  a workspace of your own in the folder `team`
      cd team && restante serve           take mail, ask, count, tell
    """
    ctx.obj = config
