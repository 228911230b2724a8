"""The floor plan: which room has how many modules and lines, and which others it imports.

    python -m website.audit.rooms

Rooms of the package are its folders, and its public modules each by itself; those of the site are website/'s folders.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import grimp

from website.paths import PACKAGE, WEBSITE

MOST = 5  # arguments of a function


def room(module: str) -> str:
    """`gradlab.verdict.blocks` lies in `gradlab.verdict`."""
    return ".".join(module.split(".")[:2])


def arrows(graph: grimp.ImportGraph) -> Counter[tuple[str, str]]:
    """Imports from one room to another, counted."""
    found: Counter[tuple[str, str]] = Counter()
    for module in graph.modules:
        for other in graph.find_modules_directly_imported_by(module):
            if room(module) != room(other):
                found[room(module), room(other)] += 1
    return found


def circles(found: Counter[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Pairs of rooms that import each other, in one step or over others."""
    reach = {start: {end for begin, end in found if begin == start} for start, _ in found}
    for _ in reach:
        for start, ends in reach.items():
            reach[start] = ends.union(*(reach.get(end, set()) for end in ends))
    return sorted({tuple(sorted((a, b))) for a, ends in reach.items() for b in ends if a in reach.get(b, set())})


def functions(folder: Path) -> Iterator[tuple[str, int]]:
    """Functions with more arguments than MOST, keywords not counted: those that a caller must keep in order."""
    for path in sorted(folder.rglob("*.py")):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        found = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        for node in sorted(found, key=lambda node: node.lineno):
            names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
            count = len(names) - (names[:1] in (["self"], ["cls"]))
            if count > MOST:
                yield f"{path.relative_to(folder)}:{node.lineno} {node.name}", count


def main() -> None:
    """Print it, for the package and for the site."""
    for name, folder in (("gradlab", PACKAGE / "gradlab"), ("website", WEBSITE)):
        graph = grimp.build_graph(name, cache_dir=None)
        found = arrows(graph)
        modules: Counter[str] = Counter(room(module) for module in graph.modules)
        print(f"{name}: {len(graph.modules)} modules in {len(modules)} rooms, {len(found)} arrows between rooms")
        for one, count in sorted(modules.items()):
            others = ", ".join(sorted(end.partition(".")[2] or end for start, end in found if start == one))
            print(f"  {one.partition('.')[2] or one:<18} {count:>3}  {others}")
        print(f"  circles: {circles(found) or 'none'}")
        print(f"  functions with more than {MOST} arguments in order: {list(functions(folder)) or 'none'}")


if __name__ == "__main__":
    main()
