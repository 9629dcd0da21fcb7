"""Every verb must help, fail clearly and speak JSON: the walk finds them by itself, so none can be forgotten."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer

from foxml import errors
from foxml.cli import main as cli
from foxml.cli.verbs import EXAMPLE, add_verb
from foxml.errors import FoxmlError


def verbs(app: typer.Typer = cli.app, prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for command in app.registered_commands:
        assert command.name
        yield (*prefix, command.name)
    for group in app.registered_groups:
        assert group.typer_instance
        assert group.name
        yield from verbs(group.typer_instance, (*prefix, group.name))


VERBS = sorted(verbs())
REQUIRED = {
    "init",
    "demo",
    "data import",
    "data list",
    "train",
    "models list",
    "models show",
    "models verify",
    "backtest",
    "report",
    "status",
    "trade",
    "replay",
    "config show",
    "version",
}


def test_all_verbs_are_there() -> None:
    """The walk below proves nothing if it finds nothing."""
    assert {" ".join(verb) for verb in VERBS} >= REQUIRED


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_help_has_an_example_of_itself(verb: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody should have to guess how a verb is called."""
    assert cli.main([*verb, "--help"]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    examples = lines[lines.index(EXAMPLE) + 1 :]
    assert examples[0].startswith(f"foxml {' '.join(verb)}")
    assert "--json" in " ".join(lines)


def test_a_verb_without_an_example_cannot_be_added() -> None:
    """The rule is held where verbs are made, not only here."""

    def bare() -> None:
        """Do something."""

    with pytest.raises(ValueError, match="Example"):
        add_verb(typer.Typer(), "bare", bare)


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_an_unknown_option_is_wrong_usage(verb: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong usage exits with 2 and says so on stderr, before anything is done."""
    assert cli.main([*verb, "--no-such-option"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "--no-such-option" in captured.err


def test_a_mistyped_verb_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """`foxml reprot` should not need the manual."""
    assert cli.main(["reprot"]) == 2
    assert "report" in capsys.readouterr().err


KINDS = [getattr(errors, name) for name in errors.__all__]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_error_is_one_block_with_its_code(
    kind: type[FoxmlError], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A user sees what is wrong, not where in our code it was noticed; a script sees the documented code."""

    def fail(*_: object, **__: object) -> None:
        raise kind("bars.csv:17: found -3\nexpected a price")

    monkeypatch.setattr("foxml.cli.version.emit", fail)
    assert cli.main(["version"]) == kind.exit_code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    headline, *rest = captured.err.splitlines()
    assert headline.startswith("foxml: ")
    assert rest == ["  bars.csv:17: found -3", "  expected a price"]


def test_a_bug_shows_its_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A bug of ours must not look like a mistake of the user."""

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("own fault")

    monkeypatch.setattr("foxml.cli.version.emit", fail)
    assert cli.main(["version"]) == cli.EXIT_BUG
    captured = capsys.readouterr()
    assert "Traceback" in captured.err
    assert "own fault" in captured.err.splitlines()[-1]


def test_an_interrupt_is_not_an_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C exits with the shell's 130 and without a traceback."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("foxml.cli.version.emit", interrupt)
    assert cli.main(["version"]) == cli.EXIT_INTERRUPTED
    assert "Traceback" not in capsys.readouterr().err


def test_json_goes_to_stdout_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """`foxml version --json | jq` must work."""
    assert cli.main(["version", "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["foxml"]
    assert captured.err == ""


@pytest.mark.parametrize("arguments", [["--help"], ["report", "--help"], ["version"]], ids=" ".join)
def test_starting_imports_nothing_heavy(arguments: list[str]) -> None:
    """The daemon restarts often: what it does not need must not be imported with the command line."""
    code = (
        "import sys; from foxml.cli.main import main; main(sys.argv[1:]); "
        "print([m for m in ('numpy', 'pandas', 'matplotlib', 'lightgbm', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_module_is_the_command() -> None:
    """`python -m foxml` is what the kill tests and services run."""
    done = subprocess.run([sys.executable, "-m", "foxml", "version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("foxml ")
