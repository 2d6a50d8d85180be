#!/bin/sh
# Runs a command beside a MongoDB-protocol server of its own, and removes the server again:
#   scripts/with-mongodb.sh npm test
# MONGODB_URL in the command's environment says where the server is. It is FerretDB on SQLite (scripts/ferretdb), built
# once with Go and kept in the user's cache; it listens on loopback only, on a free port, and keeps its data in a folder
# that goes with it. A MONGODB_URL that is already set is used as it is. Where the server can't be built or started, the
# command runs without it, and says so: the tests that need it are skipped.
set -eu

if [ -n "${MONGODB_URL:-}" ]; then exec "$@"; fi

source=$(cd "$(dirname "$0")/ferretdb" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/holdfast
version=$(cat "$source"/* "$0" | cksum | cut -d ' ' -f 1)
server=$cache/ferretdb-$version

# FerretDB 1.24 looks documents up by `->'$._id'` and indexes them by `->"_id"`, so that each look-up reads the whole
# collection; and it keeps a connection for each document that a call updates, so that more than 100 wait for ever.
build() (
  command -v go >/dev/null || { echo "there is no Go" && exit 1; }
  work=$(mktemp -d "${TMPDIR:-/tmp}/holdfast-ferretdb-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  export CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-buildvcs=false GOWORK=off
  cp "$source"/* "$work/" && cd "$work" && go mod download &&
    cp -r "$(go list -m -f '{{.Dir}}' github.com/FerretDB/FerretDB)" patched && chmod -R u+w patched &&
    sed -i "s/\"->'\\\$._id'\"/\`->\"_id\"\`/" patched/internal/backends/sqlite/metadata/metadata.go &&
    sed -i -e '/^\t\tdefer closer.Close()$/d' -e 's/^\t\tresult, err := common.UpdateDocument(.*/&\n\t\tcloser.Close()/' \
      patched/internal/handler/msg_update.go &&
    grep -q '`->"_id"`' patched/internal/backends/sqlite/metadata/metadata.go &&
    grep -q '^		closer.Close()$' patched/internal/handler/msg_update.go &&
    go mod edit -replace github.com/FerretDB/FerretDB=./patched &&
    go build -trimpath -ldflags '-s -w' -o server . &&
    mkdir -p "$cache" && rm -f "$cache"/ferretdb-* && mv server "$server"
)

if [ ! -x "$server" ]; then
  echo "with-mongodb: building FerretDB, once (a minute or two)" >&2
  if ! reason=$(build 2>&1); then
    echo "$reason" | tail -5 >&2
    echo "with-mongodb: SKIPPED, tests that need a MongoDB-protocol server do not run: it can't be built here" >&2
    exec "$@"
  fi
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/holdfast-mongodb-XXXXXX")
mkdir "$folder/data"
# The server ends when this pipe is closed: also when this script is killed.
mkfifo "$folder/alive"
"$server" "$folder/data" <"$folder/alive" >"$folder/address" 2>"$folder/log" &
pid=$!
exec 9>"$folder/alive"
cleanup() {
  exec 9>&-
  wait "$pid" || true
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

while [ ! -s "$folder/address" ]; do
  if ! kill -0 "$pid" 2>/dev/null; then
    cat "$folder/log" >&2
    echo "with-mongodb: the server did not start" >&2
    exit 1
  fi
  sleep 0.1
done

MONGODB_URL=$(cat "$folder/address") "$@" 9>&-
