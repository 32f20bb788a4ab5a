"""Gates: bounds on measures, read from `gates.yaml`. Pure once read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, RootModel, model_validator

from corpus.errors import ExplainedError
from corpus.yaml_files import load_checked
from evals.measures import Figure, Measure

GATES_FILE = Path(__file__).with_name("gates.yaml")


class Gate(BaseModel):
    """A bound on a measure: `at_least` or `at_most`. `goal` is the figure aimed at, where the bound only keeps what was reached."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    measure: str
    at_least: float | None = None
    at_most: float | None = None
    goal: float | None = None
    why: str
    why_fr: str

    @model_validator(mode="after")
    def _one_bound(self) -> Gate:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("write one of at_least and at_most")
        return self

    @property
    def bound(self) -> float:
        """The bound, whichever side it is on."""
        return self.at_most if self.at_most is not None else self.at_least or 0.0

    def accepts(self, value: float) -> bool:
        """True when `value` is within the bound; the point, not the interval, decides."""
        return self._is_within(value, self.bound)

    def reaches_goal(self, value: float) -> bool:
        """True when `value` is the figure aimed at, or better."""
        return self._is_within(value, self.bound if self.goal is None else self.goal)

    def _is_within(self, value: float, bound: float) -> bool:
        return value <= bound + 1e-9 if self.at_most is not None else value >= bound - 1e-9


class GateFile(RootModel[list[Gate]]):
    """The whole of `gates.yaml`."""


@dataclass(frozen=True)
class Outcome:
    """A gate and what came to it. Nothing measured passes: there was nothing to let through."""

    gate: Gate
    figure: Figure

    @property
    def passed(self) -> bool:
        """True when the gate lets the run through."""
        return self.figure.value is None or self.gate.accepts(self.figure.value)

    @property
    def faults(self) -> int | None:
        """How many of what was measured are not as they should be; None where the value is no share."""
        if self.figure.hits is None:
            return None
        return self.figure.hits if self.gate.at_most is not None else self.figure.n - self.figure.hits


def load_gates(path: Path = GATES_FILE) -> list[Gate]:
    """The gates of `path`, in order; two of the same name are a mistake."""
    gates = load_checked(path, GateFile).root
    names = [gate.name for gate in gates]
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise ExplainedError(f"{path}: two gates have the same name: {', '.join(doubles)}. Rename one.")
    return gates


def hold(gates: Iterable[Gate], measures: Mapping[str, Measure]) -> list[Outcome]:
    """Each gate with its figure; a gate on a measure that does not exist is a mistake in `gates.yaml`."""
    found = []
    for gate in gates:
        if gate.measure not in measures:
            raise ExplainedError(
                f"The gate '{gate.name}' bounds '{gate.measure}', which is no measure. Correct evals/gates.yaml."
            )
        found.append(Outcome(gate, measures[gate.measure].figure))
    return found
