"""What the server keeps besides the FAQ: see README.md."""

from widget_server.records.database import Records

__all__ = ["Records"]
