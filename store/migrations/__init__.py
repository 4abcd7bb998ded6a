"""Migrations of the schema, one file each in versions/, run by Alembic from code: no ini file, also from a wheel.

Imported only when a store is not at the newest schema.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from store.faults import StoreFault

_HERE = Path(__file__).parent


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for these migrations, to run on a connection."""
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, found: str | None) -> None:
    """Bring a database from the migration it is at (None: empty) to the newest one, in the connection's transaction."""
    config = configuration(connection)
    if found is not None and found not in {script.revision for script in _scripts(config)}:
        raise StoreFault(f"this store was written by a newer Restante (schema {found}); install that one or newer")
    command.upgrade(config, "head")


def _scripts(config: Config):  # type: ignore[no-untyped-def]
    return ScriptDirectory.from_config(config).walk_revisions()
