"""The data of a mail, taken in blocks: what comes out is what was sent, wherever the blocks were cut."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.arrive.smtp_server import LINE_BYTES, Incoming

PIECE = st.sampled_from([b"\r\n", b".", b"..", b"\r", b"\n", b".\r\n", b"a", b"bc d", b"\x00", b"\xff", b"\r\n."])
MAIL = st.lists(PIECE, max_size=40).map(b"".join)


def stuffed(content: bytes) -> bytes:
    """Return what a client sends for a content (RFC 5321 §4.5.2): lines that begin with a dot get one more."""
    lines = content.split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)


def taken(blocks: list[bytes], limit: int = 0) -> Incoming:
    incoming = Incoming(limit)
    for block in blocks:
        assert not incoming.is_whole
        incoming.take(block)
    return incoming


@given(MAIL, st.lists(st.integers(0, 120), max_size=8), st.sampled_from([b"", b"MAIL FROM:<a@b.example>\r\n"]))
def test_the_content_comes_out_wherever_the_blocks_are_cut(written: bytes, cuts: list[int], behind: bytes) -> None:
    content = written + b"\r\n" if written and not written.endswith(b"\r\n") else written
    sent = stuffed(content) + b".\r\n"
    places = sorted({0, *(cut for cut in cuts if cut < len(sent)), len(sent)})
    blocks = [sent[start:stop] for start, stop in pairwise(places)]
    blocks[-1] += behind
    incoming = taken(blocks)
    assert incoming.is_whole
    assert incoming.behind == behind
    assert incoming.content() == content


@given(MAIL)
def test_without_a_lone_dot_it_is_not_whole(written: bytes) -> None:
    assert not taken([stuffed(written)]).is_whole


def test_what_is_too_much_is_read_to_its_end_and_not_kept() -> None:
    incoming = taken([b"word\r\n" * 100, b"\r\n.\r\n"], limit=500)
    assert incoming.is_whole
    with pytest.raises(ValueError, match=r"^552 "):
        incoming.content()


@pytest.mark.parametrize(("letters", "is_taken"), [(LINE_BYTES - 2, True), (LINE_BYTES - 1, False)])
def test_a_line_is_taken_up_to_its_limit(letters: int, is_taken: bool) -> None:
    sent = b"a\r\n" * 7 + b"x" * letters + b"\r\nb\r\n"
    incoming = taken([sent + b".\r\n"])
    if is_taken:
        assert incoming.content() == sent
    else:
        with pytest.raises(ValueError, match=r"^500 "):
            incoming.content()


@pytest.mark.parametrize("line", [b"=\r\n", b"\r\n", b"..\r\n", b"."], ids=["soft breaks", "empty", "dots", "no end"])
def test_a_million_lines_cost_little(line: bytes) -> None:
    sent = line * 1_000_000 + b"\r\n.\r\n"
    started = time.process_time()
    incoming = taken([sent[at : at + 65_536] for at in range(0, len(sent), 65_536)])
    assert incoming.is_whole
    if line != b".":
        incoming.content()
    assert time.process_time() - started < 0.5
