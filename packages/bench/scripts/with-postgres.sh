#!/bin/sh
# Runs a command beside a PostgreSQL server of its own, and removes the server again:
#   packages/bench/scripts/with-postgres.sh npm run bench -- saga --compare postgres
# PG_URL in the command's environment says where the server is. It listens on a Unix socket in its own folder and on no
# network, keeps its data where the benchmark keeps the log (TMPDIR, or /tmp), and syncs every commit.
set -eu

find_binaries() {
  command -v initdb >/dev/null && dirname "$(readlink -f "$(command -v initdb)")" && return
  for directory in /usr/lib/postgresql/*/bin; do
    [ -x "$directory/initdb" ] && echo "$directory" && return
  done
  return 1
}

if ! binaries=$(find_binaries); then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "with-postgres: install PostgreSQL first (Debian: apt-get install postgresql)" >&2
    exit 1
  fi
  # Debian starts a server of its own at installation, unless it is told not to.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] ||
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >&2
  binaries=$(find_binaries)
fi

# The server refuses to run as root.
as_server() {
  if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

folder=$(mktemp -d "${TMPDIR:-/tmp}/holdfast-postgres-XXXXXX")
cleanup() {
  as_server "$binaries/pg_ctl" stop --pgdata "$folder/data" --mode fast --silent >&2 || true
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
[ "$(id -u)" -ne 0 ] || chown postgres "$folder"

cd "$folder"
as_server "$binaries/initdb" --pgdata "$folder/data" --username postgres --auth trust --encoding UTF8 \
  --no-locale >"$folder/initdb.log"
# Memory for the whole shop, and checkpoints that are rare enough not to interrupt: what its owner would set.
cat >>"$folder/data/postgresql.conf" <<SETTINGS
listen_addresses = ''
unix_socket_directories = '$folder'
fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = 1GB
max_wal_size = 8GB
checkpoint_timeout = 30min
max_connections = 100
SETTINGS
as_server "$binaries/pg_ctl" start --pgdata "$folder/data" --log "$folder/server.log" --wait --silent >&2
cd "$OLDPWD"

PG_URL="socket://postgres@$folder?db=postgres" "$@"
