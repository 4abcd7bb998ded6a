"""How far the author of a mail is proven: decided here and nowhere else (docs/security.md).

Must not: read a mail or the record, or say what an act needs (the charter's `[trust]` does).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.model.authentication import NOBODY_SAID, Authentication, Outcome
from gateway.model.context import ELSEWHERE, Proof, Trust


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for or against the one who wrote: `has_own_token` a valid token of ours made out to them, `confirmed`
    that they confirmed this very mail, `contradicts_itself` that a field stands in it twice with different words,
    `is_to_us` that its author wrote it to the address of ours that it came to, `is_to_others` that none of ours stands
    in To or Cc at all.
    """

    is_member: bool
    authentication: Authentication = NOBODY_SAID
    has_own_token: bool = False
    confirmed: bool = False
    contradicts_itself: bool = False
    is_to_us: bool = True
    is_to_others: bool = False


def proof_of(signs: Signs) -> Proof:
    """Return how far the author is proven, and by what: the first sign in the order of the table decides."""
    return next(proof for rule in _IN_ORDER if (proof := rule(signs)))


def _stranger(signs: Signs) -> Proof | None:
    return None if signs.is_member else Proof(Trust.UNKNOWN, "stranger")


def _confirmed(signs: Signs) -> Proof | None:
    return Proof(Trust.PROVEN, "confirmed") if signs.confirmed else None


def _several_authors(signs: Signs) -> Proof | None:
    return None if signs.authentication.is_one_author else Proof(Trust.FAILED, "several-authors")


def _contradiction(signs: Signs) -> Proof | None:
    """Of two fields one is read and the other was signed: no check speaks for what is read."""
    return Proof(Trust.FAILED, "contradiction") if signs.contradicts_itself else None


def _failed(signs: Signs) -> Proof | None:
    """A forwarded mail gives away the address and the token alike: a failed check outweighs both."""
    found = signs.authentication
    return Proof(Trust.FAILED, found.method, found.by) if found.outcome is Outcome.FAILED else None


def _passed(signs: Signs) -> Proof | None:
    found = signs.authentication
    is_proven = found.outcome is Outcome.PASSED and signs.is_to_us
    return Proof(Trust.PROVEN, found.method, found.by) if is_proven else None


def _to_others(signs: Signs) -> Proof | None:
    """An answer that its author sent to somebody else alone bears the token of the mail it answers in References: who
    got it may hand it on to us.
    """
    return _elsewhere(signs) if signs.is_to_others else None


def _token(signs: Signs) -> Proof | None:
    return Proof(Trust.PROVEN, "token") if signs.has_own_token else None


def _elsewhere(signs: Signs) -> Proof | None:
    """A signature proves whose words these are, and not that they were meant for us: whoever got them may hand them on.

    Where no server checks, anybody can write anything in From; then the charter's levels say what that is good for.
    """
    found = signs.authentication
    return Proof(Trust.FAILED, ELSEWHERE, found.by) if found.outcome is Outcome.PASSED else None


def _address(signs: Signs) -> Proof | None:
    return Proof(Trust.CLAIMED, "address")


_IN_ORDER: tuple[Callable[[Signs], Proof | None], ...] = (
    _stranger,
    _confirmed,
    _several_authors,
    _contradiction,
    _failed,
    _passed,
    _to_others,
    _token,
    _elsewhere,
    _address,
)
