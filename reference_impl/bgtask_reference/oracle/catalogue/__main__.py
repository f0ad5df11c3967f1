"""Writes the documentation's page of rules."""

import sys

from bgtask_reference.oracle.catalogue import page

sys.stdout.write(page())
