#!/usr/bin/env python3
"""Draws runs beside each other as one SVG file: validation BLEU and the lowest attention entropy by update.

    tools/scripts/draw_runs.py OUTPUT.svg NAME=run.jsonl NAME=run.jsonl ...

Entropy is that of the least attentive layer: the lowest mean over its heads, relative to ln(visible keys), so 100 %
is attention spread evenly and 0 % attention on one word.
"""

import json
import sys

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]  # Okabe and Ito: for all eyes.
WIDTH, HEIGHT, LEFT, TOP, GAP = 400, 220, 52, 30, 70


def read(path):
    bleu, entropy = [], []
    with open(path, encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            if record["type"] == "valid" and record.get("bleu") is not None:
                bleu.append((record["update"], record["bleu"]))
            elif record["type"] == "update":
                layers = [sum(layer["relative_entropy"]) / len(layer["relative_entropy"]) for layer in record["attention"]]
                entropy.append((record["update"], 100 * min(layers)))
    return bleu, entropy[:: max(1, len(entropy) // 150)]


def panel(x, title, series, last):
    def place(update, value):
        return f"{x + WIDTH * update / last:.1f},{TOP + HEIGHT * (1 - value / 100):.1f}"

    parts = [f'<text x="{x}" y="{TOP - 12}" font-weight="bold">{title}</text>']
    for value in (0, 25, 50, 75, 100):
        y = TOP + HEIGHT * (1 - value / 100)
        parts.append(f'<path d="M{x} {y}h{WIDTH}" stroke="#ddd"/><text x="{x - 8}" y="{y + 4}" text-anchor="end">{value}</text>')
    step = 10 ** (len(str(last)) - 1)
    step = step if last >= 2 * step else step // 2
    for update in range(0, last + 1, step):
        parts.append(f'<text x="{x + WIDTH * update / last:.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{update}</text>')
    parts.append(f'<text x="{x + WIDTH / 2}" y="{TOP + HEIGHT + 36}" text-anchor="middle">update</text>')
    for colour, points in zip(COLOURS, series):
        line = " ".join(place(*point) for point in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
    return "".join(parts)


def main():
    output, *runs = sys.argv[1:]
    names = [run.split("=", 1)[0] for run in runs]
    data = [read(run.split("=", 1)[1]) for run in runs]
    last = max(points[-1][0] for run in data for points in run if points)
    right = LEFT + WIDTH + GAP
    legend = "".join(
        f'<path d="M{LEFT + 150 * i} {TOP + HEIGHT + 56}h22" stroke="{COLOURS[i]}" stroke-width="3"/>'
        f'<text x="{LEFT + 150 * i + 28}" y="{TOP + HEIGHT + 60}">{name}</text>' for i, name in enumerate(names))
    with open(output, "w", encoding="utf-8") as file:
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{right + WIDTH + 20}" height="{TOP + HEIGHT + 72}" '
            'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
            + panel(LEFT, "validation BLEU", [run[0] for run in data], last)
            + panel(right, "lowest attention entropy of a layer, % of ln(visible keys)", [run[1] for run in data], last)
            + legend + "</svg>\n")


if __name__ == "__main__":
    main()
