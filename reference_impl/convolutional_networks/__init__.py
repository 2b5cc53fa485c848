"""The chapter on convolutional networks, each module names its page."""

from reference_impl.convolutional_networks import (
    average_pooling,
    convolution_1d,
    convolution_2d,
    convolution_layer_1d,
    implementing_a_cnn,
    output_size,
    pooling,
    training_a_cnn,
    transposed_convolution,
)
from reference_impl.convolutional_networks.average_pooling import *
from reference_impl.convolutional_networks.convolution_1d import *
from reference_impl.convolutional_networks.convolution_2d import *
from reference_impl.convolutional_networks.convolution_layer_1d import *
from reference_impl.convolutional_networks.implementing_a_cnn import *
from reference_impl.convolutional_networks.output_size import *
from reference_impl.convolutional_networks.pooling import *
from reference_impl.convolutional_networks.training_a_cnn import *
from reference_impl.convolutional_networks.transposed_convolution import *

__all__ = [
    *convolution_1d.__all__,
    *convolution_layer_1d.__all__,
    *output_size.__all__,
    *convolution_2d.__all__,
    *transposed_convolution.__all__,
    *pooling.__all__,
    *average_pooling.__all__,
    *implementing_a_cnn.__all__,
    *training_a_cnn.__all__,
]
