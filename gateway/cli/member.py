"""`restante member`: add, remove, import, list the people of a workspace; who stands in for whom.

Must not: decide anything; each command is one call into the flow, and what it gives in words.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import click
import msgspec
from pydantic import ValidationError
from rich.table import Table

from gateway.app import App
from gateway.cli.shared import counted, fail, print_table, program
from gateway.model.address import fold_address
from gateway.model.charter import CharterMember
from gateway.model.entry import DeliveryResumed, DeliverySuspended, MemberLeft, MemberRenamed
from gateway.model.fault import fault_text
from gateway.model.member import Member
from gateway.pipeline.steering import change_people, member_entries
from gateway.pipeline.workspaces import workspace as workspace_named

COLUMNS = ("address", "name", "roles", "language", "timezone")


@click.group()
def member() -> None:
    """The people of a workspace.

    \b
    Example:
      restante member add acme ana@example.org --name "Ana Silva" --timezone Europe/Lisbon --language fr
    """


def _people(app: App, workspace: str) -> list[Member]:
    with app.store.read() as tx:
        found = tx.charters.current(workspace)
        if found is None:
            names = ", ".join(sorted(tx.charters.names())) or "none yet"
            fail(f"there is no workspace {workspace!r}; there is {names}")
        return list(tx.people.all(found[0]))


def _add(app: App, workspace: str, listed: list[CharterMember]) -> int:
    members = _people(app, workspace)
    with app.store.read() as tx:
        charter = workspace_named(tx, workspace).charter
    with_people = charter.model_copy(update={"members": tuple(listed)})
    entries = list(member_entries(with_people, members, prune=False, now=app.clock()))
    change_people(app.pipeline, workspace, entries, now=app.clock())
    return len(entries)


@member.command()
@click.argument("workspace")
@click.argument("address")
@click.option("--name", default="", help="As others see it.")
@click.option("--role", "roles", multiple=True, help="May be given several times; `steward` governs.")
@click.option("--language", help="The workspace's when not given.")
@click.option("--timezone", help="As Europe/Paris; the workspace's when not given.")
@click.pass_obj
def add(
    config: str,
    workspace: str,
    address: str,
    name: str,
    roles: tuple[str, ...],
    language: str | None,
    timezone: str | None,
) -> None:
    """Add a person, or rename one who is there.

    \b
    Example:
      restante member add acme ana@example.org --name "Ana Silva" --role steward
    """
    try:
        listed = CharterMember(address=address, name=name, roles=roles, language=language, timezone=timezone)
    except ValidationError as problem:
        fail("\n".join([*_faults(problem), "Nobody was added."]))
    with program(config) as app:
        changed = _add(app, workspace, [listed])
    click.echo(f"{listed.address}: {'recorded' if changed else 'nothing to change'}.")


@member.command()
@click.argument("workspace")
@click.argument("address")
@click.pass_obj
def remove(config: str, workspace: str, address: str) -> None:
    """Remove a person; ballots cast are kept.

    \b
    Example:
      restante member remove acme ana@example.org
    """
    with program(config) as app:
        wanted = fold_address(address)
        found = [m for m in _people(app, workspace) if wanted in (m.address, *m.further_addresses)]
        if not found:
            fail(f"{wanted} is no member of {workspace}; `restante member list {workspace}` shows who is")
        change_people(app.pipeline, workspace, [MemberLeft(member_id=found[0].id)], now=app.clock())
    click.echo(f"{wanted}: removed.")


@member.command()
@click.argument("workspace")
@click.argument("address")
@click.pass_obj
def resume(config: str, workspace: str, address: str) -> None:
    """Send mail again to a person whose mail was suspended; a steward is told what waited.

    Look first whether mail reaches them again: three that come back within weeks, or a complaint, suspend it anew.

    \b
    Example:
      restante member resume acme ana@example.org
    """
    with program(config) as app:
        wanted = fold_address(address)
        found = [m for m in _people(app, workspace) if wanted in (m.address, *m.further_addresses)]
        if not found:
            fail(f"{wanted} is no member of {workspace}; `restante member list {workspace}` shows who is")
        if found[0].suspended:
            entry = DeliveryResumed(member_id=found[0].id, reason="command")
            change_people(app.pipeline, workspace, [entry], now=app.clock())
    click.echo(f"{wanted}: {'mail goes there again' if found[0].suspended else 'mail is not suspended'}.")


@member.command()
@click.argument("workspace")
@click.argument("address")
@click.argument("substitute")
@click.pass_obj
def substitute(config: str, workspace: str, address: str, substitute: str) -> None:
    """Name who stands in for a person while they are away, or `nobody`.

    What a substitute may do, the charter says (`substitutes`).

    \b
    Example:
      restante member substitute acme ana@example.org ben@example.org
    """
    with program(config) as app:
        people = {one: m for m in _people(app, workspace) for one in (m.address, *m.further_addresses)}
        wanted = [fold_address(address), *([] if substitute == "nobody" else [fold_address(substitute)])]
        if unknown := [one for one in wanted if one not in people]:
            fail(f"{unknown[0]} is no member of {workspace}; `restante member list {workspace}` shows who is")
        chosen = people[wanted[1]].id if len(wanted) == 2 else 0
        if chosen == people[wanted[0]].id:
            fail("nobody stands in for themselves")
        named = MemberRenamed(member_id=people[wanted[0]].id, substitute=chosen)
        change_people(app.pipeline, workspace, [named], now=app.clock())
    click.echo(f"{wanted[0]}: {'nobody' if not chosen else wanted[1]} stands in while they are away.")


@member.command(name="import")
@click.argument("workspace")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_(config: str, workspace: str, file: Path) -> None:
    """Add the people of a CSV file with the columns address, name, roles, language, timezone.

    Only `address` is needed; roles are parted by spaces. All lines are checked before any is taken.

    \b
    Example:
      restante member import acme people.csv
    """
    listed: list[CharterMember] = []
    faults: list[str] = []
    for number, row in _rows(file):
        try:
            listed.append(
                CharterMember(
                    address=row.get("address") or "",
                    name=row.get("name") or "",
                    roles=tuple((row.get("roles") or "").split()),
                    language=row.get("language") or None,
                    timezone=row.get("timezone") or None,
                )
            )
        except ValidationError as problem:
            faults += [f"{file}: line {number}: {fault}" for fault in _faults(problem)]
    if faults:
        fail("\n".join([*faults, "Nobody was added."]))
    with program(config) as app:
        changed = _add(app, workspace, listed)
    click.echo(f"{counted(len(listed), 'line')} read; people added or renamed: {changed}.")


def _faults(problem: ValidationError) -> list[str]:
    return [f"{fault['loc'][0]}: {fault_text(fault)}" for fault in problem.errors()]


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    """Return the lines of a CSV file with their numbers; columns parted by commas or, as some do, semicolons."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        fail(
            f"{file}: is not UTF-8 ({problem.reason} at byte {problem.start}); save it as CSV UTF-8. Nobody was added."
        )
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head and "," not in head else ",")
    columns = [name.strip().lower() for name in reader.fieldnames or ()]
    reader.fieldnames = columns
    if unknown := sorted(set(columns) - set(COLUMNS)):
        fail(f"{file}: line 1: {', '.join(unknown)}: no such column; there is {', '.join(COLUMNS)}. Nobody was added.")
    if "address" not in columns:
        fail(f"{file}: line 1: the column `address` is missing. Nobody was added.")
    return [(reader.line_num, {key: (value or "").strip() for key, value in row.items() if key}) for row in reader]


@member.command(name="list")
@click.argument("workspace")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_obj
def list_(config: str, workspace: str, as_json: bool) -> None:
    """List the people of a workspace, and to whom our mail is suspended.

    \b
    Example:
      restante member list acme
    """
    with program(config) as app:
        people = _people(app, workspace)
        why = _why_suspended(app, workspace) if any(person.suspended for person in people) else {}
    if as_json:
        found = [msgspec.to_builtins(p) | ({"suspended_for": why.get(p.id, "")} if p.suspended else {}) for p in people]
        click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
        return
    table = Table("address", "name", "roles", "language", "time zone", "away until", "mail")
    for person in people:
        away = ", ".join(a.until.isoformat() if a.until else "?" for a in person.absences)
        mail = f"suspended: {why.get(person.id, '?')}" if person.suspended else _paused(person)
        table.add_row(person.address, person.name, " ".join(person.roles), person.language, person.timezone, away, mail)
    print_table(table)


def _why_suspended(app: App, workspace: str) -> dict[int, str]:
    """Return by member what their mail was suspended for last, and on which day."""
    with app.store.read() as tx:
        found = tx.ledger.of_kind(workspace_named(tx, workspace).id, DeliverySuspended)
    entries = ((one.entry, one.at) for one in found if isinstance(one.entry, DeliverySuspended))
    return {entry.member_id: f"{entry.reason}, {at.date().isoformat()}" for entry, at in entries}


def _paused(person: Member) -> str:
    until = person.settings.paused_until
    return "paused" if person.settings.paused else f"paused until {until.isoformat()}" if until else ""
