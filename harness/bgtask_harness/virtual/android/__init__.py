"""The operating system of a virtual Android phone: clocks, processes, log, power, network, JobScheduler, commands."""
