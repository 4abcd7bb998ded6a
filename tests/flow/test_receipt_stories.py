"""Receipts, undo, questions back and attention by one word, as stories."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from gateway.model.ballot import Pick
from gateway.model.entry import AddressAdded, AnswerRestored, MemberAdded, MemberReturned, Posted
from gateway.model.member import Delivery, Member, Receipts
from gateway.model.round import Phase
from tests.flow.test_vote_stories import opened
from tests.flow.town import ANA, BEN, CHECK_IN, CLEO, DEV, TEAM, Town

Found = Callable[..., Town]
LAZY = "We take the blue one.\n\nPlease answer by Friday 5 June 20:00."


# --- receipts: on, off, when unclear ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "no receipts please", "No more receipts.", "plus d'accusés de réception", "keine Quittungen mehr",
        "sin acuses de recibo", "niente ricevute", "geen bevestigingen meer", "sem recibos",
    ],
)  # fmt: skip
def test_receipts_are_switched_off_by_a_word_and_only_that_is_confirmed(town: Town, words: str) -> None:
    mark = opened(town)
    town.writes("ben", "acme", "", words)
    assert town.member("ben").settings.receipts is Receipts.OFF
    assert "no more mails that confirm" in town.newest("ben", "receipt").text
    town.answers("ben", town.newest("ben", "ballot"), "yes")
    assert town.votes(mark) == {"ben": Pick("Yes")}
    assert len(town.box("ben", "receipt")) == 1


@pytest.mark.parametrize(
    "words",
    [
        "receipts only when something is unclear", "accusés seulement en cas de doute",
        "Quittungen nur wenn etwas unklar ist", "acuses solo en caso de duda", "ricevute solo in caso di dubbio",
        "bevestigingen alleen bij twijfel", "recibos só em caso de dúvida",
    ],
)  # fmt: skip
def test_receipts_only_when_unclear_say_nothing_of_what_is_clear(found: Found, words: str) -> None:
    town = found(digest_at="17:00")
    close, where = opened(town), opened(town, subject="[VOTE] Where", text="- Lisbon\n- Porto\n\nBy 5 June 20:00.")
    town.writes("ben", "acme", "", words)
    assert town.member("ben").settings.receipts is Receipts.UNCLEAR
    before = len(town.box("ben", "receipt"))
    town.answers("ben", town.newest("ben", "ballot", close), "yes")
    assert len(town.box("ben", "receipt")) == before
    town.at("17:30")
    town.answers("ben", town.newest("ben", "digest"), f"{close}: no\n{where}: maybe one of the two")
    assert len(town.box("ben", "receipt")) == before + 1


@pytest.mark.parametrize("choice", ["no receipts", "receipts only when something is unclear"])
@pytest.mark.parametrize("words", ["stop", "pause 30d", "weekly", "I am on leave until 20 June 2026."])
def test_who_wants_no_receipts_hears_of_what_is_done_in_their_name_without_proof(
    town: Town, choice: str, words: str
) -> None:
    town.writes("ana", "acme", "The garden", "Who has the key?")
    town.answers("ben", town.newest("ben", "post"), choice)
    before = len(town.box("ben"))
    raw = town.mail("ben", "acme", words.split()[0], words)
    town.sends("mallory@evil.example", raw, "acme", sender="mallory@evil.example")
    assert [letter.kind for letter in town.box("ben")[before:]] == ["receipt"]
    town.answers("ben", town.newest("ben"), "undo")
    assert [letter.kind for letter in town.box("ben")[before:]] == ["receipt"], "their own token proves that one"
    member = town.member("ben")
    assert (member.settings.paused, member.settings.paused_until, member.settings.delivery) == (False, None, None)
    assert member.absences == ()


def test_receipts_come_again_and_the_mail_that_says_so_is_confirmed(town: Town) -> None:
    town.writes("ben", "acme", "", "no receipts")
    town.writes("ben", "acme", "", "receipts please")
    assert town.member("ben").settings.receipts is Receipts.ON
    assert len(town.box("ben", "receipt")) == 2


def test_status_shows_how_mail_comes(found: Found) -> None:
    town = found(*TEAM)
    town.writes("ben", "acme", "", "receipts when unclear")
    town.writes("ben", "acme", "", "mute #design")
    town.writes("ben", "acme", "", "status")
    text = town.newest("ben", "status").text
    assert "confirmed only where something was unclear" in text
    assert "nothing more of #design" in text


def test_each_act_stands_in_one_line_with_the_words_it_rests_on(town: Town) -> None:
    mark = opened(town)
    town.answers("ben", town.newest("ben", "ballot"), "No, not this year.")
    (line,) = [line for line in town.newest("ben", "receipt").text.splitlines() if mark in line]
    assert line.strip().startswith("✓")
    assert "No" in line


# --- undo ------------------------------------------------------------------------------------------------------------


def test_undo_of_an_objection_lets_the_clock_run_and_undo_of_its_withdrawal_stops_it_again(town: Town) -> None:
    mark = opened(town, subject="[LAZY CONSENSUS] New logo", text=LAZY)
    closes = town.round(mark).closes_at
    town.answers("ben", town.newest("ben", "ballot"), "Block: it is the bank's.")
    assert town.round(mark).phase is Phase.PAUSED
    town.answers("ben", town.newest("ben", "ballot"), "I withdraw my vote.")
    withdrawn = town.newest("ben", "receipt")
    town.answers("ana", town.newest("ana", "ballot"), "resume")
    town.confirms("ana")
    assert town.round(mark).phase is Phase.OPEN
    town.answers("ben", withdrawn, "undo")
    assert town.round(mark).phase is Phase.PAUSED, "the objection stands again, and so does the clock"
    assert town.newest("cleo", "change").message.subject
    objection = town.box("ben", "receipt")[0]
    town.answers("ben", town.newest("ben", "receipt"), "undo")
    town.answers("ben", objection, "undo")
    assert town.round(mark).phase is Phase.OPEN
    assert abs(town.round(mark).closes_at - closes).total_seconds() < 3600


def test_while_somebody_else_objects_undo_of_one_objection_leaves_the_clock(town: Town) -> None:
    mark = opened(town, subject="[LAZY CONSENSUS] New logo", text=LAZY)
    town.answers("ben", town.newest("ben", "ballot"), "Block: it is the bank's.")
    town.answers("cleo", town.newest("cleo", "ballot"), "Block: je n'aime pas le bleu.")
    town.answers("ben", town.newest("ben", "receipt"), "undo")
    assert set(town.votes(mark)) == {"cleo"}
    assert town.round(mark).phase is Phase.PAUSED


def test_undo_in_a_new_mail_is_about_the_last_receipt(town: Town) -> None:
    mark = opened(town)
    town.writes("ben", "acme", "", "undo")
    assert "Reply “undo” to the mail" in town.newest("ben", "decline").text
    town.answers("ben", town.newest("ben", "ballot"), "yes")
    town.answers("ben", town.newest("ben", "ballot"), "no")
    town.writes("ben", "acme", "undo", "")
    assert town.votes(mark) == {"ben": Pick("No")}  # anybody may write so in his name
    town.confirms("ben")
    assert town.votes(mark) == {"ben": Pick("Yes")}
    town.writes("cleo", "acme", "", "annuler")
    assert town.votes(mark) == {"ben": Pick("Yes")}
    town.wait(days=8)
    town.writes("ben", "acme", "", "undo")
    assert town.newest("ben").kind == "decline"


def test_undo_of_a_cancellation_opens_the_vote_again_and_everyone_is_told(town: Town) -> None:
    mark = opened(town)
    town.answers("ben", town.newest("ben", "ballot"), "yes")
    town.answers("ana", town.newest("ana", "ballot"), "cancel")
    town.confirms("ana")
    assert town.round(mark).phase is Phase.CANCELLED
    town.answers("ana", town.newest("ana", "receipt"), "undo")
    town.confirms("ana")
    assert town.round(mark).phase is Phase.OPEN
    assert town.votes(mark) == {"ben": Pick("Yes")}
    assert "restent valables" in " ".join(town.newest("cleo", "change").text.split())
    town.at("20:01")
    assert town.reached("outcome", mark) == ["ana", "ben", "cleo"]


def test_who_is_removed_by_mistake_is_here_again(found: Found) -> None:
    town = found(*TEAM, DEV)
    town.writes("ana", "acme", "", f"remove {DEV.address}")
    town.confirms("ana")
    assert "is no longer a member" in town.newest("ana", "receipt").text
    town.answers("ana", town.newest("ana", "receipt"), "undo")
    town.confirms("ana")
    assert len(town.entries(MemberReturned)) == 1
    assert town.member("dev").left_at is None


def test_who_was_removed_does_not_come_back_where_an_address_of_theirs_is_anothers_by_now(found: Found) -> None:
    town = found(*TEAM, DEV)
    number, dev = town.workspace_id, town.member("dev")
    with town.store.begin() as tx:
        entry = AddressAdded(member_id=dev.id, address="dev@home.example")
        tx.ledger.append(number, [entry], at=town.clock.at, charter_version=1)
    town.writes("ana", "acme", "", f"remove {DEV.address}")
    town.confirms("ana")
    removed = town.newest("ana", "receipt")
    with town.store.begin() as tx:
        joined = MemberAdded(member=Member(id=0, name="Dev", address="dev@home.example"))
        tx.ledger.append(number, [joined], at=town.clock.at, charter_version=1)
    town.answers("ana", removed, "undo")
    town.confirms("ana")
    assert (town.entries(MemberReturned), town.faults) == ([], [])
    assert "Something newer stands in its place" in town.newest("ana", "decline").text


def test_reversals_are_entries_and_the_history_keeps_both(town: Town) -> None:
    mark = opened(town)
    town.answers("ben", town.newest("ben", "ballot"), "no")
    before = len(town.ledger())
    town.answers("ben", town.newest("ben", "receipt"), "undo")
    assert town.votes(mark) == {}
    assert len(town.ledger()) == before + 1
    assert isinstance(town.ledger()[-1].entry, AnswerRestored)


def test_a_check_in_taken_back_is_asked_for_again(found: Found) -> None:
    town = found(ANA, BEN, routines={"daily": CHECK_IN})
    town.at("09:30")
    town.answers("ben", town.newest("ben", "prompt"), "Done: the shed\nBlockers: no wood")
    town.answers("ben", town.newest("ben", "receipt"), "undo")
    assert town.standings("C-1") == {}
    town.at("13:00")
    assert "ben" in town.reached("reminder", "C-1")


def test_a_corrected_line_in_answer_to_a_receipt_replaces_what_it_says(town: Town) -> None:
    mark = opened(town)
    town.answers("ben", town.newest("ben", "ballot"), "no")
    town.answers("ben", town.newest("ben", "receipt"), "Yes, I meant yes.")
    assert town.votes(mark) == {"ben": Pick("Yes")}


def test_an_absence_worded_anew_replaces_the_first_and_undo_of_that_brings_it_back(town: Town) -> None:
    def days() -> list[tuple[date, date | None]]:
        return [(absence.starts, absence.until) for absence in town.member("ben").absences]

    first, second = (date(2026, 8, 3), date(2026, 8, 14)), (date(2026, 8, 4), date(2026, 8, 15))
    town.writes("ben", "acme", "", "I'm on leave from 3 to 14 August")
    for words, left in (("from 4 to 15 August", second), ("undo", first), ("undo", second)):
        town.answers("ben", town.newest("ben", "receipt"), words)
        assert days() == [left]


def test_a_ballot_beside_resume_counts_and_the_mail_comes_again(town: Town) -> None:
    mark = opened(town)
    town.writes("ben", "acme", "", "pause 3d")
    town.answers("ben", town.newest("ben", "ballot"), "resume\n\nyes")
    assert town.votes(mark) == {"ben": Pick("Yes")}
    assert town.member("ben").settings.paused_until is None
    assert [act for act in town.newest("ben", "receipt").text.split("\n") if "✓" in act] == [
        " 1 ✓ V-1: Yes",
        " 2 ✓ mail comes again as before",
    ]


# --- asked back ------------------------------------------------------------------------------------------------------


def test_what_is_in_doubt_is_held_and_settled_by_a_number_and_the_reminder_says_it_does_not_count(found: Found) -> None:
    town = found(ANA, BEN, CLEO, votes={"reminders": ["2 hours"]}, digest_at="09:00")
    close, where = opened(town), opened(town, subject="[VOTE] Where", text="- Lisbon\n- Porto\n\nBy today 18:00.")
    town.at("09:30")
    digest = town.newest("ben", "digest")
    town.answers("ben", digest, f"{close}: yes\n{where}: Lisbon or Porto, both are fine")
    assert town.votes(close) == {"ben": Pick("Yes")}
    assert town.votes(where) == {}
    question = town.newest("ben", "ask-back")
    assert " 1  Lisbon" in question.text
    assert " 2  Porto" in question.text
    town.at("16:30")
    assert town.votes(where) == {}, "nothing happens on silence"
    assert "does not count yet" in " ".join(town.newest("ben", "reminder", where).text.split())
    assert "does not count yet" not in " ".join(town.newest("cleo", "reminder", where).text.split())
    town.answers("ben", question, "2")
    assert town.votes(where) == {"ben": Pick("Porto")}


def test_the_guesses_are_in_the_members_language(town: Town) -> None:
    opened(town)
    town.answers("cleo", town.newest("cleo", "ballot"), "Peut-être oui, peut-être non.")
    text = town.newest("cleo", "ask-back").text
    assert "Oui" in text
    assert "Répondez" in text


# --- plans carried over ----------------------------------------------------------------------------------------------


def test_what_is_carried_over_three_times_is_asked_about_as_perhaps_stuck_until_it_is_closed(found: Found) -> None:
    town = found(ANA, BEN, routines={"daily": CHECK_IN})
    town.at("09:30")
    town.answers("ben", town.newest("ben", "prompt"), "Done: the shed\nNext: write the report")
    for day in ("2026-06-02", "2026-06-03", "2026-06-04"):
        town.at(f"{day} 09:30")
        assert "Still in the way" not in town.newest("ben", "prompt").text
        town.answers("ben", town.newest("ben", "prompt"), "1 tomorrow")
    town.at("2026-06-05 09:30")
    text = town.newest("ben", "prompt").text
    assert "Still in the way: 1." in text
    assert text.count("write the report") == 1  # one number for the plan and what is in the way
    town.answers("ben", town.newest("ben", "prompt"), "Done: write the report")
    town.at("2026-06-08 09:30")
    assert "Still in the way" not in town.newest("ben", "prompt").text


def test_an_undo_says_what_was_undone_and_an_undo_of_that_what_holds_again(town: Town) -> None:
    town.writes("cleo", "acme", "", "absente jusqu'au 12 juin")
    for word, said in (("annuler", "annulé"), ("annuler", "à nouveau en vigueur"), ("annuler", "annulé")):
        town.answers("cleo", town.newest("cleo", "receipt"), word)
        text = " ".join(town.newest("cleo", "receipt").text.split())
        assert f"✓ {said} : vous êtes noté absent jusqu’au vendredi 12 juin" in text.replace("\u00a0", " ")
    assert town.member("cleo").absences == ()


# --- attention -------------------------------------------------------------------------------------------------------


def test_mute_below_an_item_of_a_digest_mutes_that_thread_and_posts_nothing(found: Found) -> None:
    town = found(delivery="daily", digest_at="17:00")
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed, as it always was.")
    town.writes("ana", "acme", "The roof", "The roof leaks again, does anybody have time on Saturday?")
    town.at("17:30")
    town.answers("ben", town.newest("ben", "digest"), "P-1: mute")
    assert town.member("ben").settings.muted_threads == ("P-1",)
    assert len(town.entries(Posted)) == 2


@pytest.mark.parametrize(
    ("words", "delivery"),
    [("mute #design", Delivery.NONE), ("digest for design please", Delivery.DAILY), ("less #design", Delivery.DAILY)],
)
def test_a_word_that_names_a_channel_is_about_that_channel(town: Town, words: str, delivery: Delivery) -> None:
    town.writes("ben", "acme", "", words)
    assert town.member("ben").settings.channels == {"design": delivery}
    assert town.member("ben").settings.delivery is None
    town.answers("ben", town.newest("ben", "receipt"), "undo")
    assert town.member("ben").settings.channels == {}


@pytest.mark.parametrize(
    "words",
    [
        "I'm on leave from 8 to 12 June. Please send me mails only once a week.",
        "Je suis en congé du 8 au 12 juin.\nUn seul message par semaine, s'il vous plaît.",
    ],
)
def test_two_requests_in_one_mail_are_both_done(town: Town, words: str) -> None:
    town.writes("ben", "acme", "", words)
    assert town.member("ben").settings.delivery is Delivery.WEEKLY
    assert [absence.until for absence in town.member("ben").absences] == [date(2026, 6, 12)]
    assert town.last_reason == "several"


@pytest.mark.parametrize("words", ["weekly P-1", "mute P-1"])
def test_a_thread_is_named_in_a_new_mail_too(town: Town, words: str) -> None:
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed, as it always was.")
    town.writes("ben", "acme", "", words)
    assert len(town.entries(Posted)) == 1
    if words.startswith("mute"):
        assert town.member("ben").settings.muted_threads == ("P-1",)
    else:
        assert "[P-1] The ladder" in town.newest("ben", "decline").text
        assert "“mute” and “unmute”" in town.newest("ben", "decline").text


def test_a_word_sent_to_a_channel_is_about_that_channel(town: Town) -> None:
    town.writes("ben", "acme+design", "", "mute")
    town.writes("ana", "acme+design", "Colours", "I would paint the door green this time, if nobody minds.")
    assert town.reached("post") == ["cleo"]
    town.writes("ben", "acme+design", "", "unmute")
    town.writes("ana", "acme+design", "Doors", "And then the other door in the same colour, of course.")
    assert town.reached("post") == ["ben", "cleo", "cleo"]


@pytest.mark.parametrize(
    "words",
    ["only mine", "que les miens", "nur meine", "solo los míos", "solo i miei", "alleen de mijne", "só os meus"],
)
def test_only_mine_lets_come_the_threads_one_has_written_in(town: Town, words: str) -> None:
    town.writes("ben", "acme", "", words)
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed, as it always was.")
    town.writes("ben", "acme", "The roof", "The roof leaks again, does anybody have time on Saturday?")
    town.answers("ana", town.newest("ana", "post"), "I have, from ten o'clock on, and I can bring my brother.")
    assert [letter.subject for letter in town.box("ben", "post")] == ["Re: [acme P-2] The roof"]


def test_the_foot_of_every_mail_says_why_it_came_and_with_what_word_to_reply(found: Found) -> None:
    town = found(ANA, BEN, CLEO, routines={"daily": CHECK_IN}, digest_at="17:00")
    opened(town)
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed, as it always was.")
    town.at("09:30")
    town.answers("ben", town.newest("ben", "ballot"), "yes")
    town.at("2026-06-02 10:00")
    for letter in town.box("ben"):
        foot = letter.text.partition("\n-- \n")[2]
        assert foot.strip(), letter.kind
        assert "Reply with one word:" in foot, letter.kind
