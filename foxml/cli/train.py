"""`foxml train`."""

from foxml.cli.console import Progress, emit
from foxml.cli.options import ConfigOption, JsonOption, QuietOption, SetOption, VariantOption, resolve

__all__ = ["train"]


def train(
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Train a model walk-forward on stored bars, and register it.

    Every run is counted as a trial of its name. An interrupted run goes on where it stopped.

    Example:
      foxml train --config train/spy_aapl_ibm_bac_1h.yaml
      foxml train --set model.variant=conservative --set period.end=2014-12-31
    """
    from foxml.bars.store import BarStore
    from foxml.clock import WallClock
    from foxml.models import Registry
    from foxml.research.study import run_study

    resolved = resolve(config, variant, overrides)
    with Progress("train", quiet=quiet or as_json) as progress:
        result = run_study(resolved, BarStore(resolved.store), Registry(resolved.registry), progress, WallClock())
    emit(result, as_json=as_json, text=str(result))
