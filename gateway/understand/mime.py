"""Raw bytes to a `Message`: the one user of mail-parser. Header fields decoded, bodies as text, every leaf kept.

Whatever the bytes, the answer is a Message or `Unreadable`. Must not: decide what is new text, or who may write.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.header import decode_header
from email.message import Message as Tree
from email.utils import parsedate_to_datetime

import mailparser
from mailparser.exceptions import MailParserRecursionError
from mailparser.utils import get_addresses

from gateway.model.message import Mailbox, Message, Part, Unreadable
from gateway.understand.charset import decoded, seen
from gateway.understand.flowed import unflowed
from gateway.understand.html import readable
from gateway.understand.scan import DEFAULT_LIMITS, Limits, scan
from gateway.understand.skeleton import skeleton

__all__ = ["DEFAULT_LIMITS", "Limits", "read_message", "scan", "unreadable_reason"]

# mail-parser logs what it reads; bodies, subjects and addresses stay out of our logs.
mailparser.core.log.disabled = True
mailparser.utils.log.disabled = True


class _Structure(mailparser.MailParser):  # type: ignore[misc]  # it comes without types
    """mail-parser as far as the MIME tree, behind its own guard against depth.

    From there it goes on to a second copy of every part, to traces, defects and a dictionary of all fields, which took
    more than half of the time a mail took to read; the few things needed of these are read below, once.
    """

    def parse(self) -> _Structure:
        """Leave it at the tree."""
        return self


# mail-parser reads the fields of an envelope's address book and of the MIME tree; the others, traces above all, are
# read here by one split, so that neither their number nor their oddities reach it.
_PARSED_FIELDS = frozenset(
    {b"date", b"mime-version", b"content-type", b"content-transfer-encoding", b"content-disposition", b"content-id"}
)
_FIELD_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:")
_KNOWN_FIELD = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|reply-to|in-reply-to|references|mime-version|content-[a-z-]+|received|sender"
    rb"|return-path|x-[a-z0-9-]+)[ \t]*:",
    re.I,
)
# One mailbox with a plain or encoded name (RFC 5322 §3.4), no comment, no quoted pair, no list.
_PLAIN_MAILBOX = re.compile(
    rb"(?:\"([^\"\\=<>]{0,200})\"|([^\"\\<>@,;:()\[\]]{0,200}))\s*<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+)>$"
)
_HEADER_END = re.compile(rb"\r\n\r\n|\n\r?\n|\r\r")
_LINE = re.compile(rb"\r\n|\n|\r")
_ADJACENT_WORDS = re.compile(r"(=\?[^?\s]+\?[bqBQ]\?[^?]*\?=)\s+(?==\?)")
# One encoded word (RFC 2047 §2), whole octets in it, nothing but plain text around it.
_PLAIN_WORD = re.compile(
    r"(|(?=[!-~])(?:[ !-<>-~]|=(?!\?))*)=\?([A-Za-z0-9_-]+)\?"
    r"(?:[qQ]\?((?:[!-<>@-~]|=[0-9A-Fa-f]{2})+)|[bB]\?((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/]=))?))"
    r"\?=((?:[ !-<>-~]|=(?!\?))*)"
)
_MESSAGE_ID = re.compile(r"<([^<>\s]+)>|([^<>\s,;]+@[^<>\s,;]+)")
_PGP_ARMOUR = "-----BEGIN PGP MESSAGE-----"
_QUOTED_PRINTABLE = re.compile(r"=(?:[0-9A-F]{2})")
_SOFT_BREAK = re.compile(r"=[ \t]*$", re.M)
_EARLIEST, _LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def read_message(raw: bytes, limits: Limits = DEFAULT_LIMITS) -> Message:
    """Return what a mail says of itself. Raise `Unreadable` only: the reasons of `scan`, and "malformed"."""
    scan(raw, limits)
    header, body = _split(raw)
    fields = _fields(header)
    tree = _tree(header, body, fields)
    values = _Values(fields)
    parts = tuple(_parts(tree, limits))
    text, html = _bodies(parts)
    media_type, parameters = _kind(tree)
    return Message(
        message_id=next(iter(_message_ids(values.first["message-id"])), ""),
        other_ids=values.other_ids(),
        author=next(iter(values.mailboxes("from")), None),
        subject=values.first["subject"],
        date=_date(values.first["date"]),
        to=values.mailboxes("to"),
        cc=values.mailboxes("cc"),
        reply_to=values.mailboxes("reply-to"),
        in_reply_to=_message_ids(values.first["in-reply-to"]),
        references=_message_ids(values.first["references"]),
        text=text,
        html=html,
        parts=tuple(leaf.part for leaf in parts),
        media_type=media_type,
        media_parameters=parameters,
        headers=values.headers,
    )


# --- header fields -------------------------------------------------------------------------------


def _split(raw: bytes) -> tuple[bytes, bytes]:
    """Return the header block and the rest; a mark or empty lines before the first field are skipped."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    end = _HEADER_END.search(raw)
    first = _LINE.split(raw[:1024], maxsplit=1)[0]
    if not _FIELD_NAME.match(first) and not first.startswith((b"From ", b">From ")):
        return b"", raw  # a body without any header
    return (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")


def _fields(header: bytes) -> list[tuple[str, bytes]]:
    """Return name (lower case) and raw value of each field, in order; a line that lost its folding is folded again."""
    fields: list[list[bytes]] = []
    lines = header.replace(b"\x00", b"").splitlines()  # of octets: at CR, LF and CRLF, nowhere else
    last_known: int | None = None
    for number, line in enumerate(lines):
        name = _FIELD_NAME.match(line)
        if name:
            fields.append([name[1].lower(), line[name.end() :].strip()])
        elif fields and line:
            if line[:1] not in b" \t":
                last_known = _last_known(lines) if last_known is None else last_known
                if number > last_known:
                    continue
            fields[-1].append(line.strip())
    return [(field[0].decode("ascii"), b" ".join(field[1:])) for field in fields]


def _last_known(lines: Sequence[bytes]) -> int:
    """Return where the last line stands that is surely a field; what is no field above it lost its folding."""
    return next((number for number in range(len(lines) - 1, -1, -1) if _KNOWN_FIELD.match(lines[number])), -1)


class _Values:
    """Decoded access to the header fields; each is decoded once."""

    def __init__(self, fields: list[tuple[str, bytes]]) -> None:
        self.raw = dict(reversed(fields))  # the first field of a name counts (RFC 5322 §3.6: there is at most one)
        self.headers = tuple((name, _plain(value)) for name, value in fields)
        self.first = defaultdict(str, reversed(self.headers))

    def other_ids(self) -> tuple[str, ...]:
        """Return what Message-ID fields name beyond the first one's first: nothing, in nearly all mail."""
        named = [value for name, value in self.headers if name == "message-id"]
        return _message_ids(" ".join(named))[1:] if len(named) > 1 else ()

    def mailboxes(self, name: str) -> tuple[Mailbox, ...]:
        raw = self.raw.get(name)
        if not raw:
            return ()
        plain = _PLAIN_MAILBOX.match(raw)
        if plain:  # the form nearly all mail has needs no address parser
            return (_mailbox(_plain((plain[1] or plain[2] or b"").strip()), plain[3].decode()),)
        return tuple(_mailbox(name, address) for name, address in _addresses(seen(decoded(raw, None))) if address)


def _addresses(value: str) -> list[tuple[str, str]]:
    """Return name and address of each mailbox of a field; a name in an encoding that is broken stands as written."""
    for decode_names in (True, False):
        try:
            return list(get_addresses(value, decode_names=decode_names))
        except Exception:  # the standard library's HeaderParseError, binascii.Error and ValueError come through
            continue
    return []


def _mailbox(name: str, address: str) -> Mailbox:
    local, at, domain = seen(address).strip().rpartition("@")
    name = seen(name).strip()
    return Mailbox(address=f"{local}{at}{domain.lower()}", name="" if name == address else name)


def _plain(value: bytes) -> str:
    """Return a raw field value as text, its encoded words decoded (RFC 2047)."""
    text = value.decode("ascii") if value.isascii() else seen(decoded(value, None))
    return seen(_encoded_words(text)).strip() if "=?" in text else text


def _encoded_words(text: str) -> str:
    plain = _PLAIN_WORD.fullmatch(text)
    if plain:  # as most names and subjects are written that hold any
        before, charset, quoted, coded, after = plain.groups()
        word = binascii.a2b_base64(coded) if quoted is None else binascii.a2b_qp(quoted, header=True)
        return before + _word(word, charset.lower()) + after
    joined = _ADJACENT_WORDS.sub(r"\1 ", text)
    try:
        pieces = decode_header(joined)
    except Exception:  # HeaderParseError, binascii.Error, ValueError: the value is no encoded word after all
        return text
    out: list[str] = []
    held: tuple[bytes, str | None] = (b"", None)
    for piece, charset in pieces:
        if isinstance(piece, str):
            out.append(piece)
            continue
        # A character may be cut in two by careless programs: neighbours of one charset are joined before decoding.
        if held[0] and held[1] != charset:
            out.append(_word(*held))
            held = (b"", None)
        held = (held[0] + piece, charset)
    out.append(_word(*held))
    return "".join(out)


def _word(content: bytes, charset: str | None) -> str:
    return decoded(content, charset.split("*")[0] if charset else None)  # RFC 2231 §5: charset*language


def _message_ids(value: str) -> tuple[str, ...]:
    found = (match[1] or match[2] for match in _MESSAGE_ID.finditer(value))
    return tuple(dict.fromkeys(found))


def _date(value: str) -> datetime | None:
    """Return an aware date, or None when there is none or no mail was ever sent then."""
    try:
        date = parsedate_to_datetime(value[:200])
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    if date.tzinfo is None:  # RFC 5322 §3.3: -0000 is UTC without a word about the local zone
        date = date.replace(tzinfo=UTC)
    offset = date.utcoffset() or timedelta()
    try:
        plausible = _EARLIEST <= date < _LATEST and abs(offset) <= timedelta(hours=15)
    except OverflowError:
        return None
    return date if plausible else None


# --- the MIME tree -------------------------------------------------------------------------------


def _tree(header: bytes, body: bytes, fields: list[tuple[str, bytes]]) -> Tree:
    """Return the MIME tree as mail-parser reads it; where it fails, the same without NULs, then as plain text."""
    kept = b"".join(name.encode() + b": " + value + b"\n" for name, value in fields if name.encode() in _PARSED_FIELDS)
    for head, strip in ((kept, False), (kept, True), (b"", True)):
        bones = skeleton(head.replace(b"\x00", b""), body.replace(b"\x00", b"")) if strip else skeleton(head, body)
        try:
            tree = _parsed(bones.source)
            bones.restore(tree)
            return tree
        except Unreadable:
            raise
        except Exception:  # mail-parser's own failures come in many types (AttributeError, ValueError, LookupError …)
            continue
    raise Unreadable("malformed", "no reading of it succeeds")


def _parsed(raw: bytes) -> Tree:
    try:
        tree = _Structure.from_bytes(raw).message
    except (MailParserRecursionError, RecursionError):
        raise Unreadable("too-deep", "the parser's own limit") from None
    if not isinstance(tree, Tree):
        raise TypeError("no tree")
    return tree


_Parameters = tuple[tuple[str, str], ...]
_TOKEN = r"[A-Za-z0-9!#$&+._^`|~-]+"  # RFC 2045 §5.1, without the marks of RFC 2231
# A media type with parameters as nearly all mail has them: told at a look, and read as the general parser reads it.
_QUOTED, _BARE = r"\"[ !#-\[\]-~]*\"", r"[A-Za-z0-9!#$&+./:?_^`|~-]+"
_PLAIN_CONTENT_TYPE = re.compile(rf"({_TOKEN}/{_TOKEN})((?:\s*+;\s*+{_TOKEN}=(?:{_QUOTED}|{_BARE}))*+)\s*+")
_PLAIN_PARAMETER = re.compile(rf"({_TOKEN})=(?:\"([^\"]*)\"|({_BARE}))")


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A part with what is needed to read it as text."""

    part: Part
    charset: str | None
    is_inline: bool
    alternative: int  # which multipart/alternative it stands in, 0 for none


def _parts(tree: Tree, limits: Limits) -> Iterator[_Leaf]:
    """Yield each leaf in order. An attached mail is one leaf: its own parts are its own affair."""
    waiting: list[tuple[Tree, int]] = [(tree, 0)]
    seen_alternatives = 0
    count = 0
    while waiting:
        node, alternative = waiting.pop()
        media_type, parameters = _kind(node)
        children = node.get_payload() if node.is_multipart() else None
        if isinstance(children, list) and media_type.startswith("multipart/"):
            if media_type == "multipart/alternative":
                seen_alternatives += 1
                alternative = seen_alternatives
            waiting.extend((child, alternative) for child in reversed(children) if isinstance(child, Tree))
            continue
        count += 1
        if count > limits.parts:
            raise Unreadable("too-many-parts", f"more than {limits.parts}")
        yield _leaf(node, media_type, parameters, alternative)


def _leaf(node: Tree, media_type: str, parameters: _Parameters, alternative: int) -> _Leaf:
    if media_type.startswith("multipart/"):  # it has no parts: the delimiter it names never comes
        media_type = "text/plain"
    disposition = str(node.get("content-disposition", "")).partition(";")[0].strip().lower()
    filename = _filename(node, parameters, disposition)
    is_text = media_type in ("text/plain", "text/html")
    is_attachment = disposition == "attachment" or bool(filename) or not is_text
    part = Part(
        media_type=media_type,
        filename=filename,
        content=_content(node),
        is_attachment=is_attachment,
        parameters=parameters,
        disposition=disposition,
        content_id=str(node.get("content-id", "")).strip().strip("<>") if is_attachment else "",
    )
    charset = dict(parameters).get("charset")
    return _Leaf(part, charset, is_inline=is_text and disposition != "attachment", alternative=alternative)


def _filename(node: Tree, parameters: _Parameters, disposition: str) -> str | None:
    """Return the file name of either field; Content-Disposition's goes first (RFC 2183 §2.3)."""
    named = dict(_parameters(node, "content-disposition")).get("filename") if disposition else None
    name = named or dict(parameters).get("name", "")
    return seen(_encoded_words(name) if "=?" in name else name).strip() or None


def _kind(node: Tree) -> tuple[str, _Parameters]:
    """Return the media type of a node, in lower case, and its parameters."""
    value = node.get("content-type")
    plain = _PLAIN_CONTENT_TYPE.fullmatch(value) if isinstance(value, str) else None
    if plain is None:
        return node.get_content_type(), _parameters(node, "content-type")
    pairs = _PLAIN_PARAMETER.findall(plain[2])
    return plain[1].lower(), tuple((name.lower(), quoted or bare) for name, quoted, bare in pairs)


def _parameters(node: Tree, header: str) -> _Parameters:
    if header not in node:
        return ()
    try:
        pairs = node.get_params(failobj=[], header=header) or []
        return tuple((str(name).lower(), seen(_parameter(value))) for name, value in pairs[1:])
    except Exception:  # a malformed field has no parameters
        return ()


def _parameter(value: object) -> str:
    if isinstance(value, tuple):  # RFC 2231 §4: charset, language, text
        charset, _, text = value
        return decoded(str(text).encode("latin-1", "replace"), charset) if charset else str(text)
    return str(value)


def _content(node: Tree) -> bytes:
    """Return the decoded bytes of a leaf; of an attached mail or report, its source."""
    try:
        if node.is_multipart():
            return _source(node, list(node.get_payload()))
        content = node.get_payload(decode=True)
    except Exception:  # an encoding that does not decode: the text as it stands
        payload = node.get_payload()
        content = payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""
    return content if isinstance(content, bytes) else b""


def _source(node: Tree, children: Sequence[object]) -> bytes:
    source = b"\n".join(child.as_bytes() for child in children if isinstance(child, Tree))
    if str(node.get("content-transfer-encoding", "")).strip().lower() == "base64":  # QUIRK RFC 2046 §5.2.1 forbids it
        try:
            return base64.b64decode(b"".join(source.split()), validate=True)
        except binascii.Error:
            return source
    return source


# --- bodies --------------------------------------------------------------------------------------


def _bodies(leaves: tuple[_Leaf, ...]) -> tuple[str, str]:
    """Return the text/plain and the text/html body. Parts that stand beside each other are joined; one alternative
    gives one text of each type. A named text counts only when there is no unnamed one.
    """
    inline = [leaf for leaf in leaves if leaf.is_inline]
    bodies = [leaf for leaf in inline if not leaf.part.filename] or inline[:1]
    text = "\n".join(_text(leaf) for leaf in _one_each(bodies, "text/plain"))
    html = "\n".join(_html(leaf) for leaf in _one_each(bodies, "text/html"))
    return text, html


def _one_each(bodies: list[_Leaf], media_type: str) -> list[_Leaf]:
    chosen: list[_Leaf] = []
    taken: set[int] = set()
    for leaf in bodies:
        if leaf.part.media_type != media_type or leaf.alternative in taken:
            continue
        chosen.append(leaf)
        if leaf.alternative:
            taken.add(leaf.alternative)
    return chosen


def _text(leaf: _Leaf) -> str:
    text = seen(decoded(leaf.part.content, leaf.charset))
    parameters = dict(leaf.part.parameters)
    text = _without_leftovers(text)
    if parameters.get("format", "").lower() == "flowed":
        return unflowed(text, delete_space=parameters.get("delsp", "").lower() == "yes")
    return text


def _html(leaf: _Leaf) -> str:
    return seen(decoded(leaf.part.content, leaf.charset))


def _without_leftovers(text: str) -> str:
    """Undo quoted-printable that was sent without its label: soft breaks together with escapes."""
    escapes = len(_QUOTED_PRINTABLE.findall(text[:100_000])) if "=" in text else 0
    if escapes < 2 or not _SOFT_BREAK.search(text):
        return text
    return seen(decoded(quopri.decodestring(text.encode()), None))


# --- what cannot be read -------------------------------------------------------------------------

_SEALED = {
    ("multipart/encrypted", None),
    ("application/pkcs7-mime", "enveloped-data"),
    ("application/x-pkcs7-mime", "enveloped-data"),
    ("application/pkcs7-mime", ""),
    ("application/x-pkcs7-mime", ""),
    ("application/pgp-encrypted", None),
}
_OPAQUE = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")


def unreadable_reason(message: Message) -> str | None:
    """Return why no text can be read out of a message: "encrypted", "opaque-signature", "winmail", "attachment-alone",
    "empty"; None when there is text.
    """
    if message.text.lstrip().startswith(_PGP_ARMOUR):
        return "encrypted"
    kinds = [(message.media_type, message.media_parameters)]
    kinds += [(part.media_type, part.parameters) for part in message.parts]
    has_text = bool(message.text.strip()) or bool(message.html and readable(message.html).strip())
    for media_type, parameters in kinds:
        smime_type = dict(parameters).get("smime-type", "").lower()
        if (media_type, None) in _SEALED or ((media_type, smime_type) in _SEALED and not has_text):
            return "encrypted"
    if has_text:
        return None
    if any(media_type in _OPAQUE for media_type, _ in kinds):
        return "opaque-signature"
    if any(part.media_type in _TNEF or (part.filename or "").lower() == "winmail.dat" for part in message.parts):
        return "winmail"
    return "attachment-alone" if any(part.is_attachment for part in message.parts) else "empty"
