"""HTML: what a clinic's page says, by how far each way of saying it is trusted."""

import json
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqlib import Entry, formats
from faqlib.formats import Document
from faqlib.formats.html_markdown import to_markdown
from faqlib.formats.html_tree import fragment
from faqlib.markup import render_html, render_text


def read(html: str) -> Document:
    return formats.read(html, format="html", name="page.html")


def pairs(html: str) -> list[tuple[str, str]]:
    return [(entry.question, entry.answer) for entry in read(html).entries]


def ld(data: object) -> str:
    """A script of structured data, written so that no answer ends it."""
    text = json.dumps(data).replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>'


def question(name: str = "One?", text: str = "First.") -> dict[str, object]:
    return {"@type": "Question", "name": name, "acceptedAnswer": {"@type": "Answer", "text": text}}


PAGE = {"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": [question()]}


@pytest.mark.parametrize(
    "html",
    [
        ld(PAGE),
        ld([PAGE]),
        ld({"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, PAGE]}),
        ld(PAGE | {"@type": ["WebPage", "FAQPage"]}),
        ld(PAGE | {"mainEntity": question()}),
        ld(
            {
                "@type": "WebPage",
                "hasPart": {"@type": "https://schema.org/FAQPage", "x": [question()]},
            }
        ),
        ld({"@type": "Organization"}) + ld(PAGE),
        ld(question("One?", "<p>First.</p>")),
        ld(question("One&#63;", "&lt;p&gt;First.&lt;/p&gt;")),
        ld(question(" <b>One?</b> ", "<div>First.<script>alert(1)</script></div>")),
        ld({"@type": "Question", "name": "One?", "acceptedAnswer": [{"text": "First."}]}),
        ld({"@type": "Question", "name": "One?", "suggestedAnswer": {"text": "First."}}),
        ld(PAGE).replace("+json", "+json; charset=utf-8").replace(">{", "><!--\n{", 1),
        "<div itemscope itemtype='https://schema.org/Question'><h3 itemprop=name>One?</h3>"
        "<div itemprop=acceptedAnswer itemscope><div itemprop=text>First.</div></div></div>",
        "<div typeof='schema:Question'><h3 property='schema:name'>One?</h3>"
        "<div property='acceptedAnswer'><div property='schema:text'>First.</div></div></div>",
        "<div itemscope itemtype='http://schema.org/Question'><meta itemprop=name content='One?'>"
        "<div itemprop=acceptedAnswer><meta itemprop=text content='First.'></div></div>",
        "<details><summary>One?</summary>First.</details>",
        "<details open><summary><h3>One? <i aria-hidden=true>+</i></h3></summary>"
        "<p>First.</p></details>",
        "<dl><dt>One?</dt><dd>First.</dd></dl>",
        "<dl><div><dt>One?<dd>First.</div></dl>",
        "<h3><button aria-expanded=false aria-controls=a>One?</button></h3>"
        "<div id=a hidden>First.</div>",
        "<div role=button aria-expanded=false>One?</div><div style='display: none'>First.</div>",
        "<a data-bs-target='#c'>One?</a><div id=c class=collapse>First.</div>",
        "<p class='schema-faq-question'>One?</p><p class='schema-faq-answer'>First.</p>",
        "<h2>One?</h2><p>First.</p>",
        "<div><div><h3>One?</h3></div></div><div><p>First.</p></div>",
        "<h3>One?</h3><div hidden>First.</div>",
        "<p><strong>One?</strong></p><p>First.</p>",
        "<p>Q: One?</p><p>A: First.</p>",
        "<p>One?</p><p>First.</p>",
    ],
)
def test_a_question_is_found_however_the_page_marks_it(html: str) -> None:
    page = f"<!doctype html><html><head><title>T</title></head><body>{html}</body></html>"
    assert pairs(page) == [("One?", "First.")]


ALL_WAYS = (
    ld(PAGE) + "<body><nav><details><summary>Menu?</summary>x</details></nav><main><h1>Our FAQ</h1>"
    "<div itemscope itemtype='https://schema.org/Question'><h3 itemprop=name>{1}</h3>"
    "<div itemprop=acceptedAnswer><p itemprop=text>micro</p></div></div>"
    "<details><summary>{2}</summary>details</details>"
    "<dl><dt>{3}<dd>dl<dt>Monday<dd>8–12</dl>"
    "<h3><button aria-controls=p aria-expanded=false>{4}</button></h3><div id=p>panel</div>"
    "<h2>Money</h2><h3>{5}</h3><p>heading</p>"
    "<h2>Still have questions?</h2><p>Call us.</p></main>"
    "<footer><h3>Where?</h3><p>Here.</p></footer></body>"
)


def test_a_page_that_marks_each_question_in_another_way_gives_them_all() -> None:
    html = ALL_WAYS
    for number, word in enumerate(["Two?", "Three?", "Four?", "Five?", "Six?"], 1):
        html = html.replace(f"{{{number}}}", word)
    document = read(html)
    assert [(entry.question, entry.answer) for entry in document.entries] == [
        ("One?", "First."),
        ("Two?", "micro"),
        ("Three?", "details"),
        ("Four?", "dl"),
        ("Five?", "panel"),
        ("Six?", "heading"),
    ]
    assert document.entries[5].category == "Money"
    assert document.title == "Our FAQ"
    assert "Call us." in [aside.text for aside in document.set_aside]


def test_the_most_trusted_way_wins_and_nothing_comes_twice() -> None:
    html = ALL_WAYS
    for number in range(1, 6):
        html = html.replace(f"{{{number}}}", " ONE? ")
    assert pairs(html) == [("One?", "First.")]


def test_an_invitation_to_call_is_no_question() -> None:
    document = read(f"{ld(PAGE)}<h2>Still have questions?</h2><p>Call us.</p>")
    assert len(document.entries) == 1
    assert document.set_aside[0].text == "Still have questions?"


def test_structured_data_that_is_no_json_is_named_and_the_rest_read() -> None:
    page = '<script type="application/ld+json">{"@type":</script>\n<h2>One?</h2><p>First.</p>'
    document = read(page)
    assert len(document.entries) == 1
    (warning,) = document.warnings
    assert (warning.line, warning.severity) == (1, "warning")


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>a <b>b</b> <em>c</em> <s>d</s> <code>e*</code></p>", "a **b** *c* ~~d~~ `e*`"),
        ("<ul><li>a<li>b<ol><li>c</ol></ul>", "- a\n- b\n  1. c"),
        ("<ol start=3><li><p>a</p><p>b</p></ol>", "3. a\n\n   b"),
        (
            "<table><tr><th>a<th>b<tr><td>1|2<td>c<br>d</table>",
            "| a | b |\n| --- | --- |\n| 1\\|2 | c; d |",
        ),
        ("<table><tr><td><p>layout</p></table>", "layout"),
        ("<a href='https://a.example/x(1)'>a</a>", "[a](<https://a.example/x(1)>)"),
        ("<a href='https://a.example/'>https://a.example/</a>", "<https://a.example/>"),
        ("<a href='javascript:x'>a</a> <a href='/b'>b</a>", "a b"),
        ("a<br>b<br><br>c", "a\\\nb\n\nc"),
        ("<h2>a <b>b</b></h2>c", "## a **b**\n\nc"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<pre>a\n  b`</pre>", "```\na\n  b`\n```"),
        ("10<sup>6</sup> H<sub>2</sub>O x<sup>th</sup>", "10⁶ H₂O x^th"),
        ("<img src='https://a.example/i.png' alt=a><img src='x.png' alt=b><img src='x.png'>", "![a](https://a.example/i.png)b"),
        ("<iframe src='https://v.example/1' title=Film></iframe>", "[Film](https://v.example/1)"),
        ("# a * b _c_ [d] &lt;e&gt; 1. f", "# a \\* b \\_c\\_ \\[d\\] \\<e> 1. f"),
        ("<p># a</p><p>1. b</p><p>- c</p>", "\\# a\n\n1\\. b\n\n\\- c"),
        ("a<b> b </b>c", "a **b** c"),
        ("a<b>b</b><b>c</b>d", "a**bc**d"),
        ("<b>a <i>b</i></b><b><i>c</i> d</b>", "**a *bc* d**"),
        ("<i>a <b>b</b></i><i><b>c</b> d</i>", "*a **bc** d*"),
        ("<b>a <i>b</i></b><i>c</i>", "**a *b***c"),
        ("<b>a<br><br>b</b>", "**a**\n\n**b**"),
        ("<b> a.</b>b", "a.b"),
        ("<b><a href='/b'><b>a</b></a></b>", "**a**"),
        ("a<b>(b)</b>c", "a(b)c"),
        ("Hi!<a href='https://a.example'>b</a>", "Hi\\![b](https://a.example)"),
        ("<script>x</script><style>y</style><p hidden>z</p><form>f<input></form>a", "a"),
        ("<span class=sr-only>x</span><span aria-hidden=true>y</span>a&nbsp;b", "a b"),
        ("<dl><dt>a<dd>b</dl>", "**a**\n\nb"),
    ],
)  # fmt: skip
def test_answers_become_clean_markdown(html: str, markdown: str) -> None:
    wanted = "\\" + markdown if markdown.startswith("# a \\*") else markdown
    assert to_markdown(fragment(html, "")) == wanted


MARKDOWN = st.lists(
    st.sampled_from(
        [
            "a",
            "b c",
            "*x*",
            "**y**",
            "`z`",
            "[l](https://a.example/c)",
            "# ",
            "\n",
            "\n\n",
            "- ",
            "1. ",
            " ",
            "> ",
            "|a|b|\n|-|-|\n|c|d|\n",
            "```\nq\n```\n",
            "_",
            "~~s~~",
            "&",
            "<i>",
            "\\",
            "![p](https://q.example)",
            "é",
            "---\n",
            "+",
            "=",
            "    ",
            "!",
            "#",
        ]
    ),
    max_size=14,
).map("".join)


@given(MARKDOWN)
def test_no_word_is_lost_or_gained_on_the_way_through_html(markdown: str) -> None:
    def words(text: str) -> str:
        return "".join(char for char in render_text(text) if char not in " \n·;")

    assert words(to_markdown(fragment(render_html(markdown), ""))) == words(markdown)


def test_details_that_only_fold_questions_are_the_category_of_these() -> None:
    def toggle(summary: str, body: str) -> str:
        shown = f"<summary style='font-weight:600'>{summary}</summary>"
        return f"<ul class=toggle><li><details open>{shown}{body}</details></li></ul>"

    def found(html: str) -> list[tuple[str, str, str]]:
        return [(entry.question, entry.answer, entry.category) for entry in read(html).entries]

    asked = toggle("One?", "<p>First.</p>") + toggle("Two", "<p>Second.</p>")
    assert found(asked) == [("One?", "First.", ""), ("Two", "Second.", "")]
    assert found(toggle("Money", f"<div class=indented>{asked}</div>") + toggle("3", "c")) == [
        ("One?", "First.", "Money"),
        ("Two", "Second.", "Money"),
        ("3", "c", ""),
    ]
    assert [one for one, _, _ in found(toggle("Money", f"<p>Note.</p>{asked}"))] == ["Money"]
    assert [one for one, _, _ in found(toggle("Hours", toggle("Monday", "8–12")))] == ["Hours"]
    assert [one for one, _, _ in found(toggle("How?", asked))] == ["How?"]


def test_a_bold_question_may_have_its_answer_beside_it() -> None:
    assert pairs("<p><b>One?</b> 1</p><p><strong>Two?</strong><br>2</p><p><b>Three? </b>3</p>") == [
        ("One?", "1"),
        ("Two?", "2"),
        ("Three?", "3"),
    ]


def test_rows_of_a_table_are_questions_where_its_columns_say_so_or_each_asks() -> None:
    named = (
        "<table><thead><tr><th>Topic<th>Question<th>Answer<th>No.</thead>"
        "<tr><td>Money<td>Is it dear?<td><p>No.</p><ul><li>a<li>b</ul><td>1"
        "<tr><td><td>Parking<td>Free.<td>2<tr><td>Only a topic</table>"
    )
    entries = read(named).entries
    assert [(entry.question, entry.answer, entry.category) for entry in entries] == [
        ("Is it dear?", "No.\n\n- a\n- b", "Money"),
        ("Parking", "Free.", ""),
    ]
    assert pairs("<table><tr><td><b>One?</b><td>1<tr><td>Two?<td>2</table>") == [
        ("One?", "1"),
        ("Two?", "2"),
    ]
    prices = "<table><tr><td>Visit<td>50 €<tr><td>Call<td>20 €</table>"
    assert [one for one, _ in pairs(f"<h2>What does it cost?</h2>{prices}")] == [
        "What does it cost?"
    ]


def test_a_button_or_term_that_asks_nothing_is_a_question_among_others_that_ask() -> None:
    def button(number: int, text: str, kind: str) -> str:
        shown = f'<button class="{kind} closed" aria-controls=p{number}>{text}</button>'
        return f"{shown}<div id=p{number}>{number}</div>"

    asked = button(1, "One?", "faq") + button(2, "Hours", "faq") + button(3, "Three?", "faq")
    menu = button(4, "Share this", "menu")
    assert pairs(asked + menu) == [("One?", "1"), ("Hours", "2"), ("Three?", "3")]
    listed = "<dl><dt>One?<dd>1<dt>Hours<dd>2<dt>Three?<dd>3</dl><dl><dt>Monday<dd>8–12</dl>"
    assert pairs(listed) == [("One?", "1"), ("Hours", "2"), ("Three?", "3")]


def test_headings_above_lists_and_panels_are_categories_where_they_divide_them() -> None:
    def panel(number: int) -> str:
        shown = f"<h3><button aria-controls=p{number}>Question {number}?</button></h3>"
        return f"{shown}<div id=p{number}><h4>Note</h4>{number}</div>"

    page = (
        "<header><h2>Our clinic</h2></header><main><h1>FAQ</h1><details><summary>First?</summary>"
        f"<h2>Inside</h2>a</details><h2>Money</h2>{panel(1)}{panel(2)}<h2>Any doubts?</h2>"
        "<h2>Visits</h2><dl><dt>When?<dd>Now</dl><h3>At home</h3><table><tr><td>Where?<td>Here"
        "</table></main>"
    )
    assert {entry.question: entry.category for entry in read(page).entries} == {
        "First?": "",
        "Question 1?": "Money",
        "Question 2?": "Money",
        "When?": "Visits",
        "Where?": "At home",
    }
    alone = f"<h1>Clinic</h1><h2>Questions and answers</h2>{panel(1)}{panel(2)}"
    assert [entry.category for entry in read(alone).entries] == ["", ""]


def test_pages_of_google_docs_are_bold_by_their_style_sheet() -> None:
    html = (
        "<head><style>.c1{color:#000;font-weight:700}.c2{font-weight:400}.c3{font-style:italic}"
        "</style></head><body><p class=title><span>FAQ</span></p>"
        "<p><span class=c1>One?</span></p><p><span class='c2'>First, </span>"
        "<span class='c1 c3'>really</span><span style='font-weight: bold'>!</span></p>"
        "<h2><span>Money</span></h2><p><span class=c1>Two?</span></p><p>See <a href='https://"
        "www.google.com/url?q=https://a.example/%3Fb%3D1&amp;sa=D&amp;usg=x'>this</a>.</p></body>"
    )
    entries = read(html).entries
    assert [(entry.question, entry.answer, entry.category) for entry in entries] == [
        ("One?", "First, ***really*!**", ""),
        ("Two?", "See [this](https://a.example/?b=1).", "Money"),
    ]


def test_lists_of_pages_that_word_saved_are_lists() -> None:
    def item(mark: str, text: str) -> str:
        shown = f"<span style='mso-list:Ignore'>{mark}<span>&nbsp; </span></span>"
        style = "text-indent:-18.0pt;mso-list:l0 level1 lfo1"
        return f'<p style="{style}"><![if !supportLists]>{shown}<![endif]>{text}</p>\n'

    html = f"<p><b>One?</b></p><p>See:</p>{item('·', 'a')}{item('·', 'b')}{item('1.', 'c')}<p>d</p>"
    assert pairs(html) == [("One?", "See:\n\n- a\n- b\n\n1. c\n\nd")]


NESTED = st.recursive(
    st.sampled_from(["a", "b ", " c", "d.", "(e)", " ", "<br>", "！"]),
    lambda inner: st.builds(
        "<{0}>{1}</{0}>".format,
        st.sampled_from(["b", "i", "s", "a href=/"]),
        st.lists(inner, min_size=1, max_size=4).map("".join),
    ),
    max_leaves=12,
)


@given(st.lists(NESTED, max_size=4).map("".join))
def test_no_marks_of_nested_parts_are_shown(html: str) -> None:
    shown = render_text(to_markdown(fragment(html, "")))
    assert not set(shown) & {"*", "~", "\\"}


class Scripts(HTMLParser):
    """Collects the content of scripts, and checks that every element is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._open: list[str] = []
        self._kind = ""
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br", "hr", "img"):
            self._open.append(tag)
        self._kind = dict(attrs).get("type") or "" if tag == "script" else ""

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        self._kind = ""

    def handle_data(self, data: str) -> None:
        if self._kind:
            self.found[self._kind] = self.found.get(self._kind, "") + data


HOSTILE = Entry(
    "</script><script>alert(1)</script>?",
    "<!-- </title> --> **a** & b\n\n- c",
    category="</h2><img src=x onerror=alert(1)>",
    notice="<script>",
)


def test_a_written_page_is_complete_and_nothing_in_it_runs() -> None:
    page = str(formats.write([HOSTILE, Entry("Two?", "2", lang="de")], format="html"))
    assert page.startswith("<!DOCTYPE html>\n<html lang=")
    scripts = Scripts(page).found
    assert set(scripts) == {"application/ld+json", "application/vnd.faqlib+json"}
    data = json.loads(scripts["application/ld+json"])
    assert data["@type"] == "FAQPage"
    assert data["mainEntity"][0]["name"] == HOSTILE.question
    assert data["mainEntity"][0]["acceptedAnswer"]["text"] == render_html(HOSTILE.answer)
    assert page.count("alert(1)</script>") == 0


def test_the_structured_data_of_a_written_page_reads_back_too() -> None:
    entries = [Entry("One?", "**a** b\n\n- c\n- d"), Entry("Two?", "[x](https://a.example)")]
    page = str(formats.write(entries, format="html")).replace("vnd.faqlib", "vnd.other")
    assert pairs(page) == [(entry.question, entry.answer) for entry in entries]


def test_questions_that_are_alike_or_have_no_answer_are_told_and_not_dropped() -> None:
    document = read("<h3>One?</h3><p>1</p><h3>Two?</h3><h3>One?</h3><p>other</p><h3>Us</h3>")
    assert [(entry.id, entry.answer) for entry in document.entries] == [
        ("one", "1"),
        ("one-2", "other"),
    ]
    assert "with another answer" in document.warnings[0].message
    assert [(aside.text, aside.reason) for aside in document.set_aside] == [
        ("Two?", "a question without an answer")
    ]


def test_a_panel_is_read_once_however_many_buttons_open_it() -> None:
    buttons = "<button aria-controls=x>One?</button>" * 50
    (entry,) = read(f"{buttons}<div id=x>{'<i>a</i> ' * 9_000}</div>").entries
    assert entry.question == "One?"


def test_a_table_in_a_table_is_read_once() -> None:
    inner = "<table><tr><td>b<td>c</table>"
    (entry,) = read(f"<h3>One?</h3><table><tr><td>a{inner}<td>d</table>").entries
    assert entry.answer == "a\n\n| b | c |\n| --- | --- |\n\nd"


def test_only_published_entries_stand_in_a_page() -> None:
    entries = [Entry("One?", "1"), Entry("Two?", "canary", status="draft")]
    page = str(formats.write(entries, format="html"))
    assert "canary" not in page
    assert "Two?" not in page


Q = "<details><summary>One?</summary>First.</details>"


@pytest.mark.parametrize(
    ("html", "message"),
    [
        ("<div>" * 10_000 + Q, "nested too deep"),
        ("<b>" * 100_000 + Q, "nested too deep"),
        (f"<a {' '.join(f'x{number}=1' for number in range(50_000))}>{Q}", "attributes"),
        ("<p>x</p>" * 150_000, "more than 200,000 tags"),
        ("<!-- nothing -->", "holds no"),
        ("<p>hello</p>", "holds no question"),
    ],
    ids=["deep", "open", "attributes", "tags", "comment", "text"],
)
def test_a_page_beyond_all_bounds_is_refused_at_once(html: str, message: str) -> None:
    start = time.process_time()
    with pytest.raises(formats.ImportFormatError, match=message):
        read(html)
    assert time.process_time() - start < 60  # a hang, not a slow machine


@pytest.mark.parametrize(
    "html",
    [
        f"<nav>Menu</nav>\x07<h3>Parking?</h3>\x07<p>Yes.</p>{Q}\x07",
        "<details><summary>One?</summary>\x07First.</details>",
    ],
    ids=["frame", "details"],
)
def test_a_control_character_behind_an_element_is_a_problem_and_no_crash(html: str) -> None:
    with pytest.raises(formats.ImportFormatError, match="control character U\\+0007"):
        read(html)


@pytest.mark.parametrize(
    "html",
    [
        f"{'<div>' * 1000}{Q}{'</div>' * 1000}",
        f"<details><summary>One?</summary>{'<ul><li>' * 900}First.",
        f"<details><summary>One?</summary>{'<span>' * 1900}First.",
        f'<script type="application/ld+json">{"[" * 100_000}</script>{Q}',
        f"{'<script>' * 20_000}</script>{Q}",
    ],
    ids=["outside", "lists", "spans", "json", "scripts"],
)
def test_a_deep_page_is_read_without_running_into_the_recursion_limit(html: str) -> None:
    (entry,) = read(html).entries
    assert render_text(entry.answer) == "First."


def test_the_rest_of_a_page_above_its_questions_is_not_told() -> None:
    """A page has more than its questions: what stands above them is no lost one."""
    above = "<h1>Us</h1><p>Welcome.</p><p>Our house is old.</p><p>Come in.</p>"
    document = read(f"{above}<h2>One?</h2><p>First.</p><h2>Two?</h2><p>Second.</p>")
    assert [entry.question for entry in document.entries] == ["One?", "Two?"]
    assert document.set_aside == ()
