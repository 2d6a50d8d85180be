#!/bin/sh
# Runs a command beside a Kafka broker of its own, and removes it again:
#   scripts/with-kafka.sh npm run test:acceptance
# KAFKA_BROKERS in the command's environment says where it is; KAFKA_LIBS is the folder with Kafka's jars, for tests that end a
# broker of their own. The jars come from Maven Central, by Maven's ordinary client, once, and are kept in the user's cache.
# The broker listens on loopback only, on a free port, and its data goes with it. An address that is already set is used as it
# is. Without Java 17 or Maven the tests that need Kafka are skipped, and this says so.
set -eu

scripts=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/holdfast
if [ -n "${KAFKA_BROKERS:-}" ]; then exec "$@"; fi

skip() {
  echo "with-kafka: SKIPPED, $1: tests that need Kafka do not run" >&2
  shift
  exec "$@"
}

java -version >/dev/null 2>&1 || skip 'there is no Java' "$@"
libs=$cache/kafka-$(cksum <"$scripts/kafka/pom.xml" | cut -d ' ' -f 1)

folder=$(mktemp -d "${TMPDIR:-/tmp}/holdfast-kafka-XXXXXX")
server=
cleanup() {
  exec 9>&- || true
  if [ -n "$server" ]; then wait "$server" || true; fi
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

if [ ! -d "$libs" ]; then
  echo 'with-kafka: getting Kafka, once' >&2
  mkdir -p "$cache"
  if ! mvn -q -B -f "$scripts/kafka/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$folder/libs" >"$folder/maven.log" 2>&1 || ! mv "$folder/libs" "$libs"; then
    tail -5 "$folder/maven.log" >&2
    trap - EXIT && rm -rf "$folder"
    skip "Kafka can't be had here" "$@"
  fi
fi

# The broker ends when this pipe is closed: also when this script is killed.
mkfifo "$folder/alive"
exec 9<>"$folder/alive"
: >"$folder/address"
node "$scripts/kafka/server.js" "$libs" "$folder/data" <"$folder/alive" >"$folder/address" 2>"$folder/log" 9>&- &
server=$!
tries=0
until [ -s "$folder/address" ]; do
  tries=$((tries + 1))
  if [ $tries -gt 600 ] || ! kill -0 "$server" 2>/dev/null; then
    cat "$folder/log" >&2
    echo 'with-kafka: the broker did not start' >&2
    exit 1
  fi
  sleep 0.1
done
KAFKA_BROKERS=$(cut -d ' ' -f 1 "$folder/address")
export KAFKA_BROKERS KAFKA_LIBS="$libs"

"$@" 9>&-
