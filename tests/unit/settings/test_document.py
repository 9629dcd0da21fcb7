"""The strict YAML reader: what plain YAML lets pass silently is an error with its line, or a plain string."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxml.errors import ConfigError
from foxml.settings.document import parse_value, read_document


def read(tmp_path, text):
    path = tmp_path / "c.yaml"
    path.write_text(text)
    return read_document(path)


# text | what the error must say after the file's name
REFUSED = [
    ("a: 1\nb: 2\na: 3\n", ":3: a is given twice, first on line 1"),
    ("s:\n  k: 1\n  k: 2\n", ":3: s.k is given twice, first on line 2"),
    ("l:\n  - {k: 1, k: 2}\n", "l.0.k is given twice"),
    ("a: &x 1\nb: *x\n", ":1: anchors, aliases and tags"),
    ("a: !!python/object:os.system 1\n", ":1: anchors, aliases and tags"),
    ("- 1\n- 2\n", ":1: found a sequence, expected a mapping"),
    ("just words\n", ":1: found the value 'just words', expected a mapping"),
    ("? [a, b]\n: 1\n", ":1: found a sequence as a key"),
    ("a: [1\n", "not valid YAML"),
    ("a: 1\n\tb: 2\n", "not valid YAML"),
    ("a: " + "[" * 50 + "]" * 50 + "\n", "nested too deeply"),
    ("a: 1\n---\nb: 2\n", "not valid YAML"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_refused(tmp_path, text, message):
    """Each of these is read by PyYAML as something that its author did not mean."""
    with pytest.raises(ConfigError) as error:
        read(tmp_path, text)
    assert message in str(error.value)
    assert "c.yaml" in str(error.value)


def test_very_deep_nesting_is_an_error_not_a_crash(tmp_path):
    """The parser recurses; a hostile file must end in a message."""
    with pytest.raises(ConfigError, match="nested too deeply"):
        read(tmp_path, "a: " + "[" * 50_000)


def test_not_text(tmp_path):
    """Bytes that are no text are refused with the file's name."""
    (tmp_path / "c.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"c\.yaml: cannot be read"):
        read_document(tmp_path / "c.yaml")


def test_scalars(tmp_path):
    """YAML 1.1 would make booleans of tickers, sexagesimals of times, octals of codes, and dates of strings."""
    found = read(tmp_path, "a: ON\nb: no\nc: 12:30\nd: 012\ne: 2015-01-02\nf: 1e-3\ng: '7'\nh: .5\ni:\nj: true\nk: ~\n")
    assert found.data == {
        "a": "ON", "b": "no", "c": "12:30", "d": 12, "e": "2015-01-02", "f": 1e-3, "g": "7", "h": 0.5, "i": None,
        "j": True, "k": None,
    }  # fmt: skip
    assert found.lines[("k",)] == 11


def test_empty_file_is_an_empty_mapping(tmp_path):
    """A layer may say nothing."""
    assert read(tmp_path, "# nothing\n").data == {}


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none())
def test_scalars_round_trip(value):
    """What prints as a number is read as that number."""
    text = {True: "true", False: "false", None: "null"}.get(value) if isinstance(value, bool | None) else repr(value)
    found = parse_value(text, "test")
    if isinstance(value, int) and len(text) >= 40:
        assert found == text
    else:
        assert found == value
        assert type(found) is type(value)
