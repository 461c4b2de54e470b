#!/usr/bin/env bash
# Installs what dynajob is built and tested with (Debian 12 packages), and the packages named as
# arguments. Quiet when nothing is missing.
set -euo pipefail

packages=(
  g++ cmake ninja-build ccache pkg-config make git ca-certificates
  libtorch-dev libopenblas-dev libsqlite3-dev zlib1g-dev libzstd-dev libsimdjson-dev libfmt-dev
  nlohmann-json3-dev libtomlplusplus-dev libcli11-dev
  libmongoc-dev libcurl4-openssl-dev libssl-dev libicu-dev libdnnl-dev libcpp-httplib-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  python3 python3-venv
  "$@"
)

# They build dashboard/. A machine may have others than Debian's, which will do.
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
run=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "error: run as root, or install sudo" >&2; exit 1; }
  run=(sudo)
fi
"${run[@]}" apt-get update -qq
"${run[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
