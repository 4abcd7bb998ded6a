"""Charters: small documents held by TinyDB, through a storage of ours over one versioned row of the SQL transaction.

One truth, one commit, one backup: a version is written with whatever else the transaction writes, or not at all, and
every version is kept. Must not: read meaning into a document beyond its address (model/charter.py does).
"""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Executable, bindparam, insert, select, update
from tinydb import TinyDB
from tinydb.storages import Storage

from gateway.model.address import fold_address
from store.codec import pack
from store.faults import Forbidden
from store.sql import Sql, insert_for
from store.tables import charter_versions, workspaces

Document = dict[str, Any]
Cache = MutableMapping[tuple[int, int], bytes]

# Parts of a charter with a table of their own: a document for each name, or for each line of a list.
_PARTS: dict[str, type] = {"roles": dict, "channels": dict, "routines": dict, "members": list}
_HEAD = "charter"  # the table with everything else, in one document

_BY_NAME = select(workspaces.c.id, workspaces.c.charter_version).where(workspaces.c.name == bindparam("name"))
_BY_ID = select(workspaces.c.id, workspaces.c.charter_version).where(workspaces.c.id == bindparam("id"))
_NAMES = select(workspaces.c.name, workspaces.c.id).order_by(workspaces.c.name)
_ADD_WORKSPACE = insert(workspaces).returning(workspaces.c.id)
_SET_VERSION = (
    update(workspaces).where(workspaces.c.id == bindparam("b_id")).values(charter_version=bindparam("version"))
)
_READ = select(charter_versions.c.document).where(
    charter_versions.c.workspace_id == bindparam("workspace_id"), charter_versions.c.version == bindparam("version")
)
_HISTORY = (
    select(charter_versions.c.version, charter_versions.c.at, charter_versions.c.by)
    .where(charter_versions.c.workspace_id == bindparam("workspace_id"))
    .order_by(charter_versions.c.version)
)


class CharterStorage(Storage):
    """What TinyDB reads and writes: the row of one version of one workspace's charter.

    Must live within the transaction of `sql`. Without `at` and `by` it only reads.
    """

    def __init__(self, sql: Sql, workspace_id: int, version: int, *, at: datetime | None = None, by: str = "") -> None:
        self._sql = sql
        self._row = {"workspace_id": workspace_id, "version": version}
        self._stamp = {"at": at, "by": by}

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Return the tables of this version, None before the first write."""
        found = self._sql.value(_READ, self._row)
        return None if found is None else msgspec.json.decode(found, type=dict[str, dict[str, Any]])

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Write the tables of this version."""
        if self._stamp["at"] is None:
            raise Forbidden("a charter that was read is not to be changed: apply a new version")
        self._sql.run(_write(self._sql.dialect), self._row | self._stamp | {"document": pack(data)})


class Charters:
    """Charters of one transaction. `cache` holds documents of committed versions, which never change."""

    def __init__(self, sql: Sql, cache: Cache) -> None:
        self._sql = sql
        self._cache = cache
        self._rows: dict[str | int, Any] = {}  # looked up once in a transaction
        self._names: dict[str, int] | None = None

    def forget(self) -> None:
        """Look everything up anew: what was written within this transaction was taken back."""
        self._rows.clear()
        self._names = None

    def apply(self, document: Document, *, at: datetime, by: str) -> tuple[int, int]:
        """Put a document in force and return (workspace id, version). An equal one makes no new version.

        The workspace is known by the local part of the document's `address`, and made when there is none of that name.
        """
        plain: Document = msgspec.json.decode(pack(document))  # times and dates as text, as they are kept
        name = _name_of(plain)
        row = self._sql.first(_BY_NAME, {"name": name})
        if row is not None and self._document(row.id, row.charter_version) == plain:
            return row.id, row.charter_version
        version = 1 if row is None else row.charter_version + 1
        workspace_id = self._founded(name, at) if row is None else int(row.id)
        with TinyDB(self._sql, workspace_id, version, at=at, by=by, storage=CharterStorage) as charter:
            _take_apart(charter, plain)
        self._sql.run(_SET_VERSION, {"b_id": workspace_id, "version": version})
        self.forget()
        return workspace_id, version

    def current(self, name_or_id: str | int) -> tuple[int, int, Document] | None:
        """Return (workspace id, version, document) of the charter in force, or None."""
        found = self.in_force(name_or_id)
        return None if found is None else (found[0], found[1], msgspec.json.decode(found[2], type=Document))

    def in_force(self, name_or_id: str | int) -> tuple[int, int, bytes] | None:
        """Return (workspace id, version, document as JSON) of the charter in force, or None.

        The bytes are one object for as long as the version is in force: what is read out of them can be kept by them.
        """
        row = self._row(name_or_id)
        return None if row is None else (row.id, row.charter_version, self._packed(row.id, row.charter_version))

    def version(self, name_or_id: str | int, number: int) -> Document | None:
        """Return an earlier document, or None."""
        row = self._row(name_or_id)
        if row is None or not 1 <= number <= row.charter_version:
            return None
        return self._document(row.id, number)

    def history(self, name_or_id: str | int) -> list[tuple[int, datetime, str]]:
        """Return (version, when, by whom), oldest first."""
        row = self._row(name_or_id)
        found = [] if row is None else self._sql.rows(_HISTORY, {"workspace_id": row.id})
        return [(one.version, one.at, one.by) for one in found]

    def names(self) -> dict[str, int]:
        """Return the ids of all workspaces by name."""
        if self._names is None:
            self._names = {row.name: row.id for row in self._sql.rows(_NAMES)}
        return dict(self._names)

    def name_of(self, workspace_id: int) -> str:
        """Return the name of a workspace. Raises Forbidden when there is none of that id."""
        found = next((name for name, id_ in self.names().items() if id_ == workspace_id), None)
        if found is None:
            raise Forbidden(f"there is no workspace {workspace_id}")
        return found

    def open(self, name_or_id: str | int) -> TinyDB | None:
        """Return the charter in force as TinyDB holds it, for reading within this transaction."""
        row = self._row(name_or_id)
        return None if row is None else TinyDB(self._sql, row.id, row.charter_version, storage=CharterStorage)

    def _row(self, name_or_id: str | int) -> Any:
        row = self._rows.get(name_or_id)
        if row is None:
            query, key = (_BY_NAME, "name") if isinstance(name_or_id, str) else (_BY_ID, "id")
            value = name_or_id.lower() if isinstance(name_or_id, str) else name_or_id
            row = self._rows[name_or_id] = self._sql.first(query, {key: value})
        return row

    def _document(self, workspace_id: int, version: int) -> Document:
        """Each caller gets a document of its own: what one changes in it, no other sees."""
        return msgspec.json.decode(self._packed(workspace_id, version), type=Document)

    def _packed(self, workspace_id: int, version: int) -> bytes:
        key = (workspace_id, version)
        kept = self._cache.get(key)
        if kept is None:
            with TinyDB(self._sql, workspace_id, version, storage=CharterStorage) as charter:
                kept = self._cache[key] = msgspec.json.encode(_put_together(charter))
        return kept

    def _founded(self, name: str, at: datetime) -> int:
        return int(self._sql.value(_ADD_WORKSPACE, {"name": name, "charter_version": 0, "created_at": at}))


@lru_cache
def _write(dialect: str) -> Executable:
    row = insert_for(dialect, charter_versions)
    return row.on_conflict_do_update(
        index_elements=[charter_versions.c.workspace_id, charter_versions.c.version],
        set_={"document": row.excluded.document},
    )


def _name_of(document: Document) -> str:
    address = document.get("address")
    local = fold_address(address).rpartition("@")[0] if isinstance(address, str) else ""
    if not local:
        raise Forbidden("a charter needs an `address`: its local part names the workspace")
    return local


def _take_apart(charter: TinyDB, document: Document) -> None:
    parts = {name for name, kind in _PARTS.items() if isinstance(document.get(name), kind)}
    for name in parts:
        charter.table(name).insert_multiple(_documents(document[name]))
    # Last, since it says which parts there are, also the empty ones, and in what order they were written.
    rest = {name: value for name, value in document.items() if name not in parts}
    charter.table(_HEAD).insert({"order": list(document), "says": rest})


def _documents(part: dict[str, Any] | list[Any]) -> list[Document]:
    if isinstance(part, dict):
        return [{"name": name, "says": value} for name, value in part.items()]
    return [{"says": value} for value in part]


def _put_together(charter: TinyDB) -> Document:
    head = charter.table(_HEAD).all()[0]
    return {name: head["says"][name] if name in head["says"] else _part(charter, name) for name in head["order"]}


def _part(charter: TinyDB, name: str) -> Any:
    documents = charter.table(name).all()
    if _PARTS[name] is list:
        return [document["says"] for document in documents]
    return {document["name"]: document["says"] for document in documents}
