#!/bin/sh
# Runs a command beside MongoDB-protocol servers of its own, and removes them again:
#   scripts/with-mongodb.sh npm run test:acceptance
# MONGODB_URL in the command's environment says where one without transactions is: FerretDB on SQLite (scripts/ferretdb,
# built with Go). MONGODB_REPLICA_SET_URL is one with transactions: SecantusDB (scripts/secantusdb, from PyPI). Both are
# got once and kept in the user's cache; they listen on loopback only, on free ports, and their data goes with them. An
# address that is already set is used as it is. What can't be had here is left out, and says so: its tests are skipped.
set -eu

scripts=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/holdfast
folder=$(mktemp -d "${TMPDIR:-/tmp}/holdfast-mongodb-XXXXXX")
# The servers end when this pipe is closed: also when this script is killed.
mkfifo "$folder/alive"
servers=
cleanup() {
  exec 9>&-
  for pid in $servers; do wait "$pid" || true; done
  rm -rf "$folder"
}
exec 9<>"$folder/alive"
trap cleanup EXIT
trap 'exit 130' INT TERM

# name, where to keep it, how to get it: false when it can't be had
have() {
  [ -e "$2" ] && return
  echo "with-mongodb: getting $1, once (a minute or two)" >&2
  mkdir -p "$cache" && "$3" "$folder/$1" >"$folder/$1.log" 2>&1 && mv "$folder/$1" "$2" && return
  tail -5 "$folder/$1.log" >&2
  echo "with-mongodb: SKIPPED, $1 can't be had here: tests that need it do not run" >&2
  return 1
}

# FerretDB 1.24 looks documents up by another expression than it indexes them by, so that each look-up reads the whole
# collection; and it keeps a connection for each document that a call updates, so that more than 100 wait for ever.
get_ferretdb() (
  export CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-buildvcs=false GOWORK=off
  cp -r "$scripts/ferretdb" "$1.d" && cd "$1.d" && go mod download &&
    cp -r "$(go list -m -f '{{.Dir}}' github.com/FerretDB/FerretDB)" patched && chmod -R u+w patched &&
    (cd patched && git apply ../look-ups.patch) &&
    go mod edit -replace github.com/FerretDB/FerretDB=./patched &&
    go build -trimpath -ldflags '-s -w' -o "$1" .
)

get_secantusdb() {
  python3 -m pip install --quiet --target "$1" -r "$scripts/secantusdb/requirements.txt"
}

# name, command: sets `address`
serve() {
  name=$1 && shift
  mkdir "$folder/$name-data"
  : >"$folder/$name-address"
  "$@" "$folder/$name-data" <"$folder/alive" >"$folder/$name-address" 2>"$folder/$name-log" 9>&- &
  servers="$servers $!"
  tries=0
  until [ -s "$folder/$name-address" ]; do
    tries=$((tries + 1))
    if [ $tries -gt 300 ]; then
      cat "$folder/$name-log" >&2
      echo "with-mongodb: $name did not start" >&2
      exit 1
    fi
    sleep 0.1
  done
  address=$(cat "$folder/$name-address")
}

version_of() { cat "$@" | cksum | cut -d ' ' -f 1; }

if [ -z "${MONGODB_URL:-}" ]; then
  binary=$cache/ferretdb-$(version_of "$0" "$scripts"/ferretdb/*)
  if have ferretdb "$binary" get_ferretdb; then
    serve ferretdb "$binary"
    # For tests that end a server of their own.
    export MONGODB_URL="$address" FERRETDB="$binary"
  fi
fi

if [ -z "${MONGODB_REPLICA_SET_URL:-}" ]; then
  library=$cache/secantusdb-$({ cat "$scripts"/secantusdb/*; python3 -V || true; } 2>/dev/null | version_of)
  if have secantusdb "$library" get_secantusdb; then
    serve secantusdb env PYTHONPATH="$library" python3 "$scripts/secantusdb/server.py"
    export MONGODB_REPLICA_SET_URL="$address"
  fi
fi

"$@" 9>&-
