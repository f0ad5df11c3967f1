"""Ways to a device: `open(service)` gives a stream, and every call has a deadline."""
