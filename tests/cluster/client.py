"""A client for tests that knows nothing: a method, a path and a body go in, a status and an object come out."""

import json
import ssl
from dataclasses import dataclass
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
JSON = "application/json"


@dataclass(frozen=True)
class Client:
    """One user's door to the server, without retries."""

    port: int
    token: str
    certificate: Path
    host: str = "127.0.0.1"

    def request(
        self, method: str, path: str, body: object = None, content_type: str = JSON, timeout: float = 30
    ) -> tuple[int, dict[str, Any]]:
        """One request on a connection of its own. Raises `OSError` and `http.client.HTTPException` as they come; what is no
        JSON comes back as ``{"message": text}``."""
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        connection = HTTPSConnection(self.host, self.port, context=trusted, timeout=timeout)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content_type, "Accept": JSON}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        try:
            value = json.loads(data)
        except ValueError:
            return answer.status, {"message": data.decode(errors="replace")}
        return answer.status, value if isinstance(value, dict) else {"message": data.decode()}
