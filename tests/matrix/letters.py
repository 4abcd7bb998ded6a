"""The mails that are answered: real digests and prompts of towns that had something to tell, in English and French.

Each town is lived through the pipeline, and its mail taken as it reached its reader. Must not: compose replies.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.model.arrival import Arrival, ArrivalState, StoredArrival
from gateway.model.authentication import NOBODY_SAID
from gateway.model.understood import Understood
from gateway.pipeline import knowing, workspaces
from gateway.understand.mime import read_message
from gateway.understand.read import understand
from tests.flow.town import CHECK_IN, KEYS, TEAM, Letter, Town, lexicon
from tests.matrix.composing import Asked

READERS = {"en": "ben", "fr": "cleo"}
SIZES = ("1 vote", "1 check-in", "1 thread", "5", "20")

_VOTES: dict[str, tuple[str, str, str]] = {
    "meet": ("acme+vote", "Where do we meet", "- Lisbon\n- Porto\n\nPlease answer by Friday 5 June 18:00."),
    "scanner": ("acme", "[VOTE] New scanner", "Shall we buy a new scanner? Yes or no, by Friday 18:00."),
    "trees": ("acme+vote", "Order of trees", "Rank these:\n- Oak\n- Beech\n- Pine\n\nby Friday 18:00"),
    "days": ("acme+vote", "Days", "Pick any that suit.\n- Monday\n- Tuesday\n- Wednesday\n\nby Friday 18:00"),
    "rate": ("acme+vote", "The two walks", "Score from 0 to 5:\n- Harbour\n- Castle\n\nby Friday 18:00"),
    "door": ("acme", "[VOTE] Repaint the door", "Shall we repaint the front door? Yes or no, by Friday 18:00."),
    "colour": ("acme+vote", "Colour of the fence", "- Red\n- Blue\n- Green\n\nPlease answer by Friday 5 June 18:00."),
    "lunch": (
        "acme+vote", "Lunch on the day we move into the new workshop behind the station, for everybody who carries",
        "- Pizza\n- Soup\n\nPlease answer by Friday 5 June 18:00.",
    ),
}  # fmt: skip
_THREADS = (
    ("The ladder", "I found the ladder, it is behind the shed and quite dry."),
    ("The hose", "The hose is back in the shed.\n\nThanks to whoever put it there."),
    (
        "Two of the old chairs",
        "Two of the old chairs are broken:\n- the blue one\n- the one with arms\n\nShall I mend them?",
    ),
    ("Wasps", "There is a nest under the roof, please use the other door until somebody has had a look at it."),
    ("Cellar", "Who left the light on?"),
    ("Insurance", "The letter from the insurance is here. They want to know how many tools we keep, and where."),
    ("Bicycle", "The green bicycle needs a new chain."),
    ("Open day", "We had forty visitors on the open day, ten more than last year, and sold all of the honey."),
    ("Rain barrel", "The rain barrel leaks."),
    ("Compost", "The compost is ready. Take what you need, and leave the sieve where it was."),
)


@dataclass(frozen=True)
class Held:
    """A mail in somebody's box: what it holds to answer (mark → kind of answer), and the town it is of."""

    town: Town
    reader: str
    letter: Letter
    kinds: dict[str, str]
    all_marks: tuple[str, ...]  # of everything it shows, also what waits for no answer

    @property
    def asked(self) -> Asked:
        """The mail as its reader's program holds it."""
        message = self.letter.message
        author = message.author
        assert author is not None
        return Asked(
            name=author.name,
            address=author.address,
            reply_to=(message.reply_to or (author,))[0].address,
            subject=message.subject,
            message_id=message.message_id,
            references=message.references,
            text=message.text,
            html=message.html,
            at=self.letter.at.astimezone(ZoneInfo(self.town.people[self.reader].zone)),
        )

    def understood(self, raw: bytes) -> Understood:
        """Return what a reply to it is understood to say, the record unchanged."""
        town, message = self.town, read_message(raw)
        arrival = Arrival(
            door="lmtp", reverse_path=town.address_of(self.reader), recipients=(self.asked.reply_to,), raw=raw,
            received_at=town.clock.at,
        )  # fmt: skip
        stored = StoredArrival(id=0, arrival=arrival, state=ArrivalState.RECEIVED)
        with town.store.read() as tx:
            group = workspaces.workspace(tx, "acme")
            context = knowing.mail_context(tx, group, stored, message, town.clock.at, KEYS, NOBODY_SAID)
        return understand(message, context, lexicon())


def towns(folder: Path) -> dict[str, Town]:
    """Return the towns by the size of their digest, each on the Wednesday it went out."""
    return {
        "1 vote": _lived(folder / "vote", ("meet",), 0, asks=False),
        "1 check-in": _lived(folder / "check-in", (), 0, asks=True, told=True),
        "1 thread": _lived(folder / "thread", (), 1, asks=False),
        "5": _lived(folder / "five", ("meet", "scanner"), 2, asks=True),
        "20": _lived(folder / "twenty", tuple(_VOTES), 10, asks=True, more_asked=True, told=True),
    }


def held(towns_: dict[str, Town], size: str, language: str) -> Held:
    """Return the digest of a size in a language."""
    town, reader = towns_[size], READERS[language]
    letter = town.newest(reader, "digest")
    return Held(town, reader, letter, _kinds(town, letter), tuple(dict.fromkeys(_items(town, letter))))


def prompt(towns_: dict[str, Town], language: str) -> Held:
    """Return a check-in's own mail."""
    town, reader = towns_["5"], READERS[language]
    letter = town.newest(reader, "prompt")
    return Held(town, reader, letter, {letter.mark: "check-in"}, (letter.mark,))


def ballot(towns_: dict[str, Town], language: str) -> Held:
    """Return a vote's own mail."""
    town, reader = towns_["5"], READERS[language]
    letter = town.box(reader, "ballot")[0]
    return Held(town, reader, letter, {letter.mark: "meet"}, (letter.mark,))


def _lived(
    folder: Path, votes: tuple[str, ...], threads: int, *, asks: bool, more_asked: bool = False, told: bool = False
) -> Town:
    folder.mkdir(parents=True)
    routines = {"daily": CHECK_IN | {"reminders": []}} if asks else {}
    if more_asked:
        routines["garden"] = CHECK_IN | {"title": "Garden round", "at": "09:10", "reminders": []}
    town = Town.founded(
        folder,
        TEAM,
        routines=routines,
        votes={"reminders": []},
        delivery="daily",
        digest_at="09:30",
        languages=["en", "fr"],
    )
    for number in range(
        8 if votes and threads else 0
    ):  # of the days before: told in an earlier digest, their marks taken
        town.writes("ana", "acme", f"Old matter {number}", "This was settled long ago.")
    town.at("2026-06-02 10:00")
    if told:
        town.answers(
            "ana", town.newest("ana", "prompt"), "Done: swept the yard\nNext: sort the nails\nBlockers: no broom"
        )
    for number, (to, subject, text) in enumerate(_VOTES[kind] for kind in votes):
        town.at(f"2026-06-02 11:{number:02}")
        town.writes("ana", to, subject, text)
    for number, (subject, text) in enumerate(_THREADS[:threads]):
        town.at(f"2026-06-02 12:{number:02}")
        town.writes("ana", "acme", subject, text)
    town.at("2026-06-03 09:40")
    return town


def _kinds(town: Town, letter: Letter) -> dict[str, str]:
    """Return what each item of a digest that waits for an answer takes."""
    titles = {subject.removeprefix("[VOTE] "): kind for kind, (_, subject, _) in _VOTES.items()}
    kinds: dict[str, str] = {}
    for item in _items(town, letter):
        if item.startswith("P-"):
            kinds[item] = "thread"
        elif item.startswith("V-"):
            kinds[item] = titles[town.round(item).title]
        elif item.startswith("C-") and town.round(item).closes_at > town.clock.at:
            kinds[item] = "check-in"
    return kinds


def _items(town: Town, letter: Letter) -> list[str]:
    with town.store.read() as tx:
        stored = tx.outbox.get(letter.notice_id)
    assert stored is not None
    return [item.mark for item in stored.notice.items]
