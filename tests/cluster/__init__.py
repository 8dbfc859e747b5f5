"""A real API server for tests: how it is had, started, hurt and asked; and what is shown on it."""
