"""`restante init`: a workspace of one's own.

Must not: write over what is there.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import click

from gateway.app import new_key
from gateway.cli.charter import put_in_force
from gateway.cli.shared import fail, program
from gateway.cli.toml import text_literal
from gateway.config import FILE_NAME
from gateway.model.charter import LANGUAGES_WRITTEN, CharterProblem, read_charter

SETTINGS = """\
# Settings of Restante. Every key can also be set in the environment: RESTANTE_SUBMISSION__HOST=…
hostname = {hostname}  # how we name ourselves to other mail servers
store = "restante.db"            # everything durable, in one file
separator = "+"                  # in the addresses we write: acme+vote@…; + - . = are all read
rehearsal = {rehearsal}

[smtp]                           # mail comes in here, port 0 shuts the door
host = "127.0.0.1"
port = {smtp_port}

[lmtp]                           # or here, from a mail server on this machine
host = "127.0.0.1"
port = {lmtp_port}

[submission]                     # the server that sends our mail on
host = {out_host}
port = {out_port}
security = "none"                # none, starttls or tls
# username = "…"
# password = "…"                 # better: RESTANTE_SUBMISSION__PASSWORD in the environment
per_minute = 0                   # 0: no limit

# [imap]                         # mail fetched from an ordinary mailbox: see docs/with-a-mailbox.md
# host = "imap.example.org"
# username = "team@example.org"
# password_file = "password"     # a file beside this one, or RESTANTE_IMAP__PASSWORD in the environment

[tokens]                         # they sign the addresses in our mails: keep them to yourself
current = 1

[tokens.keys]
1 = "{key}"
"""

CHARTER = """\
# The rules of this workspace. Apply changes with: restante charter apply {file}
name = {name}
address = {address}
languages = ["{language}"]               # the first is the workspace's own; each member can have another
timezone = {timezone}
working_days = ["mon", "tue", "wed", "thu", "fri"]
working_hours = {{ from = "09:00", to = "18:00" }}
# holidays = "FR"                # a country, or DE-BY
strangers = "reject"             # mail of strangers: reject, hold or accept
joining = "steward"              # who asks to join: steward (one says accept), invited (only those) or open

[votes]
open_for = "3 working days"
quorum = 0.0                     # share of members that must have answered
hidden = true                    # nobody sees results until the close

[routines.daily]                 # each at their own local time, on working days
ritual = "check-in"
title = "Daily check-in"
rule = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
at = "09:00"
for = "all"
open_for = "8 hours"
reminders = ["2 hours"]

[[members]]
address = {steward}
name = {steward_name}
roles = ["steward"]
"""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", prompt="Name of the team", default="Acme", help="As its members see it.")
@click.option("--address", prompt="Its mail address", default="acme@ws.example.org", help="Mail to it reaches us.")
@click.option("--steward", prompt="Your own mail address", help="Whoever settles what is held.")
@click.option("--steward-name", default="", help="Your name.")
@click.option("--timezone", prompt="Time zone", default="Europe/Paris", help="As Europe/Paris.")
@click.option("--language", prompt="Language", default="en", type=click.Choice(LANGUAGES_WRITTEN))
@click.option("--smtp-port", default=0, show_default=True, help="Where mail comes in by SMTP; 0 is off.")
@click.option("--lmtp-port", default=8024, show_default=True, help="Where mail comes in by LMTP; 0 is off.")
@click.option("--submission", default="127.0.0.1:25", show_default=True, help="HOST:PORT that sends our mail on.")
@click.option("--rehearsal", is_flag=True, help="A hand-moved clock, for trying out.")
def init(
    folder: Path, name: str, address: str, steward: str, steward_name: str, timezone: str, language: str,
    smtp_port: int, lmtp_port: int, submission: str, rehearsal: bool,
) -> None:  # fmt: skip
    """Make a folder with settings, a first charter and an empty store. Asks what is not given.

    \b
    Example:
      restante init team --name Acme --address acme@ws.example.org --steward ana@example.org \\
          --timezone Europe/Paris --language en
    """
    if folder.exists() and not folder.is_dir():
        fail(f"{folder} is a file; name a folder. Nothing was made.")
    host, colon, port = submission.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 < int(port) < 65536:
        fail(f"--submission: {submission!r} is not HOST:PORT; write it as 127.0.0.1:25. Nothing was made.")
    local, _, domain = address.partition("@")
    file = folder / f"{local}.toml"
    charter = CHARTER.format(
        file=file.name, name=text_literal(name), address=text_literal(address), language=language,
        timezone=text_literal(timezone), steward=text_literal(steward),
        steward_name=text_literal(steward_name or steward.partition("@")[0]),
    )  # fmt: skip
    document = _checked(charter)
    settings, store = folder / FILE_NAME, folder / "restante.db"
    for made in (settings, file, store):
        if made.exists():
            fail(f"{made} is there already; nothing was changed")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # one that is there already may be for others too
    for private in (settings, file, store):  # keys, people's addresses and mail: for nobody but their owner
        private.touch(mode=0o600)
    settings.write_text(
        SETTINGS.format(
            hostname=text_literal(domain), smtp_port=smtp_port, lmtp_port=lmtp_port,
            out_host=text_literal(host.strip("[]")), out_port=port,
            key=new_key(), rehearsal=str(rehearsal).lower(),
        ),
        encoding="utf-8",
    )  # fmt: skip
    file.write_text(charter, encoding="utf-8")
    with program(str(settings), create=True) as app:
        put_in_force(app, document, str(file))
    click.echo(
        f"\nMade {settings} and {file}. Next:\n"
        f"  cd {folder}\n"
        f"  restante doctor\n"
        f"  restante member add {local} someone@example.org --name Someone\n"
        f"  restante serve"
    )


def _checked(charter: str) -> dict[str, object]:
    document = tomllib.loads(charter)
    try:
        read_charter(document)
    except CharterProblem as problem:
        fail("\n".join(f"{key}: {text}" for key, text in problem.problems) + "\nNothing was made.")
    return document
