"""Lowering: all decisions of a spec in one environment, taken once, as Workloads that every backend can spell."""
