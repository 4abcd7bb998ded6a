"""New text told from the rest: the situations of notes and standards, one promise each."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from gateway.model.message import Mailbox, Message
from gateway.model.reading import NewText
from gateway.understand.lexicon import Lexicon
from gateway.understand.reply import new_text

WORDS = Path(__file__).parents[2] / "gateway" / "understand" / "words"
LEXICON = Lexicon({file.stem: tomllib.loads(file.read_text("utf-8")) for file in sorted(WORDS.glob("*.toml"))})


def message(text: str = "", html: str = "") -> Message:
    return Message(
        message_id="r@x", author=Mailbox("ana@x.org", "Ana"), subject="Re: s", date=None, text=text, html=html
    )


ORIGINAL = Message(
    message_id="o@ws",
    author=Mailbox("ws@mail.example", "Working group"),
    subject="Where do we meet?",
    date=None,
    text=(
        "Dear Ana,\n\nwhere do we meet in autumn?\n\n[V-3] Place\n  A. The community hall behind the station\n"
        "  B. The library\n\n[T-4] Who brings the coffee, yes or no?\n\nhttps://ws.example/r/3\n"
    ),
)


def read(text: str, original: Message | None = None) -> NewText:
    return new_text(text, original, LEXICON)


@pytest.mark.parametrize(
    "text",
    [
        "Hi folks\n- first\n- second\n-third",
        "Option A\n-- but only if Bob agrees\nand so on",
        "Done: the login\nNext: the report\nDate: Friday",
        "From: Paris\nTo: Lyon\nThat is my route.",
        "On Monday I wrote:\nthe plan is fine.",
        "I agree with Bob, who wrote on 3 May 2026:\nship it.\nSo yes.",
        "Please write me on Monday, 4 May 2026 at 16:29.\nYou wrote that before.",
        "one\n\n---\n\ntwo\n\n***\n\nthree",
        "Sent from my desk, which is easier than a phone.",
        "Done: the login.\nI will renew the antivirus tomorrow.",
        "How do I unsubscribe from these messages? https://ws.example/u does nothing.",
        "[EXTERN] Externe E-Mail. Klicken Sie nicht auf Links.\nB",
        "Offen: der Eintrag im Handelsregister.",
        "We should consider the environment when we choose the hall.",
        "J'ai lu ce courriel et je suis d'accord.",
        "External email filters broke my vote; I say B.\n\nAna",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "def f():\n    return 1  # From: here\n",
        "My number is\n+44 7700 900000\nand my mail is\nana@example.org",
        "Thanks,\nAna",
    ],
)
def test_what_only_looks_like_a_sign_stays(text: str) -> None:
    assert read(text).text == text.rstrip("\n")


@pytest.mark.parametrize(
    ("lead", "sign"),
    [
        ("On Tue, Mar 10, 2026 at 8:00 AM Bob <b@x.org> wrote:", "attribution"),
        ("On Tue, Mar 10, 2026 at 8:00 AM Bob of the very long name <\nb@x.org>\nwrote:", "attribution"),
        ("Le mar. 10 mars 2026 à 08:00, Bob <b@x.org> a écrit :", "attribution"),
        ("Am Di., 10. März 2026 um 08:00 Uhr schrieb Bob\n<b@x.org>:", "attribution"),
        ("El mar, 10 mar 2026 a las 8:00, Bob (<b@x.org>) escribió:", "attribution"),
        ("Il giorno mar 10 mar 2026 alle ore 08:00 Bob <b@x.org> ha scritto:", "attribution"),
        ("Op di 10 mrt 2026 om 08:00 schreef Bob <b@x.org>:", "attribution"),
        ("Bob <b@x.org> schrieb am Di. 10. März 2026 um 08:00:", "attribution"),
        ("tir. 10. mars 2026 kl. 08:00 skrev Bob <b@x.org\n>:", "attribution"),
        ("вт, 10 мар. 2026 г. в 08:00, Bob <b@x.org>:", "attribution"),
        ("2026年3月10日(火) 8:00 Bob <b@x.org>:", "attribution"),
        ("---- On Tue, 10 Mar 2026 08:00:00 +0100 b@x.org wrote ----", "attribution"),
        ("-----Original Message-----", "separator"),
        (
            "________________________________\nVon: Bob <b@x.org>\nGesendet: Dienstag\nAn: Ana\nBetreff: s",
            "header-block",
        ),
        ("*From:* Bob <b@x.org>\n*Sent:* Tuesday, 10 March 2026\n*To:* Ana; Eva;\n  Ida\n*Subject:* s", "header-block"),
        ("Fra: Bob <b@x.org>\nSendt: 10. mars 2026\nTil: Ana\nEmne: s", "header-block"),
        ("Begin forwarded message:", "forward"),
        ("---------- Forwarded message ---------", "forward"),
    ],
)
@pytest.mark.parametrize("mark", ["> ", ">", ""])
def test_a_quote_is_told_by_what_announces_it(lead: str, sign: str, mark: str) -> None:
    quoted = "\n".join(mark + line for line in ("shall we?", "", "tell me"))
    reading = read(f"Yes, let us.\n\n{lead}\n\n{quoted}\n")
    assert reading.text == reading.own == "Yes, let us."
    assert reading.dropped[0].sign == sign


@pytest.mark.parametrize(
    ("footer", "sign"),
    [
        ("-- \nAna Lima\nCo-op", "signature"),
        ("--\nAna Lima", "signature"),
        ("—\nAna", "signature"),
        ("-Ana Lima", "signature"),
        ("/Ana", "signature"),
        ("Ana Lima\nTreasurer\nTel: +44 20 7946 0000\nana@x.org\nwww.x.org", "signature"),
        ("Sent from my iPhone", "device-footer"),
        ("Get Outlook for iOS<https://aka.ms/o0ukef>", "device-footer"),
        ("Sent from my Android device with K-9 Mail. Please excuse my brevity.", "device-footer"),
        ("Envoyé depuis mon mobile Huawei", "device-footer"),
        ("Von meinem iPad gesendet", "device-footer"),
        ("Enviado desde mi teléfono", "device-footer"),
        ("Inviato da Posta per Windows", "device-footer"),
        ("Verstuurd vanaf mijn Samsung-tablet", "device-footer"),
        ("_______________________________________________\nteam mailing list\nhttps://l.example/team", "list-footer"),
        ("You received this message because you are a member.\nhttps://l.example/team", "list-footer"),
        ("---\nTo unsubscribe write to leave@l.example", "list-footer"),
        ("If you are not the intended recipient, delete this message.", "disclaimer"),
        ("Denken Sie an die Umwelt, bevor Sie diese E-Mail drucken.", "disclaimer"),
        ("Virus-free. www.scanner.example", "disclaimer"),
    ],
)
def test_a_footer_is_told_and_kept_as_dropped(footer: str, sign: str) -> None:
    reading = read(f"I can come.\nThanks, Ana\n\n{footer}\n")
    assert reading.text == "I can come.\nThanks, Ana"
    assert sign in {dropped.sign for dropped in reading.dropped}
    assert footer.split("\n")[-1] in reading.dropped[-1].text


def test_footers_stand_below_each_other() -> None:
    text = "Yes.\n\nSent from my phone\n\n-- \nAna\n\n_____\nteam list\nhttps://l.example\n"
    assert read(text).text == "Yes."


def test_a_banner_on_top_is_dropped_and_the_answer_is_not() -> None:
    reading = read("[EXTERN] Externe E-Mail. Klicken Sie nicht auf Links.\n\nB\n")
    assert reading.text == "B"
    assert reading.dropped[0].sign == "banner"


def test_an_answer_copied_from_an_option_is_the_authors() -> None:
    quoted = "".join(f"> {line}\n" for line in ORIGINAL.text.split("\n"))
    copied = "The community hall behind the station"
    assert read(f"{copied}\n\nOn 10 Mar 2026, Working group wrote:\n{quoted}", ORIGINAL).own == copied
    block = "From: Working group <ws@mail.example>\nSent: Tuesday\nTo: Ana\nSubject: Where do we meet?\n\n"
    assert read(f"{copied}\n\n{block}{ORIGINAL.text}", ORIGINAL).own == copied
    assert read(copied, ORIGINAL).own == copied


def test_a_word_of_the_original_under_an_item_is_an_answer() -> None:
    quoted = ORIGINAL.text.replace("yes or no?\n", "yes or no?\nyes\n")
    block = "From: Working group <ws@mail.example>\nSent: Tuesday\nTo: Ana\nSubject: Where do we meet?\n\n"
    reading = read(block + quoted, ORIGINAL)
    assert reading.own == "yes"
    assert reading.blocks[0].under.endswith("yes or no?")


def test_a_quote_without_marks_or_lead_is_known_by_our_original() -> None:
    assert read(f"The library.\n\n{ORIGINAL.text}", ORIGINAL).text == "The library."


def test_an_answer_below_our_unmarked_original_is_found() -> None:
    block = "From: Working group <ws@mail.example>\nSent: Tuesday\nTo: Ana\nSubject: Where do we meet?\n\n"
    reading = read(f"{block}{ORIGINAL.text}\nI bring it.\n", ORIGINAL)
    assert reading.text == "I bring it."
    assert reading.blocks == (reading.blocks[0],)
    assert reading.blocks[0].under == ""


def test_our_original_is_found_rewrapped_and_with_rewritten_links() -> None:
    mangled = "> Dear Ana,  where do we meet in autumn?   [V-3] *Place*   A. The community\nhall behind the station\n"
    mangled += "> https://ws.example/r/3 <https://safe.example/?u=ws.example%2Fr%2F3>\n"
    assert read(f"B\n\nOn 10 Mar 2026, Working group wrote:\n{mangled}", ORIGINAL).text == "B"


def test_the_authors_own_quotation_is_kept_and_never_acts() -> None:
    reading = read("The rule says:\n> stop\nso I vote B.\n")
    assert reading.text == "The rule says:\n> stop\nso I vote B."
    assert reading.own == "The rule says:\nso I vote B."


def test_interleaved_answers_keep_the_lines_between_them_and_act_alone() -> None:
    text = "On 10 Mar 2026, Bob wrote:\n> first?\n\nyes\n\n> second?\n\nno\n\n> bye\n"
    reading = read(text)
    assert reading.text == "On 10 Mar 2026, Bob wrote:\n> first?\n\nyes\n\n> second?\n\nno"
    assert reading.own == "yes\n\nno"
    assert [(block.under, block.text) for block in reading.blocks] == [("first?", "yes"), ("second?", "no")]


def test_a_forward_is_never_part_of_an_answer() -> None:
    text = "Look at this\n\nBegin forwarded message:\n\n> From: Eva <e@x.org>\n> Subject: s\n>\n> hello\n\nGood, no?\n"
    assert read(text).text == "Look at this\n\n\nGood, no?"


def test_a_mail_passed_on_without_a_word_is_kept_and_never_acts() -> None:
    text = "From: Eva <e@x.org>\nSent: Tuesday, 10 March 2026\nTo: Ana\nSubject: s\n\nhello"
    assert (read(text).text, read(text).own) == (text, "")


def test_html_says_more_than_a_poor_text_part() -> None:
    html = "<p>I would take the library, since it is warm and open late.</p><p>Ana</p>"
    reading = new_text(message("Your program reads no HTML.", html * 2), None, LEXICON)
    assert "library" in reading.text
    assert new_text(message("", html), None, LEXICON).text.startswith("I would")


@pytest.mark.parametrize(
    "quote",
    [
        '<div class="gmail_quote"><div class="gmail_attr">On Tue Bob wrote:</div><blockquote>hm</blockquote></div>',
        '<div class="yahoo_quoted"><div>hm</div></div>',
        '<div name="quote"><div>hm</div></div>',
        '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>X:</b> y</div><div>hm</div>',
        '<div class="moz-cite-prefix">Bob skrifaði:</div><blockquote type="cite">hm</blockquote>',
        '<div class="protonmail_quote">hm<blockquote>hm</blockquote></div>',
        '<div id="mail-editor-reference-message-container"><div>hm</div></div>',
        '<blockquote style="border:none;border-left:solid #B5C4DF 4.5pt">hm</blockquote>',
        '<div class="tutanota_quote">hm</div>',
    ],
)
def test_containers_of_mail_programs_hold_the_quote(quote: str) -> None:
    reading = new_text(
        message("", f"<html><body><div>The <b>lib</b>rary.</div><div>Ana</div>{quote}</body></html>"), None, LEXICON
    )
    assert reading.text == "The library.\nAna"


def test_an_indented_paragraph_of_gmail_is_no_quote() -> None:
    html = '<div>See:</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>inner</div></blockquote>'
    assert "inner" in new_text(message("", html), None, LEXICON).own


def test_a_numbered_list_goes_on_where_its_program_says() -> None:
    html = '<ol><li>one</li></ol><p>so</p><ol start="2"><li>two</li></ol>'
    assert new_text(message("", html), None, LEXICON).text == "1. one\n\nso\n\n2. two"


def test_text_that_begins_with_a_block_set_off_keeps_it_so() -> None:
    assert read("    def rest():\n        pass\n\nAna").own.startswith("    def rest():\n")
    assert read("    Yes.\nAna").own.startswith("Yes.")


def test_a_logo_at_the_end_is_no_text() -> None:
    assert read("Yes.\n\nAna Lima\n[cid:image001.png@01DC755B.F46D1C04]").text == "Yes.\n\nAna Lima"


def test_layout_survives_as_lines_lists_and_code() -> None:
    html = "<ol><li>one</li><li>two</li></ol><ul><li>dot</li></ul><pre>a\n  b</pre><p>x<br>y</p><img alt='👍'>"
    assert new_text(message("", html), None, LEXICON).text == "1. one\n2. two\n\n- dot\n\na\n  b\n\nx\ny\n\n👍"


def test_nothing_new_is_an_empty_text() -> None:
    reading = read("\n\nOn 10 Mar 2026, Bob <b@x.org> wrote:\n> hello\n")
    assert (reading.text, reading.own, reading.blocks) == ("", "", ())
