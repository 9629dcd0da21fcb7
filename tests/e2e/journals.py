"""What two runs must have in common: their commands and decisions, without the identity of their journals."""

from pathlib import Path

from foxml.domain.commands import CancelOrder, SliceDecision, SubmitOrder
from foxml.journal import JournalReader


def commands(path: Path) -> list[str]:
    """Every command in order, the journal's random id taken out of the order ids."""
    return _outputs(path, (SubmitOrder, CancelOrder))


def decisions(path: Path) -> list[str]:
    """Every stage's numbers for every slice, to the last bit."""
    return _outputs(path, (SliceDecision,))


def _outputs(path: Path, kinds: tuple[type, ...]) -> list[str]:
    with JournalReader(path) as reader:
        found = []
        for record in reader.records():
            for output in record.outputs:
                if isinstance(output, SliceDecision) and SliceDecision in kinds:
                    money = (output.close_ns, output.equity, output.cash, output.gross, output.net)
                    found.append(f"{money} {output.columns} {output.values.tobytes().hex()}")
                elif isinstance(output, kinds):
                    found.append(str(output).replace(reader.journal_id, "ID"))
        return found
