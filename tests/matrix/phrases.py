"""What mail programs write in the language of their reader: attributions, labels of header blocks, footers of devices.

Composed after what the programs really send. Must not: know anything of Restante.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_datetime

LOCALES = {"en": "en_US", "fr": "fr_FR", "de": "de_DE", "es": "es_ES"}
LANGUAGES = tuple(LOCALES)


def spelled(at: datetime, pattern: str, language: str) -> str:
    """Return a time by a CLDR pattern in a language."""
    return str(format_datetime(at, pattern, locale=LOCALES[language]))


@dataclass(frozen=True)
class Attribution:
    """`{date}`, `{name}`, `{address}` in a line, the date by a CLDR pattern."""

    pattern: str
    line: str

    def written(self, at: datetime, name: str, address: str, language: str) -> str:
        """Return the line for a mail of that author at that time."""
        return self.line.format(date=spelled(at, self.pattern, language), name=name, address=address)


# fmt: off
ATTRIBUTIONS: dict[str, dict[str, Attribution]] = {
    "gmail_web": {
        "en": Attribution("EEE, MMM d, y 'at' h:mm\u202fa", "On {date} {name} <{address}> wrote:"),
        "fr": Attribution("EEE d MMM y 'à'\u00a0HH:mm", "Le\u00a0{date}, {name} <{address}> a écrit\u00a0:"),
        "de": Attribution("EEE, d. MMM y 'um' HH:mm\u00a0'Uhr'", "Am {date} schrieb {name} <{address}>:"),
        "es": Attribution("EEE, d MMM y 'a' 'las' H:mm", "El {date}, {name} (<{address}>) escribió:"),
    },
    "gmail_android": {
        "en": Attribution("EEE, d MMM y, h:mm\u202fa", "On {date} {name}, <{address}> wrote:"),
        "fr": Attribution("EEE d MMM y, HH:mm", "Le {date}, {name} <{address}> a écrit\u00a0:"),
        "de": Attribution("EEE, d. MMM y, HH:mm", "{name} <{address}> schrieb am {date}:"),
        "es": Attribution("EEE, d MMM y, H:mm", "El {date}, {name} <{address}> escribió:"),
    },
    "apple": {
        "en": Attribution("MMM d, y, 'at' h:mm\u202fa", "On {date}, {name} <{address}> wrote:"),
        "fr": Attribution("d MMM y 'à' HH:mm", "Le {date}, {name} <{address}> a écrit :"),
        "de": Attribution("dd.MM.y 'um' HH:mm", "Am {date} schrieb {name} <{address}>:"),
        "es": Attribution("d MMM y, 'a' 'las' H:mm", "El {date}, {name} <{address}> escribió:"),
    },
    "thunderbird": {
        "en": Attribution("M/d/yy h:mm a", "On {date}, {name} wrote:"),
        "fr": Attribution("dd/MM/y 'à' HH:mm", "Le {date}, {name} a écrit\u00a0:"),
        "de": Attribution("dd.MM.yy 'um' HH:mm", "Am {date} schrieb {name}:"),
        "es": Attribution("d/M/yy 'a' 'las' H:mm", "El {date}, {name} escribió:"),
    },
    "yahoo": {
        "en": Attribution("EEEE, MMMM d, y 'at' hh:mm:ss a 'GMT'+2", "On {date}, {name} <{address}> wrote: "),
        "fr": Attribution("EEEE d MMMM y 'à' HH:mm:ss 'UTC'+2", "Le {date}, {name} <{address}> a écrit : "),
        "de": Attribution(
            "EEEE, d. MMMM y 'um' HH:mm:ss 'MESZ'", "Am {date} hat {name} <{address}> Folgendes geschrieben: "
        ),
        "es": Attribution("EEEE, d 'de' MMMM 'de' y, HH:mm:ss 'CEST'", "El {date}, {name} <{address}> escribió: "),
    },
    "proton": {
        "en": Attribution("EEEE, MMMM d'rd', y 'at' h:mm a", "On {date}, {name} <{address}> wrote:"),
        "fr": Attribution("EEEE d MMMM y 'à' HH:mm", "Le {date}, {name} <{address}> a écrit :"),
        "de": Attribution("EEEE, d. MMMM y 'um' HH:mm", "Am {date} schrieb {name} <{address}>:"),
        "es": Attribution("EEEE, d 'de' MMMM 'de' y 'a' 'las' H:mm", "El {date}, {name} <{address}> escribió:"),
    },
    "roundcube": {
        "en": Attribution("y-MM-dd HH:mm", "On {date}, {name} wrote:"),
        "fr": Attribution("y-MM-dd HH:mm", "Le {date}, {name} a écrit\u00a0:"),
        "de": Attribution("y-MM-dd HH:mm", "Am {date}, schrieb {name}:"),
        "es": Attribution("y-MM-dd HH:mm", "El {date}, {name} escribió:"),
    },
    "k9": {
        "en": Attribution("MMMM d, y h:mm:ss a 'GMT'+02:00", "On {date}, {name} <{address}> wrote:"),
        "fr": Attribution("d MMMM y HH:mm:ss 'GMT'+02:00", "Le {date}, {name} <{address}> a écrit :"),
        "de": Attribution("d. MMMM y HH:mm:ss 'MESZ'", "Am {date} schrieb {name} <{address}>:"),
        "es": Attribution("d 'de' MMMM 'de' y HH:mm:ss 'CEST'", "El {date}, {name} <{address}> escribió:"),
    },
    # These write English unless told otherwise.
    "neomutt": dict.fromkeys(LANGUAGES, Attribution("EEE, MMM dd, y 'at' hh:mm:ssa +0200", "On {date}, {name} wrote:")),
    "aerc": dict.fromkeys(LANGUAGES, Attribution("EEE MMM d, y 'at' h:mm a 'CEST'", "On {date}, {name} wrote:")),
    "snail": dict.fromkeys(LANGUAGES, Attribution("y", "{name} <{address}> wrote:")),
}

# From, Sent, To, Subject
LABELS = {
    "en": ("From", "Sent", "To", "Subject"),
    "fr": ("De", "Envoyé", "À", "Objet"),
    "de": ("Von", "Gesendet", "An", "Betreff"),
    "es": ("De", "Enviado", "Para", "Asunto"),
}
COLONS = {"fr": "\u00a0:"}
SENT_PATTERNS = {
    "en": "EEEE, MMMM d, y h:mm a", "fr": "EEEE d MMMM y HH:mm", "de": "EEEE, d. MMMM y HH:mm",
    "es": "EEEE, d 'de' MMMM 'de' y H:mm",
}
GMX_PATTERNS = {
    "en": "EEEE, MMMM d, y 'at' h:mm a", "fr": "EEEE d MMMM y 'à' HH:mm", "de": "EEEE, d. MMMM y 'um' HH:mm 'Uhr'",
    "es": "EEEE, d 'de' MMMM 'de' y 'a' 'las' H:mm",
}
# fmt: on

IPHONE = {
    "en": "Sent from my iPhone",
    "fr": "Envoyé de mon iPhone",
    "de": "Von meinem iPhone gesendet",
    "es": "Enviado desde mi iPhone",
}
OUTLOOK_IOS = {  # before the linked words, and they
    "en": ("Get ", "Outlook for iOS"),
    "fr": ("Télécharger ", "Outlook pour iOS"),
    "de": ("Holen Sie sich ", "Outlook für iOS"),
    "es": ("Obtener ", "Outlook para iOS"),
}
K9 = {
    "en": "Sent from my Android device with K-9 Mail. Please excuse my brevity.",
    "fr": "Envoyé de mon appareil Android avec Courriel K-9 Mail. Veuillez excuser ma brièveté.",
    "de": "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
    "es": "Enviado desde mi dispositivo Android con K-9 Mail. Por favor, disculpe mi brevedad.",
}
PROTON = {
    "en": "Sent with Proton Mail secure email.",
    "fr": "Envoyé avec la messagerie sécurisée Proton Mail.",
    "de": "Gesendet mit Proton Mail E-Mail.",
    "es": "Enviado con el correo electrónico seguro de Proton Mail.",
}
AGAIN = {"fr": "RE", "de": "AW", "es": "RE"}  # Outlook's prefix of a subject; English "RE"


def header_block(
    language: str, at: datetime, author: str, to: str, subject: str, *, gmx: bool = False
) -> list[tuple[str, str]]:
    """Return the lines of a header block as (label with its colon, value)."""
    labels, colon = LABELS[language], COLONS.get(language, ":")
    date = spelled(at, (GMX_PATTERNS if gmx else SENT_PATTERNS)[language], language)
    values = [author, date, to, subject]
    pairs = [(f"{label}{colon}", value) for label, value in zip(labels, values, strict=True)]
    return [pairs[1], pairs[0], *pairs[2:]] if gmx else pairs
