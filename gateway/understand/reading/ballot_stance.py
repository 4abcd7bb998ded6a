"""How a text stands to an option it names: chosen, liked, merely named, refused or excepted.

Must not: know a word of a language, or a method of voting.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from gateway.understand.reading.ballot_frame import Body, Clause, is_set_against
from gateway.understand.reading.ballot_options import Mention
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_verdict import AWAY, is_condition
from gateway.understand.reading.ballot_words import Mark


class Stance(IntEnum):
    """From refusal to announced choice; what is higher overrules what is lower."""

    EXCEPTED = -2
    REFUSED = -1
    NAMED = 0
    SPARE = 1  # a second choice, a former one, one that would do too
    LIKED = 2
    CHOSEN = 3
    CONCLUDED = 4


NEGATING = classes(
    "negator near_negator reject no no_to against bad block instead nor except but_not needless unwanted worthless"
)
DENIABLE = frozenset(("against", "bad"))
BEHIND = frozenset(("fallback", "lower_place"))  # beside an option that comes behind another
CHOOSING = frozenset(("choose", "yes", "for", "unopposed"))


@dataclass(frozen=True, slots=True)
class Standing:
    """One mention with its stance. `link` says how it hangs on the mention before: "", and, or, nor, comma, same."""

    mention: Mention
    stance: Stance
    clause: int
    link: str
    asked: bool = False
    doubted: bool = False
    contrasted: bool = False
    decided: bool = False  # named with a verb of choosing right ahead of it
    faint: bool = False  # praised by denying that it is bad, which is no choice: "Oslo isn't bad"
    passing: bool = False  # named but as a place, a day or a person of something else: "greetings from Oslo"
    lower: bool = False  # said to come behind another: "Oslo is my second choice"

    @property
    def options(self) -> frozenset[int]:
        """The options named."""
        return self.mention.options


def stance_of(
    body: Body, before: list[Mark], after: list[Mark], *, bare: bool, wished: bool, clause: Clause, ranked: bool
) -> Stance:
    """Return the stance a run of marks before and behind an option comes to; `bare`: nothing else is said beside it."""
    before = _behind_absence(body, before)
    if any("except" in m and not m.classes & {"negator"} for m in before) or _is_all_but(body, clause):
        return Stance.EXCEPTED
    left, right = sign_of(before, ranked=ranked), sign_of(after, ranked=ranked)
    if after and "instead" in after[0] and not after[0].classes & {"negator", "reject", "no"}:
        right = 1  # "Oslo over both", "Oslo instead of the others"
    if left < 0 or right < 0:
        return Stance.REFUSED
    whole = body.marked.within(clause.start, clause.end)
    if (
        any("former" in m for m in whole)
        or any(m.classes & BEHIND for m in before)
        or any("also" in m for m in (*before, *after))
    ):
        return Stance.SPARE
    if any("lower_place" in m or ("fallback" in m and "over" not in m) for m in after):
        return Stance.SPARE
    if clause.opener == "reason" or clause.opener == "aside":
        return Stance.NAMED
    if any(is_condition(body, m) or "between" in m for m in before):
        return Stance.NAMED
    if not ranked and any(m.values.get("ordinal", 0) > 0 for m in before):
        return Stance.SPARE  # "my second one is …"
    if left > 0 or right > 0 or any("all" in m for m in before):
        return Stance.CHOSEN
    if any("good" in m or ("yes" in m and _is_praise(m)) for m in [*before, *after]):
        return Stance.NAMED if is_set_against(body, clause) else Stance.LIKED
    return Stance.CHOSEN if bare or wished else Stance.NAMED


def sign_of(marks: list[Mark], *, ranked: bool = False) -> int:
    """Return -1, 0 or 1 for what a run of marks says of the option beside it; in a ranking "over" refuses nothing."""
    marks = [m for m in marks if not _turns_back(m)]
    if ranked:
        marks = [m for m in marks if not _only_places(m)]
    if any("unopposed" in m for m in marks):
        return 1
    negated = any(m.classes & {"negator", "near_negator"} and not m.classes & {"reject"} for m in marks)
    denied = any(m.classes & DENIABLE and not m.classes & {"negator"} for m in marks)
    if negated and denied:
        return 1
    forgone = [m for m in marks if "unwanted" in m and "negator" not in m]
    if forgone and any(m.classes & {"negator", "near_negator"} and m not in forgone for m in marks):
        return 1  # "I couldn't do without Oslo"
    if any(m.classes & NEGATING and not m.classes & {"choose"} and not _only_joins(m) for m in marks):
        return -1
    return 1 if any(m.classes & CHOOSING and not _is_praise(m) for m in marks) else 0


def _behind_absence(body: Body, before: list[Mark]) -> list[Mark]:
    """Return the marks ahead of an option without an absence whose end is told there: "I'm away until Friday, so …"."""
    for number, mark in enumerate(before):
        voice = body.marked.voices[mark.start]
        behind = before[number + 1 :]
        bound = next((n for n, m in enumerate(behind) if m.classes & {"until", "range_word"}), None)
        if voice is None or not voice.classes & AWAY or bound is None:
            continue
        day = next((n for n, m in enumerate(behind) if n > bound and m.classes & {"weekday", "month"}), None)
        if day is not None:
            return behind[day + 1 :]
    return before


def _only_joins(mark: Mark) -> bool:
    """Whether a mark that denies behind a denial ("not A or B") but joins where none stands."""
    return "or" in mark and not mark.classes & (NEGATING - {"nor"})


def _turns_back(mark: Mark) -> bool:
    """Whether a phrase denies what was said before it, not what it stands beside: "Oslo, or rather no, Rome"."""
    return "change" in mark and mark.end - mark.start > 1


def _only_places(mark: Mark) -> bool:
    """Whether a mark puts options in order, which refuses none: "over", "worst"."""
    return "worst_place" in mark or ("over" in mark and not mark.classes & {"negator", "reject"})


def _is_praise(mark: Mark) -> bool:
    """Whether a phrase answers a proposal but only praises an option ("sounds good")."""
    return (mark.end - mark.start > 1 and not mark.classes & {"choose", "unopposed", "for"}) or (
        "good" in mark and "choose" not in mark
    )


def _is_all_but(body: Body, clause: Clause) -> bool:
    """Whether a clause opens with a contrast right behind an "all" or "any": "anyone but Sam"."""
    before = body.marked.cover[clause.start - 1] if clause.opener == "contrast" and clause.start > body.start else None
    return before is not None and bool(before.classes & {"all", "indifferent", "none"}) and not before.classes & {"yes"}
