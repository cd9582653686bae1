"""``python -m benchmarks.growth``: how time and memory grow with files, keys, module calls and conditions.

Prints a table in Markdown; with ``--plot FILE`` also draws it as SVG. The dashed line is what grows as the number does.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from math import log
from pathlib import Path
from typing import Final

from benchmarks import trees
from benchmarks.processes import Cost, measured, scan_of

_Make = Callable[[Path], None]
SERIES: Final[Mapping[str, Mapping[int, _Make]]] = {
    "files without keys": {
        n: partial(trees.repository, files=n, with_keys=0) for n in (1_000, 2_000, 4_000, 8_000, 16_000)
    },
    "files, 1 % about keys": {n: partial(trees.repository, files=n) for n in (1_000, 2_000, 4_000, 8_000, 16_000)},
    "users with a key each": {n: partial(trees.users, count=n) for n in (50, 100, 200, 400, 800)},
    "blocks of users with a key each": {n: partial(trees.blocks, count=n) for n in (300, 600, 1_200, 2_400, 4_800)},
    "calls of a module with a key": {n: partial(trees.calls, count=n) for n in (25, 50, 100, 200, 400)},
    "conditions with two keys each": {n: partial(trees.conditions, count=n) for n in (4, 8, 16, 32, 64)},
}
_COLOURS: Final = ("#1f77b4", "#2ca02c", "#d62728", "#9467bd", "#ff7f0e", "#17becf")
_SIDE: Final = 300
_MARGIN: Final = 60


def main() -> None:
    """Measure, print, and draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each command (3)")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw it as SVG")
    options = parser.parse_args()
    found: dict[str, dict[int, Cost]] = {}
    sys.stdout.write(
        "| growing | number | processor s | MiB | time for twice as many |\n| --- | --- | --- | --- | --- |\n"
    )
    with tempfile.TemporaryDirectory(prefix="iac-keycheck-growth-") as folder:
        work = Path(folder)
        for name, sizes in SERIES.items():
            before: Cost | None = None
            for number, make in sizes.items():
                make(work / "tree")
                cost = measured({"scan": scan_of(work / "tree")}, options.runs, work / "bytecode")["scan"]
                shutil.rmtree(work / "tree")
                ratio = f"{cost.processor / before.processor:.2f} x" if before else ""
                sys.stdout.write(f"| {name} | {number:,} | {cost.processor:.2f} | {cost.memory >> 20} | {ratio} |\n")
                sys.stdout.flush()
                found.setdefault(name, {})[number] = before = cost
    if options.plot:
        options.plot.write_text(_drawn(found), "utf-8")


def _drawn(found: Mapping[str, Mapping[int, Cost]]) -> str:
    """Two plots beside each other, both relative to the smallest of each series, on logarithmic scales."""
    time = {name: _relative(costs, lambda cost: cost.processor) for name, costs in found.items()}
    memory = {name: _relative(costs, lambda cost: float(cost.memory)) for name, costs in found.items()}
    width, height = 2 * (_SIDE + _MARGIN) + 20, _SIDE + 2 * _MARGIN + 18 * len(found)
    legend = "".join(
        f'<text x="{_MARGIN}" y="{_SIDE + 2 * _MARGIN + 18 * row}" fill="{_COLOURS[row]}">'
        f"{name}: from {min(found[name]):,}"
        f" to {max(found[name]):,}</text>\n"
        for row, name in enumerate(found)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12">\n'
        f'<rect width="{width}" height="{height}" fill="white"/>\n'
        f"{_plot(time, _MARGIN, 'processor time')}{_plot(memory, _SIDE + 2 * _MARGIN, 'memory')}{legend}</svg>\n"
    )


def _relative(costs: Mapping[int, Cost], of: Callable[[Cost], float]) -> list[tuple[float, float]]:
    first = min(costs)
    return [(number / first, of(cost) / of(costs[first])) for number, cost in costs.items()]


def _plot(series: Mapping[str, list[tuple[float, float]]], left: int, title: str) -> str:
    most = max(x for points in series.values() for x, _ in points)

    def place(x: float, y: float) -> str:
        return f"{left + _SIDE * _log(x, most):.1f},{_MARGIN + _SIDE * (1 - _log(max(y, 1.0), most)):.1f}"

    parts = [
        f'<rect x="{left}" y="{_MARGIN}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#888"/>\n',
        f'<text x="{left}" y="{_MARGIN - 12}">{title}, times that of the smallest</text>\n',
        f'<polyline points="{place(1, 1)} {place(most, most)}" stroke="#888" stroke-dasharray="4" fill="none"/>\n',
    ]
    mark = 1.0
    while mark <= most:
        x, y = place(mark, mark).split(",")
        parts.append(f'<text x="{x}" y="{_MARGIN + _SIDE + 16}" text-anchor="middle">{mark:g}</text>\n')
        parts.append(f'<text x="{left - 6}" y="{y}" text-anchor="end">{mark:g}</text>\n')
        mark *= 2
    for colour, points in zip(_COLOURS, series.values(), strict=False):
        line = " ".join(place(x, y) for x, y in points)
        parts.append(f'<polyline points="{line}" stroke="{colour}" stroke-width="2" fill="none"/>\n')
    return "".join(parts)


def _log(value: float, most: float) -> float:
    return log(value) / log(most)


if __name__ == "__main__":
    main()
