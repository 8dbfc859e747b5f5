"""A training run in pieces: each step is a process that starts in an empty folder and finds everything in the store."""
