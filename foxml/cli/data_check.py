"""`foxml data check`: what is to be known of stored bars before anything is built on them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from foxml.cli.console import Progress, emit, path_text, table
from foxml.cli.options import ConfigOption, JsonOption, QuietOption, SetOption, VariantOption, calendar_of, resolve

if TYPE_CHECKING:
    from foxml.bars.quality import SymbolQuality

__all__ = ["EXIT_SERIOUS", "check_data"]

EXIT_SERIOUS: Final = 1


def check_data(
    symbols: Annotated[
        list[str] | None, typer.Argument(metavar="[SYMBOL...]", help="By default every symbol that is stored.")
    ] = None,
    interval: Annotated[str | None, typer.Option("--interval", metavar="1h", help="Bars of this length alone.")] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page with plots too (needs foxml[report]).")
    ] = None,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Look for what is wrong with stored bars: holes, missing splits, jumps, bad prints, stale and impossible bars.

    Exits with code 0 if nothing serious is found, 1 if a history cannot be trusted: a file that was changed, bars that
    cannot be, sessions missing or unlike the calendar, a step that looks like a split that no action tells of.

    Example:
      foxml data check
      foxml data check AAPL SPY --interval 1h --html quality.html
    """
    from foxml.bars.quality import check_bars
    from foxml.bars.store import BarStore
    from foxml.errors import DataError

    resolved = resolve(config, variant, overrides)
    store = BarStore(resolved.store)
    calendar = calendar_of(resolved)
    wanted = set(symbols or ())
    stored = [
        s for s in store.list() if (not wanted or s.symbol in wanted) and (interval is None or s.interval == interval)
    ]
    missing = sorted(wanted - {s.symbol for s in stored})
    if missing or not stored:
        what = f"no bars of {', '.join(missing)}" if missing else "no bars"
        raise DataError(f"{path_text(resolved.store)}: {what}{f' at {interval}' if interval else ''}")
    checked, unreadable = [], []
    with Progress("check", quiet=quiet or as_json) as progress:
        for number, held in enumerate(stored):
            progress(f"{held.symbol} {held.interval}", number, len(stored))
            try:
                bars = store.read(held.symbol, held.interval)
            except DataError as error:
                unreadable.append(str(error))
                continue
            actions = store.actions([held.symbol])
            jump_max = resolved.config.risk.overnight_jump_max
            checked.append(check_bars(bars, actions, calendar, jump_max=jump_max))
    found = [quality for quality, _ in checked]
    passed = not unreadable and not any(quality.serious for quality in found)
    text = _text(found, unreadable, passed=passed)
    if html is not None:
        from foxml.report.data_page import render_quality
        from foxml.report.page import replace_page

        replace_page(html, render_quality(checked, unreadable))
        text += f"\npage in {path_text(html)}"
    emit({"passed": passed, "symbols": found, "unreadable": unreadable}, as_json=as_json, text=text)
    if not passed:
        raise typer.Exit(EXIT_SERIOUS)


def _text(found: "list[SymbolQuality]", unreadable: list[str], *, passed: bool) -> str:
    rows = [
        [
            quality.symbol,
            quality.interval,
            f"{quality.bars:,}",
            f"{quality.coverage:.1%}",
            f"{quality.sessions:,}",
            f"{quality.sessions_missing:,}",
        ]
        for quality in found
    ]
    findings = [
        [f"{quality.symbol} {quality.interval}", f.severity.value, f.kind, f"{f.count:,}", f.text]
        for quality in found
        for f in quality.findings
    ]
    lines = [table(["symbol", "interval", "bars", "coverage", "sessions", "missing"], rows)] if rows else []
    if findings:
        lines += ["", table(["bars", "severity", "finding", "count", "what"], findings)]
    lines += ["", *(f"unreadable: {text}" for text in unreadable)]
    failed = sum(quality.serious for quality in found) + len(unreadable)
    lines.append("PASS: nothing serious" if passed else f"FAIL: {failed} of {len(found) + len(unreadable)} histories")
    return "\n".join(lines)
