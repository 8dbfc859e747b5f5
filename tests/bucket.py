"""A real server of S3 on this machine, in a process of its own that ends with this one. What it holds is in memory."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import Request, urlopen

import boto3

PROGRAM = """
import logging, sys
logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address=sys.argv[1], port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""
KEYS = {"AWS_ACCESS_KEY_ID": "known", "AWS_SECRET_ACCESS_KEY": "hush-hush", "AWS_EC2_METADATA_DISABLED": "true"}


@dataclass(frozen=True)
class Server:
    """Where it answers, and what a process needs to ask it."""

    address: str

    @property
    def environment(self) -> dict[str, str]:
        return {**KEYS, "AWS_ENDPOINT_URL_S3": self.address, "AWS_CONFIG_FILE": "/nowhere/config"}

    @property
    def keys(self) -> dict[str, str]:
        """The same for somebody who is told the address by a spec."""
        return {name: value for name, value in self.environment.items() if "ENDPOINT" not in name}

    def client(self, service: str = "s3"):
        keys = {"aws_access_key_id": "known", "aws_secret_access_key": "hush-hush"}
        return boto3.session.Session(region_name="us-east-1", **keys).client(service, endpoint_url=self.address)

    def bucket(self, name: str) -> str:
        """Make a bucket; its address as a store."""
        self.client().create_bucket(Bucket=name)
        return f"s3://{name}"

    def stranger(self) -> dict[str, str]:
        """The keys of somebody who is known, and allowed nothing."""
        people = self.client("iam")
        name = str(uuid.uuid4())
        people.create_user(UserName=name)
        made = people.create_access_key(UserName=name)["AccessKey"]
        return {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]}

    def trust(self, requests: int | None) -> None:
        """After so many requests only known keys are let in; None lets in everybody."""
        count = "1000000000" if requests is None else str(requests)
        headers = {"Content-Type": "text/plain"}
        with urlopen(Request(f"{self.address}/moto-api/reset-auth", count.encode(), headers)) as answer:
            assert json.load(answer)["status"] == "ok"


@contextmanager
def server(host: str = "127.0.0.1") -> Iterator[Server]:
    command = [sys.executable, "-c", PROGRAM, host]
    own = {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "1000000000"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=own
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        port = next(line for line in process.stdout if line.strip().isdigit()).strip()
        yield Server(f"http://{host}:{port}")
        process.stdin.close()
