"""One signed POST to an address that a clinic chose: never to an inside address.

The name is resolved once and the connection goes to the address that was checked, so that a
name which answers differently the second time leads nowhere. Redirects are not followed.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

TIMEOUT = 10


class WebhookError(Exception):
    """The message was not taken; the text says why and holds nothing of it."""


class Webhook:
    """Sends and signs.

    Args:
        secret: the server's secret; each site's key is derived from it.
        private: whether http and addresses of the inside network are allowed.
    """

    def __init__(self, secret: str, *, private: bool = False) -> None:
        self._secret = secret.encode("utf-8")
        self._private = private

    @property
    def ready(self) -> bool:
        """Whether there is a secret to sign with; without one nothing is sent."""
        return bool(self._secret)

    def key(self, site: str) -> str:
        """The key that the site's receiver checks signatures with."""
        return hmac.new(self._secret, f"webhook:{site}".encode(), hashlib.sha256).hexdigest()

    def signature(self, site: str, body: bytes, moment: int) -> str:
        """The ``X-FAQ-Signature`` of ``body``, sent at ``moment``."""
        signed = f"{moment}.".encode() + body
        made = hmac.new(self.key(site).encode("ascii"), signed, hashlib.sha256).hexdigest()
        return f"t={moment},v1={made}"

    def send(self, address: str, site: str, body: bytes, moment: int) -> None:
        """POST ``body`` to ``address``.

        Raises:
            WebhookError: when it is not allowed, not reached or not answered with 2xx.
        """
        if not self.ready:
            raise WebhookError("there is no FAQ_WEBHOOK_SECRET to sign with")
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "faqlib-webhook/1",
            "X-FAQ-Signature": self.signature(site, body, moment),
        }
        connection, target = self._connect(address)
        try:
            connection.request("POST", target, body, headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise WebhookError(f"no answer ({type(error).__name__})") from None
        finally:
            connection.close()
        if not 200 <= status < 300:
            raise WebhookError(f"the receiver answered {status}")

    def _connect(self, address: str) -> tuple[http.client.HTTPConnection, str]:
        parts = urlsplit(address)
        host = parts.hostname or ""
        if parts.scheme != "https" and not (self._private and parts.scheme == "http"):
            raise WebhookError("the address has to start with https://")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        pinned = resolve(host, port, private=self._private)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if parts.scheme == "https":
            return _PinnedHTTPS(host, port, pinned), target
        return http.client.HTTPConnection(pinned, port, timeout=TIMEOUT), target


def resolve(host: str, port: int, *, private: bool) -> str:
    """The one address to connect to.

    Raises:
        WebhookError: when the name is unknown, or leads to an inside address.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise WebhookError("the host's name is unknown") from None
    addresses = [str(item[4][0]) for item in found]
    if not private and not all(map(is_public, addresses)):
        raise WebhookError("the host is an inside address")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether the address is one of the open internet, also behind IPv6 disguises."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo or (None, None))[1]
        if parsed in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return parsed.is_global and not parsed.is_multicast


class _PinnedHTTPS(http.client.HTTPSConnection):
    """TLS to an address, with the name checked against the certificate."""

    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
        self._address = address
        self._ssl = ssl.create_default_context()

    def connect(self) -> None:
        """Connect to the pinned address instead of resolving the name again."""
        plain = socket.create_connection((self._address, self.port), TIMEOUT)
        self.sock = self._ssl.wrap_socket(plain, server_hostname=self.host)
