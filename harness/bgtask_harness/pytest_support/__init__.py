"""What `plugin.py` hands over to: options, what is collected, leases across workers, the end of a test and of a run."""
