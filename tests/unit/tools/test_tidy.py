"""Each house rule must reject its canary and let honest code pass."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


def _load() -> ModuleType:
    path = Path(__file__).resolve().parents[3] / "tools" / "tidy.py"
    spec = importlib.util.spec_from_file_location("tidy", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["tidy"] = module
    spec.loader.exec_module(module)
    return module


tidy = _load()

CANARIES = [
    ("foxml/engine/step.py", "x = datetime.now()\n", "outside clock.py"),
    ("foxml/engine/step.py", "x = time.time_ns()\n", "outside clock.py"),
    ("foxml/risk/a.py", "import random\n", "outside clock.py"),
    ("foxml/engine/step.py", "if mode == 'backtest':\n    pass\n", "mode word"),
    ("foxml/engine/step.py", "x = Approved('a', 1)\n", "approval built outside risk"),
    ("foxml/bars/a.py", "print('x')\n", "printing"),
    ("foxml/models/a.py", "import pickle\n", "unpickling"),
    ("foxml/models/a.py", "np.load(f, allow_pickle=True)\n", "unpickling"),
    ("docs/a.md", "see TO" + "DO\n", "left-over"),
    ("docs/a.md", "cd /ho" + "me/me/foxml\n", "path of a machine"),
    ("foxml/bars/a.py", "x = 1\n" * 401, "file has 401 lines"),
    ("cpp/core/a.hpp", "int x;\n" * 401, "file has 401 lines"),
    ("cpp/core/a.cpp", "int f(int a,\n      int b) {\n" + "    ++a;\n" * 68 + "}\n", "function has 71 lines"),
    ("cpp/core/a.hpp", "struct A {\n    int f() const {\n" + "        ++a;\n" * 69 + "    }\n};\n", "function has 71"),
    ("foxml/bars/a.py", "def f():\n" + "    x = 1\n" * 60, "function f has 61 lines"),
]


@pytest.mark.parametrize(("path", "text", "rule"), CANARIES, ids=[f"{c[2]}-{i}" for i, c in enumerate(CANARIES)])
def test_canary_is_rejected(path: str, text: str, rule: str) -> None:
    # A rule that finds nothing in its canary would pass on everything.
    assert any(rule in finding.rule for finding in tidy.check_file(path, text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("foxml/clock.py", "x = time.time_ns()\n"),
        ("foxml/risk/check.py", "x = Approved('a', 1)\n"),
        ("foxml/cli/main.py", "print('x')\n"),
        ("foxml/session/run.py", "mode = 'backtest'\n"),
        ("foxml/bars/a.py", "def f():\n" + "    x = 1\n" * 59),
        ("cpp/core/a.cpp", "int f(int a) {\n" + "    if (a) {\n        ++a;\n    }\n" * 22 + "}\n"),
    ],
)
def test_allowed_use_passes(path: str, text: str) -> None:
    # The rules must name their one allowed place.
    assert tidy.check_file(path, text) == []


def test_dead_module_is_found() -> None:
    # A module that nobody imports is code that nobody runs.
    modules = {"foxml.a": "from foxml import b\n", "foxml.b": "", "foxml.c": ""}
    assert [finding.path for finding in tidy.dead_modules(modules, {"foxml.a"})] == ["foxml.c"]
