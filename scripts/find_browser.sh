#!/usr/bin/env bash
# Prints the browser of the Chromium family that tests run, the one that `dynajob report --png` would take:
# $DYNAJOB_BROWSER, else the first on the path. Fails where there is none.
set -euo pipefail
for name in ${DYNAJOB_BROWSER:-chromium chromium-browser google-chrome google-chrome-stable}; do
  command -v "$name" && exit 0
done
exit 1
