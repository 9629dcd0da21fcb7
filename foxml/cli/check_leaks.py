"""`foxml check leaks`."""

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from foxml.cli.console import Progress, emit, print_error, table
from foxml.cli.options import ConfigOption, JsonOption, QuietOption, SetOption, VariantOption, resolve

if TYPE_CHECKING:
    from foxml.research.leak_checks import Check, Clue, Finding, LeakCanaryTrial
    from foxml.research.leaks import LeakStudy
    from foxml.settings import Resolved

__all__ = ["leaks"]

SCHEMA: Final = 1
"""Version of the JSON document's form."""
EXIT_LEAK: Final = 1
EXIT_BAD_INPUT: Final = 2
EXIT_CANARY: Final = 3
EXIT_SUSPECT: Final = 4
_CLUES_SHOWN: Final = 5


def leaks(
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", metavar="MODEL", help="A trained model of the same features, checked as well."),
    ] = None,
    preprocessor: Annotated[
        list[str] | None,
        typer.Option(
            "--preprocessor",
            metavar="MODULE:FUNCTION",
            help="Takes dataset and splits, returns the scaler, imputer or pipeline fitted for each split; repeatable.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="CHECK", help="By default all checks; repeatable.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of every random choice.")] = 7,
    alpha: Annotated[
        float, typer.Option("--alpha", min=1e-9, max=0.5, help="Probability of a false alarm, all checks together.")
    ] = 0.01,
    plausible_ic: Annotated[
        float, typer.Option("--plausible-ic", min=0.0, max=1.0, help="Largest rank IC that is believed to be honest.")
    ] = 0.2,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Look for leaks in a study: what its rows, targets, splits and models know that they should not.

    The dataset and the splits are made as `foxml train` makes them. Checks: future_perturbed, label_overlap,
    target_in_features, shifted_target, fitted_outside, shuffled_time, symbol_holdout, dominance (docs/leaks.md). Each
    says what it looked at and how sure it is. First, studies with known leaks are checked: each leak has to be found.

    Exits with code 0 if nothing was found, 1 for a leak, 4 if there are only suspicions, 2 for wrong usage, config,
    bars or model, 3 if a known leak is not found: then no result can be believed.

    Example:
      foxml check leaks --config train/spy_aapl_ibm_bac_1h.yaml
      foxml check leaks --config train/spy_aapl_ibm_bac_1h.yaml --model spy_aapl_ibm_bac_1h --json > leaks.json
      foxml check leaks --only label_overlap --only future_perturbed
    """
    from foxml.errors import FoxmlError

    try:
        chosen = _chosen(only or [])
        with Progress("check", quiet=quiet or as_json) as progress:
            resolved = resolve(config, variant, overrides)
            trials, found = _run(resolved, model, preprocessor or [], chosen, seed, alpha, plausible_ic, progress)
    except FoxmlError as error:
        print_error(error)
        raise typer.Exit(EXIT_BAD_INPUT) from None
    emit(_document(trials, found, seed), as_json=as_json, text=_text(trials, found))
    if found is None:
        raise typer.Exit(EXIT_CANARY)
    code = {"fail": EXIT_LEAK, "suspect": EXIT_SUSPECT}.get(found.report.verdict.value)
    if code is not None:
        raise typer.Exit(code)


def _chosen(only: list[str]) -> "list[Check]":
    from foxml.errors import ConfigError
    from foxml.research.leak_checks import Check
    from foxml.settings.problems import nearest

    names = [check.value for check in Check]
    for name in only:
        if name not in names:
            raise ConfigError(f"--only: unknown check {name}; {nearest(name, names)}")
    return [Check(name) for name in only]


def _run(
    resolved: "Resolved",
    model: str | None,
    preprocessors: list[str],
    only: "list[Check]",
    seed: int,
    alpha: float,
    plausible_ic: float,
    progress: Progress,
) -> "tuple[tuple[LeakCanaryTrial, ...], LeakStudy | None]":
    """Try the canaries, and check the study if all of them were caught."""
    from foxml.bars.store import BarStore
    from foxml.models import Registry
    from foxml.research.leak_checks import Effort, Limits, try_leak_canaries
    from foxml.research.leaks import check_study

    bundle = None if model is None else Registry(resolved.registry).load(model)
    trials = try_leak_canaries(only=only, progress=progress)
    if not all(trial.as_expected for trial in trials):
        return trials, None
    found = check_study(
        resolved,
        BarStore(resolved.store),
        bundle=bundle,
        preprocessors=preprocessors,
        only=only,
        effort=Effort(seed),
        limits=Limits(alpha=alpha, plausible_ic=plausible_ic),
        progress=progress,
    )
    return trials, found


def _document(trials: "tuple[LeakCanaryTrial, ...]", found: "LeakStudy | None", seed: int) -> dict[str, Any]:
    status = "canary_not_caught" if found is None else found.report.verdict.value
    document: dict[str, Any] = {"schema": SCHEMA, "status": status, "seed": seed, "canaries": trials}
    if found is None:
        return document
    report = found.report
    return document | {
        "limits": report.limits,
        "plan_sha256": found.plan.sha256,
        "fingerprint": found.fingerprint,
        "dataset_sha256": found.dataset_sha256,
        "model": found.model,
        "rows": report.rows,
        "symbols": report.symbols,
        "checks": report.findings,
    }


def _text(trials: "tuple[LeakCanaryTrial, ...]", found: "LeakStudy | None") -> str:
    if found is None:
        return "\n".join(
            [
                "THE CHECK ITSELF IS BROKEN: nothing was checked, and no earlier result can be believed.",
                *(f"  {_wrong(trial)}" for trial in trials if not trial.as_expected),
            ]
        )
    report = found.report
    columns = ["check", "verdict", "how sure", "rows", "splits", "columns", "repeats"]
    lines = [table(columns, [_row(finding) for finding in report.findings]), ""]
    for finding in report.findings:
        lines.append(f"{finding.check.value}: {finding.summary}")
        lines += [f"  {clue.severity.value.upper()} {_said(clue)}" for clue in finding.clues[:_CLUES_SHOWN]]
        if len(finding.clues) > _CLUES_SHOWN:
            lines.append(f"  and {len(finding.clues) - _CLUES_SHOWN} more")
    bad = [finding.check.value for finding in report.findings if finding.clues]
    lines += [
        "",
        f"{report.rows:,} rows of {', '.join(report.symbols)}; p-values are corrected for all that was tried, and a "
        f"false alarm of any check has a probability of at most {report.limits.alpha:g}",
        f"{len(trials) - 1} known leaks were found",
        f"{report.verdict.value.upper()}: {', '.join(bad)}" if bad else "PASS: no leak was found",
    ]
    return "\n".join(lines)


def _wrong(trial: "LeakCanaryTrial") -> str:
    said = ", ".join(f"{check.value} {verdict.value}" for check, verdict in trial.verdicts.items())
    if trial.fault is None:
        return f"{trial.name}: nothing is wrong with it, and it was not passed: {said}"
    return f"{trial.name}: it {trial.fault}, and was judged {said}"


def _row(finding: "Finding") -> list[str]:
    scope = finding.scope
    counts = [f"{n:,}" if n else "-" for n in (scope.rows, scope.splits, scope.columns, scope.repeats)]
    return [finding.check.value, finding.verdict.value.replace("_", " "), _sure(finding), *counts]


def _sure(finding: "Finding") -> str:
    if finding.verdict.value == "not_applicable":
        return "-"
    return "exact" if finding.exact or finding.p_value is None else f"p = {finding.p_value:.2g}"


def _said(clue: "Clue") -> str:
    said = f"{clue.where}: {clue.statement}"
    if clue.low is not None and clue.high is not None:
        said += f" ({clue.low:+.3f} to {clue.high:+.3f}; p = {clue.p_value:.1g})"
    return said
