#!/usr/bin/env python3
"""Thins logs of runs to what pages, pictures and verdicts of a study are made from.

    tools/scripts/thin_logs.py FROM TO

Reads every run.jsonl or run.jsonl.gz below the folder FROM and writes TO/.../run.jsonl.gz. A thinned log is a log:
nmt-report, draw_runs.py and the replay of verdicts read it. It keeps
  - every record but those of checkpoints, and of an update record the scalars and the loss of each update;
  - of each attention layer the mean of its heads' relative entropy and their largest logit; spectral norms in the first
    and the last record that has them;
  - the relative entropy at every update of each layer that was ever below 0.05, where the rule for collapse looks;
  - of each other layer how many of these there were, and the lowest, in a second record "thinned".
Logits and norms have three significant digits, but for the largest logit of each kind; entropies have six.
"""

import gzip
import json
import math
import pathlib
import sys

import run_log

LOW = 0.05


def rounded(value, digits=3):
    """As logs write numbers: those that are not finite are texts."""
    if not isinstance(value, float):
        return value
    return float(f"{value:.{digits}g}") if math.isfinite(value) else str(value)


def mean(values):
    return sum(map(float, values)) / len(values)


def key(layer):
    return layer["kind"], layer["layer"]


def largest_logit(layer):
    return max(map(float, layer["max_logit"]))


def largest_logits(updates):
    """Kind: the largest logit of all."""
    largest = {}
    for layer in (layer for record in updates for layer in record["attention"]):
        largest[layer["kind"]] = max(largest_logit(layer), largest.get(layer["kind"], -math.inf))
    return largest


def histories(updates):
    """(kind, layer): its relative entropy at every update."""
    found = {}
    for record in updates:
        for layer in record["attention"]:
            found.setdefault(key(layer), []).extend(map(float, layer["relative_entropy_by_update"]))
    return found


class Kept:
    """What is kept of a run's attention and matrices."""

    def __init__(self, updates):
        self.series = histories(updates)
        self.lowest = {layer: min(filter(math.isfinite, values), default=math.nan)
                       for layer, values in self.series.items()}
        self.low = {layer for layer, value in self.lowest.items() if value < LOW}
        self.logits = largest_logits(updates)
        measured = [record["update"] for record in updates if record["matrices"]]
        self.norms = {*measured[:1], *measured[-1:]}

    def layer(self, layer):
        logit = largest_logit(layer)
        logit = rounded(logit, 6 if logit == self.logits[layer["kind"]] else 3)
        thin = {"kind": layer["kind"], "layer": layer["layer"], "max_logit": [logit],
                "relative_entropy": [rounded(mean(layer["relative_entropy"]), 6)]}
        if layer["temperature"] != 1:
            thin["temperature"] = layer["temperature"]
        if key(layer) in self.low:
            thin["relative_entropy_by_update"] = layer["relative_entropy_by_update"]
        return thin

    def update(self, record):
        thin = {name: value for name, value in record.items() if name not in ("attention", "matrices", "stream")}
        matrices = record["matrices"] if record["update"] in self.norms else []
        return thin | {
            "attention": list(map(self.layer, record["attention"])),
            "matrices": [{name: rounded(matrix[name]) for name in ("name", "sigma", "gamma")} for matrix in matrices]}


def thinned(records):
    kept = Kept([record for record in records if record["type"] == "update"])
    for record in records:
        if record["type"] == "update":
            yield kept.update(record)
        elif record["type"] != "checkpoint":
            yield record
        if record["type"] == "config":
            yield {"type": "thinned",
                   "entropies": [[*layer, len(values), rounded(kept.lowest[layer], 6)]
                                 for layer, values in kept.series.items() if layer not in kept.low]}


def thinned_file(path):
    lines = thinned(list(run_log.records(path)))
    written = "".join(json.dumps(line, separators=(",", ":"), allow_nan=False) + "\n" for line in lines)
    return gzip.compress(written.encode(), mtime=0)


def main():
    source, target = map(pathlib.Path, sys.argv[1:])
    logs = sorted(path for path in source.rglob("run.jsonl*") if path.name in ("run.jsonl", "run.jsonl.gz"))
    for path in logs:
        place = target / path.relative_to(source).parent / "run.jsonl.gz"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(thinned_file(path))
    print(f"{len(logs)} logs in {target}")


if __name__ == "__main__":
    main()
