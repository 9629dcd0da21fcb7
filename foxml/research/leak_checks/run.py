"""All checks of one study, judged together, after the canaries have been caught."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from foxml.research.leak_checks.canaries import CANARIES, HONEST, clean_material
from foxml.research.leak_checks.effort import Effort
from foxml.research.leak_checks.findings import Check, Finding, Limits, Observation, Verdict
from foxml.research.leak_checks.material import Material
from foxml.research.leak_checks.probe import Probe
from foxml.research.leak_checks.table import CHECKS
from foxml.research.progress import Progress

__all__ = ["LeakCanaryTrial", "LeakReport", "check_leaks", "try_leak_canaries"]

_CANARY_EFFORT: Final = {"cuts": 2, "shifts": 12, "trees": 40, "periods": 6}
_SILENT: Final[Progress] = lambda text, done=None, total=None: None  # noqa: E731
_ORDER: Final = (Verdict.FAIL, Verdict.SUSPECT, Verdict.PASS, Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class LeakReport:
    """What was found.

    Attributes
    ----------
    findings : tuple of Finding
        One a check.
    rows : int
        Of the dataset.
    symbols : tuple of str
    limits : Limits
    """

    findings: tuple[Finding, ...]
    rows: int
    symbols: tuple[str, ...]
    limits: Limits

    @property
    def verdict(self) -> Verdict:
        """The worst of all checks; not applicable if none was."""
        found = {finding.verdict for finding in self.findings}
        return next((verdict for verdict in _ORDER if verdict in found), Verdict.NOT_APPLICABLE)

    def of(self, check: Check) -> Finding:
        """Return the finding of a check.

        Raises
        ------
        KeyError
            If the check was not done.
        """
        found = next((finding for finding in self.findings if finding.check is check), None)
        if found is None:
            raise KeyError(check)
        return found


@dataclass(frozen=True, slots=True)
class LeakCanaryTrial:
    """Whether the checks can be believed.

    Attributes
    ----------
    name : str
    fault : str or None
        The leak that was planted; None for the clean study.
    verdicts : dict of Check to Verdict
        Of the checks that were done on it.
    as_expected : bool
        Whether the check that exists for the leak finds it; for the clean study, whether none finds any.
    """

    name: str
    fault: str | None
    verdicts: dict[Check, Verdict]
    as_expected: bool


def check_leaks(
    material: Material,
    *,
    effort: Effort,
    limits: Limits | None = None,
    only: Sequence[Check] = (),
    progress: Progress = _SILENT,
) -> LeakReport:
    """Put a study to the checks.

    A clue counts if its probability without a leak, corrected for all that its check tried and (Bonferroni) for the
    number of checks that leave anything to chance, is at most `limits.alpha`.

    Parameters
    ----------
    material : Material
    effort : Effort
    limits : Limits, optional
    only : sequence of Check
        By default all.
    progress : Progress

    Raises
    ------
    DataError
        If a preprocessor cannot be fitted again.
    FeatureError
        If a bar is refused.
    MissingExtra
        If LightGBM is not installed.
    """
    chosen = [each for check, each in CHECKS.items() if not only or check in only]
    judged_by = limits if limits is not None else Limits()
    probe = Probe(material, effort, progress)
    observed = [(each.check, each.observe(material, effort, judged_by, probe)) for each in chosen]
    tries = sum(seen.applies and seen.p_value is not None for _, seen in observed)
    findings = tuple(_judged(check, seen, tries, judged_by) for check, seen in observed)
    return LeakReport(findings, len(material.data), material.symbols, judged_by)


def _judged(check: Check, seen: Observation, tries: int, limits: Limits) -> Finding:
    exact = seen.applies and seen.p_value is None
    factor = 1 if exact else max(tries, 1)
    clues = tuple(clue for clue in seen.clues if clue.p_value * factor <= limits.alpha)
    clues = tuple(sorted(clues, key=lambda clue: _ORDER.index(clue.severity)))
    verdict = clues[0].severity if clues else Verdict.PASS if seen.applies else Verdict.NOT_APPLICABLE
    p_value = None if seen.p_value is None else min(1.0, seen.p_value * factor)
    return Finding(check, verdict, seen.summary, seen.scope, exact, seen.estimate, seen.low, seen.high, p_value, clues)


def try_leak_canaries(
    seed: int = 7, *, only: Sequence[Check] = (), progress: Progress = _SILENT
) -> tuple[LeakCanaryTrial, ...]:
    """Plant each leak in a small made-up study, and check that it is found; and that the clean study passes.

    Parameters
    ----------
    seed : int
    only : sequence of Check
        By default all.
    progress : Progress

    Returns
    -------
    tuple of LeakCanaryTrial
        A check can be believed if each is as expected.
    """
    clean = clean_material(seed)
    effort = Effort(seed, **_CANARY_EFFORT)
    planted = [canary for canary in CANARIES.values() if not only or canary.caught_by in only]
    trials = []
    for number, canary in enumerate((HONEST, *planted)):
        progress(f"a study with a known leak: {canary.name}", number, len(planted) + 1)
        checks = only if canary.caught_by is None else (canary.caught_by,)
        report = check_leaks(canary.plant(clean, seed), effort=effort, only=checks)
        verdicts = {finding.check: finding.verdict for finding in report.findings}
        bad = [check for check, verdict in verdicts.items() if verdict in (Verdict.FAIL, Verdict.SUSPECT)]
        expected = not bad if canary.caught_by is None else canary.caught_by in bad
        trials.append(LeakCanaryTrial(canary.name, canary.fault, verdicts, expected))
    return tuple(trials)
