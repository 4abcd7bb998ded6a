"""The workspaces of a store, and what an address means to them.

Must not: know a mail beyond its addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec
import structlog

from gateway.model.address import Destination, fold_address, parse_local_part
from gateway.model.charter import CharterProblem, read_charter
from gateway.model.context import Workspace
from store.transaction import Transaction

log = structlog.get_logger()


def workspace(tx: Transaction, name_or_id: str | int, separator: str = "+") -> Workspace:
    """Return a workspace with its charter in force. Raises LookupError when there is none of that name."""
    found = tx.charters.in_force(name_or_id)
    if found is None:
        raise LookupError(f"there is no workspace {name_or_id!r}")
    return _workspace(*found, separator)


@lru_cache(maxsize=500)
def _workspace(workspace_id: int, version: int, document: bytes, separator: str) -> Workspace:
    """Return a workspace; each charter is validated once. The document is part of the key: tests open many stores."""
    charter = read_charter(msgspec.json.decode(document))
    return Workspace(workspace_id, charter.local, charter, version, separator)


def workspaces(tx: Transaction, separator: str = "+") -> list[Workspace]:
    """Return every workspace; one whose charter no longer holds is left out and logged, so that the others go on."""
    found = []
    for name in tx.charters.names():
        try:
            found.append(workspace(tx, name, separator))
        except CharterProblem as problem:
            log.error("charter no longer holds", workspace=name, keys=[key for key, _ in problem.problems])
    return found


def workspace_of(tx: Transaction, recipients: Sequence[str], separator: str = "+") -> Workspace | None:
    """Return the workspace that the recipients of an envelope name."""
    names = tx.charters.names()
    for recipient in recipients:
        found = destination_of(tx, recipient, names)
        if found:
            return workspace(tx, found.workspace, separator)
    return None


def destination_of(tx: Transaction, address: str, names: Iterable[str]) -> Destination | None:
    """Return what an address means to one of these workspaces, None when it is not theirs."""
    local, _, domain = fold_address(address).rpartition("@")
    charters = {name: workspace(tx, name).charter for name in names if local.startswith(name)}
    channels = {name: charter.channels for name, charter in charters.items() if charter.domain == domain}
    return parse_local_part(local, channels, channels) if channels else None


def place_in(tx: Transaction, address: str, name: str) -> Destination | None:
    """Return what an address means to one workspace; None also where it is that of another, whose name goes on."""
    found = destination_of(tx, address, tx.charters.names())
    return found if found is not None and found.workspace == name else None
