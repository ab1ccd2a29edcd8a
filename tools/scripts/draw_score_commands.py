#!/usr/bin/env python3
"""Draws small texts and 11,000 command lines for nmt-score, and holds a program to what was recorded of them.

    draw_score_commands.py check PROGRAM RECORD [--every N] [--show N]
    draw_score_commands.py record PROGRAM RECORD     # needs sacreBLEU: tests/nmt/sacrebleu/requirements.txt
    draw_score_commands.py compare PROGRAM SEED      # needs it, too [--every N]

10,000 command lines that sacreBLEU understands, over every option and every way of writing one, and 1,000
that it may refuse. The same seed draws the same lines with every version of Python, so RECORD holds only answers,
one a line: exit status, who gave it, and 48 bits of a hash of standard output. Who: b, both sacreBLEU and PROGRAM;
n, PROGRAM alone, where an option is ours or sacreBLEU ends in a traceback by accident; s, sacreBLEU, and PROGRAM
says something else, which `record` prints. `check` prints each command line that comes out otherwise, and ends with
status 1 if there is one. The first line of RECORD is a hash of texts and command lines. `compare` draws others, by
SEED, over more scripts, and asks both programs at once: it prints what differs, and ends with status 1 if anything does.
"""

import argparse
import concurrent.futures
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from draw_score_texts import ENCODINGS, RARE_ENCODINGS, Corpus, Draw

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/golden/metrics"
LINES, DOUBTFUL = 10_000, 1_000

# (names, kind of value)
OPTIONS = """--citation/--cite:0 --list:0 --test-set/-t:1 --language-pair/-l:1 --origlang/-ol:1 --subset:1 --download:1 --echo:n
--input/-i:n --num-refs/-nr:1 --encoding/-e:1 --metrics/-m:n --sentence-level/-sl:0 --smooth-method/-s:1
--smooth-value/-sv:1 --tokenize/-tok:1 --lowercase/-lc:0 --force:0 --chrf-char-order/-cc:1 --chrf-word-order/-cw:1
--chrf-beta:1 --chrf-whitespace:0 --chrf-lowercase:0 --chrf-eps-smoothing:0 --ter-case-sensitive:0
--ter-asian-support:0 --ter-no-punct:0 --ter-normalized:0 --confidence/-ci:0 --confidence-n/-cin:1 --paired-ar/-par:0
--paired-bs/-pbs:0 --paired-ar-n/-parn:1 --paired-bs-n/-pbsn:1 --paired-jobs/-j:1 --quiet/-q:0 --short/-sh:0
--score-only/-b:0 --width/-w:1 --detail/-d:0 --no-color/-nc:0 --format/-f:1 --version/-V:0 --help/-h:0"""
NAMES = {entry.split(":")[0].split("/")[0]: entry.split(":")[0].split("/") for entry in OPTIONS.split()}
EVERY_NAME = [name for names in NAMES.values() for name in names]

TEST_SETS = [("iwslt17", "en-de", "cat.en"), ("multi30k/2016", "en-de", "duck.de"), ("wmt08", "cs-en", "cat.en"),
             ("wmt18", "en-de", "news8.de"), ("wmt19", "en-de", "news6.de"), ("wmt20", "en-de", "news6.de"),
             ("wmt20/tworefs", "en-de", "bakery.de"), ("wmt21", "en-ha", "market.ha"), ("wmt21/AB", "de-en", "lake.en"),
             ("wmt22", "cs-en", "cat.en"), ("wmt23", "de-en", "customs.en"), ("wmt24", "en-es", "clock.es"),
             ("wmt18,wmt19", "en-de", "news14.de")]
PIECES = ["spm", "flores101", "flores200", "spBLEU-1K"]


def is_unique(text, names):
    """Whether argparse takes `text` for an abbreviation of one of `names` and of no other name."""
    fitting = [name for name in EVERY_NAME if name.startswith(text)]
    if not text.startswith("--"):
        fitting += [name for name in EVERY_NAME if name == text[:2]]
    return len(fitting) == 1 and fitting[0] in names


def spelled(draw, option, *values):
    """The option called `option` and its values as words, in one of the ways to write them."""
    names = NAMES[option]
    name = draw.one(*names)
    if draw.chance(0.3):
        shorter = [full[:size] for full in names for size in range(2, len(full))]
        name = draw.one(*([text for text in shorter if is_unique(text, names)] or [name]))
    if len(values) != 1:
        return [name, *values]
    forms = [[name, values[0]]] * 2
    if name in names or name.startswith("--"):
        forms.append([f"{name}={values[0]}"])
    if len(name) == 2 and is_unique(name + values[0], names):
        forms += [[name + values[0]]] * 2
    return draw.one(*forms)


def metric_options(draw):
    """Groups of words, and the metrics."""
    metrics = draw.one(["bleu"], ["bleu"], ["bleu"], ["chrf"], ["ter"], ["bleu", "chrf"], ["ter", "bleu"], ["bleu", "chrf", "ter"],
                       ["chrf", "bleu", "chrf"])
    groups = [spelled(draw, "--metrics", *metrics)] if metrics != ["bleu"] or draw.chance(0.2) else []
    for option, chance, values in (
            ("--tokenize", 0.25, ["none", "13a", "intl", "zh", "char", "13a", "intl", draw.one(*PIECES)]),
            ("--smooth-method", 0.2, ["none", "floor", "add-k", "exp"]), ("--smooth-value", 0.15, ["0.1", "1", ".5", "1e-3", " 2 ", "0_1", "0"]),
            ("--chrf-word-order", 0.15, ["0", "1", "2", "+2"]), ("--chrf-char-order", 0.12, ["1", "4", "6", "8"]),
            ("--chrf-beta", 0.12, ["1", "2", "3", "-1"]), ("--language-pair", 0.08, ["en-de", "de-zh", "xx-zh-y", draw.one("de-fr", "en"), ""])):
        if draw.chance(chance):
            groups.append(spelled(draw, option, draw.one(*values)))
    for option in ("--lowercase", "--force", "--chrf-whitespace", "--chrf-lowercase", "--chrf-eps-smoothing", "--ter-case-sensitive",
                   "--ter-asian-support", "--ter-no-punct", "--ter-normalized"):
        if draw.chance(0.12):
            groups.append(spelled(draw, option))
    return groups, metrics


def output_options(draw):
    groups = []
    for option, chance, values in (("--format", 0.5, ["json", "text", "text", "latex"]),
                                   ("--width", 0.5, ["0", "1", "2", "4", "9", "15", "0_3", " 5", "30", draw.one("3", "3", "+3", "-1")])):
        if draw.chance(chance):
            groups.append(spelled(draw, option, draw.one(*values)))
    for option, chance in (("--score-only", 0.12), ("--short", 0.12), ("--quiet", 0.12), ("--no-color", 0.06), ("--detail", 0.05)):
        if draw.chance(chance):
            groups.append(spelled(draw, option))
    if draw.chance(0.12):
        groups.append([draw.one("-qb", "-bq", "-qw4", "-bqw3", "-dq", "-qq", "-qbd", "-bw2", "-qftext", "-bw0")])
    return groups


def test_options(draw, systems, metrics, references):
    groups = []
    if draw.chance(0.22 if systems == 1 else 0.01):
        groups.append(spelled(draw, "--confidence"))
        groups.append(spelled(draw, "--confidence-n", draw.one("2", "10", "41", "60", "1", "-3")))
    if draw.chance(0.6 if systems > 1 else 0.005):
        if ("ter" not in metrics or references < 3) and draw.chance(0.5):  # Else a matrix product has the last word.
            groups += [spelled(draw, "--paired-ar"), spelled(draw, "--paired-ar-n", draw.one("20", "50"))]
        else:
            groups += [spelled(draw, "--paired-bs"), spelled(draw, "--paired-bs-n", draw.one("20", "50"))]
    if draw.chance(0.12 if systems == len(metrics) == 1 else 0.005):
        groups.append(spelled(draw, "--sentence-level"))
    if draw.chance(0.03):
        groups.append(spelled(draw, "--paired-jobs", draw.one("1", "2", "0")))
    if draw.chance(0.03):
        groups.append(draw.one(["--nmt-threads", "2"], ["--nmt-threads=1"], ["--nmt-paired-json"] if systems > 1 else ["--nmt-t", "3"]))
    return groups


def shuffled(draw, groups):
    groups = list(groups)
    return [groups.pop(draw.below(len(groups))) for _ in range(len(groups))]


def arranged(draw, positional, hypotheses, groups):
    """References, where they may stand, and the rest in any order."""
    rest = shuffled(draw, groups)
    if hypotheses:
        rest.insert(draw.below(len(rest) + 1), hypotheses)
    if positional and draw.chance(0.06):
        return [word for group in rest for word in group] + ["--", *positional]
    place = 0
    if draw.chance(0.3):  # Behind options that take no list.
        lists = [i for i, group in enumerate(rest) if any(is_unique(group[0], NAMES[name]) or group[0] in NAMES[name]
                                                          for name in ("--metrics", "--input", "--echo"))]
        place = draw.below(min(lists, default=len(rest)) + 1)
    rest.insert(place, list(positional))
    return [word for group in rest for word in group]


def draw_own_texts(draw, corpora):
    """(arguments, name of the standard input or None)."""
    corpus = draw.one(*corpora)
    encoding = draw.one(*["utf-8"] * 8, *(["latin-1"] * 2 if corpus.western else ["utf-8"]), "utf-16", "utf-16-le", "utf-16-be")
    if len(corpus.encodings) > len(ENCODINGS) and draw.chance(0.1):
        encoding = draw.one(*RARE_ENCODINGS)
    spelling, ending = draw.one(*corpus.encodings[encoding])

    def path(name):
        return f"{corpus.stem}.{name}{ending}" + (".gz" if draw.chance(0.15) else "")

    systems, references, groups, stdin = draw.one(1, 1, 1, 1, 2, 3), draw.one(1, 1, 1, 2, 3), [], None
    if references > 1 and draw.chance(0.2):
        positional = [path(f"refs{references}")]
        groups.append(spelled(draw, "--num-refs", str(references)))
    else:
        positional = [path(f"ref{k}") for k in range(references)]
    hypotheses = spelled(draw, "--input", *(path(f"sys{k}") for k in range(systems)))
    if draw.chance(0.2):
        hypotheses, stdin = [], f"{corpus.stem}.{'sys0' if systems == 1 else f'syss{systems}'}{ending}"
    if encoding != "utf-8" or draw.chance(0.05):
        groups.append(spelled(draw, "--encoding", spelling))
    options, metrics = metric_options(draw)
    groups += options + output_options(draw) + test_options(draw, systems, metrics, references)
    return arranged(draw, positional, hypotheses, groups), stdin


def draw_test_set(draw):
    name, pair, text = draw.one(*TEST_SETS)
    text = f"texts/{text}"
    groups = [spelled(draw, "--test-set", name)]
    if draw.chance(0.04):
        return arranged(draw, [], [], [*groups, *draw.one([], [spelled(draw, "--citation")]), spelled(draw, "--list")]), None
    groups.append(spelled(draw, "--language-pair", pair))
    for option, chance, values in (("--origlang", 0.2, ["en", "de", "non-en", "cs", "non-de"]),
                                   ("--subset", 0.25, ["US|news", "^GB", "[A-Z]{2}-", "country:US", "(?i)world", r"\w+_\w+", "sport|crime", ""])):
        if draw.chance(chance):
            groups.append(spelled(draw, option, draw.one(*values)))
    if draw.chance(0.2) and name != "wmt21/AB":  # The original lists the references of this set in any order.
        echo = spelled(draw, "--echo", *draw.one(["src"], ["ref", "src"], ["docid"], ["all"], ["ref"]))
        return arranged(draw, [], echo, groups), None
    if draw.chance(0.12):
        groups.append(spelled(draw, "--detail"))
    options, metrics = metric_options(draw)
    options = [group for group in options if not group[0].startswith(("-l", "--la"))] if draw.chance(0.9) else options
    groups += options + output_options(draw) + test_options(draw, 1, metrics, 1)
    if draw.chance(0.3):
        return arranged(draw, [], [], groups), text
    return arranged(draw, [], spelled(draw, "--input", text), groups), None


def draw_information(draw):
    pairs = ["en-de", "de-en", "cs-en", "xx-yy"]
    return draw.one(spelled(draw, "--list"), spelled(draw, "--list") + spelled(draw, "--language-pair", draw.one(*pairs)),
                    spelled(draw, "--download", draw.one("wmt99", "wmt20")), spelled(draw, "--citation"),
                    spelled(draw, "--list") + spelled(draw, "--test-set", draw.one("wmt20", "wmt08", "multi30k/2016"))), None


def spoilt(draw, words):
    """A command line with a word too many, missing, exchanged or cut."""
    words = list(words)
    odd = draw.one("--no-such-option", "--paired", "-to", "extra", "--ter", "--smooth", "-qx", "--quiet=1", "-lcx", "--chrf=2", "-", "--", "-w",
                   "-tok", "--metrics", "-m", "-i", "-1", "-1e5", "-c", "-n", "--width=", "-w=x", "rouge", "-par", "-pbs", "--no-", "-x", "-ta=b",
                   "--cite=", "-cin4", "-a b", "", "--s", "-swrong", "-f", "-fxml", "-e", "--sub=(", "-ol", "-ox")
    at = draw.below(len(words) + 1)
    change = draw.one("add", "add", "drop", "exchange", "cut", "swap")
    if change == "add" or len(words) < 2:
        return words[:at] + [odd] + words[at:]
    at = draw.below(len(words) - 1)
    if change == "drop":
        return words[:at] + words[at + 1:]
    if change == "exchange":
        return words[:at] + [odd] + words[at + 1:]
    if change == "swap":
        return words[:at] + [words[at + 1], words[at]] + words[at + 2:]
    return words[:at] + [words[at][:draw.below(len(words[at]) + 1)]] + words[at + 1:]


def draw_command(index, corpora, seed):
    """(arguments, name of the standard input or None, environment)."""
    draw = Draw(f"{seed}nmt-score {index}")
    kind = draw.random()
    arguments, stdin = (draw_information(draw) if kind < 0.01 else draw_test_set(draw) if kind < 0.16 else draw_own_texts(draw, corpora))
    environment = {}
    if draw.chance(0.04):
        environment["SACREBLEU_FORMAT"] = draw.one("text", "JSON", "latex", "odd")
    if draw.chance(0.06):
        environment["SACREBLEU_SEED"] = draw.one("1", "4294967299", "77", " 5 ")
    return (spoilt(draw, arguments) if index >= LINES else arguments), stdin, environment


class Scene:
    """A folder with the drawn texts and a cache of test sets and models, and the command lines: the recorded ones, or
    others by a seed."""

    def __init__(self, folder, seed=""):
        self.folder, self.cache = Path(folder, "work"), Path(folder, "cache")
        shutil.copytree(GOLDEN / "test_sets/cache", self.cache)
        shutil.copytree(GOLDEN / "models", self.cache / "models")
        shutil.copytree(GOLDEN / "test_sets/texts", self.folder / "texts")
        corpora = [Corpus(Draw(f"{seed}corpus {number}"), number, rare=bool(seed)) for number in range(24)]
        drawn = hashlib.sha256("".join(corpus.write(self.folder) for corpus in corpora).encode())
        self.commands = [draw_command(index, corpora, seed) for index in range(LINES + DOUBTFUL)]
        drawn.update(repr(self.commands).encode())
        self.hash = drawn.hexdigest()

    def run(self, program, command):
        """Exit status and standard output of a program."""
        arguments, stdin, environment = command
        clean = {name: value for name, value in os.environ.items() if name not in ("SACREBLEU_FORMAT", "SACREBLEU_SEED", "NO_COLOR")}
        with open(self.folder / stdin if stdin else os.devnull, "rb") as source:
            result = subprocess.run([program, *arguments], stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=self.folder,
                                    env={**clean, "SACREBLEU": str(self.cache), **environment}, timeout=300, check=False)
        return result.returncode, result.stdout


def answer(status, output):
    return status, hashlib.sha256(output).hexdigest()[:12]


def check(program, record, every, show):
    lines = Path(record).read_text(encoding="ascii").split()
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(folder)
        if lines[0] != scene.hash:
            sys.exit(f"{record}: of other command lines than those drawn here; record them anew")
        chosen = range(0, len(scene.commands), every)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda index: answer(*scene.run(program, scene.commands[index])), chosen))
    differences = 0
    for index, (status, output) in zip(chosen, results):
        expected_status, expected_output = lines[index + 1][:-13], lines[index + 1][-12:]
        if (str(status), output) == (expected_status, expected_output):
            continue
        differences += 1
        if differences <= show:
            print(f"{index}: {scene.commands[index]}: status {status} instead of {expected_status}"
                  + ("" if output == expected_output else ", other output"))
    print(f"{len(results)} command lines, {differences} with another answer than recorded")
    return differences == 0


def record_one(scene, program, index):
    """A line of the record, and what differs."""
    import record_score_goldens
    command, type_error = scene.commands[index], 99
    ours = scene.run(program, command)
    status, output = record_score_goldens.run_case(*command, type_error)
    theirs = (status, output.encode())
    own = status == type_error or any(word.startswith("--nmt-") for word in command[0])
    crashed = own and ours[0] not in (0, 1, 2)
    status, output = answer(*(ours if own else theirs))
    who = "s" if crashed else "n" if own else "b" if ours == theirs else "s"
    return f"{status}{who}{output}", f"{index}: {command}:\n  sacreBLEU {theirs}\n  {program} {ours}\n" if who == "s" else ""


def reopen_standard_input():
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # Pools take it away; run_case() gives descriptor 0 a file.


def ask_both(program, seed="", every=1):
    """The lines of a record. Prints where both programs say something else."""
    os.environ["http_proxy"] = os.environ["https_proxy"] = "http://127.0.0.1:9"  # A download fails at once.
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(folder, seed)
        os.environ["SACREBLEU"] = str(scene.cache)  # Read when sacrebleu is imported.
        from sacrebleu.dataset import DATASETS
        for name in {name for names, _, _ in TEST_SETS for name in names.split(",")}:
            for url in DATASETS[name].data:
                (scene.cache / name / "raw" / DATASETS[name]._get_tarball_filename(url)).write_text("in place of a download\n")
        os.chdir(scene.folder)
        with concurrent.futures.ProcessPoolExecutor(os.cpu_count(), initializer=reopen_standard_input) as pool:
            one = functools.partial(record_one, scene, program)
            lines = [scene.hash]
            for line, difference in pool.map(one, range(0, len(scene.commands), every), chunksize=20):
                lines.append(line)
                sys.stdout.write(difference)
        os.chdir("/")
    return lines


def compare(program, seed, every):
    answers = ask_both(program, f"{seed}/", every)[1:]
    differences = sum("s" in line[:-12] for line in answers)
    print(f"{len(answers)} command lines, {differences} with another answer than sacreBLEU's")
    return differences == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["check", "record", "compare"])
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("record", metavar="RECORD or SEED")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each N-th command line")
    parser.add_argument("--show", type=int, default=20, metavar="N", help="print so many differences")
    arguments = parser.parse_args()
    if arguments.mode == "record":
        path = Path(arguments.record).absolute()
        path.write_text("\n".join(ask_both(arguments.program)) + "\n", encoding="ascii")
    elif arguments.mode == "compare":
        sys.exit(0 if compare(arguments.program, arguments.record, arguments.every) else 1)
    elif not check(arguments.program, arguments.record, arguments.every, arguments.show):
        sys.exit(1)


if __name__ == "__main__":
    main()
