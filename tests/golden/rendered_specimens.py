"""One notice of every kind and shape, for what we send: golden files, tests of promises, pictures. Values only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec

from gateway.model.attachment import Attachment, KeptBack
from gateway.model.ballot import (
    CONSENT_OPTIONS,
    PLUSONE_OPTIONS,
    YESNO_OPTIONS,
    Abstention,
    Method,
    Pick,
    Picks,
    PlusOne,
    Question,
    Ranking,
    Scores,
)
from gateway.model.charter import Channel, Charter
from gateway.model.context import Workspace
from gateway.model.facts import (
    Act,
    AskBackFacts,
    AwayLine,
    BallotFacts,
    BlockerLine,
    Candidate,
    CatchUpFacts,
    ChangeFacts,
    CheckInLine,
    ConfirmFacts,
    DecidedLine,
    DeclineFacts,
    DigestFacts,
    Facts,
    Guess,
    HelpFacts,
    Item,
    NeedsYouLine,
    OpenVoteLine,
    OutcomeFacts,
    PostFacts,
    PromptFacts,
    ReceiptFacts,
    ReminderFacts,
    StatusFacts,
    StewardFacts,
    SummaryFacts,
    TaskFacts,
    TaskLine,
    TaskQuestionFacts,
    TaskReminderFacts,
    ThreadLine,
    TryOutFacts,
    WelcomeFacts,
    WouldAnswer,
)
from gateway.model.notice import Answering, Notice, StoredNotice
from gateway.model.reading import StatedRules
from gateway.model.round import CheckIn, Outcome, Reason, Result, TallyLine
from gateway.model.token import Claim, KeyRing

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
MENU = Attachment(filename="Menü.pdf", media_type="application/pdf", size=999, arrival=18, part=1)


def named(filename: str) -> Attachment:
    """Return a file that is passed on under a name."""
    return msgspec.structs.replace(MENU, filename=filename)


FILM = Attachment(
    filename="walk-through.mp4",
    media_type="video/mp4",
    size=34_200_000,
    arrival=18,
    part=2,
    kept_back=KeptBack.SIZE,
    linked=True,
)
SETUP = Attachment(
    filename="setup.exe",
    media_type="application/octet-stream",
    size=1_460_000,
    arrival=18,
    part=3,
    kept_back=KeptBack.KIND,
    linked=True,
)
CLOSES = datetime(2026, 11, 26, 16, 0, tzinfo=UTC)

WORKSPACE = Workspace(
    id=1,
    name="acme",
    charter=Charter(
        name="Acme Cooperative",
        address="acme@ws.example.org",
        languages=("en", "fr"),
        timezone="Europe/Paris",
        channels={"design": Channel(purpose="Drafts, looks and layouts"), "money": Channel()},
    ),
    charter_version=3,
)
RING = KeyRing({0: b"golden keys are no secrets, are they?"}, 0)

CITY = Question(
    text="Where shall we meet in spring?", method=Method.SINGLE, options=("Lisbon", "Porto", "Faro & the islands")
)
CITIES = msgspec.structs.replace(CITY, method=Method.APPROVAL, text="Which towns could you live with?")
ORDER = msgspec.structs.replace(CITY, method=Method.RANKED, text="Which town first, which last?")
POINTS = msgspec.structs.replace(CITY, method=Method.SCORE, text="How good is each town?")
BUDGET = Question(text="Shall we take the budget as proposed?", method=Method.YESNO, options=YESNO_OPTIONS)
HIRING = Question(text="We hire Chen Wei as our second bookkeeper", method=Method.CONSENT, options=CONSENT_OPTIONS)
RELEASE = Question(text="Release 2.0 as it stands", method=Method.PLUSONE, options=PLUSONE_OPTIONS)
HOURS = Question(text="Office hours move to 8:30", method=Method.LAZY, options=CONSENT_OPTIONS)

PROPOSAL = """The figures are in the sheet Bo sent on Friday. In short:

- rent stays as it is
- travel goes up by 12 %, because of the meeting in spring
- "other" goes down to 4,000 €

Everything above 500 € still needs two signatures."""

POST = """Hello all,

I have put the **new drafts** on the table: https://example.org/drafts?set=2&view=all

> Could we see them before Thursday?
You can, and please tell me which of the two headers you like better. The long one reads well on paper, \
but I am not at all sure that it survives on a phone, so do try it there before you answer.

1. short header
2. long header <draft>

--\x20
Ana"""

CHECKINS = (
    CheckInLine(
        name="Ana Silva",
        checkin=CheckIn(
            done=(
                "Second draft of the header",
                "Called the printer about paper & ink, who will send new prices tomorrow",
            ),
            next=("Third draft",),
            blockers=("Waiting for the logo from Bo",),
            mood=4,
        ),
    ),
    CheckInLine(name="Zoë Dupont", checkin=CheckIn(done=("Books of October closed",), next=("VAT",)), late=True),
    CheckInLine(name="Bo Lindqvist", checkin=None),
)

OWN_QUESTIONS = (
    CheckInLine(
        name="Ana Silva",
        checkin=CheckIn(
            done=("Third draft of the header",),
            answers=(
                ("What did you learn?", "That a header which reads well on paper need not survive on a phone"),
                ("Whom would you like to thank?", "Bo, for the logo\nZoë & her mother"),
            ),
            mood=4,
        ),
    ),
    CheckInLine(
        name="Zoë Dupont",
        checkin=CheckIn(
            done=("TVA d'octobre",),
            blockers=("No key to the archive",),
            answers=(("What did you learn?", "Rien & tout"),),
        ),
        late=True,
    ),
)

TALLY = Outcome(
    result=Result.CHOSEN,
    winners=("Lisbon",),
    lines=(
        TallyLine(label="Lisbon", value=5, share=0.625, won=True),
        TallyLine(label="Porto", value=2, share=0.25),
        TallyLine(label="Faro & the islands", value=0, share=0.0),
    ),
    answered=8,
    abstained=1,
    electorate=9,
    quorum=0.5,
    reasons=(
        Reason(text="Direct trains from nearly everywhere.", name="Ana Silva", label="Lisbon"),
        Reason(text="Cheaper, and <quieter>.", name="Bo Lindqvist", label="Porto"),
    ),
)

DIGEST = DigestFacts(
    since=datetime(2026, 11, 20, 7, 30, tzinfo=UTC),
    until=NOW,
    period="daily",
    needs_you=(
        NeedsYouLine(
            mark="V-7", ritual="vote", title=CITY.text, closes_at=CLOSES, question=CITY, answered=5, electorate=9
        ),
        NeedsYouLine(
            mark="V-9", ritual="vote", title=BUDGET.text, closes_at=CLOSES, question=BUDGET, answered=1, electorate=9
        ),
        NeedsYouLine(mark="C-31", ritual="check-in", title="Monday check-in", closes_at=CLOSES),
        NeedsYouLine(
            mark="T-4", ritual="task", title="Send the budget", closes_at=None, due=date(2026, 11, 20), overdue=True
        ),
        NeedsYouLine(mark="T-6", ritual="task", title="Sort the archive", closes_at=None),
    ),
    open_tasks=(
        TaskLine(mark="T-5", title="Book the hall", by="Ana Duarte", due=date(2026, 11, 30)),
        TaskLine(mark="T-7", title="Water the plants", by="Bo Lindqvist"),
    ),
    decided=(
        DecidedLine(
            mark="V-5",
            outcome_mark="O-3",
            title="Shall we renew the lease?",
            outcome=Outcome(
                result=Result.PASSED,
                winners=("Yes",),
                lines=(
                    TallyLine(label="Yes", value=6, share=0.75, won=True),
                    TallyLine(label="No", value=2, share=0.25),
                ),
                answered=8,
                electorate=9,
            ),
        ),
    ),
    open_votes=(OpenVoteLine(mark="V-8", title=HIRING.text, answered=4, electorate=9, closes_at=CLOSES),),
    blockers=(
        BlockerLine(name="Ana Silva", text="Waiting for the logo from Bo", since=datetime(2026, 11, 18, 9, tzinfo=UTC)),
    ),
    checkins=(("C-30", "Friday check-in", CHECKINS),),
    threads=(
        ThreadLine(
            mark="P-14",
            subject="Drafts for the new header",
            channel="design",
            posts=(
                (
                    "Zoë Dupont",
                    "The short one. It is the only one my mother could read.",
                    datetime(2026, 11, 22, 18, 5, tzinfo=UTC),
                ),
                ("Ana Silva", "I have put the new drafts on the table.", datetime(2026, 11, 22, 9, 40, tzinfo=UTC)),
            ),
            more=3,
        ),
        ThreadLine(
            mark="P-15",
            subject="Lunch on Thursday",
            channel=None,
            posts=(("Bo Lindqvist", "Soup, as ever.", datetime(2026, 11, 21, 11, 0, tzinfo=UTC)),),
            files=((FILM, MENU, SETUP),),
        ),
    ),
    away=(
        AwayLine(name="Chen Wei", until=date(2026, 12, 1)),
        AwayLine(name="Bo Lindqvist", until=None, back=True),
    ),
    coming_up=(("Monthly retrospective", datetime(2026, 12, 1, 9, 0, tzinfo=UTC)),),
)


def ballot(question: Question, mark: str = "V-7", **changes: object) -> BallotFacts:
    """Return the facts of an open vote."""
    facts = BallotFacts(
        mark=mark,
        question=question,
        text="",
        opener="Ana Silva",
        closes_at=CLOSES,
        electorate=9,
        quorum=0.5,
        secret=False,
        hidden=True,
        add_options=False,
    )
    return msgspec.structs.replace(facts, **changes)


GIVEN_TASK = TaskFacts(
    change="given",
    mark="T-4",
    title="Send the budget",
    by="Ana Duarte",
    owner="Zoë Dupont",
    yours=True,
    due=date(2026, 11, 27),
    text="The bank wants to see it before the end of the month.\nLast year's is in the drive.",
)
AWAY_FROM_TASK = TaskFacts(
    change="away",
    mark="T-4",
    title="Send the budget",
    by="Bo Lindqvist",
    owner="Bo Lindqvist",
    due=date(2026, 11, 27),
    until=date(2026, 12, 9),
    may_hand=True,
)
REMINDED_TASK = TaskReminderFacts(
    mark="T-4", title="Send the budget", by="Ana Duarte", due=date(2026, 11, 27), on=date(2026, 11, 26)
)

SPECIMENS: dict[str, Facts] = {
    "post": PostFacts(
        mark="P-14",
        thread="P-14",
        author_name="Ana Silva",
        author_address="ana@example.org",
        subject="Drafts for the new header",
        text=POST,
        channel="design",
        files=(
            Attachment(filename="drafts.pdf", media_type="application/pdf", size=482_113, arrival=17, part=2),
            Attachment(filename="colours.png", media_type="image/png", size=61_900, arrival=17, part=3),
            FILM,
            SETUP,
        ),
    ),
    "post-reply": PostFacts(
        mark="P-16",
        thread="P-14",
        author_name="Zoë Dupont",
        author_address="zoe@example.fr",
        subject="Re: [acme P-14] Drafts for the new header",
        text="The short one.\n\nIt is the only one my mother could read.",
    ),
    "prompt": PromptFacts(
        mark="C-31",
        title="Monday check-in",
        questions=(),
        mood=True,
        plan=("Third draft of the header, this time with the logo in it if Bo has sent it by then", "Call the bank"),
        closes_at=CLOSES,
        occurrence=date(2026, 11, 23),
        blockers=("Waiting for the logo from Bo",),
        stopped=("Call the bank",),
    ),
    "prompt-own-questions": PromptFacts(
        mark="C-32",
        title="",
        questions=("What did you learn?", "Whom would you like to thank?"),
        mood=False,
        plan=(),
        closes_at=CLOSES,
        occurrence=date(2026, 12, 1),
    ),
    "ballot-single": ballot(CITY, add_options=True, text="Trains go to all of them."),
    "ballot-yesno": ballot(BUDGET, mark="V-9", text=PROPOSAL, secret=True, quorum=0.0),
    "ballot-consent": ballot(HIRING, mark="V-8", hidden=False, corrected=True),
    "ballot-approval": ballot(CITIES),
    "ballot-ranked": ballot(ORDER, opener=""),
    "ballot-score": ballot(POINTS),
    "ballot-plusone": ballot(RELEASE, binding="lead", veto=True),
    "ballot-set-aside": ballot(CITY, corrected=True, set_aside=True),
    "ballot-lazy": ballot(HOURS, mark="V-11", quorum=0.0),
    "reminder-vote": ReminderFacts(
        mark="V-7", ritual="vote", title=CITY.text, closes_at=CLOSES, last=True, question=CITY, quorum_missing=2
    ),
    "reminder-doubtful": ReminderFacts(
        mark="V-9", ritual="vote", title=BUDGET.text, closes_at=CLOSES, last=False, question=BUDGET, doubtful=True
    ),
    "reminder-changing": ReminderFacts(
        mark="V-9",
        ritual="vote",
        title=BUDGET.text,
        closes_at=CLOSES,
        last=True,
        question=BUDGET,
        doubtful=True,
        standing_at=CLOSES - timedelta(days=2),
    ),
    "reminder-checkin": ReminderFacts(
        mark="C-31",
        ritual="check-in",
        title="Monday check-in",
        closes_at=CLOSES,
        last=True,
        plan=("Third draft", "Call the bank"),
        blockers=("Waiting for the logo from Bo",),
    ),
    "summary": SummaryFacts(
        mark="C-30",
        title="Friday check-in",
        occurrence=date(2026, 11, 20),
        lines=CHECKINS,
        silent=("Chen Wei", "Dara O’Neill"),
        away=(AwayLine(name="Femi Ade", until=date(2026, 12, 1)),),
        answered=3,
        electorate=6,
        mood=3.67,
    ),
    "summary-own-questions": SummaryFacts(
        mark="C-32",
        title="Friday questions",
        occurrence=date(2026, 11, 20),
        lines=OWN_QUESTIONS,
        silent=("Bo Lindqvist",),
        away=(),
        answered=2,
        electorate=3,
        mood=None,
    ),
    "outcome-chosen": OutcomeFacts(
        mark="V-7",
        outcome_mark="O-4",
        question=CITY,
        outcome=TALLY,
        secret=False,
        closed_at=CLOSES,
    ),
    "outcome-tied": OutcomeFacts(
        mark="V-12",
        outcome_mark="O-5",
        question=ORDER,
        outcome=Outcome(
            result=Result.TIED,
            winners=("Lisbon", "Porto"),
            ranking=(("Lisbon", "Porto"), ("Faro & the islands",)),
            answered=6,
            electorate=9,
        ),
        secret=True,
        closed_at=CLOSES,
    ),
    "outcome-no-quorum": OutcomeFacts(
        mark="V-9",
        outcome_mark="O-6",
        question=BUDGET,
        outcome=Outcome(
            result=Result.NO_QUORUM,
            lines=(TallyLine(label="Yes", value=1, share=1.0), TallyLine(label="No", value=0, share=0.0)),
            answered=1,
            electorate=9,
            quorum=0.5,
        ),
        secret=False,
        closed_at=CLOSES,
    ),
    "outcome-binding": OutcomeFacts(
        mark="V-13",
        outcome_mark="O-7",
        question=RELEASE,
        outcome=Outcome(
            result=Result.PASSED,
            winners=("+1",),
            lines=(
                TallyLine(label="+1", value=1, share=1.0, won=True),
                TallyLine(label="0", value=0, share=0.0),
                TallyLine(label="-1", value=0, share=0.0),
            ),
            answered=4,
            electorate=9,
            beside=(
                TallyLine(label="+1", value=1.5, share=0.6),
                TallyLine(label="0", value=0, share=0.0),
                TallyLine(label="-1", value=1, share=0.4),
            ),
        ),
        secret=False,
        closed_at=CLOSES,
        binding="lead",
    ),
    "change-extended": ChangeFacts(
        change="extended", mark="V-7", title=CITY.text, by="Bo Lindqvist", closes_at=CLOSES, question=CITY
    ),
    "change-taken-back": ChangeFacts(
        change="taken-back",
        mark="V-7",
        title=CITY.text,
        by="Bo Lindqvist",
        closes_at=CLOSES,
        question=CITY,
        set_aside=True,
    ),
    "change-cancelled": ChangeFacts(
        change="cancelled", mark="V-9", title=BUDGET.text, by="Bo Lindqvist", reason="The figures were wrong."
    ),
    "change-paused": ChangeFacts(
        change="paused", mark="V-11", title=HOURS.text, by="Chen Wei", reason="I bring my children to school at 8:30."
    ),
    "change-paused-yours": ChangeFacts(
        change="paused-yours",
        mark="V-11",
        title=HOURS.text,
        by="Chen Wei",
        reason="I bring my children to school at 8:30.",
    ),
    "change-option-added": ChangeFacts(
        change="option-added",
        mark="V-7",
        title=CITY.text,
        by="Chen Wei",
        reason="Braga",
        closes_at=CLOSES,
        question=msgspec.structs.replace(CITY, options=(*CITY.options, "Braga")),
    ),
    "digest": DIGEST,
    "digest-one-thing": DigestFacts(
        since=DIGEST.since, until=NOW, period="weekly", open_votes=DIGEST.open_votes, coming_up=DIGEST.coming_up
    ),
    "digest-standing-still": DigestFacts(
        since=DIGEST.since,
        until=NOW,
        period="daily",
        open_votes=(
            OpenVoteLine(mark="V-11", title=HOURS.text, answered=1, electorate=8, closes_at=None, question=HOURS),
        ),
    ),
    "catch-up": CatchUpFacts(
        since=DIGEST.since,
        until=NOW,
        decided=DIGEST.decided,
        needs_you=DIGEST.needs_you,
        open_votes=DIGEST.open_votes,
        blockers=DIGEST.blockers,
        titles=(Item(mark="C-31", text="Monday check-in"), Item(mark="P-14", text="Which printer?")),
    ),
    "catch-up-nothing": CatchUpFacts(since=DIGEST.since, until=NOW, asked=True),
    "try-out": TryOutFacts(
        subject="[VOTE] Where to?",
        acts=(
            Act(
                name="vote-opened",
                mark="V-7",
                title=CITY.text,
                method=Method.SINGLE,
                stated=StatedRules(secret=True, quorum_people=5, threshold=2 / 3, hidden=False, add_options=True),
            ),
            Act(name="unclear", mark="V-8", title=HIRING.text, text="perhaps, if Bo agrees"),
        ),
        own=(WouldAnswer("ask-back", "V-8"), WouldAnswer("task-question", "T-3")),
        others=2,
        names=("Bo Ek", "Chen Li"),
    ),
    "try-out-nothing": TryOutFacts(acts=()),
    "receipt": ReceiptFacts(
        acts=(
            Act(name="voted", mark="V-7", title=CITY.text, choice=Pick("Lisbon"), comment="good trains", replaced=True),
            Act(
                name="voted",
                mark="V-12",
                title=ORDER.text,
                choice=Ranking((("Porto",), ("Lisbon", "Faro & the islands"))),
            ),
            Act(name="voted", mark="V-9", title=BUDGET.text, choice=Pick("Yes")),
            Act(name="checked-in", mark="C-31", title="Monday check-in", counts=(2, 1, 0)),
            Act(name="away", until=date(2026, 12, 1)),
            Act(name="unclear", mark="V-8", title=HIRING.text, text="perhaps, if Bo agrees"),
            Act(name="too-late", mark="V-5", title="Shall we renew the lease?"),
            Act(name="delivery", text="weekly"),
            Act(name="digest-time", text="monday"),
        ),
        subject="Re: [acme] Monday 23 November: 3 things need you",
    ),
    "receipt-plan": ReceiptFacts(
        acts=(
            Act(
                name="checked-in",
                mark="C-31",
                title="Monday check-in",
                counts=(1, 2, 0),
                lines=(
                    ("done", "Third draft"),
                    ("next", "Call the bank → Thursday; Water the plants"),
                    ("blockers", "Water the plants: no key"),
                    ("dropped", "Sort the archive"),
                ),
                text="1 done 2 → Thursday 3 dropped + Water the plants",
            ),
        ),
        subject="Re: [acme C-31] Monday check-in",
    ),
    "receipt-files": ReceiptFacts(
        acts=(
            Act(name="posted", mark="P-14", title="Drafts for the new header"),
            Act(name="file-linked", text="walk-through.mp4", who="size"),
            Act(name="file-kept-back", text="setup.exe, fonts.zip", who="kind"),
        ),
        subject="Drafts for the new header",
    ),
    "receipt-noes": ReceiptFacts(
        acts=(
            Act(name="unknown-mark", mark="T-9", text="done"),
            Act(name="unknown-mark", mark="T-8", text="I'll do it"),
        ),
        subject="Re: [acme] Monday 23 November: 3 things need you",
    ),
    "receipt-one": ReceiptFacts(acts=(Act(name="voted", mark="V-20", choice=PlusOne(-0.5), text="-0.5"),)),
    "ask-back": AskBackFacts(
        mark="V-7",
        title=CITY.text,
        words="Either would do. Lisbon perhaps,\nor Porto.",
        missing="several",
        guesses=(Guess(choice=Pick("Lisbon")), Guess(choice=Pick("Porto")), Guess(choice=Abstention())),
        question=CITY,
        closes_at=CLOSES,
    ),
    "ask-back-stands": AskBackFacts(
        mark="V-9",
        title=BUDGET.text,
        words="Hm, on second thoughts?",
        missing="choice",
        guesses=(Guess(choice=Pick("Yes")), Guess(choice=Pick("No"))),
        question=BUDGET,
        closes_at=CLOSES,
        stands=True,
    ),
    "ask-back-reason": AskBackFacts(
        mark="V-8",
        title=HIRING.text,
        words="block",
        missing="reason",
        guesses=(Guess(choice=Pick("Block")),),
        question=HIRING,
        closes_at=CLOSES,
    ),
    "ask-back-open": AskBackFacts(
        mark="V-13", title=POINTS.text, words="all fine", missing="choice", guesses=(), question=POINTS
    ),
    "ask-back-item": AskBackFacts(
        mark="",
        title="",
        words="Lisbon, for the sea",
        missing="item",
        guesses=(
            Guess(choice=Pick("Lisbon"), mark="V-7", title=CITY.text, question=CITY),
            Guess(mark="C-31", title="Monday check-in"),
            Guess(mark="P-14", title="The ladder & the hose"),
        ),
    ),
    "decline-too-late": DeclineFacts(
        reason="too-late",
        subject="Re: [acme V-5] Shall we renew the lease?",
        mark="V-5",
        title="Shall we renew the lease?",
        at=CLOSES,
    ),
    "decline-address": DeclineFacts(reason="address-unknown", subject="Pizza", detail="acme@ws.example.org"),
    "decline-no-longer-kept": DeclineFacts(reason="no-longer-kept", subject="Re: [acme] Please confirm"),
    "decline-no-steward": DeclineFacts(reason="no-steward", subject="Who pays for the coffee?"),
    "decline-many-posts": DeclineFacts(reason="many-posts", subject="Re: [acme P-14] The garden"),
    "decline-perhaps-a-vote": DeclineFacts(reason="perhaps-a-vote", subject="My vote"),
    "decline-perhaps-a-secret": DeclineFacts(reason="perhaps-a-secret", subject="Re: [acme] A mail is held"),
    "decline-stranger": DeclineFacts(reason="not-a-member", subject="Hello"),
    "help": HelpFacts(channels=(("design", "Drafts, looks and layouts"), ("money", ""))),
    "status": StatusFacts(
        needs_you=DIGEST.needs_you,
        open_votes=DIGEST.open_votes,
        settings=(
            Act(name="delivery", text="daily"),
            Act(name="receipts", text="unclear"),
            Act(name="channel", text="none", who="design"),
        ),
    ),
    "status-quiet": StatusFacts(),
    "steward-held": StewardFacts(
        about="held",
        name="Eve",
        address="eve@example.net",
        subject="Cheap ink",
        text="Buy now.\nBuy cheap.",
        arrival_id=17,
    ),
    "steward-removed": StewardFacts(about="removed", name="Bo Lindqvist", address="bo@example.se", by="Ana Duarte"),
    "steward-withheld": StewardFacts(
        about="held", name="Bo", address="bo@phone.example", arrival_id=18, is_withheld=True
    ),
    "steward-complaint-unproven": StewardFacts(
        about="complaint-unproven", name="Bo Lindqvist", address="bo@example.se", text="abuse"
    ),
    "steward-turned-away": StewardFacts(
        about="turned-away",
        name="Bo Lindqvist",
        address="bo@example.se",
        text="550-5.7.26 This mail is unauthenticated: neither SPF nor DKIM speaks for ws.example.org",
    ),
    "steward-suspended": StewardFacts(about="suspended", name="Bo Lindqvist", address="bo@example.se"),
    "steward-though-paused": StewardFacts(
        about="owner",
        name="Bo Lindqvist",
        address="bo@example.se",
        subject="The key",
        text="It is lost, what now?",
        though_paused=True,
    ),
    "steward-kept": StewardFacts(about="kept", count=31),
    "steward-strangers": StewardFacts(about="strangers"),
    "steward-many-posts": StewardFacts(
        about="many-posts",
        name="Bo Lindqvist",
        address="bo@example.se",
        subject="Re: [acme P-14] The garden",
        text="Thank you for your message. Somebody will look at it soon.",
        arrival_id=17,
    ),
    "steward-many-answers": StewardFacts(about="many-answers", name="Bo Lindqvist", address="bo@example.se"),
    "steward-unproven-answers": StewardFacts(about="unproven-answers", name="Bo Lindqvist", address="bo@example.se"),
    "steward-refused-us": StewardFacts(
        about="refused-us", text="550 5.4.5 Daily user sending limit exceeded", count=12
    ),
    "steward-undelivered": StewardFacts(
        about="undelivered", text="bo@example.se: 550 5.1.1 no such mailbox\nno@example.org: given up", count=3
    ),
    "steward-doubtful": StewardFacts(
        about="doubtful", name="Bo Lindqvist", address="bo@example.se", subject="Re: Was this you?", arrival_id=17
    ),
    "steward-bounced": StewardFacts(
        about="bounced", name="Bo Lindqvist", address="bo@example.se", text="550 5.1.1 no such mailbox"
    ),
    "confirm-join": ConfirmFacts(act="join", title="Acme Cooperative"),
    "confirm-leave": ConfirmFacts(act="leave", title="Acme Cooperative"),
    "confirm-mail": ConfirmFacts(act="mail", title="Re: [acme V-7] Where shall we meet in spring?", arrival_id=4),
    "confirm-again": ConfirmFacts(act="mail", title="Dinner at eight", arrival_id=4, again=True),
    "confirm-govern": ConfirmFacts(
        act="govern",
        title="Re: [acme V-7] Where shall we meet in spring?",
        arrival_id=4,
        words="correct: Where shall we meet in May?\n- Lisbon\n- Braga",
    ),
    "confirm-govern-undo": ConfirmFacts(
        act="govern",
        title="Re: [acme V-7] Where shall we meet in spring?",
        arrival_id=4,
        words="undo",
        undoes=(Act(name="extended", mark="V-7", title="Where shall we meet in spring?"),),
    ),
    "confirm-elsewhere": ConfirmFacts(act="mail", title="Dinner at eight", arrival_id=4, is_elsewhere=True),
    "confirm-elsewhere-answer": ConfirmFacts(
        act="mail", title="Re: Tea", arrival_id=4, is_elsewhere=True, answers="V-7: Where shall we meet in spring?"
    ),
    "confirm-invited": ConfirmFacts(act="join", title="Acme Cooperative", by="Ana Duarte"),
    "confirm-remove": ConfirmFacts(act="remove", title="bo@example.se", arrival_id=4),
    "confirm-address": ConfirmFacts(act="address", title="bo@home.example", arrival_id=4),
    "confirm-deliver": ConfirmFacts(act="deliver", title="Acme Cooperative", number=1),
    "confirm-post": ConfirmFacts(act="post", title="Re: Where shall we meet in spring?", arrival_id=4),
    "confirm-post-vote": ConfirmFacts(act="post-vote", title="My answer", arrival_id=4),
    "confirm-post-vote-named": ConfirmFacts(
        act="post-vote", title="My answer", arrival_id=4, answers="V-7: Where shall we meet in spring?"
    ),
    "confirm-owner-vote": ConfirmFacts(act="owner-vote", title="My answer", arrival_id=4),
    "receipt-tasks": ReceiptFacts(
        subject="Minutes",
        acts=(
            Act(name="task-made", mark="T-4", title="Send the budget", who="Bo Lindqvist", until=date(2026, 11, 27)),
            Act(name="task-made", mark="T-5", title="Book the hall"),
            Act(name="task-taken", mark="T-6", title="Sort the archive"),
            Act(name="task-handed", mark="T-7", title="Water the plants", who="Bo Lindqvist"),
            Act(name="task-postponed", mark="T-8", title="Order ink", until=date(2026, 12, 4)),
            Act(name="task-done", mark="T-9", title="Call the bank", text="Done, they agree."),
            Act(name="task-dropped", mark="T-10", title="Paint the door"),
            Act(name="task-still", mark="T-11", title="Mend the roof"),
            Act(name="task-not-yours", mark="T-12", title="Sweep the yard", text="Ana Duarte"),
        ),
    ),
    "task-given": GIVEN_TASK,
    "task-done": msgspec.structs.replace(
        GIVEN_TASK,
        change="done",
        by="Bo Lindqvist",
        owner="Bo Lindqvist",
        yours=False,
        reason="Done, it is in the drive.",
    ),
    "task-declined": msgspec.structs.replace(GIVEN_TASK, change="declined", by="Bo Lindqvist", reason="", text=""),
    "task-postponed": msgspec.structs.replace(GIVEN_TASK, change="postponed", yours=False, owner="Bo Lindqvist"),
    "task-withdrawn": msgspec.structs.replace(GIVEN_TASK, change="withdrawn", text=""),
    "task-away": AWAY_FROM_TASK,
    "task-away-undated": msgspec.structs.replace(AWAY_FROM_TASK, until=None, may_hand=False),
    "task-reminder-eve": REMINDED_TASK,
    "task-reminder-overdue": msgspec.structs.replace(REMINDED_TASK, on=date(2026, 12, 1), by=""),
    "task-question-several": TaskQuestionFacts(
        mark="T-4",
        title="Send the budget",
        words="marie",
        people=(
            Candidate(member_id=7, name="Marie Curie", address="marie@example.fr"),
            Candidate(member_id=9, name="Marie Blanc", address="mb@example.fr"),
        ),
    ),
    "task-question-one-owner": TaskQuestionFacts(
        mark="T-4",
        title="Send the budget",
        words="ben, cleo",
        people=(
            Candidate(member_id=7, name="Ben Moor", address="ben@example.net"),
            Candidate(member_id=9, name="Cleo Petit", address="cleo@example.fr"),
        ),
        several=True,
    ),
    "task-question-unknown": TaskQuestionFacts(
        mark="T-4",
        title="Send the budget",
        words="ben, anselm",
        people=(Candidate(member_id=7, name="Ben Moor", address="ben@example.net"),),
        several=True,
        unknown="anselm",
    ),
    "task-question-nobody": TaskQuestionFacts(mark="T-4", title="Send the budget", words="Anselm"),
    "welcome": WelcomeFacts(),
    "welcome-left": WelcomeFacts(left=True),
    "welcome-removed": WelcomeFacts(left=True, by="Ana Duarte"),
}

# Choices of every sort, as a receipt shows them.
CHOICES = (
    Pick("Yes"),
    Picks(("Lisbon", "Porto")),
    Picks(()),
    Ranking((("Lisbon",), ("Porto", "Faro & the islands"))),
    Scores((("Lisbon", 5.0), ("Porto", 2.5))),
    PlusOne(0.5),
    PlusOne(-1),
    Abstention(),
)

_STRANGERS = (
    "decline-stranger",
    "decline-perhaps-a-vote",
    "confirm-join",
    "confirm-invited",
    "welcome-left",
    "welcome-removed",
)
_ANSWERS = ("receipt", "ask-back", "decline", "help", "status", "confirm", "task-question")


def notice(name: str, language: str = "en", /, **changes: object) -> Notice:
    """Return a specimen addressed to Zoë."""
    facts = SPECIMENS[name]
    mark = str(getattr(facts, "mark", ""))
    answers = name.startswith(_ANSWERS) and name != "confirm-invited"  # that one nobody has written for
    made = Notice(
        key=f"specimen:{name}",
        facts=facts,
        member_id=0 if name in _STRANGERS else 12,
        address="zoe@example.fr",
        name="Zoë Dupont",
        language=language,
        timezone="Europe/Paris",
        due_at=NOW,
        thread=str(getattr(facts, "thread", mark)),
        mark=mark,
        items=(Item(mark=mark, text=""),) if mark else (),
        answering=Answering.REPLIED if answers else Answering.GENERATED,
        in_reply_to="c0ffee@mail.example.fr" if answers or name == "post-reply" else "",
        subject_hint=str(getattr(facts, "subject", "")) if answers else "",
    )
    return msgspec.structs.replace(made, **changes)


def stored(made: Notice, number: int = 41) -> StoredNotice:
    """Return a notice as it lies in the outbox, with its token."""
    token = RING.sign(Claim(number, made.member_id, date(2027, 1, 1)), WORKSPACE.name)
    returns = RING.for_returns(token, WORKSPACE.name)
    return StoredNotice(id=number, workspace_id=WORKSPACE.id, token=token, return_token=returns, notice=made)
