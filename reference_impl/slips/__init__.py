"""Known slips: each function altered as hands have altered it.

A chapter's module has ``SLIPS``: for each function a list of `Slip`. Each wrong form
takes the arguments of the reference and is as short as can be: the reference with its
arguments changed, where that will do.
"""

from reference_impl.slips import (
    convolutional_networks,
    neural_networks,
    recurrent_networks,
)
from reference_impl.slips.slip import Slip

__all__ = ["SLIPS", "Slip"]

SLIPS: dict[str, list[Slip]] = {
    **neural_networks.SLIPS,
    **convolutional_networks.SLIPS,
    **recurrent_networks.SLIPS,
}
