"""One target under the fuzzer, in a process of its own: `python -m tests.fuzz.child TARGET [libFuzzer's arguments]`.

The fuzzer ends the process when it is done, or at the first input that breaks the contract.
"""

from __future__ import annotations

import importlib
import sys
import time
from typing import Any

SECONDS = 5.0  # of processor time for one input: counting branches makes the readers several times slower


class TooSlow(Exception):
    """An input costs out of proportion to its size."""


def main() -> None:
    """Fuzz until the time is over; does not return."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["gateway", "mailparser", "email"]):
        targets = importlib.import_module("tests.fuzz.targets")
    target = targets.TARGETS[sys.argv[1]]

    def one(raw: bytes) -> None:
        started = time.process_time()
        target(raw)
        if time.process_time() - started > SECONDS:
            raise TooSlow(f"{time.process_time() - started:.1f} s for {len(raw)} bytes")

    atheris.Setup([sys.argv[0], *sys.argv[2:]], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
