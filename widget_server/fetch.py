"""Reading an address for the command line: http and https only, a few redirects, bounded."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from widget_server.options import Failure

TIMEOUT = 15
LARGEST = 10_000_000


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back; header names are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(url: str, headers: Mapping[str, str] | None = None) -> Fetched:
    """GET ``url`` and follow up to five redirects.

    Raises:
        Failure: when the server cannot be reached or the address is no http address.
    """
    for _ in range(6):
        found = _once(url, dict(headers or {}))
        if found.status not in (301, 302, 303, 307, 308) or "location" not in found.headers:
            return found
        url = urljoin(url, found.headers["location"])
    raise Failure(f"{url} leads from one address to the next without end.")


def _once(url: str, headers: dict[str, str]) -> Fetched:
    parts = urlsplit(url)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    if parts.scheme not in kinds or not parts.hostname:
        raise Failure(f"{url} is no http or https address.")
    connection = kinds[parts.scheme](parts.hostname, parts.port, timeout=TIMEOUT)
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    try:
        connection.request("GET", target, headers={"User-Agent": "faqlib-doctor/1", **headers})
        answer = connection.getresponse()
        body = answer.read(LARGEST)
        # A header that comes twice, such as a policy, counts twice.
        joined: dict[str, str] = {}
        for name, value in answer.getheaders():
            key = name.lower()
            joined[key] = f"{joined[key]}\n{value}" if key in joined else value
        return Fetched(url, answer.status, joined, body)
    except (OSError, http.client.HTTPException) as error:
        raise Failure(f"{url} does not answer ({type(error).__name__}).") from None
    finally:
        connection.close()
