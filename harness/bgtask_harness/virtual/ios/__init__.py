"""What a virtual iPhone is behind its protocols: hardware, build, processes, BackgroundTasks and dasd, on virtual time."""
