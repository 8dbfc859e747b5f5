"""``python -m windlass``."""

from windlass.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
