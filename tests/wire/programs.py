"""Real mail programs for the wire story: Postfix, Dovecot and neomutt, each a child of the test, on loopback alone.

Everything they write lies below one folder that goes away with the test. Written for Postfix 3.4 or later and Dovecot
2.3. Must not: touch the programs of the machine, its ports, or its mail.
"""

from __future__ import annotations

import grp
import os
import pty
import pwd
import re
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.wire.binary import free_port, listens, stretched, wait_until

PASSWORD = "sesame"  # of everybody, in a mail server that lives for a minute
_UNPRIVILEGED = "nobody"  # Dovecot does not serve mail as root
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_DAEMONS = "/usr/lib/postfix/sbin"  # where Debian and Ubuntu have them

PACKAGES = {
    "postfix": "postfix",
    "dovecot": "dovecot-core dovecot-imapd dovecot-lmtpd",
    "neomutt": "neomutt",
    "openssl": "openssl",
}


def missing() -> str:
    """Return what keeps the wire story from running, in words that say how to mend it; "" when nothing does."""
    absent = [package for program, package in PACKAGES.items() if not shutil.which(program, path=_PATH)]
    if absent:
        return f"install {' '.join(absent)} (on Debian or Ubuntu: apt-get install {' '.join(absent)})"
    if os.geteuid() != 0:
        return "run as root: Postfix starts for nobody else"
    asked = ["dovecot", "--version"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False, env={"PATH": _PATH}).stdout
    if not found.startswith("2.3"):
        return f"install Dovecot 2.3 (here is {found.split(' ')[0]}, whose settings are written another way)"
    return ""


def run_as_child(
    arguments: list[str],
    log: Path,
    *,
    owner: pwd.struct_passwd | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a server in the foreground, in a process group of its own, so that nothing of it outlives the test.

    `owner` is the account it runs as, where that is not ours.
    """
    with log.open("ab") as said:
        return subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
            cwd=cwd,
            env={"PATH": _PATH},
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )


def end(child: subprocess.Popen[bytes]) -> None:
    """End a child and all it has started, and wait for it."""
    with suppress(ProcessLookupError):
        child.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.wait(10)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


# --- Dovecot --------------------------------------------------------------------------------------------------------


class Dovecot:
    """Mailboxes for anybody who asks: IMAP to read them, LMTP to fill them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.imap_port = free_port()
        self.lmtp_port = free_port()

    @contextmanager
    def running(self) -> Iterator[Dovecot]:
        """Run it while the block runs."""
        for name in ("run", "state", "boxes"):
            (self.folder / name).mkdir(parents=True)
        settings = self.folder / "dovecot.conf"
        settings.write_text(self._settings())
        owner = pwd.getpwnam(_UNPRIVILEGED)
        for place in (self.folder, *self.folder.rglob("*")):
            os.chown(place, owner.pw_uid, owner.pw_gid)
        child = run_as_child(
            ["dovecot", "-F", "-c", str(settings)],
            self.folder / "dovecot.log",
            owner=owner,
            cwd=self.folder,
        )
        try:
            for port in (self.imap_port, self.lmtp_port):
                wait_until(lambda port=port: listens(port), f"Dovecot: {self._said()}")  # type: ignore[misc]
            yield self
        finally:
            end(child)

    def _said(self) -> str:
        log = self.folder / "dovecot.log"
        return log.read_text(errors="replace")[-1500:] if log.exists() else ""

    def _settings(self) -> str:
        owner = pwd.getpwnam(_UNPRIVILEGED)
        group = grp.getgrgid(owner.pw_gid).gr_name
        return f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = /dev/stderr
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
mail_fsync = never
default_internal_user = {_UNPRIVILEGED}
default_internal_group = {group}
default_login_user = {_UNPRIVILEGED}
first_valid_uid = 1
first_valid_gid = 1
# ana@anything and ana are one mailbox
auth_username_format = %Ln
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={_UNPRIVILEGED} gid={group} home={self.folder}/boxes/%Ln allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.imap_port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {self.lmtp_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@example.net
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = create
  }}
}}
"""


# --- Postfix --------------------------------------------------------------------------------------------------------


class Postfix:
    """A mail server between all the others; `routes` says which domain goes where, as `lmtp:PORT` or `smtp:PORT`.

    "*" stands for every domain that is not named.
    """

    def __init__(self, folder: Path, routes: dict[str, str]) -> None:
        self.folder = folder
        self.routes = routes
        self.smtp_port = free_port()

    @contextmanager
    def running(self) -> Iterator[Postfix]:
        """Run it while the block runs."""
        for name in ("etc", "queue", "state"):
            (self.folder / name).mkdir(parents=True)
        keeper = pwd.getpwnam("postfix")
        os.chown(self.folder / "state", keeper.pw_uid, -1)
        etc = self.folder / "etc"
        (etc / "main.cf").write_text(self._main())
        (etc / "master.cf").write_text(self._master())
        (etc / "routes").write_text(
            "".join(f"{domain} {_way(way)}\n" for domain, way in self.routes.items()), encoding="ascii"
        )
        checking = ["postfix", "-c", str(etc), "check"]  # makes the folders of its queue
        subprocess.run(checking, check=True, capture_output=True, env={"PATH": _PATH})
        # `postfix start` would leave its master to PID 1; as our own child it ends with the test.
        child = run_as_child([f"{_DAEMONS}/master", "-c", str(etc), "-d"], self.folder / "start.log")
        try:
            wait_until(lambda: listens(self.smtp_port), f"Postfix: {self.said()}")
            yield self
        finally:
            end(child)

    def said(self) -> str:
        """Return the end of its log."""
        logs = [self.folder / "start.log", self.folder / "postfix.log"]
        return "".join(log.read_text(errors="replace")[-2000:] for log in logs if log.exists())

    def _main(self) -> str:
        return f"""
compatibility_level = 3.6
queue_directory = {self.folder}/queue
data_directory = {self.folder}/state
maillog_file = {self.folder}/postfix.log
maillog_file_prefixes = {self.folder}
command_directory = /usr/sbin
daemon_directory = {_DAEMONS}
meta_directory = /etc/postfix
shlib_directory = /usr/lib/postfix
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.example.net
myorigin = example.net
mydestination =
local_recipient_maps =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relay_domains = {" ".join(self.routes)}
transport_maps = texthash:{self.folder}/etc/routes
default_transport = error:5.1.2 nothing leaves this test
recipient_delimiter =
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_tls_security_level = none
lmtp_tls_security_level = none
# who waits for a retry waits two seconds
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 4s
in_flow_delay = 0
"""

    def _master(self) -> str:
        return f"""
127.0.0.1:{self.smtp_port} inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
relay     unix - - n - - smtp
lmtp      unix - - n - - lmtp
showq     unix n - n - - showq
error     unix - - n - - error
retry     unix - - n - - error
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


def _way(route: str) -> str:
    """Return a route as Postfix writes it: only its LMTP client wants the kind of socket named."""
    protocol, _, port = route.partition(":")
    return f"{protocol}:{'inet:' if protocol == 'lmtp' else ''}[127.0.0.1]:{port}"


# --- neomutt --------------------------------------------------------------------------------------------------------

_ESCAPES = re.compile(rb"\x1b[\[(][0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\(B")


def answer_with_neomutt(
    folder: Path, *, imap_port: int, smtp_port: int, box: str, address: str, text: str, seconds: float = 30
) -> None:
    """Let neomutt open a mailbox, answer its last mail above the quotation, and send; it thinks a person sits there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "answer.txt").write_text(text + "\n\n")
    editor = folder / "editor"
    editor.write_text(f'#!/bin/sh\ncd "{folder}" && cat answer.txt "$1" > draft && cp draft "$1" && touch written\n')
    editor.chmod(0o700)
    settings = {
        "from": address, "realname": box.title(), "folder": f"imap://{box}@127.0.0.1:{imap_port}/",
        "spoolfile": "+INBOX", "record": "", "postponed": "", "imap_user": box, "imap_pass": PASSWORD,
        "smtp_url": f"smtp://127.0.0.1:{smtp_port}/", "editor": str(editor), "tmpdir": str(folder),
        "sort": "mailbox-order", "sendmail_wait": "0", "header_cache": "",
    }  # fmt: skip
    switches = {
        "use_from": True, "ssl_starttls": False, "ssl_force_tls": False, "fast_reply": True, "include": True,
        "reply_to": True, "confirm_append": False, "copy": False, "beep": False, "wait_key": False, "mark_old": False,
        "use_threads": False,
    }  # fmt: skip
    lines = [f'set {name}="{value}"' for name, value in settings.items()]
    lines += [f"{'set' if on else 'unset'} {name}" for name, on in switches.items() if name != "use_threads"]
    lines += ["set quit=yes", "set sleep_time=0", "push '<last-entry><reply><send-message><quit>'"]
    (folder / "muttrc").write_text("\n".join(lines) + "\n")
    shown = _in_a_terminal(["neomutt", "-n", "-F", str(folder / "muttrc")], folder, seconds)
    screen = _ESCAPES.sub(b" ", shown)[-1500:].decode("utf-8", "replace")
    assert (folder / "written").exists(), f"neomutt asked for no answer; its screen ended with:\n{screen}"


def _in_a_terminal(arguments: list[str], folder: Path, seconds: float) -> bytes:
    """Run a program in a terminal of its own until it ends, and return all it has drawn."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        arguments, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "vt100", "LC_ALL": "C.UTF-8",
             "LINES": "40", "COLUMNS": "120"},
    )  # fmt: skip
    os.close(theirs)
    drawn = bytearray()
    start = time.monotonic()
    try:
        while time.monotonic() - start < stretched(seconds):
            ready, _, _ = select.select([ours], [], [], 0.2)
            if ready:
                try:
                    octets = os.read(ours, 65_536)
                except OSError:  # Linux says EIO when the last one has left the terminal
                    break
                if not octets:
                    break
                drawn += octets
            elif child.poll() is not None:
                break
        else:
            raise AssertionError(f"neomutt does not end; its screen: {_ESCAPES.sub(b' ', bytes(drawn))[-1500:]!r}")
    finally:
        end(child)
        os.close(ours)
    return bytes(drawn)
