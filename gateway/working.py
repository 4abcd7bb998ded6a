"""What a worker process of `restante serve` does: reads mail and makes pages, as it is asked over its pipe.

Started by serving.py, `python -m gateway.working`. Must not: open the store, settings or a socket, or keep anything.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from gateway.pipeline.ahead import ReadThese, WriteThese, pages_of, parse_all, read_all
from gateway.resources import keep_for_good, load_lexicon, load_templates, program_stamp
from gateway.schedule.worker import answer_all


def answer(question: ReadThese | WriteThese) -> object:
    """Return the answer to one question."""
    if isinstance(question, ReadThese):
        look = question.look
        return read_all(look.waiting, load_lexicon()), parse_all(look.coming, question.limits)
    return pages_of(question.wanted, load_templates(), question.links)


def main() -> None:
    """Answer until nobody asks."""
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.SIG_IGN)  # for the process that asks: our pipe closes when it ends
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")  # the first to go where memory is short
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed by mistake is no answer
    stamp = program_stamp()
    load_templates()  # first, as app.py does
    load_lexicon()
    keep_for_good()
    answer_all(answer, stamp, sys.stdin.buffer, told)


if __name__ == "__main__":
    main()
