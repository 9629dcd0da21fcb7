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
        Features added to and taken from the plan, by name.
    """

    plan: str
    include: Words
    exclude: Words
