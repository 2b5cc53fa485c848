"""Attention, normalization and TD(0) beside PyTorch."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from benchmarks.timing import Case, Contender
from reference_impl.neural_networks import _episodes
from reference_impl.neural_networks.batch_normalization import (
    batch_norm,
    batch_norm_backward,
)
from reference_impl.neural_networks.layer_normalization import (
    layer_norm,
    layer_norm_backward,
)
from reference_impl.neural_networks.multi_head_attention_layer import (
    MultiheadAttention,
)
from reference_impl.neural_networks.scaled_attention import (
    scaled_dot_product_attention,
    scaled_dot_product_attention_backward,
)
from reference_impl.neural_networks.tabular_environments import RandomWalk
from reference_impl.neural_networks.temporal_difference_learning import td0

Arrays = tuple[np.ndarray, ...]
Function = Callable[..., Any]
Shapes = Callable[[int], list[tuple[int, ...]]]  # of the batch size

HEADS, STEPS, FEATURES = 8, 128, 256  # of attention
CHANNELS, SIDE = 256, 14  # of what is normalised
EPISODES = 348  # times a batch of 32 are about 100,000 steps


def contenders(
    shapes: Shapes,
    functions: tuple[Function, Function, Function],
    passes: str,
    dtype: str,
    batch: int,
) -> dict[str, Contender]:
    """Return PyTorch and the reference on equal random arrays.

    `functions` are forward, backward and PyTorch's forward.
    """
    forward, backward, torch_forward = functions
    rng = np.random.default_rng(0)
    arrays = [
        rng.standard_normal(shape).astype(dtype) for shape in shapes(batch)
    ]
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    y = torch_forward(*tensors).detach().numpy()
    g = rng.standard_normal(y.shape).astype(dtype)
    g_tensor = torch.tensor(g)

    def ours() -> Arrays:
        return (forward(*arrays),)

    def ours_both() -> Arrays:
        gradients = [x for x in backward(g, *arrays) if x is not None]
        return forward(*arrays), *gradients

    def theirs() -> Arrays:
        with torch.no_grad():
            return (torch_forward(*tensors).numpy(),)

    def theirs_both() -> Arrays:
        output = torch_forward(*tensors)
        gradients = torch.autograd.grad(output, tensors, g_tensor)
        return output.detach().numpy(), *(t.numpy() for t in gradients)

    if passes == "forward":
        return {"PyTorch": theirs, "reference_impl": ours}
    return {"PyTorch": theirs_both, "reference_impl": ours_both}


def layer_contenders(
    causal: bool, passes: str, dtype: str, batch: int
) -> dict[str, Contender]:
    """Return multi-head self-attention with its projections."""
    rng = np.random.default_rng(0)
    shape = (batch // 4, STEPS, FEATURES)
    x, g = rng.standard_normal((2, *shape)).astype(dtype)
    ours = MultiheadAttention(
        FEATURES, HEADS, batch_first=True, dtype=dtype, generator=0
    )
    theirs = torch.nn.MultiheadAttention(FEATURES, HEADS, batch_first=True)
    theirs = theirs.to(getattr(torch, dtype))
    state = {n: torch.tensor(p) for n, p in ours.state_dict().items()}
    theirs.load_state_dict(state)
    names = list(ours.parameters())
    parameters = dict(theirs.named_parameters())
    tensor = torch.tensor(x, requires_grad=True)
    leaves = [tensor, *(parameters[name] for name in names)]
    mask = torch.ones(STEPS, STEPS).tril() == 0 if causal else None

    def torch_forward() -> torch.Tensor:
        y, _ = theirs(
            tensor,
            tensor,
            tensor,
            need_weights=False,
            attn_mask=mask,
            is_causal=causal,
        )
        return y

    def torch_once() -> Arrays:
        with torch.no_grad():
            return (torch_forward().numpy(),)

    def torch_both() -> Arrays:
        y = torch_forward()
        gradients = torch.autograd.grad(y, leaves, torch.tensor(g))
        return y.detach().numpy(), *(t.numpy() for t in gradients)

    options: dict[str, Any] = {"need_weights": False, "is_causal": causal}

    def our_both() -> Arrays:
        (y, _), pullback = ours.vjp(x, x, x, **options)
        (query, key, value), gradients = pullback(g)
        return y, query + key + value, *(gradients[name] for name in names)

    if passes == "forward":
        return {
            "PyTorch": torch_once,
            "reference_impl": lambda: (ours(x, x, x, **options)[0],),
        }
    return {"PyTorch": torch_both, "reference_impl": our_both}


def walk(batch: int) -> dict[str, Contender]:
    """Return TD(0) on the random walk, in numbers and in tensors."""
    env, episodes = RandomWalk(5), EPISODES * batch

    def ours() -> Arrays:
        return (td0(env, env.policy, episodes, 0.1, 1.0, seed=0),)

    def theirs() -> Arrays:
        task = _episodes.task(env, episodes, 0)
        act = _episodes.actor(env.policy, task)
        V = torch.zeros(7, dtype=torch.float64)
        for episode in range(episodes):
            for s, _, r, s_next, end, _ in task.episode(episode, act):
                target = r if end else r + V[s_next]
                V[s] += 0.1 * (target - V[s])
        return (V.numpy(),)

    return {"PyTorch": theirs, "reference_impl": ours}


def cases(
    name: str, make: Callable[..., Any], bars: tuple[float, float]
) -> list[Case]:
    """Return the four cases; the bars are of forward, and with backward."""
    return [
        Case(name, passes, dtype, partial(make, passes, dtype), bar)
        for dtype in ("float32", "float64")
        for passes, bar in zip(
            ("forward", "forward + backward"), bars, strict=True
        )
    ]


def attention_shapes(batch: int) -> list[tuple[int, ...]]:
    """Return the shapes of query, key and value."""
    return [(batch // 4, HEADS, STEPS, FEATURES // HEADS)] * 3


def image_shapes(affine: tuple[int, ...], batch: int) -> list[tuple[int, ...]]:
    """Return the shapes of images, weight and bias."""
    return [(2 * batch, CHANNELS, SIDE, SIDE), affine, affine]


def attention(causal: bool) -> tuple[Function, Function, Function]:
    """Return the functions of attention."""
    return (
        partial(scaled_dot_product_attention, is_causal=causal),
        partial(scaled_dot_product_attention_backward, is_causal=causal),
        partial(F.scaled_dot_product_attention, is_causal=causal),
    )


SIZES = (CHANNELS, SIDE, SIDE)
LAYER: tuple[Function, Function, Function] = (
    lambda x, w, b: layer_norm(x, SIZES, w, b),
    lambda g, x, w, b: layer_norm_backward(g, x, SIZES, w, b),
    lambda x, w, b: F.layer_norm(x, SIZES, w, b),
)
BATCH: tuple[Function, Function, Function] = (
    lambda x, w, b: batch_norm(x, None, None, w, b, training=True),
    lambda g, x, w, b: batch_norm_backward(g, x, None, None, w, b, True),
    lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True),
)
CASES = [
    *(
        case
        for causal in (False, True)
        for kind, make in (
            (
                "scaled_dot_product_attention",
                partial(contenders, attention_shapes, attention(causal)),
            ),
            ("MultiheadAttention", partial(layer_contenders, causal)),
        )
        for case in cases(
            f"{kind}{', causal' * causal}, 8 heads, 128 steps",
            make,
            (1.2, 1.2),
        )
    ),
    *cases(
        "layer_norm of 256 channels, 14×14",
        partial(contenders, partial(image_shapes, SIZES), LAYER),
        (1.8, 1.5),
    ),
    *cases(
        "batch_norm of 256 channels, 14×14",
        partial(contenders, partial(image_shapes, (CHANNELS,)), BATCH),
        (1.0, 1.2),
    ),
    Case("td0 on the random walk", "100,000 steps", "float64", walk, 0.35),
]
