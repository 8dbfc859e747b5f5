"""Releases and proposals: what an environment holds, what waits to be merged, who agreed, by git alone."""
