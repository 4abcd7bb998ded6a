"""What is said of a task, read in seven languages."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.model.reading import TaskReading
from gateway.model.task import TaskAct
from gateway.resources import load_lexicon
from gateway.understand.reading.task_answer import read_owner, read_task_answer

LEXICON = load_lexicon()
WEDNESDAY = datetime(2026, 6, 3, 11, 0, tzinfo=ZoneInfo("Europe/Paris"))
FRIDAY = date(2026, 6, 5)


def read(text: str, *, is_offered: bool = True) -> TaskReading | None:
    return read_task_answer(text, WEDNESDAY, LEXICON, is_offered=is_offered)


ACTS: dict[TaskAct, tuple[str, ...]] = {
    TaskAct.TAKE: (
        *("I'll take it", "ok", "Yes", "Will do.", "On it!", "No problem", "Hi Ana,\n\nI'll do it.\n\nBest,\nBen"),
        *(
            "Je m'en occupe",
            "d'accord",
            "Je le prends",
            "Ich übernehme das",
            "Mach ich",
            "klar",
            "Me encargo yo",
            "vale",
        ),
        *("Ci penso io", "va bene", "Pode deixar comigo", "Eu trato disso", "Ik doe het", "doe ik", "prima"),
    ),
    TaskAct.DECLINE: (
        *("no", "I can't, sorry", "Sorry, I have no time this week.", "not me", "I have to decline", "too busy"),
        *("Je ne peux pas", "pas le temps", "non", "Kann ich nicht", "Nein", "Ich habe keine Zeit", "No puedo"),
        *("no tengo tiempo", "Non posso", "non ho tempo", "Não posso", "estou sem tempo", "Kan ik niet", "nee"),
    ),
    TaskAct.DONE: (
        *(
            "done",
            "Done!",
            "It's done.",
            "✅",
            "T-12: done",
            "Finished this morning",
            "Done, the report is in the drive.",
        ),
        *("C'est fait", "fait", "terminé", "erledigt", "Ist erledigt.", "hecho", "ya está", "fatto", "feito", "gedaan"),
    ),
    TaskAct.DROP: (
        *("drop it", "Dropped: the client left", "no longer needed", "Cancelled.", "On laisse tomber", "plus besoin"),
        *("hinfällig", "brauchen wir nicht mehr", "ya no hace falta", "non serve più", "já não é preciso"),
        *("niet meer nodig", "❌"),
    ),
    TaskAct.STILL: (
        *("not done yet", "still on it", "Almost done", "not yet, sorry", "reopen", "pas encore", "en cours"),
        *("noch nicht fertig", "bin noch dran", "todavía no", "non ancora", "ainda não", "nog niet", "nog bezig"),
    ),
}


@pytest.mark.parametrize(("act", "text"), [(act, text) for act, texts in ACTS.items() for text in texts])
def test_an_act_is_read(act: TaskAct, text: str) -> None:
    found = read(text)
    assert found is not None
    assert found.act is act


@pytest.mark.parametrize(
    "text",
    [
        *("→ Friday", "-> Friday", "=> Friday", "Friday", "Postpone to Friday please", "moved to Friday, Ana is ill"),
        *("I need until Friday", "→ vendredi", "reporté à vendredi", "verschieben auf Freitag", "aplazar al viernes"),
        *("rimandare a venerdì", "adiar para sexta-feira", "uitstellen tot vrijdag", "still on it, → Friday"),
    ],
)
def test_another_day_is_read_with_its_date(text: str) -> None:
    found = read(text)
    assert found is not None
    assert (found.act, found.due) == (TaskAct.POSTPONE, FRIDAY)


@pytest.mark.parametrize(
    "text",
    [
        *("→ Friday, the bank is slow", "-> Friday, the bank is slow", "→ vendredi, la banque est lente"),
        *("→ Freitag, die Bank ist langsam", "→ viernes, el banco va lento", "→ venerdì, la banca è lenta"),
        *("→ sexta-feira, o banco está lento", "→ vrijdag, de bank is traag", "postpone to Friday, the bank is slow"),
    ],
)
def test_what_stands_behind_the_day_is_a_remark(text: str) -> None:
    found = read(text)
    assert found is not None
    assert (found.act, found.due) == (TaskAct.POSTPONE, FRIDAY)
    assert found.remark == text.replace("->", "→")
    assert found.evidence == found.remark.partition(",")[0]


@pytest.mark.parametrize(
    ("text", "act", "who"),
    [
        ("→ done", TaskAct.DONE, ""), ("-> I can't", TaskAct.DECLINE, ""), ("→ Ana", TaskAct.HAND, "Ana"),
        ("-> Ana Duarte", TaskAct.HAND, "Ana Duarte"), ("Done\n→ and on to the next one", TaskAct.DONE, ""),
    ],
)  # fmt: skip
def test_an_arrow_before_something_else_than_a_day_puts_nothing_off(text: str, act: TaskAct, who: str) -> None:
    found = read(text)
    assert found is not None
    assert (found.act, found.who) == (act, who)


def test_put_off_without_a_day_names_none() -> None:
    assert read("postpone it") == TaskReading(TaskAct.POSTPONE, evidence="postpone it")


@pytest.mark.parametrize(
    "text",
    [
        *("@Ben", "@Ben can you?", "Ben, can you take this?", "Can Ben do it?", "give it to Ben", "Over to Ben."),
        *("I can't. @Ben could you?", "donne-le à Ben", "Ben, tu peux ?", "gib es an Ben", "Ben, kannst du?"),
        *("dáselo a Ben", "passalo a Ben", "passa ao Ben", "geef het aan Ben", "Please assign it to Ben."),
    ],
)
def test_handing_over_is_read_with_the_name(text: str) -> None:
    found = read(text)
    assert found is not None
    assert (found.act, found.who) == (TaskAct.HAND, "Ben")


def test_a_day_named_with_somebody_goes_with_it() -> None:
    found = read("@ben can you, by Friday?")
    assert found is not None
    assert (found.who, found.due) == ("ben", FRIDAY)


@pytest.mark.parametrize(
    "text",
    [
        "Can we move it to Friday?",
        "I can't before Friday",
        "Dropped, or is it done",
        "Shall I drop it?",
        "Friday is hard",
    ],
)
def test_in_doubt_it_is_something_but_no_act(text: str) -> None:
    found = read(text)
    assert found is not None
    assert found.act is None


@pytest.mark.parametrize(
    "text",
    [
        *("Which budget do you mean?", "Thanks!", "This will take a week.", "Ben sent me the old one by mistake again"),
        "I talked to Ben about this yesterday and he said we need the new numbers first.",
        *("Welches Budget ist gemeint?", "Merci !", "Ben will love this."),
    ],
)
def test_a_remark_says_nothing_of_the_task(text: str) -> None:
    assert read(text) is None


def test_a_bare_no_counts_only_where_the_task_was_offered() -> None:
    found = read("No.", is_offered=False)
    assert found is not None
    assert found.act is None


def test_what_else_is_said_is_kept_as_a_remark() -> None:
    found = read("Dropped: the client left.\nWe keep the draft.")
    assert found is not None
    assert found.remark == "Dropped: the client left.\nWe keep the draft."
    said = read("done")
    assert said is not None
    assert said.remark == ""


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Marie Dupont", "Marie Dupont"),
        ("marie@example.org", "marie@example.org"),
        ("@marie", "marie"),
        ("me", "me"),
        ("moi", "me"),
        ("ich", "me"),
    ],
)
def test_an_answer_to_whom_it_is_for_is_a_name(text: str, who: str) -> None:
    found = read_owner(text, LEXICON)
    assert found is not None
    assert found.who == who


@pytest.mark.parametrize("text", ["", "Why do you ask?", "the one who did it last year, I think"])
def test_anything_else_names_nobody(text: str) -> None:
    assert read_owner(text, LEXICON) is None


@pytest.mark.parametrize(
    "text",
    [
        *("done except the annex", "mostly done, needs a signature", "Done for the first half, rest on Friday"),
        *("fait sauf l'annexe", "fertig bis auf den Anhang", "hecho, menos el anexo", "fatto tranne l'allegato"),
        *("feito, menos o anexo", "klaar, op de bijlage na"),
        *("I can't do it by Friday, Tuesday works", "@cleo and @dev can you?"),
    ],
)
def test_what_is_done_in_part_or_handed_to_two_is_asked_back(text: str) -> None:
    found = read(text)
    assert found is not None
    assert found.act is None


@pytest.mark.parametrize(
    "text", ["Done. The rest of the team knows.", "The report is done and sent to Ana.", "all done"]
)
def test_what_is_done_is_done(text: str) -> None:
    found = read(text)
    assert found is not None
    assert found.act is TaskAct.DONE
