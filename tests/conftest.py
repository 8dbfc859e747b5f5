"""Fixtures that many tests share; each lives in its own file under tests/fixtures/."""

pytest_plugins = ["tests.fixtures.model_env", "tests.fixtures.cluster", "tests.fixtures.s3", "tests.fixtures.tracker"]
