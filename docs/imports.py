#!/usr/bin/env python3
"""Draws which crate depends on which, and checks that all arrows point down.

    imports.py [--check] [--strict-modules]

Writes `imports.svg` beside this script: crates as boxes in layers, arrows for dependencies. A
crate's layer is the length of its longest path to a crate that depends on no other. An arrow that
follows from two others is left out of the picture.

Exits with 1 if crates depend on each other in a circle, if a test dependency points up, or if a
declared dependency is not used. Circles between the modules of a crate are printed, and fail the
check only with `--strict-modules`. With `--check` nothing is written: it also exits with 1 if the
picture is out of date.

What counts as an import: `use` declarations and paths that begin with `crate`, `super`, `self` or
a module's name. What is re-exported counts as an import of the module that defines it. A module
may use its submodules; it is in a circle with one that imports what the module itself defines.
Code under `#[cfg(test)]` does not count. Nor do method calls, so a submodule may hold some of the
methods of its parent's type.
"""

import json
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "imports.svg"


def main():
    options = set(sys.argv[1:])
    if options - {"--check", "--strict-modules"}:
        sys.exit(__doc__)
    crates = read_crates()
    problems = crate_problems(crates)
    circles = [circle for name in sorted(crates) for circle in module_circles(name, crates[name])]
    if not problems:
        picture = draw(crates)
        if "--check" not in options:
            PICTURE.write_text(picture)
        elif not PICTURE.is_file() or PICTURE.read_text() != picture:
            problems.append("docs/imports.svg is out of date: run docs/imports.py")
    for line in circles + problems:
        print(line)
    failures = problems + circles if "--strict-modules" in options else problems
    print(f"imports: {len(crates)} crates, {len(circles)} module circles, {len(problems)} problems")
    sys.exit(1 if failures else 0)


class Crate:
    """One crate of the workspace: what it depends on, and the code of its modules."""

    def __init__(self, package, names):
        declared = {"normal": set(), "dev": set()}
        for dependency in package["dependencies"]:
            if dependency["name"] in names:
                declared["dev" if dependency["kind"] == "dev" else "normal"].add(dependency["name"])
        self.dependencies, self.test_dependencies = declared["normal"], declared["dev"]
        self.modules = read_modules(Path(package["manifest_path"]).parent / "src")


def read_crates():
    """The crates below `crates/`, by name."""
    command = ["cargo", "metadata", "--no-deps", "--format-version", "1"]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    is_crate = lambda package: (ROOT / "crates") in Path(package["manifest_path"]).parents
    packages = [package for package in json.loads(done.stdout)["packages"] if is_crate(package)]
    names = {package["name"] for package in packages}
    return {package["name"]: Crate(package, names) for package in packages}


def crate_problems(crates):
    """What is wrong between crates, one line each."""
    graph = {name: crate.dependencies for name, crate in crates.items()}
    circles = [sorted(circle) for circle in strong_components(graph) if len(circle) > 1]
    if circles:
        return [f"crates depend on each other: {', '.join(circle)}" for circle in circles]
    layers, problems = layers_of(graph), []
    for name, crate in sorted(crates.items()):
        for other in sorted(crate.test_dependencies):
            if layers[other] > layers[name]:
                problems.append(f"the tests of {name} depend on {other}, a layer above")
        text = "".join(module.code for module in crate.modules.values())
        for other in sorted(crate.dependencies):
            if not re.search(rf"\b{other.replace('-', '_')}\b", text):
                problems.append(f"{name} depends on {other}, and does not use it")
    return problems


def strong_components(graph):
    """The strongly connected components of a graph: those of more than one node are circles."""
    reached = {node: reachable(graph, node) for node in graph}
    found, seen = [], set()
    for node in sorted(graph):
        if node not in seen:
            found.append({node} | {other for other in reached[node] if node in reached[other]})
            seen |= found[-1]
    return found


def reachable(graph, start):
    """All nodes that a path from `start` leads to."""
    found, todo = set(), [start]
    while todo:
        for node in graph[todo.pop()]:
            if node not in found:
                found.add(node)
                todo.append(node)
    return found


def layers_of(graph):
    """The length of the longest path from each node of a graph without circles."""
    layers = {}

    def layer(node):
        if node not in layers:
            layers[node] = max((layer(other) + 1 for other in graph[node]), default=0)
        return layers[node]

    return {node: layer(node) for node in graph}


def shortest_circle(graph, nodes):
    """The shortest circle through the first of the nodes that has one, as a list of nodes."""
    start, paths = min(nodes), [[min(nodes)]]
    while True:
        longer = []
        for path in paths:
            for node in sorted(graph[path[-1]] & nodes):
                if node == start:
                    return path + [start]
                longer.append(path + [node])
        paths = longer


#: Comments, then strings and characters, whose text must not be taken for code.
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
LITERAL = re.compile(
    r"""//[^\n]*|/\*.*?\*/|\bb?r(#*)".*?"\1|"(?:\\.|[^"\\])*"|'(?:\\[^']+|[^\\'])'""", re.DOTALL
)
TEST = re.compile(r"#\[cfg\((?:all\()?test\b[^\]]*\]\s*(?:#\[[^\]]*\]\s*)*")
DECLARED = re.compile(r"\bmod\s+(\w+)\s*;")
USE = re.compile(r"(\bpub(?:\([^)]*\))?\s+)?\buse\s+([^;]+);")
PATH = re.compile(r"\b(\w+)((?:::\w+)+)")


class Module:
    """The code of one file without tests, comments and strings."""

    def __init__(self, file, text):
        self.file, self.code = file, strip_tests(LITERAL.sub(blank, text))
        self.children = DECLARED.findall(self.code)
        #: What `use` declarations import: (local name, path, whether it is re-exported).
        self.uses = [
            (name, path, bool(public))
            for public, tree in USE.findall(self.code)
            for name, path in use_tree(tree)
        ]
        self.names = {name: path for name, path, _ in self.uses if name != "*"}
        self.body = re.sub(r"\bpub\([^)]*\)", "", USE.sub("", self.code))


def blank(match):
    return " " if COMMENT.fullmatch(match.group()) else '""'


def strip_tests(code):
    """The code without the items that are compiled for tests alone."""
    while found := TEST.search(code):
        end = found.end()
        depth = 0
        while True:
            depth += {"{": 1, "}": -1}.get(code[end], 0)
            end += 1
            if depth == 0 and code[end - 1] in ";}":
                break
        code = code[: found.start()] + code[end:]
    return code


def read_modules(folder):
    """The modules of a crate by path: `()` is the root, `("a", "b")` is `crate::a::b`."""
    modules = {}

    def read(path, file):
        modules[path] = module = Module(file, file.read_text())
        below = file.parent if file.name in ("lib.rs", "mod.rs") else file.with_suffix("")
        for child in module.children:
            files = [below / f"{child}.rs", below / child / "mod.rs"]
            read((*path, child), next(file for file in files if file.is_file()))

    read((), folder / "lib.rs")
    return modules


def use_tree(text, prefix=()):
    """Yields (local name, path) for each name that a `use` declaration imports."""
    text = text.strip()
    if "{" in text:
        head, _, rest = text.partition("{")
        prefix += tuple(part for part in re.split(r"\s*::\s*", head.strip()) if part)
        for part in split_list(rest[: rest.rindex("}")]):
            yield from use_tree(part, prefix)
        return
    text, _, alias = text.partition(" as ")
    path = prefix + tuple(part for part in re.split(r"\s*::\s*", text.strip()) if part)
    path = path[:-1] if path[-1] == "self" and len(path) > 1 else path
    yield alias.strip() or path[-1], path


def split_list(text):
    """The parts between the commas that are in no braces."""
    parts, depth = [""], 0
    for character in text:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in parts if part.strip()]


def resolve(modules, at, path, depth=0):
    """The module that defines what `path` names in the module `at`; none if no module does."""
    path = list(path)
    if path[0] not in ("crate", "self", "super"):
        if path[0] not in modules[at].children:
            return follow(modules, at, path, depth) if path[0] in modules[at].names else None
    elif path[0] == "crate":
        at, path = (), path[1:]
    while path and path[0] in ("self", "super"):
        at = at[:-1] if path.pop(0) == "super" else at
    while path and path[0] in modules[at].children:
        at = (*at, path.pop(0))
    return follow(modules, at, path, depth) if path and path[0] in modules[at].names else at


def follow(modules, at, path, depth):
    """Goes on where an import of the module `at` leads."""
    target = modules[at].names[path[0]]
    if depth > 20 or target[0] == path[0] and len(target) == 1:
        return None
    return resolve(modules, at, [*target, *path[1:]], depth + 1)


def imports(modules, at):
    """The modules that the module `at` imports from."""
    module = modules[at]
    for name, path, public in module.uses:
        if not public or re.search(rf"\b{re.escape(name)}\b", module.body):
            yield resolve(modules, at, path)
    for first, rest in PATH.findall(module.body):
        if first in ("crate", "self", "super") or first in module.children:
            yield resolve(modules, at, [first, *rest.split("::")[1:]])


def module_circles(name, crate):
    """The circles between modules that share a parent, one line each."""
    groups = {}
    for at in crate.modules:
        for target in imports(crate.modules, at):
            if target is None or target == at:
                continue
            shared = next(n for n in range(99) if at[: n + 1] != target[: n + 1])
            graph = groups.setdefault(at[:shared], {})
            here, there = at[shared : shared + 1], target[shared : shared + 1]
            graph.setdefault(here, set()).add(there)
            graph.setdefault(there, set())
    for parent, graph in sorted(groups.items()):
        for circle in strong_components(graph):
            if len(circle) > 1:
                path = shortest_circle(graph, circle)
                text = " -> ".join("::".join(("crate", *parent, *node)) for node in path)
                more = len(circle) - len(set(path))
                yield f"{name}: {text}" + (f" (and {more} more modules)" if more else "")


BOX, GAP, LANE, ROW, LEFT, TOP = 36, 28, 24, 108, 92, 56
STYLE = """
    .box { fill: #e8f1fb; stroke: #1769aa; stroke-width: 1.5 } .back { fill: #f7f9fb }
    .band { fill: #eef2f6 } .text { fill: #1c2733 } .small { font-size: 12px; fill: #4a5967 }
    .line { stroke: #5b6b7a; stroke-width: 1.5; fill: none; marker-end: url(#arrow) }
"""


def draw(crates):
    """The picture as SVG."""
    graph = {name: crates[name].dependencies for name in sorted(crates)}
    layers = layers_of(graph)
    rows, links, chains = with_lanes(reduced(graph), layers)
    rows = place(order(rows, links), links)
    left = min(x - width(node) / 2 for row in rows for node, x in row.items())
    spots = {node: round(x - left + LEFT) for row in rows for node, x in row.items()}
    right = max(x + width(node) // 2 for node, x in spots.items())
    height = TOP + ROW * (len(rows) - 1) + BOX + 56
    middle = lambda layer: TOP + ROW * (len(rows) - 1 - layer) + BOX // 2
    wide = max(right + 28, 620)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {height}"'
        ' font-family="system-ui, sans-serif" font-size="14" role="img"'
        ' aria-label="The crates of the workspace in layers; dependencies point down">',
        f"  <style>{STYLE}  </style>",
        '  <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8"'
        ' markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#5b6b7a"/></marker></defs>',
        f'  <rect class="back" width="{wide}" height="{height}" rx="10"/>',
        '  <text class="text" x="20" y="28" font-weight="600">'
        "Crates and what they depend on</text>",
    ]
    for layer in range(len(rows)):
        y = middle(layer)
        out.append(
            f'  <rect class="band" x="12" y="{y - 28}" width="{wide - 24}" height="56" rx="8"/>'
        )
        out.append(f'  <text class="small" x="24" y="{y + 4}">layer {layer}</text>')
    ports = ports_of(chains, spots)
    for chain in chains:
        out.append(f'  <path class="line" d="{curve(chain, spots, layers, middle, ports)}"/>')
    for name in graph:
        x, y = spots[name], middle(layers[name])
        out.append(
            f'  <rect class="box" x="{x - width(name) // 2}" y="{y - BOX // 2}"'
            f' width="{width(name)}" height="{BOX}" rx="6"/>'
            f'<text class="text" x="{x}" y="{y + 5}" text-anchor="middle">{name}</text>'
        )
    out.append(
        f'  <text class="small" x="20" y="{height - 14}">All arrows point down.'
        " An arrow that follows from two others is left out.</text>"
    )
    return "\n".join(out) + "\n</svg>\n"


def reduced(graph):
    """The graph without the arrows that follow from others."""
    reached = {node: reachable(graph, node) for node in graph}
    implied = lambda node, other: any(other in reached[middle] for middle in graph[node])
    return {node: [o for o in sorted(graph[node]) if not implied(node, o)] for node in graph}


def with_lanes(graph, layers):
    """Rows of nodes from layer 0 up, the links between neighbouring rows, and each arrow's chain.

    An arrow that crosses a layer has a node there too, a tuple, which keeps a lane free for it.
    """
    rows = [[] for _ in range(max(layers.values()) + 1)]
    for node in graph:
        rows[layers[node]].append(node)
    chains = []
    for node in graph:
        for other in graph[node]:
            lanes = [(node, other, at) for at in range(layers[node] - 1, layers[other], -1)]
            for lane in lanes:
                rows[lane[2]].append(lane)
            chains.append([node, *lanes, other])
    links = [link for chain in chains for link in zip(chain, chain[1:])]
    return rows, links, chains


def width(node):
    return LANE if isinstance(node, tuple) else 24 + 2 * round(len(node) * 4.1)


def order(rows, links):
    """The rows in the order in which the fewest arrows cross: the best of some sweeps."""
    best = [list(row) for row in rows]
    rows = [list(row) for row in rows]
    for sweep in range(24):
        at = {node: place / len(row) for row in rows for place, node in enumerate(row)}
        above = sweep % 2 == 1
        for row in rows if not above else reversed(rows):
            row.sort(key=lambda node: (average(node, links, at, above), str(node)))
            at.update({node: place / len(row) for place, node in enumerate(row)})
        if crossings(rows, links) < crossings(best, links):
            best = [list(row) for row in rows]
    return best


def neighbours(node, links, above):
    return [pair[1 - above] for pair in links if pair[above] == node]


def average(node, links, at, above):
    """The mean place of a node's neighbours in the row above or below, or else its own."""
    found = [at[other] for other in neighbours(node, links, above)]
    return sum(found) / len(found) if found else at[node]


def crossings(rows, links):
    at = {node: place for row in rows for place, node in enumerate(row)}
    layer = {node: level for level, row in enumerate(rows) for node in row}
    return sum(
        (at[a] - at[c]) * (at[b] - at[d]) < 0
        for (a, b), (c, d) in combinations(links, 2)
        if layer[a] == layer[c]
    )


def place(rows, links):
    """Gives each node of a row its `x`: near to its neighbours, and apart from the next."""
    placed = []
    for row in rows:
        spots, x = {}, 0
        for node in row:
            spots[node] = x + width(node) / 2
            x += width(node) + GAP
        placed.append({node: spot - x / 2 for node, spot in spots.items()})
    for _ in range(60):
        for row in placed:
            at = {node: x for other in placed for node, x in other.items()}
            wanted = {}
            for node in row:
                near = neighbours(node, links, False) + neighbours(node, links, True)
                wanted[node] = sum(at[other] for other in near) / len(near) if near else at[node]
            row.update(apart(list(row), wanted))
    return placed


def apart(row, wanted):
    """The wanted places, moved as far as it takes to keep the nodes in order and apart."""
    distance = lambda a, b: (width(a) + width(b)) / 2 + GAP
    right, left = {}, {}
    for at, node in enumerate(row):
        least = right[row[at - 1]] + distance(row[at - 1], node) if at else wanted[node]
        right[node] = max(wanted[node], least)
    for at, node in reversed(list(enumerate(row))):
        last = at + 1 == len(row)
        most = wanted[node] if last else left[row[at + 1]] - distance(node, row[at + 1])
        left[node] = min(wanted[node], most)
    return {node: (right[node] + left[node]) / 2 for node in row}


def ports_of(chains, spots):
    """Where each chain leaves (0) and reaches (-1) its boxes: no two arrows share a point."""
    ports = {}
    for end in (0, -1):
        for node in {chain[end] for chain in chains}:
            found = [chain for chain in chains if chain[end] == node]
            found.sort(key=lambda chain: spots[chain[1 if end == 0 else -2]])
            step = min(22, (width(node) - 24) / len(found))
            for at, chain in enumerate(found):
                ports[id(chain), end] = round(spots[node] + (at - (len(found) - 1) / 2) * step)
    return ports


def curve(chain, spots, layers, middle, ports):
    """The path of one arrow, straight down through its lanes."""
    level = lambda node: node[2] if isinstance(node, tuple) else layers[node]
    x, y = ports[id(chain), 0], middle(level(chain[0])) + BOX // 2
    path = f"M{x} {y}"
    for node in chain[1:]:
        last = node is chain[-1]
        to = ports[id(chain), -1] if last else spots[node]
        top = middle(level(node)) - BOX // 2 - (2 if last else 0)
        bend = 6 * (top - y) // 10
        path += f"C{x} {y + bend} {to} {top - bend} {to} {top}"
        x, y = to, top
        if not last:
            y = middle(level(node)) + BOX // 2
            path += f"V{y}"
    return path


if __name__ == "__main__":
    main()
