"""HTML that cannot be broken by what is put into it: every string is escaped unless it is `Markup` already."""

import html
from collections.abc import Iterable, Sequence

__all__ = ["Content", "Markup", "element", "join", "table"]


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Content = str | int | float | Markup
"""What may stand in a page. Only `Markup` is taken as HTML."""


def escape(content: Content) -> Markup:
    """Return content as HTML.

    Examples
    --------
    >>> escape("<b>"), escape(Markup("<b>"))
    ('&lt;b&gt;', '<b>')
    """
    return content if isinstance(content, Markup) else Markup(html.escape(str(content), quote=True))


def join(parts: Iterable[Content]) -> Markup:
    """Escape parts and put them one after another."""
    return Markup("".join(escape(part) for part in parts))


def element(name: str, *children: Content, **attributes: str) -> Markup:
    """Return one element with its children; an attribute's trailing underscore is dropped (`class_`).

    Examples
    --------
    >>> element("td", "a < b", class_="left")
    '<td class="left">a &lt; b</td>'
    """
    stated = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{stated}>{join(children)}</{name}>")


def table(headers: Sequence[Content], rows: Sequence[Sequence[Content]], *, left: int = 1, empty: str = "") -> Markup:
    """Return a table whose first `left` columns are text and whose others are numbers.

    Parameters
    ----------
    headers : sequence, length k
    rows : sequence of sequences, each of length k
    left : int
        Columns that are aligned left.
    empty : str
        Said instead of a table without rows.
    """
    if not rows:
        return element("p", empty, class_="note")
    head = element("tr", *(element("th", cell, class_=_side(k, left)) for k, cell in enumerate(headers)))
    body = [element("tr", *(element("td", cell, class_=_side(k, left)) for k, cell in enumerate(row))) for row in rows]
    inner = element("table", element("thead", head), element("tbody", *body))
    return element("div", inner, class_="scroll")


def _side(column: int, left: int) -> str:
    return "left" if column < left else "right"
