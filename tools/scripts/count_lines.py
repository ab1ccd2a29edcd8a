#!/usr/bin/env python3
"""Counts the lines of this repository's code, of sources and of tests.

    tools/scripts/count_lines.py [COMMIT]

Of the working tree, or of a commit. Code is C++, CUDA, Python, shell, CMake and what the report's page is made of; every line counts, blank ones
and comments too. Generated files, whose first lines say so, are left out.
"""

import pathlib
import re
import subprocess
import sys

KINDS = [("C++ and CUDA", r"\.(h|cpp|cu|cuh)(\.in)?$"), ("Python", r"\.py$"), ("page", r"\.(js|css|html)$"),
         ("CMake", r"(\.cmake|CMakeLists\.txt)$"), ("shell", r"\.sh$")]
GENERATED = re.compile(r"generated|made by tools/", re.IGNORECASE)


def git(*arguments):
    return subprocess.run(["git", *arguments], check=True, stdout=subprocess.PIPE).stdout.decode(errors="replace")


def text_of(path, commit):
    return git("show", f"{commit}:{path}") if commit else pathlib.Path(path).read_text(errors="replace")


def kind_of(path, text):
    for kind, pattern in KINDS:
        if re.search(pattern, path):
            return kind
    return "shell" if text.startswith("#!/usr/bin/env bash") else "Python" if text.startswith("#!/usr/bin/env python") else None


def files(commit):
    paths = (git("ls-tree", "-rz", "--name-only", commit) if commit else git("ls-files", "-z")).split("\0")
    for path in filter(None, paths):
        if path.startswith(("tests/golden/", "configs/studies/results/")) or (not commit and not pathlib.Path(path).is_file()):
            continue
        text = text_of(path, commit)
        kind = kind_of(path, text)
        if kind and not GENERATED.search("\n".join(text.split("\n")[:2])):
            yield path, kind, text.count("\n")


def main():
    commit = sys.argv[1] if len(sys.argv) > 1 else ""
    counted = list(files(commit))
    print("| | files | source lines | files | test lines |\n|---|---:|---:|---:|---:|")
    for kind in [kind for kind, _ in KINDS] + ["all"]:
        cells = []
        for tests in (False, True):
            lines = [count for path, of, count in counted
                     if path.startswith("tests/") == tests and kind in (of, "all")]
            cells += [f"{len(lines):,}", f"{sum(lines):,}"]
        print(f"| {kind} | {' | '.join(cells)} |")
    longest = sorted(counted, key=lambda one: -one[2])[:3]
    print("\nlongest: " + ", ".join(f"{path} {count}" for path, _, count in longest))


if __name__ == "__main__":
    main()
