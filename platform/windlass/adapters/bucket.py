"""A bucket of S3 or of what speaks like it, and its refusals in words for who must act.

Keys, region and, where the environment does not say it, the address come from where every tool of AWS looks: variables
(AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL_S3, ...), a profile, or the role of a pod. No message repeats what a library says of them.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from windlass.model.failure import Findings, World

SCHEME = "s3://"
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
MISSING = ("404", "NoSuchKey", "NotFound")
DENIED = ("403", "AccessDenied", "AllAccessDisabled", "Forbidden")
KEYS = ("ExpiredToken", "ExpiredTokenException", "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch")
PATIENCE = {"connect_timeout": 5, "read_timeout": 60, "retries": {"mode": "standard", "total_max_attempts": 4}}


class Bucket:
    """``s3://bucket/prefix``. Raises `Findings` (WL554) where the address names no bucket, or nothing here speaks to one."""

    def __init__(self, uri: str, endpoint: str | None = None) -> None:
        self.uri, self._endpoint = uri.rstrip("/"), endpoint
        self.name, _, prefix = self.uri.removeprefix(SCHEME).partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        if not BUCKET.fullmatch(self.name):
            hint = "a bucket's name has 3 to 63 small letters, digits, dots and dashes: s3://ml-dev"
            raise Findings.one("WL554", f"the store `{uri}` names no bucket", hint)
        if find_spec("boto3") is None or find_spec("dvc_s3") is None:
            hint = "install it with what speaks to them: pip install 'windlass[s3]'"
            raise Findings.one("WL554", f"the store `{uri}` is a bucket, and this Windlass came without buckets", hint)

    @cached_property
    def client(self) -> Any:
        """The client of the library; asked within `asking` alone."""
        import boto3
        from botocore.config import Config

        return boto3.session.Session().client("s3", endpoint_url=self._endpoint, config=Config(**PATIENCE))

    def key(self, name: str) -> str:
        """The key of what has a name within the store."""
        return self._prefix + name

    @contextmanager
    def asking(self) -> Iterator[Any]:
        """The client. What it raises becomes `World`: WL557 (no such bucket), WL558 (keys missing or refused), WL559 (not
        reached); what is missing, `Missing`."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield self.client
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code"))
            if code in MISSING:
                raise Missing from error
            raise self._refused(code, error.operation_name) from error
        except BotoCoreError as error:
            raise self._failed(error) from error
        except ValueError as error:  # the library's word for an address that is none
            if "endpoint" not in str(error):
                raise
            hint = "correct AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL: https://s3.example.org"
            raise World.one("WL559", f"the address of the store `{self.uri}` is none", hint) from error

    def _refused(self, code: str, asked: str) -> World:
        if code == "NoSuchBucket":
            hint = "make it, or correct `store.uri` of the environment"
            return World.one("WL557", f"there is no bucket `{self.name}` at {self._place()}", hint)
        if code in KEYS:
            hint = "give keys that are known there and still hold"
            return World.one("WL558", f"{self._place()} refuses the keys to the store `{self.uri}`: {code}", hint)
        if code in DENIED:
            hint = "these keys need s3:GetObject, s3:PutObject and s3:ListBucket: without the last, what is missing is denied"
            return World.one("WL558", f"the keys to the store `{self.uri}` do not allow {asked}", hint)
        hint = "run the same command again; what was finished is kept"
        return World.one("WL559", f"{self._place()} answered {asked} for the store `{self.uri}` with {code}", hint)

    def _failed(self, error: Exception) -> World:
        name = type(error).__name__
        if re.search("Credential|Profile|Token|Config|Login", name):
            hint = (
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; pods get them from `store.secretRef`"
            )
            return World.one("WL558", f"nothing here gives keys to the store `{self.uri}` ({name})", hint)
        hint = "look at the network, and at `store.endpoint` or AWS_ENDPOINT_URL_S3; then run the same command again"
        return World.one("WL559", f"the store `{self.uri}` was not reached at {self._place()} ({name})", hint)

    def _place(self) -> str:
        place = urlsplit(self.client.meta.endpoint_url)
        return f"{place.hostname}:{place.port}" if place.port else str(place.hostname)


class Missing(Exception):
    """The bucket has nothing of that name."""
