"""`foxml check ...`."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from foxml.cli.check_leaks import leaks
from foxml.cli.console import Progress, emit, print_error, table
from foxml.cli.options import (
    ConfigOption,
    JsonOption,
    QuietOption,
    SetOption,
    VariantOption,
    calendar_of,
    resolve,
    utc_text,
)
from foxml.cli.verbs import add_verb, group

if TYPE_CHECKING:
    from foxml.research.check import FeatureCheck
    from foxml.research.feature_checks import CanaryTrial, ColumnFindings
    from foxml.settings import Resolved

__all__ = ["app"]

SCHEMA: Final = 1
"""Version of the JSON document's form."""
EXIT_FAILED: Final = 1
EXIT_BAD_INPUT: Final = 2
EXIT_CANARY: Final = 3

app = group("Proofs on your own bars.")


def features(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="CSV files (.gz too), or folders of them, instead of the store."),
    ] = None,
    plan: Annotated[
        str | None, typer.Option("--plan", metavar="PLAN", help="By default features.plan of the config.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option("--store", metavar="DIR", help="Stored bars; by default those of the config.")
    ] = None,
    symbols: Annotated[
        str | None, typer.Option("--symbols", metavar="A,B,...", help="By default universe.symbols of the config.")
    ] = None,
    interval: Annotated[
        str | None, typer.Option("--interval", metavar="1h", help="By default bars.interval of the config.")
    ] = None,
    start: Annotated[str | None, typer.Option("--start", metavar="DATE", help="First session.")] = None,
    end: Annotated[str | None, typer.Option("--end", metavar="DATE", help="Last session.")] = None,
    canary: Annotated[
        list[str] | None,
        typer.Option("--canary", metavar="NAME", help="See a feature fail that is wrong on purpose; repeatable."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of every random choice.")] = 7,
    tolerance: Annotated[
        float,
        typer.Option(
            "--tolerance", min=0.0, help="How far a measured feature may be off after a late start, relative."
        ),
    ] = 1e-9,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Prove on your own bars that no feature looks ahead, and that none depends on where its history began.

    Every feature, at every bar, in one batch over the whole history, is compared to the bit with: histories cut off
    after a bar; histories whose future is noise, or NaN; histories that start late, by the declared warm-up and more;
    the stream that trades, undisturbed, restored from snapshots at random bars, and offered bars that cannot be.
    And each symbol beside seven others, where eight are computed at a time, is compared with the symbol by itself.
    First, features that are wrong on purpose are checked on a small market: each has to be caught.

    Exits with code 0 if all features pass, 1 if one fails, 2 for wrong usage, config or bars, 3 if a feature that is
    wrong on purpose is not caught: then no result can be believed.

    Example:
      foxml check features --plan comprehensive --symbols SPY,AAPL --interval 1h --start 2015-01-01
      foxml check features --config train/spy_aapl_ibm_bac_1h.yaml --json > features.json
      foxml check features --canary peeks_ahead
    """
    from foxml.errors import FoxmlError

    keys = {"features.plan": plan, "bars.interval": interval, "period.start": start, "period.end": end}
    sets = [*(overrides or []), *(f"{key}={value}" for key, value in keys.items() if value is not None)]
    chosen = None if symbols is None else [word.strip() for word in symbols.split(",") if word.strip()]
    try:
        _check_names(canary or [])
        with Progress("check", quiet=quiet or as_json) as progress, tempfile.TemporaryDirectory() as folder:
            if paths:
                base = resolve(config, variant, sets)
                chosen = _import(paths, store, chosen, base, Path(folder), progress)
                store = Path(folder)
            resolved = resolve(config, variant, [*sets, *_bars(store, chosen, config, variant, sets)])
            trials, found = _run(resolved, canary or [], seed, tolerance, progress)
    except FoxmlError as error:
        print_error(error)
        raise typer.Exit(EXIT_BAD_INPUT) from None
    emit(_document(trials, found, seed, tolerance), as_json=as_json, text=_text(trials, found, tolerance))
    if found is None:
        raise typer.Exit(EXIT_CANARY)
    if not found.report.passed:
        raise typer.Exit(EXIT_FAILED)


def _import(
    paths: list[Path],
    store: Path | None,
    symbols: list[str] | None,
    resolved: "Resolved",
    folder: Path,
    progress: Progress,
) -> list[str]:
    """Put the bars of files into a store that is gone afterwards; return their symbols."""
    from foxml.bars.importing import import_files
    from foxml.bars.store import BarMarks, BarStore
    from foxml.errors import ConfigError

    if store is not None:
        raise ConfigError("--store: bars come from PATH or from a store, not from both")
    held = BarStore(folder)
    import_files(
        paths,
        store=held,
        calendar=calendar_of(resolved),
        interval=resolved.config.bars.interval,
        layout=None,
        marks=BarMarks(vendor="csv", feed="unknown", anchor="utc"),
        progress=progress,
        symbols=symbols,
    )
    return symbols or [stored.symbol for stored in held.list()]


def _bars(
    store: Path | None, symbols: list[str] | None, config: Path | None, variant: str | None, sets: list[str]
) -> list[str]:
    """Return the overrides that say which bars are checked."""
    found = [] if store is None else [f"paths.store={store.absolute()}"]
    if symbols is not None:
        found.append(f"universe.symbols=[{', '.join(symbols)}]")
        benchmark = resolve(config, variant, sets).config.universe.benchmark
        if benchmark is not None and benchmark not in symbols:
            found.append("universe.benchmark=null")
    return found


def _check_names(canaries: list[str]) -> None:
    from foxml.errors import ConfigError
    from foxml.research.feature_checks import CANARIES
    from foxml.settings.problems import nearest

    for name in canaries:
        if name not in CANARIES:
            raise ConfigError(f"--canary: unknown canary {name}; {nearest(name, list(CANARIES))}")


def _run(
    resolved: "Resolved", canaries: list[str], seed: int, tolerance: float, progress: Progress
) -> "tuple[tuple[CanaryTrial, ...], FeatureCheck | None]":
    """Try the canaries, and check the features if all of them were caught."""
    from foxml.bars.store import BarStore
    from foxml.research.check import check_config
    from foxml.research.feature_checks import try_canaries

    progress("features that are wrong on purpose")
    trials = try_canaries(seed)
    if not all(trial.as_expected for trial in trials):
        return trials, None
    found = check_config(
        resolved, BarStore(resolved.store), canaries=canaries, seed=seed, tolerance=tolerance, progress=progress
    )
    return trials, found


def _document(
    trials: "tuple[CanaryTrial, ...]", found: "FeatureCheck | None", seed: int, tolerance: float
) -> dict[str, Any]:
    status = "canary_not_caught" if found is None else "pass" if found.report.passed else "fail"
    document: dict[str, Any] = {"schema": SCHEMA, "status": status, "seed": seed, "tolerance": tolerance}
    document["canaries"] = trials
    if found is None:
        return document
    return document | {
        "plan_sha256": found.plan.sha256,
        "interval_ns": found.plan.interval_ns,
        "symbols": found.report.symbols,
        "too_short": found.report.too_short,
        "bars": found.report.bars,
        "fingerprint": found.fingerprint,
        "left_out": found.plan.left_out,
        "features": [_feature(feature) for feature in found.report.features],
    }


def _feature(feature: "ColumnFindings") -> dict[str, Any]:
    return {
        "name": feature.name,
        "guarantee": feature.guarantee,
        "warmup_bars": feature.warmup_bars,
        "bars": feature.bars,
        "defined": feature.defined,
        "compared": feature.compared,
        "worst": feature.worst,
        "passed": not feature.failed,
        "failed": feature.failed,
        "checks": feature.checks,
    }


def _text(trials: "tuple[CanaryTrial, ...]", found: "FeatureCheck | None", tolerance: float) -> str:
    if found is None:
        return "\n".join(
            [
                "THE CHECK ITSELF IS BROKEN: no feature was checked, and no earlier result can be believed.",
                *(f"  {_wrong(trial)}" for trial in trials if not trial.as_expected),
            ]
        )
    report = found.report
    columns = ["feature", "guarantee", "warm-up", "bars", "compared", "worst", "result"]
    measured = [feature for feature in report.features if feature.guarantee == "measured" and not feature.failed]
    off = sum(feature.worst > 0.0 for feature in measured)
    total, failed = len(report.features), len(report.failed)
    lines = [
        table(columns, [_row(feature) for feature in report.features]),
        "",
        *(f"feature {left.name} left out: {left.reason}" for left in found.plan.left_out),
        *(f"{symbol}: too few bars for a row, not checked" for symbol in report.too_short),
        f"{report.bars:,} bars of {', '.join(report.symbols)}; bars: those with a row; compared: rows, in all checks; "
        "worst: relative",
        f"{len(trials) - 1} features that are wrong on purpose were caught",
        *(
            [f"{len(measured)} measured features passed, {off} off after a late start, none by more than {tolerance:g}"]
            if measured
            else []
        ),
        f"PASS: all {total} features" if report.passed else f"FAIL: {failed} of {total} features",
    ]
    return "\n".join(lines)


def _wrong(trial: "CanaryTrial") -> str:
    caught = ", ".join(check.value for check in trial.caught_by) or "nothing"
    if trial.fault is None:
        return f"{trial.name}: nothing is wrong with it, and it was caught by {caught}"
    return f"{trial.name}: it {trial.fault}, and was caught by {caught}"


def _row(feature: "ColumnFindings") -> list[str]:
    return [
        feature.name,
        feature.guarantee,
        f"{feature.warmup_bars:,}",
        f"{feature.bars:,}",
        f"{feature.compared:,}",
        "0" if feature.worst == 0.0 else f"{feature.worst:.1e}",
        _result(feature),
    ]


def _result(feature: "ColumnFindings") -> str:
    first = feature.first
    if first is None:
        return "PASS" if feature.defined else "PASS, never a number"
    checks = ", ".join(check.value for check in feature.failed)
    # Two that are no numbers: not a row was wrong, but what was done with the stream.
    values = "" if first.found != first.found and first.expected != first.expected else f"{first.found!r} for "
    values += f"{first.expected!r}, " if values else ""
    return f"FAIL {checks}; first {first.symbol} {utc_text(first.close_ns)} UTC: {values}{first.where}"


add_verb(app, "features", features)
add_verb(app, "leaks", leaks)
