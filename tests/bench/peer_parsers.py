"""Asks one public reply parser for the new text of mails: a JSON line in, a JSON line out.

usage: python peer_parsers.py PARSER    with PARSER one of the table below, its package installed
A script for an interpreter that has the parser and nothing of ours. Must not: import our code.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any

Parser = Callable[[str, str], str]  # text and HTML ("" where there is none) → new text


def mail_parser_reply() -> Parser:
    package: Any = importlib.import_module("mailparser_reply")
    reader = package.EmailReplyParser(languages=["en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "da", "ja"])
    return lambda text, html: str(reader.parse_reply(text=text) or "")


def email_reply_parser() -> Parser:
    package: Any = importlib.import_module("email_reply_parser")
    return lambda text, html: str(package.EmailReplyParser.parse_reply(text))


def quotequail() -> Parser:
    package: Any = importlib.import_module("quotequail")

    def parse(text: str, html: str) -> str:
        pieces = package.quote(text, limit=100_000, quote_intro_line=True)
        return "\n".join(piece for is_shown, piece in pieces if is_shown)

    return parse


def talon() -> Parser:
    quotations: Any = importlib.import_module("talon.quotations")
    return lambda text, html: str(quotations.extract_from_plain(text))


PARSERS = {
    "mail-parser-reply": mail_parser_reply,
    "email-reply-parser": email_reply_parser,
    "quotequail": quotequail,
    "talon": talon,
}


def main() -> None:
    """Answer every line; a parser that fails on a mail answers nothing for it. The first line is the version."""
    name = sys.argv[1]
    version: Any = importlib.import_module("importlib.metadata").version(name)
    sys.stdout.write(json.dumps({"version": version}) + "\n")
    parse = PARSERS[name]()
    for line in sys.stdin:
        case = json.loads(line)
        started = time.process_time()
        try:
            found = parse(case["text"], case["html"])
        except Exception:  # whatever the parser of another project raises: it has no answer
            found = ""
        spent = time.process_time() - started
        sys.stdout.write(json.dumps({"id": case["id"], "reply": found, "seconds": spent}) + "\n")


if __name__ == "__main__":
    main()
