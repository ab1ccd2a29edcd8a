#!/usr/bin/env bash
# install_test.sh BUILD-FOLDER: installs to a temporary prefix, moves the prefix, and starts every
# program from / with an empty environment. The libraries must come from the moved prefix.
set -euo pipefail

build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  printf 'install_test: %s\n' "$*" >&2
  exit 1
}

cmake --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/moved"
cd /
started=0
for program in "$work"/moved/bin/*; do
  name=${program##*/}
  env -i "$program" --help >"$work/help" || fail "$name --help: exit status $?"
  grep -q "$name" "$work/help" || fail "the help page of $name does not name it"
  env -i ldd "$program" >"$work/libraries"
  if grep -q 'not found' "$work/libraries"; then fail "$name: $(grep 'not found' "$work/libraries")"; fi
  if grep -E 'lib(torch|c10|cudart|cupti|cudnn|nccl|nvshmem|cusparseLt|cufile)' "$work/libraries" |
    grep -v "=> $work/moved/"; then
    fail "$name takes LibTorch, or what comes with it, from outside its prefix"
  fi
  started=$((started + 1))
done
[ "$started" -ge 1 ] || fail "no program was installed"
printf '%d programs start after moving the prefix\n' "$started"
