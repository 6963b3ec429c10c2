"""Find a Chromium for the browser tests, or install one: with apt as root, else with Playwright."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_chromium() -> str | None:
    """The path of an installed Chromium, or None."""
    named = os.environ.get("FAQ_CHROMIUM")
    if named:
        return named
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def find_playwright_chromium() -> str | None:
    """The path of the Chromium that Playwright itself downloaded, or None."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def find() -> str | None:
    """The path of any Chromium, or None."""
    return find_chromium() or find_playwright_chromium()


def install_with_apt() -> None:
    """Install Debian's Chromium, where that is possible."""
    if not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")):
        raise OSError("apt needs root")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
        subprocess.run(["apt-get", *words], check=True, env=quiet, stdout=subprocess.DEVNULL)


def install_with_playwright() -> None:
    """Download Playwright's own Chromium."""
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


WAYS: tuple[Callable[[], None], ...] = (install_with_apt, install_with_playwright)


def main() -> int:
    """Print the path of a Chromium; exit 1 with the fix if there is none."""
    failures = []
    for install in WAYS:
        if path := find():
            print(path)
            return 0
        try:
            install()
        except (OSError, subprocess.CalledProcessError) as error:
            failures.append(str(error))
    if path := find():
        print(path)
        return 0
    print(f"No Chromium, and none could be installed ({'; '.join(failures)}).", file=sys.stderr)
    print("Install one, or name it in FAQ_CHROMIUM.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
