"""Our digest found again in a reply: which item each answer stands in, and what was typed into the quote itself."""

from __future__ import annotations

import pytest

from gateway.model.message import Mailbox, Message
from gateway.model.reading import NewText
from gateway.resources import load_lexicon
from gateway.understand.reply import new_text

LEXICON = load_lexicon()
TEXT = """\
Acme, Tuesday 2 June
Needs you 2 · Threads 1

NEEDS YOU

[V-4] Days
  Until Friday 5 June, 18:00 (Paris)
   A   Monday
   B   Tuesday

[V-5] New scanner
  Until Friday 5 June, 18:00 (Paris)
  Answer with one of: “V-5: yes”, “V-5: no”

THREADS

[P-9] The ladder
  Ana Duarte, Tue 2 Jun, 12:00
    I found the ladder, it is behind the shed and quite dry.

COMING UP

- Thu 4 Jun, 09:00  Daily check-in

--
This is the digest you get from Acme, when there is something new.
"""
DIGEST = Message(
    message_id="d@ws", author=Mailbox("acme@ws.example", "Acme"), subject="Tuesday 2 June", date=None, text=TEXT
)
WROTE = "On Tue, 2 Jun 2026 at 09:30, Acme <acme@ws.example> wrote:"


def read(text: str) -> NewText:
    return new_text(text, DIGEST, LEXICON)


def answered(*answers: tuple[str, str], mark: str = "> ", inside: bool = False, keep: tuple[str, ...] = ()) -> str:
    """Return a reply with each answer below the line that begins with its words."""
    left = dict(answers)
    lines = [WROTE]
    kept = not keep
    for line in TEXT.rstrip().split("\n"):
        if keep:
            kept = any(line.startswith(f"[{name}]") for name in keep) or (kept and line.startswith(" "))
        if kept:
            lines.append(f"{mark}{line}".rstrip())
        for words in [words for words in left if line.strip().startswith(words)]:
            said = left.pop(words)
            lines += [f"{mark}{said}"] if inside else ["", said, ""]
    assert not left
    return "\n".join(lines) + "\n"


def found(new: NewText) -> list[tuple[str | None, str, bool]]:
    return [(block.mark, block.text, block.is_inside) for block in new.blocks]


@pytest.mark.parametrize("mark", ["> ", ">", "\t"])
def test_each_answer_knows_the_item_it_stands_in(mark: str) -> None:
    text = answered(("B   Tuesday", "both"), ("[V-5]", "yes"), ("I found the ladder", "Well found."), mark=mark)
    assert found(read(text)) == [("V-4", "both", False), ("V-5", "yes", False), ("P-9", "Well found.", False)]


def test_an_item_ends_where_a_section_or_the_foot_begins() -> None:
    text = answered(("- Thu 4 Jun", "I cannot come then."), ("This is the digest", "thank you"))
    assert [mark for mark, _, _ in found(read(text))] == ["", ""]


def test_a_heading_tells_itself_however_short_and_however_much_around_it_was_deleted() -> None:
    text = answered(("[V-4] Days", "Monday"), ("[P-9]", "Well found."), keep=("V-4", "P-9"))
    assert found(read(text)) == [("V-4", "Monday", False), ("P-9", "Well found.", False)]
    bare = f"{WROTE}\n> [V-4] Days\nMonday\n> [V-5] New scanner\nyes\n"
    assert found(read(bare)) == [("V-4", "Monday", False), ("V-5", "yes", False)]


def test_what_is_typed_into_the_quote_is_the_authors() -> None:
    text = answered(("[V-4] Days", "Monday"), ("Answer with one of", "no, ours still works"), inside=True)
    assert found(read(text)) == [("V-4", "Monday", True), ("V-5", "no, ours still works", True)]


def test_what_replaces_a_line_of_ours_or_follows_the_quote_is_not() -> None:
    changed = answered().replace("   A   Monday", "   A   Mittwoch")
    assert found(read(f"ok\n\n{changed}> Scanned by a machine\n")) == [(None, "ok", False)]


def test_an_older_answer_quoted_with_the_rest_is_not() -> None:
    older = "\n".join(f"> {line}" for line in answered(("[V-4] Days", "Monday")).split("\n"))
    assert [said for _, said, _ in found(read(f"No, Tuesday.\n\n{WROTE}\n{older}"))] == ["No, Tuesday."]


def test_a_mail_without_items_is_read_as_before() -> None:
    plain = Message(message_id="p@ws", author=None, subject="s", date=None, text="Shall we meet on Friday at nine?\n")
    new = new_text(f"Yes.\n\n{WROTE}\n> Shall we meet on Friday at nine?\n", plain, LEXICON)
    assert new.own == "Yes."
