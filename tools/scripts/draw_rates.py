#!/usr/bin/env python3
"""Draws what each variant reaches at each learning rate, out of the table that nmt-report writes, as SVG.

    nmt-report runs/learning_rate --format csv -o rates.csv
    tools/scripts/draw_rates.py rates.csv OUTPUT.svg

One depth; the mean over seeds of the best validation nll, a line a variant, the rate on a logarithmic axis.
"""

import collections
import csv
import math
import sys

# Okabe and Ito, and a dash of one's own for each: for all eyes, and in print.
STYLES = [("#0072b2", ""), ("#d55e00", ""), ("#009e73", ""), ("#cc79a7", ""), ("#e69f00", ""), ("#56b4e9", "6 3"),
          ("#000000", "2 3"), ("#999999", "6 3")]
WIDTH, HEIGHT, LEFT, TOP, LABELS, ROW = 460, 300, 52, 34, 130, 15


def lines_of(path):
    lines = collections.defaultdict(list)
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            lines[row["variant"]].append((float(row["learning_rate"]), float(row["best_valid_nll"])))
    return {variant: sorted(points) for variant, points in lines.items()}


def label_places(lines, y):
    """Beside the ends of the lines, at least a row apart."""
    places, last = {}, -math.inf
    for variant in sorted(lines, key=lambda name: y(lines[name][-1][1])):
        last = max(y(lines[variant][-1][1]) + 4, last + ROW)
        places[variant] = last
    return places


def draw(lines):
    rates = sorted({rate for points in lines.values() for rate, _ in points})
    values = [value for points in lines.values() for _, value in points]
    low, high = math.floor(min(values) * 2) / 2, math.ceil(max(values) * 2) / 2

    def x(rate):
        return LEFT + WIDTH * math.log(rate / rates[0]) / math.log(rates[-1] / rates[0])

    def y(value):
        return TOP + HEIGHT * (high - value) / (high - low)

    yield f'<text x="{LEFT}" y="{TOP - 14}" font-weight="bold">best validation nll, nats a piece</text>'
    value = low
    while value <= high:
        yield f'<path d="M{LEFT} {y(value):.1f}h{WIDTH}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>'
        value += 0.5
    for rate in rates:
        yield f'<text x="{x(rate):.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{rate:g}</text>'
    yield f'<text x="{LEFT + WIDTH / 2}" y="{TOP + HEIGHT + 36}" text-anchor="middle">learning rate</text>'
    places = label_places(lines, y)
    for (colour, dashes), (variant, points) in zip(STYLES, lines.items()):
        path = " ".join(f"{x(rate):.1f},{y(value):.1f}" for rate, value in points)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>'
        for rate, value in points:
            yield f'<circle cx="{x(rate):.1f}" cy="{y(value):.1f}" r="3" fill="{colour}"/>'
        yield f'<text x="{LEFT + WIDTH + 10}" y="{places[variant]:.1f}" fill="{colour}">{variant}</text>'


def main():
    table, output = sys.argv[1:]
    lines = lines_of(table)
    if len(lines) > len(STYLES):
        sys.exit(f"draw_rates.py: at most {len(STYLES)} variants, {table} has {len(lines)}")
    with open(output, "w", encoding="utf-8") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + LABELS}" height="{TOP + HEIGHT + 48}" '
                   'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
                   + "".join(draw(lines)) + "</svg>\n")


if __name__ == "__main__":
    main()
