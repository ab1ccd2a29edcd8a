#!/usr/bin/env bash
# needed_libraries_test.sh LIBRARY...: whatever the shared libraries that an installation holds need is
# one of them, or of the C and C++ run time, or in NVIDIA's CUDA toolkit. What else happens to lie on
# this machine does not count. Needs no GPU.
set -euo pipefail

readonly run_time='ld-linux-x86-64.so.2 libc.so.6 libdl.so.2 libgcc_s.so.1 libgomp.so.1 libm.so.6 libpthread.so.0
librt.so.1 libstdc++.so.6 libutil.so.1 libz.so.1'
# The toolkit of CUDA 13, which holds neither cuDNN nor NCCL.
readonly toolkit='libcublas.so.13 libcublasLt.so.13 libcufft.so.12 libcurand.so.10 libcusolver.so.12
libcusparse.so.12'

[ $# -gt 0 ] || { echo 'needed_libraries_test: no library was named' >&2; exit 1; }
here=" $run_time $toolkit ${*##*/} "
here=${here//$'\n'/ }
missing=0
for library in "$@"; do
  for needed in $(readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    [[ $here == *" $needed "* ]] && continue
    printf 'needed_libraries_test: %s needs %s, which is not installed with it\n' "${library##*/}" "$needed" >&2
    missing=$((missing + 1))
  done
done
[ "$missing" = 0 ]
printf 'all that %d libraries need is there\n' $#
