"""The chapter on neural networks, one module per page."""

from reference_impl.neural_networks import (
    activation_functions,
    backpropagation,
    backpropagation_operations,
    backpropagation_scalars,
    backpropagation_variables,
    bernoulli_losses,
    categorical_losses,
    divergences,
    gaussian_loss,
    hard_activations,
    hidden_units,
    loss_functions,
    multilayer_perceptron,
    output_units,
    smooth_activations,
)
from reference_impl.neural_networks.activation_functions import *
from reference_impl.neural_networks.backpropagation import *
from reference_impl.neural_networks.backpropagation_operations import *
from reference_impl.neural_networks.backpropagation_scalars import *
from reference_impl.neural_networks.backpropagation_variables import *
from reference_impl.neural_networks.bernoulli_losses import *
from reference_impl.neural_networks.categorical_losses import *
from reference_impl.neural_networks.divergences import *
from reference_impl.neural_networks.gaussian_loss import *
from reference_impl.neural_networks.hard_activations import *
from reference_impl.neural_networks.hidden_units import *
from reference_impl.neural_networks.loss_functions import *
from reference_impl.neural_networks.multilayer_perceptron import *
from reference_impl.neural_networks.output_units import *
from reference_impl.neural_networks.smooth_activations import *

__all__ = [
    *output_units.__all__,
    *gaussian_loss.__all__,
    *bernoulli_losses.__all__,
    *categorical_losses.__all__,
    *loss_functions.__all__,
    *divergences.__all__,
    *hidden_units.__all__,
    *activation_functions.__all__,
    *hard_activations.__all__,
    *smooth_activations.__all__,
    *multilayer_perceptron.__all__,
    *backpropagation_scalars.__all__,
    *backpropagation_variables.__all__,
    *backpropagation_operations.__all__,
    *backpropagation.__all__,
]
