"""Whether a mail was written to us: by the addresses that its author put into it, not by where it was delivered.

Somebody who has a member's signed mail can hand it on to any address of ours; what they cannot change is to which of
them it was written, if to any. Must not: read a mail, or say what follows (accept/trust.py does).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet


def is_to_us(written_to: Iterable[str], is_the_place: Callable[[str], bool], aliases: AbstractSet[str]) -> bool:
    """Whether one of these folded addresses is the place of ours that a mail came to, or one from which mail is passed
    on to us by arrangement.

    `aliases` are folded addresses; one that begins with "@" stands for all of its domain, any other for itself with
    whatever follows a "+" in its local part.
    """
    return any(is_the_place(address) or not aliases.isdisjoint(_forms(address)) for address in written_to)


def _forms(address: str) -> tuple[str, ...]:
    """Return how an alias may name an address: whole, without its tag, or by its domain."""
    local, _, domain = address.rpartition("@")
    return address, f"{local.partition('+')[0]}@{domain}", f"@{domain}"
