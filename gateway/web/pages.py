"""The pages behind the links in our mails: one page with one button, what it says once pressed (RFC 8058), and files.

An edge: bytes of HTTP in, a call into the pipeline, a page out. Nothing acts on a GET; no cookies, no scripts, nothing
from elsewhere. Must not: decide what a click does, or log an address of a request, since it carries a code.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import jinja2
import structlog
from babel.support import NullTranslations
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gateway.model.filelink import FILE_PATH
from gateway.model.stoplink import STOP_PATH, notice_named
from gateway.pipeline.clicking import UNKNOWN, Click, Clicked
from gateway.pipeline.fetching import UNKNOWN as NO_FILE
from gateway.pipeline.fetching import Fetch, Fetched
from gateway.render.language import SOURCE_LANGUAGE, nearest_language, spoken

log = structlog.get_logger()

MOST_BODY = 8 * 1024  # octets of a POST: one short field is all there is to say
PATIENCE = 10.0  # seconds for a POST to be said whole
AT_ONCE = 4  # requests that ask the store at the same time; mail shares its one thread

FILES_AT_ONCE = 4  # a file is read out of a whole mail, which may be large
LONGEST_DOWNLOAD = 600.0  # seconds
PIECE = 64 * 1024  # octets of a file handed to the network at a time

_STATUS: Mapping[Click, int] = {
    Click.OPEN: 200,
    Click.STOPPED: 200,
    Click.LEFT: 200,
    Click.EXPIRED: 410,
    Click.UNKNOWN: 404,
    Click.TROUBLE: 503,
    Click.NO_FILE: 404,
    Click.FILE_GONE: 410,
}
_AS_CLICK: Mapping[Fetch, Click] = {
    Fetch.UNKNOWN: Click.NO_FILE,
    Fetch.GONE: Click.FILE_GONE,
    Fetch.TROUBLE: Click.TROUBLE,
}


@dataclass(frozen=True)
class Words:
    """Templates of pages, and the languages they can speak."""

    template: jinja2.Template
    languages: Mapping[str, Mapping[str, Callable[..., str]]]
    style: str

    @classmethod
    def compile(cls, source: str, style: str, catalogues: Mapping[str, NullTranslations]) -> Words:
        """Return pages ready for use; `catalogues` maps languages to their translations."""
        environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
        said = {SOURCE_LANGUAGE: NullTranslations(), **catalogues}
        languages = {code: spoken(translations, escape=True) for code, translations in said.items()}
        return cls(environment.from_string(source), languages, style)

    def page(self, clicked: Clicked, wanted: str) -> str:
        """Return the page on a click in the reader's language, or in the one a browser wants when we know no reader."""
        language = nearest_language(clicked.language or wanted, self.languages)
        said = self.languages[language]
        return self.template.render(clicked=clicked, language=language, style=_Raw(self.style), **said)

    @property
    def policy(self) -> str:
        """What a browser may do with a page: show it and send its form here, nothing else."""
        digest = base64.b64encode(hashlib.sha256(self.style.encode()).digest()).decode("ascii")
        return (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        )


class _Raw(str):
    """Text that is no foreign text: it stands in a page as it is, and the policy names its digest."""

    def __html__(self) -> str:
        return self


Ask = Callable[[str], Awaitable[Clicked]]
AskFile = Callable[[str, str], Awaitable[Fetched]]


async def _no_file(code: str, which: str) -> Fetched:
    return NO_FILE


@dataclass
class Pages:
    """`look` says what a click would do, `stop` does it, `fetch` gives a file."""

    words: Words
    look: Ask
    stop: Ask
    fetch: AskFile = _no_file
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _file_turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(FILES_AT_ONCE))

    def application(self) -> Starlette:
        """Return what a web server calls."""
        routes = [
            Route(f"{STOP_PATH}{{code}}", self._answer, methods=["GET", "POST"]),
            Route(f"{FILE_PATH}{{code}}/{{which}}", self._file, methods=["GET"]),
        ]
        application = Starlette(routes=routes, exception_handlers={HTTPException: self._no})
        application.router.redirect_slashes = False  # a redirect would be made of the Host that a client names
        return application

    async def _answer(self, request: Request) -> Response:
        code = request.path_params["code"]
        if request.method == "POST":
            await _read_away(request)
        clicked = UNKNOWN
        if notice_named(code) is not None:  # what is no code costs the store nothing
            try:
                async with self._turn:
                    clicked = await (self.stop if request.method == "POST" else self.look)(code)
            except Exception as fault:  # whatever went wrong, nothing was recorded: a click is one transaction
                log.error("click failed", fault=type(fault).__name__)
                clicked = Clicked(Click.TROUBLE)
        if request.method == "POST":
            log.info("clicked", came_to=clicked.click)
        # RFC 8058 §3.1: no redirect; whoever posts is told at once whether it was done.
        return self._page(request, clicked)

    async def _file(self, request: Request) -> Response:
        """Hand out a file to be kept, never to be shown: what it holds was written by others."""
        code, found = request.path_params["code"], NO_FILE
        if notice_named(code) is None:
            return self._page(request, Clicked(Click.NO_FILE))
        await self._file_turn.acquire()
        try:
            found = await self.fetch(code, request.path_params["which"])
        except Exception as fault:
            log.error("fetching failed", fault=type(fault).__name__)
            found = Fetched(Fetch.TROUBLE)
        log.info("fetched", came_to=found.fetch)
        if found.fetch is Fetch.FOUND:
            return _Download(found, self._fields(), self._file_turn)
        self._file_turn.release()
        return self._page(request, Clicked(_AS_CLICK[found.fetch], found.language))

    async def _no(self, request: Request, fault: Exception) -> Response:
        assert isinstance(fault, HTTPException)
        headers = {**(fault.headers or {}), **self._fields()}
        if fault.status_code == 404:
            return self._page(request, UNKNOWN)
        return PlainTextResponse(f"{fault.detail}\n", fault.status_code, headers)

    def _page(self, request: Request, clicked: Clicked) -> Response:
        status = _STATUS[clicked.click]
        text = self.words.page(clicked, _first_language(request.headers.get("accept-language", "")))
        headers = self._fields() | ({"Retry-After": "120"} if status == 503 else {})
        return Response(text, status, headers, "text/html; charset=utf-8")

    def _fields(self) -> dict[str, str]:
        return {
            "Content-Security-Policy": self.words.policy,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        }


class _Download(StreamingResponse):
    """A file on its way. It is in memory until its reader has it all, so only so many are at once, and not for ever."""

    def __init__(self, found: Fetched, fields: Mapping[str, str], turn: asyncio.Semaphore) -> None:
        headers = {
            **fields,
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Content-Disposition": _disposition(found.filename),
            "Content-Length": str(len(found.content)),
        }
        super().__init__(_pieces(found.content), 200, headers, "application/octet-stream")
        self._turn = turn

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(LONGEST_DOWNLOAD):
                await super().__call__(scope, receive, send)
        except TimeoutError:
            log.info("fetched too slowly")  # the server ends a connection whose answer stays unfinished
        finally:
            self._turn.release()


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]


def _disposition(name: str) -> str:
    """Return the field that has a file kept under its name (RFC 6266 §4.3): plain for old browsers, and in full."""
    plain = "".join(sign if sign.isascii() and sign.isprintable() and sign not in '"\\%' else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"


async def _read_away(request: Request) -> None:
    """Read what a POST says and let it be: that it was sent to this address is all there is to know."""
    size = 0
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.stream():
                size += len(chunk)
                if size > MOST_BODY:
                    raise HTTPException(413, "too long", {"Connection": "close"})
    except TimeoutError:
        raise HTTPException(408, "too slow", {"Connection": "close"}) from None
    except ClientDisconnect:
        raise HTTPException(400, "broken off") from None


def _first_language(accepted: str) -> str:
    """Return the first language of an Accept-Language field (RFC 9110 §12.5.4): browsers write the best first."""
    return accepted.partition(",")[0].partition(";")[0].strip()[:20]


def stop_links(words: Words, look: Ask, stop: Ask, fetch: AskFile = _no_file) -> Any:
    """Return the application that answers to the links of our mails."""
    return Pages(words, look, stop, fetch).application()
