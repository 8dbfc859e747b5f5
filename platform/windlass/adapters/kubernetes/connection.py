"""How the API server of a context of kubeconfig is reached: address, certificates and whoever one is there.

The official client reads kubeconfig and knows its ways to log in (tokens, certificates, programs, a pod's own account). Requests
are sent by its pool without its models, which cost more than the requests.
"""

import os
from collections.abc import Mapping
from typing import Any

from windlass.model.failure import Usage


class Connection:
    """An address and a pool of connections to it. Raises `Usage` (WL573) where kubeconfig does not say how."""

    def __init__(self, context: str | None) -> None:
        """Read kubeconfig; a ``context`` of None is the current one, or the pod's own account."""
        from kubernetes.client import Configuration
        from kubernetes.client.rest import RESTClientObject

        self._context = context
        self._configuration = Configuration()
        self._load()
        self._configuration.connection_pool_maxsize = 16
        self._pool = RESTClientObject(self._configuration).pool_manager

    @property
    def address(self) -> str:
        """The server's address."""
        return self._address

    def send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One request: status, headers and body of the answer. Raises what urllib3 does."""
        answer = self._pool.request(
            method,
            self._address + path,
            body=body,
            headers={**headers, **self._known},
            timeout=timeout,
            retries=False,
            redirect=False,
        )
        return answer.status, answer.headers, answer.data

    def first_line(self, path: str, seconds: float) -> None:
        """Wait until an answer that goes on has its first line, or ends. Raises what urllib3 does."""
        address = self._address + path
        answer = self._pool.request(
            "GET", address, headers=self._known, timeout=seconds + 2, retries=False, preload_content=False
        )
        try:
            answer.readline()
        finally:
            # not back into the pool: more of it may come
            answer.close()

    def log_in_again(self) -> None:
        """Read kubeconfig anew: a program may give another token now."""
        self._load()

    def _load(self) -> None:
        from kubernetes import config
        from kubernetes.config.config_exception import ConfigException

        try:
            if self._context is None and not self._has_file():
                config.load_incluster_config(client_configuration=self._configuration)
            else:
                config.load_kube_config(_file(), self._context, client_configuration=self._configuration)
        except (
            ConfigException,
            OSError,
            ValueError,
            TypeError,
            AttributeError,
        ) as error:  # the client looks into any YAML
            raise self._unknown(error) from error
        # asked once: the client sets its whole configuration anew for each answer
        self._address = str(self._configuration.host).rstrip("/")
        auth = self._configuration.auth_settings().get("BearerToken")
        self._known = {"authorization": str(auth["value"])} if auth else {}

    @staticmethod
    def _has_file() -> bool:
        from kubernetes.config import kube_config

        found: Any = kube_config.KubeConfigMerger(_file()).config
        return found is not None

    def _unknown(self, error: Exception) -> Usage:
        from kubernetes import config
        from kubernetes.config.config_exception import ConfigException

        wanted = f"the context `{self._context}`" if self._context else "a cluster"
        try:
            contexts = sorted(one["name"] for one in config.list_kube_config_contexts(_file())[0])
        except (ConfigException, OSError, TypeError):
            return Usage.one(
                "WL573",
                f"kubeconfig does not lead to {wanted}: {error}",
                "KUBECONFIG names the file; `target.context` of the environment names the context in it",
            )
        hint = f"it knows {', '.join(contexts)}; `target.context` of the environment names one"
        return Usage.one("WL573", f"kubeconfig does not lead to {wanted}", hint)


def _file() -> str:
    """Where kubeconfig is: the client asks once, when it is imported."""
    return os.environ.get("KUBECONFIG") or "~/.kube/config"
