"""The commands; no logic of their own."""

from __future__ import annotations

import sys
from typing import TextIO

import click
import msgspec

from gateway.app import load_lexicon
from gateway.understand import requests


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="restante")
def main() -> None:
    """Restante: teamwork for people who only have a mail program."""


@main.command()
@click.option("--batch", is_flag=True, help="One JSON request a line on standard input, one JSON answer a line.")
def read(batch: bool) -> None:
    """Show how the gateway understands a mail; changes nothing."""
    read_batch(sys.stdin, sys.stdout)


def read_batch(lines: TextIO, out: TextIO) -> None:
    """Answer one JSON request a line; a line that is no request is answered with an error and the run goes on."""
    lexicon = load_lexicon()
    for line in lines:
        if not line.strip():
            continue
        try:
            request = msgspec.json.decode(line)
        except msgspec.DecodeError as problem:
            out.write(msgspec.json.encode({"id": None, "error": f"not JSON: {problem}"}).decode() + "\n")
            continue
        out.write(msgspec.json.encode(requests.answer(request, lexicon)).decode() + "\n")
        out.flush()
