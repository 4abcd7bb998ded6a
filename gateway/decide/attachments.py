"""Files that come with a mail: which of them are passed on with a post, and what its author is told of the others.

Judged by media type, by the ending of the name and by the first octets; no sign is trusted alone. Must not: change a
file, or say how a mail carries it (render/files.py does).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from gateway.decide.acted import Acted
from gateway.model.arrival import ArrivalState
from gateway.model.attachment import Attachment, KeptBack
from gateway.model.charter import AttachmentRules
from gateway.model.context import MailContext
from gateway.model.entry import Answered, Posted, RoundOpened, TaskMade
from gateway.model.facts import Act
from gateway.model.filetype import (
    TYPE_OF_ENDING,
    UNSTATED,
    cleaned,
    ending,
    ending_of,
    is_covered,
    meant_by,
    never_passes,
)
from gateway.model.message import Message, Part

SMALL_IMAGE = 20_000  # octets: what signatures bring in a mail's HTML is smaller, a picture that says something larger
_MOST_JUDGED = 100  # files of one mail; so many a charter may let pass at most
_MOST_NAMED = 10  # in one line of a receipt
_BEGINNING = 64  # octets that tell a program
_TEXTS = ("text/plain", "text/html")

# What mail programs put beside a mail, and its reader has no use for once it is passed on in a mail of ours.
_WRAPPING = frozenset(
    {
        *("application/pgp-signature", "application/pgp-keys", "application/pgp-encrypted", "application/applefile"),
        *("application/pkcs7-signature", "application/x-pkcs7-signature"),
    }
)


def files_of(
    message: Message, arrival: int, rules: AttachmentRules, all_back: KeptBack = KeptBack.NO
) -> tuple[Attachment, ...]:
    """Return the files of a mail in their order, each judged; `arrival` is the mail's own number.

    `all_back`: why none of them is passed on, whatever it is.
    """
    judged: list[Attachment] = []
    room, places = rules.most_bytes, rules.most_files
    for number, part in _files(message):
        if len(judged) == _MOST_JUDGED:
            break
        name = _name(part, number)
        passing = _as_it_passes(part, name, rules)
        why = all_back or (_kept_back(part, rules, room, places) if passing else KeptBack.KIND)
        if why is KeptBack.NO:
            room, places = room - len(part.content), places - 1
        filename, media_type = passing or (name, part.media_type)
        judged.append(
            Attachment(
                filename=filename,
                media_type=media_type,
                size=len(part.content),
                arrival=arrival,
                part=number,
                kept_back=why,
                linked=rules.link,
            )
        )
    return tuple(judged)


def _kept_back(part: Part, rules: AttachmentRules, room: int, places: int) -> KeptBack:
    """Return why a file of a kind that passes is not passed on."""
    if not rules.pass_on:
        return KeptBack.OFF
    if len(part.content) > room:
        return KeptBack.SIZE
    return KeptBack.NO if places > 0 else KeptBack.NUMBER


def _as_it_passes(part: Part, name: str, rules: AttachmentRules) -> tuple[str, str] | None:
    """Return name and media type under which a file may pass, None where it is of no kind that does.

    Name and type must agree. What has no ending that is known ("README", "Report 1.2") gets the one of its type, so
    that nothing opens it as something else.
    """
    end, said = ending(name), part.media_type
    if never_passes(said, end, part.content[:_BEGINNING]):
        return None
    if end not in TYPE_OF_ENDING and end not in rules.endings:
        added = ending_of(said) or ("txt" if said.startswith("text/") else "")
        if not added or never_passes(said, added, part.content[:_BEGINNING]):
            return None
        return (cleaned(f"{name}.{added}"), said) if is_covered(said, rules.types) else None
    media_type = meant_by(said, end)
    by_name = end in rules.endings or is_covered(TYPE_OF_ENDING.get(end, ""), rules.types)
    by_type = said in UNSTATED or is_covered(media_type, rules.types)
    return (name, media_type) if by_name and by_type else None


def _name(part: Part, number: int) -> str:
    name = cleaned(part.filename or "")
    if name:
        return name
    end = ending_of(part.media_type)
    return f"{number}.{end}" if end else str(number)


# --- what is a file -------------------------------------------------------------------------------------------------


def _files(message: Message) -> Iterator[tuple[int, Part]]:
    """Yield (which leaf, the leaf) for all that its author may have meant to send along."""
    if not any(part.is_attachment for part in message.parts):
        return
    body = _named_body(message)
    for number, part in enumerate(message.parts):
        if part.is_attachment and number != body and not _is_clutter(part, message.html):
            yield number, part


def _named_body(message: Message) -> int | None:
    """Return which leaf is the text of the mail though it has a name: where no other text is (understand/mime.py)."""
    texts = [(number, part) for number, part in enumerate(message.parts) if part.media_type in _TEXTS]
    if any(not part.is_attachment for _, part in texts):
        return None
    return next((number for number, part in texts if part.disposition != "attachment"), None)


def _is_clutter(part: Part, html: str) -> bool:
    if part.media_type in _WRAPPING or not part.content:
        return True
    if part.media_type.startswith("image/") and len(part.content) <= SMALL_IMAGE:
        return bool(part.content_id) and f"cid:{part.content_id}" in html  # RFC 2392 §2: a picture of the page
    is_bare_text = part.media_type.startswith("text/") and not part.filename
    return is_bare_text and part.disposition != "attachment"  # the body once more, in another form


# --- what the author is told ----------------------------------------------------------------------------------------


def told(context: MailContext, message: Message, acted: Acted) -> Acted:
    """Return what a mail came to with a line for its author on each reason why files of it were not passed on."""
    if acted.state is not ArrivalState.PROCESSED or not acted.acts:
        return acted
    back = _kept_back_of(context, message, acted)
    if not back:
        return acted
    sorts = {why: [one for one in back if one.kept_back is why] for why in dict.fromkeys(one.kept_back for one in back)}
    lines = tuple(_line(why, files) for why, files in sorts.items())
    counts = ", ".join(f"{why.value} {len(files)}" for why, files in sorts.items())
    detail = "; ".join(filter(None, (acted.detail, f"files kept back: {counts}")))
    return dataclasses.replace(acted, acts=(*acted.acts, *lines), detail=detail)


def _kept_back_of(context: MailContext, message: Message, acted: Acted) -> list[Attachment]:
    """Return the files of a mail that nobody gets with it: of its posts, or all of one that only answers."""
    posts = [entry for entry in acted.entries if isinstance(entry, Posted)]
    if not posts and any(isinstance(entry, _ANSWERS) for entry in acted.entries):
        return [*files_of(message, context.arrival_id, context.workspace.charter.attachments, KeptBack.ANSWER)]
    return [*dict.fromkeys(one for post in posts for one in post.files if not one.is_passed_on)]


def passed_on(acted: Acted) -> tuple[str, ...]:
    """Return the names of the files that go with the posts of a mail."""
    posts = (entry for entry in acted.entries if isinstance(entry, Posted))
    return tuple(dict.fromkeys(one.filename for post in posts for one in post.files if one.is_passed_on))


_ANSWERS = (Answered, RoundOpened, TaskMade)


def _line(why: KeptBack, files: list[Attachment]) -> Act:
    names = [one.filename for one in files[:_MOST_NAMED]]
    more = [f"… (+{len(files) - _MOST_NAMED})"] if len(files) > _MOST_NAMED else []
    return Act(name=_name_of_line(why, files), text=", ".join([*names, *more]), who=why.value)


def _name_of_line(why: KeptBack, files: list[Attachment]) -> str:
    if why is KeptBack.ANSWER:
        return "file-unused"  # said where there is a receipt anyway: nobody reads the files of an answer
    return "file-linked" if all(one.is_fetchable for one in files) else "file-kept-back"
