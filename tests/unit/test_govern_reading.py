"""What is read as a governing line, a setting in one word or `undo`; and what is not."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.model.understood import GoverningAct, Setting, Undo, Word
from gateway.resources import load_lexicon
from gateway.understand.reading.govern import read_governing, read_setting, read_undo, read_undos

LEXICON = load_lexicon()
PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 11, 23, 9, tzinfo=PARIS)


def act(text: str, *options: str) -> GoverningAct | None:
    found = read_governing(text, MONDAY, LEXICON, options)
    return found.act if found else None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Cancel", GoverningAct.CANCEL),
        ("please cancel this vote.", GoverningAct.CANCEL),
        ("V-7: cancel", GoverningAct.CANCEL),
        ("Abstimmung abbrechen", GoverningAct.CANCEL),
        ("annule le vote svp", GoverningAct.CANCEL),
        ("Cancela la votación, por favor", GoverningAct.CANCEL),
        ("Annulla la votazione", GoverningAct.CANCEL),
        ("Cancele a votação", GoverningAct.CANCEL),
        ("Annuleer de stemming", GoverningAct.CANCEL),
        ("Close now", GoverningAct.CLOSE),
        ("close it now.", GoverningAct.CLOSE),
        ("Clôturer maintenant", GoverningAct.CLOSE),
        ("Bitte jetzt schließen", GoverningAct.CLOSE),
        ("Cerrar ya", GoverningAct.CLOSE),
        ("Chiudi subito", GoverningAct.CLOSE),
        ("Encerre agora", GoverningAct.CLOSE),
        ("Nu sluiten", GoverningAct.CLOSE),
        ("resume", GoverningAct.RESUME),
        ("Fortsetzen", GoverningAct.RESUME),
        ("put it to a vote", GoverningAct.VOTE),
        ("Mettons au vote", GoverningAct.VOTE),
        ("Stelle den Vorschlag zur Abstimmung", GoverningAct.VOTE),
        ("extend", GoverningAct.EXTEND),
    ],
)
def test_a_line_that_only_governs_governs(text: str, wanted: GoverningAct) -> None:
    assert act(text) is wanted


@pytest.mark.parametrize(
    "text",
    [
        "Yes",
        "I agree, close to perfect",
        "Let's not cancel",
        "no, extend nothing",
        "Madrid",
        "Could we extend until Friday?",
        "Cancel culture is what worries me about this",
        "I would close the window first",
        "Add sugar, then I am for it",
        "",
        "Block",
        "+1",
        "We should talk about the deadline with everyone before we decide what to do about it at all",
    ],
)
def test_talk_and_ballots_do_not_govern(text: str) -> None:
    assert act(text) is None


def test_a_line_that_is_an_option_is_a_ballot() -> None:
    assert act("Cancel", "Keep", "Cancel") is None
    assert act("Close now", "Close now", "Wait") is None


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("Extend until Friday 17:00", datetime(2026, 11, 27, 17, tzinfo=PARIS)),
        ("Please keep it open until Friday noon", datetime(2026, 11, 27, 12, tzinfo=PARIS)),
        ("Bitte bis Freitag 17:00 verlängern", datetime(2026, 11, 27, 17, tzinfo=PARIS)),
        ("Prolonger jusqu'à vendredi 17h", datetime(2026, 11, 27, 17, tzinfo=PARIS)),
        ("verleng tot vrijdag", datetime(2026, 11, 27, 23, 59, tzinfo=PARIS)),
    ],
)
def test_an_extension_names_its_end_and_a_day_alone_is_open_to_its_end(text: str, until: datetime) -> None:
    found = read_governing(text, MONDAY, LEXICON)
    assert found is not None
    assert (found.act, found.until) == (GoverningAct.EXTEND, until)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("extend by 2 days please", "2 days"),
        ("Extend the deadline by two working days", "2 working days"),
        ("Extend for another week", "1 weeks"),
        ("um 2 Tage verlängern", "2 days"),
        ("Bitte um eine weitere Woche verlängern", "1 weeks"),
        ("prolonge de 3 jours", "3 days"),
        ("prolonge de 3 jours ouvrés", "3 working days"),
        ("ampliar dos días", "2 days"),
        ("Extend 48 hours", "48 hours"),
    ],
)
def test_an_extension_may_be_a_length(text: str, span: str) -> None:
    found = read_governing(text, MONDAY, LEXICON)
    assert found is not None
    assert (found.act, found.for_span) == (GoverningAct.EXTEND, span)


@pytest.mark.parametrize(
    ("text", "wanted", "says"),
    [
        ("Amend: we buy two\nand one spare", GoverningAct.AMEND, "we buy two\nand one spare"),
        (
            "Correction: Where do we meet?\n- Lisbon\n- Porto",
            GoverningAct.CORRECT,
            "Where do we meet?\n- Lisbon\n- Porto",
        ),
        ("Add option: Madrid\nThanks, Ana", GoverningAct.ADD_OPTION, "Madrid"),
        ("add option Madrid", GoverningAct.ADD_OPTION, "Madrid"),
        ("Ajouter une option : Lyon", GoverningAct.ADD_OPTION, "Lyon"),
        ("Neue Option: Köln", GoverningAct.ADD_OPTION, "Köln"),
        ("Cancel V-7: nobody has time", GoverningAct.CANCEL, "nobody has time"),
        ("Cancel the vote because we lost the room.", GoverningAct.CANCEL, "because we lost the room"),
        ("Cancel. We lost the room.", GoverningAct.CANCEL, "We lost the room."),
    ],
)
def test_what_it_says_is_taken_as_it_is_written(text: str, wanted: GoverningAct, says: str) -> None:
    found = read_governing(text, MONDAY, LEXICON)
    assert found is not None
    assert (found.act, found.text) == (wanted, says)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("Correct the options: Lisbon, Porto, Faro", ("Lisbon", "Porto", "Faro")),
        ("Please correct the options: Lisbon, Porto and Faro.", ("Lisbon", "Porto", "Faro")),
        ("The options should be: salt and pepper, bread and butter", ("salt and pepper", "bread and butter")),
        ("Correct the options:\n- Lisbon\n- Porto\n\nThanks, Ana", ("Lisbon", "Porto")),
        ("Correct the options:\nLisbon\nPorto\n\nThanks", ("Lisbon", "Porto")),
        ("Correction: options: Lisbon, Porto", ("Lisbon", "Porto")),
        ("Please change the options to Rome, Porto", ("Rome", "Porto")),
        ("change options: Rome, Porto", ("Rome", "Porto")),
        ("Change the options to Rome and Porto", ("Rome", "Porto")),
        ("Cambia le opzioni in Roma, Porto", ("Roma", "Porto")),
        ("Corrige les options : Lisbonne, Porto ou Faro", ("Lisbonne", "Porto", "Faro")),
        ("Die Optionen müssen heißen: Lissabon, Porto und Faro", ("Lissabon", "Porto", "Faro")),
        ("Corrige las opciones: Lisboa, Oporto y Faro", ("Lisboa", "Oporto", "Faro")),
        ("Correggi le opzioni: Lisbona, Porto", ("Lisbona", "Porto")),
        ("Corrija as opções: Lisboa, Porto", ("Lisboa", "Porto")),
        ("Corrigeer de opties: Lissabon; Porto", ("Lissabon", "Porto")),
    ],
)
def test_options_are_corrected_as_a_list_behind_a_colon(text: str, options: tuple[str, ...]) -> None:
    found = read_governing(text, MONDAY, LEXICON, ("Ghent", "Bruges"))
    assert found is not None
    assert (found.act, found.options) == (GoverningAct.CORRECT_OPTIONS, options)


@pytest.mark.parametrize(
    "text",
    [
        "please add an option: Ramen",
        "Please add an option: Ramen.",
        "Please add Ramen as an option.",
        "Bitte füge Ramen als Option hinzu",
        "Ramen als Option ergänzen, bitte",
        "Ajoute Ramen comme option, stp.",
        "Añade Ramen como opción",
        "Aggiungi Ramen come opzione",
        "Adicione Ramen como opção",
        "Voeg Ramen toe als optie",
    ],
)
def test_an_option_is_added_in_plain_words(text: str) -> None:
    found = read_governing(text, MONDAY, LEXICON, ("Pizza", "Sushi"))
    assert found is not None
    assert (found.act, found.text) == (GoverningAct.ADD_OPTION, "Ramen")


@pytest.mark.parametrize(
    "text",
    [
        "The options should be discussed first",
        "Change the options to something better",
        "I would add Ramen as an option",
        "Add Ramen",
        "Add me to the list",
    ],
)
def test_talk_of_options_changes_none(text: str) -> None:
    assert act(text, "Pizza", "Sushi") is None


@pytest.mark.parametrize(
    "text",
    [
        "Correction: the deadline is Thursday 17:00",
        "correct the deadline: Thursday 17:00",
        "correction: open until Thursday 17:00",
        "Correction : la date limite est jeudi 17 h",
        "corriger l'échéance : jeudi à 17 h",
        "Korrektur: die Frist ist Donnerstag 17 Uhr",
        "correctie: de deadline is donderdag 17:00",
        "corrección: el plazo es el jueves a las 17:00",
        "correzione: la scadenza è giovedì alle 17",
        "correção: o prazo é quinta-feira às 17h",
    ],
)
def test_a_correction_that_names_a_deadline_is_the_deadlines(text: str) -> None:
    governing = read_governing(text, MONDAY, LEXICON)
    assert governing is not None
    assert (governing.act, governing.until) == (GoverningAct.EXTEND, datetime(2026, 11, 26, 17, tzinfo=PARIS))


@pytest.mark.parametrize(
    "text",
    [
        "correct: options Lisbon, Porto, Ghent",
        "correction: the options: Lisbon, Porto and Ghent",
        "correction : les options : Lisbon, Porto, Ghent",
        "Korrektur: Optionen: Lisbon, Porto, Ghent",
        "correct: options\n- Lisbon\n- Porto\n- Ghent",
    ],
)
def test_a_correction_that_names_options_is_theirs(text: str) -> None:
    governing = read_governing(text, MONDAY, LEXICON)
    assert governing is not None
    assert (governing.act, governing.options) == (GoverningAct.CORRECT_OPTIONS, ("Lisbon", "Porto", "Ghent"))


@pytest.mark.parametrize(
    "text",
    [
        "correct: Options for lunch: pizza or pasta?",
        "correction: options are open to all",
        "correction: Options, prices and dates of the trip",
        "correct: Where shall we meet on Thursday?",
        "correction: Shall we move before Friday?",
        "correction: until Thursday we stay in Lisbon",
        "correction: the deadline of the grant is Thursday",
        "correct: Where in March?\n- Lisbon\n- Ghent",
    ],
)
def test_a_question_with_a_date_in_it_stays_a_question(text: str) -> None:
    governing = read_governing(text, MONDAY, LEXICON)
    assert governing is not None
    assert governing.act is GoverningAct.CORRECT


def test_a_greeting_above_and_a_name_below_do_not_hide_it() -> None:
    assert act("Hi all,\n\nextend until Friday\n\nThanks, Ana") is GoverningAct.EXTEND


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("less", Word.LESS),
        ("I get too many emails", Word.LESS),
        ("trop de messages", Word.LESS),
        ("zu viele Mails", Word.LESS),
        ("send me everything as it comes", Word.MORE),
        ("un seul mail par jour", Word.DIGEST),
        ("only mails that concern me", Word.ONLY_MINE),
        ("More please", Word.MORE),
        ("MUTE", Word.MUTE),
        ("unmute", Word.UNMUTE),
        ("digest", Word.DIGEST),
        ("stop", Word.STOP),
        ("moins svp", Word.LESS),
        ("Stumm", Word.MUTE),
        ("resumen", Word.DIGEST),
        ("basta", Word.STOP),
    ],
)
def test_one_word_is_a_setting_when_it_is_all_there_is(text: str, word: Word) -> None:
    found = read_setting(text, LEXICON)
    assert found is not None
    assert found.word is word


@pytest.mark.parametrize("text", ["more information needed", "Stop the presses, we have a winner", "", "yes"])
def test_a_word_within_talk_is_no_setting(text: str) -> None:
    assert read_setting(text, LEXICON) is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("weekly #design", Word.WEEKLY), ("#design only weekly please", Word.WEEKLY), ("daily design", Word.DAILY),
        ("I don't want mails about design", Word.MUTE), ("no more mails about #design", Word.MUTE),
        ("nothing more on #design", Word.MUTE), ("hebdomadaire #design", Word.WEEKLY),
        ("#design une fois par semaine", Word.WEEKLY), ("plus rien sur #design", Word.MUTE),
        ("je ne veux plus de mails sur design", Word.MUTE), ("wöchentlich #design", Word.WEEKLY),
        ("nichts mehr zu #design", Word.MUTE), ("ich will keine mails zu design mehr", Word.MUTE),
        ("keine Mails mehr zu #design", Word.MUTE), ("digest for design please", Word.DIGEST),
    ],
)  # fmt: skip
def test_a_channel_has_settings_in_natural_words(text: str, word: Word) -> None:
    assert read_setting(text, LEXICON, (), ("design", "general")) == Setting(word, "design")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("mute P-14", Word.MUTE), ("P-14 mute", Word.MUTE), ("P-14: mute", Word.MUTE), ("please mute p-14", Word.MUTE),
        ("mute thread [P-14]", Word.MUTE), ("unmute P-14", Word.UNMUTE), ("nothing more about P-14", Word.MUTE),
        ("plus rien sur P-14", Word.MUTE), ("sourdine P-14", Word.MUTE), ("nichts mehr zu P-14", Word.MUTE),
    ],
)  # fmt: skip
def test_a_thread_is_muted_by_its_mark(text: str, word: Word) -> None:
    assert read_setting(text, LEXICON) == Setting(word, mark="P-14")


@pytest.mark.parametrize(
    "text",
    ["nothing", "no more", "weekly", "rien", "nichts", "mute P-14 and P-15", "P-14 is mute, I think"],
)
def test_words_of_one_channel_or_thread_say_nothing_without_it(text: str) -> None:
    assert read_setting(text, LEXICON, (), ("design",)) is None


@pytest.mark.parametrize("text", ["plus rien sur ce fil", "nichts mehr dazu", "I don't want mails about this thread"])
def test_the_thread_that_is_answered_is_muted_in_natural_words(text: str) -> None:
    assert read_setting(text, LEXICON) == Setting(Word.MUTE)


def test_a_word_with_its_accents_is_not_another_languages_word_without() -> None:
    assert act("Résumé") is None
    assert act("Resume") is GoverningAct.RESUME


def test_a_word_that_is_an_option_is_no_setting() -> None:
    assert read_setting("More", LEXICON, ("More", "Less")) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("undo", 0), ("Undo 2", 2), ("please undo that", 0), ("annule", 0), ("rückgängig", 0), ("undo 2\n\nBen", 2)],
)
def test_undo_is_read_with_its_number(text: str, number: int) -> None:
    assert read_undo(text, LEXICON) == Undo(number)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("undo V-1", (Undo(mark="V-1"),)),
        ("please undo [V-1]", (Undo(mark="V-1"),)),
        ("annuler V-1", (Undo(mark="V-1"),)),
        ("V-1 rückgängig machen", (Undo(mark="V-1"),)),
        ("undo V-1 and T-2", (Undo(mark="V-1"), Undo(mark="T-2"))),
        ("undo V-1 and line 3", (Undo(mark="V-1"), Undo(3))),
        ("undo V-9", ()),
        ("undo V-1 and V-9", ()),
        ("undo the damage of V-1", ()),
    ],
)
def test_undo_names_lines_by_the_marks_that_a_receipt_shows(text: str, asked: tuple[Undo, ...]) -> None:
    assert read_undos(text, LEXICON, ["V-1", "T-2"]) == asked


def test_talk_of_undoing_undoes_nothing() -> None:
    assert read_undo("I want to undo the damage we did", LEXICON) is None
