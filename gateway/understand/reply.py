"""STUB to be replaced."""
from gateway.model.message import Message
from gateway.model.reading import NewText
from gateway.understand.lexicon import Lexicon


def new_text(message: Message | str, original: Message | None, lexicon: Lexicon) -> NewText:
    text = message if isinstance(message, str) else message.text
    return NewText(text=text, own=text)
