"""What lies in deploy/ names things that exist (settings, paths, figures), and programs accept units and fragments."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from gateway.config import Settings
from gateway.model.filelink import FILE_PATH
from gateway.model.stoplink import STOP_PATH
from gateway.pipeline.counting import Counts, Figures, Total
from gateway.web.exposition import Process, exposition

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
TEXTS = [
    file for file in (*sorted(DEPLOY.rglob("*")), *sorted((ROOT / "docs").glob("*.md"))) if file.is_file()
]  # fmt: skip
OF_COMMANDS = {"RESTANTE_CONFIG", "RESTANTE_WIRE", "RESTANTE_SHARED", "RESTANTE_TEST_POSTGRES"}


def keys(model: type[BaseModel], path: str = "RESTANTE") -> set[str]:
    """Return the environment variables that set something."""
    found = set()
    for name, field in model.model_fields.items():
        joint = "_" if path == "RESTANTE" else "__"
        here = f"{path}{joint}{name.upper()}"
        found.add(here)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= keys(field.annotation, here)
    return found


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_variable_that_is_named_sets_something(file: Path) -> None:
    named = set(re.findall(r"\bRESTANTE_[A-Z_]+[A-Z]\b", file.read_text(encoding="utf-8")))
    assert sorted(named - keys(Settings) - OF_COMMANDS) == []


def test_web_servers_pass_on_the_path_of_our_links() -> None:
    assert f"location {STOP_PATH} " in (DEPLOY / "web" / "nginx.conf").read_text()
    assert f"handle {STOP_PATH}*" in (DEPLOY / "web" / "Caddyfile").read_text()


def test_no_log_of_web_servers_names_our_links() -> None:
    nginx = (DEPLOY / "web" / "nginx.conf").read_text()
    for path in (STOP_PATH, FILE_PATH):
        place = nginx.partition(f"location {path} {{")[2].partition("proxy_pass")[0]
        assert {"access_log off;", "error_log /dev/null emerg;"} <= {line.strip() for line in place.splitlines()}
    assert "exclude http.log.error" in (DEPLOY / "web" / "Caddyfile").read_text()


def test_rspamd_takes_out_what_anybody_brings_along() -> None:
    lines = (DEPLOY / "rspamd" / "milter_headers.conf").read_text().splitlines()
    said = {line.strip() for line in lines if not line.strip().startswith("#")}
    assert {"skip_authenticated = false;", "skip_local = false;", "remove = 0;"} <= said


def paths(model: type[BaseModel]) -> set[str]:
    """Return the names of settings that name a file."""
    found = set()
    for name, field in model.model_fields.items():
        kinds = {field.annotation, *get_args(field.annotation)}
        found |= {name} if Path in kinds else set()
        inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        found |= {path for kind in inner for path in paths(kind)}
    return found


def test_a_backup_finds_each_file_that_settings_name_by_its_key() -> None:
    named = paths(Settings) - {"store"}
    assert {"password_file", "key_file", "refresh_token_file", "certificate", "key"} <= named
    assert {name for name in named if not name.endswith("_file")} == {"certificate", "key"}
    for script in ("backup.sh", "restore.sh"):
        assert 'key.endswith("_file") or key in ("certificate", "key")' in (DEPLOY / script).read_text()


def test_alerts_and_guide_name_figures_that_there_are() -> None:
    counts = Counts()
    for total in Total:
        counts.note(total, "x")
    counts.keep()
    now = datetime(2026, 11, 23, tzinfo=UTC)
    figures = Figures(counts.snapshot(), {"failed": 0}, {"failed": 0}, 0, None)
    told = set(re.findall(r"^# TYPE (\w+)", exposition(figures, Process(1, 1.0, now, 1), now), re.MULTILINE))
    for text in ((DEPLOY / "prometheus" / "restante.yml").read_text(), (ROOT / "docs" / "running.md").read_text()):
        named = set(re.findall(r"\b(?:restante_[a-z_]*_(?:total|open|due|seconds|bytes)|process_[a-z_]+)\b", text))
        assert named
        assert sorted(named - told) == []
    guide = (ROOT / "docs" / "running.md").read_text()
    assert sorted(name for name in told if name not in guide) == []


@pytest.mark.parametrize("unit", sorted((DEPLOY / "systemd").iterdir()), ids=lambda file: file.name)
def test_systemd_understands_every_line_of_a_unit(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    for file in (DEPLOY / "systemd").iterdir():  # a timer wants its service beside it
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", file.read_text(), flags=re.MULTILINE)
        (tmp_path / file.name).write_text(text)
    asked = ["systemd-analyze", "verify", "--recursive-errors=no", str(tmp_path / unit.name)]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    said = [line for line in done.stderr.splitlines() if unit.name in line]
    assert said == []


@pytest.mark.parametrize("unit", ["restante.service", "restante-backup.service"])
def test_a_unit_may_do_little(unit: str) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    asked = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(DEPLOY / "systemd" / unit)]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    exposure = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    if exposure is None:
        pytest.skip("this systemd-analyze reads no files")
    assert float(exposure[1]) < 2.0


@pytest.mark.parametrize("fragment", ["main.cf", "rspamd.cf"])
def test_each_line_for_postfix_is_a_parameter_of_one_line(fragment: str) -> None:
    lines = [one for one in (DEPLOY / "postfix" / fragment).read_text().splitlines() if one and one[0] != "#"]
    assert lines
    assert all(re.fullmatch(r"[a-z_]+ = \S.*", line) for line in lines)  # the guide hands them to `postconf -e`
    postconf = shutil.which("postconf", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if postconf is None:
        pytest.skip("Postfix is not here")
    known = subprocess.run([postconf, "-d"], capture_output=True, text=True, timeout=60, check=False).stdout
    names = {line.partition(" =")[0] for line in known.splitlines()}
    assert [line for line in lines if line.partition(" = ")[0] not in names] == []


@pytest.mark.parametrize("script", sorted(DEPLOY.glob("*.sh")), ids=lambda file: file.name)
def test_scripts_are_read_by_a_plain_shell(script: Path) -> None:
    assert os.access(script, os.X_OK)
    subprocess.run(["sh", "-n", str(script)], check=True, timeout=10)
