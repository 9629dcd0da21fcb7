"""The report: one HTML file that needs no network, no script and no other file."""

from collections.abc import Sequence
from pathlib import Path

from foxml.journal import JournalReader
from foxml.report.analysis import Analysis, analyse
from foxml.report.markup import Markup, element, join
from foxml.report.run import fold
from foxml.report.sections import SECTIONS, headline, trade_list

__all__ = ["analyse_journal", "document", "render", "replace_page", "write_report"]

_CSS = """
:root { color-scheme: light dark; --bg: #ffffff; --fg: #1d2430; --muted: #66707f; --grid: #e3e7ec; --card: #f5f7f9;
  --good: #1f7a49; --bad: #b3364a; }
@media (prefers-color-scheme: dark) { :root { --bg: #14181d; --fg: #dfe4ea; --muted: #929caa; --grid: #2b323b;
  --card: #1c2229; --good: #5fc48f; --bad: #ee7f8f; } }
body { background: var(--bg); color: var(--fg); font: 15px/1.45 system-ui, sans-serif; max-width: 1060px;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem;
  border-bottom: 1px solid var(--grid); padding-bottom: .25rem; } h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
p.caveat { border-left: 4px solid var(--bad); background: var(--card); padding: .5rem .8rem; margin: .5rem 0; }
p.note { color: var(--muted); font-size: .88rem; } .facts { display: grid; gap: .6rem;
  grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); margin: 1.2rem 0; }
.fact { background: var(--card); border-radius: 6px; padding: .6rem .8rem; }
.fact b { display: block; font-size: 1.2rem; }
.fact > span { color: var(--muted); font-size: .82rem; } .scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .86rem; font-variant-numeric: tabular-nums; }
th, td { padding: .22rem .6rem; border-bottom: 1px solid var(--grid); white-space: nowrap; }
td.wrap { white-space: normal; overflow-wrap: anywhere; } thead th { color: var(--muted); font-weight: 600; }
.left { text-align: left; white-space: pre; } .right { text-align: right; } .good { color: var(--good); }
.bad { color: var(--bad); } svg { width: 100%; height: auto; display: block; } .wide { min-width: 640px; }
.about { width: 100%; } .about th { white-space: normal; width: 34%; vertical-align: top; }
@media (max-width: 600px) { td.left:first-child { white-space: pre-wrap; min-width: 7.5rem; } }
.pair { display: flex; flex-wrap: wrap; gap: 1rem; } .pair svg { flex: 1 1 340px; width: 48%; }
"""


def document(
    title: str, subtitle: str, doubts: Sequence[str], head: Markup, contents: Sequence[tuple[str, Markup]]
) -> str:
    """Return a whole page.

    Parameters
    ----------
    title, subtitle : str
    doubts : sequence of str
        What makes the numbers doubtful: stands above them.
    head : Markup
        What comes before the first section.
    contents : sequence of (str, Markup)
        Sections with their headings; an empty one is left out.
    """
    sections = [join([element("h2", name), content]) for name, content in contents if content]
    about = join(
        [
            Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
            element("title", title),
            element("style", Markup(_CSS)),
        ]
    )
    said = [element("p", text, class_="caveat") for text in doubts]
    body = join([element("h1", title), element("p", subtitle, class_="note"), *said, head, *sections])
    return "<!doctype html>\n" + element("html", element("head", about), element("body", body), lang="en") + "\n"


def replace_page(out: Path, text: str) -> None:
    """Write a page whole or not at all; an older one is replaced."""
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(out.name + ".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(out)


def analyse_journal(journal: Path) -> Analysis:
    """Read a journal and measure its run.

    Raises
    ------
    JournalError
        If the file is not a journal of this version, or is damaged.
    """
    with JournalReader(journal) as reader:
        return analyse(fold(reader.records(), reader.journal_id))


def render(analysis: Analysis, *, title: str | None = None, trades_max: int = 500) -> str:
    """Return the page; the same analysis gives the same text.

    Parameters
    ----------
    analysis : Analysis
    title : str, optional
        By default the symbols.
    trades_max : int
        Round trips that are listed one by one, the latest ones.
    """
    run = analysis.run
    title = title or "FoxML report: " + ", ".join(run.symbols[:6]) + (" and more" if len(run.symbols) > 6 else "")
    contents = [(name, section(analysis)) for name, section in SECTIONS]
    contents.append(("List of round trips", trade_list(analysis, trades_max)))
    label = run.details.get("mode_label", "")
    subtitle = " · ".join(part for part in (label, f"journal {run.journal_id}") if part)
    return document(title, subtitle, analysis.caveats, headline(analysis), contents)


def write_report(journal: Path, out: Path, *, title: str | None = None, trades_max: int = 500) -> Analysis:
    """Write the report of a journal, whole or not at all.

    Parameters
    ----------
    journal : Path
    out : Path
        The HTML file; an older one is replaced.
    title, trades_max
        As for `render`.
    """
    analysis = analyse_journal(journal)
    replace_page(out, render(analysis, title=title, trades_max=trades_max))
    return analysis
