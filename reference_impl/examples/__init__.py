"""Models that train from a command: ``python -m reference_impl.examples.NAME``."""
