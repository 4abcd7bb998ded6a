"""Replies as mail programs compose them: one function a program, from what its user typed to the bytes it sends.

Written after real output (containers, attributions, re-wrapping, what becomes of tables, of links and of the text
part), and frozen before the reading was tuned to it. Must not: import anything of gateway/, or know how replies are
read.
"""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

from tests.matrix.composing import (
    Draft,
    Lines,
    as_bytes,
    attribution,
    flowed_text,
    mail_of,
    ordered,
    quoted_text,
    trimmed,
)
from tests.matrix.markup import Habits, Node, TextLine, as_text, cut_behind, element, parsed, put_behind
from tests.matrix.phrases import AGAIN, IPHONE, OUTLOOK_IOS, PROTON, header_block
from tests.matrix.text_programs import aerc, k9, neomutt, roundcube, snail


def _body(draft: Draft, change: Callable[[Node], None] | None = None) -> Node:
    """Return the quoted mail as this program holds it, trimmed as its user did."""
    return trimmed(parsed(draft.asked.html), draft.keep).copied(change)


def _split(draft: Draft, quote: Node, own: Callable[[Lines], list[Node]]) -> list[Node]:
    """Return a quote parted at each answer, the ancestors of the place opened again below it."""
    parts: list[Node] = []
    rest = quote
    for place, lines in ordered(quote, draft):
        above, rest = cut_behind(rest, place)
        parts += [above, *own(lines)]
    return [*parts, rest]


def _inserted(draft: Draft, quote: Node, own: Callable[[Lines], list[Node]]) -> Node:
    """Return a quote with the answers typed into it, where they stand."""
    for place, lines in reversed(ordered(quote, draft)):
        inside = place.tag in ("li", "td")
        if inside and place.tag == "td":
            place.children += own(lines)
        else:
            put_behind(quote, place, own(lines))
    return quote


def _divs(lines: Lines, **attributes: str) -> list[Node]:
    return [element("div", line if line else element("br"), **attributes) for line in lines]


def _spaced(blocks: list[Node]) -> list[Node]:
    return [element("div", element("br")), *blocks, element("div", element("br"))]


def _linked(attribution: str, address: str) -> list[Node | str]:
    """Return an attribution with its address as a link."""
    before, found, behind = attribution.partition(address)
    if not found:
        return [attribution]
    return [before, element("a", address, href=f"mailto:{address}"), behind]


_GMAIL = Habits(bold="*", link="{text} <{bare}>", bullet="   - ", number="   {}. ")
_GMAIL_LINE = "margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"


def _in_gmail(node: Node) -> None:
    for name in ("class", "id", "role"):
        node.attributes.pop(name, None)
    if node.tag == "a":
        node.attributes["target"] = "_blank"
    node.children = [child for child in node.children if isinstance(child, str) or child.tag not in ("style", "title")]


def _gmail(draft: Draft, program: str, typed: Callable[[Lines], Node], inside: bool) -> bytes:
    top = [typed(draft.top)] if draft.top else [element("div", element("br"), dir="ltr")]
    quoted: list[Node] = []
    if draft.quotes:
        quote = element("blockquote", *_body(draft, _in_gmail).children, class_="gmail_quote", style=_GMAIL_LINE)
        if inside:
            parts: list[Node] = [_inserted(draft, quote, lambda lines: _spaced(_divs(lines, dir="auto")))]
        else:
            parts = _split(draft, quote, lambda lines: _spaced(_divs(lines)))
        line = attribution(draft, program)
        said = element("div", *_linked(line, draft.asked.address), element("br"), dir="ltr", class_="gmail_attr")
        quoted = [
            element("br"),
            element(
                "div", said, *parts, *(_divs(draft.bottom) if draft.bottom else []),
                class_="gmail_quote gmail_quote_container",
            ),
        ]  # fmt: skip
    elif draft.bottom:
        top += _divs(draft.bottom)
    whole = Node("", {}, [*top, *quoted])
    lines = as_text(whole, _GMAIL)
    if draft.quotes:
        lines = _with_line_behind(lines, attribution(draft, program))
    return as_bytes(mail_of(draft), quoted_text(lines, 78), str(whole))


def _with_line_behind(lines: list[TextLine], attribution: str) -> list[TextLine]:
    """Return lines with an empty one below the attribution."""
    out: list[TextLine] = []
    for line in lines:
        out.append(line)
        if not line.depth and line.text.strip() == attribution.strip():
            out.append(TextLine(0, ""))
    return out


def gmail_web(draft: Draft) -> bytes:
    """Gmail in a browser: a blockquote parted at each answer, the text part made of the HTML at 78 columns."""

    def typed(lines: Lines) -> Node:
        first, *others = lines
        return element("div", first, *_divs(others), dir="ltr")

    return _gmail(draft, "gmail_web", typed, inside=False)


def gmail_android(draft: Draft) -> bytes:
    """Gmail on a phone, "respond inline": what is typed stays inside the quote."""

    def typed(lines: Lines) -> Node:
        first, *others = lines
        return element("div", first, *_divs(others, dir="auto"), dir="auto")

    return _gmail(draft, "gmail_android", typed, inside=True)


_OUTLOOK = Habits(link="{text}<{url}>", cell="\t", bullet="  *   ", number="  {}.  ")


def _header_block(draft: Draft, *, gmx: bool = False) -> list[tuple[str, str]]:
    asked = draft.asked
    author, to = f"{asked.name} <{asked.address}>", f"{draft.name} <{draft.address}>"
    return header_block(draft.language, asked.at, author, to, asked.subject, gmx=gmx)


def _bold_labels(pairs: list[tuple[str, str]]) -> list[Node | str]:
    said: list[Node | str] = []
    for label, value in pairs:
        said += [element("b", label), f" {value}", element("br")]
    return said[:-1]


def _outlook_mail(draft: Draft) -> EmailMessage:
    prefix = AGAIN.get(draft.language, "RE")
    return mail_of(draft, prefix, Thread_Topic=draft.asked.subject, X_MS_Has_Attach="", X_MS_TNEF_Correlator="")


def outlook_win(draft: Draft) -> bytes:
    """Outlook on Windows: Word's HTML, the original below a header block, answers typed into it unmarked."""

    def typed(lines: Lines) -> list[Node]:
        return [
            element("p", line if line else element("o:p", "\xa0"), element("o:p"), class_="MsoNormal") for line in lines
        ]

    parts = typed(draft.top) if draft.top else []
    if draft.quotes:
        block = element(
            "div",
            element(
                "div", element("p", *_bold_labels(_header_block(draft)), element("o:p"), class_="MsoNormal"),
                style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm",
            ),
        )  # fmt: skip
        parts += [*typed([""]), block, *typed([""]), _inserted(draft, _body(draft), typed)]
    parts += typed(draft.bottom)
    whole = element("div", *parts, class_="WordSection1")
    text = quoted_text([TextLine(0, line.text) for line in as_text(whole, _OUTLOOK)])
    head = (
        '<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40"><head>'
        '<meta name="Generator" content="Microsoft Word 15 (filtered medium)"><style><!--\np.MsoNormal\n'
        '\t{margin:0cm;\n\tfont-size:11.0pt;}\n--></style></head><body lang="en-US" style="word-wrap:break-word">\n'
    )
    return as_bytes(_outlook_mail(draft), text, f"{head}{whole}\n</body></html>", charset="windows-1252")


def _in_outlook(node: Node) -> None:
    for name in ("class", "id"):
        if name in node.attributes:
            node.attributes[name] = " ".join(f"x_{one}" for one in node.attributes[name].split())


def _outlook_online(draft: Draft, footer: list[Node], container: str) -> bytes:
    font = "font-family: Aptos, Calibri, Helvetica, sans-serif; font-size: 12pt; color: rgb(0, 0, 0);"

    def typed(lines: Lines) -> list[Node]:
        return [element("div", line if line else element("br"), style=font) for line in lines]

    parts = [*typed(draft.top), *footer]
    if draft.quotes:
        said = element(
            "div", element("font", *_bold_labels(_header_block(draft)), face="Calibri, sans-serif"),
            element("div", "\xa0"), id="divRplyFwdMsg", dir="ltr",
        )  # fmt: skip
        quote = element("div", _inserted(draft, _body(draft, _in_outlook), typed), dir="ltr")
        rule = element("hr", style="display:inline-block;width:98%", tabindex="-1")
        if container:
            parts.append(element("div", rule, said, quote, id=container, class_="ms-outlook-mobile-reference-message"))
        else:
            parts += [element("div", id="appendonsend"), rule, said, quote]
    parts += typed(draft.bottom)
    whole = Node("", {}, list(parts))
    text = quoted_text([TextLine(0, line.text) for line in as_text(whole, _OUTLOOK)])
    head = '<html><head><style type="text/css" style="display:none;"> P {margin-top:0;margin-bottom:0;} </style></head>'
    html = f'{head}<body dir="ltr">{whole}</body></html>'
    return as_bytes(_outlook_mail(draft), text, html, charset="iso-8859-1")


def outlook_web(draft: Draft) -> bytes:
    """Outlook on the web: a drawn line, a header block, the original with its classes prefixed."""
    return _outlook_online(draft, [], "")


def outlook_ios(draft: Draft) -> bytes:
    """Outlook on a phone: its footer above the quote, the quote in a container of its own."""
    before, words = OUTLOOK_IOS[draft.language]
    footer = element(
        "div", element("div", element("br")), before, element("a", words, href="https://aka.ms/o0ukef"),
        id="ms-outlook-mobile-signature",
    )  # fmt: skip
    return _outlook_online(draft, [footer], "mail-editor-reference-message-container")


_APPLE = Habits(link="{text} <{url}>", cell="\t", bullet="• ", number="{}. ")


def _apple(draft: Draft, quoted: list[Node], footer: str, head: str) -> bytes:
    top: list[Node] = []
    if draft.top:
        first, *others = draft.top
        top = [Node("", {}, [first]), *_divs(others)]
    if footer:
        top += [element("br", id="lineBreakAtBeginningOfSignature"), element("div", footer, dir="ltr")]
    whole = Node("", {}, [*top, *quoted, *(_divs(draft.bottom) if draft.bottom else [])])
    lines = as_text(whole, _APPLE)
    meta = '<meta http-equiv="content-type" content="text/html; charset=utf-8">'
    html = f"<html><head>{meta}</head>{head}{whole}</body></html>"
    mailer = "iPhone Mail (22H20)" if footer else "Apple Mail (2.3826.200.121)"
    return as_bytes(mail_of(draft, X_Mailer=mailer), quoted_text(lines, empty="> "), html)


def apple_mail(draft: Draft) -> bytes:
    """Apple Mail: the attribution within the first blockquote, which is parted at each answer."""
    quoted: list[Node] = []
    if draft.quotes:
        said = element("div", *_linked(attribution(draft, "apple"), draft.asked.address))
        gap = element("br", class_="Apple-interchange-newline")
        quote = element("blockquote", said, gap, element("div", *_body(draft).children), type="cite")
        parts = _split(draft, quote, lambda lines: [*_spaced(_divs(lines))[:-1], element("br")])
        quoted = [element("br", id="lineBreakAtBeginningOfMessage"), element("div", element("br"), *parts)]
    return _apple(draft, quoted, "", '<body style="overflow-wrap: break-word; line-break: after-white-space;">')


def iphone_mail(draft: Draft) -> bytes:
    """Mail on an iPhone: its footer above the quote, the attribution in a blockquote of its own."""
    quoted: list[Node] = []
    if draft.quotes:
        line = element("blockquote", attribution(draft, "apple"), element("br"), element("br"), type="cite")
        quote = element("blockquote", element("div", "\ufeff", *_body(draft).children, dir="ltr"), type="cite")
        parts = _split(draft, quote, lambda lines: _spaced(_divs(lines)))
        quoted = [element("div", element("br"), line, dir="ltr"), *parts]
    return _apple(draft, quoted, IPHONE[draft.language], '<body dir="auto">')


_MOZILLA = Habits(bold="*", link="{text} <{url}>", cell="\t", bullet=" * ", number=" {}. ")


def _in_thunderbird(node: Node) -> None:
    if node.tag == "a":
        node.attributes["moz-do-not-send"] = "true"


def _thunderbird_parts(draft: Draft) -> list[Node]:
    if not draft.quotes:
        return []
    title = element("title", draft.asked.subject)
    meta = element("meta", http_equiv="content-type", content="text/html; charset=UTF-8")
    quote = element(
        "blockquote", meta, title, *_body(draft, _in_thunderbird).children, type="cite",
        cite=f"mid:{draft.asked.message_id}",
    )  # fmt: skip
    said = element("div", attribution(draft, "thunderbird"), element("br"), class_="moz-cite-prefix")
    return [said, *_split(draft, quote, _paragraphs)]


def _paragraphs(lines: Lines) -> list[Node]:
    out: list[Node] = []
    for block in "\n".join(lines).split("\n\n"):
        said: list[Node | str] = []
        for line in block.split("\n"):
            said += [line, element("br")]
        out.append(element("p", *said[:-1]))
    return out


def thunderbird_html(draft: Draft) -> bytes:
    """Thunderbird's HTML composer: cited blockquotes, a flowed text part as Mozilla writes *bold* type and lists."""
    top = _paragraphs(draft.top) if draft.top else []
    whole = Node("", {}, [*top, *_thunderbird_parts(draft), *(_paragraphs(draft.bottom) if draft.bottom else [])])
    html = (
        '<!DOCTYPE html>\n<html>\n  <head>\n    <meta http-equiv="Content-Type" content="text/html; charset=UTF-8">\n'
        f"  </head>\n  <body>\n    {whole}\n  </body>\n</html>\n"
    )
    text = flowed_text(as_text(whole, _MOZILLA))
    mail = mail_of(draft, User_Agent="Mozilla Thunderbird")
    return as_bytes(mail, text, html, cte="8bit", params={"format": "flowed"})


def thunderbird_flowed(draft: Draft) -> bytes:
    """Thunderbird's plain composer: the HTML shown is quoted as text, format=flowed, answers close to the quote."""
    parts = [
        TextLine(line.depth, line.text) for line in as_text(Node("", {}, list(_thunderbird_parts(draft))), _MOZILLA)
    ]
    top = [TextLine(0, line) for line in draft.top]
    bottom = [TextLine(0, line) for line in draft.bottom]
    lines = [*top, *([TextLine(0, "")] if top and parts else []), *parts, *bottom]
    return as_bytes(
        mail_of(draft, User_Agent="Mozilla Thunderbird"), flowed_text(lines), cte="8bit", params={"format": "flowed"}
    )


_YAHOO = Habits(bullet="   - ", number="   {}. ", cell=" | ", row="| {} |")


def _in_yahoo(node: Node) -> None:
    for name in ("class", "id"):
        if name in node.attributes:
            node.attributes[name] = " ".join(f"yiv7469649706{one}" for one in node.attributes[name].split())
    if node.tag == "a":
        node.attributes.update(rel="nofollow noopener noreferrer", shape="rect", target="_blank")
    if node.tag == "br":
        node.attributes["clear"] = "none"


def yahoo_web(draft: Draft) -> bytes:
    """Yahoo in a browser: the original unmarked, its tables redrawn with bars, its links gone from the text part."""

    def typed(lines: Lines) -> list[Node]:
        return [element("div", line if line else element("br"), dir="ltr", data_setdir="false") for line in lines]

    top = element("div", element("div"), *typed(draft.top), class_="yahoo-style-wrap", style="font-size:16px;")
    parts: list[Node] = [top]
    lines = [TextLine(0, line) for line in draft.top]
    if draft.quotes:
        line = attribution(draft, "yahoo")
        body = _inserted(draft, element("div", *_body(draft, _in_yahoo).children, id="yiv7469649706"), typed)
        quote = element("div", element("div", line.strip()), element("div", element("br")), element("div", body))
        parts.append(
            element("div", element("div", *quote.children), id="yahoo_quoted_6376956844", class_="yahoo_quoted")
        )
        lines += [TextLine(0, f"    {line} "), TextLine(0, " "), *(_bared(as_text(body, _YAHOO)))]
    if draft.bottom:
        parts += typed(draft.bottom)
        lines += [TextLine(0, ""), *(TextLine(0, line) for line in draft.bottom)]
    if lines:
        lines[0] = TextLine(0, f" {lines[0].text}")
    text = quoted_text(lines)
    html = f"<html><head></head><body>{Node('', {}, list(parts))}</body></html>"
    mail = mail_of(draft, X_Mailer="WebService/1.1.24562 YMailNovation")
    return as_bytes(mail, text + "  \n", html)


def _bared(lines: list[TextLine]) -> list[TextLine]:
    return [TextLine(0, f" {line.text}" if not index else line.text) for index, line in enumerate(lines)]


_PROTON = Habits(link="[{text}]({url})", bullet="- ", number="{}. ", cell=" ")


def proton(draft: Draft) -> bytes:
    """Proton Mail: its footer below the answer, a blockquote parted at each answer, links in the text as Markdown."""
    font = "font-family: Arial, sans-serif; font-size: 14px;"

    def typed(lines: Lines) -> list[Node]:
        return [element("div", line if line else element("br"), style=font) for line in lines]

    sent = element("div", element("div", PROTON[draft.language]), class_="protonmail_signature_block", style=font)
    parts: list[Node] = [*typed(draft.top), *typed([""]), sent]
    if draft.quotes:
        quote = element("blockquote", *_body(draft).children, class_="protonmail_quote", type="cite")
        said = element("div", attribution(draft, "proton"), element("br"))
        split = _split(draft, quote, lambda lines: _spaced(typed(lines)))
        parts.append(element("div", said, element("br"), *split, *typed(draft.bottom), class_="protonmail_quote"))
    else:
        parts += typed(draft.bottom)
    whole = Node("", {}, list(parts))
    return as_bytes(mail_of(draft), quoted_text(as_text(whole, _PROTON), empty="> "), str(whole))


def gmx_web(draft: Draft) -> bytes:
    """GMX and web.de in a browser: HTML alone, the original in a named div, answers typed into that div."""

    def typed(lines: Lines) -> list[Node]:
        return [element("div", line if line else "\xa0") for line in lines]

    parts = typed(draft.top)
    if draft.quotes:
        block = element("div", *_bold_labels(_header_block(draft, gmx=True)), style="margin:0 0 10px 0;")
        quote = _inserted(draft, element("div", *_body(draft).children, name="quoted-content"), typed)
        style = "margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5;"
        parts += [*typed([""]), element("div", block, quote, name="quote", style=style)]
    parts += typed(draft.bottom)
    whole = element("div", element("div", *parts), style="font-family: Verdana;font-size: 12.0px;")
    return as_bytes(mail_of(draft), "", f"<html><head></head><body>{whole}</body></html>")


Program = Callable[[Draft], bytes]

PROGRAMS: dict[str, Program] = {
    program.__name__: program
    for program in (
        gmail_web, gmail_android, outlook_win, outlook_web, outlook_ios, apple_mail, iphone_mail, thunderbird_html,
        thunderbird_flowed, yahoo_web, proton, gmx_web, neomutt, snail, aerc, roundcube, k9,
    )
}  # fmt: skip
