"""A hardware-in-the-loop harness for mobile background tasks. `docs/whats-here.md` is the map."""

__version__ = "0.1.0"
