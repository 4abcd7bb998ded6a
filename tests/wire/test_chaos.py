"""A crowd's mail through a real Postfix while `restante serve` is killed at random: every mail is accounted for.

The small one of `python -m tests.bench chaos`.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.wire.storm import Storm

pytestmark = [pytest.mark.wire, pytest.mark.slow]

MAILS, KILLS = 200, 6


@pytest.mark.usefixtures("programs")
def test_every_mail_of_a_crowd_is_accounted_for_though_the_process_is_killed_again_and_again(place: Path) -> None:
    seed = time.monotonic_ns() % 997  # another crowd in each run, told when the test fails
    reckoning = Storm(place, MAILS, KILLS, seed).run()
    assert not reckoning.broken, f"seed {seed}: {reckoning}"
    assert reckoning.died == KILLS
    assert reckoning.handed_in + reckoning.turned_away == MAILS
    assert reckoning.arrived + sum(reckoning.refused.values()) >= reckoning.handed_in
