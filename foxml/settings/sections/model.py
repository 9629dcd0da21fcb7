"""Which model is trained or traded, and how it is validated."""

from typing import Annotated, Literal

from pydantic import Field

from foxml.settings.types import Count, Probability, Section

__all__ = ["ModelSection", "ValidationSection"]


class ModelSection(Section):
    """The model.

    Attributes
    ----------
    family, variant : str
        File in ``config/models`` and the variant in it.
    name : str
        Name in the registry; ``name@version`` pins a version when trading.
    params : dict
        Laid over the variant's parameters.
    seed : int
    max_age_days : int
        A bundle expires so many days after it was trained; 0: never.
    """

    family: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    variant: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Annotated[str, Field(min_length=1)]
    params: dict[str, str | int | float | bool | None]
    seed: Count
    max_age_days: Count


class ValidationSection(Section):
    """Walk-forward validation, purged and embargoed.

    Attributes
    ----------
    scheme : {"expanding", "rolling"}
    folds : int
    min_train_sessions : int
        Sessions before the first test fold; with ``rolling`` the length of every training window.
    embargo_bars : int
        Bars between the last training label and the first prediction of a test block.
    early_stopping_share : float
        Last share of each training window that early stopping looks at, purged.
    """

    scheme: Literal["expanding", "rolling"]
    folds: Annotated[int, Field(ge=1, le=1000)]
    min_train_sessions: Annotated[int, Field(ge=1)]
    embargo_bars: Count
    early_stopping_share: Annotated[Probability, Field(lt=1)]
