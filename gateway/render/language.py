"""The reader's language and zone: catalogues, dates, numbers, lists. The words stand in templates and catalogues.

Must not: hold a word of any language, or read a file (app.py hands the catalogues in).
"""

from __future__ import annotations

import functools
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_day_names, get_timezone_location
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations

from gateway.model.charter import WEEKDAYS

SOURCE_LANGUAGE = "en"  # what the templates are written in

# Where a language is written for readers in many countries: 17:00 and Thursday 26 November, not 5 PM and 11/26.
_LOCALES = {"en": "en_GB"}


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
        return format_date(day, self._day_pattern(day), locale=self.locale)

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
        return format_date(day, self.translations.upgettext("day, in short", "EEE d MMM"), locale=self.locale)

    def time(self, moment: datetime) -> str:
        """Return a time of day on the reader's clock: 17:00."""
        return format_time(self.local(moment).timetz(), "short", locale=self.locale)

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

    def number(self, number: float) -> str:
        """Return a number as the language writes it, with two decimals at most and whole numbers without any."""
        return format_decimal(number, "#,##0.##", locale=self.locale)

    def signed(self, number: float) -> str:
        """Return a number with its sign: +0.5, 0, -1."""
        written = format_decimal(abs(number), "0.##", locale=self.locale)
        return written if number == 0 else f"{'+' if number > 0 else '-'}{written}"

    def percent(self, share: float) -> str:
        """Return a share of 0 to 1 in percent."""
        return format_percent(share, locale=self.locale)

    def list(self, names: Sequence[str]) -> str:
        """Return names as a list in a sentence: Ana, Bo and Chen."""
        return format_list(list(names), style="standard", locale=self.locale)
