"""docs/features.md is written from the kernel's table, so that it cannot fall behind it.

Renew it with: FOXML_RENEW_DOCS=1 pytest tests/unit/features/test_features_page.py
"""

import os
from collections.abc import Iterator
from pathlib import Path

from feature_builders import instruments

from foxml.bars.timeframes import parse_interval
from foxml.features import FeatureInfo, list_features, load_plan
from foxml.features.catalogue import GROUPS
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

A plan is a file in `config/features`: lists of names of features and of groups to `include` and to `exclude`. The keys
`features.include` and `features.exclude` of a config are laid over it. Features that make no sense on the interval are
left out. Columns are always in the order of this page.

"""


def plans() -> Iterator[str]:
    yield "| plan | " + " | ".join(INTERVALS) + " |\n|---|" + "---|" * len(INTERVALS) + "\n"
    for config in list_available_configs():
        if config.kind == "features":
            made = [load_plan(config.name, interval_ns=i, instruments=instruments(["X"])) for i in INTERVALS]
            cells = [f"{len(plan.names)} features, {plan.warmup_bars} bars" for plan in made]
            yield f"| `{config.name}` | " + " | ".join(cells) + " |\n"


def warmups(info: FeatureInfo) -> str:
    """Write the warm-up once where it is the same on every interval, else by interval."""
    found = {name: info.warmup_bars(parse_interval(name)) for name in info.timeframes}
    if len(set(found.values())) == 1:
        return str(next(iter(found.values())))
    return ", ".join(f"{name}: {bars}" for name, bars in found.items())


def section(group: str) -> str:
    head = f"## {group}\n\n| id | name | formula | parameters | intervals | guarantee | warm-up | checked against |\n"
    rows = [
        "| "
        + " | ".join(
            cell.replace("|", "\\|")
            for cell in (
                info.id,
                f"`{info.name}`",
                info.formula,
                info.params,
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
    text = HEAD + "".join(plans()) + "\n" + "\n".join(section(group) for group in GROUPS.values())
    if os.environ.get("FOXML_RENEW_DOCS"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text
