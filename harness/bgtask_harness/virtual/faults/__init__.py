"""Faults of a virtual phone's layers, named for what they break. Each is a function from layers to layers.

They are the mutants of the kill score, and may be given to any virtual phone:
`pytest --device virtual-pixel7 --virtual-fault bgtask_harness.virtual.faults.library:rearm_dropped`. Operators (MU01 to
MU44) and bug classes are those of the field catalogue; `killscore/mutants.toml` says which fault stands for which.
"""
