#!/usr/bin/env python3
"""Records what Python 3.11's argparse makes of many command lines: the oracle of ArgumentParser's test.

    python3.11 tools/scripts/record_argparse_goldens.py > tests/golden/argparse/command_lines.jsonl

The options are those that tests/nmt/sacrebleu/argument_parser_test.cpp declares; values are those that are not the default.
"""

import argparse
import contextlib
import io
import json
import random
import sys


def make_parser():
    parser = argparse.ArgumentParser(prog="program")
    parser.add_argument("refs", nargs="*", default=[])
    parser.add_argument("--input", "-i", nargs="*", default=None)
    parser.add_argument("--metrics", "-m", nargs="+", choices=["bleu", "chrf"], default=["bleu"])
    parser.add_argument("--test-set", "-t", default=None)
    parser.add_argument("--tokenize", "-tok", default=None)
    parser.add_argument("--width", "-w", type=int, default=1)
    parser.add_argument("--smooth-method", "-s", choices=["none", "exp"], default="exp")
    parser.add_argument("--smooth-value", "-sv", type=float, default=None)
    parser.add_argument("--sentence-level", "-sl", action="store_true")
    parser.add_argument("--quiet", "-q", action="store_true")
    parser.add_argument("--score-only", "-b", action="store_true")
    parser.add_argument("--citation", "--cite", action="store_true")
    parser.add_argument("--paired-ar", "-par", action="store_true")
    parser.add_argument("--paired-bs", "-pbs", action="store_true")
    parser.add_argument("--paired-bs-n", "-pbsn", type=int, default=1000)
    return parser


PIECES = """r1 r2 a-b -i --input --inp --input=x -i=x -ix -m --metrics bleu chrf bleu rouge -t -tx -t=x -to -tok
-tok=13a --tok --to=x --t -w -w4 -w=4 4 -4 -4.5 -.5 -1e5 1_000 _1 +7 0x1 --width --width=2 --wid=3 -w= -s -sexp -s=none exp
none -sv -sv=0.5 0.25 nan inf 1e400 -sl -slx --s --sent -q -qb -bq -qbw4 -qw -qw=4 -qx -q=1 -q= -b --score-o --cit --cite
-par -pbs -pbsn -pbsn5 -pa -pb --paired --paired-b --paired-bs --paired-bs-n=7 -- - -x --unknown --unknown=1 -z=1""".split()
PIECES += ["", "-a b", " 5 ", "-5 "]


def record(parser, arguments):
    with contextlib.redirect_stderr(io.StringIO()):
        try:
            values = vars(parser.parse_args(arguments))
        except SystemExit as request:
            return {"arguments": arguments, "status": request.code}
    values["smooth_value"] = repr(values["smooth_value"])
    given = {name: value for name, value in values.items() if value not in (None, "None", parser.get_default(name))}
    return {"arguments": arguments, "status": 0, "values": given}


def main():
    assert sys.version_info[:2] == (3, 11), sys.version
    parser = make_parser()
    source = random.Random(11)
    lines = [[piece] for piece in PIECES] + [[a, b] for a in PIECES for b in PIECES[::3]]
    while len(lines) < 3500:
        lines.append([source.choice(PIECES) for _ in range(source.randrange(3, 8))])
    for arguments in lines:
        result = record(parser, arguments)
        # Of long random lines most are refused for the same few reasons; keep every tenth of those.
        if result["status"] == 0 or len(arguments) < 3 or source.randrange(10) == 0:
            print(json.dumps(result))


if __name__ == "__main__":
    main()
