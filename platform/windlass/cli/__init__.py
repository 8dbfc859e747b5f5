"""Argv in, exit code out: one short file per verb, and `wiring`, the one place that picks adapters."""
