#!/bin/bash
# A mail host in one container: Dovecot, Postfix, their waker, rspamd with its server of keys, and the Celery workers
# with hands on the mail.
# Whichever ends takes the others along; the restart policy brings all of them back.
set -euo pipefail

make_certificate() {
  [[ -e /tls/cert.pem ]] && return
  local names="DNS:localhost,DNS:$MAIL_HOSTNAME,DNS:${KUPLOY_MX_HOSTS//,/,DNS:}"
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$MAIL_HOSTNAME" \
    -addext "subjectAltName=$names" -keyout /tls/key.pem -out /tls/cert.pem 2>/dev/null
}

# In a subshell: the servers need not carry the passwords in their environment.
configure() (
  export DB_HOST=db DB_PORT=5432 DB_NAME=kuploy TLS_CERT=/tls/cert.pem TLS_KEY=/tls/key.pem
  export MAIL_ROOT=$KUPLOY_MAIL_ROOT INTERNAL_HOST=$HOSTNAME INTERNAL_PORT=10026 INTERNAL_NETWORKS
  export IMAP_PORT=143 IMAPS_PORT=993 LMTP_PORT=24 DOVEADM_PORT=8080 SMTP_PORT=25 SUBMISSION_PORT=587
  export DOVECOT_RUN=/run/dovecot DOVECOT_STATE=/var/lib/dovecot DOVECOT_LOG=/dev/stderr DOVECOT_LISTEN=*
  export POSTFIX_CONF=/etc/postfix POSTFIX_SPOOL=/var/spool/postfix POSTFIX_DATA=/var/lib/postfix
  export POSTFIX_LOG=/dev/stdout POSTFIX_LOG_PREFIX=/dev POSTFIX_INTERFACES=all POSTFIX_PROTOCOLS=ipv4
  export INCOMING_MILTER_PORT=11332 OUTGOING_MILTER_PORT=11333 KEYS_PORT=11334 RSPAMD_DATA=/var/lib/rspamd
  export DOVECOT_DB_PASSWORD DOVEADM_KEY POSTFIX_DB_URLS KEYS_TOKEN DNS_ADDRESS
  # Only this container's own network may hand over mail unasked; the port is not published.
  INTERNAL_NETWORKS=$(ip -4 -oneline route show proto kernel scope link | cut -d ' ' -f 1 | paste -sd ,)
  DOVECOT_DB_PASSWORD=$(</secrets/dovecot_database)
  DOVEADM_KEY=$(</secrets/doveadm)
  KEYS_TOKEN=$(</secrets/keys)
  # Not inside the address, which Postfix writes to its log when a query fails.
  install -m 600 -o postfix /dev/null /var/lib/postfix/pgpass
  echo "*:*:*:kuploy_postfix:$(</secrets/postfix_database)" > /var/lib/postfix/pgpass
  POSTFIX_DB_URLS="postgresql://kuploy_postfix@$DB_HOST:$DB_PORT/$DB_NAME?passfile=/var/lib/postfix/pgpass"
  python -m deploy.templates deploy/dovecot/2.4 /etc/dovecot
  python -m deploy.templates deploy/postfix /etc/postfix
  python -m deploy.templates deploy/rspamd /etc/kuploy/rspamd
  if [[ $KUPLOY_DEMO = 1 ]]; then
    DNS_ADDRESS=$(getent ahostsv4 dns | head -n 1 | cut -d ' ' -f 1):53:1
    python -m deploy.templates deploy/offline/rspamd /etc/kuploy/rspamd/override.d
  fi
  chgrp -R postfix /etc/postfix/maps
  chgrp -R _rspamd /etc/kuploy/rspamd
)

filter_mail() {
  local places=(--var=LOCAL_CONFDIR=/etc/kuploy/rspamd)
  for name in DBDIR RUNDIR LOGDIR; do places+=("--var=$name=/var/lib/rspamd"); done
  exec setpriv --reuid=_rspamd --regid=_rspamd --init-groups rspamd -f -c /etc/kuploy/rspamd/rspamd.conf "${places[@]}"
}

start_all() {
  dovecot -F &
  # It may not read the key to Dovecot, which it has no use for.
  env -u KUPLOY_DOVEADM_KEY_FILE \
    setpriv --reuid=kuploy --regid=kuploy --init-groups python -m gunicorn kuploy.vault \
    --bind=127.0.0.1:11334 --threads=4 --no-control-socket --worker-tmp-dir=/dev/shm &
  filter_mail &
  /usr/lib/postfix/sbin/master -s &
  python -m deploy.wake /etc/postfix /etc/dovecot/dovecot.conf &
  setpriv --reuid=vmail --regid=vmail --init-groups python -m celery -A kuploy worker \
    --concurrency=2 -Q "mail.$KUPLOY_MAIL_HOST" -n "$KUPLOY_MAIL_HOST@%h" &
  setpriv --reuid=vmail --regid=vmail --init-groups python -m celery -A kuploy worker \
    --pool=threads --concurrency=8 -Q "move.$KUPLOY_MAIL_HOST" -n "move-$KUPLOY_MAIL_HOST@%h" &
}

stop_all() {
  trap '' TERM INT
  kill -TERM $(jobs -p) 2>/dev/null || true
  wait
  exit "$1"
}

make_certificate
configure
# Left behind by a container that was killed; the process that it names is another one now.
rm -f /run/dovecot/master.pid
postfix check
trap 'stop_all 0' TERM INT
start_all
wait -n || true
echo "One of the servers ended by itself, so the container ends." >&2
stop_all 1
