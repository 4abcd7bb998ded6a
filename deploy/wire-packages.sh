#!/bin/sh
# Installs what the wire tests talk to, as root and on Debian or Ubuntu; otherwise says plainly what is missing.
# usage: wire-packages.sh yes|no|required
set -u
PACKAGES="postfix dovecot-core dovecot-imapd dovecot-lmtpd neomutt s-nail aerc tmux bsdutils openssl postgresql"
missing=""
# Thunderbird is left to whoever wants it: it is larger than all of these together.
for pair in postfix:postfix dovecot:dovecot-core neomutt:neomutt s-nail:s-nail aerc:aerc tmux:tmux script:bsdutils \
  openssl:openssl; do
  PATH="$PATH:/usr/sbin:/sbin" command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
[ -d /usr/lib/dovecot ] && [ -x /usr/lib/dovecot/imap ] || missing="$missing dovecot-imapd"
[ -x /usr/lib/dovecot/lmtp ] || missing="$missing dovecot-lmtpd"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -z "$missing" ] && exit 0
if [ "$1" = no ]; then
  echo "Wire tests: left out, as WIRE=no asks (they would need:$missing)."
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Wire tests: installing as root what they talk to:$missing (WIRE=no declines)."
  export DEBIAN_FRONTEND=noninteractive
  # Postfix asks how it should be set up; the tests start their own instance and want none of it.
  echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections 2>/dev/null || true
  apt-get update -qq >/dev/null 2>&1 || true
  # shellcheck disable=SC2086
  apt-get install -y -qq --no-install-recommends $PACKAGES >/dev/null 2>&1 && exit 0
  echo "Wire tests: the installation failed; try it by hand: apt-get install $PACKAGES"
else
  echo "Wire tests: these will not run; install on Debian or Ubuntu: sudo apt-get install$missing"
fi
[ "$1" = required ] && exit 1
exit 0
