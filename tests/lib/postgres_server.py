"""A PostgreSQL server for the tests: the one that FAQ_TEST_POSTGRES names, or a throw-away one."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")


def find_binaries() -> Path | None:
    """The directory of initdb and pg_ctl, the newest first, or None."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    installed = [path for place in PLACES for path in Path("/").glob(place.lstrip("/"))]
    return max((path for path in installed if (path / "initdb").exists()), default=None)


def why_not() -> str | None:
    """Why there can be no server here, or None."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg is not installed: pip install 'faqlib[postgres]'"
    if os.environ.get("FAQ_TEST_POSTGRES") or find_binaries():
        return None
    return "no PostgreSQL: install its server, or name a database in FAQ_TEST_POSTGRES"


@contextmanager
def server() -> Iterator[str]:
    """The address of an empty database."""
    if named := os.environ.get("FAQ_TEST_POSTGRES"):
        yield named
        return
    binaries = find_binaries()
    assert binaries is not None
    with tempfile.TemporaryDirectory(prefix="faqpg", ignore_cleanup_errors=True) as name:
        home = Path(name)
        _give_away(home)
        data = home / "data"
        _run(binaries / "initdb", "-D", data, "-U", "faq", "-A", "trust", "-E", "UTF8",
             "--no-locale", "--no-sync")  # fmt: skip
        options = f"-c listen_addresses= -c unix_socket_directories={home} -c fsync=off"
        control = (binaries / "pg_ctl", "-D", data, "-w", "-l", home / "log")
        _run(*control, "-o", options, "start")
        try:
            yield f"postgresql://faq@/postgres?host={home}"
        finally:
            _run(*control, "-m", "immediate", "stop")


def restart(address: str) -> None:
    """Stop the throw-away server as in an emergency, and start it again."""
    home = Path(address.rpartition("host=")[2])
    options = f"-c listen_addresses= -c unix_socket_directories={home} -c fsync=off"
    _run(find_binaries() / "pg_ctl", "-D", home / "data", "-w", "-l", home / "log",
         "-m", "fast", "-o", options, "restart")  # fmt: skip


def _give_away(home: Path) -> None:
    # PostgreSQL refuses to run as root.
    if os.geteuid() == 0:
        shutil.chown(home, "postgres", "postgres")


def _run(*command: object) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    done = subprocess.run(
        words, cwd="/", capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
