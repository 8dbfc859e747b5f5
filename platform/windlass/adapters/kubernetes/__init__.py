"""The `kubernetes` target's way to an API server."""
