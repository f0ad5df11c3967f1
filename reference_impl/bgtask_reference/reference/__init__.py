"""The reference scheduler, workers and initializers, as the contract wants them.

`oracle.replay` runs them on a recording port: what they ask of the platform is what was to be expected. No phone hosts
them, and no line of them is shared with the programs of `lineage`.
"""
