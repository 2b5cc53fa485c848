"""The chapter on recurrent networks, one module per page."""

from reference_impl.recurrent_networks import (
    gate_layouts,
    gated_recurrent_unit,
    long_short_term_memory,
    recurrent_cell,
    recurrent_cells,
    recurrent_layers,
    recurrent_sequence,
)
from reference_impl.recurrent_networks.gate_layouts import *
from reference_impl.recurrent_networks.gated_recurrent_unit import *
from reference_impl.recurrent_networks.long_short_term_memory import *
from reference_impl.recurrent_networks.recurrent_cell import *
from reference_impl.recurrent_networks.recurrent_cells import *
from reference_impl.recurrent_networks.recurrent_layers import *
from reference_impl.recurrent_networks.recurrent_sequence import *

__all__ = [
    *recurrent_cell.__all__,
    *recurrent_sequence.__all__,
    *long_short_term_memory.__all__,
    *gated_recurrent_unit.__all__,
    *gate_layouts.__all__,
    *recurrent_layers.__all__,
    *recurrent_cells.__all__,
]
