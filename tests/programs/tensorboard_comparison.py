#!/usr/bin/env python3
"""Has TensorBoard itself read the event files of runs of nmt-train and compares them with run.jsonl.gz.

    tensorboard_comparison.py --nmt-train PROGRAM

Four states of one run on the toy grammar: begun; interrupted between two records; killed, its event
file torn, and gone on with; the whole of it without an interruption. Each time every value of
run.jsonl.gz must be a point in TensorBoard, at its update and to single precision, and there must be no
other. Needs the package tensorboard (tensorboard_requirements.txt beside this file). Prints each
difference, and ends with status 1 if there was one.
"""

import argparse
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools/scripts"))
import run_log  # noqa: E402

MANY = 4000  # Updates of a run that is to be stopped before.
NUMBERS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
TINY = (
    "--arch postln-sigma-2L-1L --d-model 16 --ffn-dim 32 --heads 2 --vocab-size 60 --max-tokens 600 "
    "--threads 1 --warmup-updates 5 --log-every 3 --validate-every 7 --save-every 5 "
    "--valid-bleu-segments 2 --tensorboard true"
).split()
TOY = [
    ("the child sleeps", "das Kind schläft"),
    ("a dog sees the tree", "ein Hund sieht den Baum"),
    ("people walk home", "Leute gehen nach Hause"),
    ("the old man reads a book", "der alte Mann liest ein Buch"),
    ("we buy bread and milk today", "wir kaufen heute Brot und Milch"),
    ("she writes a long letter", "sie schreibt einen langen Brief"),
]


def write_corpus(folder):
    """Sentences enough for a vocabulary and a few updates an epoch."""
    pairs = [(f"{a} {c}", f"{b} {d}") for a, b in TOY for c, d in TOY]
    for name, chosen in (("train", pairs), ("valid", pairs[:4])):
        for column, language in enumerate(("en", "de")):
            text = "".join(pair[column] + "\n" for pair in chosen)
            (folder / f"{name}.{language}").write_text(text, encoding="utf-8")


def words(program, model, updates):
    sets = ["--train-sets", "train.en", "train.de", "--valid-sets", "valid.en", "valid.de"]
    return [program, *TINY, *sets, "--model-dir", model, "--max-updates", str(updates)]


def train(folder, *command):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with status {done.returncode}: {done.stderr}")


def stop(folder, model, number, update, *command):
    """Runs until the log has reached `update`, then sends the signal."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while process.poll() is None and last_update(folder / model) < update:
        if time.monotonic() > end:
            break
        time.sleep(0.0005)
    process.send_signal(number)
    expected = 0 if number == signal.SIGTERM else -number
    if process.wait() != expected or last_update(folder / model) >= MANY:
        sys.exit(f"signal {number}: status {process.returncode}, update {last_update(folder / model)}")


def records(model):
    return list(run_log.records(model / "run.jsonl.gz"))


def last_update(model):
    if not (model / "run.jsonl.gz").exists():
        return 0
    return max((record.get("update", 0) for record in records(model)), default=0)


def number(value):
    return NUMBERS[value] if isinstance(value, str) else value


def add(curves, tag, update, value):
    if value is not None:
        curves.setdefault(tag, []).append((update, numpy.float32(number(value))))


def add_update(curves, record):
    update = record["update"]
    for key in ("loss", "nll", "learning_rate", "gradient_norm", "tokens_per_second"):
        add(curves, f"train/{key}", update, record[key])
    for layer in record["attention"]:
        tag = f"attention/{layer['kind']}/layer{layer['layer']:03d}"
        relative = layer["relative_entropy"]
        add(curves, f"{tag}/relative_entropy", update, sum(relative) / len(relative))
        add(curves, f"{tag}/min_entropy", update, min(layer["min_entropy"]))
        add(curves, f"{tag}/max_logit", update, max(layer["max_logit"]))
    for matrix in record["matrices"]:
        add(curves, f"spectral/{matrix['name']}/sigma", update, matrix["sigma"])
        add(curves, f"spectral/{matrix['name']}/gamma", update, matrix["gamma"])


def curves_of_log(model):
    curves = {}
    for record in records(model):
        if record["type"] == "update":
            add_update(curves, record)
        if record["type"] == "valid":
            for key in ("loss", "nll", "perplexity", "bleu"):
                add(curves, f"valid/{key}", record["update"], record[key])
    return curves


def read_by_tensorboard(model):
    reader = EventAccumulator(str(model / "tensorboard"), size_guidance={"scalars": 0, "tensors": 0})
    reader.Reload()
    curves = {}
    for tag in reader.Tags()["scalars"]:
        curves[tag] = [(point.step, numpy.float32(point.value)) for point in reader.Scalars(tag)]
    texts = {}
    for tag in reader.Tags()["tensors"]:
        texts[tag] = [(point.step, point.tensor_proto.string_val[0]) for point in reader.Tensors(tag)]
    return curves, texts


def compare(state, model):
    expected = curves_of_log(model)
    found, texts = read_by_tensorboard(model)
    differences = 0
    for tag in sorted(expected.keys() | found.keys()):
        if repr(expected.get(tag)) != repr(found.get(tag)):
            differences += 1
            print(f"{state}: {tag}: run.jsonl.gz {expected.get(tag)}, TensorBoard {found.get(tag)}")
    if b"| d-model | 16 |" not in texts["run/configuration"][-1][1]:
        differences += 1
        print(f"{state}: the configuration is missing: {texts}")
    points = sum(len(curve) for curve in found.values())
    files = len(list((model / "tensorboard").iterdir()))
    print(f"{state}: {len(found)} curves, {points} points in {files} files, {differences} differ")
    return differences


def tear(model):
    """Cuts the newest event file inside its last record."""
    newest = max((model / "tensorboard").iterdir())
    os.truncate(newest, newest.stat().st_size - 3)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nmt-train", required=True)
    program = str(Path(parser.parse_args().nmt_train).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = folder / "model"
        write_corpus(folder)
        train(folder, *words(program, "model", 8))
        differences = compare("begun", model)

        resume = [*words(program, "model", MANY), "--resume"]
        stop(folder, "model", signal.SIGTERM, 16, *resume)
        differences += compare("interrupted", model)
        update = last_update(model)

        stop(folder, "model", signal.SIGKILL, update + 20, *resume)
        tear(model)
        end = update + 40
        train(folder, *words(program, "model", end), "--resume")
        differences += compare("killed and gone on with", model)
        if last_update(model) != end:
            sys.exit(f"the run ended at update {last_update(model)}, not {end}")

        train(folder, *words(program, "whole", end))
        differences += compare("uninterrupted", folder / "whole")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
