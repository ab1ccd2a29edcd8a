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
  PIP_EXTRA_INDEX_URL='' PIP_FIND_LINKS="${wheels:-}" PIP_RETRIES=0 "$work/clone/tools/setup" "$@"; }

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

# Each wheel by itself: one that is missing is named and fetched, what is there stays.
printf '#!/bin/sh\n' >"$work/refusing/nvcc"
chmod +x "$work/refusing/nvcc"
torch=$work/clone/.deps/libtorch-2.11.0
for file in torch/include/torch/library.h torch/lib/lib{torch_cpu,c10,torch_cuda,c10_cuda,torch_nvshmem}.so \
  nvidia/cu13/lib/lib{cudart.so.13,cupti.so.13,cufile.so.0} nvidia/cusparselt/lib/libcusparseLt.so.0 \
  nvidia/nvshmem/lib/libnvshmem_host.so.3; do
  mkdir -p "$torch/${file%/*}"
  echo 'was there' >"$torch/$file"
done
run 0 setup --check
run 1 setup --check --cuda
says 'missing: LibTorch 2.11.0 (nvidia/cudnn/lib/libcudnn.so.9 of nvidia-cudnn-cu13==9.19.0.56)'
says 'missing: LibTorch 2.11.0 (nvidia/nccl/lib/libnccl.so.2 of nvidia-nccl-cu13==2.28.9)'
run 1 setup --cuda
says 'from the Python package index: nvidia-cudnn-cu13==9.19.0.56 nvidia-nccl-cu13==2.28.9.'
[ -e "$torch/torch/lib/libc10.so" ] || fail "a failed set-up lost what was there"

make_wheel() {  # NAME VERSION FILE...
  local name=$1 version=$2 file
  shift 2
  mkdir -p "$work/wheel/$name-$version.dist-info" "$work/wheels"
  printf 'Metadata-Version: 2.1\nName: %s\nVersion: %s\n' "${name//_/-}" "$version" \
    >"$work/wheel/$name-$version.dist-info/METADATA"
  printf 'Wheel-Version: 1.0\n' >"$work/wheel/$name-$version.dist-info/WHEEL"
  for file in "$@"; do
    mkdir -p "$work/wheel/${file%/*}"
    echo fetched >"$work/wheel/$file"
  done
  (cd "$work/wheel" && python3 -m zipfile -c "$work/wheels/$name-$version-py3-none-manylinux_2_27_x86_64.whl" ./*)
  rm -r "$work/wheel"
}
make_wheel nvidia_cudnn_cu13 9.19.0.56 nvidia/cudnn/lib/libcudnn.so.9 nvidia/cudnn/lib/libcudnn_graph.so.9
make_wheel nvidia_nccl_cu13 2.28.9 nvidia/nccl/lib/libnccl.so.2
wheels=$work/wheels
run 0 setup --cuda
says 'all there'
[ "$(cat "$torch/nvidia/nccl/lib/libnccl.so.2" "$torch/torch/lib/libc10.so")" = $'fetched\nwas there' ] ||
  fail "not the missing wheels alone were fetched"
run 0 setup --check --cuda
wheels=

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
