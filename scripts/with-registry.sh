#!/bin/sh
# Runs a command beside a schema registry of its own (Apicurio, in memory), and removes it again:
#   scripts/with-registry.sh npm run test:acceptance -- packages/bridge
# TEST_REGISTRY_URL in the command's environment says where its Confluent API is. The registry comes from Maven Central, by Maven's
# ordinary client, once (142 MB), and is kept in the user's cache. It listens on loopback only, on a free port. An address that
# is already set is used as it is. Without Java 17 or Maven the tests that need it are skipped, and this says so.
set -eu

version=2.6.13.Final
cache=${XDG_CACHE_HOME:-$HOME/.cache}/holdfast
home=$cache/apicurio-$version
if [ -n "${TEST_REGISTRY_URL:-}" ]; then exec "$@"; fi

skip() {
  echo "with-registry: SKIPPED, $1: tests that need a schema registry do not run" >&2
  shift
  exec "$@"
}

java -version >/dev/null 2>&1 || skip 'there is no Java' "$@"

folder=$(mktemp -d "${TMPDIR:-/tmp}/holdfast-registry-XXXXXX")
keeper=
cleanup() {
  exec 9>&- || true
  if [ -n "$keeper" ]; then wait "$keeper" || true; fi
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

if [ ! -d "$home" ]; then
  echo 'with-registry: getting Apicurio, once' >&2
  mkdir -p "$cache" "$folder/app"
  if ! mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -DoutputDirectory="$folder" \
    -Dartifact=io.apicurio:apicurio-registry-app:$version:tar.gz:all >"$folder/maven.log" 2>&1 ||
    ! tar -xzf "$folder"/apicurio-registry-app-*.tar.gz -C "$folder/app" || ! mv "$folder/app" "$home"; then
    tail -5 "$folder/maven.log" >&2
    trap - EXIT && rm -rf "$folder"
    skip "the registry can't be had here" "$@"
  fi
fi

# The registry ends when this pipe is closed: also when this script is killed.
mkfifo "$folder/alive"
exec 9<>"$folder/alive"
{
  java -Xmx512m -Dquarkus.http.host=127.0.0.1 -Dquarkus.http.port=0 -Dquarkus.log.console.format='%m%n' \
    -jar "$home/apicurio-registry-app-$version-runner.jar" >"$folder/log" 2>&1 9>&- </dev/null &
  registry=$!
  cat >/dev/null
  kill "$registry" 2>/dev/null || true
  wait "$registry" || true
} <"$folder/alive" 9>&- &
keeper=$!

tries=0
until address=$(sed -n 's/.*Listening on: \(http:\/\/[0-9.:]*\).*/\1/p' "$folder/log" 2>/dev/null) && [ -n "$address" ]; do
  tries=$((tries + 1))
  if [ $tries -gt 900 ]; then
    tail -20 "$folder/log" >&2
    echo 'with-registry: the registry did not start' >&2
    exit 1
  fi
  sleep 0.1
done
TEST_REGISTRY_URL=$address/apis/ccompat/v7
export TEST_REGISTRY_URL

"$@" 9>&-
