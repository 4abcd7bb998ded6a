"""STUB to be replaced."""
from gateway.model.message import Message


def read_message(raw: bytes) -> Message:
    raise NotImplementedError
