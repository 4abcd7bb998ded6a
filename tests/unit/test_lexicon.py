"""The words of the data files as they are kept: lists that are one text, and read as lists."""

from __future__ import annotations

import tomllib

import pytest

from gateway.resources import HERE, load_lexicon
from gateway.understand.lexicon import Words, packed
from gateway.understand.reading.phrases import Phrases, listed, words_of

SAID = ["no", "nicht jetzt", "schön", "👎", ""]


def test_words_kept_as_one_text_are_read_as_the_list_they_were() -> None:
    words = Words(SAID)
    assert list(words) == SAID
    assert len(words) == len(SAID)
    assert (words[1], words[-1], words[1:3]) == ("nicht jetzt", "", ["nicht jetzt", "schön"])
    assert "schön" in words
    assert "schon" not in words


def test_only_lists_of_words_are_packed() -> None:
    other = {"rows": [["one"], ["two"]], "none": [], "flag": True, "worth": {"two": 2}, "lines": ["a\nb"]}
    table = packed({"ballot": {"no": SAID, **other}})["ballot"]
    assert isinstance(table.pop("no"), Words)
    assert table == other


@pytest.mark.parametrize("code", ["en", "de", "fr", "es", "it", "nl", "pt", "ja"])
def test_the_lexicon_holds_what_the_data_files_list(code: str) -> None:
    written = tomllib.loads((HERE / "understand" / "words" / f"{code}.toml").read_text(encoding="utf-8"))
    kept = load_lexicon().languages[code]
    plain = {
        name: {key: list(value) if isinstance(value, Words) else value for key, value in table.items()}
        for name, table in kept.items()
    }
    assert plain == written


def test_phrases_are_found_in_a_packed_table_as_in_a_plain_one() -> None:
    table = {"yes": ["yes", "why not", "sure*"], "no": ["no way", "ge*t", "take … back"]}
    text = words_of("Why not, surely; no way, geht: take it all back")
    plain, kept = (Phrases(listed({"xx": one})).find(text) for one in (table, packed({"t": table})["t"]))
    assert plain == kept
    assert [hit.key for hit in kept] == ["yes", "yes", "no", "no", "no"]
