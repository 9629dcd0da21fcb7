"""docs/cli.md is written from the verbs themselves, so that it cannot fall behind them.

Renew it with: FOXML_RENEW_DOCS=1 pytest tests/unit/cli/test_cli_reference.py
"""

import inspect
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import typer

from foxml import errors
from foxml.cli import main as cli
from foxml.cli.verbs import EXAMPLE

PAGE = Path(__file__).resolve().parents[3] / "docs" / "cli.md"

HEAD = """# Command line

Every verb has `--help` with an example, and `--json`, which prints one JSON document on stdout and nothing else there.
Progress, logs and errors go to stderr. `python -m foxml` is the same command.

The config of a verb is resolved in layers (see configuration.md): the `base.yaml` of the working directory, or else the
packaged one; `--variant`; `--config FILE`; the environment, `FOXML__SECTION__KEY`; `--set section.key=value`.

## Exit codes

An error is one block on stderr that names the file, key or row, what was found and what was expected; nothing has been
changed then. A traceback is only shown for a bug of FoxML's own. `foxml check features` and `foxml check leaks` give
1 to 4 meanings of their own, which stand there.

"""

CODES = {
    0: "done",
    1: "an error without a code of its own",
    10: "`foxml replay` found a difference",
    70: "a bug of FoxML's own, with its traceback",
    130: "interrupted (Ctrl-C) before it was done",
}


def exit_codes() -> str:
    """Merge the codes of the error tree into the ones of the command line itself."""
    codes = dict(CODES)
    for name in errors.__all__:
        kind = getattr(errors, name)
        if kind.exit_code > 1 and kind.exit_code not in codes:
            codes[kind.exit_code] = (kind.__doc__ or "").strip().rstrip(".").lower()
    codes[2] = "wrong usage, or " + codes[2]
    rows = "".join(f"| {code} | {codes[code]} |\n" for code in sorted(codes))
    return "| code | meaning |\n|---|---|\n" + rows


def functions(app: typer.Typer = cli.app, prefix: str = "foxml") -> Iterator[tuple[str, Any]]:
    for command in app.registered_commands:
        yield f"{prefix} {command.name}", command.callback
    for group in app.registered_groups:
        assert group.typer_instance
        yield from functions(group.typer_instance, f"{prefix} {group.name}")


def parameters(function: Any) -> Iterator[str]:
    for parameter in inspect.signature(function).parameters.values():
        _, info = get_args(parameter.annotation)
        # In an annotation the first name of an option stands where its default would.
        declared = [*([info.default] if isinstance(info.default, str) else []), *(info.param_decls or ())]
        names = ", ".join(declared) or info.metavar
        metavar = f" {info.metavar}" if declared and info.metavar else ""
        yield f"- `{names}{metavar}`: {info.help}\n"


def section(name: str, function: Any) -> str:
    text, _, example = inspect.cleandoc(function.__doc__).partition(EXAMPLE)
    lines = "\n".join(line.strip() for line in example.strip().splitlines())
    return f"## {name}\n\n{text.strip()}\n\n```sh\n{lines}\n```\n\n" + "".join(parameters(function))


def test_the_page_is_what_the_verbs_say() -> None:
    """A reference that is wrong is worse than none."""
    sections = [section(name, function) for name, function in functions()]
    text = HEAD + exit_codes() + "\n" + "\n".join(sections)
    if os.environ.get("FOXML_RENEW_DOCS"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text
