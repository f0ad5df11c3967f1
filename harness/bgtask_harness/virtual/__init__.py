"""Phones without hardware: programs that speak the real wire protocols and share no understanding with the oracle.

Four layers, each replaceable: transport (`adbd`), operating system (`android`), library (`workmanager`), app (any
program written against `bgtask_reference.ports`). `docs/virtual-phones.md` documents how to supply programs and faults
from outside.
"""
