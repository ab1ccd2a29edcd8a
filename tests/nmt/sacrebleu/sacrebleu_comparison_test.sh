#!/usr/bin/env bash
# sacrebleu_comparison_test.sh NMT-SCORE FOLDER [EVERY]: each EVERY-th of 11,000 drawn command lines, given to NMT-SCORE and
# to sacreBLEU from the Python package index, installed into FOLDER once. Exit status 77 (skipped) where that cannot be.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$1 folder=$2 every=${3:-50}

skip() {
  printf 'sacrebleu_comparison_test: skipped: %s\n' "$1"
  exit 77
}

python=$(command -v python3.11) || skip 'needs CPython 3.11, whose Unicode tables decide lower case'
if ! "$python" - "$folder" <<'PYTHON' 2>"$folder.log"
import sys
sys.path.insert(0, sys.argv[1])
import sacrebleu, sentencepiece
PYTHON
then
  "$python" -m pip install --quiet --no-cache-dir --target "$folder" \
    --requirement "$here/requirements.txt" >"$folder.log" 2>&1 ||
    skip "the Python package index is out of reach (see $folder.log)"
fi
PYTHONPATH=$folder "$python" -B "$here/../../../tools/scripts/draw_score_commands.py" \
  compare "$program" 1 --every "$every"
