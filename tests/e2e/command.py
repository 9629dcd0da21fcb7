"""The real command in a process of its own, and a fingerprint of everything that it may have changed."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


def environment() -> dict[str, str]:
    """The tests' environment without settings of the person who runs them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOXML__")}
    folder = str(Path(sys.executable).parent)
    return {**kept, "PATH": f"{folder}:{kept.get('PATH', '')}"}


def foxml(*arguments: str | Path, cwd: Path, timeout_s: float = 300.0) -> Done:
    """Run one command to its end."""
    command = [sys.executable, "-m", "foxml", *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, text=True, timeout=timeout_s)
    return Done(done.returncode, done.stdout, done.stderr)


def succeeded(*arguments: str | Path, cwd: Path, timeout_s: float = 300.0) -> str:
    """Run one command that must succeed; return what it printed."""
    done = foxml(*arguments, cwd=cwd, timeout_s=timeout_s)
    assert done.code == 0, f"foxml {' '.join(map(str, arguments))}: exit code {done.code}\n{done.out}\n{done.err}"
    return done.out


def fingerprint(folder: Path) -> str:
    """Hash of every file below a folder: its name and its bytes."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def assert_one_block(done: Done, code: int, words: list[str]) -> None:
    """The documented exit code; a headline and indented lines on stderr, no traceback, nothing on stdout."""
    assert done.code == code, f"{done.out}\n{done.err}"
    assert done.out == ""
    lines = [line for line in done.err.splitlines() if not line.startswith("import")]  # progress
    assert lines[0].startswith("foxml: "), done.err
    assert all(line.startswith("  ") for line in lines[1:]), done.err
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err, f"{word!r} is not in: {done.err}"
