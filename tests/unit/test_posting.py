"""Stories of posts: free text to a thread, and to everyone who reads there but those who have it already."""

from __future__ import annotations

from gateway.model.address import Door
from gateway.model.decision import Broadcast, Decision, Group, Why
from gateway.model.entry import Posted
from gateway.model.facts import DeclineFacts, PostFacts
from gateway.model.message import Part
from gateway.model.reading import CommandReading, Intent
from gateway.model.round import Phase
from tests.builders import (
    BEN,
    CLEO,
    context,
    door,
    facts_of,
    message,
    of_kind,
    piece,
    say,
    sent,
    thread,
    view,
    vote_round,
)


def posted(decision: Decision) -> Posted:
    (entry,) = of_kind(decision, Posted)
    assert isinstance(entry, Posted)
    return entry


def copies(decision: Decision) -> Broadcast:
    (broadcast,) = decision.broadcasts
    return broadcast


def test_new_mail_to_the_workspace_starts_a_thread() -> None:
    decision = say(context(BEN), piece(text="Shall we eat?"), mail=message(subject="Lunch"))
    entry = posted(decision)
    assert decision.why is Why.THREAD_STARTED
    assert (entry.mark, entry.thread, entry.subject, entry.text) == ("P-15", "P-15", "Lunch", "Shall we eat?")
    assert not decision.notices  # what was passed on needs no receipt


def test_a_reply_goes_to_its_thread_under_a_mark_of_its_own() -> None:
    decision = say(context(BEN, thread=thread("P-4", "Lunch", "design")), piece(text="Yes!"))
    entry = posted(decision)
    assert (decision.why, entry.mark, entry.thread, entry.subject, entry.channel) == (
        Why.POSTED,
        "P-15",
        "P-4",
        "Lunch",
        "design",
    )


def test_copies_go_to_readers_but_the_author_and_whoever_stands_in_to_or_cc() -> None:
    told = copies(say(context(BEN, recipients=(CLEO.address, "acme@ws.example.org")), piece(text="Hello")))
    assert (told.group, told.leave_out) == (Group.READERS, frozenset({BEN.id}))
    assert CLEO.address in told.leave_out_addresses
    assert isinstance(told.facts, PostFacts)
    assert (told.facts.author_name, told.facts.author_address) == ("Ben", "ben@example.org")


def test_copies_refer_to_the_thread_and_to_the_authors_own_mail_and_give_no_token_away() -> None:
    ours = f"r.{'a' * 36}.acme@ws.example.org"
    mail = message(references=("root@example.org", ours), in_reply_to=(ours,), message_id="mine@example.org")
    told = copies(say(context(BEN, thread=thread("P-4")), piece(text="Yes!"), mail=mail))
    assert told.references == ("t.p-4.acme@ws.example.org", "root@example.org", "mine@example.org")


def test_a_post_to_a_channel_is_of_that_channel() -> None:
    decision = say(context(BEN, destination=door(Door.POST, channel="design")), piece(text="Blue?"))
    assert (posted(decision).channel, copies(decision).channel) == ("design", "design")


def test_a_mail_without_a_subject_is_named_by_its_first_words() -> None:
    assert posted(say(context(BEN), piece(text="\nShall we eat?\nI am hungry"), mail=message(subject=" "))).subject == (
        "Shall we eat?"
    )


def test_files_are_passed_on_with_a_post() -> None:
    parts = (Part("text/plain", None, b"x"), Part("image/png", "plan.png", b"x", is_attachment=True))
    (file,) = posted(say(context(BEN), piece(text="See there"), mail=message(parts=parts))).files
    assert (file.filename, file.arrival, file.part, file.is_passed_on) == ("plan.png", 500, 1, True)


def test_two_posts_of_one_mail_have_two_marks() -> None:
    told = context(BEN, threads={"P-3": thread("P-3", "Rent"), "P-4": thread("P-4", "Lunch")})
    decision = say(told, piece(text="Too dear", mark="P-3"), piece(text="Yes", mark="P-4"))
    assert [(e.mark, e.thread, e.subject) for e in of_kind(decision, Posted)] == [
        ("P-15", "P-3", "Rent"),
        ("P-16", "P-4", "Lunch"),
    ]


def test_talk_about_a_round_is_posted_to_its_thread() -> None:
    over = view(vote_round(phase=Phase.CLOSED, title="Move?"))
    decision = say(context(BEN, over, answering=sent("outcome", "V-7")), piece(text="A pity.", mark="V-7"))
    assert (posted(decision).thread, posted(decision).subject) == ("V-7", "Move?")
    assert "opening@example.org" in copies(decision).references


def test_text_in_answer_to_a_digest_that_names_no_item_is_asked_back_not_lost_and_not_posted() -> None:
    answering = sent("digest", items=("V-7", "C-31"))
    decision = say(context(BEN, answering=answering), piece(text="Great work everyone"))
    assert (decision.why, decision.entries) == (Why.ASKED_BACK, ())
    assert facts_of(decision, DeclineFacts)[0].detail == "V-7 C-31"


def test_a_request_that_is_not_clear_is_a_post() -> None:
    decision = say(context(BEN), piece(CommandReading(Intent.UNCLEAR), "We should talk."), mail=message(subject="Hm"))
    assert decision.why is Why.THREAD_STARTED
