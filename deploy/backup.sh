#!/bin/sh
# Copies a store while Restante runs, with its settings (they hold the keys that sign our addresses).
# usage: backup.sh FOLDER BACKUPS      FOLDER holds restante.toml and restante.db; a dated folder is made in BACKUPS
#        KEEP=14 backup.sh …           afterwards only the newest 14 are kept; without KEEP all are
# Needs nothing but sh and Python's own sqlite3. Prints the folder made; on any fault nothing is left behind.
set -eu
umask 077
[ $# = 2 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
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
[ -f "$folder/restante.toml" ] && cp "$folder/restante.toml" "$begun/"
mv "$begun" "$made"
trap - EXIT
echo "$made"
if [ -n "${KEEP:-}" ]; then
  ls -d "$backups"/restante-*Z | sort -r | tail -n "+$((KEEP + 1))" | while read -r old; do rm -rf "$old"; done
fi
