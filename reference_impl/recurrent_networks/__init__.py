"""The chapter on recurrent networks, one module per page."""

__all__: list[str] = []
