"""Times of `reference_impl` beside its peers: ``python -m benchmarks``.

One module a chapter, each with a list CASES; ``timing`` measures them and
``report`` prints them. Importing this package limits NumPy to one thread, which
works only before NumPy itself is imported.
"""

import os

for variable in (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
):
    os.environ[variable] = "1"
