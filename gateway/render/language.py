"""The reader's language and zone: catalogues, dates, numbers, lists. The words stand in templates and catalogues.

Must not: hold a word of any language, or read a file (app.py hands the catalogues in).
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_day_names, get_timezone_location
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations
from babel.units import format_unit
from markupsafe import escape as markup_escape

from gateway.model.ballot import FIXED_OPTIONS, Method, Question
from gateway.model.charter import WEEKDAYS
from gateway.render.text import one_line

SOURCE_LANGUAGE = "en"  # what the templates are written in

# Where a language is written for readers in many countries: 17:00 and Thursday 26 November, not 5 PM and 11/26.
_LOCALES = {"en": "en_GB"}


# The options that methods bring with them are messages of the catalogue, in the context "vote".
_FIXED_LABELS = frozenset(label for labels in FIXED_OPTIONS.values() for label in labels if label.isalpha())


def has_fixed_options(question: Question) -> bool:
    """Whether a method brings its options with it, so that they are shown in the reader's language."""
    return FIXED_OPTIONS.get(Method(question.method)) == question.options


class CatalogueProblem(ValueError):
    """A catalogue that cannot be used; the text names the line and what is wrong."""


@functools.lru_cache(maxsize=16)
def catalogue_from_po(text: str) -> Translations:
    """Return the translations a .po file's text states; raises CatalogueProblem where it is no such text.

    Messages marked fuzzy are left out: a sentence in the source language is better than a wrong one.
    """
    try:
        catalogue = read_po(io.StringIO(text), abort_invalid=True)
    except (PoFileError, ValueError) as fault:
        raise CatalogueProblem(f"not a gettext catalogue: {fault}") from None
    compiled = io.BytesIO()
    write_mo(compiled, catalogue, use_fuzzy=False)
    compiled.seek(0)
    return Translations(compiled)


def nearest_language(language: str, known: Mapping[str, object]) -> str:
    """Return the language to write in: the one asked for, its base (`fr-CA` → `fr`), or the source language."""
    folded = language.replace("_", "-").lower()
    candidates = (folded, folded.partition("-")[0])
    return next((code for code in candidates if code in known), SOURCE_LANGUAGE)


@functools.lru_cache(maxsize=512)
def zone_named(name: str) -> ZoneInfo:
    """Return a time zone, UTC where no such zone is known here."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@functools.lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """Return the CLDR locale a language is written by."""
    try:
        return Locale.parse(_LOCALES.get(language, language), sep="_")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_LOCALES[SOURCE_LANGUAGE])


@functools.lru_cache(maxsize=1024)
def _place(zone: str, language: str) -> str:
    """Return the city a zone is named after, in the reader's language; the zone's own name where it has no city."""
    if "/" not in zone or zone.startswith("Etc/"):
        return zone.removeprefix("Etc/")
    return get_timezone_location(ZoneInfo(zone), locale=locale_of(language), return_city=True)


def spoken(translations: NullTranslations, *, escape: bool) -> dict[str, Callable[..., str]]:
    """Return what templates call to say something: `_`, `ngettext`, `pgettext`, each with its variables by name.

    With `escape` they give what is safe in a page: the message and its variables are escaped. Messages are few, so each
    is looked up once; this takes half the time of the functions that Jinja's own extension installs.
    """
    safe: Callable[[str], str] = markup_escape if escape else str
    say = functools.cache(lambda message: safe(translations.ugettext(message)))
    say_in = functools.cache(lambda context, message: safe(translations.upgettext(context, message)))

    def gettext(message: str, **variables: object) -> str:
        said: str = say(message)
        return said % variables if variables else said

    def ngettext(one: str, many: str, number: int, **variables: object) -> str:
        return safe(translations.ungettext(one, many, number)) % {"num": number, **variables}

    def pgettext(context: str, message: str) -> str:
        said: str = say_in(context, message)
        return said

    return {"_": gettext, "ngettext": ngettext, "pgettext": pgettext}


@functools.lru_cache(maxsize=4096)
def _written_day(day: date, pattern: str, language: str) -> str:
    return format_date(day, pattern, locale=locale_of(language))


@functools.lru_cache(maxsize=2048)
def _written_time(hour: int, minute: int, language: str) -> str:
    return format_time(time(hour, minute), "short", locale=locale_of(language))


@functools.lru_cache(maxsize=1024)
def _written_number(number: float, pattern: str, language: str) -> str:
    return format_decimal(number, pattern, locale=locale_of(language))


_UNITS = ((1_000_000_000, "digital-gigabyte"), (1_000_000, "digital-megabyte"), (1000, "digital-kilobyte"))


@functools.lru_cache(maxsize=256)
def _written_size(octets: int, language: str) -> str:
    locale = locale_of(language)
    for many, unit in _UNITS:
        if octets >= many:
            share = octets / many
            return format_unit(round(share, 1) if share < 10 else round(share), unit, length="short", locale=locale)
    return format_unit(octets, "digital-byte", length="long", locale=locale)


@dataclass(frozen=True, slots=True)
class Reader:
    """How one reader is written to. Templates know it as `say`. `written_on` is the day the mail counts as written."""

    language: str
    zone: ZoneInfo
    written_on: date
    translations: NullTranslations

    @property
    def locale(self) -> Locale:
        """The CLDR locale."""
        return locale_of(self.language)

    def local(self, moment: datetime) -> datetime:
        """Return an instant on the reader's clock."""
        return moment.astimezone(self.zone)

    def day(self, day: date) -> str:
        """Return a day with its weekday, the year only where it is another than now: Thursday 26 November."""
        return _written_day(day, self._day_pattern(day), self.language)

    def _day_pattern(self, day: date) -> str:
        # The pattern is a message of the catalogue, since languages differ in it (le 1er janvier).
        say = self.translations.upgettext
        if day.year == self.written_on.year:
            return say("day, first of a month", "EEEE d MMMM") if day.day == 1 else say("day", "EEEE d MMMM")
        return say("day, first of a month", "EEEE d MMMM y") if day.day == 1 else say("day", "EEEE d MMMM y")

    def weekday(self, name: str) -> str:
        """Return a weekday in the reader's language; it is named in English, as charters name it."""
        names = get_day_names("wide", locale=self.locale)
        return names[WEEKDAYS.index(name)] if name in WEEKDAYS else name

    def short_day(self, day: date) -> str:
        """Return a day in short, with its weekday: Thu 26 Nov."""
        return _written_day(day, self.translations.upgettext("day, in short", "EEE d MMM"), self.language)

    def time(self, moment: datetime) -> str:
        """Return a time of day on the reader's clock: 17:00."""
        local = self.local(moment)
        return _written_time(local.hour, local.minute, self.language)

    def moment(self, moment: datetime) -> str:
        """Return an instant with weekday, time and whose time it is: Thursday 26 November, 17:00 (Paris)."""
        local = self.local(moment)
        return f"{self.day(local.date())}, {self.time(moment)}\u00a0({self.place})"

    def short_moment(self, moment: datetime) -> str:
        """Return an instant in short: Thu 26 Nov, 17:00."""
        return f"{self.short_day(self.local(moment).date())}, {self.time(moment)}"

    @property
    def place(self) -> str:
        """Whose time it is: the city of the reader's zone, in the reader's language."""
        return _place(self.zone.key, self.language)

    def label(self, text: str, question: Question | None = None) -> str:
        """Return an option as shown: in the reader's language where the method brings it, else as it was written."""
        if text in _FIXED_LABELS and (question is None or has_fixed_options(question)):
            return self.translations.upgettext("vote", text)
        return one_line(text)

    def number(self, number: float) -> str:
        """Return a number as the language writes it, with two decimals at most and whole numbers without any."""
        return _written_number(number, "#,##0.##", self.language)

    def signed(self, number: float) -> str:
        """Return a number with its sign: +0.5, 0, -1."""
        written = _written_number(abs(number), "0.##", self.language)
        return written if number == 0 else f"{'+' if number > 0 else '-'}{written}"

    def percent(self, share: float) -> str:
        """Return a share of 0 to 1 in percent."""
        return format_percent(share, locale=self.locale)

    def size(self, octets: int) -> str:
        """Return how large a file is, in the unit that suits it: 500 bytes, 12 kB, 1.4 MB."""
        return _written_size(octets, self.language)

    def list(self, names: Sequence[str]) -> str:
        """Return names as a list in a sentence: Ana, Bo and Chen."""
        return format_list(list(names), style="standard", locale=self.locale)
