"""``python -m windlass.cli.schema``: writes `schemas/` of this clone anew. A target of the Makefile, not a verb."""

from windlass.adapters.files import DiskFiles
from windlass.adapters.templates import shipped
from windlass.flows import schema

if __name__ == "__main__":
    schema.write(DiskFiles(), shipped("schemas"))
