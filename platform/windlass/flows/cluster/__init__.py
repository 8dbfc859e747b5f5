"""The `kubernetes` target: what a cluster is asked for and has, what differs, and the writing of it."""
