#!/bin/sh
# Copies a store while Restante runs, with its settings (they hold the keys that sign our addresses), the files that
# these name in the same folder (passwords, tokens, the key for DKIM) and the charters beside them.
# usage: backup.sh FOLDER BACKUPS      FOLDER holds restante.toml and restante.db; a dated folder is made in BACKUPS
#        KEEP=14 backup.sh …           afterwards only the newest 14 are kept; without KEEP all are
# Needs nothing but sh and Python 3.11. Prints the folder made; on any fault nothing is left behind.
set -eu
umask 077
[ $# = 2 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
folder=$1 backups=$2
[ -f "$folder/restante.db" ] || { echo "backup.sh: there is no $folder/restante.db" >&2; exit 1; }
made="$backups/restante-$(date -u +%Y%m%dT%H%M%SZ)"
[ -e "$made" ] && { echo "backup.sh: $made is there already" >&2; exit 1; }
mkdir -p "$backups"
begun="$made.begun"
trap 'rm -rf "$begun"' EXIT
mkdir "$begun"
# SQLite's own online backup: one consistent state, and those who write meanwhile need not wait.
"${PYTHON:-python3}" - "$folder/restante.db" "$begun/restante.db" <<'PYTHON'
import pathlib, sqlite3, sys
source = sqlite3.connect(pathlib.Path(sys.argv[1]).resolve().as_uri() + "?mode=ro", uri=True)
target = sqlite3.connect(sys.argv[2])
source.backup(target)
target.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
found = target.execute("PRAGMA integrity_check").fetchone()[0]
target.close()
source.close()
sys.exit(0 if found == "ok" else f"backup.sh: the copy is not sound: {found}")
PYTHON
# Settings, charters, and what settings name. A file that lies elsewhere is its keeper's: restore.sh says when it is gone.
"${PYTHON:-python3}" - "$folder" "$begun" <<'PYTHON'
import pathlib, shutil, sys, tomllib
folder, made = (pathlib.Path(name).resolve() for name in sys.argv[1:])
def named(value, key=""):
    if isinstance(value, dict):
        return [name for inner, one in value.items() for name in named(one, inner)]
    if isinstance(value, list):
        return [name for one in value for name in named(one)]
    return [value] if isinstance(value, str) and (key.endswith("_file") or key in ("certificate", "key")) else []
wanted = set(folder.glob("*.toml"))
if (folder / "restante.toml").exists():
    settings = tomllib.loads((folder / "restante.toml").read_text(encoding="utf-8"))
    wanted |= {(folder / name).resolve() for name in named(settings)}
for file in wanted:
    if file.is_relative_to(folder) and file.is_file():
        copy = made / file.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
PYTHON
mv "$begun" "$made"
trap - EXIT
echo "$made"
if [ -n "${KEEP:-}" ]; then
  ls -d "$backups"/restante-*Z | sort -r | tail -n "+$((KEEP + 1))" | while read -r old; do rm -rf "$old"; done
fi
