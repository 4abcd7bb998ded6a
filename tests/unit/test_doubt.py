"""Words that suppose an absence or take it back note none; those that tell of one do, whatever politeness is beside."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache

import pytest

from gateway.model.reading import CommandReading, Intent
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.command import read_command
from gateway.understand.reading.doubt import is_doubtful

SENT = datetime(2026, 7, 1, 9, tzinfo=UTC)
NOT_TO_BE = (
    "I would be on leave from 3 to 14 August.",
    "I'd be on holiday from 3 to 14 August then.",
    "I am no longer on leave from 3 to 14 August.",
    "I'm not going to be on leave from 3 to 14 August any more.",
    "My holiday from 3 to 14 August is cancelled.",
    "I have cancelled my holiday from 3 to 14 August.",
    "Je serais en congé du 3 au 14 août.",
    "Je ne suis plus en congé du 3 au 14 août.",
    "Je ne serai finalement plus en vacances du 3 au 14 août.",
    "Mes vacances du 3 au 14 août sont annulées.",
    "Vom 3. bis 14. August wäre ich im Urlaub.",
    "Ich bin vom 3. bis 14. August nicht mehr im Urlaub.",
    "Estaría de vacaciones del 3 al 14 de agosto.",
    "Ya no estoy de vacaciones del 3 al 14 de agosto.",
    "Sarei in ferie dal 3 al 14 agosto.",
    "Non sono più in ferie dal 3 al 14 agosto.",
    "Estaria de férias de 3 a 14 de agosto.",
    "Já não estou de férias de 3 a 14 de agosto.",
    "Ik zou van 3 tot 14 augustus op vakantie zijn.",
    "Ik ben van 3 tot 14 augustus niet meer op vakantie.",
)
UNLESS = (
    "Yes, unless I am on holiday from 3 to 14 August.",
    "Assuming I'm on vacation from 3 to 14 August.",
    "I am only away from 3 to 14 August if the visa comes.",
    "Oui, à moins que je sois absent du 3 au 14 août.",
    "Oui, sauf si je suis en congé du 3 au 14 août.",
    "Ja, es sei denn, ich bin vom 3. bis 14. August im Urlaub.",
    "Ja, falls ich nicht vom 3. bis 14. August im Urlaub bin.",
    "Sí, a menos que esté de vacaciones del 3 al 14 de agosto.",
    "Sì, a meno che non sia in ferie dal 3 al 14 agosto.",
    "Sim, a menos que esteja de férias de 3 a 14 de agosto.",
    "Ja, tenzij ik van 3 tot 14 augustus op vakantie ben.",
)
OF_A_GROUP = (
    "We should all be away from 3 to 14 August!",
    "Nous devrions tous être absents du 3 au 14 août !",
    "Wir sollten alle vom 3. bis 14. August weg sein!",
    "Deberíamos estar todos de vacaciones del 3 al 14 de agosto.",
    "Dovremmo essere tutti in ferie dal 3 al 14 agosto.",
    "Deveríamos estar todos de férias de 3 a 14 de agosto.",
    "We zouden allemaal van 3 tot 14 augustus weg moeten zijn.",
)
ONLY_IF = (
    "I am on leave from 3 to 14 August if we choose Berlin.",
    "I would be on leave from 3 to 14 August if we chose Berlin.",
    "If we choose Berlin, I am on leave from 3 to 14 August.",
    "Should we choose Berlin, I am on leave from 3 to 14 August.",
    "Je suis en congé du 3 au 14 août si on choisit Berlin.",
    "Ich bin vom 3. bis 14. August im Urlaub, falls wir Berlin wählen.",
    "Ich wäre vom 3. bis 14. August im Urlaub, wenn wir Berlin wählen.",
    "Estoy de vacaciones del 3 al 14 de agosto si elegimos Berlín.",
    "Sono in ferie dal 3 al 14 agosto se scegliamo Berlino.",
    "Estou de férias de 3 a 14 de agosto se escolhermos Berlim.",
    "Ik ben van 3 tot 14 augustus op vakantie als we Berlijn kiezen.",
)
TOLD = (
    "I'm on leave from 3 to 14 August.",
    "I am on leave from 3 to 14 August and no longer in Porto then.",
    "Je suis en congé du 3 au 14 août.",
    "Je ne serai plus joignable du 3 au 14 août.",
    "Ich bin vom 3. bis 14. August im Urlaub.",
    "Ich bin vom 3. bis 14. August im Urlaub, meldet euch falls nötig.",
    "Estoy de vacaciones del 3 al 14 de agosto.",
    "Sono in ferie dal 3 al 14 agosto.",
    "Estou de férias de 3 a 14 de agosto.",
    "Ik ben van 3 tot 14 augustus op vakantie.",
)
POLITE = (
    "I'm on leave from 3 to 14 August, let me know if you need anything.",
    "Je suis en congé du 3 au 14 août, appelez-moi si besoin.",
    "Sí, estoy de vacaciones del 3 al 14 de agosto.",
)


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def read(text: str) -> CommandReading:
    return read_command(address="acme", subject="", text=text, sent_at=SENT, lexicon=lexicon())


@pytest.mark.parametrize("text", [*NOT_TO_BE, *UNLESS, *OF_A_GROUP])
def test_an_absence_that_is_supposed_or_taken_back_is_none(text: str) -> None:
    assert read(text).intent is not Intent.AWAY


@pytest.mark.parametrize("text", [*NOT_TO_BE, *UNLESS, *ONLY_IF])
def test_what_is_supposed_or_taken_back_is_doubtful(text: str) -> None:
    assert is_doubtful(text, SENT, lexicon())


@pytest.mark.parametrize("text", TOLD)
def test_an_absence_that_is_told_is_read_and_not_doubted(text: str) -> None:
    found = read(text)
    assert (found.intent, found.until) == (Intent.AWAY, date(2026, 8, 14))
    assert not is_doubtful(text, SENT, lexicon())


@pytest.mark.parametrize("text", POLITE)
def test_an_if_of_politeness_and_a_yes_that_looks_like_one_doubt_nothing(text: str) -> None:
    assert not is_doubtful(text, SENT, lexicon())


@pytest.mark.parametrize(
    "text",
    [
        "I'm on leave from 3 to 14 August so my talk is cancelled.",
        "My talk is cancelled as I'm away from 3 to 14 August.",
    ],
)
def test_what_else_is_called_off_leaves_an_absence_in_a_mail_of_its_own(text: str) -> None:
    assert read(text).intent is Intent.AWAY
