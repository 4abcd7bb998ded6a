"""Which part of a reply answers which item: marks and numbers, lists that are none, quotes, words for all."""

from __future__ import annotations

import pytest

from gateway.model.context import Sent
from gateway.model.facts import Item
from gateway.model.reading import NewText, Quoted
from gateway.resources import load_lexicon
from gateway.understand.items import TO_ALL, Beside, by_item
from gateway.understand.marks import MOST_NAMED, heading, marks_named, named
from gateway.understand.mime import read_message
from gateway.understand.read import hear, understand
from tests.builders import BEN, context, view, vote_round

LEXICON = load_lexicon()
ITEMS = (
    Item(mark="V-7", text="Where do we meet"),
    Item(mark="V-8", text="New scanner"),
    Item(mark="C-31", text="Daily check-in"),
    Item(mark="P-14", text="The ladder"),
    Item(mark="P-8", text="The hose"),
)


def sent(kind: str = "digest", mark: str = "", items: tuple[Item, ...] = ITEMS) -> Sent:
    return Sent(
        notice_id=1, kind=kind, member_id=1, mark=mark, thread="", items=items, language="en", sent_at=None, frozen=None
    )


def split(text: str) -> list[tuple[str, str]]:
    return list(by_item(NewText(text=text, own=text), sent(), LEXICON))


@pytest.mark.parametrize(
    "line",
    [
        "V-7: yes", "v-7: yes", "V7: yes", "V 7: yes", "7: yes", "7) yes", "[V-7] yes", "[V-7]: yes", "V-7 yes",
        "V-7) yes", "V-7 - yes", "V-7 – yes", "V-7 = yes", "*V-7:* yes", "- V-7: yes", "• 7: yes", "> V-7: yes",
        "V-7： yes", "  7:yes",
    ],
)  # fmt: skip
def test_an_item_is_named_in_many_ways(line: str) -> None:
    assert split(line) == [("V-7", "yes")]


@pytest.mark.parametrize("line", ["V7 yes", "v7 yes", "V-7 yes"])
def test_an_item_is_named_without_any_sign_where_the_mail_shows_it(line: str) -> None:
    assert split(line) == [("V-7", "yes")]
    assert split(line.replace("7", "9")) in ([], [("V-9", "yes")])


@pytest.mark.parametrize("line", ["V9 yes", "T5 is late", "V 7 yes", "we took V7 yesterday", "V7"])
def test_a_letter_with_a_number_that_the_mail_does_not_show_is_talk(line: str) -> None:
    assert split(line) == []


def test_several_items_are_answered_a_line_each() -> None:
    assert split("V-7: Porto, by train\nP-14: Well found.\n\nThank you all.\n31: Done: a\nNext: b") == [
        ("V-7", "Porto, by train"),
        ("P-14", "Well found.\n\nThank you all."),
        ("C-31", "Done: a\nNext: b"),
    ]


def test_a_number_that_two_items_bear_is_part_of_neither() -> None:
    assert split("V-7: yes\n8: no") == [("V-7", "yes"), ("", "8: no")]


@pytest.mark.parametrize(
    "text", ["7", "yes", "at 7 we leave", "10:30 is fine", "99: bottles", "The P-14 is a car", "7 yes"]
)
def test_what_names_no_item_is_one_whole(text: str) -> None:
    assert split(text) == []


def test_a_time_is_no_item() -> None:
    assert split("V-7: yes\n8:30 works") == [("V-7", "yes\n8:30 works")]


def test_a_list_within_an_answer_names_no_items() -> None:
    listed = "Three things:\n1) the key\n2) the lamp\n7) and so on"
    items = (*ITEMS, Item(mark="V-1", text="a"), Item(mark="V-2", text="b"))
    found = by_item(NewText(text="", own=f"P-14: {listed}"), sent(items=items), LEXICON)
    assert list(found) == [("P-14", "Three things:\n1) the key\n2) the lamp"), ("V-7", "and so on")]


def test_a_bare_mark_within_a_sentence_names_nothing() -> None:
    assert split("P-14: as was said of\nV-7 last week, it takes time") == [
        ("P-14", "as was said of\nV-7 last week, it takes time")
    ]


def test_a_heading_copied_without_its_quote_marks_is_no_answer() -> None:
    assert split("[V-7] Where do we meet\nPorto\n\n[V-8] New scanner\nyes") == [("V-7", "Porto"), ("V-8", "yes")]


def test_a_vote_the_mail_did_not_show_keeps_its_words_to_itself() -> None:
    assert split("V-7: yes\nV-99: no") == [("V-7", "yes"), ("V-99", "no")]


@pytest.mark.parametrize("sign", [":", " :", "：", ")", " -", " –", " ="])
@pytest.mark.parametrize("mark", ["T-9", "P-99", "C-9", "O-3", "t-9", "[T-9]", "*P-9"])
def test_a_plain_mark_keeps_its_words_to_itself_whether_shown_or_not(mark: str, sign: str) -> None:
    named_so = mark.strip("[]*").upper()
    assert split(f"V-7: yes\n{mark}{sign} well done\nV-8: no") == [
        ("V-7", "yes"), (named_so, "well done"), ("V-8", "no"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line", ["T-5 is late", "T5: late", "P 9: late", "the T-9: late", "T-9", "X-9: late", "T-9x: late"]
)
def test_without_a_sign_or_a_dash_a_mark_that_is_not_shown_is_talk(line: str) -> None:
    assert split(f"V-7: yes\n{line}") == [("V-7", f"yes\n{line}")]


def test_a_check_in_opens_no_item_for_what_it_lists() -> None:
    prompt = sent("prompt", "C-31", (ITEMS[2],))
    known = {"T-12": "Budget", "C-31": "Daily check-in"}
    listed = NewText(text="", own="Done:\n- T-12: sent\nT-99: the letter")
    assert by_item(listed, prompt, LEXICON, Beside(known)) == ()
    below = NewText(text="", own="Done: the cellar\n\nT-12: done")
    assert by_item(below, prompt, LEXICON, Beside(known)) == (("C-31", "Done: the cellar"), ("T-12", "done"))


KNOWN = {"V-7": "Where do we meet", "T-12": "Budget", "P-14": "The ladder"}


def unasked(text: str) -> list[tuple[str, str]]:
    return list(by_item(NewText(text=text, own=text), None, LEXICON, Beside(KNOWN)))


def test_a_mail_of_its_own_that_begins_with_known_marks_is_answers() -> None:
    assert unasked("Hi all,\n\nV-7: Porto\nT-99: done") == [("V-7", "Porto"), ("T-99", "done")]
    assert unasked("Bonjour à tous,\nvoici mes réponses :\n\nV-7 : Porto") == [("V-7", "Porto")]
    assert unasked("P-14: Well found!\n\nSo dry.") == [("P-14", "Well found!\n\nSo dry.")]


@pytest.mark.parametrize(
    "text",
    [
        "V-99: Porto", "V-7 Porto", "7: Porto", "V7: Porto", "About V-7: Porto", "V-7: Where do we meet\nT-12: Budget",
        "TODO @ben: buy tea\n\nV-7: Porto", "The ladder is back.\n\nV-7: Porto",
        "This is a topic of its own, about many things.\n\nV-7: Porto", "V-99: x\nV-7: Porto", "",
    ],
)  # fmt: skip
def test_a_mail_of_its_own_that_begins_otherwise_is_whole(text: str) -> None:
    assert unasked(text) == []


def test_marks_are_looked_for_in_a_few_lines_only() -> None:
    assert marks_named("T-9: a\nv-7 yes\nT-12 is late\nsee P-3: b\n- O-2: c\nT-9: d") == ("T-9", "V-7", "O-2")
    assert len(marks_named("\n".join(f"T-{number}: x" for number in range(1, 500)))) == MOST_NAMED
    assert marks_named("\n" * 5_000 + "T-9: a") == ()


def test_a_greeting_above_is_left_out_and_a_remark_is_not() -> None:
    assert split("Hi all,\n\nV-7: yes") == [("V-7", "yes")]
    remark = "By the way, I come later on Thursday."
    assert split(f"{remark}\n\nV-7: yes") == [("", remark), ("V-7", "yes")]


@pytest.mark.parametrize(
    "words", ["To all:", "for everyone:", "À tous :", "An alle:", "a todos:", "A tutti:", "Aan iedereen:"]
)
def test_words_for_all_are_for_all(words: str) -> None:
    assert split(f"V-7: yes\n{words} the office is closed on Friday.") == [
        ("V-7", "yes"),
        (TO_ALL, "the office is closed on Friday."),
    ]


def test_a_mail_about_one_thing_is_split_only_where_it_names_a_vote() -> None:
    one = (ITEMS[0],)
    whole = NewText(text="", own="Porto\n2) it is cheap\nto all: hello")
    assert by_item(whole, sent("ballot", "V-7", one), LEXICON) == ()
    two = NewText(text="", own="Porto\nV-8: no")
    assert list(by_item(two, sent("ballot", "V-7", one), LEXICON)) == [("V-7", "Porto"), ("V-8", "no")]


def test_where_our_original_says_which_item_it_is_no_mark_is_needed() -> None:
    blocks = (
        Quoted(under="Until Friday", text="Porto", mark="V-7"),
        Quoted(under="[V-8] New scanner\nCOMING UP", text="I shall be away then, sorry.", mark=""),
        Quoted(under="[P-14] The ladder", text="Well found.", mark=None),
    )
    found = by_item(NewText(text="", own="…", blocks=blocks), sent(), LEXICON)
    assert list(found) == [("V-7", "Porto"), ("", "I shall be away then, sorry."), ("P-14", "Well found.")]


def test_what_stands_in_the_quote_gives_way_to_what_is_written_above_it() -> None:
    blocks = (
        Quoted(under="", text="V-7: Lisbon"),
        Quoted(under="[V-7] Where do we meet", text="Porto", mark="V-7", is_inside=True),
        Quoted(under="[V-8] New scanner", text="yes", mark="V-8", is_inside=True),
    )
    found = by_item(NewText(text="", own="…", blocks=blocks), sent(), LEXICON)
    assert list(found) == [("V-7", "Lisbon"), ("V-8", "yes")]


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("[V-7] Where", "V-7"), ("> *[V-7] Where*", "V-7"), ("\t[c-31]", "C-31"), ("see [V-7]", ""), ("[V-7]x", ""),
        ("[Z-1] a", ""),
    ],
)  # fmt: skip
def test_a_line_that_heads_an_item_is_told_by_its_mark(line: str, mark: str) -> None:
    assert heading(line) == mark


@pytest.mark.parametrize("line", ["yes", "7", "7 yes", "7. yes", "P 7 yes", "10:30", "", "-- "])
def test_a_line_without_the_form_of_a_mark_names_nothing(line: str) -> None:
    assert named(line) is None


# --- what belongs to no item ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "99: yes", "I think Porto is best", "pause 3d", "I'm away tomorrow", "Done: a\nNext: b", "Porto",
        "je pense que Porto est mieux", "absent demain", "Well found!",
    ],
)  # fmt: skip
def test_a_short_line_above_the_answers_is_not_lost(said: str) -> None:
    assert split(f"{said}\nV-7: Porto") == [("", said), ("V-7", "Porto")]
    assert split(f"Hi all,\n\n{said}\n\nV-7: Porto")[1:] == [("V-7", "Porto")]


def test_each_number_above_the_answers_is_a_piece_of_its_own() -> None:
    assert split("99: yes\n98: Porto\nV-7: no") == [("", "99: yes"), ("", "98: Porto"), ("V-7", "no")]


def test_a_number_whose_words_answer_something_else_is_asked_about() -> None:
    beside = Beside(answers=lambda mark, words: mark in ("V-8", "") and words == "Porto")
    found = by_item(NewText(text="", own="V-8: Porto\n7) Porto"), sent(), LEXICON, beside)
    assert found == (("V-8", "Porto"), ("", "7) Porto"))


def test_numbered_answers_alone_are_a_piece_each() -> None:
    assert split("8) Porto\n9) no") == [("", "8) Porto"), ("", "9) no")]
    assert split("98) milk\n99) bread") == []


@pytest.mark.parametrize("inside", [False, True])
def test_a_short_line_below_the_quote_is_not_lost(inside: bool) -> None:
    blocks = (
        Quoted(under="Where", text="Porto", mark="V-7"),
        Quoted(under="COMING UP", text="pause 3d", mark="", is_inside=inside),
    )
    found = by_item(NewText(text="", own="…", blocks=blocks), sent(), LEXICON)
    assert list(found) == [("V-7", "Porto"), ("", "pause 3d")]


@pytest.mark.parametrize(
    "manners",
    ["Hi all,", "Hello Restante,", "Bonjour à tous,", "Here are my answers:", "Thanks!", "Merci beaucoup", "Ben Moor",
     "BM", "Hi,\n\nThank you very much!", "Voici mes réponses :"],
)  # fmt: skip
def test_manners_and_the_name_of_their_author_are_left_out(manners: str) -> None:
    beside = Beside(name="Ben Moor")
    above = NewText(text="", own=f"{manners}\n\nV-7: yes")
    assert by_item(above, sent(), LEXICON, beside) == (("V-7", "yes"),)


def test_a_line_that_leads_on_but_answers_something_is_no_manners() -> None:
    beside = Beside(answers=lambda mark, words: words == "Porto")
    found = by_item(NewText(text="", own="Porto,\nV-8: yes"), sent(), LEXICON, beside)
    assert found == (("", "Porto,"), ("V-8", "yes"))


def test_a_post_above_an_answer_stays_a_post() -> None:
    post = sent("post", "P-14", ())
    text = NewText(text="", own="Well found!\n\nV-7: Porto")
    assert by_item(text, post, LEXICON, Beside(KNOWN, "P-14")) == (("P-14", "Well found!"), ("V-7", "Porto"))
    assert by_item(text, None, LEXICON, Beside(KNOWN)) == ()


# --- several in one line --------------------------------------------------------------------------------------------

ANSWERS = frozenset({"Porto", "A", "B", "yes", "no", "oui", "done"})


def in_a_line(text: str) -> list[tuple[str, str]]:
    beside = Beside(KNOWN, answers=lambda mark, words: bool(mark) and words.strip() in ANSWERS)
    return list(by_item(NewText(text="", own=text), sent(), LEXICON, beside))


@pytest.mark.parametrize(
    "line",
    [
        "V-7: Porto, V-8: yes", "V-7: Porto; V-8: yes", "V-7 Porto V-8 yes", "V-7 Porto, V-8 yes",
        "V-7: Porto V-8: yes",
        "V-7: Porto and V-8: yes", "V-7 : Porto et V-8 : yes", "[V-7] Porto; [V-8] yes", "v7: Porto, v8: yes",
        "V-7 = Porto, V-8 = yes", "V-7: Porto und V-8: yes", "V–7: Porto, V–8: yes",
    ],
)  # fmt: skip
def test_several_answers_in_a_line_are_told_apart(line: str) -> None:
    assert in_a_line(line) == [("V-7", "Porto"), ("V-8", "yes")]


def test_a_sentence_that_ends_before_a_mark_is_an_answer_too() -> None:
    assert in_a_line("P-14: thanks. V-7: Porto") == [("P-14", "thanks."), ("V-7", "Porto")]
    assert in_a_line("Two words, V-7: Porto; T-12: done") == [("", "Two words"), ("V-7", "Porto"), ("T-12", "done")]


@pytest.mark.parametrize(
    "line",
    ["V-7 and V-8: yes", "V-7 + V-8: yes", "V-7, V-8: yes", "V-7 & V-8: yes", "V-7 et V-8 : yes", "V-7/V-8: yes",
     "V-7 und V-8 yes", "[V-7] and [V-8]: yes"],
)  # fmt: skip
def test_one_answer_to_several_is_an_answer_to_each(line: str) -> None:
    assert in_a_line(line) == [("V-7", "yes"), ("V-8", "yes")]


def test_an_answer_to_three_holds_its_lines_together() -> None:
    assert in_a_line("V-7, V-8 and T-12: yes\nsince it is cheap\nP-14: no") == [
        ("V-7", "yes\nsince it is cheap"), ("V-8", "yes\nsince it is cheap"), ("T-12", "yes\nsince it is cheap"),
        ("P-14", "no"),
    ]  # fmt: skip


def test_a_line_full_of_marks_is_left_whole() -> None:
    line = "V-7: " + " ".join("yes, V-8: no," for _ in range(40))
    assert [mark for mark, _ in in_a_line(line)] == ["V-7"]


@pytest.mark.parametrize(
    "words", ["yes if V-8 passes", "the same as V-8", "I saw V-8: it is odd", "Porto, as was said of V-8 yesterday"]
)
def test_a_mark_that_is_only_spoken_of_stays_in_its_sentence(words: str) -> None:
    assert in_a_line(f"V-7: {words}") == [("V-7", words)]


def test_the_marks_that_a_mail_names_are_told_before_its_words_are_weighed() -> None:
    letter = b"From: ben@example.org\nTo: acme@ws.example.org\nSubject: V-1: yes\n\nV-7: Porto\nT-9: done\n"
    message, known = read_message(letter), context(BEN, view(vote_round()), reverse_path="ben@example.org")
    heard = hear(message, known, LEXICON)
    assert heard.named == ("V-1", "T-9")
    assert understand(message, known, LEXICON, heard) == understand(message, known, LEXICON)
