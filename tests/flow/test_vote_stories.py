"""Votes as stories: opened by mail, answered, reminded, closed, announced."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Pick, Picks, Ranking, Scores
from gateway.model.entry import Answered, Closed, Paused, Resumed, RoundOpened
from gateway.model.round import Phase, Result
from tests.flow.town import DEV, ERIN, TEAM, Person, Town

Found = Callable[..., Town]

AUGUST = "Shall we close the office in August? Yes or no, by today 20:00."


def opened(town: Town, who: str = "ana", subject: str = "[VOTE] Close the office in August", text: str = AUGUST) -> str:
    """Let somebody open a vote that ends on the same day at 20:00, unless said; return its mark."""
    town.writes(who, "acme", subject, text)
    return str(town.entries(RoundOpened)[-1].round.mark)


def outcome(town: Town, mark: str = "V-1") -> Closed:
    """Return how a vote closed."""
    closed: list[Closed] = town.entries(Closed)
    return next(entry for entry in closed if entry.mark == mark)


def test_a_vote_round_from_its_opening_to_its_outcome(found: Found) -> None:
    town = found(*TEAM, DEV, ERIN, votes={"reminders": ["2 hours"], "hidden": True})
    town.at("09:30")
    mark = opened(town)
    assert town.reached("ballot") == ["ana", "ben", "cleo", "dev", "erin"]

    town.at("10:00")
    town.answers("ben", town.newest("ben", "ballot"), "Yes, it is too hot to work anyway.")
    town.at("10:30")
    town.answers("cleo", town.newest("cleo", "ballot"), "Non, les livraisons arrivent en août.")
    town.answers("cleo", town.newest("cleo", "ballot"), "Oui, parce que les trains sont vides.")
    town.answers("dev", town.newest("dev", "ballot"), "No.")
    town.answers(
        "erin",
        town.newest("erin", "ballot"),
        "Yes! I am out of the office until 5 June.",
        auto_submitted="auto-replied",
    )
    assert town.votes(mark) == {"ben": Pick("Yes"), "cleo": Pick("Yes"), "dev": Pick("No")}

    town.at("19:00")
    assert town.reached("reminder") == ["ana"], "who has answered, or is away, owes nothing"

    town.at("20:00")
    assert outcome(town, mark).outcome is not None
    assert outcome(town, mark).outcome.result is Result.PASSED  # type: ignore[union-attr]
    town.at("20:05")
    town.answers("ana", town.newest("ana", "ballot"), "No, I am against it.")
    assert "ana" not in town.votes(mark)
    assert town.last_reason == "too-late"
    assert town.newest("ana").kind == "decline"

    assert town.reached("outcome") == ["ana", "ben", "cleo", "dev", "erin"]
    told = town.newest("dev", "outcome").text
    assert "it is too hot to work anyway" in told
    assert "les trains sont vides" in told


def test_whoever_votes_gets_one_receipt_that_says_what_was_counted(town: Town) -> None:
    mark = opened(town)
    town.answers("ben", town.newest("ben", "ballot"), "No, not this year.")
    assert town.kinds("ben") == ["ballot", "receipt"]
    assert "No" in town.newest("ben", "receipt").text
    assert mark in town.newest("ben", "receipt").text


def test_undo_in_answer_to_a_receipt_takes_the_vote_back(town: Town) -> None:
    mark = opened(town)
    town.answers("ben", town.newest("ben", "ballot"), "no")
    town.answers("ben", town.newest("ben", "ballot"), "yes")
    town.answers("ben", town.newest("ben", "receipt"), "undo")
    assert town.votes(mark) == {"ben": Pick("No")}
    town.answers("ben", town.box("ben", "receipt")[0], "undo")
    assert town.votes(mark) == {}


@pytest.mark.parametrize("secrecy", ["secret", "hidden"])
def test_until_the_close_no_mail_and_no_export_says_who_chose_what(found: Found, secrecy: str) -> None:
    town = found(*TEAM, DEV, votes={secrecy: True, "hidden": True, "reminders": ["2 hours"]}, delivery="daily")
    options = ("Lisbon", "Porto", "Ghent")
    town.at("2026-06-01 09:00")
    text = "- Lisbon\n- Porto\n- Ghent\n\nPlease answer by Wednesday 3 June 12:00."
    mark = opened(town, subject="[VOTE] Where do we meet", text=text)
    before = len(town.post_office.letters)
    town.answers("ben", town.newest("ben", "ballot"), "Porto, for the trains xylophone")
    town.answers("cleo", town.newest("cleo", "ballot"), "Ghent, c'est plus près zeppelin")
    town.at("2026-06-03 11:59")

    for voter, choice, words in (("ben", "Porto", "xylophone"), ("cleo", "Ghent", "zeppelin")):
        said = town.everything_said(before, leave_out=[voter])
        assert words not in said, "a reason was shown before the close"
        assert town.votes(mark)[voter] == Pick(choice)
        exported = json.dumps(town.export(), ensure_ascii=False)
        assert words not in exported
    rounds = [one for one in town.export()["rounds"] if one["mark"] == mark]
    assert rounds[0]["answers"] is None
    assert set(rounds[0]["form"]["question"]["options"]) == set(options)


def test_a_secret_vote_stays_secret_for_ever_and_shows_reasons_without_names(found: Found) -> None:
    town = found(*TEAM, DEV, votes={"secret": True, "open_for": "4 hours", "reminders": []})
    mark = opened(town, text="Shall we close the office in August?")
    before = len(town.post_office.letters)
    town.answers("ben", town.newest("ben", "ballot"), "Yes, because of the heat xylophone")
    town.answers("cleo", town.newest("cleo", "ballot"), "Non, à cause des livraisons zeppelin")
    town.answers("dev", town.newest("dev", "ballot"), "No, it is the busiest month marimba")
    town.at("2026-06-04 12:00")

    assert town.round(mark).phase is Phase.CLOSED
    told = town.newest("ana", "outcome").text
    assert "xylophone" in told
    assert "zeppelin" in told
    for letter in town.post_office.letters[before:]:
        for line in letter.text.splitlines():
            named = [name for name in ("Ben Moor", "Cléo Martin", "Dev Patel") if name in line]
            assert not (named and any(w in line for w in ("xylophone", "zeppelin", "marimba"))), line
    exported = next(one for one in town.export()["rounds"] if one["mark"] == mark)
    assert exported["answers"] is None
    assert all(reason.get("name") is None for reason in exported["outcome"]["outcome"]["reasons"])
    evidence = [entry.evidence for entry in town.entries(Answered)]
    assert not any(evidence), "the words of a secret ballot stay out of the ledger's evidence"


def test_lazy_consensus_is_paused_by_an_objection_amended_and_passes(found: Found) -> None:
    town = found(votes={"open_for": "2 days", "reminders": []})
    town.at("09:00")
    mark = opened(
        town, "ben", "[LAZY CONSENSUS] Buy a new scanner", "I propose to buy the scanner for 900 euros. Any objections?"
    )
    town.at("11:00")
    town.answers("cleo", town.newest("cleo", "ballot"), "Je m'oppose : 900 euros, c'est trop cher.")
    assert town.round(mark).phase is Phase.PAUSED
    assert [entry.mark for entry in town.entries(Paused)] == [mark]
    assert "trop cher" in town.newest("ana", "change").text
    assert town.newest("ben", "change").mark == mark

    town.at("2026-06-04 09:00")
    assert town.round(mark).phase is Phase.PAUSED, "a clock that stands still closes nothing"
    town.answers("ben", town.newest("ben", "change"), "amend: I propose to buy a used scanner for 400 euros.")
    town.confirms("ben")
    assert [entry.mark for entry in town.entries(Resumed)] == [mark]
    assert town.round(mark).phase is Phase.OPEN
    assert "400 euros" in town.newest("cleo", "ballot").text
    town.answers("cleo", town.newest("cleo", "ballot"), "D'accord, je retire mon objection.")

    town.at("2026-06-08 12:00")
    assert outcome(town, mark).outcome is not None
    assert outcome(town, mark).outcome.result in (Result.CONSENT, Result.PASSED)  # type: ignore[union-attr]


def test_the_reason_that_a_block_is_asked_for_counts_as_the_block(found: Found) -> None:
    town = found(*TEAM, DEV)
    mark = opened(town, "ana", "[VOTE] Adopt the rules", "Consent please: shall we adopt the rules?")
    for who, reason in (("ben", "it is too expensive"), ("cleo", "c'est trop cher"), ("dev", "ok: I agree, sorry")):
        town.answers(who, town.newest(who, "ballot"), "block")
        assert who not in town.votes(mark)
        town.answers(who, town.newest(who, "ask-back"), reason)
    assert town.votes(mark) == {"ben": Pick("Block"), "cleo": Pick("Block"), "dev": Pick("Agree")}


def test_an_objection_taken_back_stops_a_lazy_consensus_no_longer(found: Found) -> None:
    town = found()
    mark = opened(town, "ana", "[LAZY CONSENSUS] Paint it blue", "We paint it blue unless someone objects.")
    town.answers("ben", town.newest("ben", "ballot"), "Block: the wall is the bank's.")
    town.answers("ben", town.newest("ben", "ballot"), "My objection is settled, I take it back.")
    assert (town.votes(mark), town.newest("ana", "change").mark) == ({}, mark)


def test_lazy_consensus_that_nobody_objects_to_passes_in_silence(found: Found) -> None:
    town = found(votes={"open_for": "2 days", "reminders": []})
    mark = opened(town, "ben", "[LAZY CONSENSUS] Move the archive", "I move the archive on Friday unless you object.")
    town.at("2026-06-05 12:00")
    closed = outcome(town, mark).outcome
    assert closed is not None
    assert closed.result is Result.CONSENT
    assert town.reached("outcome") == ["ana", "ben", "cleo"]


def test_a_ranked_round_is_counted_from_mails(found: Found) -> None:
    town = found(*TEAM, DEV, votes={"method": "ranked", "open_for": "4 hours", "reminders": []})
    mark = opened(town, subject="[VOTE] Where do we meet", text="- Lisbon\n- Porto\n- Ghent")
    town.answers("ben", town.newest("ben", "ballot"), "Porto > Ghent > Lisbon")
    town.answers("cleo", town.newest("cleo", "ballot"), "2 > 3 > 1")
    town.answers("dev", town.newest("dev", "ballot"), "1. Ghent\n2. Porto\n3. Lisbon")
    assert town.votes(mark) == {
        "ben": Ranking((("Porto",), ("Ghent",), ("Lisbon",))),
        "cleo": Ranking((("Porto",), ("Ghent",), ("Lisbon",))),
        "dev": Ranking((("Ghent",), ("Porto",), ("Lisbon",))),
    }
    town.at("13:00")
    closed = outcome(town, mark).outcome
    assert closed is not None
    assert closed.winners == ("Porto",)
    assert closed.ranking == (("Porto",), ("Ghent",), ("Lisbon",))


def test_an_approval_round_is_counted_from_mails(found: Found) -> None:
    town = found(*TEAM, DEV, votes={"method": "approval", "open_for": "4 hours", "reminders": []})
    mark = opened(town, subject="[VOTE] Which tools do we keep", text="- Lathe\n- Press\n- Saw")
    town.answers("ben", town.newest("ben", "ballot"), "Lathe and Saw")
    town.answers("cleo", town.newest("cleo", "ballot"), "1, 3")
    town.answers("dev", town.newest("dev", "ballot"), "only the saw")
    assert town.votes(mark) == {
        "ben": Picks(("Lathe", "Saw")),
        "cleo": Picks(("Lathe", "Saw")),
        "dev": Picks(("Saw",)),
    }
    town.at("13:00")
    closed = outcome(town, mark).outcome
    assert closed is not None
    assert closed.winners == ("Saw",)


def test_a_score_round_is_counted_from_mails(found: Found) -> None:
    town = found(*TEAM, DEV, votes={"method": "score", "open_for": "4 hours", "reminders": []})
    mark = opened(town, subject="[VOTE] How good is each", text="- Lathe\n- Press")
    town.answers("ben", town.newest("ben", "ballot"), "Lathe: 5\nPress: 1")
    town.answers("dev", town.newest("dev", "ballot"), "Lathe 3, Press 4")
    assert town.votes(mark) == {
        "ben": Scores((("Lathe", 5.0), ("Press", 1.0))),
        "dev": Scores((("Lathe", 3.0), ("Press", 4.0))),
    }
    town.at("13:00")
    closed = outcome(town, mark).outcome
    assert closed is not None
    assert closed.winners == ("Lathe",)


def test_a_tie_is_declared_and_never_drawn(found: Found) -> None:
    town = found(votes={"open_for": "4 hours", "reminders": []})
    mark = opened(town, subject="[VOTE] Where do we meet", text="- Lisbon\n- Porto")
    town.answers("ben", town.newest("ben", "ballot"), "Porto")
    town.answers("cleo", town.newest("cleo", "ballot"), "Lisbon")
    town.at("13:00")
    closed = outcome(town, mark).outcome
    assert closed is not None
    assert closed.result is Result.TIED
    assert set(closed.winners) == {"Lisbon", "Porto"}


def test_a_vote_short_of_its_quorum_says_so_to_everyone(found: Found) -> None:
    town = found(*TEAM, DEV, votes={"quorum": 0.75, "open_for": "4 hours", "reminders": []})
    mark = opened(town, text="Shall we close the office in August?")
    town.answers("ben", town.newest("ben", "ballot"), "yes")
    town.at("13:00")
    closed = outcome(town, mark).outcome
    assert closed is not None
    assert closed.result is Result.NO_QUORUM
    assert town.reached("outcome", mark) == ["ana", "ben", "cleo", "dev"]


def test_an_unclear_ballot_is_asked_back_and_settled_by_a_digit(town: Town) -> None:
    mark = opened(town)
    town.answers("ben", town.newest("ben", "ballot"), "Hm, well, the last time we did that it rained.")
    assert town.votes(mark) == {}
    assert town.kinds("ben") == ["ballot", "ask-back"]
    town.answers("ben", town.newest("ben", "ask-back"), "2")
    assert town.votes(mark) == {"ben": Pick("No")}
    assert town.newest("ben").kind == "receipt"


def test_silence_after_a_question_back_does_nothing(found: Found) -> None:
    town = found(votes={"open_for": "4 hours", "reminders": []})
    mark = opened(town, text="Shall we close the office in August?")
    town.answers("ben", town.newest("ben", "ballot"), "Hm, well, the last time we did that it rained.")
    town.at("13:00")
    closed = outcome(town, mark).outcome
    assert closed is not None
    assert closed.answered == 0


def test_a_member_who_leaves_mid_round_keeps_a_ballot_cast_and_counts_no_more_otherwise(found: Found) -> None:
    town = found(*TEAM, DEV, votes={"quorum": 0.6, "reminders": []})
    mark = opened(town)
    town.answers("ben", town.newest("ben", "ballot"), "yes")
    for who in ("ben", "dev"):
        town.writes(who, "acme+leave", "leave", "Please remove me.")
        town.answers(who, town.newest(who, "confirm"), "yes")
        assert town.newest(who).kind == "welcome"
    town.answers("cleo", town.newest("cleo", "ballot"), "oui")
    town.at("20:00")
    closed = outcome(town, mark).outcome
    assert closed is not None
    assert closed.result is Result.PASSED
    assert (closed.answered, closed.electorate) == (2, 3), "Dev left without a ballot and counts no more"
    assert town.reached("outcome") == ["ana", "cleo"]


def test_a_correction_before_the_close_counts_and_one_after_it_does_not(town: Town) -> None:
    mark = opened(town)
    town.answers("ben", town.newest("ben", "ballot"), "yes")
    town.at("19:59")
    town.answers("ben", town.newest("ben", "ballot"), "no")
    town.at("20:00")
    assert town.votes(mark) == {"ben": Pick("No")}
    before = town.ledger()
    town.at("20:01")
    town.answers("ben", town.newest("ben", "ballot"), "yes")
    assert [one.entry for one in town.ledger()] == [one.entry for one in before], "a closed round never changes"


def test_every_vote_option_is_also_a_link_with_the_answer_filled_in(town: Town) -> None:
    opened(town)
    letter = town.newest("ben", "ballot")
    reply_to = letter.message.reply_to[0].address
    links = letter.message.html.count("mailto:")
    assert links >= 2
    assert reply_to in letter.message.html or reply_to.replace("+", "%2B") in letter.message.html


def test_an_observer_is_told_the_outcome_and_never_asked(found: Found) -> None:
    guest = Person("guest", "Gil Guest", roles=("guest",))
    town = found(*TEAM, guest, roles={"guest": {"may": ["observe"]}}, votes={"open_for": "4 hours", "reminders": []})
    opened(town, text="Shall we close the office in August?")
    town.at("13:00")
    assert town.reached("ballot") == ["ana", "ben", "cleo"]
    assert town.reached("outcome") == ["ana", "ben", "cleo", "guest"]


def test_no_arrival_of_a_whole_vote_failed(town: Town) -> None:
    opened(town)
    town.answers("ben", town.newest("ben", "ballot"), "yes")
    town.at("20:00")
    assert town.arrivals(ArrivalState.FAILED) == []


def test_who_says_again_what_stands_has_settled_it_and_is_not_reminded_with_receipts_or_without(found: Found) -> None:
    town = found(votes={"open_for": "4 hours", "reminders": ["2 hours"]})
    mark = opened(town, text="Shall we close the office in August?")
    town.writes("ben", "acme", "no receipts", "no receipts")
    for who in ("ben", "cleo"):
        town.answers(who, town.newest(who, "ballot"), "yes")
        town.answers(who, town.newest(who, "ballot"), "Hm, well, the last time we did that it rained.")
        town.answers(who, town.newest(who, "ask-back"), "yes")
    town.wait(hours=3)
    assert town.reached("reminder", mark) == ["ana"]


def test_a_change_that_was_unclear_is_reminded_of_and_one_that_was_left_is_not(found: Found) -> None:
    town = found(votes={"open_for": "4 hours", "reminders": ["2 hours"]})
    mark = opened(town, text="Shall we close the office in August?")
    for who in ("ben", "cleo"):
        town.answers(who, town.newest(who, "ballot"), "yes")
        town.answers(who, town.newest(who, "ballot"), "Hm, well, the last time we did that it rained.")
        assert "your earlier answer counts" in town.newest(who).text or "précédente compte" in town.newest(who).text
    town.answers("cleo", town.newest("cleo", "ask-back"), "laisse tomber")
    town.answers("ana", town.newest("ana", "ballot"), "yes")
    town.wait(hours=3)
    assert town.reached("reminder", mark) == ["ben"]
    assert "your earlier one stays" in town.newest("ben", "reminder").text
    assert set(town.votes(mark)) == {"ana", "ben", "cleo"}
