"""Which addresses of ours a mail names, which of them it is for, and whether its author wrote it there.

Must not: say what is proven by that (accept/trust.py does).
"""

from __future__ import annotations

from collections.abc import Collection, Sized
from dataclasses import dataclass

from gateway.accept.addressed import is_passed_on, is_to_us
from gateway.model.address import Alias, Destination, Door, fold_address
from gateway.model.arrival import Arrival
from gateway.model.authentication import Authentication
from gateway.model.context import Workspace
from gateway.model.message import Message
from gateway.pipeline.workspaces import place_in
from store.transaction import Transaction

# The door that says most about what a mail is for wins when several of ours are named.
_DOOR_ORDER = (
    Door.BOUNCE, Door.REPLY, Door.TRY, Door.VOTE, Door.TASK, Door.JOIN, Door.LEAVE, Door.HELP, Door.OWNER, Door.REQUEST,
    Door.POST, Door.UNKNOWN,
)  # fmt: skip
_BESIDE_A_POST = frozenset({Door.HELP, Door.OWNER, Door.REQUEST})


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses of ours that a mail names: `ours` all of them, those that it came to first; `destination` the one that
    it is for; `trying` where it is only to be tried out. `visible` is what stands in To and Cc, folded.
    """

    ours: tuple[Destination, ...]
    destination: Destination
    trying: bool
    visible: tuple[str, ...]

    @property
    def may_be_any(self) -> bool:
        """Whether any address of ours will do for the one that it came to, since nothing is posted or changed: programs
        that answer a mail of ours put into To what they like, and send it to the return address.
        """
        return self.trying or self.destination.door is Door.BOUNCE


def places_of(tx: Transaction, group: Workspace, arrival: Arrival, message: Message) -> Places:
    """Return the places of ours that a mail names.

    Where reports come to counts alone: anybody can put such an address into the Cc that others answer to all of.
    What is written to everybody, and came to where that is posted, is, whoever else is to look at it.
    """
    visible = tuple(dict.fromkeys(fold_address(box.address) for box in (*message.to, *message.cc)))
    came_to = [place for one in dict.fromkeys(arrival.recipients) if (place := place_in(tx, one, group.name))]
    shown = [place for one in visible if (place := place_in(tx, one, group.name))]
    came_to, shown = _but_reports(came_to, came_to), _but_reports(shown, visible)
    is_post = all(any(place.door is Door.POST for place in places) for places in (came_to, shown))
    beside = _BESIDE_A_POST if is_post else frozenset()
    ours = tuple(place for place in (*came_to, *shown) if place.door not in beside)
    in_earnest = (place for place in ours if place.door is not Door.TRY)
    destination = min(in_earnest, key=_precedence, default=Destination(group.name, Door.POST))
    trying = any(place.door is Door.TRY for place in ours)
    return Places(ours, destination, trying, visible)


def _but_reports(places: list[Destination], among: Sized) -> list[Destination]:
    """Return places without those that reports come to, unless nothing else stands `among` the addresses."""
    others = [place for place in places if place.door is not Door.BOUNCE]
    return places if not others and len(places) == len(among) else others


def _precedence(destination: Destination) -> tuple[int, bool]:
    return _DOOR_ORDER.index(destination.door), destination.channel is None


def is_as_addressed(
    tx: Transaction, group: Workspace, said: Authentication, places: Places, aliases: Collection[Alias]
) -> bool:
    """Whether a proven author wrote a mail to the place that it came to: what is written to one acts at no other."""
    place = places.destination

    def is_the_place(address: str) -> bool:
        found = place_in(tx, address, group.name)
        return found is not None and (places.may_be_any or found == place)

    known = aliases if place.door is not Door.REPLY else ()  # nobody passes on the answer to one mail
    names = tx.charters.names()
    return said.is_as_written and is_to_us(
        said.written_to, is_the_place, lambda address: is_passed_on(address, group.name, names, known)
    )


def names_us(
    tx: Transaction, group: Workspace, said: Authentication, places: Places, aliases: Collection[Alias]
) -> bool:
    """Whether a proven author wrote a mail to any address of ours, or to one from which mail is passed on."""
    if places.may_be_any:
        return True
    names = tx.charters.names()
    return is_to_us(
        said.written_to,
        lambda address: place_in(tx, address, group.name) is not None,
        lambda address: is_passed_on(address, group.name, names, aliases),
    )
