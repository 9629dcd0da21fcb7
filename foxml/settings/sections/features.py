"""Which features a model sees."""

from foxml.settings.types import Section, Words

__all__ = ["FeaturesSection"]


class FeaturesSection(Section):
    """The feature plan.

    Attributes
    ----------
    plan : str
        Name of a file in ``config/features``, or a path.
    include, exclude : tuple of str
        Features, groups and columns added to and taken from the plan.
    """

    plan: str
    include: Words
    exclude: Words
