"""Whether a mail was written to us: by the addresses that its author put into it, not by where it was delivered.

Somebody who has a member's signed mail can hand it on to any address of ours; what they cannot change is to which of
them it was written, if to any. Must not: read a mail, or say what follows (accept/trust.py does).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from gateway.model.address import Alias, parse_local_part


def is_to_us(
    written_to: Iterable[str], is_the_place: Callable[[str], bool], is_passed_on: Callable[[str], bool]
) -> bool:
    """Whether one of these folded addresses is the place of ours that a mail came to, or one from which mail is passed
    on to it by arrangement.
    """
    return any(is_the_place(address) or is_passed_on(address) for address in written_to)


def is_passed_on(address: str, workspace: str, names: Collection[str], aliases: Iterable[Alias]) -> bool:
    """Whether mail to a folded address is passed on to a workspace, of which there are these `names`.

    An alias that says "@domain" stands for all of its domain, any other for itself with whatever follows a "+" in its
    local part; what names an address more closely goes first. One that says no workspace is that of the only one, or of
    the one whose name its mail bears: members of another must not hand on what was never meant for it.
    """
    known = tuple(aliases)
    closest = next((found for form in _forms(address) if (found := [a for a in known if a.address == form])), [])
    return any(workspace_of(alias, address, names) == workspace for alias in closest)


def workspace_of(alias: Alias, address: str, names: Collection[str]) -> str | None:
    """Return whose mail to an address is that an alias names, None where nobody can tell."""
    if not alias.to and len(names) == 1:
        return next(iter(names))
    found = parse_local_part((alias.to or address).partition("@")[0], names, {})
    return found.workspace if found else None


def _forms(address: str) -> tuple[str, ...]:
    """Return how an alias may name an address, closest first: whole, without its tag, or by its domain."""
    local, _, domain = address.rpartition("@")
    return address, f"{local.partition('+')[0]}@{domain}", f"@{domain}"
