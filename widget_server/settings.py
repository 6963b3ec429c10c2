"""How a server is set up: one frozen, checked object from the environment or a mapping."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

PREFIX = "FAQ_"
_RATE = re.compile(r"\s*[1-9]\d*\s*(?:/|per)\s*(?:\d+\s*)?(?:second|minute|hour|day)s?\s*")


class SettingsError(ValueError):
    """A setting is unknown or has a value it cannot have; the message names both and the fix."""


def _setting(default: Any, text: str, **bounds: int) -> Any:
    return dataclasses.field(default=default, metadata={"help": text, **bounds})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, each also an environment variable: ``public_url`` is ``FAQ_PUBLIC_URL``.

    Raises:
        SettingsError: when a value is out of its bounds.
    """

    database: str = _setting(
        "", "File or SQLAlchemy URL of the database; empty for the demo's sites in memory."
    )
    public_url: str = _setting(
        "", "The address visitors reach the server at, such as https://faq.example.org."
    )
    trusted_hosts: tuple[str, ...] = _setting(
        (), "Host names that requests may name, comma-separated; empty accepts any."
    )
    proxies: int = _setting(
        0, "How many reverse proxies stand in front and append X-Forwarded-For.", low=0, high=5
    )
    list_sites: bool = _setting(True, "Whether the embed builder lists every site of the server.")
    semantic: bool = _setting(
        True, "Whether sentence embeddings help the search, where faqlib[semantic] is installed."
    )
    semantic_model: str = _setting(
        "", "A directory with another sentence model in ONNX, such as a multilingual one."
    )
    max_age: int = _setting(
        60, "Seconds that a browser or CDN may reuse an answer unasked.", low=0, high=86_400
    )
    stale_while_revalidate: int = _setting(
        300, "Seconds after that in which a stale answer may be shown while a new one is fetched.",
        low=0, high=604_800,
    )  # fmt: skip
    stale_if_error: int = _setting(
        86_400, "Seconds in which a cache may answer with a stale copy while the server is down.",
        low=0, high=2_592_000,
    )  # fmt: skip
    cache_megabytes: int = _setting(
        32, "Memory for ready-made answers, in each worker.", low=1, high=4_096
    )
    sites_in_memory: int = _setting(
        200, "How many sites' search indexes a worker keeps; the least used goes first.",
        low=1, high=100_000,
    )  # fmt: skip
    body_limit: int = _setting(
        256_000, "Largest request body in bytes.", low=1_000, high=100_000_000
    )
    import_limit: int = _setting(
        20_000_000, "Largest imported file in bytes.", low=1_000, high=1_000_000_000
    )
    query_limit: int = _setting(
        200, "Longest search query in characters; longer ones are cut there.", low=20, high=1_000
    )
    daily_limit: int = _setting(
        5_000, "Ratings, and different searches, that are kept of a site each day.",
        low=1, high=10_000_000,
    )  # fmt: skip
    questions_limit: int = _setting(
        5_000, "Questions of visitors that are kept of a site.", low=1, high=10_000_000
    )
    entries_limit: int = _setting(
        100_000, "Entries that editors can give a site.", low=1, high=10_000_000
    )
    rate_storage: str = _setting(
        "memory://", "Where rate limits are counted: memory:// or redis://host:port."
    )
    rate_search: str = _setting("12000/minute", "Searches and suggestions for each address.")
    rate_feedback: str = _setting("30/minute", "Ratings for each address.")
    rate_questions: str = _setting("10/hour", "Questions to the clinic for each address.")
    rate_admin: str = _setting("600/minute", "Editing requests for each address.")
    rate_failed_tokens: str = _setting("20/minute", "Refused tokens for each address.")
    minimum_count: int = _setting(
        5, "How often a search must be made before it is kept at all.", low=2, high=1_000
    )
    retention_days: int = _setting(
        180,
        "Days that search counts, ratings and questions are kept, dealt with or not.",
        low=1,
        high=3_650,
    )
    webhook_secret: str = _setting(
        "", "At least 32 characters; each site's webhook signing key is derived from it."
    )
    webhook_private: bool = _setting(
        False, "Whether webhooks may go to http and to private addresses."
    )
    log_requests: bool = _setting(True, "Whether each request is logged, without query or address.")
    metrics: bool = _setting(True, "Whether /metrics answers.")

    def __post_init__(self) -> None:
        for item in dataclasses.fields(self):
            _check_bounds(item, getattr(self, item.name))
            if item.name.startswith("rate_") and item.name != "rate_storage":
                _check_rate(item.name, getattr(self, item.name))
        _check_public_url(self.public_url)
        if self.webhook_secret and len(self.webhook_secret) < 32:
            raise SettingsError(
                "webhook_secret is too short: give it at least 32 random characters, for "
                "example from `openssl rand -hex 32`."
            )

    @property
    def demo(self) -> bool:
        """Whether the example sites are served from memory."""
        return not self.database

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Settings from names such as ``database`` or ``FAQ_DATABASE`` and values or texts.

        Raises:
            SettingsError: on an unknown name or a value that does not fit.
        """
        known = {item.name: item for item in dataclasses.fields(cls)}
        chosen: dict[str, Any] = {}
        for key, value in values.items():
            name = key.removeprefix(PREFIX).lower()
            if name not in known:
                raise SettingsError(
                    f"There is no setting {key!r}: the settings are {', '.join(sorted(known))}."
                )
            chosen[name] = _convert(name, known[name].default, value)
        return cls(**chosen)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Settings from the variables of ``environ`` that start with ``FAQ_``.

        Raises:
            SettingsError: on an unknown name or a value that does not fit.
        """
        source = os.environ if environ is None else environ
        # FAQ_CHROMIUM belongs to the browser tests, not to the server.
        chosen = {
            key: value
            for key, value in source.items()
            if key.startswith(PREFIX) and key != "FAQ_CHROMIUM" and value != ""
        }
        return cls.from_mapping(chosen)


def make_settings(settings: Settings | Mapping[str, Any] | None) -> Settings:
    """``settings`` as a :class:`Settings`; ``None`` gives the demo's."""
    if isinstance(settings, Settings):
        return settings
    return Settings.from_mapping(settings or {})


def _convert(name: str, default: Any, value: Any) -> Any:
    if isinstance(default, bool):
        return _as_bool(name, value)
    if isinstance(default, int):
        try:
            return int(value)
        except (TypeError, ValueError):
            raise SettingsError(f"{name} takes a whole number, not {value!r}.") from None
    if isinstance(default, tuple):
        parts = value.split(",") if isinstance(value, str) else value
        return tuple(part.strip() for part in parts if part.strip())
    if not isinstance(value, str):
        raise SettingsError(f"{name} takes a text, not {value!r}.")
    return value.strip()


def _as_bool(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("0", "false", "no", "off"):
        return False
    raise SettingsError(f"{name} takes true or false, not {value!r}.")


def _check_bounds(item: dataclasses.Field[Any], value: Any) -> None:
    low, high = item.metadata.get("low"), item.metadata.get("high")
    if low is not None and not low <= value <= high:
        raise SettingsError(f"{item.name} has to lie between {low} and {high}, not {value}.")


def _check_rate(name: str, value: str) -> None:
    if not all(_RATE.fullmatch(part) for part in value.split(";")):
        raise SettingsError(f"{name} takes a rate such as 30/minute, not {value!r}.")


def _check_public_url(value: str) -> None:
    if not value:
        return
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(
            f"public_url takes an address such as https://faq.example.org, not {value!r}."
        )
