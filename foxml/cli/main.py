"""The `foxml` command: its verbs, and how an error ends a process.

Exit codes
----------
0 done; 1 an error without a code of its own; 2 wrong usage or config; 3 bars or corporate actions; 4 features;
5 model or bundle; 6 journal; 7 broker; 8 recovery; 9 an optional package is missing; 10 `foxml replay` found
differences; 11 a vendor of bars; 70 a bug of FoxML (with its traceback); 130 interrupted. `foxml check` has codes of
its own: 1 a failure, 2 bad input, 3 a check that cannot be believed, 4 nothing but suspicions.
"""

import sys
import traceback
from collections.abc import Sequence

import typer

from foxml.cli import (
    backtest,
    check,
    config,
    data,
    demo,
    init,
    models,
    replay,
    report,
    research,
    status,
    trade,
    train,
    version,
)
from foxml.cli.console import print_error
from foxml.cli.verbs import EXIT_INTERRUPTED, add_verb
from foxml.errors import FoxmlError

__all__ = ["EXIT_BUG", "EXIT_INTERRUPTED", "app", "main"]

EXIT_BUG = 70

app = typer.Typer(
    name="foxml",
    help="Bars of US equities to orders through machine-learned models, on your own machines.",
    epilog="A project of your own: `foxml init DIR`. Any verb: `foxml VERB --help`.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
add_verb(app, "init", init.init)
add_verb(app, "demo", demo.demo)
app.add_typer(data.app, name="data")
add_verb(app, "train", train.train)
app.add_typer(research.app, name="research")
app.add_typer(models.app, name="models")
add_verb(app, "backtest", backtest.backtest)
add_verb(app, "trade", trade.trade)
add_verb(app, "status", status.status)
add_verb(app, "replay", replay.replay)
add_verb(app, "report", report.report)
app.add_typer(check.app, name="check")
app.add_typer(config.app, name="config")
add_verb(app, "version", version.version)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the program's name; by default those of the process.

    Returns
    -------
    int
        The exit code.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        app(arguments, prog_name="foxml")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else int(done.code is not None)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except FoxmlError as error:
        print_error(error)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone, and Python would complain of it at exit
        return EXIT_INTERRUPTED
    except Exception as bug:
        traceback.print_exc()
        print_error(bug, headline="foxml: a bug of its own, please report it with the lines above")
        return EXIT_BUG
    return 0
