"""`foxml data fetch`."""

import datetime as dt
import os
import threading
from contextlib import ExitStack
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foxml.cli.console import Progress, emit, path_text, table
from foxml.cli.options import (
    ConfigOption,
    JsonOption,
    QuietOption,
    SetOption,
    VariantOption,
    calendar_of,
    resolve,
)
from foxml.cli.verbs import EXIT_INTERRUPTED

if TYPE_CHECKING:
    from foxml.bars.fetching import FetchReport
    from foxml.bars.sources.chunked import ChunkedSource, VendorSetting

__all__ = ["fetch"]


class Vendor(Enum):
    """Whose bars."""

    ALPACA = "alpaca"
    IBKR = "ibkr"
    YAHOO = "yahoo"


def fetch(
    source: Annotated[Vendor, typer.Argument(metavar="SOURCE", help="alpaca, ibkr or yahoo.")],
    symbols: Annotated[list[str], typer.Argument(metavar="SYMBOL...")],
    interval: Annotated[str, typer.Option("--interval", metavar="1m", help="Length of a bar: 1m, 1h, 1d.")],
    start: Annotated[str, typer.Option("--from", metavar="DATE", help="First date.")],
    end: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Last date; by default as far as bars have ended.")
    ] = None,
    feed: Annotated[str, typer.Option("--feed", help="Of Alpaca: iex or sip.")] = "iex",
    credentials: Annotated[
        Path | None,
        typer.Option("--credentials", metavar="FILE", help="Key file, mode 600; the environment wins over it."),
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Of TWS or the Gateway.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Of TWS or the Gateway.")] = 4002,
    client_id: Annotated[int, typer.Option("--client-id", help="At TWS or the Gateway; of this command alone.")] = 77,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, max=64, help="Symbols at a time; by default resources.workers.")
    ] = None,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Fetch bars from a vendor into the store; interrupted, the same command goes on where it stopped.

    Alpaca's key is in APCA_API_KEY_ID and APCA_API_SECRET_KEY, or in the file of --credentials. Exits with code 11 if a
    vendor refuses or some symbol failed, with 130 if it was interrupted; what was fetched is stored in each case.

    Example:
      foxml data fetch alpaca SPY AAPL --interval 1m --from 2024-01-02 --to 2024-06-28 --feed sip
      foxml data fetch yahoo SPY --interval 1d --from 2000-01-03
    """
    from foxml.bars.fetching import Fetcher
    from foxml.bars.sources.chunked import VendorSetting
    from foxml.bars.store import BarStore
    from foxml.clock import WallClock, monotonic_ns, random_fraction
    from foxml.errors import VendorError
    from foxml.vendors.waiting import StoppableSleep

    resolved = resolve(config, variant, overrides)
    workers = resolved.config.resources.workers if jobs is None else jobs
    stop, wall = threading.Event(), WallClock()
    now_ns = wall.now_ns()
    start_ns = _day_ns("--from", start)
    end_ns = now_ns if end is None else _day_ns("--to", end) + 86_400 * 10**9
    setting = VendorSetting(wall.now_ns, monotonic_ns, StoppableSleep(stop), random_fraction)
    with ExitStack() as opened, Progress("fetch", quiet=quiet or as_json) as progress:
        fetcher = Fetcher(
            source=_open(source, setting, feed, credentials, (host, port, client_id), opened),
            store=BarStore(resolved.store),
            progress_root=resolved.store.with_name(f"{resolved.store.name}.fetch"),
            calendar=calendar_of(resolved),
            interval=interval,
            now_ns=now_ns,
            stop=stop,
        )
        reports, finished = fetcher.fetch(symbols, start_ns, end_ns, jobs=workers, progress=progress)
    text = f"{_summary(reports)}\nstored in {path_text(resolved.store)}"
    emit({"finished": finished, "symbols": reports}, as_json=as_json, text=text)
    failed = [report for report in reports if report.error is not None]
    if not finished:
        raise typer.Exit(EXIT_INTERRUPTED)
    if failed:
        raise VendorError("\n".join(f"{report.symbol}: {report.error}" for report in failed))


def _open(
    vendor: Vendor,
    setting: "VendorSetting",
    feed: str,
    credentials: Path | None,
    gateway: tuple[str, int, int],
    opened: ExitStack,
) -> "ChunkedSource":
    if vendor is Vendor.ALPACA:
        from foxml.bars.sources.alpaca import AlpacaSource
        from foxml.vendors.credentials import read_credentials

        keys = read_credentials("alpaca", environment=os.environ, path=credentials)
        return AlpacaSource(credentials=keys, setting=setting, feed=feed, url=os.environ.get("APCA_API_DATA_URL"))
    if vendor is Vendor.IBKR:
        from foxml.bars.sources.ibkr import IbkrSource
        from foxml.vendors.ibkr import IbkrClient

        return IbkrSource(client=opened.enter_context(IbkrClient(*gateway)), setting=setting)
    from foxml.bars.sources.yahoo import YahooSource
    from foxml.vendors.pacing import YAHOO_RULES
    from foxml.vendors.yahoo import YahooBars

    bars = YahooBars(
        pacer=setting.pacer(YAHOO_RULES), policy=setting.policy, sleep=setting.sleep, fraction=setting.fraction
    )
    return YahooSource(bars=bars)


def _day_ns(option: str, text: str) -> int:
    from foxml.bars.calendar import start_of_date_ns
    from foxml.errors import ConfigError

    try:
        return start_of_date_ns(dt.date.fromisoformat(text))
    except ValueError:
        raise ConfigError(f"{option} {text}: expected a date such as 2024-01-02") from None


def _summary(reports: "list[FetchReport]") -> str:
    rows = [
        [
            report.symbol,
            f"{report.chunks:,}",
            f"{report.known:,}",
            f"{report.empty:,}",
            f"{report.rows:,}",
            f"{report.bars:,}",
            f"{report.revised:,}",
            ", ".join(f"{count:,} {reason}" for reason, count in report.dropped.items()) or "none",
        ]
        for report in reports
    ]
    return table(["symbol", "fetched", "known", "empty", "rows", "bars stored", "revised", "dropped"], rows)
