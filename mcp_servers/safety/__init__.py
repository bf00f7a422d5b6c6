"""Whether bytes are right, and getting them back: inspection, quarantine, backup, restore."""
