#!/usr/bin/env python3
"""Draws runs beside each other as one SVG file: validation BLEU and attention entropy by update.

    tools/scripts/draw_runs.py OUTPUT.svg NAME=run.jsonl.gz NAME=run.jsonl.gz ...
    tools/scripts/draw_runs.py --lowest OUTPUT.svg NAME=run.jsonl.gz NAME=run.jsonl.gz ...
    tools/scripts/draw_runs.py --loss OUTPUT.svg NAME=run.jsonl.gz NAME=run.jsonl.gz

Entropy is that of cross-attention, the mean over layers and heads; with --lowest that of the attention layer of any kind
that has least, the mean over its heads. It is relative to ln(visible pieces): at 100 % every piece is looked at alike, at
0 % one alone. The third form is for two runs that should be one: training loss, and how far it lies apart.
Logs may be packed (.gz). Runs are drawn up to the last update of the shortest.
"""

import math
import sys

import run_log

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]  # Okabe and Ito: for all eyes.
WIDTH, HEIGHT, LEFT, TOP, GAP = 400, 220, 52, 30, 70


def records(path, kind):
    return [record for record in run_log.records(path) if record["type"] == kind]


def thinned(points):
    return points[:: max(1, len(points) // 150)]


def bleu(path):
    return [(record["update"], record["bleu"]) for record in records(path, "valid") if record.get("bleu") is not None]


def mean(values):
    return sum(values) / len(values)


def cross_entropy(path):
    points = []
    for record in records(path, "update"):
        layers = [mean(layer["relative_entropy"]) for layer in record["attention"] if layer["kind"] == "cross"]
        points.append((record["update"], 100 * mean(layers)))
    return thinned(points)


def lowest_entropy(path):
    return thinned([(record["update"], 100 * min(mean(layer["relative_entropy"]) for layer in record["attention"]))
                    for record in records(path, "update")])


def loss(path):
    return [(record["update"], record["loss"]) for record in records(path, "update")]


def apart(first, second):
    return [(update, abs(a - b)) for (update, a), (_, b) in zip(first, second)]


def bleu_panel(paths):
    series = [bleu(path) for path in paths]
    best = max(value for points in series for _, value in points)
    return "validation BLEU", series, max(20, 20 * math.ceil(best / 20))


def loss_panels(paths):
    first, second = map(loss, paths)
    distance = apart(first, second)
    return [("training loss", [first, second], max(value for _, value in first)),
            ("distance of the losses", [distance], max(value for _, value in distance) or 1.0)]


FORMS = {
    "": lambda paths: [bleu_panel(paths), ("entropy of cross-attention, % of ln(source pieces)",
                                           [cross_entropy(path) for path in paths], 100)],
    "--lowest": lambda paths: [bleu_panel(paths), ("lowest entropy of a layer, % of ln(visible pieces)",
                                                   [lowest_entropy(path) for path in paths], 100)],
    "--loss": loss_panels,
}


def panel(x, title, series, last, top):
    def place(update, value):
        return f"{x + WIDTH * update / last:.1f},{TOP + HEIGHT * (1 - value / top):.1f}"

    parts = [f'<text x="{x}" y="{TOP - 12}" font-weight="bold">{title}</text>']
    for quarter in range(5):
        value = f"{top * quarter / 4:.3g}"
        y = TOP + HEIGHT * (1 - quarter / 4)
        parts.append(f'<path d="M{x} {y}h{WIDTH}" stroke="#ddd"/><text x="{x - 8}" y="{y + 4}" text-anchor="end">{value}</text>')
    step = 10 ** (len(str(last)) - 1)
    step = step if last >= 2 * step else step // 2
    for update in range(0, last + 1, step):
        parts.append(f'<text x="{x + WIDTH * update / last:.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{update}</text>')
    parts.append(f'<text x="{x + WIDTH / 2}" y="{TOP + HEIGHT + 36}" text-anchor="middle">update</text>')
    for colour, points in zip(COLOURS, series):
        line = " ".join(place(*point) for point in points if point[0] <= last)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
    return "".join(parts)


def main():
    form = sys.argv[1] if sys.argv[1] in FORMS else ""
    output, *runs = sys.argv[2 if form else 1 :]
    names, paths = zip(*(run.split("=", 1) for run in runs))
    panels = FORMS[form](paths)
    last = min(records(path, "update")[-1]["update"] for path in paths)
    right = LEFT + WIDTH + GAP
    legend = "".join(
        f'<path d="M{LEFT + 150 * i} {TOP + HEIGHT + 56}h22" stroke="{COLOURS[i]}" stroke-width="3"/>'
        f'<text x="{LEFT + 150 * i + 28}" y="{TOP + HEIGHT + 60}">{name}</text>' for i, name in enumerate(names))
    with open(output, "w", encoding="utf-8") as file:
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{right + WIDTH + 20}" height="{TOP + HEIGHT + 72}" '
            'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
            + "".join(panel(x, title, series, last, top) for x, (title, series, top) in zip((LEFT, right), panels))
            + legend + "</svg>\n")


if __name__ == "__main__":
    main()
