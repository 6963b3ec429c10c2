"""Answers: what Markdown becomes as HTML, as a tree and as text, and what never comes out."""

import json
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faqlib.markup import (
    ATTRIBUTES,
    TAGS,
    escape_markdown,
    node_lines,
    render_html,
    render_text,
    render_tree,
    sanitize,
)

PIECES = st.sampled_from(
    [
        "*",
        "_",
        "**",
        "`",
        "```\n",
        "[a](",
        "![",
        "](",
        ")",
        "<",
        "<b>",
        "</script>",
        "\n",
        "\n\n",
        "- ",
        "1. ",
        "# ",
        " ",
        "|",
        "|-|\n",
        "&lt;",
        "&",
        "~~",
        "\\",
        "javascript:alert(1)",
        "https://a.example/",
        "data:text/html,x",
        "> ",
        "    ",
        "---\n",
        "===\n",
        ":-",
        "+ ",
        "\t",
        "<img src=x onerror=alert(1)>",
        '" onclick="x',
        "\xa0",
        "word",
        "&#x6a;avascript:x",
    ]
)
MARKDOWN = st.lists(PIECES | st.text(max_size=3), max_size=20).map("".join)


class Opened(HTMLParser):
    """The start tags of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_lists_tables_emphasis_and_code_are_shown() -> None:
    html = render_html("- **a**\n- ~~b~~\n\n|x|y|\n|-|-|\n|1|`2`|\n")
    assert "<li><strong>a</strong></li>" in html
    assert "<s>b</s>" in html
    assert '<th scope="col">x</th>' in html
    assert "<td><code>2</code></td>" in html


@pytest.mark.parametrize(
    ("markdown", "tags"),
    [
        ("# A\n\n### B\n\n###### C", ["h4", "h5", "h6"]),
        ("##### A", ["h4"]),
        ("## A\n\n# B", ["h5", "h4"]),
        ("# 1\n## 2\n### 3\n#### 4\n##### 5", ["h4", "h5", "h6", "h6", "h6"]),
        ("A\n=\n\nB\n-", ["h4", "h5"]),
    ],
)
def test_headings_start_at_h4_and_leave_no_level_out(markdown: str, tags: list[str]) -> None:
    assert re.findall(r"<(h\d)>", render_html(markdown)) == tags


@pytest.mark.parametrize(
    "url", ["https://a.example/x?y=1", "mailto:a@b.example", "tel:+4512345678"]
)
def test_a_link_with_an_allowed_scheme_tells_the_other_side_nothing(url: str) -> None:
    ((_, attributes),) = Opened(render_html(f"[x]({url})")).tags[1:]
    assert attributes == {"href": url, "rel": "noopener noreferrer"}


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "data:text/html,x",
        "vbscript:x",
        "/path",
        "//a.example",
        "#top",
        "ftp://a.example",
        "&#106;avascript:x",
        "java&#10;script:x",
        "\x01javascript:x",
        "",
    ],
)
def test_any_other_address_is_dropped_and_its_text_stays(url: str) -> None:
    html = render_html(f"see [the page](<{url}>) now")
    assert "<a" not in html
    assert "see the page now" in html


def test_images_come_over_https_only() -> None:
    html = render_html("![a](https://x.example/a.png) ![b](http://x.example/b.png) ![c](data:x)")
    (image,) = [attributes for tag, attributes in Opened(html).tags if tag == "img"]
    assert image == {
        "src": "https://x.example/a.png",
        "alt": "a",
        "loading": "lazy",
        "referrerpolicy": "no-referrer",
    }
    assert html.endswith("b c</p>")


def test_raw_html_shows_as_text() -> None:
    assert render_html("<b onclick=x>hi</b>") == "<p>&lt;b onclick=x&gt;hi&lt;/b&gt;</p>"


def test_the_same_answer_is_the_same_html_in_every_process() -> None:
    """Attributes in another order would be another ETag in each worker."""
    answer = '![a](https://x.example/a "t") [b](https://c.example "t")'
    code = f"from faqlib.markup import *; print(render_html({answer!r}))"
    seen = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
        for _ in range(3)
    }
    assert len(seen) == 1


@given(MARKDOWN)
def test_only_allowed_tags_and_attributes_come_out_of_any_text(markdown: str) -> None:
    html = render_html(markdown)
    extra = {"a": {"rel"}, "img": {"loading", "referrerpolicy"}, "th": {"scope"}}
    for tag, attributes in Opened(html).tags:
        assert tag in TAGS
        assert attributes.keys() <= ATTRIBUTES.get(tag, set()) | extra.get(tag, set())
        assert re.match(r"https?:|mailto:|tel:", attributes.get("href") or "https:")
        assert (attributes.get("src") or "https://").startswith("https://")
    assert sanitize(html) == html


@given(MARKDOWN | st.text())
def test_sanitizing_twice_changes_nothing(html: str) -> None:
    assert sanitize(sanitize(html)) == sanitize(html)


def _texts(nodes: list[Any]) -> str:
    return "".join(node if isinstance(node, str) else _texts(node[2:]) for node in nodes)


@given(MARKDOWN)
def test_the_tree_holds_what_the_html_shows(markdown: str) -> None:
    tree = render_tree(markdown)
    opened = [tag for tag, _ in Opened(render_html(markdown)).tags]

    def tags(nodes: list[Any]) -> list[str]:
        inner = [node for node in nodes if not isinstance(node, str)]
        return [tag for node in inner for tag in (node[0], *tags(node[2:]))]

    assert tags(tree) == opened
    assert json.loads(json.dumps(tree)) == tree


def test_the_tree_is_json_of_texts_and_elements() -> None:
    assert render_tree("- *a* b\n- [c](tel:+1)\n\nd") == [
        [
            "ul",
            {},
            ["li", {}, ["em", {}, "a"], " b"],
            ["li", {}, ["a", {"href": "tel:+1", "rel": "noopener noreferrer"}, "c"]],
        ],
        ["p", {}, "d"],
    ]


def test_words_of_items_cells_and_lines_never_run_together() -> None:
    text = render_text(
        "# a\n- b\n- c\n  - d\n\n|e|f|\n|-|-|\n|g|h|\n\ni  \nj ![k](https://l.example)"
    )
    assert text.split("\n") == ["a", "b", "c", "d", "e · f", "g · h", "i", "j k"]


def test_links_keep_their_text_and_code_its_lines() -> None:
    assert render_text("[here](https://a.example) `x*y`\n\n```\n1\n 2\n```") == "here x*y\n1\n2"


PLAIN = st.text("aZé9 .,)-'\"_\n", max_size=40) | st.lists(
    st.sampled_from(
        ["one", "2", "3.", "4)", "-", " ", "  ", "\n", "\n\n", "=", "é—", "a_b", "it's"]
    )
).map("".join)


@settings(max_examples=500)
@given(PLAIN)
def test_a_text_that_is_no_markdown_is_told_without_a_parser_and_is_the_same(text: str) -> None:
    assert render_text(text) == "\n".join(node_lines(render_tree(text)))


@given(MARKDOWN | st.text())
def test_escaped_text_shows_exactly_that_text(text: str) -> None:
    text = "".join(char for char in text if char.isprintable() or char in "\n\t")
    lines = (re.sub(r"[ \t]+", " ", line).strip(" ") for line in text.split("\n"))
    wanted = " ".join(line for line in lines if line)
    assert render_text(escape_markdown(text)).replace("\n", " ") == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Less than 10% (mostly) of patients",
        "1 in 3, 24–48 hours.",
        "snake_case",
        "A & B",
        "(a) b",
        "5+3=8",
        "a-b",
        "No. 5",
        "C# and F#",
        "50% - 60%",
        "x > y",
        "Dr. Smith, M.D.",
    ],
)
def test_everyday_text_is_not_littered_with_backslashes(text: str) -> None:
    assert escape_markdown(text) == text


def test_lone_surrogates_become_question_marks() -> None:
    assert render_html("a\ud800b") == "<p>a?b</p>"
    assert render_text("a\ud800b") == "a?b"


@pytest.mark.parametrize(
    "markdown",
    [
        "> " * 10_000 + "x",
        "\n".join("  " * level + "- x" for level in range(300)),
        "**a " * 5_000 + "a** " * 5_000,
        "[" * 20_000,
        "![" * 10_000,
        "<" * 50_000,
        "`" * 50_000,
        "|a" * 200 + "|\n" + "|-" * 200 + "|\n" + "|\n" * 2_000,
    ],
    ids=["quotes", "lists", "bold", "brackets", "images", "angles", "ticks", "table"],
)
def test_no_nesting_hangs_or_runs_into_the_recursion_limit(markdown: str) -> None:
    start = time.process_time()
    tree = render_tree(markdown)
    render_text(markdown)
    json.dumps(tree)
    assert time.process_time() - start < 60  # a hang, not a slow machine


@pytest.mark.parametrize(
    "markdown",
    [
        (("|a" * 100 + "|\n" + "|-" * 100 + "|\n" + "|\n" * 100 + "\n") * 82)[:50_000],
        f"[a]: https://x.example/{'b' * 25_000}\n\n" + "[a]" * 8_000,
        f"[a]: https://x.example/ '{'b' * 25_000}'\n\n" + "![a]" * 6_000,
    ],
    ids=["table", "link", "image"],
)
def test_no_answer_is_shown_as_many_times_its_length(markdown: str) -> None:
    """Empty cells and references cost a letter or two, and stand for any number."""
    assert len(render_html(markdown)) < 2_500_000


def test_what_is_beyond_the_bounds_of_an_answer_stays_as_text() -> None:
    link = f"[a]: https://x.example/{'b' * 25_000}\n\n" + "[word] " * 100
    shown = render_html(link.replace("[a]:", "[word]:"))
    assert shown.count("<a ") == 19
    assert render_text(link.replace("[a]:", "[word]:")).count("word") == 100
    tables = ("|a" * 100 + "|\n" + "|-" * 100 + "|\n" + "|\n" * 100 + "\n") * 81
    assert "|a|a|" in render_text(tables)
    whole = "|a" * 100 + "|\n" + "|-" * 100 + "|\n" + ("|b" * 100 + "|\n") * 200
    assert render_html(whole).count("<td>b</td>") == 20_000


def test_text_below_the_deepest_level_of_emphasis_is_kept() -> None:
    deep = "**a " * 500 + "a** " * 500
    assert render_text(deep).count("a") == 1000
    assert render_html(deep).count("<strong>") == 40


def test_threads_share_the_parser() -> None:
    answers = [f"# {n}\n\n- **{n}** [x](https://a.example/{n})\n" for n in range(200)]
    alone = [render_html.__wrapped__(answer) for answer in answers]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(render_html.__wrapped__, answers)) == alone
