"""The chapter on convolutional networks, one module per page."""

from reference_impl.convolutional_networks import output_size, pooling
from reference_impl.convolutional_networks.output_size import *
from reference_impl.convolutional_networks.pooling import *

__all__ = [
    *output_size.__all__,
    *pooling.__all__,
]
