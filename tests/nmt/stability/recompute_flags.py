#!/usr/bin/env python3
"""Reads run.jsonl files and works out anew whether each run collapsed or diverged, and when.

usage: recompute_flags.py RUN...     a run.jsonl, a run.jsonl.gz, or a folder searched for them

The rules are those of nmt/stability/README.md, written down a second time from that page; the
log's own verdict is compared, and any disagreement ends with status 1.
"""
import gzip
import json
import math
import pathlib
import statistics
import sys


def number(value):
    return float(value) if value is not None else math.nan


def records(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                return  # A torn last line.


def divergence(losses):
    """The update of the first divergence by each cause, or None: (non-finite, rise)."""
    non_finite = next((u for u, loss in enumerate(losses, 1) if not math.isfinite(loss)), None)
    finite = [(u, loss) for u, loss in enumerate(losses, 1) if math.isfinite(loss)]
    best, high = math.inf, []
    for end in range(20, len(finite) + 1):
        median = statistics.median(loss for _, loss in finite[end - 20:end])
        best = min(best, median)
        high = high + [finite[end - 1][0]] if median > best + 1.0 else []
        if len(high) == 100:
            return non_finite, high[0]
    return non_finite, None


def collapse(series, warmup):
    """The update at which the collapse of one layer began, or None."""
    reference, low = None, []
    for update, value in enumerate(series, 1):
        if math.isnan(value):
            continue
        if reference is None and update >= warmup:
            reference = value
        is_low = reference is not None and value < 0.05 and value < 0.2 * reference
        low = low + [update] if is_low else []
        if len(low) == 20:
            return low[0]
    return None


def recompute(path):
    losses, series, warmup = [], {}, 0
    logged = {"collapse": {}, "divergence": {}}
    end = None
    for record in records(path):
        if record["type"] == "config":
            warmup = record["config"]["warmup-updates"]
        elif record["type"] == "update":
            losses += [number(loss) for loss in record["losses"]]
            for layer in record["attention"]:
                key = layer["kind"], layer["layer"]
                series.setdefault(key, []).extend(map(number, layer["relative_entropy_by_update"]))
        elif record["type"] == "event" and record["kind"] == "branch":
            return None  # What came before is in another run's log.
        elif record["type"] == "event" and record["kind"] == "collapse":
            fields = record["fields"]
            logged["collapse"][fields["kind"], fields["layer"]] = fields["first_update"]
        elif record["type"] == "event" and record["kind"] == "divergence":
            logged["divergence"][record["fields"]["cause"]] = record["fields"]["first_update"]
        elif record["type"] == "end":
            end = record
    if end is None:
        return None
    collapses = {key: collapse(values, warmup) for key, values in series.items()}
    collapses = {key: update for key, update in collapses.items() if update is not None}
    non_finite, rise = divergence(losses)
    causes = {"non_finite_loss": non_finite, "loss_rise": rise}
    causes = {cause: update for cause, update in causes.items() if update is not None}
    agrees = (collapses == logged["collapse"] and causes == logged["divergence"] and
              end["collapsed"] == bool(collapses) and end["diverged"] == bool(causes) and
              len(losses) == end["update"])
    return collapses, causes, agrees, logged


def runs(arguments):
    for argument in map(pathlib.Path, arguments):
        if argument.is_dir():
            yield from sorted(p for p in argument.rglob("*.jsonl*")
                              if p.name.endswith((".jsonl", ".jsonl.gz")))
        else:
            yield argument


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if arguments else 2
    wrong = count = 0
    for path in runs(arguments):
        result = recompute(path)
        if result is None:
            print(f"{path}: unfinished, or a branch of another run: not judged")
            continue
        collapses, causes, agrees, logged = result
        count += 1
        wrong += not agrees
        verdict = "agrees" if agrees else f"DISAGREES, the log says {logged}"
        first = min(collapses.items(), key=lambda item: item[1], default=None)
        print(f"{path}: collapsed {len(collapses)} layers, first {first}; diverged {causes}; {verdict}")
    print(f"{count} runs, {wrong} disagreements")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
