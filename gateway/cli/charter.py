"""`restante charter`: apply, show, edit, history of a workspace's rules.

Must not: decide anything; each command is one call into the flow, and what it gives in words.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.table import Table

from gateway.app import App
from gateway.cli.shared import charter_fault, counted, fail, instant, print_table, program
from gateway.cli.toml import as_toml
from gateway.model.charter import CharterProblem
from gateway.pipeline import steering


@click.group()
def charter() -> None:
    """A workspace's rules: who may do what, channels, routines, votes.

    \b
    Example:
      restante charter apply acme.toml
    """


@charter.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--prune", is_flag=True, help="Also remove members that the file no longer lists.")
@click.option("--moved", is_flag=True, help="The workspace of this name has moved to the domain that the file says.")
@click.pass_obj
def apply(config: str, file: Path, prune: bool, moved: bool) -> None:
    """Put a charter in force: a new version, its members added and renamed, its routines planned.

    \b
    Example:
      restante charter apply acme.toml
    """
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        fail(f"{file}: is not TOML: {problem}\nThe charter in force stays as it is.")
    with program(config) as app:
        put_in_force(app, document, str(file), prune=prune, moved=moved)


def put_in_force(app: App, document: dict[str, Any], file: str, *, prune: bool = False, moved: bool = False) -> None:
    """Apply a charter document and say what came of it."""
    try:
        applied = steering.apply_charter(
            app.pipeline, document, by="command line", now=app.clock(), prune=prune, moved=moved
        )
    except CharterProblem as problem:
        charter_fault(file, problem)
    click.echo(
        f"{applied.workspace}: version {applied.version} is in force; "
        f"{counted(len(applied.entries), 'change')} to members."
    )


def _document(app: App, workspace: str | None, version: int | None) -> tuple[str, int, dict[str, Any]]:
    with app.store.read() as tx:
        names = sorted(tx.charters.names())
        if workspace is None and len(names) == 1:
            workspace = names[0]
        if workspace is None or workspace not in names:
            fail(f"name one of the workspaces: {', '.join(names) or 'there is none yet; apply a charter first'}")
        found = tx.charters.current(workspace)
        assert found is not None
        _, current, document = found
        if version is not None and version != current:
            earlier = tx.charters.version(workspace, version)
            if earlier is None:
                fail(f"{workspace} has no version {version}; the newest is {current}")
            document = earlier
    return workspace, version or current, dict(document)


@charter.command()
@click.argument("workspace", required=False)
@click.option("--version", type=int, help="An earlier one.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_obj
def show(config: str, workspace: str | None, version: int | None, as_json: bool) -> None:
    """Show the charter in force, or an earlier version.

    \b
    Example:
      restante charter show acme --version 2
    """
    with program(config) as app:
        _, _, document = _document(app, workspace, version)
    click.echo(
        msgspec.json.format(msgspec.json.encode(document)).decode() if as_json else as_toml(document), nl=as_json
    )


@charter.command()
@click.argument("workspace", required=False)
@click.pass_obj
def edit(config: str, workspace: str | None) -> None:
    """Open the charter in force in $EDITOR and apply what was saved; a fault opens it again.

    \b
    Example:
      EDITOR=nano restante charter edit acme
    """
    with program(config) as app:
        name, _, document = _document(app, workspace, None)
        text = as_toml(document)
        while True:
            saved = click.edit(text, extension=".toml")
            if saved is None or saved == text:
                click.echo("Nothing changed.")
                return
            try:
                put_in_force(app, tomllib.loads(saved), name)
                return
            except (tomllib.TOMLDecodeError, click.ClickException) as problem:
                click.echo(str(getattr(problem, "message", problem)), err=True)
                if not click.confirm("Edit again?", default=True):
                    raise SystemExit(1) from None
                text = saved


@charter.command()
@click.argument("workspace", required=False)
@click.pass_obj
def history(config: str, workspace: str | None) -> None:
    """List every version with when and by whom it was applied.

    \b
    Example:
      restante charter history acme
    """
    with program(config) as app:
        name, _, _ = _document(app, workspace, None)
        with app.store.read() as tx:
            versions = tx.charters.history(name)
    table = Table("version", "applied at (UTC)", "by")
    for version, at, by in versions:
        table.add_row(str(version), instant(at), by)
    print_table(table)
