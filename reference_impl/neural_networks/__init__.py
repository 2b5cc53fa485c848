"""The chapter on neural networks, one module per page."""

__all__: list[str] = []
