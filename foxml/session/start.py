"""Start-up is recovery: the journal is folded, what differs is named, and the feed goes on behind the last slice."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from foxml.domain.bars import BarSlice
from foxml.domain.events import OperatorHalt, RunStarted
from foxml.domain.orders import HaltLevel
from foxml.domain.ports import Feed, FeedItem
from foxml.errors import JournalMismatch
from foxml.journal import Entry
from foxml.journal.codec import encode
from foxml.session.session import Difference, Session

__all__ = ["Progress", "Recovered", "begin", "check_same_run", "recover", "remaining"]

RECOVERY: Final = "recovery: "
"""How the reason of a halt begins that start-up has set."""
ORDERED: Final = "operator: "
"""How the reason of a halt begins that a person has ordered."""
DECIDING: Final = ("bundle_sha256", "plan_sha256", "symbols", "interval_ns", "trade_from_ns")
"""Details of a run that must not change while its journal goes on; the keys of ``config`` are compared one by one."""
NAMED_MAX: Final = 20


class Progress(Protocol):
    """Told what is going on, and how much of how much is done."""

    def __call__(self, text: str, done: int | None = None, total: int | None = None) -> None:
        """Say it."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What folding a journal has found.

    Attributes
    ----------
    events : int
        Folded.
    commands : int
        Recorded commands that were compared.
    differing : int
        Outputs that the engine would not repeat.
    differences : tuple of Difference
        The first of them.
    """

    events: int
    commands: int
    differing: int
    differences: tuple[Difference, ...]


def recover(
    session: Session,
    entries: Iterable[Entry],
    *,
    total: int | None = None,
    progress: Progress | None = None,
    acknowledged: bool = True,
) -> Recovered:
    """Fold a journal into a new session.

    Parameters
    ----------
    session : Session
        That has seen nothing yet.
    entries : iterable of Entry
    total : int, optional
        How many there are.
    progress : callable, optional
    acknowledged : bool, default True
        Leave out differences that an earlier start has named in the journal: a person may have lowered its halt since.

    Raises
    ------
    RecoveryError
        If an event cannot be repeated at all.
    JournalError
        If the journal is not what was written.
    """
    events = commands = differing = 0
    named: list[Difference] = []
    for entry in entries:
        found = session.fold(entry)
        events += 1
        commands += sum(output.kind in ("SubmitOrder", "CancelOrder") for output in entry.outputs)
        if acknowledged and isinstance(entry.event, OperatorHalt) and entry.event.reason.startswith(RECOVERY):
            differing, named = 0, []
        differing += len(found)
        named += found[: NAMED_MAX - len(named)]
        if progress is not None:
            progress("events", events, total)
    return Recovered(events, commands, differing, tuple(named))


def begin(
    session: Session,
    details: Mapping[str, str],
    *,
    label: str,
    received_ns: int,
    recovered: Recovered | None = None,
    ordered: tuple[HaltLevel, str] | None = None,
) -> None:
    """Record that a process starts, and send what an earlier one had decided but not sent.

    If recovery found a difference, the engine may only reduce from here on; a person has to lower that, at a later
    start: a level that is ordered with this one was ordered without knowing of the difference.

    Parameters
    ----------
    session : Session
    details : mapping of str to str
    label : str
        For people: what kind of run it is.
    received_ns : int
        Wall time.
    recovered : Recovered, optional
    ordered : tuple of (HaltLevel, str), optional
        The halt level that a person wants from here on, and why.
    """
    now_ns = session.now_ns
    told = tuple(sorted({**details, "mode_label": label}.items()))
    events: list[RunStarted | OperatorHalt] = [RunStarted(told, now_ns, received_ns)]
    if recovered is not None and recovered.differing:
        wanted = [session.engine.halt_level if ordered is None else ordered[0], HaltLevel.REDUCE_ONLY]
        level = max(wanted, key=lambda level: level.value)
        reason = f"{RECOVERY}{recovered.differing} outputs differ; {recovered.differences[0]}"
        events.append(OperatorHalt(level, reason, now_ns, received_ns))
    elif ordered is not None:
        events.append(OperatorHalt(ordered[0], f"{ORDERED}{ordered[1]}", now_ns, received_ns))
    session.step(*events)


def check_same_run(recorded: RunStarted, details: Mapping[str, str], path: Path) -> None:
    """Refuse to go on with a journal that was written under other rules.

    Parameters
    ----------
    recorded : RunStarted
        The journal's first.
    details : mapping of str to str
        Of this start.
    path : Path
        Of the journal.

    Raises
    ------
    JournalMismatch
        Names every deciding value that differs.
    """
    held = dict(recorded.details)
    pairs = [(key, held.get(key, "nothing"), details[key]) for key in DECIDING]
    before, now = (_flat(json.loads(told.get("config", "{}"))) for told in (held, details))
    pairs += [(key, before.get(key, "nothing"), now.get(key, "nothing")) for key in sorted(before.keys() | now.keys())]
    lines = [f"{key}: the journal was begun with {old}, now found {new}" for key, old, new in pairs if old != new]
    if lines:
        hint = f"go on with what it was begun with ({held.get('bundle', 'no bundle')}), or begin another journal"
        raise JournalMismatch("\n".join([f"{path}: the journal of another run", *lines, hint]))


def remaining(session: Session, feed: Feed, path: Path) -> Iterator[FeedItem]:
    """Yield what a recovered session has not seen of its feed.

    Raises
    ------
    JournalMismatch
        If the feed does not repeat the last slice of the journal and the corporate actions after it.
    """
    last = session.last_slice
    items = iter(feed.items(session.last_sequence - 1 if last is not None else -1))
    if last is not None:
        found = next((item for item in items if isinstance(item, BarSlice)), None)
        if found is None or encode(found) != encode(last):
            what = "no such slice" if found is None else f"one that closes at {found.close_ns}, or with other bars"
            raise JournalMismatch(
                f"{path}: slice {last.sequence} closes at {last.close_ns} ns in the journal; the store has {what}: "
                "its bars up to there were changed"
            )
    for action in session.actions_since_slice:
        following = next(items, None)
        if following != action:
            raise JournalMismatch(f"{path}: the journal goes on with {action}, the store with {following}")
    return items


def _flat(tree: Mapping[str, Any], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            found.update(_flat(value, f"{above}{key}."))
        else:
            found[f"{above}{key}"] = json.dumps(value)
    return found
