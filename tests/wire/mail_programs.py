"""Real mail programs that people answer with: neomutt, s-nail, aerc and Thunderbird, each a child of the test.

Each opens a mailbox over IMAP, answers its newest mail in its own way, and sends by SMTP. Each is steered by what it
shows or says, never by waiting. Must not: write a mail itself, or touch the profile of the one who runs the tests.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.wire.binary import PATIENCE, free_port, stretched, wait_until
from tests.wire.programs import PASSWORD, answer_with_neomutt, end

PACKAGES = {  # what each wants: program → package
    "neomutt": {"neomutt": "neomutt"},
    "s-nail": {"s-nail": "s-nail"},
    "aerc": {"aerc": "aerc", "tmux": "tmux"},
    "thunderbird": {"thunderbird": "thunderbird"},
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where somebody reads and writes: their mailbox, their address, and the ports of the servers."""

    folder: Path  # the program's own files
    box: str  # the login of the mailbox
    address: str
    imap_port: int
    smtp_port: int

    @property
    def name(self) -> str:
        """The name they sign with."""
        return self.address.partition("@")[0].title()


Answer = Callable[[str], None]  # answers the newest mail with a text, and returns when the program has sent it


def missing_for(program: str) -> str:
    """Return what keeps a program from being tried here, in words that say how to mend it; "" when nothing does."""
    absent = [package for name, package in PACKAGES[program].items() if not shutil.which(name)]
    return f"install {' '.join(absent)} (on Debian or Ubuntu: apt-get install {' '.join(absent)})" if absent else ""


def _clean(folder: Path, **more: str) -> dict[str, str]:
    kept = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "TERM": "xterm"}
    return kept | {"XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CACHE_HOME": str(folder)} | more


# --- neomutt ---------------------------------------------------------------------------------------------------------


@contextmanager
def neomutt(desk: Desk) -> Iterator[Answer]:
    """Answer in neomutt, above the quotation."""

    def answer(text: str) -> None:
        answer_with_neomutt(
            desk.folder,
            imap_port=desk.imap_port,
            smtp_port=desk.smtp_port,
            box=desk.box,
            address=desk.address,
            text=text,
        )

    yield answer


# --- s-nail ----------------------------------------------------------------------------------------------------------


@contextmanager
def s_nail(desk: Desk) -> Iterator[Answer]:
    """Answer in s-nail as it comes: answers go to From whatever Reply-To says, the quotation is set off by tabs."""
    rc = desk.folder / "nailrc"
    place = f"imap://{desk.box}@127.0.0.1:{desk.imap_port}"
    settings = [
        "v15-compat=yes", f"from={desk.address}", f"password-{desk.box}@127.0.0.1:{desk.imap_port}={PASSWORD}",
        "imap-auth=login", f"mta=smtp://127.0.0.1:{desk.smtp_port}", "smtp-auth=none", "sendwait", "nosave", "keep",
        "hostname=", "ttycharset=utf-8", "sendcharsets=utf-8", "noheader", f"DEAD={desk.folder}/dead",
    ]  # fmt: skip
    rc.write_text("".join(f"set {setting}\n" for setting in settings), encoding="utf-8")

    def answer(text: str) -> None:
        words = desk.folder / "words.txt"
        words.write_text(text + "\n\n", encoding="utf-8")
        # the newest; our words from a file, then the mail it answers; the state of the sending; away
        commands = f"Reply $\n~r {words}\n~m\n~.\necho came to $?\nxit\n"
        asked = ["s-nail", "-:u", "-#", "-f", f"{place}/INBOX"]
        done = subprocess.run(
            asked, input=commands, text=True, capture_output=True, timeout=60, check=False,
            env=_clean(desk.folder, MAILRC=str(rc)),
        )  # fmt: skip
        assert "came to 0" in done.stdout, f"s-nail did not send:\n{done.stdout}{done.stderr}"

    yield answer


# --- aerc ------------------------------------------------------------------------------------------------------------


class _Screen:
    """A terminal in a tmux server of its own, so that what a program draws can be read as its user sees it."""

    def __init__(self, folder: Path) -> None:
        self._tmux = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null"]

    def run(self, command: str, environment: dict[str, str]) -> None:
        """Start a program in it."""
        self._say("new-session", "-d", "-x", "120", "-y", "40", command, environment=environment)

    def shows(self, words: str) -> bool:
        """Whether words are on it."""
        return words in self.shot()

    def shot(self) -> str:
        """Return what is on it."""
        return self._say("capture-pane", "-p")

    def type(self, *keys: str) -> None:
        """Press keys."""
        self._say("send-keys", *keys)

    def wait(self, words: str) -> None:
        """Wait until words are on it."""
        wait_until(lambda: self.shows(words), f"{words!r} on the screen", 40)

    def close(self) -> None:
        """End the program and the terminal."""
        with suppress(AssertionError):
            self._say("kill-server")

    def _say(self, *arguments: str, environment: dict[str, str] | None = None) -> str:
        done = subprocess.run(
            [*self._tmux, *arguments], capture_output=True, text=True, timeout=20, check=False, env=environment
        )
        assert done.returncode == 0, f"tmux {arguments[0]}: {done.stderr}"
        return done.stdout


@contextmanager
def aerc(desk: Desk) -> Iterator[Answer]:
    """Answer in aerc, below the quotation, by its own commands."""
    settings = desk.folder / "aerc"
    settings.mkdir(exist_ok=True)
    account = settings / "accounts.conf"
    account.write_text(
        f"[desk]\nsource = imap+insecure://{desk.box}:{PASSWORD}@127.0.0.1:{desk.imap_port}\n"
        f"outgoing = smtp+none://127.0.0.1:{desk.smtp_port}\nsmtp-starttls = no\ndefault = INBOX\n"
        f"from = {desk.name} <{desk.address}>\n",
        encoding="utf-8",
    )
    account.chmod(0o600)
    # Each line of the list begins with a sign of ours: a list that has come can be told from one that has not.
    (settings / "aerc.conf").write_text("[ui]\nindex-format=NEWEST-%s\nborder-char-vertical=' '\n", encoding="utf-8")
    editor = desk.folder / "editor"
    editor.write_text(f'#!/bin/sh\ncat {shlex.quote(str(desk.folder))}/words.txt >> "$1"\n', encoding="utf-8")
    editor.chmod(0o700)

    def answer(text: str) -> None:
        (desk.folder / "words.txt").write_text(f"\n{text}\n", encoding="utf-8")
        screen = _Screen(desk.folder)
        screen.run("aerc", _clean(desk.folder, EDITOR=str(editor), TERM="screen"))
        try:
            screen.wait("NEWEST-")
            screen.type(":reply -q", "Enter")
            screen.wait("Send this email")
            screen.type(":send", "Enter")
            screen.wait("Message sent")
        except AssertionError as late:
            raise AssertionError(f"aerc: {late}; its screen:\n{screen.shot()}") from None
        finally:
            screen.close()

    yield answer


# --- Thunderbird -----------------------------------------------------------------------------------------------------


def _preferences(desk: Desk, marionette_port: int) -> dict[str, str | int | bool]:
    """Return a profile of one account that asks nothing and calls nobody."""
    server, identity, out = "mail.server.server1", "mail.identity.id1", "mail.smtpserver.smtp1"
    return {
        "mail.accountmanager.accounts": "account1",
        "mail.accountmanager.defaultaccount": "account1",
        "mail.account.account1.server": "server1",
        "mail.account.account1.identities": "id1",
        f"{server}.type": "imap",
        f"{server}.hostname": "127.0.0.1",
        f"{server}.port": desk.imap_port,
        f"{server}.userName": desk.box,
        f"{server}.name": desk.box,
        f"{server}.socketType": 0,
        f"{server}.authMethod": 3,  # a password, in clear on the loopback
        f"{server}.login_at_startup": False,  # the password is given first
        f"{server}.check_new_mail": False,
        f"{identity}.useremail": desk.address,
        f"{identity}.fullName": desk.name,
        f"{identity}.smtpServer": "smtp1",
        f"{identity}.fcc": False,
        f"{identity}.valid": True,
        "mail.smtpservers": "smtp1",
        "mail.smtp.defaultserver": "smtp1",
        f"{out}.hostname": "127.0.0.1",
        f"{out}.port": desk.smtp_port,
        f"{out}.type": "smtp",
        f"{out}.try_ssl": 0,
        f"{out}.authMethod": 1,  # none
        "marionette.port": marionette_port,
        "app.update.enabled": False,
        "app.normandy.enabled": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
        "extensions.update.enabled": False,
        "mail.provider.suppress_dialog_on_startup": True,
        "mail.shell.checkDefaultClient": False,
        "mail.spotlight.firstRunDone": True,
        "mailnews.start_page.enabled": False,
        "network.captive-portal-service.enabled": False,
        "network.connectivity-service.enabled": False,
        "network.proxy.type": 1,  # whatever else it wants to fetch, nobody answers there
        "network.proxy.http": "127.0.0.1",
        "network.proxy.http_port": 9,
        "network.proxy.ssl": "127.0.0.1",
        "network.proxy.ssl_port": 9,
        "network.proxy.no_proxies_on": "127.0.0.1",
        "services.settings.server": "http://127.0.0.1:9/",
        "toolkit.telemetry.enabled": False,
    }


_IN_THUNDERBIRD = """
const [password, text, patience, finished] = arguments;
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const { setTimeout: later } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
const pause = length => new Promise(done => later(done, length));
async function found(what, look) {
  for (const start = Date.now(); Date.now() - start < patience; await pause(50)) {
    const value = look();
    if (value) return value;
    press_ok();
  }
  const open = [...Services.wm.getEnumerator(null)].map(one => `${one.location.href} ${one.document.readyState}`);
  throw new Error(`waited in vain for ${what}; open: ${open.join(", ")}; said: ${told.join(", ")}`);
}
const told = [];
function press_ok() {  // as a person does with a dialogue that stands before the window they wait for
  for (const one of Services.wm.getEnumerator(null)) {
    const box = one.location.href.endsWith("commonDialog.xhtml") && one.document.querySelector("dialog");
    if (!box) continue;
    told.push(one.document.getElementById("infoBody")?.textContent ?? "a dialogue");
    box.acceptDialog();
  }
}
async function answer() {
  const account = MailServices.accounts.accounts[0];
  account.incomingServer.password = password;
  const root = account.incomingServer.rootFolder;
  account.incomingServer.performBiff(null);
  const inbox = await found("the inbox", () => root.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox));
  let looked = 0;
  const newest = await found("a mail not answered yet", () => {
    if (looked++ % 20 == 0) inbox.updateFolder(null);
    const keys = [...inbox.messages].sort((one, other) => one.messageKey - other.messageKey);
    const last = keys.at(-1);
    return last && last.messageKey > Services.prefs.getIntPref("desk.answered", 0) ? last : null;
  });
  const compose = () => MailServices.compose.OpenComposeWindow(null, newest, inbox.getUriForMsg(newest),
    Ci.nsIMsgCompType.ReplyToSender, Ci.nsIMsgCompFormat.Default, account.defaultIdentity, null, null);
  compose();
  let heeded = told.length;
  const page = await found("the compose window", () => {
    const open = Services.wm.getMostRecentWindow("msgcompose");
    if (!open && told.length > heeded) {  // on a busy machine it says that opening failed: "Please try again."
      heeded = told.length;
      compose();
    }
    return open?.document.readyState == "complete" && open.gMsgCompose?.editor ? open : null;
  });
  const editor = page.gMsgCompose.editor;
  await found("the quotation", () => editor.document.body.querySelector("blockquote, [_moz_quote]"));
  await found("readiness to send", () => !page.gWindowLocked && page.document.getElementById("toAddrContainer")
    .querySelector("mail-address-pill"));
  editor.endOfDocument();
  editor.insertText(text);
  page.goDoCommand("cmd_sendNow");
  await found("the sending", () => page.closed);
  Services.prefs.setIntPref("desk.answered", newest.messageKey);
}
answer().then(() => finished("sent"), problem => finished(String(problem)));
"""


_SCRIPT_SECONDS = 900.0  # more than its waits can come to, each of which says itself what it has waited for


class _Marionette:
    """Thunderbird's own remote control: lengths and JSON over a socket."""

    def __init__(self, port: int) -> None:
        self._line = socket.create_connection(("127.0.0.1", port), timeout=_SCRIPT_SECONDS + 30)
        self._file = self._line.makefile("rb")
        self._said = 0
        self._hear()  # it introduces itself

    def call(self, command: str, **parameters: Any) -> Any:
        """Carry out a command and return its result."""
        self._said += 1
        packet = json.dumps([0, self._said, command, parameters]).encode()
        self._line.sendall(b"%d:" % len(packet) + packet)
        _, _, problem, result = self._hear()
        assert problem is None, f"{command}: {problem}"
        return result

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self._line.close()

    def _hear(self) -> Any:
        length = bytearray()
        while (octet := self._file.read(1)) != b":":
            assert octet, "Thunderbird has hung up"
            length += octet
        return json.loads(self._file.read(int(length)))


@contextmanager
def thunderbird(desk: Desk) -> Iterator[Answer]:
    """Answer in Thunderbird without a window, below the quotation: one run of it for all answers."""
    port = free_port()
    lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in _preferences(desk, port).items())
    (desk.folder / "user.js").write_text("".join(lines), encoding="utf-8")
    arguments = ["--headless", "--no-remote", "--marionette", "--remote-allow-system-access"]
    with (desk.folder / "thunderbird.log").open("wb") as log:
        child = subprocess.Popen(
            ["thunderbird", *arguments, "--profile", str(desk.folder)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=desk.folder,
            env=_clean(desk.folder, MOZ_HEADLESS="1", MOZ_CRASHREPORTER_DISABLE="1"),
        )  # fmt: skip
    try:
        control = wait_until(lambda: _controlled(port), "Thunderbird's remote control")
        assert control is not None
        with closing(control):
            control.call("WebDriver:NewSession")
            control.call("WebDriver:SetTimeouts", script=int(_SCRIPT_SECONDS * 1_000))
            control.call("Marionette:SetContext", value="chrome")

            def answer(text: str) -> None:
                script = {"script": _IN_THUNDERBIRD, "sandbox": "system", "newSandbox": True}
                patience = int(stretched(PATIENCE) * 1_000)
                said = control.call("WebDriver:ExecuteAsyncScript", args=[PASSWORD, text, patience], **script)
                assert said["value"] == "sent", f"Thunderbird: {said['value']}"

            yield answer
    finally:
        end(child)


def _controlled(port: int) -> _Marionette | None:
    """Return the remote control once it listens."""
    with suppress(OSError):
        return _Marionette(port)
    return None


PROGRAMS: dict[str, Callable[[Desk], AbstractContextManager[Answer]]] = {
    "neomutt": neomutt,
    "s-nail": s_nail,
    "aerc": aerc,
    "thunderbird": thunderbird,
}
