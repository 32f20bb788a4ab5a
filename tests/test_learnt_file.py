"""The files that are learnt: read in one way, whatever was learnt, and explained when they cannot be."""

from __future__ import annotations

import logging
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from assistant.bridge import Bridge, load_bridge, save_bridge
from assistant.reading.learnt import UNSAID, load_model
from corpus.errors import ExplainedError


def small_bridge(path: Path) -> None:
    save_bridge(Bridge("fake@1", np.zeros(4, dtype=np.float32), np.eye(4, dtype=np.float32)), path)


def small_model(path: Path) -> None:
    np.savez_compressed(
        path,
        encoder=np.array("fake@1"),
        vocabulary=np.array(["ia", "outil"]),
        rarity=np.ones(2),
        weights=np.zeros((6, 2)),
        offsets=np.zeros(2),
        columns=np.array(["uses_ai=yes", f"uses_ai={UNSAID}"]),
        enough=np.array([0.9, 2.0]),
        doubted=np.zeros(2),
    )


def lone_array() -> bytes:
    buffer = BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


FILES = [
    pytest.param(small_bridge, load_bridge, "python -m evals.bridge", id="bridge"),
    pytest.param(small_model, load_model, "python -m evals.teach", id="second reader"),
]
Write, Load = Callable[[Path], None], Callable[[Path, str], object]


@pytest.mark.parametrize(("write", "load", "command"), FILES)
def test_a_learnt_file_serves_the_encoder_that_it_was_learnt_with(
    write: Write, load: Load, command: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path / "learnt.npz")
    assert load(tmp_path / "learnt.npz", "fake@1") is not None
    assert not caplog.records
    with caplog.at_level(logging.WARNING):
        assert load(tmp_path / "learnt.npz", "fake@2") is None
    (told,) = caplog.records
    assert told.levelno == logging.WARNING
    assert all(part in told.getMessage() for part in ("learnt.npz", "fake@1", "fake@2", command))


@pytest.mark.parametrize(("write", "load", "command"), FILES)
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(None, id="missing"),
        pytest.param(lambda whole: b"", id="empty"),
        pytest.param(lambda whole: b"not an archive", id="another file"),
        pytest.param(lambda whole: whole[: len(whole) // 2], id="cut short"),
        pytest.param(lambda whole: lone_array(), id="a lone array"),
    ],
)
def test_a_learnt_file_that_cannot_be_read_is_explained(
    write: Write, load: Load, command: str, damage: Callable[[bytes], bytes] | None, tmp_path: Path
) -> None:
    path = tmp_path / "learnt.npz"
    write(path)
    if damage:
        path.write_bytes(damage(path.read_bytes()))
    else:
        path.unlink()
    with pytest.raises(ExplainedError) as told:
        load(path, "fake@1")
    for part in ("learnt.npz' is missing or damaged", "Without it", f"run `{command}`"):
        assert part in str(told.value)


@pytest.mark.parametrize(("write", "load", "command"), FILES)
def test_an_archive_of_something_else_is_explained(write: Write, load: Load, command: str, tmp_path: Path) -> None:
    for arrays in ({}, {"encoder": np.array("fake@1")}, {"matrix": np.eye(2)}):
        np.savez_compressed(tmp_path / "learnt.npz", **arrays)
        with pytest.raises(ExplainedError, match=command):
            load(tmp_path / "learnt.npz", "fake@1")


@pytest.mark.parametrize(("write", "load", "command"), FILES)
def test_no_damaged_byte_is_an_unexplained_error(write: Write, load: Load, command: str, tmp_path: Path) -> None:
    path = tmp_path / "learnt.npz"
    write(path)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            load(path, "fake@1")
        except ExplainedError:
            continue
