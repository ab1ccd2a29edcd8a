#!/usr/bin/env python3
"""Records what sacreBLEU 2.6.0 prints into tests/golden/metrics: the oracle of nmt-score's tests.

    python3.11 -m venv venv
    venv/bin/pip install sacrebleu==2.6.0 numpy==2.4.6 regex==2026.11.15 tabulate==0.10.0
    venv/bin/python tools/scripts/record_score_goldens.py tests/golden/metrics

Writes programs.jsonl (command lines, run in texts/), tokens.jsonl (tokenizers), numbers.jsonl (random
numbers, means, formats), scores.jsonl (the API) and unicode.txt (one checksum a property, over all code points).
"""

import contextlib
import json
import os
import random
import statistics
import sys

import numpy as np
import regex
from sacrebleu import sacrebleu
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.significance import estimate_ci
from sacrebleu.tokenizers.tokenizer_ter import TercomTokenizer

ONE = ["ref0.txt", "-i", "sys0.txt"]
TWO = ["ref0.txt", "ref1.txt", "-i", "sys0.txt"]
SYSTEMS = ["ref0.txt", "-i", "sys0.txt", "sys1.txt"]
ALL = ["-m", "bleu", "chrf", "ter"]


def command_lines():
    """[(arguments, name of the standard input or None, environment)]."""
    cases = []

    def add(*arguments, stdin=None, **environment):
        cases.append((list(arguments), stdin, environment))

    for texts in (ONE, TWO, ["ref0.txt", "-i", "ref0.txt"], ["ref0.txt", "-i", "empty_lines.txt"],
                  ["empty_lines.txt", "-i", "sys0.txt"], ["empty_lines.txt", "-i", "empty_lines.txt"],
                  ["short_ref.txt", "-i", "short.txt"], ["one_ref.txt", "-i", "one.txt"]):
        for tokenizer in ("none", "13a", "intl", "char", "zh"):
            add(*texts, "-tok", tokenizer, "-w", "15")
            add(*texts, "-tok", tokenizer, "-lc", "-f", "text", "-sh")
        for method, value in (("none", None), ("floor", None), ("floor", "0.01"), ("add-k", None),
                              ("add-k", "0.5"), ("exp", None), ("exp", "3")):
            options = ["-s", method] + (["-sv", value] if value else [])
            add(*texts, *options, "-w", "12", "-f", "text")
            add(*texts, "-sl", *options, "-w", "6")
        for options in ([], ["-cw", "2"], ["-cc", "3", "-cw", "1", "--chrf-beta", "1"], ["-cc", "9"],
                        ["-cc", "0", "-cw", "3"], ["--chrf-whitespace"], ["--chrf-lowercase", "-cw", "2"],
                        ["--chrf-eps-smoothing"]):
            add(*texts, "-m", "chrf", *options, "-w", "15", "-f", "text")
            add(*texts, "-m", "chrf", *options, "-sl", "-b", "-w", "9")
        for mask in range(16):
            flags = ["--ter-normalized", "--ter-no-punct", "--ter-asian-support", "--ter-case-sensitive"]
            chosen = [flag for i, flag in enumerate(flags) if mask >> i & 1]
            add(*texts, "-m", "ter", *chosen, "-w", "12", "-f", "text")
        add(*texts, "-m", "ter", "-sl")
        for count in ("1", "2", "40", "300"):
            for form in ("json", "text"):
                add(*texts, *ALL, "-ci", "-cin", count, "-w", "9", "-f", form)
    for width in ("0", "1", "3", "20"):
        for form in ("json", "text", "latex"):
            add(*TWO, "-m", "ter", "chrf", "bleu", "-w", width, "-f", form)
            add(*TWO, *ALL, "-w", width, "-f", form, "-b")
            add(*SYSTEMS, "-m", "ter", "bleu", "-w", width, "-f", form)
    for test in (["-par", "-parn", "60"], ["-pbs", "-pbsn", "60"]):
        for form in ("json", "text", "latex"):
            metrics = ["-m", "bleu"] if test[0] == "-pbs" and form == "json" else ["-m", "ter", "bleu", "chrf"]
            add(*SYSTEMS, *metrics, *test, "-f", form, "-w", "4")
            add(*SYSTEMS, "sys0.txt", *metrics, *test, "-f", form, "-sh")
            add("ref0.txt", "-i", "2.50", "1e3", *metrics, *test, "-f", form, SACREBLEU_SEED="77")
            add("ref0.txt", *metrics, *test, "-f", form, stdin="systems3.tsv")
    for form in ("json", "text", "latex"):
        add("ref0.txt", "-i", "2.50", "1e3", "-f", form)
        add("ref0.txt", "-i", "näme.txt", "odd_%&#{}~^.txt", "2.50", "-f", form)
        add("ref0.txt", "-i", "2.50", "1e3", "-f", form, "-nc", "-w", "3")
        add("ref0.txt", "-i", *ONE[2:], "-d", "-f", form)
        add("ref0.txt", stdin="sys0.txt", SACREBLEU_FORMAT=form.upper())
        add("ref0.txt", "-f", form, stdin="systems3.tsv")
        add("ref0.txt", "-f", form, "-i")
    add(*TWO, *ALL, "-ci", "-w", "8", SACREBLEU_SEED="4294967299")
    add("ref0.gz", "-i", "sys0.txt")
    add("refs.tsv", "-nr", "2", "-i", "sys0.txt", *ALL)
    add("carriage_ref.txt", "-i", "carriage.txt")
    add("carriage_ref4.txt", "-f", "text", stdin="carriage.txt")
    add("latin1_ref.txt", "-i", "latin1.txt", "-e", "latin-1")
    for language in ("en-zh", "en-de", "zh-en-x"):
        add(*ONE, "-l", language)
        add(*ONE, "-l", language, "-tok", "intl")
    refused = [["-l", "xx"], ["-sl", *ALL], ["-m", "bleu", "bleu", "-sl"], ["-w", "-1"], ["-w", "x"],
               ["--paired"], ["-to", "13a"], ["-q", "again"], ["-ci", "-sl"], ["-par"], ["-nr", "3"],
               ["-tok", "14a"], ["-m", "rouge"], ["-par", "-pbs"], ["-e", "utf-9"], ["--subset", "x"]]
    for options in refused:
        add(*ONE, *options)
    add("ref0.txt", "-i", "sys0.txt", "sys0.txt")
    add("ref0.txt", "-i", "sys0.txt", "sys1.txt", "-ci")
    add("ref0.txt", "-i", "sys0.txt", "sys1.txt", "-sl")
    add("ref0.txt", "-i", "one.txt")
    add("ref0.txt", "-i", "absent.txt")
    add("refs.tsv", "refs.tsv", "-nr", "2", "-i", "sys0.txt")
    add("refs.tsv", "-nr", "3", "-i", "sys0.txt")
    add("latin1_ref.txt", "-i", "latin1.txt")
    add("ref0.txt", stdin="systems.tsv")
    add("ref0.txt", stdin="ragged.tsv")
    add("-i", "sys0.txt")
    add(*ONE, *ALL, "-w4", "--tok=intl", "--smooth-m", "floor", "-qb")
    add(*ONE, "-w=4", "-w", "2", "--chrf-w", "-m", "bleu", "chrf", "bleu", "--", )
    return cases


def run_case(arguments, stdin, environment, type_error=1):
    """(exit status, standard output) of sacreBLEU, run in a child of this process. `type_error`: the status of a
    TypeError, which it never raises on purpose."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        source = os.open(stdin or os.devnull, os.O_RDONLY)
        os.dup2(source, 0)
        os.dup2(write_end, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.close(read_end)
        os.environ.update(environment)
        sys.argv = ["sacrebleu", *arguments]
        status = 0
        try:
            sacrebleu.main()
        except SystemExit as request:
            status = request.code or 0
        except TypeError:
            status = type_error
        except BaseException:
            status = 1
        with contextlib.suppress(Exception):
            sys.stdout.flush()
        os._exit(status)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        output = pipe.read().decode()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), output


def write_lines(path, records):
    with open(path, "w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def record_programs(folder, cases):
    """The cases, run in `folder`, with what came of each."""
    os.chdir(folder)
    for arguments, stdin, environment in cases:
        status, output = run_case(arguments, stdin, environment)
        yield ({"arguments": arguments, "status": status, "output": output} | ({"stdin": stdin} if stdin else {})
               | ({"environment": environment} if environment else {}))


def record_tokens(folder):
    lines = []
    for name in ("ref0.txt", "sys0.txt", "sys1.txt"):
        with open(os.path.join(folder, "texts", name), encoding="utf-8", newline="\n") as file:
            lines += [line.rstrip() for line in file]
    marks = random.Random(7)
    alphabet = "01.,-a '\"é；"
    lines += ["".join(marks.choice(alphabet) for _ in range(marks.randrange(14))) for _ in range(300)]
    lines = list(dict.fromkeys(line.rstrip() for line in lines))
    for name in ("none", "13a", "intl", "char", "zh"):
        tokenize = BLEU(tokenize=name).tokenizer
        for line in lines:
            yield {"tokenizer": name, "line": line, "words": tokenize(line).split()}
    for mask in range(16):
        options = [bool(mask >> i & 1) for i in range(4)]
        tokenize = TercomTokenizer(*options)
        for line in lines[::3]:
            yield {"tokenizer": "tercom", "options": options, "line": line, "words": tokenize(line).split()}


def record_numbers():
    for seed in (0, 1, 12345, 2**32 + 3, 2**63 - 1):
        for n in (1, 2, 3, 1000, 2**31 + 1):
            rng = np.random.default_rng(seed)
            yield {"kind": "choice", "seed": seed, "n": n, "values": rng.choice(n, size=37).tolist()}
        rng = np.random.default_rng(seed)
        bits = rng.integers(2, size=(5, 21), dtype=bool)
        yield {"kind": "bits", "seed": seed, "values": bits.ravel().astype(int).tolist()}
    source = random.Random(3)
    for count in (1, 2, 7, 8, 40, 129, 1000):
        for scale in (1e-12, 1.0, 100.0):
            values = [source.random() * scale for _ in range(count)]
            single = np.array(values, dtype="float32")
            mean, half_width = estimate_ci(np.array(values))
            single_mean, single_half_width = estimate_ci(single)
            yield {"kind": "mean", "values": values, "exact": statistics.mean(sorted(values)),
                   "pairwise": float(mean), "half_width": float(half_width),
                   "single": single.astype(float).tolist(), "single_exact": float(statistics.mean(single)),
                   "single_pairwise": float(single_mean), "single_half_width": float(single_half_width)}
    for value in (0.0, 1.0, 35.25, 100.00000000000004, 1e-5, 1.5e-7, 0.0001, 1e15, 1e16, 123456789.125,
                  1 / 3, 2.5, 0.5, 1e22, 5e-324):
        yield {"kind": "format", "value": value, "repr": repr(value),
               "fixed": [f"{value:.{width}f}" for width in (0, 1, 2, 17)]}
    for text in ('a"b\\c', "tab\tnewline\nreturn\r\b\f\x01\x7f", "ä € \U0001F600 \u2028"):
        yield {"kind": "string", "text": text, "json": json.dumps(text, ensure_ascii=False),
               "ascii": json.dumps(text)}


def record_scores(folder):
    def read(name):
        with open(os.path.join(folder, "texts", name), encoding="utf-8", newline="\n") as file:
            return [line.rstrip() for line in file]

    hypotheses = read("sys0.txt")
    for references in (["ref0.txt"], ["ref0.txt", "ref1.txt"]):
        streams = [read(name) for name in references]
        for metric in (BLEU(), BLEU(effective_order=True, smooth_method="floor", lowercase=True),
                       BLEU(max_ngram_order=2, tokenize="char"), CHRF(), CHRF(word_order=2), TER()):
            score = metric.corpus_score(hypotheses, streams)
            record = {"metric": score.name, "references": references, "score": score.score,
                      "signature": str(metric.get_signature()),
                      "short": metric.get_signature().format(short=True),
                      "segments": [metric.sentence_score(hypothesis, list(lines)).score
                                   for hypothesis, *lines in zip(hypotheses, *streams)]}
            if score.name == "BLEU":
                record.update(order=metric.max_ngram_order, text=score.format(width=3, signature="x").split("= ", 1)[1],
                              precisions=score.precisions, counts=score.counts, totals=score.totals,
                              bp=score.bp, lengths=[score.sys_len, score.ref_len])
            yield record


def checksum(values):
    """FNV-1a over 32-bit words, least significant byte first."""
    result = 0xCBF29CE484222325
    for value in values:
        for shift in (0, 8, 16, 24):
            result = ((result ^ (value >> shift & 0xFF)) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return result


def record_unicode(path):
    points = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    classes = [next((i for i, p in enumerate("PNS", 1) if regex.match(rf"\p{{{p}}}", chr(c))), 0) for c in points]
    lower = [c if c == 0x130 else ord(chr(c).lower()) for c in points]
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"classes {checksum(classes):016x}\n")
        file.write(f"spaces {checksum(int(chr(c).isspace()) for c in points):016x}\n")
        file.write(f"lower {checksum(lower):016x}\n")
        text = "".join("a" + chr(c) + "Σ" + chr(c) + " Σ" + chr(c) + "Σ\n" for c in points)
        file.write(f"sigma {checksum(ord(c) for c in text.lower()):016x}\n")


def main():
    folder = os.path.abspath(sys.argv[1])
    write_lines(os.path.join(folder, "tokens.jsonl"), record_tokens(folder))
    write_lines(os.path.join(folder, "numbers.jsonl"), record_numbers())
    write_lines(os.path.join(folder, "scores.jsonl"), record_scores(folder))
    record_unicode(os.path.join(folder, "unicode.txt"))
    write_lines(os.path.join(folder, "programs.jsonl"), record_programs(os.path.join(folder, "texts"), command_lines()))


if __name__ == "__main__":
    main()
