"""Mails noted before fingerprints were taken otherwise, whose bytes are kept: noted as they would be now as well.

A copy of one with a field more or a blank more is then known for what it is. Of what is no longer kept the old
fingerprint alone stays, which knows an exact copy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from gateway.model.address import fold_address
from store.codec import expand

revision = "0006"
down_revision = "0005"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT_ONCE = 100  # mails whose bytes are held at a time

fingerprints = sa.table(
    "fingerprints",
    sa.column("workspace_id", ID),
    sa.column("fingerprint", sa.String()),
    sa.column("arrival_id", ID),
)
arrivals = sa.table(
    "arrivals",
    sa.column("id", ID),
    sa.column("author", sa.Text()),
    sa.column("message_id", sa.Text()),
    sa.column("subject", sa.Text()),
)
raw = sa.table("raw", sa.column("arrival_id", ID), sa.column("body", sa.LargeBinary()))


def upgrade() -> None:
    """Note each mail anew whose author and Message-ID are known; where two are one now, the first stays."""
    connection = op.get_bind()
    rows = connection.execute(sa.select(fingerprints.c.workspace_id, fingerprints.c.fingerprint))
    known = {(row.workspace_id, row.fingerprint) for row in rows}
    for workspace_id, fingerprint, arrival_id in _noted_anew(connection):
        if (workspace_id, fingerprint) not in known:
            known.add((workspace_id, fingerprint))
            row = {"workspace_id": workspace_id, "fingerprint": fingerprint, "arrival_id": arrival_id}
            connection.execute(sa.insert(fingerprints), row)


def _noted_anew(connection: sa.Connection) -> Iterator[tuple[int, str, int]]:
    old = (
        sa.select(fingerprints.c.workspace_id, arrivals.c.id, arrivals.c.author, arrivals.c.message_id)
        .add_columns(arrivals.c.subject)
        .join(arrivals, arrivals.c.id == fingerprints.c.arrival_id)
        .where(sa.not_(fingerprints.c.fingerprint.contains(":")), arrivals.c.author != "", arrivals.c.message_id != "")
        .order_by(arrivals.c.id)
    )
    rows = connection.execute(old).all()
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        wanted = sa.select(raw.c.arrival_id, raw.c.body).where(raw.c.arrival_id.in_([row.id for row in some]))
        bodies = {row.arrival_id: row.body for row in connection.execute(wanted)}
        for row in some:
            if row.id in bodies:
                print_ = _fingerprint(expand(bodies[row.id]), fold_address(row.author), row.message_id, row.subject)
                yield row.workspace_id, print_, row.id


def _fingerprint(octets: bytes, author: str, message_id: str, subject: str) -> str:
    """Return what `gateway/accept/fingerprint.py` gave at this version; a migration stays as it is."""
    _, _, body = octets.lstrip(b"\r\n").replace(b"\r\n", b"\n").partition(b"\n\n")
    body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    body = body.replace(b" \n", b"\n").rstrip(b" \n")
    named = author.encode("utf-8", "surrogatepass") + b"\0" + message_id.encode("utf-8", "surrogatepass")
    said = " ".join(subject.split()).encode("utf-8", "surrogatepass") + b"\0" + body
    return hashlib.sha256(named).hexdigest()[:20] + hashlib.sha256(said).hexdigest()[:20]
