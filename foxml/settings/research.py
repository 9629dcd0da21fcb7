"""Configs of research: how features are selected, walk-forward schemes, and targets to compare."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeVar

from pydantic import Field, ValidationError

from foxml.errors import ConfigError
from foxml.settings.document import read_document
from foxml.settings.layers import Layers
from foxml.settings.load import Resolved, apply_overrides, packaged_config_root
from foxml.settings.problems import describe, nearest
from foxml.settings.schema import FoxmlConfig
from foxml.settings.sections.model import ValidationSection
from foxml.settings.types import Count, NonNegative, Positive, Probability, Section, Share

__all__ = [
    "FeatureSelection",
    "TargetBatch",
    "WalkforwardSchemes",
    "load_feature_selection",
    "load_target_batch",
    "load_walkforward",
]

AtLeastOne = Annotated[int, Field(ge=1)]
_Config = TypeVar("_Config", bound=Section)

_SELECTION: Final = "feature_selection.yaml"
_WALKFORWARD: Final = "walkforward.yaml"
_TARGETS: Final = "first_batch_specs.yaml"


class LearnerSettings(Section):
    """Forests that importance is read from.

    Attributes
    ----------
    trees, num_leaves, min_child_samples : int
    learning_rate : float
    rows_max : int
        Of more training rows every second, third ... is taken.
    """

    trees: AtLeastOne
    learning_rate: Positive
    num_leaves: Annotated[int, Field(ge=2)]
    min_child_samples: AtLeastOne
    rows_max: Annotated[int, Field(ge=200)]


class ClusterSettings(Section):
    """Redundancy clustering.

    Attributes
    ----------
    distance_max : float
        Where the tree of average distances, 1 - |rank correlation|, is cut.
    """

    distance_max: Probability


class PermutationSettings(Section):
    """Permutation importance.

    Attributes
    ----------
    repeats : int
    """

    repeats: AtLeastOne


class StabilitySettings(Section):
    """Stability selection.

    Attributes
    ----------
    subsamples, block_sessions : int
    share : float
        Of the sessions, drawn in blocks.
    """

    subsamples: AtLeastOne
    share: Share
    block_sessions: AtLeastOne


class InformationSettings(Section):
    """Mutual information.

    Attributes
    ----------
    neighbours, rows_max, shuffles : int
        Shuffles: targets of other times that it is compared with.
    """

    neighbours: AtLeastOne
    rows_max: Annotated[int, Field(ge=100)]
    shuffles: AtLeastOne


class SelectedSettings(Section):
    """What is selected.

    Attributes
    ----------
    stability_min : float
        Above one half, so that the number of false ones is bounded.
    permutation_t_min : float
    features_max : int
    """

    stability_min: Annotated[float, Field(gt=0.5, le=1.0)]
    permutation_t_min: NonNegative
    features_max: AtLeastOne


class FeatureSelection(Section):
    """``feature_selection.yaml``.

    Attributes
    ----------
    seed : int
    learner : LearnerSettings
    clusters : ClusterSettings
    permutation : PermutationSettings
    stability : StabilitySettings
    information : InformationSettings
    selected : SelectedSettings
    """

    seed: Count
    learner: LearnerSettings
    clusters: ClusterSettings
    permutation: PermutationSettings
    stability: StabilitySettings
    information: InformationSettings
    selected: SelectedSettings


class WalkforwardSchemes(Section):
    """``walkforward.yaml``.

    Attributes
    ----------
    schemes : dict of str to ValidationSection
    """

    schemes: Annotated[dict[str, ValidationSection], Field(min_length=1)]


class TargetBatch(Section):
    """``first_batch_specs.yaml``.

    Attributes
    ----------
    targets : dict of str to dict
        What is laid over the section ``target``, by the name of each target.
    """

    targets: Annotated[dict[str, dict[str, Any]], Field(min_length=1)]


def load_feature_selection(path: Path | None = None, *, root: Path | None = None) -> FeatureSelection:
    """Read how features are selected.

    Parameters
    ----------
    path : Path, optional
        By default ``feature_selection.yaml`` of `root`, or else the packaged one.
    root : Path, optional
        ``Resolved.config_root``.

    Raises
    ------
    ConfigError
        If it cannot be read or a key is wrong, missing or unknown; names file and line.
    """
    return _load(path, _SELECTION, root, FeatureSelection)[0]


def load_walkforward(name: str, path: Path | None = None, *, root: Path | None = None) -> ValidationSection:
    """Read a walk-forward scheme by its name.

    Raises
    ------
    ConfigError
        As `load_feature_selection`, and if there is no such scheme.
    """
    found, place = _load(path, _WALKFORWARD, root, WalkforwardSchemes)
    if name not in found.schemes:
        raise ConfigError(f"{place}: unknown scheme {name}; {nearest(name, list(found.schemes))}")
    return found.schemes[name]


def load_target_batch(resolved: Resolved, path: Path | None = None) -> Mapping[str, FoxmlConfig]:
    """Return the config of each target: the one given, with the target's keys laid over its section ``target``.

    Raises
    ------
    ConfigError
        As `load_feature_selection`, and if a target is wrong; names it.
    """
    batch, place = _load(path, _TARGETS, resolved.config_root, TargetBatch)
    found = {}
    for name, keys in batch.targets.items():
        overrides = [f"target.{key}={json.dumps(value)}" for key, value in keys.items()]
        try:
            found[name] = apply_overrides(resolved.config, overrides)
        except ConfigError as error:
            raise ConfigError(f"{place}: targets.{name}: {str(error).removeprefix('--set ')}") from None
    return MappingProxyType(found)


def _load(path: Path | None, name: str, root: Path | None, model: type[_Config]) -> tuple[_Config, Path]:
    if path is None:
        own = None if root is None else root / name
        path = own if own is not None and own.is_file() else packaged_config_root() / name
    layers = Layers()
    layers.lay_document(read_document(path))
    try:
        return model.model_validate(layers.tree()), path
    except ValidationError as error:
        text = describe(error, layers, model)
        # What is missing from the top has no line of its own.
        raise ConfigError("\n".join(x if str(path) in x else f"{path}: {x}" for x in text.splitlines())) from None
