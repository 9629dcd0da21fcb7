"""The compiled core must run on any x86-64-v2 machine: wider instructions are chosen at run time, never assumed."""

import shutil
import subprocess
import sys

import pytest

import foxml._core._native as native

LOAD = """
import importlib.util
spec = importlib.util.spec_from_file_location("foxml._core._native", {path!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(module.exp(1.0).hex())
"""


def test_core_runs_on_an_emulated_nehalem():
    """Nehalem (2008) has SSE4.2 and no AVX. NumPy itself does not start there, so the core alone is loaded."""
    emulator = shutil.which("qemu-x86_64")
    if emulator is None:
        pytest.skip("qemu-x86_64 is not installed: apt-get install qemu-user")
    script = LOAD.format(path=native.__file__)
    command = [emulator, "-cpu", "Nehalem", sys.executable, "-I", "-S", "-c", script]
    found = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert found.returncode == 0, found.stderr
    assert found.stdout.strip() == native.exp(1.0).hex()
