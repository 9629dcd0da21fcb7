"""Where bars, models and runs are kept."""

from foxml.settings.types import Section

__all__ = ["PathsSection"]


class PathsSection(Section):
    """Folders, relative to the project (``Resolved.root``) unless absolute.

    Attributes
    ----------
    store : str
        Bars and corporate actions.
    registry : str
        Model bundles and the log of trials.
    runs : str
        Journals, logs and reports.
    """

    store: str
    registry: str
    runs: str
