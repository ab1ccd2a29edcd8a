#!/usr/bin/env bash
# setup_test.sh SOURCE-FOLDER: what tools/setup says when things are missing or out of reach. Works in
# a temporary folder and installs nothing: the archive and the index that it meets refuse everything.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/clone/tools"
cp "$1/tools/setup" "$work/clone/tools/"

# run STATUS COMMAND...: runs, keeps the output, and insists on the exit status.
run() {
  local wanted=$1 status=0
  shift
  "$@" >"$work/output" 2>&1 || status=$?
  [ "$status" = "$wanted" ] || fail "exit status $status, not $wanted, of: $*"
}
says() { grep -qF -- "$1" "$work/output" || fail "the output does not say: $1"; }
fail() {
  printf 'setup_test: %s\n' "$*" >&2
  cat "$work/output" >&2
  exit 1
}
mkdir "$work/refusing"
printf '#!/bin/sh\nexit 100\n' >"$work/refusing/apt-get"
chmod +x "$work/refusing/apt-get"
setup() { env PATH="${path:-$work/refusing:$PATH}" CMAKE_PREFIX_PATH="${own:-}" PIP_INDEX_URL=http://127.0.0.1:9/ \
  PIP_EXTRA_INDEX_URL='' PIP_FIND_LINKS='' PIP_RETRIES=0 "$work/clone/tools/setup" "$@"; }

run 0 setup --help
says 'usage: tools/setup'
run 2 setup --chekc
says "unknown argument '--chekc'"

run 1 setup --check
says 'missing: LibTorch 2.11.0'
[ ! -e "$work/clone/.deps" ] || fail "--check made .deps"

run 1 setup
says 'cannot fetch these wheels from the Python package index: torch==2.11.0'
says 'CMAKE_PREFIX_PATH'
[ -z "$(ls -A "$work/clone/.deps")" ] || fail "a failed set-up left something in .deps"

own=$work/own
mkdir -p "$own/include/torch" "$own/lib"
touch "$own/include/torch/library.h"
run 0 setup --check
says 'nothing is missing'
run 0 setup

# A package that only some want, and that cannot be had, is no reason to fail.
sed -i 's,mecab-ipadic:.*,mecab-ipadic:/no/such/file'"\\'"',' "$work/clone/tools/setup"
run 0 setup --check
says 'missing: optional package mecab-ipadic'
run 0 setup
says 'going on without mecab-ipadic'
cp "$1/tools/setup" "$work/clone/tools/"
run 1 setup --check --cuda
says 'has no CUDA'

# A machine without Ninja whose archive refuses.
mkdir "$work/bin"
for command in bash env dirname id awk sort cmake g++ ccache python3 unzip grep cat; do
  [ -z "$(type -P "$command")" ] || ln -s "$(type -P "$command")" "$work/bin/$command"
done
cp "$work/refusing/apt-get" "$work/bin/"
printf '#!/bin/sh\nexec "$@"\n' >"$work/bin/sudo"
chmod +x "$work/bin/apt-get" "$work/bin/sudo"
path=$work/bin
run 1 setup --check
says 'missing: package ninja-build'
run 1 setup
says 'ninja-build'
says 'by hand'
rm "$work/bin/apt-get"
run 1 setup
says 'apt-get, which this script installs with, is not here'
echo "tools/setup says what it should"
