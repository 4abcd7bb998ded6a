#!/bin/sh
# Puts a backup back. Stop Restante first; what is in the way is set aside, never written over.
# usage: restore.sh BACKUP FOLDER      BACKUP as backup.sh made it; FOLDER is where `restante serve` will run
# Mail sent since the backup is not known to the restored store: digests and reminders of that time may go again.
set -eu
umask 077
[ $# = 2 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
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
if [ -f "$backup/restante.toml" ] && [ ! -e "$folder/restante.toml" ]; then
  cp "$backup/restante.toml" "$folder/restante.toml"
elif [ -f "$backup/restante.toml" ] && ! cmp -s "$backup/restante.toml" "$folder/restante.toml"; then
  cp "$backup/restante.toml" "$folder/restante.toml.from-backup"
  echo "restore.sh: $folder/restante.toml differs from the backup's and was left; compare it with restante.toml.from-backup: without its keys answers to mails sent before are not recognised" >&2
fi
echo "$folder"
