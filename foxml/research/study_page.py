"""The page of a study: one HTML file that needs no network, no script and no other file."""

from typing import TYPE_CHECKING

from foxml.report.markup import Content, Markup, element, join, table
from foxml.report.page import document
from foxml.report.sections import moment, number, percent
from foxml.research import study_plots as plots
from foxml.research.evaluation import FoldResult
from foxml.research.study_evidence import StudyEvidence

if TYPE_CHECKING:
    from foxml.research.leak_checks import LeakReport
    from foxml.research.study import Findings, StudyResult

__all__ = ["study_page"]

_DSR_DOUBTED = 0.95
_SIGNIFICANT = 2.0
_COLOURS = {"pass": "good", "suspect": "bad", "fail": "bad"}


def study_page(result: "StudyResult", found: StudyEvidence, leaks: "LeakReport | None" = None) -> str:
    """Return the page; the same study gives the same text.

    Parameters
    ----------
    result : StudyResult
    found : StudyEvidence
        Of the same study.
    leaks : LeakReport, optional
        Of the same study; without it the page says that none was made.
    """
    findings = result.findings
    contents = [
        ("Folds", join([plots.folds_plot(found), _folds(findings)])),
        ("Information coefficient over time", plots.ic_plot(found)),
        (
            "Decay, and returns by tenth of the score",
            _pair(plots.decay_plot(found), plots.quantiles_plot(found.quantiles)),
        ),
        (
            "Calibration and learning",
            join([_pair(plots.calibration_plot(found), plots.learning_plot(found)), _said_of_calibration()]),
        ),
        ("Importance of features", join([plots.importance_plot(found), _importance(found)])),
        ("Leaks", _leaks(leaks)),
        ("Samples", _samples(result)),
    ]
    title = f"FoxML study: {result.name}@{result.version}"
    subtitle = f"bundle {result.sha256[:16]} · {result.features} features · {result.trees} trees"
    doubts = _leaking(leaks) + _doubts(findings)
    return document(title, subtitle, doubts, _headline(findings), contents)


def _doubts(findings: "Findings") -> list[str]:
    """Say what makes the numbers doubtful."""
    doubts = []
    overall = findings.overall
    if abs(overall.metrics.t) < _SIGNIFICANT:
        doubts.append(
            f"The information coefficient {overall.metrics.ic:+.4f} has t {overall.metrics.t:+.2f}: as much as noise "
            "may show."
        )
    if findings.dsr is not None and findings.dsr < _DSR_DOUBTED:
        doubts.append(
            f"Deflated Sharpe ratio: {findings.dsr:.1%} sure that it is above what the best of {findings.trials:,} "
            "worthless trials would show. Every trial of this name counts."
        )
    losing = sum(fold.metrics.ic <= 0.0 for fold in findings.folds)
    if losing:
        doubts.append(f"{losing} of {len(findings.folds)} folds order outcomes no better than chance or worse.")
    return doubts


def _headline(findings: "Findings") -> Markup:
    overall = findings.overall
    facts: list[tuple[str, Content]] = [
        ("IC, all folds", f"{overall.metrics.ic:+.4f}"),
        ("t, overlap of labels counted", f"{overall.metrics.t:+.2f}"),
        ("Rank IC", f"{overall.metrics.rank_ic:+.4f}"),
        ("Hit rate", percent(overall.hit_rate, 1)),
        ("Mean return of a label, before costs", f"{overall.mean_ret_bps:+.2f} bps"),
        ("Sharpe ratio per session", number(overall.sharpe, 3)),
        ("P(Sharpe > 0)", _share(findings.psr)),
        (
            "Deflated Sharpe (DSR)",
            f"{_share(findings.dsr)}, {findings.trials:,} trial{'' if findings.trials == 1 else 's'}",
        ),
    ]
    boxes = (element("div", element("b", value), element("span", name), class_="fact") for name, value in facts)
    return element("div", *boxes, class_="facts")


def _folds(findings: "Findings") -> Markup:
    def line(name: str, fold: FoldResult) -> tuple[Content, ...]:
        return (
            name,
            moment(fold.first_ns),
            moment(fold.last_ns),
            f"{fold.trained_on:,}" if fold.fold >= 0 else "",
            f"{fold.metrics.n:,}",
            f"{fold.metrics.ic:+.4f}",
            f"{fold.metrics.t:+.2f}",
            f"{fold.metrics.rank_ic:+.4f}",
            percent(fold.hit_rate, 1),
            f"{fold.mean_ret_bps:+.2f}",
            number(fold.sharpe, 3),
        )

    rows = [line(str(fold.fold + 1), fold) for fold in findings.folds] + [line("all", findings.overall)]
    headers = ("fold", "tested from", "to", "trained on", "labels", "IC", "t", "rank IC", "hit rate", "bps", "Sharpe")
    return table(headers, rows, left=3)


def _said_of_calibration() -> Markup:
    text = (
        "Tenths of the out-of-fold scores against the return over sigma that followed. Where they lie flatter than the "
        "dashed line, the model promises more than it keeps."
    )
    return element("p", text, class_="note")


def _importance(found: StudyEvidence) -> Markup:
    drawn = found.importance[: plots.FEATURES_DRAWN]
    rest = sum(each.mean for each in found.importance[plots.FEATURES_DRAWN :])
    unused = sum(each.most == 0.0 for each in found.importance)
    text = (
        f"The {len(drawn)} features above hold {100.0 * (1.0 - rest):.0f} % of the gain; {unused} of "
        f"{len(found.importance)} were used by no fold. Gain is what splits took from the loss on rows that were "
        "trained on: it says what a model looked at, not what helped."
    )
    return element("p", text, class_="note")


def _leaking(leaks: "LeakReport | None") -> list[str]:
    """Say which checks found a leak, or something like one."""
    found = [] if leaks is None else [each for each in leaks.findings if each.verdict.value in ("fail", "suspect")]
    return [f"Leak check {each.check.value.replace('_', ' ')}: {each.verdict.value}. {each.summary}" for each in found]


def _leaks(leaks: "LeakReport | None") -> Markup:
    if leaks is None:
        text = "Not checked: train with --check-leaks, or run `foxml check leaks`."
        return element("p", text, class_="note")
    rows = [
        (
            each.check.value.replace("_", " "),
            element("span", each.verdict.value.replace("_", " "), class_=_COLOURS.get(each.verdict.value, "flat")),
            "rows compared" if each.exact else "n/a" if each.p_value is None else f"p {each.p_value:.3g}",
            f"{each.scope.rows:,}",
            each.summary,
        )
        for each in leaks.findings
    ]
    text = (
        f"p-values are corrected for all that was tried: a false alarm of any check has a probability of at most "
        f"{leaks.limits.alpha:g}. Leaks that were planted for the checks had been found before."
    )
    headers = ("check", "verdict", "how sure", "rows", "what was found")
    head = element("tr", *(element("th", name, class_="left") for name in headers))
    body = [
        element("tr", *(element("td", cell, class_="left") for cell in cells), element("td", said, class_="wrap"))
        for *cells, said in rows
    ]
    inner = element("table", element("thead", head), element("tbody", *body))
    return join([element("div", inner, class_="scroll"), element("p", text, class_="note")])


def _samples(result: "StudyResult") -> Markup:
    findings = result.findings
    rows: list[tuple[Content, Content]] = [
        ("samples", f"{findings.samples:,}"),
        ("of them without a clear outcome, not learned from", f"{findings.ambiguous:,}"),
    ]
    rows += [(f"bars without a sample: {reason.replace('_', ' ')}", f"{n:,}") for reason, n in findings.dropped.items()]
    rows += [(f"feature left out: {each.name}", each.reason) for each in findings.left_out]
    return table(("", ""), rows)


def _pair(*plots_: Markup) -> Markup:
    return element("div", *plots_, class_="pair")


def _share(share: float | None) -> str:
    return "n/a" if share is None else percent(share, 1)
