"""The page behind "unsubscribe": what it says, in whose language, and that nothing foreign acts in it."""

from __future__ import annotations

import re

import pytest

from gateway.pipeline.clicking import UNKNOWN, Click, Clicked
from gateway.resources import load_pages

WORDS = load_pages()


def clicked(click: Click, **changes: object) -> Clicked:
    said: dict[str, object] = {"language": "en", "workspace": "Acme", "address": "acme@ws.example.org"}
    return Clicked(click, **(said | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("click", Click)
def test_only_the_page_that_asks_has_a_button(click: Click) -> None:
    page = WORDS.page(clicked(click), "en")
    assert page.count("<button") == (1 if click is Click.OPEN else 0)
    assert ('<form method="post">' in page) is (click is Click.OPEN)


@pytest.mark.parametrize("click", Click)
@pytest.mark.parametrize("channel", [None, "design"])
def test_a_page_loads_nothing_and_leads_nowhere(click: Click, channel: str | None) -> None:
    page = WORDS.page(clicked(click, channel=channel), "en")
    assert not re.search(r"(?i)\bsrc=|\bhref=|\burl\(|<script|<link|<img|\bon\w+=|http-equiv", page)


def test_a_page_speaks_the_readers_language_or_that_of_the_browser() -> None:
    assert '<html lang="fr">' in WORDS.page(clicked(Click.OPEN, language="fr"), "en")
    assert '<html lang="fr">' in WORDS.page(UNKNOWN, "fr-CA")
    assert '<html lang="en">' in WORDS.page(UNKNOWN, "xx")


def test_every_page_is_translated() -> None:
    for click in Click:
        for channel in (None, "design"):
            said = [WORDS.page(clicked(click, channel=channel, language=code), "") for code in WORDS.languages]
            headings = {re.search(r"<h1>(.*?)</h1>", page)[1] for page in said}  # type: ignore[index]
            assert len(headings) == len(said)


def test_a_name_cannot_write_into_a_page() -> None:
    name = "<script>alert(1)</script>"
    for click in Click:
        assert "<script" not in WORDS.page(clicked(click, workspace=name, channel=name), "en")
        assert "<script" not in WORDS.page(clicked(click, workspace=name), "en")


def test_trouble_of_ours_has_a_page_too() -> None:
    page = WORDS.page(Clicked(Click.TROUBLE), "en")
    assert "Nothing was changed" in page


def test_the_policy_allows_the_style_of_the_page_and_nothing_else() -> None:
    assert WORDS.policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in WORDS.policy
    assert f"<style>{WORDS.style}</style>" in WORDS.page(UNKNOWN, "en")
