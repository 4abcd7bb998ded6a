"""What a text says of the one thing it answers: of a round, a task, a thread, or an item of a digest.

Must not: find out what a whole mail answers by its kind (read.py does), or read words itself (reading/ does).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from gateway.model.address import Door
from gateway.model.ballot import FIXED_OPTIONS, Pick, Question
from gateway.model.context import MailContext, RoundView, Sent
from gateway.model.facts import AskBackFacts
from gateway.model.plan import Numbered, numbered
from gateway.model.reading import (
    BallotKind,
    BallotReading,
    CheckInKind,
    CheckInReading,
    CommandReading,
    Intent,
    NewText,
    TaskReading,
)
from gateway.model.round import CheckInForm, Phase, VoteForm
from gateway.model.said import facts_said
from gateway.model.task import TaskAct
from gateway.model.understood import (
    NONE_OF_THEM,
    Governing,
    GoverningAct,
    Piece,
    Reading,
    Settle,
    ToAll,
    Unknown,
    WhichItem,
)
from gateway.understand.asking import about_us, asked_beside, setting_in, whole_request
from gateway.understand.beside import parted
from gateway.understand.items import TO_ALL, WITH_ITEMS, Beside, by_item
from gateway.understand.lexicon import Lexicon
from gateway.understand.mail import Mail
from gateway.understand.manners import is_manners
from gateway.understand.marked import known_things
from gateway.understand.marks import marks_in, without_marks
from gateway.understand.post_beside import PostBeside, may_be_why, post_beside, says_more
from gateway.understand.reading.ballot import read_ballot
from gateway.understand.reading.ballot_reason import read_reason
from gateway.understand.reading.checkin import read_checkin, with_questions
from gateway.understand.reading.command_ours import is_all_ours
from gateway.understand.reading.govern import read_governing
from gateway.understand.reading.plan import read_plan
from gateway.understand.reading.request import make_request
from gateway.understand.reading.task_answer import read_task_answer
from gateway.understand.unnamed import is_left, is_likely, is_nothing, number_above, which_item

_OVER = ("outcome", "summary", "change")
_OPENING = (Door.VOTE, Door.TASK)  # what is sent there begins something, unless all of it answers
_LABEL = re.compile(r"\s{0,3}[*_]{0,2}[^\W\d_][^:：\n]{0,40}[:：]\s*\S")  # "Done: the letter"
_LISTED = re.compile(r"\s{0,3}\(?\d{1,7}\s?[:)：.](?!\d)")
_MOST_LOOKED_AT = 100  # stretches of one mail that are read to tell where it is to be cut


def items_answered(mail: Mail) -> tuple[Piece, ...]:
    """Return a piece for each item answered, () when the reply is one whole."""
    context = mail.context
    if context.author is None and context.answering is None:
        return ()
    pieces = tuple(piece for mark, text in _answers(mail) for piece in under_item(mark, text, mail))
    return () if pieces and context.destination.door in _OPENING and not _all_answer(pieces) else pieces


def _answers(mail: Mail) -> Iterator[tuple[str, str]]:
    """Yield (mark, words) of each item answered; what stands below an answer that is complete goes to what it fits."""
    sent = mail.context.answering
    answers = by_item(mail.found, sent, mail.lexicon, _beside(mail))
    alone = sent.mark if sent and sent.kind not in WITH_ITEMS and sent.mark in mail.context.rounds else ""
    is_open = bool(alone) and all(mark != alone for mark, _ in answers)
    for mark, text in answers:
        above, gap, below = text.partition("\n\n")
        if is_open and mark and gap and _is_of_the_round(below, alone, mail):
            yield from ((mark, above), (alone, below.strip()))
            is_open = False
        elif mark in mail.context.tasks:
            yield from _below_a_task(mark, text, mail)
        else:
            yield mark, text


def _is_of_the_round(text: str, mark: str, mail: Mail) -> bool:
    """Whether a paragraph answers the round a mail is about. A check-in takes any words: there it must have labels."""
    reading = to_round(text, mail.context.rounds[mark], mail).reading
    if isinstance(reading, CheckInReading):
        is_labelled = any(_LABEL.match(line) for line in text.split("\n"))
        return is_labelled and bool(reading.done or reading.next or reading.blockers or reading.answers)
    return is_an_answer(reading)


def _below_a_task(mark: str, text: str, mail: Mail) -> Iterator[tuple[str, str]]:
    """Yield what is said of a task, and with the mark "" what stands below its word and may answer something else: that
    is held, and not mailed to whoever gave the task.
    """
    above, _, below = (part.strip() for part in text.partition("\n"))
    word = to_task(above, mark, mail).reading if below else None
    if not isinstance(word, TaskReading) or word.act is None or word.remark:
        yield mark, text
        return
    lines = below.split("\n")
    is_list = all(_LISTED.match(line) for line in lines if line.strip())
    others = (other for other in mail.context.rounds if other != mark and not other.startswith("C-"))
    if is_list or any(_is_answered(other, below, mail) for other in others):
        yield mark, above
        yield from (("", one) for one in (lines if is_list else (below,)) if one.strip())
    else:
        yield mark, text


def beside_a_number(mail: Mail) -> tuple[str, tuple[Piece, ...]] | None:
    """Return the number that an answer to a question back gives, and the pieces of what else it says of other things:
    `1`, below it `T-1: done`. None where it says nothing else.
    """
    sent, name = mail.context.answering, mail.name
    if sent is None:
        return None
    first, _, rest = mail.found.own.strip().partition("\n")
    number = number_above(first, name, mail.lexicon) if rest.strip() else ""
    answers = by_item(NewText(text=rest, own=rest) if number else mail.found, sent, mail.lexicon, _beside(mail))
    if not number and len(answers) > 1 and answers[0][0] in ("", sent.mark):
        number, answers = number_above(answers[0][1], name, mail.lexicon), answers[1:]
    if not number or not answers:
        return None
    return number, tuple(piece for mark, text in answers for piece in under_item(mark, text, mail))


def let_be(mail: Mail) -> Piece | None:
    """Return an answer to a question back that leaves it, "never mind"; None for others. An option may say so."""
    text, mark = mail.found.own, mail.context.answering.mark if mail.context.answering else ""
    if not is_nothing(text, mail.name, mail.lexicon):
        return None
    view = mail.context.rounds.get(mark)
    if view is not None and says_something(to_round(text, view, mail).reading):
        is_plain = is_left(text, mail.name, mail.lexicon) and not _names_an_option(text, view)
        return Piece(text, mark, Settle(NONE_OF_THEM)) if is_plain else None
    return Piece(text, mark, Settle(NONE_OF_THEM))


def _names_an_option(text: str, view: RoundView) -> bool:
    options = view.round.form.question.options if isinstance(view.round.form, VoteForm) else ()
    return any(option.casefold() in text.casefold() for option in options)


def _beside(mail: Mail) -> Beside:
    """Return what is known besides a mail, for cutting it into its answers."""
    context = mail.context
    sent, thread = context.answering, context.thread
    answers_a_post = sent.kind == "post" if sent else thread is not None
    looked = count()

    def answers(mark: str, words: str) -> bool:
        return next(looked) < _MOST_LOOKED_AT and _is_answered(mark, words, mail)

    return Beside(
        known_things(context),
        (thread.mark if thread else sent.thread if sent else "") if answers_a_post else "",
        mail.name,
        answers,
    )


def _is_answered(mark: str, words: str, mail: Mail) -> bool:
    """Whether words are an answer to the thing a mark stands for, as they stand; with "", to anything, or a request."""
    if mark:
        return says_something(to_item(mark, words, mail).reading)
    asked = to_item("", words, mail).reading
    return is_likely(asked) if asked is None or isinstance(asked, WhichItem) else True


def _all_answer(pieces: Sequence[Piece]) -> bool:
    return all(says_something(piece.reading) for piece in pieces)


def under_item(mark: str, text: str, mail: Mail) -> tuple[Piece, ...]:
    """Return the pieces of what stands under one item."""
    if mark in mail.context.tasks or mark in mail.context.rounds:
        return with_requests(text, mail, lambda said: to_item(mark, said, mail))
    if not mark:
        return (to_item(mark, text, mail),)
    # A post: its readers may want to know of an absence too, of a setting they do not.
    apart = parted(text, lambda said: asked_beside(said, mail))
    asked = tuple(Piece(said, reading=reading) for said, reading in apart.asked)
    item = to_item(mark, apart.text, mail)
    if isinstance(item.reading, Unknown):
        return (item, *asked)
    told = (
        said for said, reading in apart.asked if isinstance(reading, CommandReading) and reading.intent is Intent.AWAY
    )
    return (to_item(mark, "\n\n".join((apart.text, *told)), mail), *asked)


def to_item(mark: str, text: str, mail: Mail) -> Piece:
    """Read a text as what is said of the thing a mark stands for; of none with the mark ""."""
    if mark == TO_ALL:
        return Piece(text, reading=ToAll())
    if mark in mail.context.tasks:
        return to_task(text, mark, mail)
    view = mail.context.rounds.get(mark)
    if view is not None:
        return to_round(text, view, mail)
    if not mark and is_left(text, mail.name, mail.lexicon):
        return Piece(text, reading=Settle(NONE_OF_THEM))
    if not mark:
        asked = setting_in(text, mail) or whole_request(text, mail, is_part=True)
        return Piece(text, reading=asked or _which_item(text, mail))
    sent = mail.context.answering
    is_shown = sent is not None and any(item.mark == mark for item in sent.items)
    if is_nothing(text, mail.name, mail.lexicon) and (mark in mail.context.threads or is_shown):
        return Piece(text, mark, Settle(NONE_OF_THEM))  # "P-1: nothing" is no wish to hear nothing more of it
    if mark in mail.context.threads or (is_shown and not mark.startswith("V-")):
        return Piece(text, mark, setting_in(f"{text} {mark}", mail) or setting_in(text, mail))
    return Piece(text, mark, Unknown())


def _which_item(text: str, mail: Mail) -> WhichItem | None:
    return which_item(text, mail.context, lambda mark, words: to_item(mark, words, mail))


def to_round(text: str, view: RoundView, mail: Mail, *, may_be_reason: bool = True) -> Piece:
    """Read a text as what its round makes of it: a governing line, a setting, an answer, a request, or a remark.

    `may_be_reason`: in answer to "please say why" any words are that.
    """
    mark = view.round.mark
    options = view.round.form.question.options if isinstance(view.round.form, VoteForm) else ()
    governing = read_governing(text, mail.written_at, mail.lexicon, options)
    if governing and (options or not governing.is_of_options):  # "add: call the bank" is of a check-in's list
        return Piece(text, mark, governing)
    setting = setting_in(text, mail, options)
    if setting:
        return Piece(text, mark, setting)
    answer = _asked_instead(text, view, mail) or read_answer(text, view, mail)
    left = view.round.phase is not Phase.CLOSED and is_left(text, mail.name, mail.lexicon)
    if left and (isinstance(view.round.form, CheckInForm) or not is_an_answer(answer)):
        return Piece(text, mark, Settle(NONE_OF_THEM))  # a check-in takes any words
    if is_an_answer(answer):
        return Piece(text, mark, _as_reason(text, view, answer, mail) if may_be_reason else answer)
    asked = answer if isinstance(answer, CommandReading) else whole_request(text, mail)
    done = asked if asked and not _hides_a_vote(asked, answer) else None
    return Piece(text, mark, done or (_as_reason(text, view, answer, mail) if may_be_reason else answer))


def _as_reason(text: str, view: RoundView, answer: Reading | None, mail: Mail) -> Reading | None:
    """Return an answer to a vote as the reason that the mail it answers asked for, where one did."""
    asked = facts_said(mail.context.answering, AskBackFacts) if mail.context.is_told_to_author else None
    wanted = asked.guesses[0].choice if asked and asked.missing == "reason" and asked.guesses else None
    if wanted is None or not isinstance(answer, BallotReading) or not isinstance(view.round.form, VoteForm):
        return answer
    absence = whole_request(text, mail)
    if absence is not None and absence.intent is Intent.AWAY and _is_ours_alone(text, mail):
        return absence
    return read_reason(text, wanted, answer, view.round.form.question, mail.lexicon)


def _is_ours_alone(text: str, mail: Mail) -> bool:
    """Whether a text names nothing but its author and their mail, so that it can be no reason for a vote."""
    request = make_request(mail.context.workspace.name, "", text, mail.written_at, mail.lexicon)
    return all(is_all_ours(told, request) for told in request.sentences)


def _hides_a_vote(asked: CommandReading, answer: Reading | None) -> bool:
    """Whether an absence would be noted in the place of a vote that only may be one: that is asked back, not lost."""
    maybe = isinstance(answer, BallotReading) and (answer.rivals or answer.missing == "condition")
    return asked.intent is Intent.AWAY and bool(maybe)


def to_task(text: str, mark: str, mail: Mail) -> Piece:
    """Read a text as what is said of a task; else as a setting or a request that is all of it; else it is a remark."""
    sent = mail.context.answering
    said = read_task_answer(text, mail.written_at, mail.lexicon, is_offered=sent is not None and sent.kind == "task")
    if said and said.act:
        return Piece(text, mark, said)
    return Piece(text, mark, setting_in(text, mail) or whole_request(text, mail) or said)


def with_requests(text: str, mail: Mail, read: Callable[[str], Piece]) -> tuple[Piece, ...]:
    """Read a text as an answer, and what stands above or below it about its author's own mail as pieces of their own.

    Where only the whole is an answer, it is one; what is left of any other is a remark, or asked about.
    """
    apart = parted(text, lambda said: asked_beside(said, mail))
    if not apart.asked:
        return _with_remark(read(text), mail)
    piece, requests = read(apart.text), tuple(_beside_an_answer(*said, mail, read) for said in apart.asked)
    if says_something(piece.reading):
        return (piece, *requests)
    whole = read(text)
    if says_something(whole.reading) and not _is_resumed(whole, mail):
        return (whole,)
    is_answer = not is_manners(apart.text, mail.name, mail.lexicon, lambda said: True)
    return (piece, *requests) if is_answer else requests


def _with_remark(piece: Piece, mail: Mail) -> tuple[Piece, ...]:
    """Return a piece, and where it is about a task and asks something of its author's own mail, what else it says."""
    asked, is_of_task = piece.reading, piece.mark in mail.context.tasks
    if not is_of_task or not isinstance(asked, CommandReading) or not says_more(piece.text, asked, mail):
        return (piece,)
    return (Piece(piece.text, piece.mark), piece)


def _beside_an_answer(said: str, asked: Reading, mail: Mail, read: Callable[[str], Piece]) -> Piece:
    """Return a request beside an answer; `resume` may be said of a round that stands still."""
    alone = read(said) if isinstance(asked, CommandReading) and asked.intent is Intent.RESUME else None
    return alone if alone is not None and _stands_still(alone, mail) else Piece(said, reading=asked)


def _is_resumed(piece: Piece, mail: Mail) -> bool:
    """Whether `resume` is said of a round that runs: it is of its author's own mail, and what follows no reason."""
    is_resumed = isinstance(piece.reading, Governing) and piece.reading.act is GoverningAct.RESUME
    return is_resumed and not _stands_still(piece, mail)


def _stands_still(piece: Piece, mail: Mail) -> bool:
    view = mail.context.rounds.get(piece.mark)
    return view is not None and view.round.phase is Phase.PAUSED


def says_something(reading: Reading | None) -> bool:
    """Tell whether a reading answers or governs something, and is no remark or question."""
    return is_an_answer(reading) or isinstance(reading, Governing) or getattr(reading, "act", None) is not None


def _asked_instead(text: str, view: RoundView, mail: Mail) -> CommandReading | None:
    """A check-in takes any words; so one line that is wholly a request ("pause 3d") is that, not what was done.

    An absence stays with the check-in, which skips the day.
    """
    if not isinstance(view.round.form, CheckInForm) or "\n" in text.strip():
        return None
    asked = whole_request(text, mail)
    return asked if asked and asked.intent is not Intent.AWAY else None


def is_an_answer(reading: Reading | None) -> bool:
    """Tell whether a reading answers a round."""
    kind = getattr(reading, "kind", None)
    return kind in (BallotKind.BALLOT, BallotKind.WITHDRAW, CheckInKind.CHECKIN)


def read_answer(text: str, view: RoundView, mail: Mail) -> Reading | None:
    """Read a text as the answer to a round; None where it is talk about one that is over."""
    sent = mail.context.answering
    over = sent is not None and sent.kind in _OVER and view.round.phase in (Phase.CLOSED, Phase.CANCELLED)
    match view.round.form:
        case VoteForm(question=question):
            ballot = _ballot(text, question, sent.questions.get(view.round.mark) if sent else None, mail.lexicon)
            # Talk about an outcome is a post to its thread; a bare vote that comes too late is told so.
            return None if over and (ballot.kind is BallotKind.UNCLEAR or ballot.comment) else ballot
        case CheckInForm() if over:
            return None
        case CheckInForm(questions=questions):
            today = mail.written_at.date()
            shown = _numbered(view, mail)
            planned = read_plan(
                shown.plan, text, mail.lexicon, blockers=shown.blockers, stopped=shown.stopped, sent_on=today,
                questions=questions, blocks=mail.found.blocks if text == mail.found.own else (),
                is_answered=view.standing is not None,
            )  # fmt: skip
            under = with_questions(mail.found) if text == mail.found.own else text
            return planned or read_checkin(under, today, mail.lexicon, questions)


def _numbered(view: RoundView, mail: Mail) -> Numbered:
    """Return the lines that numbers stand for: as the author's own prompt showed them, whatever was closed since."""
    sent, author = mail.context.answering, mail.context.author
    if sent and sent.numbered and sent.mark == view.round.mark and author and sent.member_id == author.id:
        return sent.numbered
    return numbered(view.plan, view.open_blockers)


def _ballot(text: str, question: Question, shown: Question | None, lexicon: Lexicon) -> BallotReading:
    """Read a ballot. Where options were corrected, a number means what the mail it answers showed beside it.

    A choice that mail did not offer counts only where it is named in full.
    """
    reading = _without_digits_of_marks(text, question, read_ballot(text, question, lexicon), lexicon)
    if shown is None:
        return reading
    if shown.text != question.text and question.method in FIXED_OPTIONS and reading.choice is not None:
        # A yes to a question that has since been worded anew may mean the opposite: asked back, never guessed.
        rivals = (reading.choice,)
        return BallotReading(BallotKind.UNCLEAR, rivals=rivals, missing="reworded", evidence=reading.evidence)
    if shown.options == question.options[: len(shown.options)]:
        return reading
    as_shown = read_ballot(text, shown, lexicon)
    is_named = isinstance(reading.choice, Pick) and reading.choice.label.casefold() in text.casefold()
    return reading if as_shown.kind is BallotKind.UNCLEAR and is_named else as_shown


def _without_digits_of_marks(text: str, question: Question, reading: BallotReading, lexicon: Lexicon) -> BallotReading:
    """Return what is read where the digits of a mark choose nothing: "the same as V-2" is no vote for the second."""
    marks = marks_in(text)
    if reading.kind is not BallotKind.BALLOT or not marks or any(marks_in(option) for option in question.options):
        return reading
    bare = read_ballot(without_marks(text), question, lexicon)
    if bare.kind is BallotKind.BALLOT and bare.choice == reading.choice:
        return reading
    rivals = (bare.choice,) if bare.choice is not None else bare.rivals
    return BallotReading(BallotKind.UNCLEAR, rivals=rivals, missing="choice", evidence=reading.evidence)


def _done_in_talk(mail: Mail, mark: str) -> Piece | None:
    """Return what a reply to a post in a task's thread says of the task, where all it says is that it is done."""
    if mark not in mail.context.tasks:
        return None
    said = read_task_answer(mail.found.own, mail.written_at, mail.lexicon)
    is_all = said is not None and said.act is TaskAct.DONE and not said.remark
    return Piece(mail.found.own, mark, said) if is_all else None


def to_thread(mail: Mail) -> tuple[Piece, ...]:
    """Read a reply to a post: a setting or a request that is all of it, else a post, and the request it holds."""
    sent, thread, text = mail.context.answering, mail.context.thread, mail.found.own
    if thread and (done := _done_in_talk(mail, thread.mark)):
        return (done,)
    mark = thread.mark if thread else sent.thread or _only_item(sent, mail.context) if sent else ""
    if apart := post_beside(text, mail):
        requests = (Piece(said, mark, asked) for said, asked in apart.asked)
        return (*requests, *_post_of(apart, mark, mail))
    asked = about_us(text, mail) or whole_request(text, mail)
    said = Piece(text, mark, None) if mark else to_item("", text, mail)
    if asked is None:
        return (said,)
    # What else a reply says would be lost if it were a request alone.
    return (Piece(text, mark, asked), said) if says_more(text, asked, mail) else (Piece(text, mark, asked),)


def _post_of(apart: PostBeside, mark: str, mail: Mail) -> tuple[Piece, ...]:
    """Return what a reply says to readers beside what it asks; where it shows no thread, what it may answer."""
    if not apart.left or mark:
        return (Piece(apart.text, mark),) if apart.left else ()
    said = to_item("", apart.left, mail)
    is_answer = is_likely(said.reading) if said.reading is None or isinstance(said.reading, WhichItem) else True
    return (said,) if is_answer or not may_be_why(apart) else ()


def _only_item(sent: Sent, context: MailContext) -> str:
    """Return the mark of the one thing a mail holds: a reply to it as a whole can be about nothing else.

    A round that does not take it is none: "Yes, good idea!" from somebody who has voted is neither ballot nor post.
    """
    only = sent.items[0].mark if sent.kind in WITH_ITEMS and len(sent.items) == 1 else ""
    return "" if only in context.rounds else only


def answered_round(context: MailContext) -> RoundView | None:
    """Return the one round that a whole reply is for: the notice's, the thread's, or the one open item of a digest."""
    sent = context.answering
    mark = sent.mark if sent else context.thread.mark if context.thread else ""
    if mark in context.rounds:
        return context.rounds[mark]
    if sent and sent.kind in WITH_ITEMS:
        return _one_that_waits(context, sent)
    return None


def _one_that_waits(context: MailContext, sent: Sent) -> RoundView | None:
    """Return the one open round of several things. A vote is never guessed: it must be all there is, and unanswered."""
    running = [view for view in context.rounds.values() if view.in_electorate and view.round.phase is Phase.OPEN]
    view = running[0] if len(running) == 1 else None
    if view is None or not isinstance(view.round.form, VoteForm):
        return view
    return view if view.standing is None and len(sent.items) == 1 else None


def answered_task(context: MailContext) -> str:
    """Return the mark of the one task that a whole reply is for, "" for none."""
    sent = context.answering
    mark = (sent.mark or _only_item(sent, context)) if sent else context.thread.mark if context.thread else ""
    return mark if mark in context.tasks else ""
