"""`restante read`: how the gateway understands a mail; the shapes are those of docs/reading.md.

Must not: open a store, or read anything itself.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any, BinaryIO

import click
import msgspec

from gateway.config import SettingsProblem, read_settings
from gateway.model.ballot import Method
from gateway.resources import load_lexicon
from gateway.understand import requests
from gateway.understand.authentication import read_authentication
from gateway.understand.lexicon import Lexicon
from gateway.understand.mime import read_message


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--original", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The mail it answers.")
@click.option("--question", help="Read it as an answer to this vote, too; name its options.")
@click.option("--option", "options", multiple=True, help="An option of the vote, as the ballot shows it; one each.")
@click.option(
    "--method",
    type=click.Choice([one.value for one in Method]),
    help="Of the vote; yesno without options, else single.",
)
@click.option("--check-in", "is_checkin", is_flag=True, help="Read it as an answer to a check-in, too.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.option("--batch", is_flag=True, help="One JSON request a line on standard input, one JSON answer a line.")
@click.option("--authserv-id", "servers", multiple=True, help="A mail server whose word counts, beside the settings'.")
@click.pass_obj
def read(
    config: str,
    file: Path | None,
    original: Path | None,
    question: str | None,
    options: tuple[str, ...],
    method: str | None,
    is_checkin: bool,
    as_json: bool,
    batch: bool,
    servers: tuple[str, ...],
) -> None:
    """Show how the gateway understands a mail; changes nothing.

    \b
    Examples:
      restante read answer.eml
      restante read answer.eml --original prompt.eml --json
      restante read answer.eml --question "Where do we meet?" --option Lisbon --option Porto
      restante read answer.eml --check-in
      echo '{"id": "1", "type": "reply", "text": "Yes.\\n\\n> Shall we?"}' | restante read --batch
    """
    if batch:
        read_batch(sys.stdin.buffer, sys.stdout.buffer)
        return
    if file is None:
        raise click.UsageError("name a mail to read, or use --batch")
    if (options or method) and question is None:
        raise click.UsageError("--option and --method are those of a vote: name its --question too")
    mail: dict[str, Any] = {"id": file.name, "eml": _encoded(file)}
    if original:
        mail["original"] = _encoded(original)
    answer = requests.answer(mail | {"type": "reply"}, load_lexicon())
    if "error" not in answer:
        answer["author"] = _author(file, (*_named_servers(config), *servers))
        if question is not None:
            answer["ballot"] = _read_as(mail | _vote(question, options, method))
        if is_checkin:
            answer["checkin"] = _checkin(mail, file)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(answer)).decode())
    else:
        _show(answer)
    if "error" in answer:
        raise SystemExit(1)


def _encoded(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode("ascii")


def _vote(question: str, options: tuple[str, ...], method: str | None) -> dict[str, Any]:
    method = method or (Method.SINGLE if options else Method.YESNO)
    return {
        "type": "ballot",
        "question": question,
        "method": method,
        "options": list(options or _FIXED.get(method, ())),
    }


_FIXED: dict[str, tuple[str, ...]] = {
    Method.YESNO: ("Yes", "No"),
    Method.CONSENT: ("Agree", "Abstain", "Disagree", "Block"),
}


def _read_as(request: dict[str, Any]) -> dict[str, Any]:
    answer = requests.answer(request, load_lexicon())
    del answer["id"]
    return answer


def _checkin(mail: dict[str, Any], file: Path) -> dict[str, Any]:
    """Read a mail as an answer to a check-in, its dates as counted from the day its author sent it."""
    sent = read_message(file.read_bytes()).date
    if sent is None:
        return {"error": "the mail has no date, from which its words would be counted"}
    return _read_as(mail | {"type": "checkin", "sent_on": sent.date().isoformat()})


def _named_servers(config: str) -> tuple[str, ...]:
    """Return the mail servers that the settings name, none where there are no settings: reading needs none."""
    try:
        return read_settings(Path(config)).authserv_ids
    except SettingsProblem:
        return ()


def _author(file: Path, servers: tuple[str, ...]) -> dict[str, Any]:
    """Return who wrote a mail, and what the mail servers named say of that."""
    raw = file.read_bytes()
    author = read_message(raw).author
    found = read_authentication(raw, author.address if author else "", servers)
    return {
        "address": author.address if author else None,
        "authentication": found.outcome.value if found.is_one_author else "several-authors",
        "method": found.method or None,
        "by": found.by or None,
    }


def _show(answer: dict[str, Any]) -> None:
    if "error" in answer:
        click.echo(f"unreadable: {answer['error']}", err=True)
        return
    author = answer["author"]
    by = f" ({author['method'] or 'no check of that domain'}, by {author['by']})" if author["by"] else ""
    click.echo(f"Author: {author['address'] or 'nobody'}; authentication: {author['authentication']}{by}\n")
    click.echo(f"New text:\n\n{_indented(answer['reply'])}\n")
    if task := answer.get("task"):
        told = (task["kind"], task["assignee"] and f"to {task['assignee']}", task["due"] and f"until {task['due']}")
        click.echo(f"Of task {task['mark']}: {', '.join(filter(None, told))}\n")
    if ballot := answer.get("ballot"):
        click.echo(f"As an answer to the vote: {_of_vote(ballot)}\n")
    if checkin := answer.get("checkin"):
        click.echo(f"As a check-in: {_of_checkin(checkin)}\n")
    for piece in answer["dropped"]:
        click.echo(f"Left aside ({piece['sign']}):\n\n{_indented(piece['text'])}\n")


def _of_vote(ballot: dict[str, Any]) -> str:
    if "error" in ballot:
        return str(ballot["error"])
    words = f'by the words "{ballot["evidence"]}"' if ballot["evidence"] else ""
    if ballot["kind"] != "ballot":
        return ", ".join(
            filter(None, (ballot["kind"], words, ballot["missing"] and f"what is missing: {ballot['missing']}"))
        )
    choice = "an abstention" if ballot["choice"] is None else msgspec.json.encode(ballot["choice"]).decode()
    return ", ".join(filter(None, (choice, words, ballot["comment"] and f'with the remark "{ballot["comment"]}"')))


def _of_checkin(checkin: dict[str, Any]) -> str:
    if "error" in checkin:
        return str(checkin["error"])
    told = [f"{key.replace('_', ' ')}: {_plain(value)}" for key, value in checkin.items() if value not in (None, [])]
    return "; ".join(told)


def _plain(value: object) -> str:
    return " / ".join(map(str, value)) if isinstance(value, list) else str(value)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.split("\n"))


def read_batch(lines: BinaryIO, out: BinaryIO) -> None:
    """Answer one JSON request a line; a line that is no request is answered with an error and the run goes on."""
    lexicon = load_lexicon()
    for line in lines:
        if not line.strip():
            continue
        out.write(msgspec.json.encode(_answer(line, lexicon)) + b"\n")
        out.flush()


def _answer(line: bytes, lexicon: Lexicon) -> dict[str, Any]:
    try:
        request = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as problem:
        return {"id": None, "error": f"not JSON: {problem}"}
    if not isinstance(request, dict):
        return {"id": None, "error": "a JSON object is wanted on each line"}
    return requests.answer(request, lexicon)
