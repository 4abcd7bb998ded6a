"""Our new text beside that of public reply parsers, on the same mails and by the same rule of exactness.

A section of `python -m tests.bench`. The parsers come from the package index into an environment of their own that is
thrown away; where that cannot be, or the shared files are absent, it says so. The corpus of replies comes from the
tests of such parsers, so each of them meets cases of its own there. Must not: keep anything of theirs.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.model.message import Message
from gateway.resources import load_lexicon
from gateway.understand.html import readable
from gateway.understand.lexicon import Lexicon
from gateway.understand.mime import read_message
from gateway.understand.reply import new_text
from tests.bench.corpora import shared
from tests.bench.figures import Figure, Scale
from tests.bench.peer_parsers import PARSERS

SCRIPT = Path(__file__).with_name("peer_parsers.py")
FILES = ("corpora/replies.jsonl", "practice/clients.jsonl")
SECONDS = 600  # to install one parser with what it needs

Case = dict[str, Any]


def figures(scale: Scale) -> Iterator[Figure]:
    """Yield a line for each parser and file, ours first."""
    practice = shared("practice")
    if practice is None or not (practice / "score.py").exists():
        yield Figure("beside public reply parsers", "no shared files", "RESTANTE_SHARED, or ../shared")
        return
    scorer, lexicon = _scorer(practice / "score.py"), load_lexicon()
    files = {name: _cases(practice.parent / name) for name in FILES if (practice.parent / name).exists()}
    for name, cases in files.items():
        answers = {case["id"]: _ours(case, lexicon, with_original=False) for case in cases}
        yield Figure(f"ours, without the original: {name}", _score(scorer, cases, answers))
    with tempfile.TemporaryDirectory() as scratch:
        python = Path(scratch) / "bin" / "python"
        venv.create(scratch, with_pip=True)
        for parser in PARSERS:
            yield from _beside(parser, python, scorer, files)


def _beside(parser: str, python: Path, scorer: Any, files: dict[str, list[Case]]) -> Iterator[Figure]:
    if not _installed(parser, python):
        yield Figure(parser, "left out", "it could not be installed here")
        return
    for name, cases in files.items():
        feed = "".join(json.dumps(_plain(case)) + "\n" for case in cases)
        asked = [str(python), str(SCRIPT), parser]
        done = subprocess.run(asked, input=feed, capture_output=True, text=True, encoding="utf-8", check=False)
        version, *answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")] or [{}]
        if done.returncode or not answers:
            yield Figure(parser, "left out", "it does not run here")
            return
        said = {answer["id"]: answer["reply"] for answer in answers}
        took = 1000 * sum(answer["seconds"] for answer in answers) / len(answers)
        yield Figure(f"{parser} {version['version']}: {name}", _score(scorer, cases, said), f"{took:.2f} ms of text")


def _installed(parser: str, python: Path) -> bool:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", parser]
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _scorer(file: Path) -> Any:
    """Return the shared scorer as a module: one rule of exactness for all."""
    spec = importlib.util.spec_from_file_location("shared_score", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _score(scorer: Any, cases: list[Case], answers: dict[str, str]) -> str:
    marks = [scorer.score_reply(case, {"reply": answers.get(case["id"], "")}) for case in cases]
    exact, near = (sum(mark[at] for mark in marks) for at in (0, 1))
    return f"{exact}/{len(cases)} exact ({100 * exact / len(cases):.1f} %), {near} within 95 %"


def _cases(file: Path) -> list[Case]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _ours(case: Case, lexicon: Lexicon, with_original: bool) -> str:
    original = read_message(base64.b64decode(case["original"])) if with_original and case.get("original") else None
    return new_text(_message(case) or case["text"], original, lexicon).text


def _message(case: Case) -> Message | None:
    return read_message(base64.b64decode(case["eml"])) if case.get("eml") else None


def _plain(case: Case) -> Case:
    """Return what a parser of text needs: the body decoded, an HTML one as text with its quotes marked."""
    message = _message(case)
    if message is None:
        return {"id": case["id"], "text": case["text"], "html": ""}
    return {"id": case["id"], "text": message.text or readable(message.html), "html": message.html}


if __name__ == "__main__":
    from tests.bench.figures import WHOLE, line

    sys.stdout.writelines(line(figure) + "\n" for figure in figures(WHOLE))
