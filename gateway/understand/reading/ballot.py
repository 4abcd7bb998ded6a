"""A vote read from free words, for every method of voting.

`read_ballot` is the one entrance. It marks the text with the words of the lexicon (ballot_words), takes greeting and
closing off and cuts the rest into clauses (ballot_frame), and reads a verdict (ballot_verdict, ballot_settle) or
options (ballot_options, ballot_standing, ballot_choice, ballot_rank) from them. In real doubt it says `unclear`: asking
is cheap, a miscount is not. Must not: know a word of a language, or guess.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from itertools import chain

from gateway.model.ballot import (
    FIXED_OPTIONS,
    Abstention,
    Choice,
    Method,
    Pick,
    Picks,
    PlusOne,
    Question,
    Ranking,
    Scores,
)
from gateway.model.reading import BallotKind, BallotReading
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot_choice import Chosen, any_of, one_of
from gateway.understand.reading.ballot_comment import comment_of
from gateway.understand.reading.ballot_fate import fated
from gateway.understand.reading.ballot_frame import Body, Clause, body_of, is_change
from gateway.understand.reading.ballot_holds import CONCLUDED
from gateway.understand.reading.ballot_implied import (
    contented,
    excluded,
    favoured_otherwise,
    served,
    wished_not,
    wished_otherwise,
)
from gateway.understand.reading.ballot_lifted import Lifted, lifted
from gateway.understand.reading.ballot_listing import of_the_form, talked_of
from gateway.understand.reading.ballot_options import Finder
from gateway.understand.reading.ballot_plain import lightened
from gateway.understand.reading.ballot_points import points_of
from gateway.understand.reading.ballot_rank import order_of
from gateway.understand.reading.ballot_settle import Settled, settle
from gateway.understand.reading.ballot_sheet import listed, ticked
from gateway.understand.reading.ballot_talk import Talk, talk_of
from gateway.understand.reading.ballot_text import classes, cleaned
from gateway.understand.reading.ballot_verdict import ABSTAIN, BARE, BLOCK, NEGATIVE, POSITIVE, STATED, Signal, content
from gateway.understand.reading.ballot_voice import with_voices
from gateway.understand.reading.ballot_words import Mark, Marked, Vocabulary, marked, respelt, vocabulary

UNCLEAR = BallotKind.UNCLEAR
MENDABLE = frozenset(("choice", "question"))  # what may be missing for words that were not recognised
VERDICT_LABELS: dict[Method, dict[str, str]] = {
    Method.YESNO: {POSITIVE: "Yes", NEGATIVE: "No", BLOCK: "No"},
    Method.CONSENT: {POSITIVE: "Agree", NEGATIVE: "Disagree", BLOCK: "Block", ABSTAIN: "Abstain"},
    Method.LAZY: {POSITIVE: "Agree", NEGATIVE: "Disagree", BLOCK: "Block", ABSTAIN: "Abstain"},
}
# Where an objection taken back leaves nothing to ask: silence is consent, and a number taken back is none.
TAKEN_BACK_WHOLE = frozenset((Method.LAZY, Method.PLUSONE))
PLUSONE_NUMBERS = {POSITIVE: 1.0, NEGATIVE: -1.0, BLOCK: -1.0, ABSTAIN: 0.0}
PUTS_IN_PLACE = classes("for against yes choose block conclusion change instead to_word contrast")
FARTHEST_SAYING = 5  # tokens behind a +1 among which stands what it is for: "to Anna's second point"
SIGNED_VERDICTS = {1.0: POSITIVE, -1.0: NEGATIVE, 0.0: ABSTAIN}


def read_ballot(text: str, question: Question, lexicon: Lexicon) -> BallotReading:
    """Return the vote the text is, a withdrawal, or `unclear` with what is missing; never raises, whatever the text."""
    words = vocabulary(lexicon)
    sheet = ticked(text, question.options, question.method)
    ready = cleaned(listed(sheet, question.options, question.method))
    written = marked(ready, question.text, words)
    talk = talk_of(lexicon)
    reading = _read(written, question, words, talk)
    if reading.kind is not UNCLEAR or reading.missing not in MENDABLE:
        return reading
    mended = respelt(written, question.text, words) if reading.missing == "choice" else None
    second = _read(mended, question, words, talk) if mended is not None else reading
    if second.kind is UNCLEAR and (plain := lightened(written, question.text, words)) is not None:
        second = _read(plain, question, words, talk)
    return second if second.kind is not UNCLEAR else reading


def _read(looked_at: Marked, question: Question, words: Vocabulary, talk: Talk) -> BallotReading:
    finder = Finder(looked_at, question, words)
    is_label = finder.is_label if question.method not in FIXED_OPTIONS else lambda at: False
    labels = tuple(label for label in question.options if "." in label)
    body = with_voices(body_of(looked_at, is_label, labels), is_label)
    if not body.clauses:
        return BallotReading(kind=UNCLEAR, missing="choice")
    if looked_at.ironic:
        return BallotReading(kind=UNCLEAR, missing="irony")
    said = talk.within(looked_at, words)
    if question.method in FIXED_OPTIONS:
        body = replace(body, told=body.told | of_the_form(body, said)) if said else body
        return _read_beside_lifted(body, question, finder, lifted(body, said) if said else Lifted())
    body = replace(body, told=body.told | talked_of(body, finder, said)) if said else body
    reading = READERS[question.method](body, question, finder)
    return _withdrawn(body, reading) or reading


def _read_beside_lifted(body: Body, question: Question, finder: Finder, taken: Lifted) -> BallotReading:
    """Read a verdict from all but the stances taken back; where that is all, a vote where silence is no verdict is."""
    if taken.places:
        body = replace(body, told=body.told | taken.places)
    reading = READERS[question.method](body, question, finder)
    withdrawn = _withdrawn(body, reading)
    says_no_more = reading.kind is UNCLEAR and reading.missing == "choice" and not reading.rivals
    if withdrawn or not says_no_more or question.method not in TAKEN_BACK_WHOLE:
        return withdrawn or reading
    if not taken.is_done and not _is_lifted(body):
        return reading
    return BallotReading(kind=BallotKind.WITHDRAW, evidence=body.marked.source(body.start, body.end))


def _is_lifted(body: Body) -> bool:
    """Whether an objection is taken back in so many words, and nothing denies it."""
    marks = body.marked.within(body.start, body.end)
    return any("lifted" in m for m in marks) and not any(m.classes & {"negator", "after_negator"} for m in marks)


def _withdrawn(body: Body, reading: BallotReading) -> BallotReading | None:
    """Return a withdrawal where a ballot is taken back and none put in its place."""
    taken_back = [m for m in body.marked.within(body.start, body.end) if "withdraw" in m and m.start not in body.told]
    if not taken_back or (reading.kind is BallotKind.BALLOT and not _is_but_reason(body, taken_back[0], reading)):
        return None
    mark = taken_back[0]
    sentence = body.sentences[body.sentence_of(mark.start)]
    asks = sentence.asks and not body.marked.has("request", sentence.start, sentence.end)  # "could you …?" asks for it
    conditions = [m for m in body.marked.within(sentence.start, sentence.end) if "condition" in m]
    # "… back until I have seen the bill" takes it back now.
    if asks or any(not ("until" in m and m.start >= mark.end) for m in conditions):
        return BallotReading(kind=UNCLEAR, missing="question")
    return BallotReading(kind=BallotKind.WITHDRAW, evidence=body.marked.source(mark.start, mark.end))


def _is_but_reason(body: Body, taken: Mark, reading: BallotReading) -> bool:
    """Whether what seems to vote beside a withdrawal but tells why: "Strike my vote, I don't want to take part".

    No vote is put in its place by standing aside, unless "and" joins that to it, nor by refusing something else.
    """
    if taken.end - taken.start == 1 or body.marked.has("and", body.start, body.end):
        return False
    if isinstance(reading.choice, Abstention):
        return True
    home = body.sentences[body.sentence_of(taken.start)]
    behind = body.marked.within(taken.end, body.end)
    refusal = next((m for m in behind if "no" in m), None)
    if refusal is None or refusal.start >= home.end or any(m.classes & PUTS_IN_PLACE for m in behind):
        return False
    return refusal.end - refusal.start > 1 and bool(content(body, refusal.end, home.end))


def _ballot(body: Body, choice: Choice, start: int, end: int, finder: Finder) -> BallotReading:
    evidence = body.marked.source(start, end) if start < end else body.marked.source(body.start, body.end)
    return BallotReading(kind=BallotKind.BALLOT, choice=choice, comment=comment_of(body, finder), evidence=evidence)


# --- verdicts ------------------------------------------------------------------------------------


def _read_verdict(body: Body, question: Question, finder: Finder) -> BallotReading:
    body = _without_seconded(body)
    labels = VERDICT_LABELS[question.method]
    options = FIXED_OPTIONS[question.method]
    pointed = _pointed(body, options)
    if pointed is not None:
        return _ballot(body, Pick(options[pointed]), body.start, body.end, finder)
    alone = _alone(body, finder.vocabulary)
    if alone:
        return _ballot(body, Pick(labels[alone]), body.start, body.end, finder)
    implied = (
        (*wished_otherwise(body), *contented(body), *served(body), *excluded(body))
        if question.method is Method.YESNO
        else ()
    )  # in consent another wish may be a remark
    fates = (*fated(body, finder.vocabulary), *wished_not(body), *favoured_otherwise(body))
    settled = settle(body, (*_signed(body, {1.0: POSITIVE, -1.0: NEGATIVE}), *implied, *fates))
    settled = _counted_indifference(body, settled, labels)
    if question.method is Method.YESNO and settled.verdict == POSITIVE and _is_but_let_pass(body):
        return BallotReading(kind=UNCLEAR, missing="choice")
    if settled.verdict is None:
        return _unclear(settled, lambda verdict: Pick(labels[verdict]) if verdict in labels else Abstention())
    choice: Choice = Pick(labels[settled.verdict]) if settled.verdict in labels else Abstention()
    return _ballot(body, choice, settled.start, settled.end, finder)


def _counted_indifference(body: Body, settled: Settled, labels: dict[str, str]) -> Settled:
    """Return an abstention for "I don't mind" where abstaining is one of the options, and nothing else is said."""
    marks = [m for m in body.marked.within(body.start, body.end) if "indifferent" in m]
    if settled.verdict or settled.rivals or settled.missing != "choice" or not marks or ABSTAIN not in labels:
        return settled
    if any(body.marked.has(name, body.start, body.end) for name in ("later", "defer")):
        return settled
    return Settled(ABSTAIN, start=marks[0].start, end=marks[0].end)


def _is_but_let_pass(body: Body) -> bool:
    """Whether all that speaks for a yes is that nobody stops it: "I don't like it but I won't block it"."""
    marks = [m for m in body.marked.within(body.start, body.end) if m.start not in body.told]
    let_pass = [m for m in marks if {"unopposed", "contrast"} <= m.classes]
    return bool(let_pass) and not any(m.classes & {"yes", "for"} for m in marks if m not in let_pass)


def _pointed(body: Body, options: tuple[str, ...]) -> int | None:
    """Return the option whose number is all the text says."""
    tokens = [t for t in body.marked.tokens[body.start : body.end] if t.is_word and t.kind != "emoji"]
    if tokens and body.marked.cover[body.start] is not None and "option_word" in body.marked.cover[body.start]:  # type: ignore[operator]
        tokens = tokens[1:]
    if len(tokens) == 1 and tokens[0].kind == "number" and tokens[0].fold in {str(n + 1) for n in range(len(options))}:
        return int(tokens[0].fold) - 1
    return None


def _alone(body: Body, words: Vocabulary) -> str:
    """Return the verdict of a word that is all the text says, in whatever language it is one ("y", "si")."""
    tokens = [at for at in range(body.start, body.end) if body.marked.tokens[at].is_word]
    if len(tokens) != 1 or body.sentences[0].asks:
        return ""
    word = body.marked.tokens[tokens[0]].fold
    return POSITIVE if words.can_be(word, "yes_alone") else NEGATIVE if words.can_be(word, "no_alone") else ""


def _unclear(settled: Settled, choice: Callable[[str], Choice]) -> BallotReading:
    return BallotReading(
        kind=UNCLEAR, rivals=tuple(choice(v) for v in settled.rivals), missing=settled.missing or "choice"
    )


def _signed(body: Body, verdicts: dict[float, str] | None) -> list[Signal]:
    """Return signed numbers as signs of a verdict; in a plus-one vote any number, and a bare 0."""
    found = []
    for number, clause in enumerate(body.clauses):
        for at in range(clause.start, clause.end):
            token = body.marked.tokens[at]
            value = _signed_value(body, at, plain=verdicts is None)
            if value is None or token.kind not in ("sign", "number"):
                continue
            verdict = SIGNED_VERDICTS.get(value, str(value)) if verdicts is None else verdicts.get(value)
            before = body.marked.cover[at - 1] if at > clause.start else None
            if before is not None and before.classes & {"negator", "near_negator"}:
                continue
            if verdict is not None and not any(is_no_vote(body, at, clause) for is_no_vote in NO_NUMBERS):
                bare = not content(body, clause.start, clause.end, [range(at, at + 1)])
                lead = at == clause.start or not content(body, clause.start, at)
                weight = BARE if bare else STATED if lead else 1
                found.append(Signal(verdict, 0 if clause.opener == "reason" else weight, at, at + 1, number))
    return found


def _signed_value(body: Body, at: int, *, plain: bool) -> float | None:
    token = body.marked.tokens[at]
    if token.kind == "sign":
        return float(token.fold)
    if token.kind == "number" and plain and token.fold in ("0", "0.0"):
        return 0.0
    return None


def _is_of_a_thing(body: Body, at: int, clause: Clause) -> bool:
    """Whether a signed number is but part of what something is called: "I get a -1 exit code"."""
    before = body.marked.cover[at - 1] if at > clause.start else None
    after = at + 1 if at + 1 < clause.end else None
    called = after is not None and bool(content(body, after, after + 1)) and len(content(body, after, clause.end)) > 1
    return called and before is not None and "common" in before  # "my -1 stands" says no more


def _is_about(body: Body, at: int, end: int) -> bool:
    """Whether a +1 is for what somebody said ("+1 to what Anna wrote", "+1 to that", "+1 to the question above")."""
    if _regards_saying(body, at + 1, end):
        return True
    after = body.marked.cover[at + 1] if at + 1 < end else None
    before = body.marked.cover[at - 1] if at > body.start else None
    if after is None or "other" not in after or (before is not None and "to_word" in before):
        return False
    if after.end - after.start > 1:
        return True
    following, known = (
        (body.marked.tokens[after.end], body.marked.cover[after.end]) if after.end < end else (None, None)
    )
    if following is None:
        return False
    return (known is not None and "other" in known) or (following.raw[0].isupper() and known is None)


def _counts_units(body: Body, at: int, clause: Clause) -> bool:
    """Whether a signed number counts days, people and the like: "+1 day for testing"."""
    after = body.marked.cover[at + 1] if at + 1 < clause.end else None
    return after is not None and "unit" in after


# What makes a signed number no vote.
NO_NUMBERS: tuple[Callable[[Body, int, Clause], bool], ...] = (
    lambda body, at, clause: _is_about(body, at, clause.end),
    _is_of_a_thing,
    _counts_units,
)


def _without_seconded(body: Body) -> Body:
    """Return the body with what a +1 is for told as another's: "+1 to Jan's objection" objects to nothing."""
    seconded = (
        range(at, clause.end)
        for clause in body.clauses
        for at in range(clause.start, clause.end)
        if body.marked.tokens[at].kind == "sign" and _is_about(body, at, clause.end)
    )
    told = frozenset(chain.from_iterable(seconded))
    return replace(body, told=body.told | told) if told else body


def _regards_saying(body: Body, at: int, end: int) -> bool:
    """Whether a stretch begins with "to the question", "on his second point", with a word that the vote has not."""
    lead = body.marked.voices[at] if at < end else None
    if lead is None or "regarding" not in lead:
        return False
    said = (m for m in body.marked.heard(at, min(end, at + FARTHEST_SAYING)) if "saying" in m)
    return any(body.marked.tokens[mark.end - 1].fold not in body.marked.asked for mark in said)


def _read_plusone(body: Body, question: Question, finder: Finder) -> BallotReading:
    def choice(verdict: str) -> Choice:
        return PlusOne(PLUSONE_NUMBERS[verdict] if verdict in PLUSONE_NUMBERS else float(verdict) + 0.0)

    body = _without_seconded(body)
    tokens = [t for t in body.marked.tokens[body.start : body.end] if t.is_word]
    if len(tokens) == 1 and tokens[0].fold == "1":
        return _ballot(body, PlusOne(1.0), body.start, body.end, finder)
    signed = _signed(body, None)
    if any(s.verdict not in PLUSONE_NUMBERS and abs(float(s.verdict)) > 1 for s in signed):
        return BallotReading(kind=UNCLEAR, missing="range")
    plain = {s.verdict for s in signed if s.weight >= STATED}
    if _is_contradicted(body, signed):
        return BallotReading(kind=UNCLEAR, missing="several")  # "I was +1 but the crash makes me -1"
    if len(plain) == 1 and not any(is_change(body.marked, m) for m in body.marked.within(body.start, body.end)):
        signed = [replace(s, weight=CONCLUDED) if s.weight >= STATED else s for s in signed]  # a number outweighs words
    settled = settle(body, tuple(signed))
    # An objection merely denied is +1 to some and +0 to others.
    if settled.verdict is None or (settled.tepid and not signed):
        return _unclear(settled, choice)
    return _ballot(body, choice(settled.verdict), settled.start, settled.end, finder)


def _is_contradicted(body: Body, signed: list[Signal]) -> bool:
    """Whether a number that a "but" sets off is another than those before it, in the same sentence."""
    last = signed[-1] if signed else None
    if last is None or body.clauses[last.clause].opener != "contrast" or last.weight >= STATED:
        return False
    home = body.clauses[last.clause].sentence
    return any(s.verdict != last.verdict and body.clauses[s.clause].sentence == home for s in signed)


# --- options -------------------------------------------------------------------------------------


def _abstains(body: Body) -> bool:
    marks = [m for m in body.marked.within(body.start, body.end) if m.start not in body.told]
    return any("abstain" in m for m in marks) and not any(m.classes & {"condition", "later"} for m in marks)


def _abstention(body: Body, finder: Finder) -> BallotReading | None:
    return _ballot(body, Abstention(), body.start, body.end, finder) if _abstains(body) else None


def _unclear_options(chosen: Chosen, question: Question) -> BallotReading:
    rivals: tuple[Choice, ...] = tuple(Pick(question.options[n]) for n in chosen.rivals)
    return BallotReading(kind=UNCLEAR, rivals=rivals, missing=chosen.missing or "choice")


def _read_single(body: Body, question: Question, finder: Finder) -> BallotReading:
    chosen = one_of(body, finder)
    if chosen.options is None:
        if not chosen.rivals:
            return (
                _abstention(body, finder) or _by_verdict(body, question, finder) or _unclear_options(chosen, question)
            )
        return _unclear_options(chosen, question)
    return _ballot(body, Pick(question.options[chosen.options[0]]), chosen.start, chosen.end, finder)


def _by_verdict(body: Body, question: Question, finder: Finder) -> BallotReading | None:
    """Return the option a plain yes or no means, where one label says yes and another no."""
    found: dict[str, int] = {}
    for number, label in enumerate(question.options):
        verdict = _verdict_of(label, question.text, finder.vocabulary)
        if verdict is not None:
            found.setdefault(verdict, number)
    if not {POSITIVE, NEGATIVE} <= found.keys():
        return None
    settled = settle(body)
    if settled.verdict not in found:
        return None
    return _ballot(body, Pick(question.options[found[settled.verdict]]), settled.start, settled.end, finder)


@lru_cache(maxsize=512)  # asked anew with each reply to one question
def _verdict_of(label: str, question: str, words: Vocabulary) -> str | None:
    """Return the verdict that a label is by itself, None where it is none."""
    return settle(body_of(marked(label, question, words), lambda at: False)).verdict


def _read_approval(body: Body, question: Question, finder: Finder) -> BallotReading:
    chosen = any_of(body, finder)
    if chosen.options is None or (not chosen.options and _abstains(body)):
        return (None if chosen.rivals else _abstention(body, finder)) or _unclear_options(chosen, question)
    picks = Picks(tuple(question.options[n] for n in chosen.options))
    return _ballot(body, picks, chosen.start, chosen.end, finder)


def _read_ranked(body: Body, question: Question, finder: Finder) -> BallotReading:
    def ranking(groups: tuple[tuple[int, ...], ...]) -> Ranking:
        return Ranking(tuple(tuple(question.options[n] for n in group) for group in groups))

    ranked = order_of(body, finder)
    if ranked.groups is None:
        unclear = BallotReading(
            kind=UNCLEAR, rivals=tuple(map(ranking, ranked.rivals)), missing=ranked.missing or "choice"
        )
        return (None if ranked.rivals else _abstention(body, finder)) or unclear
    return _ballot(body, ranking(ranked.groups), body.start, body.end, finder)


def _read_score(body: Body, question: Question, finder: Finder) -> BallotReading:
    scored = points_of(body, finder, question.lowest, question.highest)
    if scored.pairs is None:
        unclear = BallotReading(kind=UNCLEAR, missing=scored.missing or "choice")
        return (None if finder.mentions(body.start, body.end) else _abstention(body, finder)) or unclear
    pairs = Scores(tuple((question.options[n], value) for n, value in scored.pairs))
    return _ballot(body, pairs, body.start, body.end, finder)


READERS: dict[Method, Callable[[Body, Question, Finder], BallotReading]] = {
    Method.YESNO: _read_verdict,
    Method.CONSENT: _read_verdict,
    Method.LAZY: _read_verdict,
    Method.PLUSONE: _read_plusone,
    Method.SINGLE: _read_single,
    Method.APPROVAL: _read_approval,
    Method.RANKED: _read_ranked,
    Method.SCORE: _read_score,
}
