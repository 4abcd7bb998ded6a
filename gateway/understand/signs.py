"""The signs by which quoted text and footers are told when nobody marked them: attribution lines, header blocks,
separators, device and list footers, disclaimers, banners. Words come from the [reply] tables of the lexicon.

Every test is linear in the line it reads, and lines are read up to `LONGEST` characters. Must not: decide what is
dropped (reply.py does), or tell what shows without a word (shapes.py does).
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gateway.understand.lexicon import Lexicon
from gateway.understand.shapes import LONGEST, LONGEST_SEPARATOR, has_link, has_mail_address, is_rule

LONGEST_BANNER = 800
MOST_SMALL_WORDS = 2  # of a device footer, between its first word and its verb
LEAST_INFLECTED = 6  # letters of a product's name that may bear an ending and still is told
LONGEST_SMALL_PRINT = 3_000
MOST_ATTRIBUTION_LINES = 4
MOST_HEADER_LINES = 30

_UNSPACED = (("\u1100", "\u11ff"), ("\u3040", "\u9fff"), ("\uac00", "\ud7a3"))  # Hangul (also decomposed), kana, Han
_LABELS = ("from", "date", "to", "cc", "subject", "other")
# Names of products are the same in every language.
# fmt: off
_PRODUCTS = (
    "iphone", "ipad", "ipod", "android", "samsung", "galaxy", "blackberry", "huawei", "xiaomi", "redmi", "oneplus",
    "oppo", "pixel", "nokia", "lumia", "outlook", "windows", "hotmail", "ios", "ipados", "yahoo", "aol", "gmail",
    "proton", "tutanota", "tuta", "thunderbird", "fairemail", "k-9", "mailspring", "bluemail", "aquamail", "nine",
    "htc", "motorola", "lg", "sony", "xperia", "wiko", "zimbra", "airmail", "spark", "newton", "edison", "fastmail",
    "mailbird", "gmx", "web.de", "freenet", "mymail", "mail.ru", "yandex", "typeapp", "polymail", "mailbox",
    "superhuman", "front", "missive", "canary", "icloud", "mac", "macbook", "surface", "verizon", "t-mobile",
    "vodafone", "swisscom", "bell", "rogers", "telus", "orange", "sfr", "laposte",
)
# fmt: on

_ACCENTS = re.compile("[\u0300-\u036f]")
_DRAWN = "-_=*~—–>"  # what separators begin with
_LABEL_LINE = re.compile(r"[\s*_|>]{0,6}([^\W\d_][^:：*\n]{0,28}?)[*_\s]{0,4}[:：][*_]{0,2}(?:\s|$)(.*)")
_DASHED = re.compile(r"[\s>*]*([-_=*~—–]{2,})\s*([^-_=*~—–].{0,80}?)\s*([-_=*~—–]{2,})?[\s*]*$")
_DATE = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d\d\b|\d{1,2}(?:st|nd|rd|th)\b|\d年|\d월"
)
_STARTS_WITH_DATE = re.compile(r"[\[(*]{0,2}+(?:[^\W\d_]{2,12}+[.,]{0,2}+\s)?+\d{1,4}(?:[./-]\d|[.,]?\s|\s?[^\W\d_])")
_STARTS_WITH_NAME = re.compile(r"[\"'*]{0,2}[^\"<>@:]{0,60}[\"'*]{0,2}\s*[<(\[]{1,2}(?:mailto:)?[^<>@\s]{0,100}@")
_STARTS_WITH_ADDRESS = re.compile(r"[<\[]?[^\s<>@]{1,100}@")
# Who and when with a dash between and no verb: "Ana" ana@example.org – 3 May 2026 08:15
_NAME_ADDRESS_DATE = re.compile(
    r"\"[^\"@]{1,60}\"\s*<?[^\s<>@]{1,100}@[^\s<>@]{2,100}>?\s*[-–—,]\s*[^@<>?!]{0,24}\d[^@<>?!]{0,40}\d"
)
_DATED_ADDRESS = re.compile(r"@[^\s<>@]{1,100}>?[^<>@]{0,30}[:：]\s*$")
_CAPITAL_WORD = re.compile(r"(?:(?<=[\s\-_])|(?<=[.!?]))[^\W\d_a-z]\w*")
_ENDS_OPEN = re.compile(r"[:：>](?:[\s*_]|\s)*$")
_FIRST_CLAUSE = re.compile(r"[^,;.!?]{0,90}")
_LINK_BEHIND = re.compile(r"\s{0,3}[<(]https?://[^\s<>]{1,120}[>)]?$", re.I)


def fold(text: str) -> str:
    """Return text for comparison with word lists: lower case, accents dropped, white space single."""
    return _folded(text[:LONGEST])


def _refolded(text: str) -> str:
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).replace("’", "'")
    return " ".join(text.casefold().split())


_folded = lru_cache(maxsize=512)(_refolded)  # one rule after the other asks about the same few lines


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a reply: as they stand, without their quote marks, and how many marks each had."""

    raw: Sequence[str]
    text: Sequence[str]
    depth: Sequence[int]

    def filled(self, at: int, within: int) -> int | None:
        """Return the index of the first line that is not empty, looking over up to `within` empty ones."""
        for index in range(at, min(len(self.text), at + within + 1)):
            if self.text[index].strip():
                return index
        return None


@dataclass(frozen=True, slots=True)
class Opener:
    """Lines that announce what is quoted below: where they end, and the sign they are."""

    end: int  # index behind the last line
    sign: str  # "attribution", "header-block", "forward", "separator"


def _any_of(words: Iterable[str], before: str = r"(?<!\w)", after: str = r"(?!\w)") -> re.Pattern[str]:
    folded = sorted({fold(word) for word in words if word.strip()}, key=len, reverse=True)
    if not folded:
        return re.compile(r"(?!)")
    # Scripts without spaces between words have no word ends to look for.
    spaced = [word for word in folded if word[0].isascii() or not _is_unspaced(word)]
    unspaced = [word for word in folded if not (word[0].isascii() or not _is_unspaced(word))]
    choices = [f"{before}(?:{_by_letter(spaced)}){after}"] if spaced else []
    choices += [f"(?:{_by_letter(unspaced)})"] if unspaced else []
    return re.compile("|".join(choices))


def _by_letter(words: Iterable[str]) -> str:
    """Return a pattern for any of the words, the longest where several stand, that looks at each letter once.

    Written as a plain choice of words it would try each word at each place of a text.
    """
    by_first: dict[str, list[str]] = {}
    for word in words:
        by_first.setdefault(word[:1], []).append(word[1:])
    may_end = by_first.pop("", None) is not None
    branches = [re.escape(letter) + _by_letter(rests) for letter, rests in by_first.items()]
    if not branches:
        return ""
    choice = branches[0] if len(branches) == 1 and not may_end else f"(?:{'|'.join(branches)})"
    return choice + "?" * may_end


def _starts(words: Iterable[str]) -> frozenset[str]:
    """Return the first two letters of the words, or their one letter with what may stand behind it."""
    behind = ("", " ", "\t", *string.punctuation)
    folded = [fold(word) for word in words]
    longer = {word[:2] for word in folded if len(word) > 1}
    return frozenset(longer | {word + char for word in folded if len(word) == 1 for char in behind})


def _opening(starts: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for a line end and the beginning of a line that is drawn, or begins as attributions may: with
    one of these starts, a letter of another script, a figure, or a figure behind a word.
    """
    cased = {case for start in starts for case in (start, start.upper(), start.title(), start[:1] + start[1:].upper())}
    whole = "".join(re.escape(start) for start in cased if len(start) == 1)
    begun = _by_letter([start for start in cased if len(start) > 1])
    return re.compile(
        rf"\n[^\S\n]*+(?:[{re.escape(_DRAWN)}\d\[(]|[\0-\x09\x0b-\x7f]?[^\0-\x7f]|{begun or '(?!)'}"
        rf"|[{whole or '-'}](?=[^\S\n]*(?:\n|\Z))|[A-Za-z]{{2,12}}+[.,]{{0,2}}+[^\S\n]\d)"
    )


def _is_unspaced(word: str) -> bool:
    return any(low <= char <= high for char in word for low, high in _UNSPACED)


class Signs:
    """The word lists of all languages, compiled once for a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        def words(key: str) -> tuple[str, ...]:
            return lexicon.words("reply", key)

        self.labels = {fold(word): kind for kind in reversed(_LABELS) for word in words(f"label_{kind}")}
        self.wrote = _any_of(words("wrote"))
        self.wrote_at_end = tuple(sorted({fold(word) for word in words("wrote")}))
        self.on = _any_of(words("on"), before="")
        self.on_starts = _starts(words("on"))
        self.opening = _opening(self.on_starts)
        self.original = _any_of(words("original"))
        self.forwarded = _any_of(words("forwarded"))
        self.device = _any_of(words("device"))
        self.device_opens = _any_of(words("device_opens"))
        self.device_ends = tuple(fold(word) for word in words("device_ends"))
        # Languages with cases write an ending behind the name of a product: iPhonesta, iPhone'dan.
        inflected = _any_of((name for name in _PRODUCTS if len(name) >= LEAST_INFLECTED), after=r"\w{0,5}(?!\w)")
        self.device_noun = re.compile(f"{_any_of((*words('device_noun'), *_PRODUCTS)).pattern}|{inflected.pattern}")
        self.excuse = _any_of(words("excuse"))
        self.list_footer = _any_of(words("list_footer"))
        self.disclaimer = _any_of(words("disclaimer"), after="")
        self.disclaimer_hint = _any_of(words("disclaimer_hint"), after="")
        self.antivirus = _any_of(words("antivirus"))
        small_print = (*words("disclaimer"), *words("disclaimer_hint"), *words("antivirus"))
        self.small_print = _any_of(small_print, after="")  # a quick look before the closer ones
        self.banner = _any_of(words("banner"), before="", after="")

    # --- what announces a quote ------------------------------------------------------------------

    def may_open(self, texts: Sequence[str]) -> list[bool]:
        """Return for each line whether an opener may begin there: one quick look at all, before a closer one at few."""
        joined = "\n" + "\n".join(texts)
        if joined.count("\n") != len(texts):
            return [True] * len(texts)
        may = [False] * len(texts)
        if ":" in joined or "：" in joined or "@" in joined:
            for index, text in enumerate(texts):
                may[index] = ":" in text or "：" in text or "@" in text
                if index and "@" in text:  # an attribution's address may stand on its second line
                    may[index - 1] = True
        at = index = 0
        for found in self.opening.finditer(joined):
            index += joined.count("\n", at, found.start())
            at = found.start()
            may[index] = True
        return may

    def opener(self, lines: Lines, at: int) -> Opener | None:
        """Return the opener that begins at a line, or None."""
        line = lines.text[at].strip()
        if not line:
            return None
        found = None
        if ":" in line or "：" in line:
            found = self.separator(lines, at) or self.header_block(lines, at)
        elif line[0] in _DRAWN:
            found = self.separator(lines, at)
        return found or self.attribution(lines, at)

    def separator(self, lines: Lines, at: int) -> Opener | None:
        """-----Original Message-----, Begin forwarded message:, a drawn line above a header block."""
        line = lines.text[at][:LONGEST]
        if is_rule(line):
            return self._block_below(lines, at)
        dashed = _DASHED.match(line) if len(line) <= LONGEST_SEPARATOR else None
        if not dashed and (len(line) > LONGEST_SEPARATOR or not line.rstrip(" *").endswith((":", "："))):
            return None
        inner = fold(dashed[2] if dashed else line).strip(" *:")
        sign = self._announces(inner, bool(dashed))
        if sign is not None:
            block = self._block_below(lines, at, least=1)
            return Opener(block.end if block else at + 1, sign)
        if dashed is None or dashed[3] is None or min(len(dashed[1]), len(dashed[3])) < 3:
            return None
        if self.wrote.search(inner):  # ---- Ana Lima wrote ----
            return Opener(at + 1, "attribution")
        return self._block_below(lines, at)

    def _block_below(self, lines: Lines, at: int, least: int = 2) -> Opener | None:
        following = lines.filled(at + 1, 2)
        return self.header_block(lines, following, least) if following is not None else None

    def _announces(self, inner: str, is_dashed: bool) -> str | None:
        for pattern, sign in ((self.forwarded, "forward"), (self.original, "separator")):
            found = pattern.search(inner)
            if found and (is_dashed or found.start() <= 1) and len(inner) - (found.end() - found.start()) <= 40:
                return sign
        return None

    def label(self, line: str) -> tuple[str, str] | None:
        """Return kind and value of a line such as "Sent: Monday", or None."""
        found = _LABEL_LINE.match(line[:LONGEST])
        if not found:
            return None
        kind = self.labels.get(fold(found[1]))
        return (kind, found[2]) if kind else None

    def header_block(self, lines: Lines, at: int, least: int = 2) -> Opener | None:
        """From, Sent, To, Subject in any language and order, with continuation lines."""
        texts = lines.text
        if self.label(texts[at]) is None:
            return None
        kinds: set[str] = set()
        values: list[str] = []
        end = at
        for index in range(at, min(len(texts), at + MOST_HEADER_LINES)):
            found = self.label(texts[index])
            if found:
                kinds.add(found[0])
                values.append(found[1])
                end = index + 1
            elif not texts[index].strip():
                if not self._goes_on(texts, index):
                    break
            elif index - end >= 2:
                break
        if not self._is_header(kinds, values, least):
            return None
        # A folded value (a long To, a long Subject) goes on until the empty line.
        while end < len(texts) and texts[end].strip() and end - at < MOST_HEADER_LINES and texts[end][0] in " \t":
            end += 1
        return Opener(end, "header-block")

    def _goes_on(self, texts: Sequence[str], at: int) -> bool:
        """Whether an empty line stands inside a header block: the next line is one more label."""
        return at + 1 < len(texts) and self.label(texts[at + 1]) is not None

    @staticmethod
    def _is_header(kinds: set[str], values: list[str], least: int) -> bool:
        if len(kinds) < least:
            return False
        if least == 1:
            return True
        telling = any(has_mail_address(value) or _DATE.search(value) for value in values)
        return telling and ("from" in kinds or {"date", "to"} <= kinds or {"date", "subject"} <= kinds)

    def attribution(self, lines: Lines, at: int) -> Opener | None:
        """On Monday Ana wrote: in any language, wrapped over up to four lines."""
        first = lines.text[at][:LONGEST].strip()
        opens = self._opens(first)
        if not opens and "@" not in first and not (at + 1 < len(lines.text) and "@" in lines.text[at + 1]):
            return None
        joined, index, counted = "", at, 0
        while counted < MOST_ATTRIBUTION_LINES and index < len(lines.text):
            line = _continuation(lines, at, index, joined)
            if line is None:
                return None
            index += 1
            if not line:
                continue
            counted += 1
            if counted > 1 and self._opens(line) and not (opens and _attributes(first)):
                return None  # what stands above is the author's ("1 done"); the attribution begins here
            joined = f"{joined} {line}" if joined else line
            following = lines.filled(index, 2)
            above_quote = following is not None and lines.depth[following] > lines.depth[at]
            stands_alone = following is None or following > index
            if self.is_attribution(joined, above_quote, stands_alone):
                return Opener(self._last_line(lines, index, joined), "attribution")
        return None

    def _last_line(self, lines: Lines, end: int, joined: str) -> int:
        """Return where an attribution really ends: one that stops at its verb may name its author on the next lines."""
        if joined.endswith((":", "：")):
            return end
        for index in range(end, min(end + 2, len(lines.text))):
            line = lines.text[index][:LONGEST].strip()
            if not line or lines.depth[index] != lines.depth[end - 1]:
                return end
            joined = f"{joined} {line}"
            if line.endswith((":", "：")) and "@" in joined and self.is_attribution(joined):
                return index + 1
        return end

    def _opens(self, line: str) -> bool:
        """Whether a line begins as attributions do: with "On", a weekday or a date."""
        bare = line.lstrip("-_=*~ >\t")
        start = bare[:2].lower()
        if (start in self.on_starts or not start.isascii()) and self.on.match(_refolded(bare[:60])):
            return True
        return _STARTS_WITH_DATE.match(bare) is not None

    def is_attribution(self, joined: str, stands_above_quote: bool = False, stands_alone: bool = True) -> bool:
        """Whether one joined line says who wrote when. With a date and an address, or above a quote, it needs no verb
        that we know; without an address or a quote it must stand in a paragraph of its own.
        """
        joined = joined.strip(" *_\t")
        if not 6 <= len(joined) <= LONGEST:
            return False
        folded = fold(joined).lstrip("-_=*~ >")
        if stands_above_quote and _NAME_ADDRESS_DATE.fullmatch(joined):
            return True
        ends_open = _ENDS_OPEN.search(joined) is not None
        if not ends_open and not folded.endswith(self.wrote_at_end):
            return False
        has_address, date = has_mail_address(joined), _DATE.search(folded)
        if not (has_address or date):
            # "On Mon, Ana wrote:": no figure in it, but right above the quote and in the words of an attribution.
            return bool(stands_above_quote and ends_open and self.on.match(folded) and self.wrote.search(folded))
        if not (self._opens(joined) or _STARTS_WITH_NAME.match(joined) or _STARTS_WITH_ADDRESS.match(joined)):
            return bool(_DATED_ADDRESS.search(joined) and date and date.start() <= 40)
        has_colon = folded.endswith((":", "："))
        if stands_above_quote and (has_address or has_colon):
            return True
        if has_colon and date and _DATED_ADDRESS.search(joined):
            return True
        return (has_address or stands_alone) and self.wrote.search(folded) is not None

    def shared_line(self, line: str) -> int | None:
        """Return where an attribution begins that stands on one line with the text above it, or None."""
        if self._opens(line.lstrip()) or not (_DATE.search(line) and self.wrote.search(fold(line))):
            return None
        for found in _CAPITAL_WORD.finditer(line):
            rest = line[found.start() :]
            if rest[0].isupper() and self.on.match(_refolded(rest[:40])) and self.is_attribution(rest):
                return found.start() if self.wrote.search(fold(rest)) else None
        return None

    # --- what stands below the text --------------------------------------------------------------

    def is_device_footer(self, line: str) -> bool:
        """Sent from my phone: a short line that begins so and names a device or a mail program."""
        if len(line) > 160:
            return False
        line = _LINK_BEHIND.sub("", line.strip(" *_-<([|~\t"))
        folded = fold(line)
        found = self.device.search(folded)
        if not found:
            return len(folded) <= 60 and self._ends_with_verb(line, folded)
        clause = _FIRST_CLAUSE.match(folded)
        named = self.device_noun.search(clause[0] if clause else "")
        if found.start() == 0:
            return named is not None or self._names_a_make(line, folded[found.end() :])
        # Languages that put the verb last: the whole short line is device and verb.
        return found.end() >= len(folded) - 2 and len(folded) <= 60 and self.device_noun.search(folded) is not None

    def _ends_with_verb(self, line: str, folded: str) -> bool:
        """Whether a line is a footer whose verb comes last, with little but names of a device or program before it."""
        if not self.device_ends or not folded.rstrip(" .").endswith(self.device_ends):
            return False
        small = [word for word in line.split()[1:-1] if word[:1].islower()]
        is_framed = self.device_opens.match(folded) is not None and len(small) <= MOST_SMALL_WORDS
        return is_framed and self.device_noun.search(folded) is not None

    @staticmethod
    def _names_a_make(line: str, rest: str) -> bool:
        """Whether what follows "sent from my" is a name nobody listed: short, and its words capitals or numbers."""
        words = line.split()[-len(rest.split()) :]
        names = [word for word in words[1:] if word[:1].isupper() or word[:1].isdigit()]
        return 2 <= len(words) <= 6 and len(names) == len(words) - 1 and len(names) > 0

    def is_excuse(self, line: str) -> bool:
        """Please excuse my brevity: what some programs add to a device footer."""
        return len(line) <= 120 and self.excuse.search(fold(line)) is not None

    def is_disclaimer(self, paragraph: str) -> bool:
        """Whether a paragraph is legal small print, an appeal to save paper, or the mark of a virus scanner: one phrase
        nobody else writes, or two that people write too, or a scanner's phrase with its link.
        """
        pieces = range(0, min(len(paragraph), LONGEST_SMALL_PRINT), LONGEST)
        folded = " ".join(fold(paragraph[start : start + LONGEST]) for start in pieces)
        if not self.small_print.search(folded):
            return False
        if self.disclaimer.search(folded) or len(set(self.disclaimer_hint.findall(folded))) >= 2:
            return True
        return len(folded) <= LONGEST and self.antivirus.search(folded) is not None and has_link(paragraph)

    def is_list_footer(self, paragraph: str) -> bool:
        """Whether a paragraph begins as what a mailing list adds, and says where the list lives."""
        return has_link(paragraph) and self.list_footer.match(fold(paragraph)) is not None

    def names_list(self, text: str) -> bool:
        """Whether lines below a drawn one speak of a mailing list anywhere."""
        return has_link(text) and self.list_footer.search(fold(text)) is not None

    def is_banner(self, paragraph: str) -> bool:
        """Whether a paragraph is the warning a mail server puts on top: two of its phrases, or one alone."""
        if len(paragraph) > LONGEST_BANNER:
            return False
        folded = fold(paragraph).strip(" *_")
        found = self.banner.findall(folded)
        return len(set(found)) >= 2 or folded in found


def could_share(line: str) -> bool:
    """Whether a line may hold an attribution besides other text: a quick look before a closer one."""
    return len(line) <= LONGEST and "@" in line and line.rstrip(" *_\t").endswith((":", "："))


def _attributes(first: str) -> bool:
    """Whether a line can be the first of a wrapped attribution: it holds a date or an address, or goes on."""
    return first.endswith(",") or "@" in first or _DATE.search(fold(first)) is not None


def _continuation(lines: Lines, at: int, index: int, joined: str) -> str | None:
    """Return the next line of a wrapped attribution, "" for one to step over, None when it ends."""
    text = lines.text[index][:LONGEST].strip()
    if lines.depth[index] != lines.depth[at]:
        # The > of an address that was wrapped looks like a quote mark.
        raw = lines.raw[index].strip()
        return raw[:LONGEST] if joined.count("<") > joined.count(">") and raw.startswith(">") else None
    if text or not joined:
        return text or None
    below = lines.text[index + 1].strip() if index + 1 < len(lines.text) else ""
    return "" if below.startswith("<") else None


@lru_cache(maxsize=8)
def signs_of(lexicon: Lexicon) -> Signs:
    """Return the compiled signs of a lexicon; the same one again for the same lexicon."""
    return Signs(lexicon)
