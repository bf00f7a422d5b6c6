"""Does a plan fit the catalogue? What comes through here is valid: names exist, types agree, values
decode, and so do those of the plans within it.
"""

from registry.check.check import check, chosen, outputs
from registry.check.column import Column, common
from registry.check.literals import comparable
from registry.check.scope import Scope, shown_fields

__all__ = ["Column", "Scope", "check", "chosen", "common", "comparable", "outputs", "shown_fields"]
