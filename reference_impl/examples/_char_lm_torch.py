"""The trainer of the character language model, in PyTorch."""

from collections.abc import Mapping

import numpy as np
import torch
from torch.nn import functional

from reference_impl.recurrent_networks.character_language_model import (
    CharLMParameters,
)
from reference_impl.recurrent_networks.character_training import (
    KEPT,
    check_arrays,
)


class TorchTrainer:
    """`CharLMTrainer` with PyTorch's LSTM, autograd and Adam."""

    def __init__(self, parameters: CharLMParameters, lr: float = 1e-3) -> None:
        self._tensors = {
            name: torch.tensor(array, requires_grad=True)
            for name, array in parameters._asdict().items()
        }
        self._adam = torch.optim.Adam(self._tensors.values(), lr=lr)

    @property
    def parameters(self) -> CharLMParameters:
        """The parameters as they are now."""
        arrays = {k: t.detach().numpy() for k, t in self._tensors.items()}
        return CharLMParameters(**arrays)

    def step(self, inputs: np.ndarray, targets: np.ndarray) -> float:
        """Learn from a batch; return its loss before that."""
        embedding, *params, weight, bias = self._tensors.values()
        x = functional.embedding(torch.tensor(inputs), embedding)
        zeros = x.new_zeros(1, len(inputs), weight.shape[1])
        output, _, _ = torch.lstm(
            x, (zeros, zeros), params, True, 1, 0.0, True, False, True
        )
        logits = functional.linear(output, weight, bias)
        loss = functional.cross_entropy(
            logits.flatten(0, 1), torch.tensor(targets).flatten()
        )
        self._adam.zero_grad()
        loss.backward()
        self._adam.step()
        return loss.item()

    def arrays(self) -> dict[str, np.ndarray]:
        """Return a copy of all that the next step depends on, by name."""
        found, steps = {}, 0
        for name, tensor in self._tensors.items():
            found[name] = tensor.detach().numpy().copy()
            state = self._adam.state[tensor]
            if state:
                steps = int(state["step"])
                found |= {
                    f"{name}.{key}": state[key].numpy().copy() for key in KEPT
                }
        return {**found, "step": np.array(steps)}

    def load(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Go on from what `arrays` returned, of this trainer or NumPy's."""
        step = check_arrays(arrays, self.parameters._asdict())
        state = self._adam.state_dict()
        with torch.no_grad():
            for k, (name, tensor) in enumerate(self._tensors.items()):
                tensor.copy_(torch.tensor(arrays[name]))
                kept = {
                    x: torch.tensor(arrays[f"{name}.{x}"])
                    for x in KEPT * bool(step)
                }
                state["state"][k] = {"step": torch.tensor(float(step)), **kept}
        self._adam.load_state_dict(state if step else {**state, "state": {}})
