"""Find a Chromium for the browser tests, or install one: with apt as root, else with Playwright."""

import os
import shutil
import subprocess
import sys
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


def install() -> None:
    """Install a Chromium by the way that fits this machine."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=True)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def main() -> int:
    """Print the path of a Chromium; exit 1 with the fix if there is none."""
    if not (find_chromium() or find_playwright_chromium()):
        try:
            install()
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"No Chromium, and none could be installed ({error}).", file=sys.stderr)
            print("Install one, or name it in FAQ_CHROMIUM.", file=sys.stderr)
            return 1
    print(find_chromium() or find_playwright_chromium())
    return 0


if __name__ == "__main__":
    sys.exit(main())
