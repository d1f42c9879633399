"""Generated streams with known changes: what a retraining policy is tried on.

The families are those of the literature on concept drift (SEA: Street and Kim 2001; STAGGER:
Schlimmer and Granger 1986; rotating hyperplane: Hulten et al. 2001; sine: Gama et al. 2004), each
with labels that are never certain, so that no model is ever perfect.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIRST, WINDOWS, ROWS = 10_000, 100, 500
"""Rows for the first champion, then windows of so many rows."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stream:
    """Rows in the order of time: x of shape (n, n_features), y of 0 and 1."""

    x: Floats
    y: NDArray[np.int64]


def make_stream(name: str, seed: int, *, windows: int = WINDOWS) -> Stream:
    """Return a stream by its name."""
    rng = np.random.default_rng([seed, *name.encode()])
    rows = FIRST + windows * ROWS
    position = np.maximum(np.arange(rows) - FIRST, 0) / ROWS * (WINDOWS / windows)
    return STREAMS[name](rng, position)


def _sigmoid(logit: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-logit))


def _drawn(rng: np.random.Generator, x: Floats, logit: Floats) -> Stream:
    return Stream(x, (rng.random(len(x)) < _sigmoid(logit)).astype(np.int64))


def _flipped(rng: np.random.Generator, x: Floats, truth: NDArray[np.bool_], rate: float) -> Stream:
    return Stream(x, (truth ^ (rng.random(len(x)) < rate)).astype(np.int64))


def _direction(rng: np.random.Generator, features: int = 6) -> Floats:
    drawn = rng.normal(size=features)
    return drawn / np.linalg.norm(drawn)


def _mixed(share: Callable[[Floats], Floats], nearness: float = 0.0) -> "Maker":
    """Return a stream of two concepts: `share` of the rows follow the second."""

    def make(rng: np.random.Generator, position: Floats) -> Stream:
        first, second = _direction(rng), _direction(rng)
        second = second + nearness * first
        second /= np.linalg.norm(second)
        x = rng.normal(size=(len(position), 6))
        use = rng.random(len(position)) < share(position)
        return _drawn(rng, x, 2.0 * np.where(use, x @ second, x @ first))

    return make


Maker = Callable[[np.random.Generator, Floats], Stream]


def _abrupt_thrice(rng: np.random.Generator, position: Floats) -> Stream:
    concepts = np.array([_direction(rng) for _ in range(4)])
    x = rng.normal(size=(len(position), 6))
    chosen = concepts[np.digitize(position, [20, 45, 75])]
    return _drawn(rng, x, 2.0 * (x * chosen).sum(axis=1))


def _turned(windows: float) -> Maker:
    """Return a concept that turns into its opposite and back, in the midst of a window at times."""

    def make(rng: np.random.Generator, position: Floats) -> Stream:
        x = rng.normal(size=(len(position), 6))
        sign = np.where(position // windows % 2 == 1, -1.0, 1.0)
        return _drawn(rng, x, 2.0 * sign * (x @ _direction(rng)))

    return make


def _episode(rng: np.random.Generator, position: Floats) -> Stream:
    """Return a concept that is another one for ten windows, and then as before."""
    first, other = _direction(rng), _direction(rng)
    x = rng.normal(size=(len(position), 6))
    use = (position >= 40) & (position < 50)
    return _drawn(rng, x, 2.0 * np.where(use, x @ other, x @ first))


def _rotating(rng: np.random.Generator, position: Floats) -> Stream:
    first, other = _direction(rng), _direction(rng)
    other -= first * (first @ other)
    other /= np.linalg.norm(other)
    angle = position / WINDOWS * np.pi * 0.6
    x = rng.normal(size=(len(position), 6))
    return _drawn(rng, x, 2.0 * ((x @ first) * np.cos(angle) + (x @ other) * np.sin(angle)))


def _sea(rng: np.random.Generator, position: Floats) -> Stream:
    x = rng.uniform(0.0, 10.0, (len(position), 3))
    limits = np.array([8.0, 9.0, 7.0, 9.5])[np.digitize(position, [25, 50, 75])]
    return _flipped(rng, x, x[:, 0] + x[:, 1] <= limits, 0.1)


def _stagger(rng: np.random.Generator, position: Floats) -> Stream:
    size, color, shape = rng.integers(0, 3, (3, len(position)))
    rules = np.array(
        [(size == 0) & (color == 0), (color == 1) | (shape == 1), size >= 1], dtype=bool
    )
    truth = rules[np.digitize(position, [33, 66]), np.arange(len(position))]
    x = np.column_stack([each == value for each in (size, color, shape) for value in (0, 1)])
    return _flipped(rng, x.astype(np.float64), truth, 0.05)


def _sine(rng: np.random.Generator, position: Floats) -> Stream:
    x = rng.random((len(position), 4))
    truth = (x[:, 1] <= 0.5 + 0.3 * np.sin(3 * np.pi * x[:, 0])) ^ (position >= 50)
    return _flipped(rng, x, truth, 0.1)


def _prior(rng: np.random.Generator, position: Floats) -> Stream:
    x = rng.normal(size=(len(position), 6))
    return _drawn(rng, x, 2.0 * (x @ _direction(rng)) - 1.5 * (position >= 50))


def _inputs(rng: np.random.Generator, position: Floats) -> Stream:
    """Return inputs that move to where the first rows taught little."""
    x = rng.normal(size=(len(position), 6))
    x[:, 0] += 2.0 * (position >= 50)
    return _drawn(rng, x, 2.0 * (x @ _direction(rng)) + 0.7 * x[:, 0] ** 2 - 1.0)


def _season(rng: np.random.Generator, position: Floats) -> Stream:
    """Return inputs that come and go, of one concept: nothing is to be done."""
    x = rng.normal(size=(len(position), 6))
    x[:, 0] += np.sin(position / 10 * 2 * np.pi)
    return _drawn(rng, x, 2.0 * (x @ _direction(rng)))


def _noisier(rng: np.random.Generator, position: Floats) -> Stream:
    x = rng.normal(size=(len(position), 6))
    return _drawn(rng, x, (x @ _direction(rng)) * np.where(position >= 50, 0.8, 3.0))


def _artefact(rng: np.random.Generator, position: Floats) -> Stream:
    """Return a stream with three windows of other rows and another base rate, then as before."""
    x = rng.normal(size=(len(position), 6))
    odd = (position >= 50) & (position < 53)
    x[odd] = 0.3 * x[odd] + 1.0
    return _drawn(rng, x, 2.0 * (x @ _direction(rng)))


STREAMS: dict[str, Maker] = {
    "shuffled": _mixed(np.zeros_like),
    "abrupt": _mixed(lambda at: (at >= 40) * 1.0),
    "abrupt, near": _mixed(lambda at: (at >= 40) * 1.0, nearness=1.4),
    "abrupt, thrice": _abrupt_thrice,
    "gradual": _mixed(lambda at: np.clip((at - 30) / 40, 0.0, 1.0)),
    "rotating": _rotating,
    "recurring, 20": _mixed(lambda at: (at // 20 % 2 == 1) * 1.0),
    "recurring, 8": _mixed(lambda at: (at // 8 % 2 == 1) * 1.0),
    "turned, 12.5": _turned(12.5),
    "turned, 5": _turned(5.0),
    "episode": _episode,
    "SEA": _sea,
    "STAGGER": _stagger,
    "sine, reversed": _sine,
    "label prior": _prior,
    "inputs": _inputs,
    "inputs, season": _season,
    "noisier labels": _noisier,
    "artefact": _artefact,
}
"""Every stream by its name."""
