"""Every risk limit. None has a default in code: a missing one is an error."""

from typing import Annotated

from pydantic import Field

from foxml.settings.types import Count, Positive, PositiveMoney, Probability, Section, Share, Words

__all__ = ["RiskSection"]

AtLeastOne = Annotated[int, Field(ge=1)]


class RiskSection(Section):
    """Limits of the guards, per order and for the whole book.

    Attributes
    ----------
    allow, deny : tuple of str
        Symbols that may be traded (empty: all) and that may not.
    data_age_ms_max : int
        Oldest bar that an order may be decided on.
    price_collar_bps : float
        Largest distance of an order's price from the last close.
    order_notional_max : int
        In 1e-9 dollars (written in dollars).
    order_adv_share_max : float
        Largest share of a day's average volume in one order.
    position_weight_max, gross_max, net_max : float
        Shares of equity, open orders at their worst included.
    leverage_max : float
        Buying power in units of equity; 1 for a cash account.
    orders_per_minute_max, orders_per_symbol_day_max, open_orders_max : int
    entry_bars_left_min : int
        Bars that a session must still have when a position is opened.
    short_allowed : bool
    model_age_days_max : int
        Days since the model was trained; 0: any age.
    feature_valid_share_min : float
        Least share of a row's features that must be valid.
    score_abs_max : float
        Largest absolute standardised score that is believed.
    overnight_jump_max : float
        Largest overnight return without a known corporate action.
    daily_loss_max, drawdown_max : float
        Shares of equity at the day's start and of peak equity, marked.
    loss_streak_max : int
        Losing trades in a row.
    reject_rate_max : float
        Largest share of rejected orders among the last ones.
    reject_window_orders : int
        How many orders the last ones are.
    """

    allow: Words
    deny: Words
    data_age_ms_max: AtLeastOne
    price_collar_bps: Positive
    order_notional_max: PositiveMoney
    order_adv_share_max: Share
    position_weight_max: Share
    gross_max: Positive
    net_max: Positive
    leverage_max: Positive
    orders_per_minute_max: AtLeastOne
    orders_per_symbol_day_max: AtLeastOne
    open_orders_max: AtLeastOne
    entry_bars_left_min: Count
    short_allowed: bool
    model_age_days_max: Count
    feature_valid_share_min: Probability
    score_abs_max: Positive
    overnight_jump_max: Positive
    daily_loss_max: Share
    drawdown_max: Share
    loss_streak_max: AtLeastOne
    reject_rate_max: Share
    reject_window_orders: AtLeastOne
