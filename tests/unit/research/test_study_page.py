"""The page of a study: everything on it, doubts on top, and refused before the work if it cannot be drawn."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from study_harness import resolved, stored_market, study

from foxml.errors import DataError, MissingExtra
from foxml.models import Registry
from foxml.research import study_page as pages
from foxml.research.leak_checks import Check, Finding, LeakReport, Limits, Scope, Verdict
from foxml.research.leaks import judge_study
from foxml.research.study import StudyResult
from foxml.research.study_evidence import StudyEvidence
from foxml.research.study_page import study_page


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[StudyResult, str]:
    folder = tmp_path_factory.mktemp("market")
    stored_market(folder, signal=0.0)
    result = study(resolved(folder), page=folder / "pages" / "study.html")
    assert result.page is not None
    return result, Path(result.page).read_text()


def test_all_sections_are_there_and_nothing_from_outside(drawn: tuple[StudyResult, str]) -> None:
    """Seven plots in the page itself; no script, no link, no NaN that somebody would read."""
    result, text = drawn
    for heading in ("Folds", "Information coefficient over time", "Decay", "Calibration and learning", "Samples"):
        assert re.search(f"<h2>{heading}", text)
    assert text.count("<svg") == 7
    assert f"{result.name}@{result.version}" in text
    assert not re.search(r"<script|https?://(?!www\.w3\.org/)|src=|\bnan\b", text)
    for fold in (*result.findings.folds, result.findings.overall):
        assert f"{fold.metrics.ic:+.4f}" in text


def test_what_noise_found_is_called_doubtful(drawn: tuple[StudyResult, str]) -> None:
    """Without a signal the page says so above every number."""
    result, text = drawn
    assert abs(result.findings.overall.metrics.t) < 2.0
    assert text.index("as much as noise may show") < text.index("IC, all folds")
    findings = replace(
        result.findings,
        overall=replace(result.findings.overall, metrics=replace(result.findings.overall.metrics, t=5.0)),
        folds=(),
        dsr=0.99,
    )
    assert pages._doubts(findings) == []


def test_verdicts_on_leaks_stand_on_the_page(tmp_path: Path) -> None:
    """Every check with its verdict; what leaks is said above the numbers; without checks the page says so."""
    stored_market(tmp_path, signal=0.0)
    config = resolved(tmp_path)
    result = study(config, page=tmp_path / "study.html", judge=judge_study)
    text = (tmp_path / "study.html").read_text()
    for check in Check:
        assert check.value.replace("_", " ") in text
    assert "Not checked" not in text
    report = LeakReport(
        (Finding(Check.LABEL_OVERLAP, Verdict.FAIL, "3 labels <meet>", Scope(), True, None, None, None, None, ()),),
        1,
        ("FOXA",),
        Limits(),
    )
    leaking = study_page(result, _evidence(tmp_path), report)
    assert leaking.index("Leak check label overlap: fail. 3 labels &lt;meet&gt;") < leaking.index("IC, all folds")
    assert "Not checked: train with --check-leaks" in study_page(result, _evidence(tmp_path))


def _evidence(folder: Path) -> StudyEvidence:
    """Evidence of the study in a folder, as its page had it."""
    kept: list[StudyEvidence] = []

    def keep(result: StudyResult, found: StudyEvidence, leaks: object = None) -> str:
        kept.append(found)
        return ""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("foxml.research.study.study_page", keep)
        study(resolved(folder), page=folder / "again.html")
    return kept[0]


def test_the_same_study_gives_the_same_page(tmp_path: Path) -> None:
    """Byte for byte: a page can be kept beside its bundle."""
    stored_market(tmp_path, signal=1.0)
    texts = []
    for name in ("a", "b"):
        config = resolved(tmp_path / name, f"paths.store={tmp_path / 'data'}")
        found = study(config, page=tmp_path / f"{name}.html")
        # The bundle's hash is of the config too, which names its folders.
        texts.append(Path(found.page or "").read_text().replace(found.sha256[:16], ""))
    assert texts[0] == texts[1]


def test_a_page_that_cannot_be_is_refused_before_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in its place, a file where its folder should be, no matplotlib: nothing is trained or counted."""
    stored_market(tmp_path, signal=0.0)
    config = resolved(tmp_path)
    (tmp_path / "file").write_text("")
    for page, error in ((tmp_path, "found a folder"), (tmp_path / "file" / "x.html", "cannot be written")):
        with pytest.raises(DataError, match=error):
            study(config, page=page)

    def missing() -> None:
        raise MissingExtra("plots need matplotlib")

    monkeypatch.setattr("foxml.research.study.require_matplotlib", missing)
    with pytest.raises(MissingExtra):
        study(config, page=tmp_path / "x.html")
    assert Registry(config.registry).trial_sharpes("fox") == []
