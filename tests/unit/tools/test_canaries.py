"""Each static check must reject a planted violation: a check that is not wired up passes on everything."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PYPROJECT = str(ROOT / "pyproject.toml")


def run(*command: str, text: str | None = None, cwd: Path = ROOT, env: dict[str, str] | None = None):
    return subprocess.run(command, input=text, cwd=cwd, env=env, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    ("planted", "code"),
    [("import os\n", "F401"), ("def f(x):\n    return x\n", "ANN001"), ("def f() -> None:\n    pass\n", "D1")],
)
def test_ruff_rejects(planted, code):
    """Unused imports, missing annotations and missing docstrings."""
    found = run(
        "ruff", "check", "--config", PYPROJECT, "--no-cache", "--stdin-filename", "foxml/planted.py", "-", text=planted
    )
    assert found.returncode == 1
    assert code in found.stdout


def test_ruff_format_rejects():
    """Every file is formatted alike."""
    command = ("ruff", "format", "--check", "--config", PYPROJECT, "--stdin-filename", "foxml/planted.py", "-")
    assert run(*command, text="x=1\n").returncode == 1


def test_mypy_rejects(tmp_path):
    """Strict typing: an untyped function and a wrong type."""
    (tmp_path / "planted.py").write_text("def f(x):\n    return x\n\n\ny: int = 'a'\n")
    found = run("mypy", "--config-file", PYPROJECT, "--cache-dir", str(tmp_path / "c"), str(tmp_path / "planted.py"))
    assert found.returncode == 1
    assert "no-untyped-def" in found.stdout
    assert "assignment" in found.stdout


# Planted file | its import | the contract that it breaks. The copy is named `planted`: nothing installed shadows it.
IMPORTS = [
    ("domain/canary.py", "import planted.cli", "rooms import only downward"),
    ("bars/canary.py", "import planted.labels", "rooms import only downward"),
    ("settings/canary.py", "import planted._core", "the compiled core has four doors"),
    ("bars/canary.py", "import planted._core", "the compiled core has four doors"),
    ("models/canary.py", "import lightgbm", "only research imports training libraries"),
    ("session/canary.py", "import onnxruntime", "only models import ONNX Runtime"),
    ("domain/canary.py", "import pandas", "pandas stays in research, bars and report"),
]


@pytest.mark.parametrize(("file", "line", "contract"), IMPORTS)
def test_import_linter_rejects(tmp_path, file, line, contract):
    """An upward import, and each fenced library, breaks its own contract."""
    for source in (ROOT / "foxml").rglob("*.py"):
        target = tmp_path / "planted" / source.relative_to(ROOT / "foxml")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source.read_text().replace("foxml", "planted"))
    labels = tmp_path / "planted" / "labels" / "__init__.py"
    labels.parent.mkdir(exist_ok=True)
    labels.touch()
    (tmp_path / "planted" / file).write_text(f"{line}\n")
    (tmp_path / "pyproject.toml").write_text(Path(PYPROJECT).read_text().replace("foxml", "planted"))
    found = run("lint-imports", "--no-cache", "--no-logo", cwd=tmp_path)
    assert found.returncode == 1, found.stdout
    assert f"{contract} BROKEN" in found.stdout


def test_clang_format_rejects():
    """C++ is formatted alike."""
    command = ("clang-format", "--dry-run", "-Werror", "--assume-filename", str(ROOT / "cpp/planted.cpp"))
    assert run(*command, text="int   x ;\n").returncode != 0


def test_clang_tidy_rejects(tmp_path):
    """The short list is read and its findings are errors."""
    planted = tmp_path / "planted.cpp"
    planted.write_text(
        "#include <string>\n#include <utility>\n"
        'std::size_t f() { std::string a = "x"; std::string b = std::move(a); return a.size() + b.size(); }\n'
    )
    shutil.copy(ROOT / ".clang-tidy", tmp_path)
    found = run("clang-tidy", "--quiet", str(planted), "--", "-std=c++20")
    assert found.returncode != 0
    assert "bugprone-use-after-move" in found.stdout


@pytest.mark.parametrize("script", ["tools/check", "tools/test"])
def test_a_missing_tool_is_a_failure(script, tmp_path):
    """A check that cannot run must never look as if it had passed."""
    for name in ("bash", "dirname", "env"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    found = run(str(tmp_path / "bash"), str(ROOT / script), env={"PATH": str(tmp_path)})
    assert found.returncode == 1
    assert "is missing" in found.stderr


def test_stub_check_rejects(tmp_path):
    """The stub of the core is compared with the core."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    (tmp_path / "foxml" / "_core").mkdir(parents=True)
    (tmp_path / "foxml" / "_core" / "_native.pyi").write_text("def nothing() -> None: ...\n")
    found = run(str(tmp_path / "tools" / "stubs"), "--check")
    assert found.returncode == 1
    assert "tools/stubs" in found.stderr


@pytest.mark.parametrize(("said", "status"), [("no tests ran in 0.01s", 5), ("no tests ran in 0.01s", 0), ("", 0)])
def test_a_suite_that_runs_nothing_is_a_failure(said, status, tmp_path):
    """Whatever makes a suite come up empty, its silence must not count as passing, even the first and largest one's."""
    shutil.copytree(ROOT / "tools", tmp_path / "repo" / "tools")
    run("git", "init", "-q", cwd=tmp_path / "repo")
    stand_in = tmp_path / "bin" / "pytest"
    stand_in.parent.mkdir()
    stand_in.write_text(f"#!/bin/sh\necho '{said}'\nexit {status}\n")
    stand_in.chmod(0o755)
    environment = os.environ | {"PATH": f"{stand_in.parent}:{os.environ['PATH']}"}
    found = run(str(tmp_path / "repo" / "tools" / "test"), env=environment)
    assert found.returncode == 1
    assert re.search(r"tools/test: unit (failed|ran no tests)", found.stderr)
