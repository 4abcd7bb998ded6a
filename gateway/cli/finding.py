"""What `restante doctor` found: one thing looked at, whether it is well, and the mend.

Must not: look itself.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `well` None means: worth knowing, no fault."""

    what: str
    well: bool | None
    says: str
