#!/usr/bin/env python3
"""Reads logs of runs and works out anew whether each collapsed, diverged or did not learn, and when.

    recompute_flags.py [--monitor PROGRAM] [--table] [--page FILE] RUN...

RUN is a run.jsonl.gz, a run.jsonl, or a folder that is searched for them. The rules are those of
nmt/run_log/README.md, written down a second time from that page. The verdicts are compared with
those in the log, if it was written under these rules, and with --monitor with those of the program
replay_verdicts, which puts the log through the rules in C++. Any disagreement ends with status 1.
--table prints what was found as Markdown instead: what earlier rules said, what these say, and which
layers came near a collapse. --page compares it with the rows of a page, which must have them all.
"""
import argparse
import collections
import json
import math
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tools/scripts"))
import run_log  # noqa: E402

NEAR = 10  # Low updates running that are worth a line, where no collapse comes of them.


class Log:
    """What a log says, and what it was found to mean when it was written."""

    def __init__(self, path):
        self.path = path
        self.warmup, self.unigram, self.last, self.end = 0, None, 0, None
        self.losses = []  # (update, loss)
        self.entropies = {}  # (kind, layer): [(update, mean relative entropy)]
        self.skipped = set()  # Updates whose step was not taken.
        self.validations = []
        self.thinned = []  # [kind, layer, how many entropies, the lowest] of layers whose entropies were left out.
        self.collapses, self.divergences = {}, {}
        self.present = False  # Whether it was written under these rules.
        for record in run_log.records(path):
            getattr(self, "read_" + record["type"], lambda _: None)(record)

    def read_config(self, record):
        self.warmup = record["config"]["warmup-updates"]
        self.present = "unigram_nll" in record
        self.unigram = record.get("unigram_nll")

    def read_update(self, record):
        self.last = record["update"]
        updates = range(self.last - len(record["losses"]) + 1, self.last + 1)
        self.losses += zip(updates, map(float, record["losses"]))
        for layer in record["attention"]:
            values = map(float, layer.get("relative_entropy_by_update", []))  # Thinned logs lack most.
            self.entropies.setdefault((layer["kind"], layer["layer"]), []).extend(zip(updates, values))

    def read_valid(self, record):
        self.validations.append(float(record["nll"]))

    def read_event(self, record):
        fields = record["fields"]
        if record["kind"] == "collapse":
            self.collapses[fields["kind"], fields["layer"]] = fields["first_update"]
        elif record["kind"] == "divergence":
            self.divergences[fields["cause"]] = fields["first_update"]
        elif record["kind"] == "non_finite":
            self.skipped.add(record["update"])

    def read_thinned(self, record):
        self.thinned = record["entropies"]

    def read_end(self, record):
        self.end = record if record["reason"] != "interrupted" else None


def with_medians(series):
    """(update, value, median of the last 20 finite values up to this one) of each finite value."""
    window = collections.deque(maxlen=20)
    for update, value in series:
        if math.isfinite(value):
            window.append(value)
            yield update, value, statistics.median(window)


def low_rows(series):
    """The rows of updates at which one layer is low, each a list; and whether the last is still low."""
    rows, row, reference = [], [], 0.0
    for update, value, median in with_medians(series):
        reference = max(reference, median)
        if value < 0.05 and value < 0.2 * reference:
            row.append(update)
        elif row:
            rows.append(row)
            row = []
    return (rows + [row], True) if row else (rows, False)


def rises(losses):
    """(update of the first loss, number of high updates, whether it lasts to the end) of each rise."""
    found, reference, set_at, seen = [], math.inf, 0, []
    began, high = None, 0
    for update, loss, median in with_medians(losses):
        seen.append((update, loss))
        if median < reference:
            reference, set_at = median, update
        if median > reference + 1.0:
            if high == 0:
                above = [u for u, value in seen[-20:] if u > set_at and value > reference + 1.0]
                began = above[0] if above else update
            high += 1
        elif high:
            found.append((began, high, False))
            high = 0
    return found + [(began, high, True)] if high else found


def divergences(log):
    """Cause: update, of all that show that the run diverged."""
    causes = {}
    bad_losses = {update for update, loss in log.losses if not math.isfinite(loss)}
    if bad_losses:
        causes["non_finite_loss"] = min(bad_losses)
    if log.skipped - bad_losses:
        causes["non_finite_gradient"] = min(log.skipped - bad_losses)
    found = rises(log.losses)
    long = [began for began, high, _ in found if high >= 100]
    if long:
        causes["loss_rise"] = long[0]
    elif log.end and found and found[-1][2]:
        causes["ended_high"] = found[-1][0]
    return causes


def learnt(log):
    """Whether the run learnt more than frequencies; None where that is not judged or not known."""
    if not log.end or log.last < 100 or log.last < log.warmup or log.unigram is None:
        return None
    finite = [nll for nll in log.validations if math.isfinite(nll)]
    return min(finite) <= log.unigram - 0.2 if finite else None


class Verdict:
    def __init__(self, log):
        self.divergences = divergences(log)
        self.learnt = learnt(log)
        self.collapses = {}  # (kind, layer): the update at which it began
        self.near = {}  # (kind, layer): (most low updates running, whether low when the log ends)
        for key, series in log.entropies.items():
            rows, low = low_rows(series)
            most = max(map(len, rows), default=0)
            if most >= 20:
                self.collapses[key] = next(row[0] for row in rows if len(row) >= 20)
            elif most >= NEAR or low:
                self.near[key] = most, low

    def flags(self):
        return self.collapses, self.divergences


def problems(log, verdict, monitor):
    """Where others come to another verdict, in words."""
    found = []
    for kind, layer, count, lowest in log.thinned:
        if log.entropies.get((kind, layer)) or count != len(log.losses) or not float(lowest) >= 0.05:
            found.append(f"{kind} {layer} was thinned, with {count} entropies down to {lowest}")
    if log.present and log.end and log.losses[0][0] == 1:  # A branch has what its other run left it.
        if (log.collapses, log.divergences) != verdict.flags():
            found.append(f"the log has {log.collapses}, {log.divergences}")
        if (log.end["collapsed"], log.end["diverged"]) != tuple(map(bool, verdict.flags())):
            found.append(f"its end says {log.end['status']}")
        if log.validations and log.end["learnt"] != verdict.learnt:
            found.append(f"its end says learnt {log.end['learnt']}, not {verdict.learnt}")
        if len(log.losses) != log.losses[-1][0] - log.losses[0][0] + 1:
            found.append("updates are missing")
    if monitor:
        theirs = {(kind, layer): update for kind, layer, update in monitor["collapse"]}
        if (theirs, monitor["divergence"]) != verdict.flags():
            found.append(f"the monitor has {theirs}, {monitor['divergence']}")
        if log.validations and monitor["learnt"] != verdict.learnt:
            found.append(f"the monitor says learnt {monitor['learnt']}, not {verdict.learnt}")
    return found


def first(collapses):
    """"decoder_self 1 at 17, 3 layers" of {(kind, layer): update}."""
    if not collapses:
        return ""
    kind, layer = min(collapses, key=lambda key: (collapses[key], key))
    more = f", {len(collapses)} layers" if len(collapses) > 1 else ""
    return f"{kind} {layer} at {collapses[kind, layer]}{more}"


def causes(divergences):
    return ", ".join(f"{cause} {update}" for cause, update in sorted(divergences.items(), key=lambda item: item[1]))


def near_words(near):
    return "; ".join(f"{kind} {layer}: {most}{', low at the end' if low else ''}"
                     for (kind, layer), (most, low) in sorted(near.items(), key=lambda item: -item[1][0]))


def name_of(path):
    """STUDY/ARCHITECTURE/RUN of .../logs/STUDY/ARCHITECTURE/RUN/run.jsonl.gz."""
    parts = path.parent.parts
    return "/".join(parts[parts.index(next((p for p in parts if p.endswith("-logs")), parts[0])) + 1:])


def table(found):
    flagged = [(log, verdict) for log, verdict in found if any(verdict.flags()) or log.collapses or log.divergences]
    yield "| run | collapse, by the rule then | collapse | divergence, by the rule then | divergence |"
    yield "|---|---|---|---|---|"
    for log, verdict in flagged:
        cells = [name_of(log.path), first(log.collapses), first(verdict.collapses), causes(log.divergences),
                 causes(verdict.divergences)]
        yield "| " + " | ".join(cells) + " |"
    yield ""
    yield "| run | layers without a collapse: most low updates running |"
    yield "|---|---|"
    for log, verdict in found:
        if verdict.near:
            yield f"| {name_of(log.path)} | {near_words(verdict.near)} |"
    yield ""
    yield "| study | runs | collapsed | diverged |"
    yield "|---|---:|---:|---:|"
    studies = {}
    for log, verdict in found:
        studies.setdefault(name_of(log.path).split("/")[0], []).append(verdict)
    for study, verdicts in studies.items():
        yield (f"| {study} | {len(verdicts)} | {sum(bool(v.collapses) for v in verdicts)} "
              f"| {sum(bool(v.divergences) for v in verdicts)} |")


def print_line(log, verdict, wrong):
    said = []
    if verdict.collapses:
        said.append("collapsed: " + first(verdict.collapses))
    if verdict.divergences:
        said.append("diverged: " + causes(verdict.divergences))
    if verdict.near:
        said.append("near a collapse: " + near_words(verdict.near))
    if verdict.learnt is not None:
        said.append("learnt" if verdict.learnt else "did not learn")
    print(f"{log.path}: {'; '.join(said) or 'no flag'}")
    for problem in wrong:
        print(f"    DISAGREES: {problem}")


def logs_of(arguments):
    for argument in map(pathlib.Path, arguments):
        if argument.is_dir():
            yield from sorted(p for p in argument.rglob("*.jsonl*") if p.name.endswith((".jsonl", ".jsonl.gz")))
        else:
            yield argument


def main():
    parser = argparse.ArgumentParser(usage="recompute_flags.py [--monitor PROGRAM] [--table] [--page FILE] RUN...")
    parser.add_argument("--monitor")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--page", type=pathlib.Path)
    parser.add_argument("runs", nargs="+")
    options = parser.parse_args()
    paths = list(logs_of(options.runs))
    monitors = [None] * len(paths)
    if options.monitor:
        output = subprocess.run([options.monitor, *map(str, paths)], check=True, stdout=subprocess.PIPE, text=True)
        monitors = list(map(json.loads, output.stdout.splitlines()))
    found, wrong = [], 0
    for path, monitor in zip(paths, monitors, strict=True):
        log = Log(path)
        verdict = Verdict(log)
        found.append((log, verdict))
        disagreements = problems(log, verdict, monitor)
        wrong += bool(disagreements)
        if disagreements or not options.table:
            print_line(log, verdict, disagreements)
    if options.table:
        print("\n".join(table(found)))
    if options.page:
        missing = set(table(found)) - set(options.page.read_text(encoding="utf-8").splitlines())
        wrong += len(missing)
        print("\n".join(f"{options.page} lacks the row {row}" for row in missing))
    print(f"\n{len(found)} runs, {wrong} disagreements")
    return 1 if wrong or not found else 0


if __name__ == "__main__":
    sys.exit(main())
