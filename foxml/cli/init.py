"""`foxml init DIR`."""

from pathlib import Path
from typing import Annotated

import typer

from foxml.cli.console import emit, path_text
from foxml.cli.options import JsonOption

__all__ = ["copy_templates", "init"]


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Made if it is not there.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite config files that are already there.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a project: a folder with every default as a commented config, to be edited.

    Bars, models and runs of the project live in folders beside them. Nothing is overwritten without --force.

    Example:
      foxml init my-project && cd my-project
    """
    written = copy_templates(directory, force=force)
    lines = [f"{path_text(directory)}: {len(written)} config files. Next:"]
    lines += [f"  cd {path_text(directory)}", "  foxml config show", "  foxml data import BARS.csv.gz --help"]
    emit({"directory": str(directory), "files": written}, as_json=as_json, text="\n".join(lines))


def copy_templates(directory: Path, *, force: bool) -> list[str]:
    """Copy the packaged config into `directory`; return the files written, relative to it.

    Raises
    ------
    ConfigError
        If a file is already there and `force` is false; nothing has been written then.
    """
    from foxml.errors import ConfigError
    from foxml.settings import packaged_config_root

    source = packaged_config_root()
    templates = sorted(path.relative_to(source) for path in source.rglob("*.yaml"))
    if directory.exists() and not directory.is_dir():
        raise ConfigError(f"{directory}: a file, expected a folder or nothing")
    taken = [name for name in templates if (directory / name).exists()]
    if taken and not force:
        raise ConfigError(
            f"{directory}: already holds {len(taken)} of the config files, first {taken[0]}; nothing was written.\n"
            "Choose another folder, or overwrite them with --force."
        )
    for name in templates:
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((source / name).read_bytes())
    return [str(name) for name in templates]
