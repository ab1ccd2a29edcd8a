#!/usr/bin/env bash
# tensorboard_test.sh NMT-TRAIN FOLDER: tensorboard_comparison.py with the package tensorboard from the
# Python package index, installed into FOLDER once: 25 MB, as only what reads event files is fetched,
# not the server. Exit status 77 (skipped) where that cannot be.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$1 folder=$2

skip() {
  printf 'tensorboard_test: skipped: %s\n' "$1"
  exit 77
}

python=$(command -v python3) || skip 'needs python3'
reads_event_files() {
  PYTHONPATH=$folder "$python" -c \
    'from tensorboard.backend.event_processing import event_accumulator' 2>"$folder.log"
}
if ! reads_event_files; then
  "$python" -m pip install --quiet --no-cache-dir --no-deps --target "$folder" \
    --requirement "$here/tensorboard_requirements.txt" >"$folder.log" 2>&1 ||
    skip "the Python package index is out of reach (see $folder.log)"
  reads_event_files || skip "the package tensorboard does not run here (see $folder.log)"
fi
PYTHONPATH=$folder "$python" "$here/tensorboard_comparison.py" --nmt-train "$program"
