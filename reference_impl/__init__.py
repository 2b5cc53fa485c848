"""NumPy reference implementations, one module per page of the documentation.

Every public function and class is importable from here:
``from reference_impl import conv2d``.
"""

from reference_impl import (
    convolutional_networks,
    neural_networks,
    recurrent_networks,
)
from reference_impl.convolutional_networks import *
from reference_impl.neural_networks import *
from reference_impl.recurrent_networks import *

__all__ = [
    *neural_networks.__all__,
    *convolutional_networks.__all__,
    *recurrent_networks.__all__,
]
