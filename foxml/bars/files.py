"""Files that are replaced as a whole or not at all."""

import os
from pathlib import Path

__all__ = ["PARTIAL", "put_file", "replace_file", "sync_folder"]

PARTIAL = ".partial"
"""Ends the name of a file that is not whole yet; a killed process may leave one, which nothing reads."""


def replace_file(path: Path, data: bytes) -> None:
    """Write a file so that a kill at any moment leaves the old one or the new one."""
    put_file(path, data)
    sync_folder(path.parent)


def put_file(path: Path, data: bytes) -> None:
    """Replace a file as `replace_file` does, but for the folder's entry, which `sync_folder` brings to the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}{PARTIAL}")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    entry = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)
