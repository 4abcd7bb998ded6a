"""Mails that use the words of a request and ask for nothing: what others did, what is past, supposed, quoted or joked.

Acting on one of them would be a wrong act; unclear is right for a reply, and a thread for a mail with a subject.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from gateway.model.reading import CommandReading, Intent
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.command import read_command

SENT = datetime(2026, 7, 14, 9, 30, tzinfo=ZoneInfo("Europe/London"))
DIGEST = "Re: [acme] Daily digest"
REMINDER = "Re: [acme] Reminder: {}"
HARMLESS = (Intent.UNCLEAR, Intent.NEW_TOPIC)


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def read(subject: str, body: str, *, answers_ours: bool = False) -> CommandReading:
    return read_command("acme", subject, body, SENT, lexicon(), answers_ours)


TOLD_OF_THE_PAST = [
    (DIGEST, "Last spring I paused my mails for a month and missed the whole fair."),
    (DIGEST, "I was away until Friday, so I only saw the photos now."),
    (DIGEST, "I've been ill for two weeks, what a bore."),
    (DIGEST, "We were on holiday last week and the beans all bolted."),
    (DIGEST, "I unsubscribed from that other list years ago, best thing I did."),
    ("Where I have been", "I was off for three weeks with my knee. Who looked after the bees?"),
    (DIGEST, "J'étais en vacances jusqu'à hier, les photos sont superbes."),
    (DIGEST, "J'ai été malade deux semaines, merci pour les fleurs."),
    (DIGEST, "L'an dernier j'avais quitté le groupe, et je l'ai regretté."),
    (DIGEST, "Ich war bis Sonntag im Urlaub, schöne Bilder!"),
    (DIGEST, "Ich war zwei Wochen krank, danke für die Suppe."),
    (DIGEST, "Letztes Jahr hatte ich mich abgemeldet, das war ein Fehler."),
    (DIGEST, "He estado dos semanas de vacaciones y no sé nada del huerto."),
    (DIGEST, "Estuve de baja hasta el lunes, gracias por las flores."),
    (DIGEST, "Sono stata in ferie due settimane, che belle le foto."),
    (DIGEST, "Ero malato fino a venerdì, grazie per la torta."),
    (DIGEST, "Estive de férias duas semanas, que lindas as fotos."),
    (DIGEST, "Estava doente até sexta, obrigado pela sopa."),
    (DIGEST, "Ik was tot zondag op vakantie, wat een mooie foto's."),
    (DIGEST, "Ik ben twee weken ziek geweest, bedankt voor de soep."),
]
TOLD_OF_OTHERS = [
    (DIGEST, "Tom is leaving the choir at the end of the month, shall we buy him a card?"),
    (DIGEST, "The plumber is away until the 20th and nobody else answers."),
    (DIGEST, "Our tenants want one mail per month from their landlord, no more."),
    (DIGEST, "The baker stopped sending us the newsletter."),
    (DIGEST, "My sister only reads her mail once a week."),
    (DIGEST, "Le facteur est en congé jusqu'au 3 août, le courrier attend."),
    (DIGEST, "Julie quitte le collectif à la fin du mois, on lui fait une carte ?"),
    (DIGEST, "Ma banque m'écrit une fois par mois, pas plus."),
    (DIGEST, "Der Hausmeister hat bis August Urlaub."),
    (DIGEST, "Jonas tritt zum Monatsende aus, kaufen wir ihm Blumen?"),
    (DIGEST, "Die Stadtwerke schicken nur einmal im Monat eine Rechnung."),
    (DIGEST, "El cartero está de vacaciones hasta agosto."),
    (DIGEST, "Marta deja el colectivo a final de mes, ¿le compramos algo?"),
    (DIGEST, "Il postino è in ferie fino ad agosto."),
    (DIGEST, "Giulia lascia il coro a fine mese, le facciamo un regalo?"),
    (DIGEST, "O carteiro está de férias até agosto."),
    (DIGEST, "A Rita sai do coletivo no fim do mês, compramos flores?"),
    (DIGEST, "De postbode is tot augustus op vakantie."),
    (DIGEST, "Sanne verlaat het koor aan het eind van de maand, zullen we iets kopen?"),
    (DIGEST, "De buren willen maar één brief per maand."),
]
SUPPOSED_QUOTED_OR_JOKED = [
    (DIGEST, "If it goes on raining I'll unsubscribe from summer."),
    (DIGEST, 'He wrote "take me off the list" and then came to every meeting.'),
    (DIGEST, "Imagine we all got one mail per month, how quiet it would be."),
    (DIGEST, "One more pun and I'm leaving the group, haha."),
    (DIGEST, "S'il pleut encore, je me désabonne de l'été !"),
    (DIGEST, "Il a écrit « retirez-moi de la liste » et il est venu quand même."),
    (DIGEST, "Wenn das so weitergeht, melde ich mich vom Sommer ab."),
    (DIGEST, "Er schrieb „nehmt mich von der Liste“ und kam dann doch."),
    (DIGEST, "Si sigue lloviendo me doy de baja del verano."),
    (DIGEST, "Se piove ancora mi cancello dall'estate."),
    (DIGEST, "Se chover mais, saio do verão."),
    (DIGEST, "Als het zo doorgaat meld ik me af voor de zomer."),
    (DIGEST, "Hij schreef 'haal me van de lijst' en kwam toch."),
]
ABOUT_OTHER_THINGS = [
    ("Quick poll - results", "The bench won by four votes. Thanks to all who took part."),
    ("One mail per month", "The post office now collects once a month, so bring your parcels early."),
    ("Things to track down", "Three things went missing on Saturday:\n1. the drill\n2. a ladder\n3. Peter's hat"),
    ("Names for the ducks", "We have:\n- Hugo: brown, shy\n- Berta: white\n- Otto: bites"),
    (DIGEST, "Please put down the ladder slowly, the floor is new."),
    (DIGEST, "I have to collect the signage, says my wife."),
    (DIGEST, "I don't need to follow the recipe any more, I know it by heart."),
    ("Le bilan", "Merci d'enlever vos vélos de la cour avant vendredi."),
    ("Échéance", "Le bail arrive à échéance le 10 août, il faudra en parler."),
    (DIGEST, "Je quitte la maison à huit heures, qui passe me prendre ?"),
    (DIGEST, "Schreibt mich bitte auf die Liste für den Kuchen."),
    (DIGEST, "Holt mich bitte um sechs vom Bahnhof ab."),
    (DIGEST, "Sacadme del apuro: ¿quién tiene una escalera?"),
    (DIGEST, "Toglimi una curiosità, chi ha dipinto la porta?"),
    (DIGEST, "Tira-me uma dúvida: quem tem a chave?"),
    (DIGEST, "Stuur me dit recept alsjeblieft nog een keer."),
    (DIGEST, "Haal me maar op van het station."),
    (DIGEST, "Stuur dit niet door aan de gemeente."),
]
WISHES_FOR_SOMETHING_ELSE = [
    (DIGEST, "Could you send the minutes every month?"),
    (DIGEST, "Would you send me the minutes on Monday?"),
    (DIGEST, "Can I have a summary of the talk on Monday?"),
    (DIGEST, "I'd like to see the garden every week."),
    (DIGEST, "Every other week works best for me for the choir."),
    (DIGEST, "Two mornings a week is all I can manage in the shop."),
    (DIGEST, "We send the newsletter every Monday."),
    (DIGEST, "I get too many mails every day."),
    (DIGEST, "No more eggs until Monday."),
    (DIGEST, "No more questions from the council until Monday, hooray."),
    (DIGEST, "Please stop the emails to the council, they have answered."),
    (DIGEST, "I'm done with winter, take me off to the beach."),
    (DIGEST, "Tous les quinze jours ça irait pour le ménage."),
    (DIGEST, "Je pars acheter du pain, je reviens lundi sur le sujet."),
    (DIGEST, "Keine Fragen mehr bis zur Wahl, sagt der Bürgermeister."),
    (DIGEST, "Das Thema brauche ich nicht mehr zu erklären."),
    (DIGEST, "Una vez al mes me va bien para limpiar."),
    (DIGEST, "Una volta alla settimana mi va bene per le prove."),
    (DIGEST, "Uma vez por mês fica-me bem para o mutirão."),
    (DIGEST, "Eens per maand komt goed uit voor het koken."),
    ("Note", "Please note that I have to leave at six on Friday."),
    ("Note", "Merci de noter que je dois partir à six heures vendredi."),
    ("Vote - results of Friday", "Yes won."),
    ("Quick poll - thank you", "Thanks to all.\nAna\nBen"),
    ("In 1990", "They had to do:\n- Anna: keys\n- Ben: coal"),
]
NOT_DONE_YET = [
    ("pay the hall", "Who paid last year?"),
    ("pay the hall", "Ana paid hers, I have not."),
    ("pay the hall", "I paid the wrong bill, sorry, will try again."),
    ("pay the hall", "I tried twice, the card was refused."),
    ("call the plumber", "I called but nobody picked up."),
    ("call the plumber", "I'll have called him by Friday."),
    ("rendre les clés", "Je les rendrai demain."),
    ("rendre les clés", "Je suis passé mais c'était fermé."),
    ("appeler le plombier", "J'ai appelé mais personne ne répond."),
    ("Miete zahlen", "Hat das schon jemand gezahlt?"),
    ("Miete zahlen", "Ich habe angerufen, aber es ging niemand ran."),
    ("Schlüssel abgeben", "Die wollte ich gestern abgeben, aber es war zu."),
    ("pagar el local", "¿Ya lo pagaste?"),
    ("pagar el local", "Lo intenté, pero la tarjeta no funcionó."),
    ("pagare l'affitto", "Ho provato ma il sito non va."),
    ("pagare l'affitto", "Chi ha pagato l'anno scorso?"),
    ("pagar a renda", "Tentei, mas o banco estava fechado."),
    ("pagar a renda", "A Rita já pagou a dela, eu não."),
    ("huur betalen", "Ik heb het geprobeerd, maar de site lag eruit."),
    ("huur betalen", "Wie heeft vorig jaar betaald?"),
]


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        *TOLD_OF_THE_PAST,
        *TOLD_OF_OTHERS,
        *SUPPOSED_QUOTED_OR_JOKED,
        *ABOUT_OTHER_THINGS,
        *WISHES_FOR_SOMETHING_ELSE,
    ],
)
@pytest.mark.parametrize("answers_ours", [False, True])
def test_a_mail_that_only_uses_the_words_of_a_request_changes_nothing(
    subject: str, body: str, answers_ours: bool
) -> None:
    assert read(subject, body, answers_ours=answers_ours).intent in HARMLESS


@pytest.mark.parametrize(("task", "body"), NOT_DONE_YET)
def test_a_task_is_not_done_by_talking_of_it(task: str, body: str) -> None:
    assert read(REMINDER.format(task), body).intent is Intent.UNCLEAR


# As an answer to a prompt, and as a post: phrases of everyday speech, about mail only where nothing else is said.
BESIDE_WORK = [
    "Painted the fence all day long. I need a breather tomorrow.",
    "The release is on pause until Friday, meanwhile docs.",
    "Blocked: I need the keys. Please do not send anyone until I call.",
    "Wrote docs. Skip me tomorrow.",
    "Hold mine until Friday: the invoice.",
    "Leave me be, writing the report on the pump.",
    "I'd like the old build again.",
    "Removed the old code. These no longer interest me.",
    "Take us off the schedule, done with the May plan.",
    "Turn these off when done: lamps.",
    "Pick me up again at eight.",
    "Zaun gestrichen. Gönnt mir morgen Ruhe.",
    "J'ai peint la clôture. J'ai besoin de calme demain.",
    "He pintado la valla. Necesito un respiro mañana.",
    "Ho dipinto lo steccato. Saltatemi domani.",
]
_CHANGES_NOTHING = (*HARMLESS, Intent.NEW_CHECKIN_ANSWER)


@pytest.mark.parametrize("body", BESIDE_WORK)
@pytest.mark.parametrize("subject", ["Re: [acme] Check-in for Tuesday 14 July", "Fence"])
def test_work_and_a_plea_for_quiet_change_no_setting(subject: str, body: str) -> None:
    assert read(subject, body, answers_ours=subject.startswith("Re:")).intent in _CHANGES_NOTHING


@pytest.mark.parametrize(
    "body",
    [
        "Please close this one, the other door stays open.",
        "The road can be closed on Saturday.",
        "Mark it as done when you have paid.",
        "I have a bug in the spreadsheet until Friday.",
        "Don't count on me for cakes on Saturday.",
        "I'll miss you all!",
        "What are you doing on Saturday?",
        "How does the pump work?",
        "Do I still have the key?",
        "Delete this address: 4 Mill Lane, they moved.",
    ],
)
def test_a_post_about_doors_and_cakes_is_for_everybody(body: str) -> None:
    assert read("Saturday", body).intent is Intent.NEW_TOPIC
