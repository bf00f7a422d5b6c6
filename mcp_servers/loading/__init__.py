"""From a staged source to rows or segments."""
