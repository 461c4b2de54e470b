#!/usr/bin/env bash
# scripts/build_dashboard.sh OUT: checks and builds the pages of dashboard/ into the folder OUT. Quiet unless
# something is wrong. CMake calls it when their sources have changed (cmake/dashboard.cmake).
set -euo pipefail
out=$(realpath -m "$1")
cd "$(dirname "$0")/../dashboard"

for program in node npm; do
  command -v "$program" >/dev/null || {
    echo "error: $program is missing, which builds the pages: run scripts/install_dependencies.sh" >&2
    exit 1
  }
done
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' || {
  echo "error: node $(node --version) is too old to build the pages: 18 or later is needed" >&2
  exit 1
}

# Two builds of one checkout share the packages.
exec 9< package.json
flock 9

log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() {
  "$@" > "$log" 2>&1 || {
    cat "$log" >&2
    echo "error: '$*' failed in dashboard/" >&2
    exit 1
  }
}

installed=node_modules/.dynajob-installed
if ! cmp -s package-lock.json "$installed"; then
  quietly npm ci --ignore-scripts --no-audit --no-fund
  cp package-lock.json "$installed"
fi
quietly npm run --silent check
for page in report app; do
  quietly npm run --silent build -- --mode "$page" --outDir "$out" --logLevel warn
done
