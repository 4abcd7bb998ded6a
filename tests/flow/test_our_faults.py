"""A fault of ours in one notice: it is kept with its reason and can be put back, and no other waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gateway.model.notice import NoticeState
from gateway.pipeline import flow
from tests.flow.town import Town

Found = Callable[..., Town]


@pytest.mark.parametrize(("broken", "reason"), [("envelope_from", "our-fault"), ("render", "rendering-failed")])
def test_a_notice_that_breaks_our_own_code_is_kept_and_the_others_go(
    found: Found, monkeypatch: pytest.MonkeyPatch, broken: str, reason: str
) -> None:
    town = found()
    whole = getattr(flow, broken)

    def breaks_for_ben(stored: Any, *more: Any) -> Any:
        return 1 / 0 if stored.notice.address == "ben@example.net" else whole(stored, *more)

    with monkeypatch.context() as patch:
        patch.setattr(flow, broken, breaks_for_ben)
        town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed.")
    assert town.reached("post") == ["cleo"]
    [failed] = town.notices(NoticeState.FAILED)
    assert (failed.notice.address, failed.reason) == ("ben@example.net", reason)
    assert town.faults, "a fault of ours is logged as one"
    town.faults.clear()

    with town.store.begin() as tx:
        tx.outbox.requeue(failed.id)
    town.wait(minutes=1)
    assert town.reached("post") == ["ben", "cleo"]
    assert not town.notices(NoticeState.FAILED)
