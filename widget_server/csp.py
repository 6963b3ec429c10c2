"""What a Content-Security-Policy says about loading from an origin."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def allows(policy: str, directive: str, address: str, page_origin: str) -> bool:
    """Whether ``policy`` lets a page of ``page_origin`` load ``address`` under ``directive``."""
    rules = _rules(policy)
    sources = next((rules[name] for name in _fallbacks(directive) if name in rules), None)
    if sources is None:
        return True
    return any(_matches(source, address, page_origin) for source in sources)


def _rules(policy: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in policy.split(";"):
        words = part.split()
        if words:
            found.setdefault(words[0].lower(), words[1:])  # the first of two counts
    return found


def _fallbacks(directive: str) -> Iterable[str]:
    return (
        ("script-src-elem", "script-src", "default-src")
        if directive == "script-src"
        else (
            directive,
            "default-src",
        )
    )


def _matches(source: str, address: str, page_origin: str) -> bool:
    wanted = urlsplit(address)
    source = source.lower()
    if source == "*":
        return wanted.scheme in ("http", "https")
    if source.startswith("'"):
        return source == "'self'" and f"{wanted.scheme}://{wanted.netloc}" == page_origin
    if source.endswith(":"):
        return source[:-1] in (wanted.scheme, "http" if wanted.scheme == "https" else "")
    scheme, separator, rest = source.rpartition("://")
    page_scheme = urlsplit(page_origin).scheme or wanted.scheme
    if not _scheme_fits(scheme if separator else page_scheme, wanted.scheme):
        return False
    host_port, slash, path = rest.partition("/")
    host, _, port = host_port.partition(":")
    return (
        _host_fits(host, wanted.hostname or "")
        and _port_fits(port, wanted.port, wanted.scheme)
        and _path_fits(slash + path, wanted.path)
    )


def _scheme_fits(scheme: str, wanted: str) -> bool:
    return scheme == wanted or (scheme == "http" and wanted == "https")


def _host_fits(host: str, wanted: str) -> bool:
    return wanted.endswith(host[1:]) if host.startswith("*.") else host == wanted


def _port_fits(port: str, wanted: int | None, scheme: str) -> bool:
    actual = wanted or _DEFAULT_PORTS.get(scheme, 0)
    return port == "*" or (int(port) if port.isdigit() else _DEFAULT_PORTS.get(scheme, 0)) == actual


def _path_fits(path: str, wanted: str) -> bool:
    if path in ("", "/"):
        return True
    return wanted.startswith(path) if path.endswith("/") else wanted == path
