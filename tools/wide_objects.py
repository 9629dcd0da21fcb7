"""Object files compiled for wide instructions may name nothing but their entry. Exits 1 and lists what they do.

A linker that finds an inline function in several objects keeps one of them; were that the one compiled for AVX-512,
code that runs everywhere would stop on an older machine. So a file ``NAME_avx2.cpp`` defines one name outside of
itself, a function ``NAME_avx2``.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

WIDE_SOURCE = re.compile(r"(?P<entry>\w+_(avx2|avx512))\.cpp$")
# A local name has a small letter in nm's list; weak, unique and indirect ones have one too.
SYMBOL = re.compile(r"^[0-9a-fA-F]+ (?P<kind>[A-Zuvwi]) (?P<name>.+)$")
EXCEPTION_DATA = "DW.ref."


def strays(entry: str, listed: str) -> Iterator[str]:
    """Find what an object defines for others besides its one entry.

    Parameters
    ----------
    entry : str
        Name of the function that the object is there for, as its file is named.
    listed : str
        What ``nm -C --defined-only`` says of the object.
    """
    entries = 0
    for line in listed.splitlines():
        symbol = SYMBOL.match(line)
        if symbol is None or symbol["name"].startswith(EXCEPTION_DATA):
            continue
        if symbol["kind"] == "T" and re.search(rf"(^|::){entry}\(", symbol["name"]):
            entries += 1
        else:
            yield f"defines {symbol['kind']} {symbol['name']}"
    if entries != 1:
        yield f"defines {entries} functions {entry}, expected 1"


def check(sources: list[Path], build: Path) -> list[str]:
    """Check the object of every source; a source without one is a finding.

    Parameters
    ----------
    sources : list of Path
        Files named ``*_avx2.cpp`` or ``*_avx512.cpp``.
    build : Path
        Folder that they were compiled in.
    """
    found: list[str] = []
    for source in sources:
        name = WIDE_SOURCE.search(source.name)
        objects = sorted(build.rglob(f"{source.name}.o"))
        if name is None or not objects:
            found.append(f"{source}: no object of it in {build}")
            continue
        for path in objects:
            listed = subprocess.run(
                ["nm", "-C", "--defined-only", str(path)], capture_output=True, text=True, check=True
            )
            found += [f"{path}: {stray}" for stray in strays(name["entry"], listed.stdout)]
    return found


def main() -> int:
    """Check all wide sources of the core in the build folder given; return the exit status."""
    root = Path(__file__).resolve().parent.parent
    sources = sorted(path for path in (root / "cpp").rglob("*.cpp") if WIDE_SOURCE.search(path.name))
    found = check(sources, Path(sys.argv[1])) if sources else [f"no wide source below {root / 'cpp'}"]
    for finding in found:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"wide objects: {len(sources)} sources, {len(found)} findings\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
