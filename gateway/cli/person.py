"""`restante person`: all we hold of somebody, shown or erased because they asked for it.

Must not: know where any of it lies; pipeline/person.py does.
"""

from __future__ import annotations

import click
import msgspec

from gateway.app import App
from gateway.cli.shared import counted, fail, program
from gateway.pipeline.person import Erased, MailWaits, Person, erase, export, find
from store.faults import StoreFault, StoreRefusal


@click.group()
def person() -> None:
    """What is held of a person, in all workspaces of this store.

    \b
    Example:
      restante person export ana@example.org > ana.json
    """


@person.command(name="export")
@click.argument("address")
@click.pass_obj
def export_(config: str, address: str) -> None:
    """All we hold of a person, as JSON: memberships, record, mail in and out.

    What somebody chose in a secret vote, or in a hidden one that is still open, is left out: whoever runs this command
    must not see it either.

    \b
    Example:
      restante person export ana@example.org > ana.json
    """
    with program(config) as app:
        found = export(app.pipeline, address)
    if found is None:
        fail(f"nothing is held of {address}")
    click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())


@person.command(name="erase")
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def erase_(config: str, address: str, yes: bool) -> None:
    """Take a person out of the store: addresses, names, mail in and out. It cannot be undone.

    Posts, answers and tallies stay, without who it was. The store's file is then written anew, so that nothing of it
    is left in it; that takes a while on a large store, and mail waits meanwhile. Backups made before still hold it all.

    \b
    Example:
      restante person erase ana@example.org
    """
    with program(config) as app:
        found = find(app.pipeline, address)
        if found.waiting:
            _name_waiting(found.waiting)
        if not found.is_known:
            _scrub(app)  # a run before this one may have been stopped in between
            click.echo(f"nothing is held of {address}.")
            return
        click.echo(_foretold(app, found))
        if not yes:
            click.confirm("Erase all this for good?", abort=True)
        try:
            came_to = erase(app.pipeline, found, app.clock())
        except MailWaits as problem:
            _name_waiting(problem.numbers)
        _scrub(app)
    click.echo(_told(came_to))


def _name_waiting(numbers: tuple[int, ...]) -> None:
    listed = ", ".join(map(str, numbers))
    fail(
        f"mail {listed} names this person and is not settled yet: it would bring them back. Let `restante serve` "
        f"process it, or settle what is held or failed (`restante mails {numbers[0]}`), then try again. "
        "Nothing was changed."
    )


def _scrub(app: App) -> None:
    try:
        app.store.scrub()
    except (StoreFault, StoreRefusal) as problem:
        fail(f"erased from the record, but its file still holds traces: {problem}. Run this command again.")


def _foretold(app: App, found: Person) -> str:
    lines = [f"{', '.join(found.addresses)}:"]
    for group, member in found.memberships:
        here = "left" if member.left_at else "a member"
        lines.append(f"  {group.name}: {member.name}, {here}")
    lines.append(f"  {counted(len(found.written), 'mail')} from them, {counted(len(found.notices), 'mail')} to them")
    others = len(set(found.naming) - set(found.written))
    if others:
        lines.append(f"  {counted(others, 'mail')} of others that name them: their bytes go, what was understood stays")
    lines += [f"  {workspace}: the last steward; name another one first" for workspace in _orphaned(app, found)]
    if found.namesakes:
        shared = ", ".join(map(repr, found.namesakes))
        lines.append(f"  {shared}: somebody else there has this name too; where only it tells who it was, it stays")
    return "\n".join([*lines, *_charters(found.charters)])


def _orphaned(app: App, found: Person) -> list[str]:
    with app.store.read() as tx:
        return [
            group.name
            for group, member in found.memberships
            if member.left_at is None
            and member.is_steward
            and not any(one.is_steward for one in tx.people.all(group.id) if one.id != member.id)
        ]


def _charters(found: tuple[tuple[str, int, bool], ...]) -> list[str]:
    """Charters on disk are not ours to change: whoever keeps them is told."""
    names = {workspace for workspace, _, in_force in found if in_force}
    return [
        f"  {workspace}: the charter in force names them; take them out of its file too, before it is applied again"
        for workspace in sorted(names)
    ]


def _told(came_to: Erased) -> str:
    lines = [
        f"Erased. {counted(came_to.memberships, 'membership')} now {came_to.pseudonym}; the bytes of "
        f"{counted(came_to.mails, 'mail')} and {counted(came_to.notices, 'notice')} are gone; "
        f"{counted(came_to.places, 'other place')} changed.",
        "Backups made before still hold this person; so may logs of other mail servers.",
    ]
    return "\n".join([*lines, *_charters(came_to.charters)])
