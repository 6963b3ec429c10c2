"""Files that are whole or not there: written beside their name, then moved to it."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """A file that takes the name ``path`` when the block ends well; else nothing changes.

    The content is on the disk before the name is. A link stays one; a file that is there keeps
    its rights, unless only its owner may read it (``private``).

    Raises:
        OSError: if the file can not be written; it names ``path``, whatever step failed.
    """
    try:
        with _beside(Path(os.path.realpath(path)), private) as file:
            yield file
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


@contextmanager
def _beside(path: Path, private: bool) -> Iterator[BinaryIO]:
    if path.exists() and not path.is_file():  # a device would be gone when it is replaced
        raise OSError(errno.EINVAL, "no file that can be replaced")
    if _is_database(path):  # a slip of the hand: a backup is read from one, and is none
        raise OSError(errno.EEXIST, "it is a database: name another file")
    handle, name = tempfile.mkstemp(prefix=".faqlib-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not private:
            Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)
        sync_directory(path.parent)
    finally:
        Path(name).unlink(missing_ok=True)


def _is_database(path: Path) -> bool:
    if not os.access(path, os.R_OK):
        return False
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    if hasattr(os, "O_DIRECTORY"):  # Windows does it by itself
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
