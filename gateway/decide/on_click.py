"""What follows from one click on "unsubscribe" in a mail (RFC 8058): what the mail was about stops. The third entrance.

A click proves less than a mail of the member: whoever the mail was passed on to may click too. So it does what anybody
can take back by one word, a pause or a channel left, and never what needs a confirmation, such as leaving for good.
Must not: answer by mail, since that is what was just stopped.
"""

from __future__ import annotations

from gateway.decide.acted import Acted
from gateway.decide.rituals import settings
from gateway.model.charter import Charter
from gateway.model.decision import Decision, Why
from gateway.model.facts import Act, Facts, PostFacts
from gateway.model.member import Delivery, Member


def scope(facts: Facts, charter: Charter) -> str | None:
    """Return the channel that a click on a notice stops, None for everything of the workspace: as its List-Id says."""
    channel = facts.channel if isinstance(facts, PostFacts) else None
    return channel if channel in charter.channels else None


def decide(member: Member, channel: str | None) -> Decision:
    """Return what a click comes to. Clicked again, nothing is left to record."""
    return Decision(Why.SETTINGS, entries=stopped(member, channel).entries)


def stopped(member: Member, channel: str | None) -> Acted:
    """Return the stop: posts of the channel come no more, or nothing does until `resume`, as `stop` has it.

    The button of a mail program, which writes a mail, comes to the same; that mail is answered by a receipt.
    """
    if channel is None:
        return settings.stop(member)
    channels = {**member.settings.channels, channel: Delivery.NONE}
    return settings.change(member, (Act(name="channel-left", text=channel),), channels=channels)
