"""Writes the figures as tables of docs/performance.md, and as a picture."""

import json
from pathlib import Path
from xml.sax.saxutils import escape

BEGIN, END = "<!-- figures under load: begin -->", "<!-- figures under load: end -->"
COLOURS = ["#2a6f97", "#a9a9a9", "#52796f", "#84a98c"]


def write(docs, figures, against):
    document = docs / "performance.md"
    before, _, rest = document.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    document.write_text(f"{before}{BEGIN}\n\n{tables(figures, against)}\n{END}{after}")
    (docs / "load.svg").write_text(picture(figures))
    kept = Path(docs).parent / "target" / "load" / "figures.json"
    kept.write_text(json.dumps(figures, indent=1))


def tables(figures, against):
    before = f", *before* is commit `{against}`" if against else ""
    lines = [f"Processor time for a request in microseconds, 16 connections, one worker{before}.\n"]
    lines += table(figures, "cpu: ", ".0f")
    origins = {name: found for name, found in figures.items() if not name.startswith("nginx")}
    lines += ["", "Counts for one segment, and what many clients and first requests cost.\n"]
    kinds = ("system", "page", "context", "latency", "RSS", "threads", "first", "packaging")
    lines += table(origins, kinds, ".3g")
    return "\n".join(lines) + "\n"


def table(figures, prefix, form):
    names = list(figures)
    rows = [row for row in figures[names[0]] if row.startswith(prefix)]
    lines = ["| | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for row in rows:
        cells = [figures[name].get(row) for name in names]
        cells = ["" if cell is None else format(cell, form) for cell in cells]
        label = row.removeprefix(prefix) if isinstance(prefix, str) else row
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return lines


def picture(figures):
    """Bars of processor time: a group for each row, a bar for each server."""
    names = list(figures)
    rows = [row for row in figures[names[0]] if row.startswith("cpu: ")]
    most = max(figures[name][row] for name in names for row in rows)
    bar, left, width = 12, 170, 560
    group = bar * len(names) + 12
    height = group * len(rows) + 50
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 60} {height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for at, name in enumerate(names):
        x = left + at * 140
        parts.append(f'<rect x="{x}" y="8" width="12" height="12" fill="{COLOURS[at]}"/>')
        parts.append(f'<text x="{x + 18}" y="19">{escape(name)}</text>')
    for nth, row in enumerate(rows):
        top = 36 + nth * group
        label = escape(row.removeprefix("cpu: "))
        place = f'x="{left - 8}" y="{top + group / 2 - 4}" text-anchor="end"'
        parts.append(f"<text {place}>{label}</text>")
        for at, name in enumerate(names):
            figure = figures[name][row]
            length = figure / most * width
            y = top + at * bar
            shape = f'x="{left}" y="{y}" width="{length:.1f}" height="{bar - 2}"'
            parts.append(f'<rect {shape} fill="{COLOURS[at]}"/>')
            place = f'x="{left + length + 4:.1f}" y="{y + 9}" font-size="10"'
            parts.append(f"<text {place}>{figure:.0f} µs</text>")
    return "\n".join([*parts, "</svg>"]) + "\n"
