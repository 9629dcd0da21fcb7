"""The log says what was committed, in lines that a machine reads, and never a secret."""

import io
import json

import pytest
from session_harness import make_rig

from foxml.daemon.logs import EventLog, make_log
from foxml.domain.commands import IntentDenied, SubmitOrder, TradeClosed
from foxml.domain.events import OrderFilled
from foxml.settings.sections.process import LoggingSection


def _lines(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_every_order_fill_and_trade_is_a_line() -> None:
    rig = make_rig(None, "risk.orders_per_symbol_day_max=1")
    rig.run()
    stream = io.StringIO()
    log = EventLog(make_log(LoggingSection(level="info", format="json"), stream))
    for event, outputs in rig.journal.records:
        log(event, outputs)
    lines = _lines(stream)
    told = [line["event"] for line in lines]
    outputs = [output for _, made in rig.journal.records for output in made]
    for name, kind, counted in (
        ("submitted", SubmitOrder, log.submitted),
        ("denied", IntentDenied, log.denials),
        ("closed", TradeClosed, log.trades),
    ):
        assert told.count(name) == counted == sum(isinstance(output, kind) for output in outputs) > 0
    assert told.count("filled") == log.fills == sum(isinstance(e, OrderFilled) for e, _ in rig.journal.records)
    assert log.pnl == sum(output.pnl for output in outputs if isinstance(output, TradeClosed))
    assert "cancel" not in told, "debug is left out at info"
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines)


def test_secrets_are_hidden() -> None:
    stream = io.StringIO()
    log = make_log(LoggingSection(level="info", format="json"), stream)
    log.info("connected", api_key="abc", Authorization="abc", client_secret="abc", password="abc", token="abc", order=1)
    assert "abc" not in stream.getvalue()
    assert _lines(stream)[0]["order"] == 1


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_the_level_is_kept(level: str) -> None:
    stream = io.StringIO()
    log = make_log(LoggingSection(level=level, format="json"), stream)
    for name in ("debug", "info", "warning", "error"):
        getattr(log, name)(name)
    assert next(line["event"] for line in _lines(stream)) == level


def test_console_lines_are_for_people() -> None:
    stream = io.StringIO()
    make_log(LoggingSection(level="info", format="console"), stream).info("starting", slices=3)
    assert "starting" in stream.getvalue()
    with pytest.raises(json.JSONDecodeError):
        json.loads(stream.getvalue())


class _Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    make_log(LoggingSection(level="info", format="json"), _Full()).critical("fault")
