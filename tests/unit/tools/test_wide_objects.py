"""Code compiled for wide instructions must never be what the linker picks for a function that runs everywhere."""

import importlib.util
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest


def _load() -> ModuleType:
    path = Path(__file__).resolve().parents[3] / "tools" / "wide_objects.py"
    spec = importlib.util.spec_from_file_location("wide_objects", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


wide_objects = _load()

HONEST = (
    "namespace { int helper(int x) { return x + 1; } }\nnamespace n { int sum_avx2(int x) { return helper(x); } }\n"
)
# What a source defines besides | what is found.
CANARIES = [
    ("inline int shared(int x) { return x + 2; }\nint (*use)(int) = shared;\n", "defines W shared(int)"),
    (
        "template <class T> T shared(T x) { return x + 2; }\ntemplate int shared(int);\n",
        "defines W int shared<int>(int)",
    ),
    ("inline int count = 3;\nstatic int* const use [[gnu::used]] = &count;\n", "defines u count"),
    ("int other(int x) { return x; }\n", "defines T other(int)"),
    ("int sum_avx2(double) { return 0; }\n", "defines 2 functions sum_avx2"),
]


def compiled(folder: Path, text: str) -> list[str]:
    compiler = shutil.which("c++")
    if compiler is None or shutil.which("nm") is None:
        pytest.skip("c++ or nm is not installed")
    source = folder / "sum_avx2.cpp"
    source.write_text(text)
    command = [compiler, "-std=c++20", "-O0", "-mavx2", "-c", str(source), "-o", str(folder / "sum_avx2.cpp.o")]
    subprocess.run(command, check=True, timeout=60)
    return wide_objects.check([source], folder)


@pytest.mark.parametrize(("planted", "finding"), CANARIES, ids=["inline", "template", "data", "other", "overload"])
def test_a_name_for_others_is_found(tmp_path: Path, planted: str, finding: str) -> None:
    # Each way in which a wide object could stand in for a portable one, compiled for real.
    assert any(finding in found for found in compiled(tmp_path, HONEST + planted))


def test_one_entry_passes(tmp_path: Path) -> None:
    # What stays inside of its file is nobody else's.
    assert compiled(tmp_path, HONEST) == []


def test_a_source_without_object_is_found(tmp_path: Path) -> None:
    # A check of nothing would pass.
    assert len(wide_objects.check([tmp_path / "sum_avx2.cpp"], tmp_path)) == 1


def test_an_object_without_its_entry_is_found() -> None:
    # A renamed entry would leave the rule without its exception.
    assert list(wide_objects.strays("sum_avx2", "")) == ["defines 0 functions sum_avx2, expected 1"]
