"""What the house promises of its structure and import-linter cannot see."""

from __future__ import annotations

import ast
import re
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.meta.checkout import ROOT, committed, imports, modules

# One door for each outside library: where it may be imported.
DOORS: dict[str, tuple[str, ...]] = {
    "aiosmtpd": ("gateway/arrive/smtp_server.py",),
    "aiosmtplib": ("gateway/send/courier.py",),
    "imapclient": ("gateway/arrive/imap_fetch.py",),
    "dkim": ("gateway/send/signing.py",),
    "mailparser": ("gateway/understand/mime.py",),
    "flufl": ("gateway/understand/reading/bounce_words.py",),
    "selectolax": ("gateway/understand/*.py",),
    "dateparser": ("gateway/understand/reading/date.py",),
    "jinja2": ("gateway/render/*.py", "gateway/web/*.py"),
    "css_inline": ("gateway/render/styles.py",),
    "nh3": ("gateway/render/html.py",),
    "mistune": ("gateway/render/*.py",),
    "holidays": ("gateway/decide/calendar.py",),
    "starlette": ("gateway/web/*.py",),
    "uvicorn": ("gateway/web/listener.py", "gateway/web/connections.py"),
    "tinydb": ("store/charters.py",),
    "sqlalchemy": ("store/*.py",),
    "alembic": ("store/migrations/*.py",),
    "sqlite3": ("store/*.py", "gateway/cli/doctor.py"),
    "pydantic_settings": ("gateway/config.py",),
    "click": ("gateway/cli/*.py",),
    "rich": ("gateway/cli/*.py", "gateway/demo/*.py"),
    "structlog": (
        "gateway/app.py", "gateway/serving.py", "gateway/logs.py", "gateway/arrive/*.py", "gateway/pipeline/*.py",
        "gateway/schedule/*.py", "gateway/send/*.py",
        "gateway/web/*.py", "gateway/cli/*.py",
    ),
}  # fmt: skip

# Time and chance come from app.py.
SOURCES_OF_CHANCE = {"random", "secrets", "uuid"}


@pytest.mark.parametrize("library", sorted(DOORS))
def test_each_outside_library_comes_in_by_its_own_door(library: str) -> None:
    users = [path for path, tree in modules() if library in set(imports(tree))]
    strays = [path for path in users if not any(fnmatch(path, door) for door in DOORS[library])]
    assert strays == []


def test_time_and_chance_come_from_one_file() -> None:
    strays = [path for path, tree in modules() if path != "gateway/app.py" and SOURCES_OF_CHANCE & set(imports(tree))]
    assert strays == []
    asked = [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        if path != "gateway/app.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("now", "utcnow", "today")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("datetime", "date")
    ]
    assert asked == []


def test_every_file_says_first_what_it_is_for() -> None:
    silent = [path for path, tree in modules() if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_every_test_file_says_what_it_is_about() -> None:
    silent = [path for path, tree in modules("tests") if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_no_two_test_files_share_a_name() -> None:
    names = Counter(path.name for path in committed() if path.parts[0] == "tests" and path.name.startswith("test_"))
    assert [name for name, count in names.items() if count > 1] == []


def test_every_stored_migration_is_reachable_from_the_first() -> None:
    versions = sorted((ROOT / "store" / "migrations" / "versions").glob("[0-9]*.py"))
    assert versions
    revisions: dict[str, str | None] = {}
    for file in versions:
        constants = {
            target.id: ast.literal_eval(node.value)
            for node in ast.parse(file.read_text(encoding="utf-8")).body
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name) and target.id in ("revision", "down_revision")
        }
        revisions[constants["revision"]] = constants["down_revision"]
    assert [parent for parent in revisions.values() if parent is None] == [None]
    assert all(parent is None or parent in revisions for parent in revisions.values())
    newest = set(revisions) - set(revisions.values())
    database = (ROOT / "store" / "database.py").read_text(encoding="utf-8")
    assert len(newest) == 1
    assert f'SCHEMA = "{newest.pop()}"' in database


# Names that say nothing (house rules: one word, one meaning). What an outside interface asks for is exempt.
FORBIDDEN = {"user", "event", "job", "data", "info", "handler", "manager", "service", "util", "utils", "helper"}
EXEMPT = {
    ("store/charters.py", "data"),  # tinydb.storages.Storage.write(data)
    ("gateway/arrive/smtp_server.py", "handle_DATA"),  # a hook of aiosmtpd
    ("gateway/arrive/smtp_server.py", "smtp_DATA"),  # a command of aiosmtpd
}


def test_no_name_is_a_word_that_says_nothing() -> None:
    found = []
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                name = node.name
            elif isinstance(node, ast.arg):
                name = node.arg
            else:
                continue
            words = set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_"))
            if words & FORBIDDEN and (path, name) not in EXEMPT:
                found.append(f"{path}:{node.lineno}: {name}")
    assert found == []


def test_folders_are_where_the_house_says() -> None:
    for folder in ("gateway/model", "gateway/understand/words", "store/migrations", "templates/mail", "docs", "deploy"):
        assert (ROOT / folder).is_dir(), folder
    assert Path(ROOT / "gateway" / "__init__.py").read_text() == "", "importing the model imports nothing else"
