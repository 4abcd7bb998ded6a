"""How much of an HTML body is walked: what no person wrote costs no more than what one might."""

from __future__ import annotations

import time

import pytest

from gateway.understand.html import MOST_NODES, HtmlBody

ROUNDS = 2
MOST_GROWTH = 2.5  # of the time, where four times as much is written


def _seconds(html: str) -> float:
    """Return the CPU time of the quickest of a few walks over a tree that is made already."""
    times = []
    for _ in range(ROUNDS):
        body = HtmlBody(html)
        assert body.tree.body is not None
        begun = time.process_time()
        assert body.lines
        times.append(time.process_time() - begun)
    return min(times)


@pytest.mark.parametrize("block", ["yes<br>", "<p>yes</p>"])
def test_blocks_beyond_what_is_read_cost_no_time(block: str) -> None:
    few, many = block * MOST_NODES, block * (4 * MOST_NODES)
    assert _seconds(many) < MOST_GROWTH * _seconds(few)


def test_an_elements_siblings_are_walked_in_order_and_left_once() -> None:
    inner = "<blockquote>b<ul><li>c</li><li>d<br>e</li></ul></blockquote><p></p><table><tr><td>f</td></tr></table>"
    html = f"<div>a{inner}</div>g"
    lines = [(line.text, line.depth) for line in HtmlBody(html).lines if line.text]
    assert lines == [("a", 0), ("b", 1), ("- c", 1), ("- d", 1), ("e", 1), ("f", 0), ("g", 0)]


def test_only_what_stands_within_a_container_is_walked() -> None:
    html = '<p>yes</p><div class="gmail_signature">Ana<br>Clerk</div><p>more</p>'
    assert HtmlBody(html).signature == ["Ana", "Clerk"]
