"""Entrance of rendering: one notice, the workspace and the compiled templates in; the bytes of a whole message out.

A message is a function of its notice alone: rendered again it is the same, octet for octet. Must not: read a file, know
the time, or catch a template's fault (the pipeline marks that notice failed and goes on).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import jinja2
import msgspec
from babel.support import NullTranslations

from gateway.model.context import Workspace
from gateway.model.facts import Facts
from gateway.model.filelink import file_code
from gateway.model.notice import Notice, StoredNotice
from gateway.render.environment import STYLE_SHEET, TemplateProblem, environments
from gateway.render.files import boundary, carried, end
from gateway.render.filters import file_link, reply_link
from gateway.render.headers import ANSWERING_KINDS, bare_subject, header_block, subject_line
from gateway.render.language import SOURCE_LANGUAGE, Reader, nearest_language, spoken, zone_named
from gateway.render.shelf import Shelf
from gateway.render.text import Body, body, filled, one_line, paragraphs

KINDS: tuple[str, ...] = tuple(str(kind.__struct_config__.tag) for kind in Facts.__args__)

_SHELF_ROOM = 8_000_000  # octets of pages kept for the other recipients of a broadcast

_ENCODE = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Page:
    """What one notice says, before it is addressed: all but the recipient's token is in it."""

    subject: str
    text: Body
    html: Body


@dataclass(frozen=True, slots=True)
class _Key:
    """All that a page depends on; two notices with equal keys read alike."""

    facts: bytes
    language: str
    zone: str
    written_on: int
    workspace: tuple[int, int, str]
    mark: str
    thread: str
    hint: str
    is_member: bool
    pages: str


@dataclass(frozen=True, slots=True)
class Language:
    """A language we write: its translations, and what templates call to say something in plain and in HTML pages."""

    translations: NullTranslations
    plain: Mapping[str, Callable[..., str]]
    marked: Mapping[str, Callable[..., str]]


@dataclass(frozen=True, slots=True)
class Templates:
    """Templates compiled, and the languages they can speak. Make one with `compile` and keep it."""

    plain: jinja2.Environment  # subjects and text pages
    marked: jinja2.Environment  # HTML pages, where all foreign text is escaped
    languages: Mapping[str, Language]
    shelf: Shelf[_Key, Page] = field(default_factory=lambda: Shelf(_SHELF_ROOM), compare=False, repr=False)

    @classmethod
    def compile(cls, sources: Mapping[str, str], catalogues: Mapping[str, NullTranslations]) -> Templates:
        """Return the templates ready for use.

        `sources` maps names below `templates/mail` (`ballot.txt.j2`) to texts, `catalogues` languages to their
        translations. Raises TemplateProblem where one is missing or cannot be compiled.
        """
        wanted = (STYLE_SHEET, *(name for kind in KINDS for name in _names(kind)))
        missing = [name for name in wanted if name not in sources]
        if missing:
            raise TemplateProblem(f"{missing[0]}: this template is missing")
        plain, marked = environments(sources)
        said = {SOURCE_LANGUAGE: NullTranslations(), **catalogues}
        return cls(plain, marked, {code: _language(translations) for code, translations in said.items()})

    def page(self, notice: Notice, workspace: Workspace, pages: str = "") -> Page:
        """Return what a notice says in its reader's language and zone; made once for all recipients alike."""
        key = _key(notice, workspace, nearest_language(notice.language, self.languages), pages)
        page = self.shelf.get(key)
        if page is None:
            page = self._make(notice, workspace, key.language, pages)
            self._keep(key, page)
        return page

    def take_page(self, notice: Notice, workspace: Workspace, page: Page, pages: str = "") -> None:
        """Keep a page that was made elsewhere by the same templates."""
        self._keep(_key(notice, workspace, nearest_language(notice.language, self.languages), pages), page)

    def _keep(self, key: _Key, page: Page) -> None:
        self.shelf.put(key, page, len(page.subject) + sum(map(len, page.text + page.html)))

    def _make(self, notice: Notice, workspace: Workspace, language: str, pages: str) -> Page:
        spoken_here = self.languages[language]
        zone = zone_named(notice.timezone)
        written_on = notice.due_at.astimezone(zone).date()
        reader = Reader(language, zone, written_on, spoken_here.translations)
        names: dict[str, object] = {
            "facts": notice.facts,
            "kind": notice.kind,
            "mark": notice.mark,
            "thread": notice.thread,
            "hint": one_line(notice.subject_hint),
            "is_member": bool(notice.member_id),
            "workspace": workspace.charter.name,
            "address": workspace.address,
            "channels": workspace.charter.channels,
            "say": reader,
            "linking": bool(pages),
            "file_link": file_link(pages),
            "bare": lambda text: bare_subject(text, workspace.name),
        }
        subject_name, text_name, html_name = _names(notice.kind)
        subject = one_line(self.plain.get_template(subject_name).render(names, **spoken_here.plain))
        if notice.kind in ANSWERING_KINDS and names["hint"]:
            subject = str(names["hint"])
        answered = subject_line(notice, workspace.name, subject)
        names["title"] = subject
        names["answer"] = reply_link(workspace.address, answered if answered.startswith("Re: ") else f"Re: {answered}")
        text = self.plain.get_template(text_name).render(names, **spoken_here.plain)
        html = self.marked.get_template(html_name).render(names, **spoken_here.marked)
        return Page(subject, body(paragraphs(text)), body(html))


def _names(kind: str) -> tuple[str, str, str]:
    return f"{kind}.subject.j2", f"{kind}.txt.j2", f"{kind}.html.j2"


def _key(notice: Notice, workspace: Workspace, language: str, pages: str) -> _Key:
    return _Key(
        facts=_ENCODE(notice.facts),
        language=language,
        zone=notice.timezone,
        written_on=notice.due_at.astimezone(zone_named(notice.timezone)).year,
        workspace=(workspace.id, workspace.charter_version, workspace.separator),
        mark=notice.mark,
        thread=notice.thread,
        hint=notice.subject_hint,
        is_member=bool(notice.member_id),
        pages=pages,
    )


def _language(translations: NullTranslations) -> Language:
    return Language(translations, spoken(translations, escape=False), spoken(translations, escape=True))


def render(stored: StoredNotice, workspace: Workspace, templates: Templates, pages: str = "") -> bytes:
    """Return the whole message of a notice (RFC 5322): CRLF, 7-bit but for a To address that cannot be (RFC 6532).

    `pages` is where our web pages are reached, "" where there are none. Files that a post carries are not in it yet:
    render/files.py puts them in as it goes out.
    Raises what a faulty template raises (jinja2.TemplateError and what its expressions raise).
    """
    page = templates.page(stored.notice, workspace, pages)
    language = nearest_language(stored.notice.language, templates.languages)
    # "=_" cannot stand in a quoted-printable body, so no text can end a part (RFC 2045 §6.7, example of §5).
    inner = f"=_{stored.token[-24:]}"
    outer = boundary(stored.token) if carried(stored) else ""
    code = file_code(stored.id, stored.return_token) if pages else ""
    return b"".join(
        (
            header_block(stored, workspace, page.subject, language, pages),
            b"MIME-Version: 1.0\r\n",
            f'Content-Type: multipart/mixed; boundary="{outer}"\r\n\r\n--{outer}\r\n'.encode() if outer else b"",
            f'Content-Type: multipart/alternative; boundary="{inner}"\r\n\r\n'.encode(),
            _part_head("plain", inner),
            *filled(page.text, stored.token, code),
            b"\r\n",
            _part_head("html", inner),
            *filled(page.html, stored.token, code),
            b"\r\n",
            f"--{inner}--\r\n".encode(),
            b"\r\n" + end(stored.token) if outer else b"",
        )
    )


def _part_head(subtype: str, boundary: str) -> bytes:
    # No format=flowed: a fixed line comes back in a reply as it was sent, so that quoted items are known again.
    head = (
        f"--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode()


def envelope_from(stored: StoredNotice, workspace: Workspace) -> str:
    """Return the envelope sender of a notice: a bounce to it finds the notice (VERP)."""
    return workspace.address.verp(stored.return_token)
