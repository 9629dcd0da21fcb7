"""How a function becomes a verb: its docstring is the help, and its example keeps its lines."""

import inspect
from collections.abc import Callable
from typing import Any

import typer

__all__ = ["EXAMPLE", "EXIT_INTERRUPTED", "add_verb", "group"]

EXAMPLE = "Example:"
"""Begins the paragraph of a verb's docstring that shows it in use."""
EXIT_INTERRUPTED = 130
"""Exit code of a command that was interrupted before it was done."""


def add_verb(app: typer.Typer, name: str, function: Callable[..., Any]) -> None:
    """Add a verb to the command line.

    Raises
    ------
    ValueError
        If its docstring shows no example.
    """
    text = inspect.cleandoc(function.__doc__ or "")
    if EXAMPLE not in text:
        raise ValueError(f"the docstring of the verb {name} has no paragraph that begins with {EXAMPLE!r}")
    # \b keeps the help formatter from joining the lines of the paragraph that follows.
    app.command(name, help=text.replace(EXAMPLE, f"\b\n{EXAMPLE}"))(function)


def group(help_text: str) -> typer.Typer:
    """Return an empty group of verbs."""
    return typer.Typer(help=help_text, no_args_is_help=True, rich_markup_mode=None)
