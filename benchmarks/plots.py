"""The pictures of docs/benchmarks.md: one a question, as small SVG files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "docs" / "benchmarks"


def bars(name: str, title: str, values: Mapping[str, Mapping[str, float]], unit: str) -> str:
    """Draw groups of bars on a logarithmic scale: ``values`` has by engine a value for each group.

    Returns:
        The Markdown that shows the picture.
    """
    pyplot = _pyplot(name)
    groups: Sequence[str] = list(next(iter(values.values())))
    width = 0.8 / len(values)
    figure, axes = pyplot.subplots(figsize=(7, 3))
    for number, (engine, by_group) in enumerate(values.items()):
        places = [at + number * width for at, group in enumerate(groups) if group in by_group]
        axes.bar(places, by_group.values(), width, label=engine)
    axes.set_yscale("log")
    axes.set_ylabel(unit)
    axes.set_title(title)
    axes.set_xticks([at + 0.4 - width / 2 for at in range(len(groups))], groups)
    axes.legend(fontsize="x-small", ncols=2)
    return _saved(figure, name, title)


def rows(name: str, title: str, values: Mapping[str, float], unit: str) -> str:
    """Draw one bar for each value, the first one on top. Returns the same."""
    pyplot = _pyplot(name)
    figure, axes = pyplot.subplots(figsize=(7, 0.6 + 0.3 * len(values)))
    axes.barh([label.replace("`", "") for label in values], values.values(), 0.6)
    axes.invert_yaxis()
    axes.set_xlabel(unit)
    figure.suptitle(title)  # over the labels too: above the bars alone a long one is cut off
    return _saved(figure, name, title)


def _pyplot(name: str) -> Any:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = name  # the same figures, the same file
    from matplotlib import pyplot

    return pyplot


def _saved(figure: Any, name: str, title: str) -> str:
    FOLDER.mkdir(exist_ok=True)
    figure.tight_layout()
    figure.savefig(FOLDER / f"{name}.svg", metadata={"Date": None})
    figure.clear()
    return f"![{title}](benchmarks/{name}.svg)"
