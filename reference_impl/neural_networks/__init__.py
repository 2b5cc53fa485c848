"""The chapter on neural networks, one module per page."""

from reference_impl.neural_networks import (
    activation_functions,
    adversarial_values,
    autoencoders,
    backpropagation,
    backpropagation_operations,
    backpropagation_scalars,
    backpropagation_variables,
    batch_normalization,
    bernoulli_losses,
    categorical_losses,
    divergences,
    dropout_layer,
    dynamic_programming,
    embedding_layer,
    evidence_lower_bound,
    feedforward_network,
    gaussian_latents,
    gaussian_loss,
    generative_adversarial_networks,
    gradient_clipping,
    group_normalization,
    hard_activations,
    hidden_units,
    initialization,
    instance_normalization,
    layer_normalization,
    loss_functions,
    mlp_backward_pass,
    mlp_forward_pass,
    multi_head_attention,
    multi_head_attention_layer,
    multi_step_temporal_differences,
    multilayer_perceptron,
    neural_net_mlp,
    optimizer_steps,
    optimizers,
    output_units,
    positional_encodings,
    principal_components,
    returns_and_advantages,
    rms_normalization,
    scaled_attention,
    self_attention,
    smooth_activations,
    tabular_environments,
    temporal_difference_control,
    temporal_difference_learning,
    transformer,
    transformer_decoder,
    transformer_layers,
    transformer_models,
    two_sample_statistics,
    vanishing_and_exploding_gradients,
    variational_autoencoders,
    weight_penalties,
)
from reference_impl.neural_networks.activation_functions import *
from reference_impl.neural_networks.adversarial_values import *
from reference_impl.neural_networks.autoencoders import *
from reference_impl.neural_networks.backpropagation import *
from reference_impl.neural_networks.backpropagation_operations import *
from reference_impl.neural_networks.backpropagation_scalars import *
from reference_impl.neural_networks.backpropagation_variables import *
from reference_impl.neural_networks.batch_normalization import *
from reference_impl.neural_networks.bernoulli_losses import *
from reference_impl.neural_networks.categorical_losses import *
from reference_impl.neural_networks.divergences import *
from reference_impl.neural_networks.dropout_layer import *
from reference_impl.neural_networks.dynamic_programming import *
from reference_impl.neural_networks.embedding_layer import *
from reference_impl.neural_networks.evidence_lower_bound import *
from reference_impl.neural_networks.feedforward_network import *
from reference_impl.neural_networks.gaussian_latents import *
from reference_impl.neural_networks.gaussian_loss import *
from reference_impl.neural_networks.generative_adversarial_networks import *
from reference_impl.neural_networks.gradient_clipping import *
from reference_impl.neural_networks.group_normalization import *
from reference_impl.neural_networks.hard_activations import *
from reference_impl.neural_networks.hidden_units import *
from reference_impl.neural_networks.initialization import *
from reference_impl.neural_networks.instance_normalization import *
from reference_impl.neural_networks.layer_normalization import *
from reference_impl.neural_networks.loss_functions import *
from reference_impl.neural_networks.mlp_backward_pass import *
from reference_impl.neural_networks.mlp_forward_pass import *
from reference_impl.neural_networks.multi_head_attention import *
from reference_impl.neural_networks.multi_head_attention_layer import *
from reference_impl.neural_networks.multi_step_temporal_differences import *
from reference_impl.neural_networks.multilayer_perceptron import *
from reference_impl.neural_networks.neural_net_mlp import *
from reference_impl.neural_networks.optimizer_steps import *
from reference_impl.neural_networks.optimizers import *
from reference_impl.neural_networks.output_units import *
from reference_impl.neural_networks.positional_encodings import *
from reference_impl.neural_networks.principal_components import *
from reference_impl.neural_networks.returns_and_advantages import *
from reference_impl.neural_networks.rms_normalization import *
from reference_impl.neural_networks.scaled_attention import *
from reference_impl.neural_networks.self_attention import *
from reference_impl.neural_networks.smooth_activations import *
from reference_impl.neural_networks.tabular_environments import *
from reference_impl.neural_networks.temporal_difference_control import *
from reference_impl.neural_networks.temporal_difference_learning import *
from reference_impl.neural_networks.transformer import *
from reference_impl.neural_networks.transformer_decoder import *
from reference_impl.neural_networks.transformer_layers import *
from reference_impl.neural_networks.transformer_models import *
from reference_impl.neural_networks.two_sample_statistics import *
from reference_impl.neural_networks.vanishing_and_exploding_gradients import *
from reference_impl.neural_networks.variational_autoencoders import *
from reference_impl.neural_networks.weight_penalties import *

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
    *mlp_forward_pass.__all__,
    *mlp_backward_pass.__all__,
    *neural_net_mlp.__all__,
    *backpropagation_scalars.__all__,
    *backpropagation_variables.__all__,
    *backpropagation_operations.__all__,
    *backpropagation.__all__,
    *gradient_clipping.__all__,
    *weight_penalties.__all__,
    *vanishing_and_exploding_gradients.__all__,
    *initialization.__all__,
    *optimizer_steps.__all__,
    *optimizers.__all__,
    *batch_normalization.__all__,
    *layer_normalization.__all__,
    *rms_normalization.__all__,
    *group_normalization.__all__,
    *instance_normalization.__all__,
    *dropout_layer.__all__,
    *scaled_attention.__all__,
    *self_attention.__all__,
    *multi_head_attention.__all__,
    *positional_encodings.__all__,
    *multi_head_attention_layer.__all__,
    *transformer_layers.__all__,
    *transformer.__all__,
    *transformer_decoder.__all__,
    *embedding_layer.__all__,
    *transformer_models.__all__,
    *feedforward_network.__all__,
    *principal_components.__all__,
    *autoencoders.__all__,
    *gaussian_latents.__all__,
    *evidence_lower_bound.__all__,
    *variational_autoencoders.__all__,
    *adversarial_values.__all__,
    *generative_adversarial_networks.__all__,
    *two_sample_statistics.__all__,
    *tabular_environments.__all__,
    *dynamic_programming.__all__,
    *returns_and_advantages.__all__,
    *temporal_difference_learning.__all__,
    *multi_step_temporal_differences.__all__,
    *temporal_difference_control.__all__,
]
