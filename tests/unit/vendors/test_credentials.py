"""Keys: where they come from, who may read them, and that they show nowhere."""

from pathlib import Path

import pytest

from foxml.errors import ConfigError
from foxml.vendors.credentials import Credentials, read_credentials

SECRET = "s3cr3t-that-must-not-show"


def _file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "keys.ini"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    path = _file(tmp_path, f"[alpaca]\nkey = FILE\nsecret = {SECRET}\n")
    found = read_credentials("alpaca", environment={}, path=path)
    assert (found.key, found.secret) == ("FILE", SECRET)
    variables = {"APCA_API_KEY_ID": "ENV", "APCA_API_SECRET_KEY": "other"}
    assert read_credentials("alpaca", environment=variables, path=path).key == "ENV"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = _file(tmp_path, f"[alpaca]\nkey = k\nsecret = {SECRET}\n", mode)
    with pytest.raises(ConfigError, match=f"others may read it .mode {mode:o}.; expected 600") as caught:
        read_credentials("alpaca", environment={}, path=path)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "text", [f"{SECRET}\n", f"[alpaca]\nkey\n {SECRET} %(x)s\n", f"[other]\nkey = a\nsecret = {SECRET}\n", ""]
)
def test_a_broken_file_is_named_and_not_quoted(tmp_path: Path, text: str) -> None:
    # The parser's own message quotes the line that it stumbled over.
    path = _file(tmp_path, text)
    with pytest.raises(ConfigError, match=r"keys\.ini.*section \[alpaca\]") as caught:
        read_credentials("alpaca", environment={}, path=path)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_half_a_key_and_no_key_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="APCA_API_SECRET_KEY is not set"):
        read_credentials("alpaca", environment={"APCA_API_KEY_ID": "k"})
    with pytest.raises(ConfigError, match="set APCA_API_KEY_ID and APCA_API_SECRET_KEY"):
        read_credentials("alpaca", environment={})
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        read_credentials("alpaca", environment={}, path=tmp_path / "absent")


def test_neither_shows() -> None:
    keys = Credentials("the-key", SECRET)
    assert "the-key" not in f"{keys!r} {keys}"
    assert SECRET not in f"{keys!r} {keys}"
    assert keys.scrubbed(f"bad {SECRET} of the-key") == "bad [hidden] of [hidden]"
