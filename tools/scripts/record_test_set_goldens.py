#!/usr/bin/env python3
"""Records what sacreBLEU 2.6.0 prints about test sets into tests/golden/metrics/test_sets.

    python3.11 -m venv venv
    venv/bin/pip install sacrebleu==2.6.0 numpy==2.4.6 regex==2026.11.15 tabulate==0.10.0
    venv/bin/python tools/scripts/record_test_set_goldens.py tests/golden/metrics/test_sets

The raw files in cache/ were written for these tests. This script lets sacreBLEU process them, in a copy
with something in place of what it would download, takes back the text files that it leaves, and
writes programs.jsonl (command lines, run in texts/ with SACREBLEU=../cache) and regexes.jsonl (regular
expressions and where Python finds them; without those that PCRE2 reads otherwise, nmt/sacrebleu/README.md).
"""

import os
import re
import shutil
import sys
import tempfile
from itertools import product

SETS = [("iwslt17", "en-de"), ("multi30k/2016", "en-de"), ("wmt08", "cs-en"), ("wmt18", "en-de"),
        ("wmt19", "en-de"), ("wmt20", "en-de"), ("wmt20", "en-zh"), ("wmt20/tworefs", "en-de"),
        ("wmt21", "en-ha"), ("wmt21/AB", "de-en"), ("wmt22", "cs-en"), ("wmt22", "liv-en"),
        ("wmt23", "de-en"), ("wmt24", "en-es")]
HYPOTHESES = {"iwslt17": "cat.en", "multi30k/2016": "duck.de", "wmt08": "cat.en", "wmt18": "news8.de",
              "wmt19": "news6.de", "wmt20": "news6.de", "wmt20/tworefs": "bakery.de", "wmt21": "market.ha",
              "wmt21/AB": "lake.en", "wmt22": "cat.en", "wmt23": "customs.en", "wmt24": "clock.es"}
NEWS = ["-t", "wmt20", "-l", "en-de"]
BOTH = ["-t", "wmt18,wmt19", "-l", "en-de"]
ALL = ["-m", "ter", "bleu", "chrf"]


def list_cases(add):
    add("--list")
    add("--list", "-q")
    for pair in ("en-de", "de-en", "xx-yy", "en", "en-de-fr", "", "liv-en", "cs-ru"):
        add("--list", "-l", pair)
    for name in ("wmt20", "wmt08", "wmt17/ms", "wmt20/tworefs", "multi30k/2016", "mtnt1.1/test", "iwslt17",
                 "wmt19/google/hqall", "wmt99", "wmt18,wmt19", "wmt21", "wmt24", ""):
        add("--list", "-t", name)
    for name, pair in (("wmt20", "en-de"), ("wmt20", "en-fr"), ("multi30k/2016", "xx-yy"), ("wmt99", "en-de"),
                       ("wmt21", "en-ha"), ("wmt21", "en-xx"), ("wmt22", "cs-en"), ("wmt23", "de-en"),
                       ("wmt24", "en-es"), ("wmt24", "en-de"), ("wmt20", "")):
        add("--list", "-t", name, "-l", pair)
    add("--list", "-sl", *ALL)
    add("--list", "--echo", "src", "ref0.txt")


def echo_cases(add):
    for name, pair in SETS:
        here = ["-t", name, "-l", pair]
        for fields in (["src"], ["ref"], ["docid"], ["src", "ref", "src"], ["all"], ["all", "src"], ["domain"]):
            if name == "wmt21/AB" and fields == ["all"]:  # Python's order of a set of strings.
                continue
            add(*here, "--echo", *fields)
        for options in (["-ol", "en"], ["-ol", "non-en"], ["-ol", ""], ["--subset", "US|news"],
                        ["--subset", "country:GB", "-ol", "en"], ["--subset", "("], ["--subset", ""]):
            add(*here, *options, "--echo", "src", "ref")
    for field in ("ref:A", "ref:B", "ref:0", "origlang"):
        add("-t", "wmt21/AB", "-l", "de-en", "--echo", field)
        add("-t", "wmt20/tworefs", "-l", "en-de", "--echo", field)
    add("-t", "wmt23", "-l", "de-en", "--echo", "Own-System", "genre")
    add("-t", "wmt23", "-l", "de-en", "--echo", "Own-System", "domain")
    add(*BOTH, "--echo", "src", "docid")
    add(*BOTH, "--echo", "src", "--subset", "crime")
    add("-t", "wmt20,multi30k/2016,wmt19", "-l", "en-de", "--echo", "src", "docid")
    add("-t", "wmt20,wmt16", "-l", "en-de", "--echo", "ref")
    add("-t", "wmt20", "--echo", "src")
    add("-l", "en-de", "--echo", "src")
    add("news6.de", "-l", "en-de", "--echo", "src")
    add(*NEWS, "--echo")


def score_cases(add):
    for name, pair in SETS:
        here = ["-t", name, "-l", pair, "-i", HYPOTHESES[name] if pair != "en-zh" else "tea.zh"]
        add(*here)
        add(*here, *ALL, "-f", "text", "-w", "4")
        add(*here, "-sl", "-m", "chrf")
        add(*here, "-d", *ALL)
        add(*here, "-d", "-f", "latex", "-b", "--subset", "s")
        for origin in ("en", "non-en", "de", "e"):
            add(*here, "-ol", origin, "-w", "3")
            add(*here, "-ol", origin, "-d")
        add(*here, "--subset", "country:US", "-sl")
    for options in ([], ["-m", "chrf", "ter"], ["-d"], ["-d", "-m", "chrf", "bleu", "-cw", "2", "-w", "7"], ["-ol", "de"],
                    ["--subset", "world|crime"], ["--subset", "^country:GB", "-d"], ["-d", "--subset", "country:GB"],
                    ["-ci", "-cin", "20"], ["-sl", "-ol", "non-en"]):
        add(*BOTH, *options, stdin="news14.de")
    for form, test in product(("json", "text"), ([], ["-pbs", "-pbsn", "30"], ["-par", "-parn", "30"])):
        add(*NEWS, *test, "-f", form, "-i", "news6.de", "other6.de")
        add(*NEWS, *test, "-f", form, "-ol", "non-de", stdin="systems6.tsv")
    add(*NEWS, "-d", "-i", "news6.de", "other6.de")
    for tokenizer in ("none", "intl", "char"):
        add("-t", "wmt20", "-l", "en-zh", "-tok", tokenizer, stdin="tea.zh")
    add("-t", "wmt20/tworefs,wmt20", "-l", "en-de", stdin="news8.de")
    add("-t", "wmt20,wmt20/tworefs", "-l", "en-de", stdin="news8.de")


def refused_cases(add):
    for options in (["-i", "news5.de"], ["-i", "empty.txt"], ["-ol", "fr"], ["--subset", "sport"], ["-nr", "2"],
                    ["-i", "absent.de"], ["-sl", *ALL], ["-e", "utf-9"], ["--citation"], ["-ol", "en", "-i", "news5.de"],
                    ["-ol", "en", "-i", "news8.de"], ["-ol", "de", "-i", "news5.de", "-d"], ["-d", "-w", "-1"], ["-ci", "-sl"]):
        add(*NEWS, *options, stdin=None if "-i" in options else "news6.de")
    add("news6.de", *NEWS, "-i", "news6.de")
    add(*NEWS, stdin="ragged.tsv")
    add(*NEWS, "-par", stdin="news6.de")
    add("-t", "wmt20", stdin="news6.de")
    add("-t", "wmt20", "-l", "", stdin="news6.de")
    add("-t", "wmt20", "-l", "de-xx", stdin="news6.de")
    add("-t", "wmt20,wmt99", "-l", "en-de", stdin="news6.de")
    add("-t", "wmt20,", "-l", "en-de", stdin="news6.de")
    add("-t", "", "-l", "en-de", stdin="news6.de")
    add("-t", "wmt17", "-l", "en-de", stdin="news6.de")
    add("-t", "wmt20,wmt08", "-l", "en-de", stdin="news6.de")
    add("-l", "en", "news6.de", "-i", "news6.de")
    add("-l", "", "news6.de", "-i", "news6.de")
    add("-l", "en-zh", "tea.zh", "-i", "tea.zh", "-f", "text")
    add("-ol", "en", "news6.de", stdin="news6.de")
    add("-ol", "en", "news6.de", stdin="ragged.tsv")
    add("--subset", "x", "-d", "news6.de", stdin="news6.de")
    add("--citation")
    add("--citation", "-t", "wmt20")
    add("--download", "wmt99")
    add("--download", "wmt20")
    add("--download", "wmt16", "-l", "en-de")
    add("--download", "wmt20", "-l", "en-de")
    add("--download", "wmt20", "-l", "en-de", "--list")
    add("--download", "", "news6.de", "-i", "news6.de")
    add("--test", "wmt20", "--lang", "en-de", "--orig", "de", "--sub", "x", stdin="news6.de")


def command_lines():
    """[(arguments, name of the standard input or None, environment)]."""
    cases = []
    for part in (list_cases, echo_cases, score_cases, refused_cases):
        part(lambda *arguments, stdin=None: cases.append((list(arguments), stdin, {})))
    return cases


PATTERNS = r"""
US|world ^US$ ^US- crime$ (?i)us- us US-(crime|sport) [A-Z]{2}- [^A-Z] \w+-\w+ \d \D{9} ^.{8}$ o.*o o.*?o$ (o)(r)\w+\1
(?P<x>o)t?.*(?P=x) (?=.*sport)OTHER (?!US)^.. (?<=US-)c (?<!-)world \bworld\b \Bworld \AUS \Zx ld\Z c?r+i*m{1}e {2}
a{2 x{3,2} (a (a)) [z-a] [a [] []a] [^]a] [a-] [\d-] [\d-x] a** a*+ a++r a{1}{2} (?:o|ot)her (?>o|ot)her (?:U|S)+-c
U?+S (?i:us)-Crime (?-i:us) (?i)(?-i:us) (?x)U\ S (?x)U\ S|US\ (?#x)-c (?m)^s (?s). (?au)x (?i)[^u]s (?L)x (?z)x
(?P<1>a) (?P>a) (?P=q) \1 (a)|\1x \x55S \u55 \125S \08 \0 \q \. \- \_ \8 \t* ^* $+ \b+ (?=a)* (?=U)?US ()* (){3}U
(|U)+S (?<=U+)S (?<=(U))S (U)(?<=\1)S (?<!US)- [\b] [\w-]+\Z .*-.*-..$ US-$ US-.*|^$ $^ ä Ä|ö (?i)Ä [ä-ö]x \W\w{5}$
(?i-s:us) (?-x: ) (?i)(?m)^us [[] [a&&b] {a} {} } (?<=^)U (?<=U|S)- (?P<a>U)(?P<a>S) ((U)S)-.*\2 (?>.*)- .*+- .{2}+-
(?:(?:US)?)+-c (a*)*$ (a*)+?b
""".split()
TEXTS = ["US-crime", "GB-sport", "OTHER-world-ID", "EU-sport", "US-politics", "", "ä-Öl", "user_review", "a aab", "other", "a-b-cd",
         "x\nsport", "news"]


def regex_records():
    for pattern in PATTERNS:
        try:
            compiled = re.compile(pattern)
        except (re.error, OverflowError):
            yield {"pattern": pattern, "found": None}
        else:
            yield {"pattern": pattern, "found": [t for t in TEXTS if compiled.search(t)], "texts": TEXTS}


def fill_cache(folder, copy):
    """Lets sacreBLEU process the raw files in `copy`; takes back what it leaves."""
    from sacrebleu.dataset import DATASETS
    for name, pair in SETS:
        dataset = DATASETS[name]
        for url in dataset.data:
            with open(os.path.join(copy, name, "raw", dataset._get_tarball_filename(url)), "w") as file:
                file.write("in place of a download\n")
        for path in dataset.get_files(pair):
            shutil.copy(path, os.path.join(folder, "cache", name))


def main():
    folder = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        copy = os.path.join(scratch, "cache")
        shutil.copytree(os.path.join(folder, "cache"), copy)
        os.environ["SACREBLEU"] = copy  # Read when sacrebleu is imported.
        for name in ("http_proxy", "https_proxy"):  # So that a download fails at once.
            os.environ[name] = "http://127.0.0.1:9"
        import record_score_goldens as recorder
        fill_cache(folder, copy)
        recorder.write_lines(os.path.join(folder, "regexes.jsonl"), regex_records())
        recorder.write_lines(os.path.join(folder, "programs.jsonl"),
                             recorder.record_programs(os.path.join(folder, "texts"), command_lines()))


if __name__ == "__main__":
    main()
