"""Features in memory: the engine's own numbers, with the actions of each symbol in their place."""

import numpy as np
from feature_builders import SYMBOLS, differing_bits, market, plan_within, stream

from foxml.features import FeatureEngine
from foxml.research.features import SimpleFeatureComputer


def test_rows_are_those_of_the_stream() -> None:
    # What is learned from must be what is traded on, through a split and a dividend.
    plan = plan_within(250, SYMBOLS, "5m")
    histories, actions = market(12)
    computer = SimpleFeatureComputer(plan)
    streamed = stream(FeatureEngine(plan), histories, actions)
    found = list(computer.compute_each(histories, actions))
    assert [each.symbol for each in found] == list(SYMBOLS)
    for bars, each in zip(histories, found, strict=True):
        rows, ready = streamed[bars.symbol]
        assert differing_bits(each.values, rows) == 0
        assert (each.ready == ready).all()
        assert (each.close_ns == bars.close_ns).all()
        assert each.names == computer.names == plan.names
        assert (each.valid == np.isfinite(each.values)).all()
        assert each.valid[each.ready].mean() > 0.9
        assert not each.valid[~each.ready].any()


def test_an_action_of_another_symbol_changes_nothing() -> None:
    plan = plan_within(60, SYMBOLS, "5m")
    histories, actions = market(12)
    others = [action for action in actions if action.symbol != "FOXB"]
    computer = SimpleFeatureComputer(plan)
    calm, split = computer.compute(histories[1], others), computer.compute(histories[1], actions)
    assert differing_bits(calm.values, computer.compute(histories[1]).values) == 0
    assert differing_bits(calm.values, split.values) > 0
