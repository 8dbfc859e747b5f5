"""The documents that people write, one kind a file. Strict keys; a JSON Schema of each is committed under `schemas/`."""
