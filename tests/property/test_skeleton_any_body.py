"""A mail read from its skeleton is the mail read whole, whatever its body."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message as Tree

from hypothesis import given
from hypothesis import strategies as st

from gateway.understand.skeleton import skeleton

HEADS = st.sampled_from(
    [
        b"",
        b"Content-Type: text/plain; charset=utf-8\n",
        b"Content-Type: multipart/mixed; boundary=b\n",
        b"Content-Type: multipart/alternative; boundary=c\n",
        b"Content-Type: multipart/digest; boundary=b\n",
        b"Content-Type: message/rfc822\n",
        b'Content-Type: multipart/mixed; boundary="outer-name"\n',
        b'Content-Type: multipart/mixed; boundary="outer-name"; name="boundary=inner_name"\n',
    ]
)
LINES = st.sampled_from(
    [
        b"", b"", b"--b", b"--b", b"--b--", b"--c", b"--c--", b"-- ", b"---", b"a" * 90, b"b" * 40, b"\xc3\xa9" * 50,
        b"Content-Type: multipart/alternative; boundary=c", b"Content-Type: text/html", b"Content-Type: message/rfc822",
        b"Content-Transfer-Encoding: base64", b" folded", b"\x1ca stretch set aside\x1d0\x1d", b"\x1c", b"\r",
        b"--outer-name", b"--outer-name", b"--outer-name--", b"--outer-names", b"outer-name", b"--inner_name",
        b'Content-Type: multipart/alternative; boundary="inner_name"', b"Content-Type: text/a; boundary=inner_name-",
        b"Content-Type: text/plain; boundary=outer-name", b"Boundary: outer-name", b"boundary=inner_name: x",
    ]
)  # fmt: skip
LONG = b"\n".join([b"filler " * 10] * 150)  # a body shorter than this is not taken apart


def told(tree: Tree) -> list[tuple[object, object]]:
    return [(n.get("content-type"), "" if n.is_multipart() else n.get_payload()) for n in tree.walk()]


@given(HEADS, st.lists(LINES, max_size=30), st.integers(0, 30) | st.none(), st.sampled_from([b"\n", b"\r\n"]))
def test_a_tree_restored_from_its_skeleton_is_the_tree_of_the_whole_mail(
    head: bytes, lines: list[bytes], filled_at: int | None, end: bytes
) -> None:
    if filled_at is not None:
        lines.insert(filled_at, LONG)
    body = end.join(lines)
    bones = skeleton(head, body)
    tree = message_from_bytes(bones.source)
    bones.restore(tree)
    assert told(tree) == told(message_from_bytes(head + b"\n" + body))


def test_an_attachment_of_a_megabyte_leaves_a_skeleton_of_a_few_lines() -> None:
    body = b"--b\n\nhello\n--b\nContent-Type: image/png\n\n" + b"A" * 76 * 3 + b"\nQUJD\n" * 200_000 + b"--b--\n"
    assert len(skeleton(b"Content-Type: multipart/mixed; boundary=b\n", body).source) < 300


def test_the_delimiters_of_two_mails_are_called_alike_in_their_skeletons() -> None:
    one, other = (
        skeleton(
            b'Content-Type: multipart/mixed; boundary="%s"\n' % outer,
            b"--%s\nContent-Type: multipart/alternative;\n boundary=%s\n\n" % (outer, inner)
            + b"--%s\n\nhello\n--%s--\n--%s--\n" % (inner, inner, outer),
        )
        for outer, inner in ((b"----=_Part_1_2", b"----=_Part_3_45"), (b"0000000000005a", b"0000000000005b1"))
    )
    assert one.source == other.source
    assert [name for _, name in one.names] == ["----=_Part_1_2", "----=_Part_3_45"]


def test_a_delimiter_that_content_names_too_keeps_its_name() -> None:
    head = b'Content-Type: multipart/mixed; boundary="outer-name"\n'
    assert not skeleton(head, b"--outer-name\n\nThe outer-name of it.\n--outer-name--\n").names
