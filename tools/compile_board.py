"""The build's hook: compiles the inner loops of the search where there is a C compiler.

Without one, or with ``FAQLIB_PURE=1`` in the environment, the wheel is one for every machine:
numpy does the same then, and a search takes up to three times as long.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path("faqlib", "search", "_board.pyx")


class CompiledBoard(BuildHookInterface[Any]):
    """Adds the compiled module to a wheel, or puts it into the checkout if that is installed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a wheel is built."""
        if self.target_name != "wheel" or os.environ.get("FAQLIB_PURE"):
            return
        self._work = TemporaryDirectory()  # gone when the build is
        try:
            made = compile_board(Path(self.root), Path(self._work.name))
        except Exception as error:  # noqa: BLE001 - whatever is missing, the package works without
            self.app.display_warning(f"The search is not compiled, and slower: {error}")
            return
        target = SOURCE.with_name(made.name)
        build_data |= {"pure_python": False, "infer_tag": True}
        if version == "editable":
            shutil.copy(made, Path(self.root, target))
        else:
            build_data["force_include"][str(made)] = str(target)


def compile_board(root: Path, to: Path) -> Path:
    """Compile the source below ``root``; where the module is."""
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension

    name = ".".join(SOURCE.with_suffix("").parts)
    fast = [] if os.name == "nt" else ["-O3", "-g0"]
    extension = Extension(name, [str(root / SOURCE)], extra_compile_args=fast)
    modules = cythonize([extension], build_dir=str(to), quiet=True)
    command = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
    command.build_lib = command.build_temp = str(to)
    command.ensure_finalized()
    command.run()
    return Path(command.get_outputs()[0])
