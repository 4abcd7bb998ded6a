#!/bin/sh
# Puts a backup back. Stop Restante first; what is in the way is set aside, never written over.
# usage: restore.sh BACKUP FOLDER      BACKUP as backup.sh made it; FOLDER is where `restante serve` will run
# Settings and the files with them come back where there is none; one that is there and differs is left, and said.
# Mail sent since the backup is not known to the restored store: digests and reminders of that time may go again.
set -eu
umask 077
[ $# = 2 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
backup=$1 folder=$2
[ -f "$backup/restante.db" ] || { echo "restore.sh: there is no $backup/restante.db" >&2; exit 1; }
mkdir -p "$folder"
"${PYTHON:-python3}" - "$backup/restante.db" "$folder/restante.db" <<'PYTHON'
import fcntl, pathlib, sqlite3, sys
copy = sqlite3.connect(pathlib.Path(sys.argv[1]).resolve().as_uri() + "?mode=ro", uri=True)
found = copy.execute("PRAGMA integrity_check").fetchone()[0]
copy.close()
if found != "ok":
    sys.exit(f"restore.sh: the backup is not sound: {found}")
serving = pathlib.Path(sys.argv[2] + ".serving")
if serving.exists():
    with serving.open() as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("restore.sh: Restante is running on that folder; stop it first")
PYTHON
aside="$folder/before-restore-$(date -u +%Y%m%dT%H%M%SZ)"
for name in restante.db restante.db-wal restante.db-shm; do
  [ -e "$folder/$name" ] || continue
  mkdir -p "$aside"
  mv "$folder/$name" "$aside/"
done
cp "$backup/restante.db" "$folder/restante.db"
# Numbers given out since the backup are given out to nothing else: answers to mails that are lost must not be taken for
# answers to new ones. Notices go on from a hundred for each second since 2020, which no store has sent (a later restore
# of the same backup goes on from a later second); marks a thousand further on, counted from the store set aside where
# that can be read.
"${PYTHON:-python3}" - "$folder/restante.db" "$aside/restante.db" <<'PYTHON'
import contextlib, pathlib, sqlite3, sys, time
restored, aside = sys.argv[1:]
following = {}
for file in filter(pathlib.Path.exists, map(pathlib.Path, (restored, aside))):
    with contextlib.suppress(sqlite3.Error):
        with contextlib.closing(sqlite3.connect(file.resolve().as_uri() + "?mode=ro", uri=True)) as store:
            known = [(one, letter, 1) for (one,) in store.execute("SELECT id FROM workspaces") for letter in "VCTPO"]
            known += store.execute("SELECT workspace_id, letter, next FROM counters WHERE letter != 'member'")
            for one, letter, number in known:
                following[one, letter] = max(following.get((one, letter), 1), number)
wanted = [(one, letter, number + 1000) for (one, letter), number in following.items()]
wanted.append((0, "notice", int(time.time() - 1577836800) * 100))
with contextlib.closing(sqlite3.connect(restored)) as store, store:
    store.executemany(
        "INSERT INTO counters (workspace_id, letter, next) VALUES (?, ?, ?)"
        " ON CONFLICT (workspace_id, letter) DO UPDATE SET next = max(next, excluded.next)",
        wanted,
    )
PYTHON
(cd "$backup" && find . -type f ! -name restante.db) | while IFS= read -r name; do
  name=${name#./}
  if [ ! -e "$folder/$name" ]; then
    mkdir -p "$(dirname "$folder/$name")"
    cp "$backup/$name" "$folder/$name"
  elif ! cmp -s "$backup/$name" "$folder/$name"; then
    cp "$backup/$name" "$folder/$name.from-backup"
    echo "restore.sh: $folder/$name differs from the backup's and was left; compare it with $name.from-backup" >&2
    [ "$name" != restante.toml ] || echo "restore.sh: without its keys answers to mails sent before are not recognised" >&2
  fi
done
"${PYTHON:-python3}" - "$folder" <<'PYTHON'
import pathlib, sys, tomllib
folder = pathlib.Path(sys.argv[1]).resolve()
def named(value, key=""):
    if isinstance(value, dict):
        return [name for inner, one in value.items() for name in named(one, inner)]
    if isinstance(value, list):
        return [name for one in value for name in named(one)]
    return [value] if isinstance(value, str) and (key.endswith("_file") or key in ("certificate", "key")) else []
settings = folder / "restante.toml"
if not settings.exists():
    print("restore.sh: the backup holds no settings; put restante.toml in place", file=sys.stderr)
for name in named(tomllib.loads(settings.read_text(encoding="utf-8"))) if settings.exists() else ():
    if not (folder / name).exists():
        print(f"restore.sh: {settings} names {folder / name}, which is missing; put it in place", file=sys.stderr)
PYTHON
echo "$folder"
