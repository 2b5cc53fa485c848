"""Stochastic gradient descent and Adam for all parameters of a model.

Page: docs/neural-networks/transformer.md.

A step writes to the parameters in place. What it leaves behind for the next
one is kept here, and `state_dict` lays it out as PyTorch does.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from reference_impl import _checks
from reference_impl.neural_networks.optimizer_steps import (
    AdamState,
    AdamStep,
    SGDStep,
    adam_options,
    adam_step,
    matching,
    sgd_options,
    sgd_step,
)

__all__ = ["SGD", "Adam"]

Arrays = Mapping[str, np.ndarray] | Sequence[np.ndarray]
UNKNOWN = ("amsgrad", "maximize")  # of PyTorch's optimisers, not of these


class _Optimizer:
    """Named parameters, a state for each, options for all."""

    _check: Callable[..., object]  # raises unless the options are in range

    def __init__(self, parameters: Arrays, **options: Any) -> None:
        self._check(**options)
        self.parameters = _named("parameters", parameters)
        if not self.parameters:
            raise ValueError(
                f"parameters must not be empty, got parameters={parameters!r}"
            )
        for name, value in self.parameters.items():
            if not isinstance(value, np.ndarray) or not value.flags.writeable:
                raise TypeError(
                    "parameters must be writeable ndarrays, "
                    f"got parameters[{name!r}]={value!r}"
                )
            _checks.floating(f"parameters[{name!r}]", value)
        self.options = options
        self.state: dict[str, Any] = {}

    def step(self, gradients: Arrays) -> None:
        """Move every parameter, in place.

        `gradients` has the names, or the order, of the parameters; each is of
        its parameter's shape and dtype, or None for one that stays.
        """
        named = _named("gradients", gradients)
        if named.keys() != self.parameters.keys():
            raise ValueError(
                "gradients must have the names of parameters, got "
                f"gradients={list(named)}, parameters={list(self.parameters)}"
            )
        new = {
            name: self._one(p, named[name], self.state.get(name))
            for name, p in self.parameters.items()
            if named[name] is not None
        }
        for name, (moved, left) in new.items():
            self.parameters[name][...] = moved
            self.state[name] = left

    def _one(
        self, parameter: np.ndarray, gradient: np.ndarray, state: Any
    ) -> tuple[np.ndarray, Any]:
        """Return the parameter after a step, and its new state."""
        raise NotImplementedError

    def _named_state(self, state: Any) -> dict[str, Any]:
        """Return the state of a parameter by PyTorch's names."""
        raise NotImplementedError

    def _own_state(self, state: Mapping[str, Any], like: np.ndarray) -> Any:
        """Return the state of a parameter from PyTorch's names, checked."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, Any]:
        """Return copies of state and options, laid out as in PyTorch.

        A parameter's state is found under its number.
        """
        return {
            "state": {
                i: deepcopy(self._named_state(self.state[name]))
                for i, name in enumerate(self.parameters)
                if name in self.state
            },
            "param_groups": [
                {**self.options, "params": list(range(len(self.parameters)))}
            ],
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from a state: this class's own, or PyTorch's of one group.

        Raises
        ------
        ValueError
            If it is of other parameters or of another optimiser, or asks for
            what is not offered. Nothing is changed then.
        """
        try:
            self.options, self.state = self._read(state_dict)
        except KeyError as key:
            raise ValueError(
                f"state_dict must be one of {type(self).__name__} over "
                f"{len(self.parameters)} parameters, got key {key} missing "
                "or unknown"
            ) from key

    def _read(
        self, state_dict: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the options and the state that `state_dict` holds."""
        groups = state_dict["param_groups"]
        if len(groups) != 1:
            raise ValueError(
                "state_dict must have one of param_groups, got "
                f"len(param_groups)={len(groups)}"
            )
        group = groups[0]
        if list(group["params"]) != list(range(len(self.parameters))):
            raise ValueError(
                f"state_dict must be of {len(self.parameters)} parameters, "
                f"got params={group['params']}"
            )
        for name in UNKNOWN:
            _checks.one_of(name, group.get(name, False), (False,))
        options = {name: group[name] for name in self.options}
        self._check(**options)
        items = dict(enumerate(self.parameters.items()))
        state = {
            items[i][0]: self._own_state(kept, items[i][1])
            for i, kept in state_dict["state"].items()
        }
        return options, state


class SGD(_Optimizer):
    """`sgd_step` for all parameters of a model, in place.

    Parameters
    ----------
    parameters : mapping of str to ndarray, or sequence of ndarray
        The arrays themselves; each step writes to them.
    lr, momentum, dampening, weight_decay, nesterov
        As in `sgd_step`.

    Raises
    ------
    TypeError
        If a parameter is not a writeable floating array.
    ValueError
        As `sgd_step`, and if there are no parameters.

    References
    ----------
    PyTorch, ``torch.optim.SGD``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import SGD
    >>> w = np.array([1.0, 2.0])
    >>> SGD([w], lr=0.5).step([np.array([2.0, 2.0])])
    >>> w
    array([0., 1.])
    """

    def __init__(
        self,
        parameters: Arrays,
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(
            parameters,
            lr=lr,
            momentum=momentum,
            dampening=dampening,
            weight_decay=weight_decay,
            nesterov=nesterov,
        )

    _check = staticmethod(sgd_options)

    def _one(
        self, parameter: np.ndarray, gradient: np.ndarray, state: Any
    ) -> SGDStep:
        return sgd_step(parameter, gradient, state, **self.options)

    def _named_state(self, state: Any) -> dict[str, Any]:
        return {"momentum_buffer": state}

    def _own_state(self, state: Mapping[str, Any], like: np.ndarray) -> Any:
        kept = state.get("momentum_buffer")
        if kept is None:
            return None
        return matching("momentum_buffer", kept, like).copy()


class Adam(_Optimizer):
    """`adam_step` for all parameters of a model, in place.

    Parameters
    ----------
    parameters : mapping of str to ndarray, or sequence of ndarray
        The arrays themselves; each step writes to them.
    lr, betas, eps, weight_decay, decoupled_weight_decay
        As in `adam_step`.

    Raises
    ------
    TypeError
        If a parameter is not a writeable floating array.
    ValueError
        As `adam_step`, and if there are no parameters.

    References
    ----------
    Kingma and Ba 2015, *Adam*, algorithm 1. PyTorch, ``torch.optim.Adam``.

    Examples
    --------
    >>> import numpy as np
    >>> from reference_impl import Adam, Linear
    >>> layer = Linear(3, 1, dtype=np.float64, generator=0)
    >>> optimizer = Adam(layer.parameters(), lr=0.1)
    >>> x, target = np.eye(3), np.array([[1.0], [2.0], [3.0]])
    >>> for _ in range(500):
    ...     y, pullback = layer.vjp(x)
    ...     optimizer.step(pullback(y - target).parameters)
    >>> layer(x).round(4).ravel()
    array([1., 2., 3.])
    """

    def __init__(
        self,
        parameters: Arrays,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            parameters,
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            decoupled_weight_decay=decoupled_weight_decay,
        )

    _check = staticmethod(adam_options)

    def _one(
        self, parameter: np.ndarray, gradient: np.ndarray, state: Any
    ) -> AdamStep:
        return adam_step(parameter, gradient, state, **self.options)

    def _named_state(self, state: Any) -> dict[str, Any]:
        return state._asdict()

    def _own_state(self, state: Mapping[str, Any], like: np.ndarray) -> Any:
        return AdamState(
            _checks.integer("step", int(state["step"]), 0),
            matching("exp_avg", state["exp_avg"], like).copy(),
            matching("exp_avg_sq", state["exp_avg_sq"], like).copy(),
        )


def _named(name: str, arrays: Arrays) -> dict[str, np.ndarray]:
    """Return the arrays by name; the names of a sequence are its numbers."""
    if isinstance(arrays, Mapping):
        return dict(arrays)
    if isinstance(arrays, np.ndarray) or not isinstance(arrays, Sequence):
        raise TypeError(
            f"{name} must be a mapping or a sequence of arrays, "
            f"got {name}={arrays!r}"
        )
    return {str(i): array for i, array in enumerate(arrays)}
