"""One signed POST to an address that a clinic chose: never to an inside address.

The name is resolved once and the connection goes to the address that was checked, so that a
name which answers differently the second time leads nowhere. Redirects are not followed.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from urllib.parse import urlsplit

TIMEOUT = 10  # seconds to connect, and as many for the answer
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# What of IPv6 is given out; the rest has names for the inside that `ipaddress` does not know.
_GIVEN_OUT = ipaddress.ip_network("2000::/3")


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
        try:
            status = _post(*self._prepared(address), body, headers)
        except (OSError, ValueError, http.client.HTTPException) as error:
            # ValueError: a port, a name or a path that no connection can have.
            raise WebhookError(f"no answer ({type(error).__name__})") from None
        if not 200 <= status < 300:
            raise WebhookError(f"the receiver answered {status}")

    def _prepared(self, address: str) -> tuple[http.client.HTTPConnection, str]:
        parts = urlsplit(address)
        host, secure = parts.hostname or "", parts.scheme == "https"
        if not secure and not (self._private and parts.scheme == "http"):
            raise WebhookError("the address has to start with https://")
        port = parts.port or (443 if secure else 80)
        pinned = resolve(host, port, private=self._private)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return _Pinned(host, port, pinned, secure=secure), target


def _post(
    connection: http.client.HTTPConnection, target: str, body: bytes, headers: dict[str, str]
) -> int:
    """The status of the answer, however slowly it comes: each byte may take as long as one."""
    end = threading.Timer(TIMEOUT, _break_off, (connection,))
    try:
        connection.connect()
        end.start()
        connection.request("POST", target, body, headers)
        return connection.getresponse().status
    finally:
        end.cancel()
        connection.close()


def _break_off(connection: http.client.HTTPConnection) -> None:
    with contextlib.suppress(OSError):  # it has just ended by itself
        if (sock := connection.sock) is not None:
            sock.shutdown(socket.SHUT_RDWR)


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
        inner = parsed.ipv4_mapped
        if parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        # 6to4 is given up (RFC 7526); Teredo, like it a tunnel into IPv4, is not global either.
        if parsed not in _GIVEN_OUT or parsed.sixtofour:
            return False
    return parsed.is_global and not parsed.is_multicast


class _Pinned(http.client.HTTPConnection):
    """A connection to an address; with TLS the name is checked against the certificate."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self.default_port = 443 if secure else 80
        self._address = address
        self._context = ssl.create_default_context() if secure else None

    def connect(self) -> None:
        """Connect to the pinned address instead of resolving the name again."""
        self.sock = socket.create_connection((self._address, self.port), TIMEOUT)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)
