"""Whether we live, whether we are ready, and our figures: for the machine that watches this one.

An edge on a listener of its own, which need not be public. Every answer is short and names no mail. Must not: cost the
flow more than a moment of the store's thread.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from gateway.web.exposition import CONTENT_TYPE

log = structlog.get_logger()

_UNCACHED = {"Cache-Control": "no-store"}


@dataclass
class Probes:
    """`checks` says of each thing that must be well whether it is; `figures` gives the text of all figures.

    `remarks` says what else is amiss, though mail is taken in: who watches should know, and send nobody elsewhere.
    """

    checks: Callable[[], Awaitable[Mapping[str, bool]]]
    figures: Callable[[], Awaitable[str]]
    remarks: Callable[[], Mapping[str, str]] = dict

    def application(self) -> Starlette:
        """Return what a web server calls."""
        application = Starlette(
            routes=[
                Route("/healthz", self._lives, methods=["GET"]),
                Route("/readyz", self._ready, methods=["GET"]),
                Route("/metrics", self._figures, methods=["GET"]),
            ]
        )
        application.router.redirect_slashes = False  # a redirect would be made of the Host that a client names
        return application

    async def _lives(self, request: Request) -> Response:
        """Whoever answers lives; a process that hangs does not answer."""
        return PlainTextResponse("ok\n", headers=_UNCACHED)

    async def _ready(self, request: Request) -> Response:
        found = await self.checks()
        ready = all(found.values())
        said: dict[str, Any] = {"ready": ready, **{name: "ok" if well else "failing" for name, well in found.items()}}
        said |= self.remarks()
        return JSONResponse(said, 200 if ready else 503, _UNCACHED)

    async def _figures(self, request: Request) -> Response:
        try:
            text = await self.figures()
        except Exception as fault:
            log.error("no figures", fault=type(fault).__name__)
            return PlainTextResponse("the store does not answer\n", 503, _UNCACHED)
        return Response(text, headers={**_UNCACHED, "Content-Type": CONTENT_TYPE})


def resident_memory() -> int:
    """Return the memory this process holds, in octets; where the system does not say, the most it has held."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024  # KiB on Linux and the BSDs
    return pages * os.sysconf("SC_PAGE_SIZE")


def processor_time() -> float:
    """Return the processor time this process has used, in seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def size_on_disk(store: Path) -> int:
    """Return the octets of a store's file and its log."""
    return sum(file.stat().st_size for file in (store, store.with_name(store.name + "-wal")) if file.exists())
