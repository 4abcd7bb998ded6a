"""What people answer to the items of a digest, in four languages, and where each answer belongs.

Must not: know how mail programs or Restante work.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model.ballot import Choice, Pick, Picks, Ranking, Scores


@dataclass(frozen=True)
class Answer:
    """Lines somebody writes to one item, and what they come to: a choice, (done, next), or a post word for word."""

    lines: tuple[str, ...]
    choice: Choice | None = None
    done: tuple[str, ...] = ()
    next: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """All of it in one line."""
        return " ".join(" ".join(self.lines).split())


def _said(choice: Choice, *texts: str) -> tuple[Answer, ...]:
    return tuple(Answer((text,), choice) for text in texts)


def _checked_in(lines: str, done: str, following: str) -> tuple[Answer, ...]:
    return (Answer(tuple(lines.split("\n")), done=(done,), next=(following,)),)


def _posts(*texts: str) -> tuple[Answer, ...]:
    return tuple(Answer(tuple(text.split("\n"))) for text in texts)


YES, NO = Pick("Yes"), Pick("No")
TREES = Ranking((("Pine",), ("Oak",), ("Beech",)))
RATED = Scores((("Harbour", 4.0), ("Castle", 2.0)))
DAYS = Picks(("Monday", "Wednesday"))

# What is answered to: kind of item → language → answers to choose from.
ANSWERS: dict[str, dict[str, tuple[Answer, ...]]] = {
    "meet": {
        "en": _said(Pick("Porto"), "Porto, it is easier by train.", "Porto", "I'd say Porto."),
        "fr": _said(Pick("Porto"), "Porto, c'est plus simple en train.", "Porto", "Plutôt Porto."),
        "de": _said(Pick("Porto"), "Porto, mit dem Zug ist es einfacher.", "Porto", "Für mich Porto."),
        "es": _said(Pick("Porto"), "Porto, es más fácil en tren.", "Porto", "Prefiero Porto."),
    },
    "scanner": {
        "en": (*_said(YES, "yes", "Yes, and soon please."), *_said(NO, "no, ours still works")),
        "fr": (*_said(YES, "oui", "Oui, et vite s'il vous plaît."), *_said(NO, "non, le nôtre marche encore")),
        "de": (*_said(YES, "ja", "Ja, und bald bitte."), *_said(NO, "nein, unserer geht noch")),
        "es": (*_said(YES, "sí", "Sí, y pronto por favor."), *_said(NO, "no, el nuestro todavía funciona")),
    },
    "trees": {language: _said(TREES, "Pine > Oak > Beech") for language in ("en", "fr", "de", "es")},
    "days": {
        "en": _said(DAYS, "Monday and Wednesday", "Monday, Wednesday"),
        "fr": _said(DAYS, "Monday et Wednesday", "Monday, Wednesday"),
        "de": _said(DAYS, "Monday und Wednesday", "Monday, Wednesday"),
        "es": _said(DAYS, "Monday y Wednesday", "Monday, Wednesday"),
    },
    "rate": {language: _said(RATED, "Harbour 4, Castle 2") for language in ("en", "fr", "de", "es")},
    "door": {
        "en": (*_said(NO, "No thanks", "no"), *_said(YES, "yes please")),
        "fr": (*_said(NO, "Non merci", "non"), *_said(YES, "oui volontiers")),
        "de": (*_said(NO, "Nein danke", "nein"), *_said(YES, "ja gerne")),
        "es": (*_said(NO, "No, gracias", "no"), *_said(YES, "sí, claro")),
    },
    "colour": {
        "en": _said(Pick("Blue"), "blue", "Blue.", "Blue, it hides the scratches."),
        "fr": _said(Pick("Blue"), "blue", "Blue.", "Blue, ça cache les rayures."),
        "de": _said(Pick("Blue"), "blue", "Blue.", "Blue, da sieht man die Kratzer nicht."),
        "es": _said(Pick("Blue"), "blue", "Blue.", "Blue, así no se ven los arañazos."),
    },
    "lunch": {
        "en": _said(Pick("Soup"), "Soup please", "B"),
        "fr": _said(Pick("Soup"), "Soup, merci", "B"),
        "de": _said(Pick("Soup"), "Soup bitte", "B"),
        "es": _said(Pick("Soup"), "Soup por favor", "B"),
    },
    "check-in": {
        "en": _checked_in("Done: cleaned the cellar\nNext: mend the roof", "cleaned the cellar", "mend the roof"),
        "fr": _checked_in("Fait : rangé la cave\nÀ faire : réparer le toit", "rangé la cave", "réparer le toit"),
        "de": _checked_in("Erledigt: Keller aufgeräumt\nGeplant: Dach flicken", "Keller aufgeräumt", "Dach flicken"),
        "es": _checked_in(
            "Hecho: limpiar el sótano\nPendiente: arreglar el tejado", "limpiar el sótano", "arreglar el tejado"
        ),
    },
    "thread": {
        "en": _posts(
            "Good find, I can fetch it on Saturday.",
            "Thanks for telling us.\n\nCould somebody leave the key with the neighbours until noon?",
            "I have seen two more of these behind the workshop, next to the old gate, where the grass is highest.",
        ),
        "fr": _posts(
            "Bien vu, je peux passer le prendre samedi.",
            "Merci d'avoir prévenu.\n\nQuelqu'un peut-il laisser la clé chez les voisins jusqu'à midi ?",
            "J'en ai vu deux autres derrière l'atelier, à côté du vieux portail, là où l'herbe est la plus haute.",
        ),
        "de": _posts(
            "Gut gefunden, ich kann es am Samstag holen.",
            "Danke für die Nachricht.\n\nKann jemand den Schlüssel bis Mittag bei den Nachbarn lassen?",
            "Ich habe noch zwei davon hinter der Werkstatt gesehen, neben dem alten Tor, wo das Gras am höchsten ist.",
        ),
        "es": _posts(
            "Bien visto, puedo recogerlo el sábado.",
            "Gracias por avisar.\n\n¿Puede alguien dejar la llave a los vecinos hasta el mediodía?",
            "He visto dos más detrás del taller, junto a la puerta vieja, donde la hierba está más alta.",
        ),
    },
}

GREETINGS = {"en": "Hi all,", "fr": "Bonjour,", "de": "Hallo zusammen,", "es": "Hola a todos:"}
# Belongs to no item, and nobody said that it is for all.
REMARKS = {
    "en": "By the way, I shall be in the office only from ten o'clock on Thursday.",
    "fr": "Au fait, je ne serai au bureau qu'à partir de dix heures jeudi.",
    "de": "Übrigens bin ich am Donnerstag erst ab zehn Uhr im Büro.",
    "es": "Por cierto, el jueves no estaré en la oficina hasta las diez.",
}
YES_ALONE = {"en": "yes", "fr": "oui", "de": "ja", "es": "sí"}
