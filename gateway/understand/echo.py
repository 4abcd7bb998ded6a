"""What an automatic reply repeats of the mail it answers: "Automatic reply: [acme V-1] Close from 20 to 24 July?" names
no day of an absence. It is taken out before days are looked for.

Must not: know a language, or read what is left.
"""

from __future__ import annotations

import re

_FEWEST_WORDS = 3  # of a subject that is known again without its mark: shorter ones may be its author's own words


def without_echo(text: str, subject: str, workspace: str) -> str:
    """Return a text without what it repeats of a mail of ours: the `subject`, "" where it is not known, or any that
    carries the mark of the `workspace`.
    """
    mark = re.compile(rf"\[{re.escape(workspace)}(?: [A-Z]-\d+)?\]", re.IGNORECASE)
    for known in (subject, mark.split(subject)[-1]):
        words = known.split()
        if len(words) >= _FEWEST_WORDS:
            # Programs break and space a subject anew (RFC 5322 §2.2.3), and text is wrapped.
            text = re.sub(r"\s+".join(map(re.escape, words)), " ", text, flags=re.IGNORECASE)
    return re.sub(rf"{mark.pattern}[^\n]*", " ", text, flags=re.IGNORECASE)
