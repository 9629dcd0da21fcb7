"""House rules that no linter knows, checked over the source text. Exits 1 and lists what it found."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
CPP_FUNCTION_LINES_MAX = 69

# What only clock.py may touch: wall time, randomness and ids are passed in everywhere else.
CLOCK_CALLS = re.compile(
    r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time(_ns)?|uuid\.?uuid[14]|uuid4|os\.urandom)\s*\("
    r"|^\s*(import|from) (random|secrets|uuid)\b"
)
MODE_WORDS = re.compile(r"\b(backtest|paper|live)\b", re.IGNORECASE)
LEFT_OVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(wo" r"rk|ro" r"ot|ho" r"me)/\w")
UNPICKLING = re.compile(r"^\s*(import|from) (pickle|cloudpickle|dill|joblib|shelve|marshal)\b|allow_pickle=True")
APPROVAL = re.compile(r"\bApproved\(")
CPP_OPENS = re.compile(r"\)[^;{}()]*\{$")
CPP_CONTROL = re.compile(r"\s*(\}\s*)?(if|for|while|switch|catch|else|do)\b")
PRINTING = re.compile(r"(?<![\w.])print\(")


@dataclass(frozen=True)
class Finding:
    """One broken rule."""

    path: str
    line: int
    rule: str


def _matches(path: str, text: str, pattern: re.Pattern[str], rule: str) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.search(line):
            yield Finding(path, number, rule)


def _function_lengths(path: str, text: str) -> Iterator[Finding]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            doc = ast.get_docstring(node, clean=False)
            length -= doc.count("\n") + 1 if doc else 0
            if length > FUNCTION_LINES_MAX:
                yield Finding(
                    path, node.lineno, f"function {node.name} has {length} lines, allowed {FUNCTION_LINES_MAX}"
                )


def _cpp_function_lengths(path: str, text: str) -> Iterator[Finding]:
    """Find long bodies: what opens with ``) {`` (or ``) const {`` ...) and closes at the same indentation.

    clang-format keeps the closing brace at the indentation of the line that began the function, so no parser is needed.
    """
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not CPP_OPENS.search(line) or CPP_CONTROL.match(line):
            continue
        first = number
        while (
            first > 0
            and not lines[first - 1].rstrip().endswith((";", "}", "{", ":", ">", "/"))
            and lines[first - 1].strip()
        ):
            first -= 1
        indent = len(lines[first]) - len(lines[first].lstrip())
        closing = re.compile(rf" {{{indent}}}}}")
        last = next((k for k in range(number + 1, len(lines)) if closing.match(lines[k])), number)
        if last - first + 1 > CPP_FUNCTION_LINES_MAX:
            yield Finding(path, first + 1, f"function has {last - first + 1} lines, allowed {CPP_FUNCTION_LINES_MAX}")


def check_file(path: str, text: str) -> list[Finding]:
    """Check one file's text.

    Parameters
    ----------
    path : str
        Relative to the repository, with forward slashes; decides which rules apply.
    text : str

    Returns
    -------
    list of Finding
    """
    found: list[Finding] = []
    found += _matches(path, text, LEFT_OVER, "left-over mark")
    found += _matches(path, text, MACHINE_PATH, "path of a machine")
    lines = text.count("\n")
    if path.endswith((".py", ".cpp", ".hpp")) and lines > FILE_LINES_MAX:
        found.append(Finding(path, 1, f"file has {lines} lines, allowed {FILE_LINES_MAX}"))
    if path.endswith(".py"):
        found += _function_lengths(path, text)
    if path.endswith((".cpp", ".hpp")):
        found += _cpp_function_lengths(path, text)
    if path.startswith("foxml/") and path.endswith(".py"):
        found += _product_rules(path, text)
    return found


def _product_rules(path: str, text: str) -> Iterator[Finding]:
    yield from _matches(path, text, UNPICKLING, "unpickling")
    if path != "foxml/clock.py":
        yield from _matches(path, text, CLOCK_CALLS, "time, randomness or ids outside clock.py")
    if path.startswith("foxml/engine/"):
        yield from _matches(path, text, MODE_WORDS, "mode word inside the engine")
    if not path.startswith(("foxml/risk/", "foxml/journal/")):
        yield from _matches(path, text, APPROVAL, "approval built outside risk")
    if not path.startswith("foxml/cli/"):
        yield from _matches(path, text, PRINTING, "printing outside the command line")


def dead_modules(modules: dict[str, str], roots: Iterable[str]) -> list[Finding]:
    """Find modules that nothing imports.

    Parameters
    ----------
    modules : dict of str to str
        Dotted module name to source, packages by their own name.
    roots : iterable of str
        Names that need no importer: entry points and public packages.
    """
    used = set(roots)
    for name, text in modules.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                used.update(alias.name for alias in node.names if alias.name != name)
            elif isinstance(node, ast.ImportFrom) and node.module:
                used.add(node.module)
                used.update(f"{node.module}.{alias.name}" for alias in node.names)
    parents = {".".join(name.split(".")[:-1]) for name in modules}
    return [
        Finding(name, 1, "nothing imports this module")
        for name in sorted(modules)
        if name not in used and name not in parents
    ]


def _module_name(path: str) -> str:
    parts = path.removesuffix(".py").split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def main() -> int:
    """Check every tracked file; print findings; return the exit status."""
    root = Path(__file__).resolve().parent.parent
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True)
    if listed.returncode != 0:
        sys.stdout.write(f"tidy: git could not list the files: {listed.stderr.strip()}\n")
        return 1
    found: list[Finding] = []
    sources: dict[str, str] = {}
    for path in sorted(set(listed.stdout.split())):
        file = root / path
        if not file.is_file() or path == "LICENSE" or path.startswith("tests/fuzz/models/"):  # models, some binary
            continue
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            found.append(Finding(path, 1, "not UTF-8 text"))
            continue
        found += check_file(path, text)
        if path.endswith(".py") and path.startswith(("foxml/", "tests/")):
            sources[_module_name(path)] = text
    tests = {name for name in sources if name.startswith("tests")}
    found += dead_modules(sources, {"foxml", "foxml.__main__", "foxml._core"} | tests)
    for finding in found:
        sys.stdout.write(f"{finding.path}:{finding.line}: {finding.rule}\n")
    sys.stdout.write(f"tidy: {len(found)} findings\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
