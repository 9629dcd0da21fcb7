"""docs/features.md is written from the kernel's table, so that it cannot fall behind it.

Renew it with: FOXML_RENEW_DOCS=1 pytest tests/unit/features/test_features_page.py
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from feature_builders import instruments, market

from foxml.bars.slices import merge
from foxml.bars.store import BarMarks, BarStore
from foxml.bars.timeframes import parse_interval
from foxml.domain.bars import BarSlice
from foxml.features import FeatureInfo, list_features, load_plan
from foxml.features.catalogue import GROUPS
from foxml.research.features import SymbolBar
from foxml.settings import list_available_configs

PAGE = Path(__file__).resolve().parents[3] / "docs" / "features.md"
INTERVALS = ("1m", "5m", "15m", "1h", "1d")

HEAD = """# Features

Every feature is computed by one compiled kernel, bar by bar. A history is a loop over the update that trading uses, so
training sees the numbers that trading sees, to the last bit.

- A row exists once every feature of its plan is warm. A cell that has no value then (a range of zero, say) is NaN, in
  training and in trading alike, and never a made-up 0.
- Cells are computed in double and rounded once to float32.
- A split or a dividend multiplies the past: the symbol's state is built anew from the bars kept.
- Guarantees. `exact`: the value depends on a window of bars and on nothing before it. `session`: the same, counted from
  the open of a session; a start in the middle of one leaves the cell empty until the next. `measured`: recursive (of
  the kind of an exponential average); two starts were seen to meet within the warm-up, which is therefore long.
- Warm-up is counted in bars of the base interval: the index of the first row, from 0.

Notation: O, H, L, C, V are a bar's open, high, low, close and volume; a number after one is a lag (C1 is the last close
before); r = ln(C/C1); TP = (H+L+C)/3; HH and LL are the highest high and the lowest low of a window; TR is the true
range.

## Plans

A plan is a file: `features/NAME.yaml` in a project, named by `features.plan` of a config or by `--plan`; or any other,
by its path. The packaged ones are in `config/features`.

```yaml
include: [returns, sma_dist_10, rsi_14]         # features and groups
exclude: [streak]                               # taken away again, with all columns of the feature
parameters:
  sma_dist_10: {w: 12}                          # the feature's column is computed with w = 12 instead
columns:
  - {feature: sma_dist_10, w: 37}               # one column more
benchmark: SPY                                  # in place of universe.benchmark
```

A column with other parameters is named by them, `sma_dist_10@w=12`, and that name may stand in `include` and `exclude`
as well. The keys `features.include` and `features.exclude` of a config are laid over the file's. What makes no sense on
the interval is left out, and so is what compares with a benchmark where none is named; `foxml train` says which, and
why. Columns are always in the order of this page, those of one feature by their parameters, and the plan's hash is that
of its columns, interval, instruments and benchmark: two spellings of one plan have one hash.

PLANS
## In Python

```python
from pathlib import Path

from foxml.bars.store import BarStore
from foxml.domain.instruments import Instrument
from foxml.features import FeatureEngine, list_features, load_plan

store = BarStore(Path("data"))  # what `foxml data import` filled
names = [info.name for info in list_features() if info.guarantee == "exact"]
plan = load_plan("simple", interval_ns="5m", instruments=[Instrument("FOXA"), Instrument("FOXB")])
engine = FeatureEngine(plan)
matrix, valid, names = engine.batch(store.read("FOXA", "5m"))  # a whole history, from a state of its own
for bar_slice in slices:  # a moment of all symbols, as trading sees it
    found = engine.update(bar_slice)  # rows, ready, valid
state = engine.snapshot()  # and engine.restore(state), to the bit
```

`foxml.research.features` has three doors to the same kernel:

```python
from foxml.research.features import ComprehensiveFeatureBuilder, SimpleFeatureComputer, StreamingFeatureBuilder
from foxml.research.features import feature_parts

for found in SimpleFeatureComputer(plan).compute_each(histories, actions):  # in memory, with corporate actions
    print(found.symbol, found.values.shape, found.valid.mean())
ComprehensiveFeatureBuilder(plan, store, folder).build()  # a store to Parquet, in bounded memory
for part in feature_parts(folder, "FOXA"):
    print(part.symbol, part.close_ns[-1], part.values.shape)
builder = StreamingFeatureBuilder(plan)
row = builder.update(bar)  # None while the symbol warms up
```

A build that was interrupted goes on after its last whole part; symbols whose bars, actions and plan are as they were
are skipped; a folder holds features of one plan. `memory=MemoryManager(config.resources.memory_bytes)`
(`foxml.research.memory`) makes its parts smaller where the config's budget asks for it.
A row of `StreamingFeatureBuilder` needs the benchmark's bar of its
moment before the symbol's own.

"""


def plans() -> Iterator[str]:
    yield "| plan | " + " | ".join(INTERVALS) + " |\n|---|" + "---|" * len(INTERVALS) + "\n"
    for config in list_available_configs():
        if config.kind == "features":
            made = [
                load_plan(config.name, interval_ns=i, instruments=instruments(["X"]), benchmark="X") for i in INTERVALS
            ]
            cells = [f"{len(plan.names)} features, {plan.warmup_bars} bars" for plan in made]
            yield f"| `{config.name}` | " + " | ".join(cells) + " |\n"


def warmups(info: FeatureInfo) -> str:
    """Write the warm-up once where it is the same on every interval, else by interval."""
    found = {name: info.warmup_bars(parse_interval(name)) for name in info.timeframes}
    if len(set(found.values())) == 1:
        return str(next(iter(found.values())))
    return ", ".join(f"{name}: {bars}" for name, bars in found.items())


def parameters(info: FeatureInfo) -> str:
    """Write each parameter with the values that a plan may give it."""
    return ", ".join(
        f"{p.name}={p.default}" + (f" ({p.minimum} to {p.maximum})" if p.minimum < p.maximum else "")
        for p in info.parameters
    )


def section(group: str) -> str:
    head = f"## {group}\n\n| id | name | formula | parameters | intervals | guarantee | warm-up | checked against |\n"
    rows = [
        "| "
        + " | ".join(
            cell.replace("|", "\\|")
            for cell in (
                info.id,
                f"`{info.name}`",
                info.formula + (", beside the benchmark" if info.needs_benchmark else ""),
                parameters(info),
                " ".join(info.timeframes),
                info.guarantee,
                warmups(info),
                info.oracle,
            )
        )
        + " |\n"
        for info in list_features()
        if info.group == group
    ]
    return head + "|---|---|---|---|---|---|---|---|\n" + "".join(rows)


def test_the_page_is_what_the_table_says() -> None:
    """A reference that is wrong is worse than none."""
    text = HEAD.replace("PLANS", "".join(plans())) + "\n".join(section(group) for group in GROUPS.values())
    if os.environ.get("FOXML_RENEW_DOCS"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An example that fails is the first thing that a reader tries."""
    monkeypatch.chdir(tmp_path)
    histories, actions = market(12)
    store = BarStore(tmp_path / "data")
    for bars in histories:
        store.write(bars, marks=BarMarks("made", "up", "session"))
    ours = histories[:2]
    slices = [item for item in merge(ours, []) if isinstance(item, BarSlice)]
    first = ours[0]
    times = (int(x[0]) for x in (first.close_ns, first.session_open_ns, first.session_close_ns))
    bar = SymbolBar("FOXA", *times, *first.ohlcv[0].tolist())
    space = {
        "slices": slices,
        "histories": ours,
        "actions": actions,
        "folder": tmp_path / "f",
        "bar": bar,
    }
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, space)
    assert space["matrix"].shape == space["valid"].shape == (len(ours[0]), len(space["names"]))
    assert space["found"].ready.any()
    assert space["part"].ready.any()
    assert space["row"] is None


def test_the_plan_of_the_page_loads(tmp_path: Path) -> None:
    """What is copied from a page must not have to be mended."""
    text = re.search(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert text is not None
    path = tmp_path / "mine.yaml"
    path.write_text(text.group(1))
    plan = load_plan(path, interval_ns="1h", instruments=instruments(["SPY"]))
    assert {"sma_dist_10@w=12", "sma_dist_10@w=37", "rsi_14", "ret_log_1"} <= set(plan.names)
    assert not {"sma_dist_10", "streak"} & set(plan.names)
