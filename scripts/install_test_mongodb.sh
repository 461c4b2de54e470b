#!/usr/bin/env bash
# Builds the MongoDB server that the tests run against into build/test-mongodb: mongo-java-server from
# Maven Central at the version in tests/servers/mongodb/pom.xml, with mongo-java-server.patch applied.
# Quiet when there is nothing to do; prints the folder. docs/architecture.md says why this server.
set -euo pipefail
cd "$(dirname "$0")/.."

sources=tests/servers/mongodb
target=build/test-mongodb
inputs=$(cat "$sources"/* "$0" | sha256sum | cut -d' ' -f1)
if [ "$(cat "$target/inputs" 2>/dev/null || true)" = "$inputs" ]; then
  echo "$target"
  exit 0
fi

scripts/install_dependencies.sh openjdk-17-jdk-headless maven patch >&2
echo "Building the test server in $target" >&2
mkdir -p build
work=$(mktemp -d build/test-mongodb.XXXXXX)
trap 'rm -rf "$work"' EXIT

for attempt in 1 2 3; do
  mvn -q -B -f "$sources/pom.xml" dependency:copy-dependencies \
    -DoutputDirectory="$PWD/$work/jars" > "$work/log" 2>&1 && break
  if [ "$attempt" -eq 3 ]; then
    cat "$work/log" >&2
    echo "error: mongo-java-server could not be downloaded" >&2
    exit 1
  fi
  sleep $((attempt * 5))
done
(cd "$work/jars" && sha256sum --check --quiet --strict) < "$sources/jars.sha256" >&2

mkdir "$work/patched" "$work/classes"
(cd "$work/patched" && jar xf ../jars/mongo-java-server-core-*-sources.jar)
rm "$work"/jars/*-sources.jar
patch -s -p1 -d "$work/patched" < "$sources/mongo-java-server.patch" >&2
mapfile -t changed < <(sed -n 's#^+++ b/##p' "$sources/mongo-java-server.patch")
javac -nowarn -proc:none -XDsuppressNotes -cp "$work/jars/*" -d "$work/classes" \
  "${changed[@]/#/$work/patched/}" "$sources/TestMongoServer.java" >&2
rm -rf "$work/patched" "$work/log"

echo "$inputs" > "$work/inputs"
chmod 755 "$work"
rm -rf "$target"
mv "$work" "$target"
echo "$target"
