"""Check-ins with a charter's own questions as stories: every answer under its question, nothing made a blocker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway.model.entry import BlockerRaised
from gateway.model.round import CheckIn, Skip
from tests.flow.town import CHECK_IN, Town

Found = Callable[..., Town]

MOMENT, LEARNT, THANKS = OWN = ("Best moment of the week?", "What did you learn?", "Who should we thank?")
MIXED = ("What did you get done?", "What did you learn?", "Is anything in your way?")


def asking(found: Found, *questions: str, **keys: Any) -> Town:
    """Return a town that has been asked these questions every day at nine; it is half past."""
    town = found(routines={"daily": CHECK_IN | {"questions": list(questions)}}, **keys)
    town.at("09:30")
    return town


def said(town: Town, who: str, mark: str = "C-1") -> CheckIn:
    """Return what somebody's check-in says."""
    answer = town.standings(mark)[who].answer
    assert isinstance(answer, CheckIn), answer
    return answer


def test_three_ways_to_answer_and_a_summary_by_question(found: Found) -> None:
    town = asking(found, *OWN)
    town.answers(
        "ana", town.newest("ana", "prompt"), "1. The launch\n2. Caches lie\n3. Ben, who waited for the printer"
    )
    town.answers("ben", town.newest("ben", "prompt"), "We launched on Monday, and nothing fell over.")
    town.answers("cleo", town.newest("cleo", "prompt"), "Le lancement.\n\nRien\n\nAna et Ben")
    assert said(town, "ana").answers == (
        (MOMENT, "The launch"), (LEARNT, "Caches lie"), (THANKS, "Ben, who waited for the printer"),
    )  # fmt: skip
    assert said(town, "ben").answers == ((MOMENT, "We launched on Monday, and nothing fell over."),)
    assert said(town, "cleo").answers == ((MOMENT, "Le lancement."), (THANKS, "Ana et Ben"))
    assert town.entries(BlockerRaised) == []

    town.at("23:00")
    summary = town.newest("ben", "summary").text
    assert summary.count(THANKS) == 2
    assert summary.index("Ana Duarte") < summary.index(MOMENT) < summary.index("The launch")
    assert summary.index(THANKS) < summary.index("Ben, who waited for the printer")
    assert "IN THE WAY" not in summary


def test_a_check_in_of_answers_alone_is_noted_in_the_receipt(found: Found) -> None:
    town = asking(found, *OWN)
    town.answers("ana", town.newest("ana", "prompt"), "1. The launch\n3. Ben")
    town.answers("cleo", town.newest("cleo", "prompt"), "Le lancement")
    assert "check-in noted: 2 answers" in town.newest("ana", "receipt").text
    assert "1 réponse" in town.newest("cleo", "receipt").text
    town.at("14:30")
    assert town.reached("reminder") == ["ben"]


def test_answers_written_under_the_quoted_questions(found: Found) -> None:
    town = asking(found, *OWN)
    prompt = town.newest("ben", "prompt")
    lines: list[str] = []
    for line in prompt.text.rstrip().split("\n"):
        lines.append(f"> {line}".rstrip())
        if LEARNT in line:
            lines += ["", "That caches lie.", ""]
        if THANKS in line:
            lines += ["", "Ana", ""]
    town.answers("ben", prompt, "On Monday Acme wrote:\n" + "\n".join(lines), quote=False)
    assert said(town, "ben").answers == ((LEARNT, "That caches lie."), (THANKS, "Ana"))


def test_an_answer_below_the_whole_quoted_prompt(found: Found) -> None:
    town = asking(found, *OWN)
    town.answers("ben", town.newest("ben", "prompt"), "The launch\nCaches lie\nAna", below=True)
    assert said(town, "ben").answers == ((MOMENT, "The launch"), (LEARNT, "Caches lie"), (THANKS, "Ana"))


def test_standard_questions_among_own_ones_keep_their_meaning(found: Found) -> None:
    town = asking(found, *MIXED)
    town.answers("ana", town.newest("ana", "prompt"), "1. the budget\n2. caches lie\n3. no key to the archive")
    town.answers("ben", town.newest("ben", "prompt"), "The roof is finished, though I waited for the key.")
    assert said(town, "ana") == CheckIn(
        done=("the budget",), blockers=("no key to the archive",), answers=((LEARNT, "caches lie"),)
    )
    assert said(town, "ben") == CheckIn(done=("The roof is finished, though I waited for the key.",))
    assert [entry.text for entry in town.entries(BlockerRaised)] == ["no key to the archive"]
    assert "1 done, 1 in the way, 1 answer" in town.newest("ana", "receipt").text
    town.at("23:00")
    summary = town.newest("ben", "summary").text
    assert summary.index("no key to the archive") < summary.index("caches lie")


def test_a_later_answer_replaces_the_answers_and_a_skip_passes(found: Found) -> None:
    town = asking(found, *OWN)
    prompt = town.newest("ben", "prompt")
    town.answers("ben", prompt, "1. The launch\n2. Caches lie")
    town.answers("ben", prompt, "Learned: caches tell the truth")
    town.answers("ana", town.newest("ana", "prompt"), "skip")
    assert said(town, "ben").answers == ((LEARNT, "caches tell the truth"),)
    assert isinstance(town.standings("C-1")["ana"].answer, Skip)


def test_a_digest_shows_answers_under_their_questions_and_the_export_holds_them(found: Found) -> None:
    town = asking(found, *OWN, delivery="daily")
    town.answers("ana", town.newest("ana", "prompt"), "1. The launch\n3. Ben")
    town.at("2026-06-02 10:00")
    digest = town.newest("cleo", "digest").text
    assert digest.index(MOMENT) < digest.index("The launch") < digest.index(THANKS)
    assert LEARNT not in digest[: digest.index(THANKS)]
    assert "The launch" in str(town.export())


def test_a_check_in_as_a_mail_of_its_own_is_read_under_the_questions_that_are_open(found: Found) -> None:
    town = asking(found, *OWN)
    town.writes("ana", "acme", "Check-in", "1. The launch\n2. Caches lie\n3. Ben")
    town.confirms("ana")  # no token in a mail of its own, and no mail server said anything
    assert said(town, "ana").answers == ((MOMENT, "The launch"), (LEARNT, "Caches lie"), (THANKS, "Ben"))
    assert said(town, "ana").done == ()
