"""Figures of the page on temporal difference learning."""

import functools
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from reference_impl import (
    CliffWalking,
    RandomWalk,
    monte_carlo_prediction,
    q_learning,
    sarsa,
    td0,
)
from reference_impl.neural_networks.temporal_difference_control import Control
from sitekit.drawing import canvas, text
from sitekit.palette import BLUE, FAINT, MUTED, ORANGE, ORANGE_WASH, PAPER

RUNS = 20


def random_walk() -> Figure:
    """Error of the values by episode, for TD and for Monte Carlo."""
    figure, axes = plt.subplots(figsize=(5.2, 3.3))
    for method, color, steps in (
        (td0, BLUE, (0.05, 0.1, 0.15)),
        (monte_carlo_prediction, ORANGE, (0.01, 0.02, 0.04)),
    ):
        for alpha, width in zip(steps, (0.8, 1.5, 2.4), strict=True):
            name = "TD" if method is td0 else "Monte Carlo"
            axes.plot(
                _walk_error(method, alpha),
                color=color,
                linewidth=width,
                label=f"{name}, α = {alpha:g}",
            )
    axes.set(xlabel="episode", ylabel="RMS error", ylim=(0, 0.3))
    axes.legend(ncols=2, fontsize=8, loc="upper right")
    return figure


def _walk_error(method: Callable[..., np.ndarray], alpha: float) -> np.ndarray:
    """Return the error after each of 100 episodes, mean of 100 runs."""
    walk = RandomWalk(5)
    start = np.full(7, 0.5)
    histories = [
        method(
            walk,
            walk.policy,
            100,
            alpha,
            1.0,
            seed,
            initial=start,
            history=True,
        )
        for seed in range(100)
    ]
    wrong = (np.array(histories) - walk.true_values)[..., 1:-1]
    return np.asarray(np.sqrt((wrong**2).mean(axis=-1)).mean(axis=0))


@functools.cache
def _cliff_runs(method: Callable[..., Control]) -> list[Control]:
    """Return runs of 500 episodes."""
    cliff = CliffWalking()
    return [
        method(cliff, 500, 0.5, 1.0, epsilon=0.1, seed=seed)
        for seed in range(RUNS)
    ]


def _path(run: Control) -> list[tuple[int, int]]:
    """Return the cells that the greedy policy visits."""
    cliff = CliffWalking()
    state, over = cliff.reset()[0], False
    path = [divmod(state, 12)]
    while not over and len(path) < 60:
        state, _, over, _, _ = cliff.step(int(run.policy[state]))
        path.append(divmod(state, 12))
    return path


def cliff() -> Figure:
    """The greedy paths of one run each that reaches the goal."""
    figure, axes = canvas(12.4, 5.2)
    for row, column in np.ndindex(4, 12):
        edge = row == 3 and 0 < column < 11
        axes.add_patch(
            plt.Rectangle(
                (0.2 + column, 0.2 + row),
                1,
                1,
                facecolor=ORANGE_WASH if edge else PAPER,
                edgecolor=FAINT,
                linewidth=0.8,
            )
        )
    text(axes, 0.4, 3.95, "S", weight="bold")
    text(axes, 12.0, 3.95, "G", weight="bold")
    text(axes, 6.2, 3.7, "cliff", color=MUTED)
    for method, name, color, shift, at in (
        (q_learning, "Q-learning", BLUE, 0.06, 3.0),
        (sarsa, "SARSA", ORANGE, -0.06, 8.6),
    ):
        paths = [_path(run) for run in _cliff_runs(method)]
        arrived = [path for path in paths if path[-1] == (3, 11)]
        rows, columns = np.array(arrived[0]).T
        axes.plot(columns + 0.7 + shift, rows + 0.7 + shift, color=color, lw=2)
        text(
            axes,
            at,
            4.8,
            f"{name}: {len(rows) - 1} steps",
            color=color,
            size=8.5,
        )
    return figure


def rewards() -> Figure:
    """What an episode earns while its method learns."""
    figure, axes = plt.subplots(figsize=(5.2, 2.9))
    for method, name, color in (
        (sarsa, "SARSA", ORANGE),
        (q_learning, "Q-learning", BLUE),
    ):
        total = np.mean([run.rewards for run in _cliff_runs(method)], axis=0)
        smooth = np.convolve(total, np.full(10, 0.1), mode="valid")
        axes.plot(np.arange(10, 501), smooth, color=color, label=name)
    axes.axhline(-13, color=MUTED, linestyle=":", linewidth=1)
    axes.text(500, -11, "best path", ha="right", color=MUTED, fontsize=8.5)
    axes.set(xlabel="episode", ylabel="sum of rewards", ylim=(-100, 0))
    axes.legend(fontsize=8.5)
    return figure
