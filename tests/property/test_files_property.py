"""Promises of files that hold for any name, type and content: names are harmless, parts come back as they were."""

from __future__ import annotations

import email

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.decide.attachments import files_of
from gateway.model.charter import AttachmentRules
from gateway.model.filetype import NEVER_ENDINGS, cleaned, ending
from gateway.model.message import Part
from gateway.render.files import part_of
from tests.builders import message
from tests.golden.rendered_specimens import MENU

NAMES = st.text(max_size=150) | st.text(alphabet='a.é/\\:\u202e\u200b\r\n\0 "%*exepdf', max_size=150)
TYPES = st.sampled_from(
    ["application/pdf", "image/png", "text/plain", "application/octet-stream", "text/html", "x", ""]
)


@settings(max_examples=150, deadline=None)
@given(name=NAMES)
def test_any_name_is_harmless_once_cleaned_and_stays_so(name: str) -> None:
    found = cleaned(name)
    assert len(found) <= 100
    assert all(sign.isprintable() or sign == " " for sign in found)
    assert not set(found) & set('/\\:*?"<>|%')
    assert found == found.strip(". ")
    assert cleaned(found) == found


@settings(max_examples=100, deadline=None)
@given(parts=st.lists(st.tuples(NAMES, TYPES, st.binary(max_size=80)), max_size=5), most=st.integers(0, 200))
def test_no_program_and_no_more_than_there_is_room_for_is_passed_on(
    parts: list[tuple[str, str, bytes]], most: int
) -> None:
    leaves = tuple(Part(media_type, name, content, is_attachment=True) for name, media_type, content in parts)
    found = files_of(message(parts=leaves), 1, AttachmentRules(most_bytes=most, types=("image/*", "application/pdf")))
    going = [one for one in found if one.is_passed_on]
    assert sum(one.size for one in going) <= most
    assert not {ending(one.filename) for one in going} & NEVER_ENDINGS
    assert all(leaves[one.part].content[:2] not in (b"MZ", b"#!") for one in going)


@settings(max_examples=100, deadline=None)
@given(name=NAMES, content=st.binary(max_size=500), charset=NAMES)
def test_any_part_is_seven_bit_and_comes_back(name: str, content: bytes, charset: str) -> None:
    file = msgspec.structs.replace(MENU, filename=cleaned(name) or "x", media_type="text/plain")
    made = part_of(file, content, charset)
    assert made.isascii()
    assert max(map(len, made.split(b"\r\n"))) <= 78
    part = email.message_from_bytes(made)
    assert part.get_payload(decode=True) == content
    assert part.get_filename() == file.filename
