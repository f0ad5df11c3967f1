"""What a virtual iPhone is behind its protocols: hardware, processes, BackgroundTasks and dasd, on virtual time."""
