"""Moving between tiers and what follows from it: heat, compaction, retention, erasure."""
