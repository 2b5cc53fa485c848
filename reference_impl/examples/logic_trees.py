"""Train a recursive network to evaluate bracketed logic expressions.

Run ``python -m reference_impl.examples.logic_trees --help``. The network is
that of `reference_impl.recurrent_networks.recursive_networks`, with a weight
for each operator. It learns from expressions up to four operators deep and is
asked for deeper ones; so is a GRU that reads the same symbols from left to
right.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference_impl.examples._command import (
    at_least_one,
    parser,
    require_extras,
)
from reference_impl.examples._logic_expressions import (
    OPERATORS,
    Expression,
    Forest,
    draw,
    forest,
    parse,
    truth,
)
from reference_impl.examples._logic_gru import (
    gru_gradients,
    gru_logits,
    loss_and_gradient,
    new_gru,
)
from reference_impl.examples._training import descend, watch
from reference_impl.neural_networks import (
    embedding,
    embedding_backward,
)
from reference_impl.recurrent_networks.recursive_networks import (
    recursive_network,
    recursive_network_backward,
)
from reference_impl.recurrent_networks.sequence_model import SequenceModel

__all__ = [
    "OPERATORS",
    "LogicModel",
    "accuracy",
    "draw",
    "evaluate",
    "forest",
    "gru_logits",
    "main",
    "new_gru",
    "new_model",
    "node_states",
    "parse",
    "train",
    "train_gru",
    "tree_logits",
    "truth",
]

BATCH, HIDDEN = 64, 32
TRAINED = (1, 2, 3, 4)  # depths
EACH = 2500  # expressions of each
ASKED = (2, 4, 6, 8, 12, 16, 24)
UPDATES = 1500


class LogicModel(NamedTuple):
    """What each symbol's leaf is, the recursive network, and an output."""

    leaves: np.ndarray  # (2, H), of F and T
    weight: np.ndarray  # (4, H, 2*H), of not, and, or, xor
    bias: np.ndarray  # (4, H)
    w_o: np.ndarray  # (H,)
    b_o: np.ndarray  # (1,)


def new_model(seed: int, hidden: int = HIDDEN) -> LogicModel:
    """Return a model before training, float32."""
    rng, H, K = np.random.default_rng(seed), hidden, len(OPERATORS)
    drawn = (
        rng.uniform(-1, 1, (2, H)),
        rng.uniform(-1, 1, (K, H, 2 * H)) * H**-0.5,
        np.zeros((K, H)),
        rng.uniform(-1, 1, H) * H**-0.5,
        np.zeros(1),
    )
    return LogicModel(*(value.astype(np.float32) for value in drawn))


def node_states(model: LogicModel, trees: Forest) -> np.ndarray:
    """Return the states of all nodes."""
    x = embedding(trees.leaves, model.leaves)
    return recursive_network(
        x, trees.children, model.weight, model.bias, trees.kind
    )


def tree_logits(model: LogicModel, trees: Sequence[Expression]) -> np.ndarray:
    """Return for each expression a number, positive for true."""
    grove = forest(trees)
    return node_states(model, grove)[grove.roots] @ model.w_o + model.b_o


def evaluate(model: LogicModel, text: str) -> bool:
    """Return what the network thinks an expression is."""
    return bool(tree_logits(model, [parse(text)])[0] > 0)


def tree_gradients(
    model: LogicModel, trees: Sequence[Expression], target: np.ndarray
) -> tuple[float, list[np.ndarray]]:
    """Return the mean loss and its gradients to the model's arrays."""
    grove = forest(trees)
    h = node_states(model, grove)
    root = h[grove.roots]
    loss, g = loss_and_gradient(root @ model.w_o + model.b_o, target)
    dh = np.zeros_like(h)
    dh[grove.roots] = g[:, None] * model.w_o
    dx, dW, db = recursive_network_backward(
        dh,
        h[: len(grove.leaves)],
        grove.children,
        model.weight,
        model.bias,
        grove.kind,
    )
    dleaves = embedding_backward(dx, grove.leaves, model.leaves)
    return loss, [dleaves, dW, db, g @ root, g.sum(keepdims=True)]


def train(
    model: LogicModel, seed: int, updates: int = UPDATES
) -> Iterator[float]:
    """Train the recursive network in place; yield the loss of each update.

    Only what the whole expression is, is told; nothing of the brackets within.

    Parameters
    ----------
    model : LogicModel
    seed : int
        Chooses the expressions: 2,500 each of 1 to 4 operators deep.
    updates : int, default 1500

    Yields
    ------
    float
    """
    texts = _training_texts(seed)
    trees = [parse(text) for text in texts]
    yield from _descend(model, trees, tree_gradients, 1e-2, seed, updates)


def train_gru(
    model: SequenceModel, seed: int, updates: int = UPDATES
) -> Iterator[float]:
    """Train the GRU in place, on the same expressions in the same order."""
    texts = _training_texts(seed)
    yield from _descend(model, texts, gru_gradients, 5e-3, seed, updates)


def _training_texts(seed: int) -> list[str]:
    """Return EACH expressions of each depth, the first half of them true."""
    rng = np.random.default_rng([seed, 1])
    return [text for depth in TRAINED for text in draw(rng, depth, EACH)]


def _descend(
    model: Any,
    examples: Sequence[Any],
    gradients: Callable[..., tuple[float, list[np.ndarray]]],
    learning_rate: float,
    seed: int,
    updates: int,
) -> Iterator[float]:
    """Train on examples that are drawn from those given."""
    rng = np.random.default_rng([seed, 2])
    half = np.repeat([1, 0], EACH // 2).astype(np.float32)
    target = np.tile(half, len(TRAINED))

    def of_new_batch() -> tuple[float, list[np.ndarray]]:
        chosen = rng.integers(0, len(examples), BATCH)
        batch = [examples[k] for k in chosen]
        return gradients(model, batch, target[chosen])

    yield from descend(model, learning_rate, updates, of_new_batch)


def accuracy(
    model: LogicModel | SequenceModel,
    depth: int,
    seed: int = 0,
    examples: int = 1000,
    operators: Sequence[str] = OPERATORS,
) -> float:
    """Return the part of new expressions of a depth that is right.

    Parameters
    ----------
    model : LogicModel or SequenceModel
    depth : int
    seed : int, default 0
        Chooses the expressions; they are not drawn as those of `train` are.
    examples : int, default 1000
        Half of them true.
    operators : sequence of str, default all four

    Returns
    -------
    float
    """
    texts = draw(
        np.random.default_rng([seed, 3, depth]), depth, examples, operators
    )
    if isinstance(model, LogicModel):
        logits = tree_logits(model, [parse(text) for text in texts])
    else:
        logits = gru_logits(model, texts)
    return float(np.mean((logits > 0) == (np.arange(examples) < examples / 2)))


def main(arguments: Sequence[str] | None = None) -> dict[str, list[float]]:
    """Train both; return what part each gets right, by depth.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the command's name; `sys.argv` when None.

    Returns
    -------
    dict
        Of each network, the accuracies at the depths of the table.

    Raises
    ------
    SystemExit
        If an argument is not understood or an extra is not installed.
    """
    command = parser(
        "logic_trees",
        "Evaluate logic expressions with a recursive network.",
        writes=False,
    )
    command.add_argument(
        "--updates", type=at_least_one, default=UPDATES, help="of each network"
    )
    command.add_argument(
        "--evaluate", metavar="TEXT", help="an expression to evaluate, too"
    )
    options = command.parse_args(arguments)
    if options.evaluate:
        try:
            parse(options.evaluate)
        except ValueError as error:
            command.error(str(error))
    require_extras("logic_trees", ("tqdm",))
    seed, updates = options.seed, options.updates
    tree, sequence = new_model(seed), new_gru(seed)
    scores: dict[str, list[float]] = {}
    runs: tuple[tuple[str, Any, Iterator[float]], ...] = (
        ("recursive", tree, train(tree, seed, updates)),
        ("GRU", sequence, train_gru(sequence, seed, updates)),
    )
    for name, model, losses in runs:
        watch(losses, name, updates)
        for words, operators in (("", OPERATORS), (" xor", ("not", "xor"))):
            scores[name + words] = [
                accuracy(model, depth, seed, operators=operators)
                for depth in ASKED
            ]
    _report(scores)
    if options.evaluate:
        print(f"{options.evaluate} is {evaluate(tree, options.evaluate)}")
    return scores


def _report(scores: dict[str, list[float]]) -> None:
    """Print the table of accuracies by depth."""
    print("depth".ljust(16) + "".join(f"{depth:>8}" for depth in ASKED))
    for name, row in scores.items():
        print(name.ljust(16) + "".join(f"{part:8.1%}" for part in row))
    print("Trained on depths 1 to 4. xor: operators not and xor alone.")


if __name__ == "__main__":
    main()
