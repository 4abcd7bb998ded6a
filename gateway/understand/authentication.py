"""Authentication-Results (RFC 8601) of the mail servers named in the settings: did the domain in From send this mail?

Only the topmost field of such a server counts, and none beneath a Received field (RFC 5321 §4.4) that another server
wrote: what stands there was in the mail before it reached a server we believe. Fields are read as they were written,
encoded words not decoded, since a sender chooses what stands in them. Must not: raise, or decide what a result is
good for.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from gateway.model.address import fold_address
from gateway.model.authentication import NOBODY_SAID, Authentication, Outcome

_FIELD_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:")
_HEADER_END = re.compile(rb"\n\r?\n")
_LONGEST_HEADER = 512 * 1024
_LONGEST_FIELD = 16 * 1024
_VERSION = "1"  # RFC 8601 §2.2: of another version nothing is known
_BY_HOST = re.compile(r"(?:^|\s)by\s+(\[[^\]\s]{1,64}\]|[^\s;()]{1,255})", re.IGNORECASE)
_ADDRESS_IN_ANGLES = re.compile(r"<([^<>]*)>")

# QUIRK: Microsoft's servers name no authserv-id (RFC 8601 §2.5 wants one). A field without one counts as theirs only
# when the settings name them, and a server of theirs took the mail in.
_WITHOUT_ID = frozenset({"outlook.com", "office365.com", "protection.outlook.com", "mail.protection.outlook.com"})

# Names that no mail server of the world has (RFC 6762, RFC 6761, the usual ones within a house).
_INTERNAL_ENDINGS = (".internal", ".local", ".localdomain", ".lan", ".intern", ".localhost")


# IANA's special-purpose registries (RFC 6890): ranges that no host in the world has for good, and that some versions of
# Python take for global. QUIRK: Gmail's own hops are written as 6to4 addresses (2002:a05:…).
_SPECIAL = tuple(
    ipaddress.ip_network(range_)
    for range_ in (
        "192.0.0.0/24",  # RFC 6890 §2.1: protocol assignments
        "64:ff9b:1::/48",  # RFC 8215: translation within a house
        "2002::/16",  # RFC 3056: 6to4
        "3fff::/20",  # RFC 9637: documentation
        "5f00::/16",  # RFC 9602: segment routing
    )
)


class _Field(NamedTuple):
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class _Result:
    """One `method=result` with its properties (RFC 8601 §2.2), all names in lower case."""

    method: str
    result: str
    properties: dict[str, str]


def read_authentication(raw: bytes, author: str, trusted: Sequence[str]) -> Authentication:
    """Return what the servers named in `trusted` say about the one who wrote a mail; never raises.

    `author` is the address in From as the mail was read: where its bytes name another one, or several, it is nobody's;
    so it is where line ends within the header are such that one reader sees another mail than the next.
    `trusted` are authserv-ids; one that begins with a dot stands for every name that ends so.
    """
    fields = tuple(header_fields(raw))
    address = _author(fields)
    if address is None or address != fold_address(author) or _has_lone_returns(raw):
        return Authentication(is_one_author=False)
    names = tuple(name.strip().lower() for name in trusted if name.strip())
    domain = address.rpartition("@")[2]
    for found in _believed(fields, names) if names else ():
        verdict = _verdict(found.results, found.by, domain)
        is_proven = verdict.outcome is Outcome.PASSED
        results = (*found.results, *_said_at_the_door(fields, names))
        return _with_its_place(verdict, fields, raw, results, domain) if is_proven else verdict
    return NOBODY_SAID


def _has_lone_returns(raw: bytes) -> bool:
    """Whether a CR stands alone in the header (RFC 5322 §2.2 forbids it): what is read of a mail may end a line there,
    or the whole header, while a signature was made of one long field.
    """
    head = raw[:_LONGEST_HEADER].lstrip(b"\r\n")
    end = _HEADER_END.search(head)
    return b"\r" in (head[: end.start()] if end else head).replace(b"\r\n", b"\n").removesuffix(b"\r")


def header_fields(raw: bytes) -> Iterator[_Field]:
    """Yield name (lower case) and value of each header field, unfolded, topmost first, nothing decoded."""
    name, value = "", b""
    for line in raw[:_LONGEST_HEADER].lstrip(b"\r\n").split(b"\n"):
        line = line.removesuffix(b"\r")
        if not line:
            break
        if line[:1] in b" \t":
            value += b" " + line.strip() if len(value) < _LONGEST_FIELD else b""
            continue
        if name:
            yield _Field(name, value.decode("utf-8", "replace"))
        found = _FIELD_NAME.match(line)
        name, value = (found[1].decode("ascii").lower(), line[found.end() :].strip()) if found else ("", b"")
    if name:
        yield _Field(name, value.decode("utf-8", "replace"))


# --- the author ------------------------------------------------------------------------------------------------------


def _author(fields: Sequence[_Field]) -> str | None:
    """Return the one address in From, folded; None where there is not exactly one.

    RFC 7489 §6.6.1: of a mail with several, no domain can be told to be its author's.
    """
    values = [field.value for field in fields if field.name == "from"]
    addresses = plain_addresses(values[0]) if len(values) == 1 else ()
    if len(addresses) != 1:
        return None
    return fold_address(addresses[0])


def plain_addresses(value: str) -> tuple[str, ...]:
    """Return the addresses of a From field, those in angle brackets where there are any; names cannot add to them."""
    bare = _without_comments_and_quotes(value)
    parts = [part for part in _split_outside_angles(bare) if part.strip(" \t;:")]
    found = []
    for part in parts:
        angles = _ADDRESS_IN_ANGLES.findall(part)
        found += angles or re.findall(r"[^\s<>:;,]+@[^\s<>:;,]+", part)
    return tuple(address.strip() for address in found if "@" in address)


def _split_outside_angles(text: str) -> list[str]:
    return re.split(r",(?![^<]*>)", text)


def _without_comments_and_quotes(value: str) -> str:
    """Return a field without comments, and without quoted strings but where they are a local part (`"a b"@c`)."""
    out: list[str] = []
    position = 0
    while position < len(value):
        char = value[position]
        if char == "(":
            position = _after_comment(value, position)
            out.append(" ")
        elif char == '"':
            text, position = _quoted(value, position)
            out.append(re.sub(r"[\s<>@,:;]", "_", text) if value[position : position + 1] == "@" else " ")
        else:
            out.append(char)
            position += 1
    return "".join(out)


def _after_comment(value: str, start: int) -> int:
    """Return where the comment that opens at `start` ends (RFC 5322 §3.2.2: they nest, and quote with backslashes)."""
    depth, position = 0, start
    while position < len(value):
        char = value[position]
        if char == "\\":
            position += 1
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return position + 1
        position += 1
    return len(value)


def _quoted(value: str, start: int) -> tuple[str, int]:
    """Return the text of the quoted string that opens at `start`, and where it ends."""
    out: list[str] = []
    position = start + 1
    while position < len(value):
        char = value[position]
        if char == "\\" and position + 1 < len(value):
            position += 1
            out.append(value[position])
        elif char == '"':
            return "".join(out), position + 1
        else:
            out.append(char)
        position += 1
    return "".join(out), len(value)


# --- to whom it was written ------------------------------------------------------------------------------------------


def _with_its_place(
    verdict: Authentication, fields: Sequence[_Field], raw: bytes, results: Sequence[_Result], author: str
) -> Authentication:
    """Return a verdict with the addresses of To and Cc, and whether what else places a mail is its author's.

    Whoever hands a signed mail on can add fields that no signature names (RFC 6376 §8.15), and text below what one was
    made of. So a field counts where every signature that may be the author's domain's names it, and all do where the
    mail came by a path of that very domain: nobody had it in hand before. QUIRK: Microsoft's signatures name no To.
    """
    signatures = [tags for field in fields if field.name == "dkim-signature" and (tags := _signed(field.value, author))]
    came_directly = any(
        one.method == "spf" and one.result == "pass" and _is_aligned(_path(one), author) for one in results
    )
    covered = _EVERYTHING if came_directly or not signatures else frozenset.intersection(*map(_covered, signatures))
    if not signatures and not came_directly:
        covered -= {"cc"}  # all mail has a To
    counting = [field.value for field in fields if field.name in _WRITTEN_TO and field.name in covered]
    is_whole = came_directly or not any(_leaves_text_out(tags, raw) for tags in signatures)
    return replace(
        verdict,
        written_to=tuple(dict.fromkeys(fold_address(one) for value in counting for one in plain_addresses(value))),
        is_as_written=is_whole and all(field.name in covered for field in fields if field.name in _PLACING),
        signed_as=tuple(dict.fromkeys(_what_is_signed(tags, fields) for tags in signatures)),
    )


_WRITTEN_TO = frozenset({"to", "cc"})
_PLACING = frozenset({"subject", "references", "in-reply-to"})  # they say what a mail answers
_EVERYTHING = _WRITTEN_TO | _PLACING
_SPARE_BLANKS = re.compile(rb"[ \t]+")


def _signed(signature: str, author: str) -> dict[str, str]:
    """Return the tags of a signature (RFC 6376 §3.5), none for one that cannot speak for the author.

    Domains that end alike in two labels may be one organisation's (RFC 7489 §3.1); which are, a list would say.
    """
    tags = {name.strip().lower(): said for name, _, said in (tag.partition("=") for tag in signature.split(";"))}
    signer = "".join(tags.get("d", "").lower().split()).rstrip(".")
    return tags if signer.split(".")[-2:] == author.split(".")[-2:] else {}


def _covered(tags: dict[str, str]) -> frozenset[str]:
    return frozenset("".join(tags.get("h", "").lower().split()).split(":"))


def _what_is_signed(tags: dict[str, str], fields: Sequence[_Field]) -> str:
    """Return 32 hexadecimal digits for what a signature is of: its own tags but b=, and the fields it names, of which
    the lowest counts first (RFC 6376 §5.4.2). Blanks are left out, since some signatures hold whatever becomes of them.

    The letters of b= say nothing: one signature can be written in several ways.
    """
    below = defaultdict[str, list[str]](list)
    for field in fields:
        below[field.name].append(field.value)
    names = "".join(tags.get("h", "").lower().split()).split(":")
    signed = [below[name].pop() for name in names if below[name]]
    own = sorted(f"{name}={said}" for name, said in tags.items() if name != "b")
    said = "\0".join("".join(one.split()) for one in (*own, *signed))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _leaves_text_out(tags: dict[str, str], raw: bytes) -> bool:
    """Whether a signature is of the beginning of a text alone, and more follows (RFC 6376 §3.5: l=, §8.2)."""
    if "l" not in tags:
        return False
    length = tags["l"].strip()
    lines = raw.lstrip(b"\r\n").replace(b"\r\n", b"\n").partition(b"\n\n")[2].split(b"\n")
    if tags.get("c", "").strip().lower().endswith("/relaxed"):  # RFC 6376 §3.4.4
        lines = [_SPARE_BLANKS.sub(b" ", line).rstrip(b" ") for line in lines]
    text = b"\r\n".join(lines).rstrip(b"\r\n")
    return not (length.isascii() and length.isdecimal()) or int(length[:12]) < len(text)


# --- whose word counts -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Stated:
    results: tuple[_Result, ...]
    by: str


def _believed(fields: Sequence[_Field], trusted: Sequence[str]) -> Iterator[_Stated]:
    """Yield the topmost field of a server we believe, if there is one above the first hop of anybody else."""
    for number, field in enumerate(fields):
        if field.name == "received" and not _is_ours(_host_of(field.value), trusted):
            return
        if field.name != "authentication-results":
            continue
        stated = _read(field.value)
        if stated is None:
            continue
        by = stated.by or _microsoft_host(fields[number + 1 :], trusted)
        if by and (not stated.by or _is_named(by, trusted)):
            yield _Stated(stated.results, by)
            return


def _said_at_the_door(fields: Sequence[_Field], trusted: Sequence[str]) -> Iterator[_Result]:
    """Yield what servers we believe say above any hop, where nobody before them can have written.

    QUIRK: OpenDMARC says what it found of SPF in a field of its own, beneath the one with DMARC in it.
    """
    for field in fields:
        if field.name == "received":
            return
        stated = _read(field.value) if field.name == "authentication-results" else None
        if stated is not None and stated.by and _is_named(stated.by, trusted):
            yield from stated.results


def _is_named(authserv_id: str, trusted: Sequence[str]) -> bool:
    return any(authserv_id == name or (name.startswith(".") and authserv_id.endswith(name)) for name in trusted)


def _host_of(received: str) -> str:
    """Return the host that wrote a Received field (RFC 5321 §4.4: By-domain), "" when it names none."""
    found = _BY_HOST.search(_without_comments_and_quotes(received))
    return found[1].lower().strip("[].") if found else ""


def _is_ours(host: str, trusted: Sequence[str]) -> bool:
    """Whether a hop was made within a house we believe: a host of its domain, or one with no name in the world."""
    return not host or _is_internal(host) or any(_shares_domain(host, name) for name in trusted)


def _is_internal(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.removeprefix("ipv6:"))
    except ValueError:
        return "." not in host or host.endswith(_INTERNAL_ENDINGS)
    return not address.is_global or any(address in network for network in _SPECIAL)


def _shares_domain(host: str, name: str) -> bool:
    """Whether a host is the named server, or of its domain: mx1.example.org hands on to store.example.org."""
    domain = name.strip(".")
    if domain.count(".") >= 2 and not name.startswith("."):
        domain = domain.partition(".")[2]
    return host == domain or host.endswith("." + domain)


def _microsoft_host(below: Sequence[_Field], trusted: Sequence[str]) -> str:
    """Return the server of Microsoft's that took a mail in whose results name no server; "" unless it is theirs."""
    taken = next((_host_of(field.value) for field in below if field.name == "received"), "")
    theirs = [name.strip(".") for name in trusted if name.strip(".") in _WITHOUT_ID]
    return taken if any(taken == name or taken.endswith("." + name) for name in theirs) else ""


# --- one field -------------------------------------------------------------------------------------------------------


def _read(value: str) -> _Stated | None:
    """Return what one field states, None when it is of another version or no such field at all."""
    segments = list(_segments(value))
    if not segments or not segments[0]:
        return None
    first = segments[0]
    if first[0][1] is None:  # a word without "=": the authserv-id
        version = first[1][0] if len(first) > 1 else _VERSION
        if version != _VERSION or len(first) > 2 or any(said is not None for _, said in first):
            return None
        by, stated = first[0][0].lower().rstrip("."), segments[1:]
    else:
        by, stated = "", segments
    return _Stated(tuple(result for words in stated if (result := _result(words))), by)


def _result(words: Sequence[tuple[str, str | None]]) -> _Result | None:
    if not words or words[0][1] is None:
        return None  # "none": no check was made (RFC 8601 §2.2)
    method, result = words[0][0].lower().partition("/")[0].strip(), words[0][1].lower()
    properties: dict[str, str] = {}
    for name, said in words[1:]:
        if said is not None:
            properties.setdefault(name.lower(), said)
    return _Result(method, result, properties)


def _segments(value: str) -> Iterator[list[tuple[str, str | None]]]:
    """Yield the parts between semicolons, each as its words: (name, what stands behind its "=", None without one).

    Comments are left out; what is quoted is text and nothing else, whatever signs it holds.
    """
    words: list[tuple[str, str | None]] = []
    position = 0
    while position < len(value):
        char = value[position]
        if char == ";":
            yield words
            words, position = [], position + 1
        elif char.isspace():
            position += 1
        elif char == "(":
            position = _after_comment(value, position)
        else:
            word, position = _word(value, position)
            words.append(word)
    yield words


def _word(value: str, start: int) -> tuple[tuple[str, str | None], int]:
    """Return the word that begins at `start`, and where it ends; space and comments may stand about its "="."""
    name, position = _run(value, start, stop="=")
    after = _after_space(value, position)
    if value[after : after + 1] != "=":
        return (name, None), max(position, start + 1)
    said, position = _run(value, _after_space(value, after + 1), stop="")
    return (name, said), position


def _run(value: str, start: int, stop: str) -> tuple[str, int]:
    out: list[str] = []
    position = start
    while position < len(value):
        char = value[position]
        if char.isspace() or char in ";(" or char in stop:
            break
        if char == '"':
            text, position = _quoted(value, position)
            out.append(text)
        else:
            out.append(char)
            position += 1
    return "".join(out), position


def _after_space(value: str, position: int) -> int:
    while position < len(value):
        if value[position].isspace():
            position += 1
        elif value[position] == "(":
            position = _after_comment(value, position)
        else:
            break
    return position


# --- what it comes to ------------------------------------------------------------------------------------------------


def _verdict(results: Sequence[_Result], by: str, author: str) -> Authentication:
    """Return what one server's results come to for the author's domain.

    DMARC says it all where it was checked (RFC 7489 §3); else a signature or a path of that very domain, or of one
    above it, proves it. One of them that failed speaks against it, unless another passed.
    """
    dmarc = [one for one in results if one.method == "dmarc" and _is_about(one, author)]
    if any(one.result == "fail" for one in dmarc):
        return Authentication(Outcome.FAILED, "dmarc", by)
    if any(one.result == "pass" for one in dmarc):
        return Authentication(Outcome.PASSED, "dmarc", by)
    aligned = [one for one in results if one.method in _DOMAIN_OF and _is_aligned(_DOMAIN_OF[one.method](one), author)]
    for wanted, outcome in (("pass", Outcome.PASSED), ("fail", Outcome.FAILED)):
        if found := next((one for one in aligned if one.result == wanted), None):
            return Authentication(outcome, found.method, by)
    if any(one.method == "compauth" and one.result == "fail" for one in results):
        return Authentication(Outcome.FAILED, "compauth", by)  # QUIRK: Microsoft's verdict where there is no DMARC
    return Authentication(Outcome.NOTHING, "", by)


def _is_about(result: _Result, author: str) -> bool:
    """Whether a DMARC result names the domain in From: where it names another, another mail was checked."""
    checked = result.properties.get("header.from", "")
    return not checked or _domain(checked) == author


def _signer(result: _Result) -> str:
    return _domain(result.properties.get("header.d", "") or result.properties.get("header.i", ""))


def _path(result: _Result) -> str:
    """RFC 7489 §3.1.2: the domain of MAIL FROM; that of HELO is its host's, not the author's."""
    return _domain(result.properties.get("smtp.mailfrom", "") or result.properties.get("smtp.mail", ""))


def _domain(text: str) -> str:
    return fold_address(f"x@{text.rpartition('@')[2]}").rpartition("@")[2] if text else ""


_DOMAIN_OF = {"dkim": _signer, "spf": _path}


def _is_aligned(domain: str, author: str) -> bool:
    """Whether a domain speaks for the author's: the same, or one above it.

    RFC 7489 §3.1 also takes one beside or below it, by a list of public suffixes; that is left to the server's DMARC.
    """
    return "." in domain and (domain == author or author.endswith("." + domain))
