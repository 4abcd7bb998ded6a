"""Replies as mail programs compose them that write plain text alone: one function a program.

Written and frozen as programs.py says. Must not: import anything of gateway/, or know how replies are read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.matrix.composing import (
    Draft,
    as_bytes,
    attribution,
    line_of,
    mail_of,
    trimmed_lines,
    without_signature,
    wrapped_text,
)
from tests.matrix.markup import Habits, as_text, parsed
from tests.matrix.phrases import K9


@dataclass(frozen=True)
class _Plain:
    """How a text program quotes: marks, an empty quoted line, a line below the attribution."""

    mark: str = "> "
    empty: str = ">"
    with_signature: bool = True
    gap: bool = False
    close: bool = False  # no empty line around an answer


def _plain_text(draft: Draft, program: str, plain: _Plain, source: list[str]) -> str:
    source = trimmed_lines(source if plain.with_signature else without_signature(source), draft.keep)
    spots = {line_of(source, spot): lines for spot, lines in draft.inline}
    out: list[str] = [*draft.top, *([""] if draft.top and draft.quotes else [])]
    if draft.quotes:
        out += [attribution(draft, program), *([""] if plain.gap else [])]
        for index, line in enumerate(source):
            out.append(f"{plain.mark}{line}".rstrip("\n") if line else plain.empty)
            if index in spots:
                around = [] if plain.close else [""]
                out += [*around, *spots[index], *around]
    if draft.bottom:
        out += [*([""] if draft.quotes else []), *draft.bottom]
    return "\n".join(out) + "\n"


def _shown_as_text(draft: Draft) -> list[str]:
    return draft.asked.text.rstrip("\n").split("\n")


def neomutt(draft: Draft) -> bytes:
    """NeoMutt: our text part with `> ` on every line, signature and all, latin-1 where it can be."""
    text = _plain_text(draft, "neomutt", _Plain(empty="> "), _shown_as_text(draft))
    return as_bytes(mail_of(draft), text, charset="iso-8859-1", cte="8bit")


def snail(draft: Draft) -> bytes:
    """Heirloom mail's heir: our text part behind TABs, nothing around an answer."""
    text = _plain_text(draft, "snail", _Plain("\t", "\t", gap=True, close=True), _shown_as_text(draft))
    return as_bytes(mail_of(draft, User_Agent="s-nail v14.9.24"), text)


def aerc(draft: Draft) -> bytes:
    """The aerc program: `> ` on every line, empty ones bare."""
    text = _plain_text(draft, "aerc", _Plain(), _shown_as_text(draft))
    return as_bytes(mail_of(draft, X_Mailer="aerc 0.14.0"), text)


def roundcube(draft: Draft) -> bytes:
    """Roundcube's plain composer: the HTML shown as text, what is bold in capitals, re-wrapped at 72 behind `> `."""
    shown = as_text(parsed(draft.asked.html), Habits(cell=" \t", bullet=" \t* ", number=" \t{}. ", shouts=True))
    source = [piece for line in shown for piece in (wrapped_text(line.text, 72) if line.text else [""])]
    text = _plain_text(draft, "roundcube", _Plain(), source)
    return as_bytes(mail_of(draft, User_Agent="Roundcube Webmail/1.6.9"), text, cte="8bit")


def k9(draft: Draft) -> bytes:
    """K-9 Mail: `>` without a space, its footer right below what was typed."""
    plain = _Plain(">", ">", close=True)
    footer = ("", "-- ", K9[draft.language])
    signed = replace(draft, top=(*draft.top, *footer)) if draft.top else replace(draft, bottom=(*draft.bottom, *footer))
    return as_bytes(mail_of(draft), _plain_text(signed, "k9", plain, _shown_as_text(draft)))
