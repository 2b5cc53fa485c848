"""The chapter on recurrent networks, one module per page."""

from reference_impl.recurrent_networks import (
    additive_scores,
    backpropagation_through_time,
    bidirectional,
    character_language_model,
    character_sampling,
    character_text,
    character_training,
    checkpoints,
    gated_recurrent_unit,
    gru_layouts,
    gutenberg_text,
    hidden_recurrence,
    long_short_term_memory,
    lstm_layouts,
    multiplicative_scores,
    output_recurrence,
    recurrent_cell,
    recurrent_cells,
    recurrent_layers,
    recurrent_sequence,
    recursive_networks,
    rnn_attention,
    sequence_architectures,
    sequence_model,
    sequence_search,
    sequence_to_sequence,
    state_jacobians,
)
from reference_impl.recurrent_networks.additive_scores import *
from reference_impl.recurrent_networks.backpropagation_through_time import *
from reference_impl.recurrent_networks.bidirectional import *
from reference_impl.recurrent_networks.character_language_model import *
from reference_impl.recurrent_networks.character_sampling import *
from reference_impl.recurrent_networks.character_text import *
from reference_impl.recurrent_networks.character_training import *
from reference_impl.recurrent_networks.checkpoints import *
from reference_impl.recurrent_networks.gated_recurrent_unit import *
from reference_impl.recurrent_networks.gru_layouts import *
from reference_impl.recurrent_networks.gutenberg_text import *
from reference_impl.recurrent_networks.hidden_recurrence import *
from reference_impl.recurrent_networks.long_short_term_memory import *
from reference_impl.recurrent_networks.lstm_layouts import *
from reference_impl.recurrent_networks.multiplicative_scores import *
from reference_impl.recurrent_networks.output_recurrence import *
from reference_impl.recurrent_networks.recurrent_cell import *
from reference_impl.recurrent_networks.recurrent_cells import *
from reference_impl.recurrent_networks.recurrent_layers import *
from reference_impl.recurrent_networks.recurrent_sequence import *
from reference_impl.recurrent_networks.recursive_networks import *
from reference_impl.recurrent_networks.rnn_attention import *
from reference_impl.recurrent_networks.sequence_architectures import *
from reference_impl.recurrent_networks.sequence_model import *
from reference_impl.recurrent_networks.sequence_search import *
from reference_impl.recurrent_networks.sequence_to_sequence import *
from reference_impl.recurrent_networks.state_jacobians import *

__all__ = [
    *recurrent_cell.__all__,
    *recurrent_sequence.__all__,
    *sequence_model.__all__,
    *sequence_architectures.__all__,
    *state_jacobians.__all__,
    *backpropagation_through_time.__all__,
    *hidden_recurrence.__all__,
    *output_recurrence.__all__,
    *long_short_term_memory.__all__,
    *lstm_layouts.__all__,
    *gated_recurrent_unit.__all__,
    *gru_layouts.__all__,
    *recurrent_layers.__all__,
    *recurrent_cells.__all__,
    *bidirectional.__all__,
    *rnn_attention.__all__,
    *additive_scores.__all__,
    *multiplicative_scores.__all__,
    *sequence_to_sequence.__all__,
    *sequence_search.__all__,
    *recursive_networks.__all__,
    *gutenberg_text.__all__,
    *character_text.__all__,
    *character_language_model.__all__,
    *character_sampling.__all__,
    *character_training.__all__,
    *checkpoints.__all__,
]
