"""Votes as colleagues write them in English, German and Dutch: tables of replies, and the promises behind them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gateway.model.ballot import (
    FIXED_OPTIONS,
    Abstention,
    Choice,
    Method,
    Pick,
    Picks,
    PlusOne,
    Question,
    Ranking,
    Scores,
)
from gateway.model.reading import BallotKind, BallotReading
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot import read_ballot
from gateway.understand.reading.ballot_points import scale_of
from gateway.understand.reading.ballot_vocabulary import vocabulary

READINGS = Path(__file__).parent.parent / "golden" / "readings"
DAYS = ("Tue 10am", "Tue 3pm", "Wed 10am", "Thu 4pm")
DATED = ("Mon 2 Nov", "Tue 3 Nov", "Tue 10 Nov", "Wed 11 Nov")
TOWNS = ("Oslo", "Rome", "Bern", "Graz")
UNCLEAR = "?"


class Line(NamedTuple):
    """One line of a table: a reply, what it answers, and the readings that are right."""

    reply: str
    question: Question
    right: tuple[Any, ...]


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def question_of(method: Method, asked: str, options: tuple[str, ...]) -> Question:
    scale = scale_of(asked, vocabulary(lexicon())) if method is Method.SCORE else None
    lowest, highest = scale or (0, 5)
    labels = FIXED_OPTIONS.get(method, options)
    return Question(text=asked, method=method, options=labels, lowest=lowest, highest=highest)


def plain(choice: Choice | None) -> Any:
    match choice:
        case Pick(label):
            return label
        case Picks(labels):
            return sorted(labels)
        case Ranking(groups):
            return [sorted(group) for group in groups]
        case Scores(pairs):
            return dict(pairs)
        case PlusOne(number):
            return number
    return None


def told(reply: str, question: Question) -> Any:
    """Return what a reply is read as, in plain values: an order with the options it does not name last."""
    reading = read_ballot(reply, question, lexicon())
    if reading.kind is not BallotKind.BALLOT:
        return UNCLEAR if reading.kind is BallotKind.UNCLEAR else reading.kind.value
    return _comparable(plain(reading.choice), question)


def _comparable(value: Any, question: Question) -> Any:
    if question.method is Method.APPROVAL and isinstance(value, list):
        return sorted(value)
    if question.method is not Method.RANKED or not isinstance(value, list):
        return value
    groups = [sorted(group) if isinstance(group, list) else [group] for group in value]
    rest = sorted(set(question.options) - {label for group in groups for label in group})
    return [*groups, rest] if rest else groups


def _value(text: str, question: Question) -> Any:
    if text in (UNCLEAR, "withdraw"):
        return text
    if text == "null":
        return None
    if text[0] in "[{":
        return _comparable(json.loads(text), question)
    return float(text) if question.method is Method.PLUSONE else text


@cache
def lines() -> dict[str, list[Line]]:
    """Return the lines of all tables by their question."""
    found: dict[str, list[Line]] = {}
    for table in sorted(READINGS.glob("ballots-turns.*.txt")):
        for line in table.read_text(encoding="utf-8").splitlines():
            if line.startswith("=="):
                method, asked, *options = (part.strip() for part in line[2:].split("|"))
                question = question_of(Method(method), asked, tuple(options[0].split(";")) if options else ())
                rows = found.setdefault(f"{table.suffixes[0][1:]} {method} {asked}", [])
            elif line and not line.startswith("#"):
                right, _, reply = line.partition(" :: ")
                values = tuple(_value(value, question) for value in right.split(" / "))
                rows.append(Line(reply.replace("\\n", "\n"), question, values))
    return found


@pytest.mark.parametrize("heading", lines())
def test_a_reply_is_read_as_what_its_author_meant(heading: str) -> None:
    read = {line.reply: (told(line.reply, line.question), line.right) for line in lines()[heading]}
    assert {reply: got for reply, (got, right) in read.items() if got not in right} == {}


def read(text: str, method: Method, options: tuple[str, ...] = (), asked: str = "Shall we?") -> BallotReading:
    return read_ballot(text, question_of(method, asked, options), lexicon())


def expect(method: Method, rows: list[tuple[str, str, Any]], options: tuple[str, ...] = ()) -> None:
    """Check rows of question, reply and what it is to be read as."""
    for asked, reply, want in rows:
        question = question_of(method, asked, options)
        assert told(reply, question) == (want if want in (UNCLEAR, None) else _comparable(want, question)), reply


def test_a_plus_one_to_what_somebody_said_is_no_vote() -> None:
    vote = "[VOTE] Move to Fig 4"
    expect(
        Method.PLUSONE,
        [
            (vote, "+1 to Sabine's question, my vote is still to come", UNCLEAR),
            (vote, "+1 to the question above", UNCLEAR),
            (vote, "+1 zu Jans Einwand", UNCLEAR),
            (vote, "+1 op de vraag van Anna", UNCLEAR),
            (vote, "+1 to the move", 1.0),
            (vote, "+1 with one comment: mind the typo", 1.0),
            ("[VOTE] Publish the comments page", "+1 for the comments page", 1.0),
            (vote, "+1 to Sabine's question. -1 from me.", -1.0),
        ],
    )


def test_how_long_an_author_is_there_sets_no_condition() -> None:
    expect(
        Method.CONSENT,
        [
            ("Proposal: paid overtime.", "I abstain, I'm only here until May", "Abstain"),
            ("Proposal: paid overtime.", "Agree until May", UNCLEAR),
            ("Proposal: paid overtime.", "Abstain until I've read it", UNCLEAR),
            ("Vorschlag: Überstunden.", "Enthalte mich, ich bin eh nur noch bis Mai da", "Abstain"),
            ("Vorschlag: Überstunden.", "Dafür, aber nur bis Mai", UNCLEAR),
            ("Vorschlag: Überstunden.", "Ja, ich bin noch unschlüssig", UNCLEAR),
        ],
    )
    days = ("Tuesday", "Wednesday", "Thursday")
    expect(
        Method.SINGLE,
        [
            ("When?", "I'm in Leeds until Wednesday, so Thursday", "Thursday"),
            ("When?", "I'm in Leeds from Tuesday to Wednesday so Thursday", "Thursday"),
            ("When?", "I'm in favour of Tuesday until Thursday", UNCLEAR),
        ],
        days,
    )


def test_a_compound_of_a_day_or_month_names_it() -> None:
    days = ("Montag, 5. Mai", "Mittwoch, 7. Mai", "Mittwoch, 4. Juni")
    assert read("der Mittwochabend im Juni", Method.SINGLE, days).choice == Pick("Mittwoch, 4. Juni")
    assert read("Junitermin", Method.SINGLE, days).choice == Pick("Mittwoch, 4. Juni")
    assert read("der Mittwochabend", Method.SINGLE, days).kind is BallotKind.UNCLEAR
    assert read("Montagmorgen", Method.SINGLE, days).choice == Pick("Montag, 5. Mai")
    evenings = ("Freitagabend", "Freitagmittag")
    assert read("Freitagabend", Method.SINGLE, evenings).choice == Pick("Freitagabend")
    assert read("Freitag", Method.SINGLE, evenings).kind is BallotKind.UNCLEAR


def test_an_ordinal_names_a_day_of_the_month_where_options_are_dates() -> None:
    expect(
        Method.SINGLE,
        [
            ("Which day?", "the tenth", "Tue 10 Nov"),
            ("Which day?", "the third", "Tue 3 Nov"),
            ("Which day?", "the third option", "Tue 10 Nov"),
            ("Which day?", "the third one", "Tue 10 Nov"),
            ("Which day?", "the second Tuesday", "Tue 10 Nov"),
        ],
        DATED,
    )
    assert read("the first or the second", Method.SINGLE, ("MIT", "Apache-2.0", "GPL-3.0")).kind is BallotKind.UNCLEAR


def test_what_is_asked_for_may_stand_beside_a_number() -> None:
    logos = ("Fern", "Wave", "Compass")
    expect(
        Method.SINGLE,
        [
            ("Which logo?", "Logo 3", "Compass"),
            ("Welches Motiv kommt auf die Tasse?", "Motiv 3", "Compass"),
            ("Welches Motiv kommt auf die Tasse?", "Tasse 2", UNCLEAR),
            ("How many shall we invite?", "invite 3", UNCLEAR),
        ],
        logos,
    )


def test_figures_in_a_line_of_their_own_are_a_list() -> None:
    assert read("1,3", Method.APPROVAL, DAYS).choice == Picks(("Tue 10am", "Wed 10am"))
    assert read("2 + 4\n\nThanks, Bo", Method.APPROVAL, DAYS).choice == Picks(("Tue 3pm", "Thu 4pm"))
    assert read("2/4/1/3", Method.RANKED, TOWNS).choice == Ranking((("Rome",), ("Graz",), ("Oslo",), ("Bern",)))
    assert read("5,3,4,1", Method.SCORE, TOWNS).choice == Scores((("Oslo", 5), ("Rome", 3), ("Bern", 4), ("Graz", 1)))
    assert read("3/5/0/1", Method.SCORE, TOWNS).kind is BallotKind.UNCLEAR  # "3/5" may be three of five
    assert read("1,5", Method.APPROVAL, ("1,5 m", "2,5 m")).choice == Picks(("1,5 m",))


def test_a_count_behind_first_or_last_is_no_hour() -> None:
    assert read("first three", Method.APPROVAL, DAYS).choice == Picks(DAYS[:3])
    assert read("at three", Method.APPROVAL, DAYS).choice == Picks(("Tue 3pm",))


def test_a_day_whose_short_name_is_a_little_word_tells_a_label_apart() -> None:
    slots = ("Mo 18 Uhr", "Di 18 Uhr", "Do 17 Uhr")
    assert read("immer um 18 Uhr", Method.APPROVAL, slots).choice == Picks(slots[:2])
    assert read("18 Uhr", Method.SINGLE, slots).kind is BallotKind.UNCLEAR


def test_letters_parted_by_a_slash_are_no_signature() -> None:
    assert read("A/D", Method.APPROVAL, TOWNS).choice == Picks(("Oslo", "Graz"))
    assert read("Oslo\n/Dan", Method.APPROVAL, TOWNS).choice == Picks(("Oslo",))


def test_an_eight_in_brackets_has_no_eyes() -> None:
    scores = question_of(Method.SCORE, "Score each from 0 to 10", TOWNS)
    assert told("Oslo (8), Rome (5)", scores) == {"Oslo": 8.0, "Rome": 5.0}
    assert read("Oslo 8)", Method.SINGLE, TOWNS).choice == Pick("Oslo")


def test_each_sentence_may_pair_points_its_own_way() -> None:
    scores = question_of(Method.SCORE, "Score each from 0 to 5", TOWNS)
    assert told("5 for Oslo and 4 for Rome. Bern 0, sadly", scores) == {"Oslo": 5.0, "Rome": 4.0, "Bern": 0.0}
    assert told("Oslo and Rome 4 each, Bern 2", scores) == {"Oslo": 4.0, "Rome": 4.0, "Bern": 2.0}
    assert told("Oslo 5. Rome. 4", scores) == UNCLEAR


@pytest.mark.parametrize(
    ("reply", "groups"),
    [
        ("Oslo first and last Rome", [["Oslo"], ["Bern", "Graz"], ["Rome"]]),
        ("zuerst Oslo und zuletzt Rome", [["Oslo"], ["Bern", "Graz"], ["Rome"]]),
        ("Eerst Oslo en als laatste Rome", [["Oslo"], ["Bern", "Graz"], ["Rome"]]),
        ("Oslo auf Platz eins, Rome auf den letzten", [["Oslo"], ["Bern", "Graz"], ["Rome"]]),
        ("Oslo is the most important, Rome can wait", [["Oslo"], ["Bern", "Graz"], ["Rome"]]),
        ("Oslo last and Rome first", [["Rome"], ["Bern", "Graz"], ["Oslo"]]),
    ],
)
def test_what_is_put_last_comes_behind_what_is_not_named(reply: str, groups: list[list[str]]) -> None:
    assert told(reply, question_of(Method.RANKED, "Rank the towns.", TOWNS)) == groups


def test_a_conclusion_drawn_from_what_others_want_is_the_authors_own() -> None:
    expect(
        Method.SINGLE,
        [
            ("Where?", "My kids voted Rome so Rome it is", "Rome"),
            ("Where?", "The boss wants Rome so I say Bern", "Bern"),
            ("Where?", "Ana prefers Rome so much that she would leave", UNCLEAR),
            ("Where?", "Ana would vote Rome", UNCLEAR),
        ],
        TOWNS,
    )


def test_what_is_conceded_beside_an_answer_does_not_turn_it() -> None:
    expect(
        Method.YESNO,
        [
            ("Keynote for Tom?", "I'd say no to the keynote, though I'd love him for a workshop", "No"),
            ("Keynote for Tom?", "I'd love him for a workshop, though I'd say no to the keynote", "No"),
            ("Keynote for Tom?", "Although I'd love Ana, yes", "Yes"),
            ("Keynote for Tom?", "Ich bin dagegen, obwohl ich ihn toll finde", "No"),
            ("Keynote for Tom?", "Ik ben tegen, hoewel ik hem een goede spreker vind", "No"),
            ("Keynote for Tom?", "I'd vote yes, but the price is too high", UNCLEAR),
        ],
    )


def test_the_negation_of_what_speaks_for_or_against_it_reaches_over_a_comma() -> None:
    asked = "Sollen wir den Flur streichen?"
    expect(
        Method.YESNO,
        [
            (asked, "Ich wüsste nicht, was dagegen spricht", "Yes"),
            (asked, "Ich sehe nichts, was dafür spricht", "No"),
            (asked, "Es gibt viel, was dagegen spricht", "No"),
            (asked, "Dafür haben wir kein Geld", "No"),
            (asked, "Dafür brauchen wir erst ein Angebot", UNCLEAR),
            (asked, "Dafür, keine Frage", "Yes"),
        ],
    )


def test_a_prefix_that_denies_a_word_is_no_typo_of_it() -> None:
    assert read("unconsentable", Method.CONSENT).kind is BallotKind.UNCLEAR
    assert read("unreasonable", Method.CONSENT).choice == Pick("Disagree")
    assert read("agre", Method.CONSENT).choice == Pick("Agree")


def test_wanting_a_thing_gone_or_not_answers_by_what_was_asked() -> None:
    drop, keep, buy = (
        "Should we stop the Friday bulletin?",
        "Should we keep the Friday bulletin?",
        "Shall we buy a bulletin?",
    )
    expect(
        Method.YESNO,
        [
            (drop, "Get rid of it", "Yes"),
            (keep, "Get rid of it", "No"),
            (keep, "don't drop it!", "Yes"),
            (drop, "I'd miss it", "No"),
            (keep, "I'd miss it", "Yes"),
            (keep, "I wouldn't miss it", "No"),
            (drop, "Nobody reads it", "Yes"),
            (buy, "Nobody reads it", "No"),
            (drop, "We don't need it", UNCLEAR),
            ("Sollen wir den Newsletter einstellen?", "Den liest doch keiner mehr", UNCLEAR),
            ("Zullen we de nieuwsbrief afschaffen?", "Niemand leest het nog", "Yes"),
        ],
    )


def test_a_welcome_is_no_objection() -> None:
    asked = "Any objection to closing early on Friday?"
    expect(
        Method.YESNO,
        [
            (asked, "fine with me", "No"),
            (asked, "go ahead", "No"),
            (asked, "I object", "Yes"),
            (asked, "Yes, the Dutch team calls at four", "Yes"),
            ("Do you mind if I open the window?", "I don't mind", "No"),
            ("Do you mind if I open the window?", "I do mind actually", "Yes"),
        ],
    )


def test_another_day_than_the_one_asked_about_is_no_yes() -> None:
    asked = "Shall we meet on Monday?"
    expect(
        Method.YESNO,
        [
            (asked, "Tuesday works", UNCLEAR),
            (asked, "Monday works", "Yes"),
            (asked, "Monday's good, Tuesday isn't", "Yes"),
            (asked, "Yes, but I have to leave on Tuesday", "Yes"),
            ("Shall we move the sync from Monday to Tuesday?", "Tuesday works", "Yes"),
            ("Treffen wir uns am Montag?", "Dienstag ist super", UNCLEAR),
            ("Schließen wir im August?", "August ist super", "Yes"),
            ("Spreken we maandag af?", "Dinsdag is prima", UNCLEAR),
        ],
    )


def test_a_denial_of_a_word_of_the_question_is_a_no() -> None:
    expect(
        Method.YESNO,
        [
            ("Shall we repaint the hallway in green?", "Not in green", "No"),
            ("Shall we repaint the hallway in green?", "Not the hallway?", UNCLEAR),
            ("Is Thursday at 10 OK for everyone?", "I can't do Thursday", "No"),
            ("Shall we print the annual report?", "Nothing to report", UNCLEAR),
            ("Zullen we de gang groen schilderen?", "Niet groen", "No"),
        ],
    )


def test_a_vote_withdrawn_and_another_cast_counts_the_other() -> None:
    assert read("I withdraw the block and agree", Method.CONSENT).choice == Pick("Agree")
    assert read("I withdraw my vote", Method.CONSENT).kind is BallotKind.WITHDRAW


def test_a_label_run_together_is_known() -> None:
    venues = ("The Old Mill", "Town Hall")
    assert read("oldmill", Method.SINGLE, venues).choice == Pick("The Old Mill")
    assert read("Townhall please", Method.SINGLE, venues).choice == Pick("Town Hall")


def test_a_second_place_beside_an_option_is_no_rival_of_the_first() -> None:
    assert read("Oslo 1st, Rome 2nd", Method.SINGLE, TOWNS).choice == Pick("Oslo")
    assert read("Oslo and Rome", Method.SINGLE, TOWNS).kind is BallotKind.UNCLEAR


def test_abstaining_without_such_an_option_is_an_abstention() -> None:
    assert read("Enthaltung", Method.YESNO).choice == Abstention()
