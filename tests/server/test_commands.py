"""The `widget-server` command: every command does its work and fails in one sentence."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from werkzeug.serving import make_server

from benchmarks.load import free_port
from faqlib import Site, open_store
from tests.server.conftest import PLAIN, parts
from widget_server import Settings, create_app, doctor, fetch
from widget_server.cli import main
from widget_server.csp import allows
from widget_server.page_texts import known_names

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), prog_name="widget-server")


def north(database: str) -> Site:
    with closing(open_store(database)) as store:
        return store.site("north")


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        yield (*words, name)


@pytest.mark.parametrize("words", [(), *commands(main)], ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...]) -> None:
    result = run(*words, "--help")
    assert result.exit_code == 0
    assert f"widget-server {' '.join(words)}".strip() in result.output.split("Example")[1]


def fails(result: Result, code: int = 1) -> str:
    assert result.exit_code == code
    sentence = result.stderr.strip()
    assert sentence.count("\n") == 0
    assert sentence.startswith("widget-server: ")
    return sentence


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (("nothing",), "widget-server --help"),
        (("site", "add"), "widget-server site add --help"),
        (("serve", "--port", "x"), "widget-server serve --help"),
    ],
)
def test_a_wrong_call_is_one_sentence_that_points_to_the_help(
    words: tuple[str, ...], about: str
) -> None:
    assert fails(run(*words), 2).endswith(f"; see {about}.")


def test_a_site_is_added_changed_and_listed(tmp_path: Path) -> None:
    db = ("--db", str(tmp_path / "faq.db"))
    origins = ("--add-origin", "https://a.example", "--add-origin", "https://www.a.example")
    assert run("site", "add", "north", *db, "--name", "North", *origins).exit_code == 0
    assert "already" in fails(run("site", "add", "north", *db))
    assert run("site", "set", "north", *db, "--remove-origin", "https://a.example",
               "--theme", "accent=#123456", "--contact", "phone=1", "--accept-questions",
               "--urgent-term", "help").exit_code == 0  # fmt: skip
    assert run("site", "set", "north", *db, "--contact", "phone=", "--lang", "de").exit_code == 0
    site = north(db[1])
    assert (site.name, site.lang, site.origins) == ("North", "de", ("https://www.a.example",))
    assert (dict(site.theme), dict(site.contact)) == ({"accent": "#123456"}, {})
    assert site.accept_questions
    assert site.urgent_terms == ("help",)
    assert run("site", "list", *db).output == "north\tNorth\thttps://www.a.example\n"
    assert '"id": "north"' in run("site", "list", "--json", *db).output
    assert run("site", "set", "north", *db, "--any-origin").exit_code == 0
    assert "any origin" in run("site", "list", *db).output


def test_a_site_cannot_be_opened_to_all_by_accident(tmp_path: Path) -> None:
    db = ("--db", str(tmp_path / "faq.db"))
    run("site", "add", "north", *db, "--add-origin", "https://a.example")
    assert "--any-origin" in fails(
        run("site", "set", "north", *db, "--remove-origin", "https://a.example")
    )
    assert "not among" in fails(
        run("site", "set", "north", *db, "--remove-origin", "https://b.example")
    )
    for wrong in ("*", "null", "https://*.a.example", "a.example", "https://a.example/x"):
        assert "is no origin" in fails(run("site", "set", "north", *db, "--add-origin", wrong))


def test_wrong_calls_are_2_and_other_errors_1(tmp_path: Path) -> None:
    db = ("--db", str(tmp_path / "faq.db"))
    assert run("site", "add", "south", *db).exit_code == 0
    assert "'north'" in fails(run("site", "set", "north", *db, "--name", "North"))
    assert "lower-case" in fails(run("site", "add", "NORTH", *db))
    fails(run("site", "add", "north"), 2)
    fails(run("site", "set", "north", *db, "--theme", "accent"), 2)
    fails(run("token", "create", *db), 2)
    fails(run("token", "create", *db, "--site", "north", "--all-sites"), 2)
    fails(run("nothing"), 2)
    assert "not supported" in fails(run("site", "list", "--db", "mysql://x/y"))


def test_a_file_that_is_not_there_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    place = tmp_path / "misspelt.db"
    for words in (
        "site list",
        "site set north --name x",
        "site snippet north --public-url https://a.example",
        "token list",
        "token revoke x",
        "token create --site north",
    ):
        assert "no database" in fails(run(*words.split(), "--db", str(place))), words
    assert not place.exists()


def test_what_would_show_nowhere_or_break_the_page_is_refused(tmp_path: Path) -> None:
    db = ("--db", str(tmp_path / "faq.db"))
    assert run("site", "add", "north", *db).exit_code == 0
    assert "search" in fails(run("site", "set", "north", *db, "--texts", "serach=Ask"))
    assert "accent" in fails(run("site", "set", "north", *db, "--theme", "color=#000"))
    (tmp_path / "site.yaml").write_text("texts: {serach: Ask}", "utf-8")
    file = str(tmp_path / "site.yaml")
    assert "texts.serach" in fails(run("site", "set", "north", *db, "--settings", file))
    assert "blurple" in fails(run("site", "set", "north", *db, "--theme", "accent=blurple"))
    assert "https" in fails(run("site", "set", "north", *db, "--webhook", "http://a.example/"))
    assert "Name what" in fails(run("site", "set", "north", *db), 2)
    assert run("site", "set", "north", *db, "--notice", "").exit_code == 0
    snippet = run("site", "snippet", "north", *db, "--public-url", "faq.example")
    assert "https://faq.example" in fails(snippet)


def test_settings_can_come_from_a_file(tmp_path: Path) -> None:
    db = ("--db", str(tmp_path / "faq.db"))
    file = ("--settings", str(ROOT / "examples" / "exosomes" / "site.yaml"))
    assert run("site", "add", "north", *db, *file, "--name", "North").exit_code == 0
    site = north(db[1])
    assert site.name == "North"
    assert site.categories[0] == "Basics"
    assert site.synonyms
    assert run("site", "set", "north", *db, "--any-origin", *file).exit_code == 0
    assert north(db[1]).name == "Harbor Lane Regenerative Clinic"
    broken = tmp_path / "broken.yaml"
    for text, words in (("a: [", "cannot be read"), ("- 1", "names with"), ("nam: x", "nam")):
        broken.write_text(text)
        assert words in fails(run("site", "set", "north", *db, "--settings", str(broken)))
    assert "cannot be read" in fails(run("site", "set", "north", *db, "--settings", "nowhere"))


def test_a_token_is_shown_once_and_revoked_by_its_id(tmp_path: Path) -> None:
    db = ("--db", str(tmp_path / "faq.db"))
    run("site", "add", "north", *db)
    assert "no site" in fails(run("token", "create", *db, "--site", "south"))
    made = run(
        "token", "create", *db, "--site", "north", "--write", "--note", "desk"
    ).output.strip()
    listed = run("token", "list", *db).output
    token_id = made.split("_")[1]
    assert listed.startswith(f"{token_id}\tnorth\twrite\t")
    assert listed.endswith("\tdesk\n")
    assert made.split("_", 2)[2] not in listed
    assert run("token", "revoke", *db, token_id).exit_code == 0
    assert "no such token" in fails(run("token", "revoke", *db, token_id))
    assert "\trevoked\t" in run("token", "list", *db).output
    assert run("token", "create", *db, "--all-sites").exit_code == 0
    assert "\tall sites\tread\t" in run("token", "list", *db).output


def test_the_snippet_of_the_command_is_that_of_the_builder(
    make_app: Callable[..., Flask], database: str
) -> None:
    app = make_app(public_url="https://faq.example")
    built = app.test_client().get("/builder.json?site=north&mode=launcher").get_json()
    words = ("snippet", "north", "--db", database, "--public-url", "https://faq.example")
    result = run("site", *words, "--mode", "launcher")
    assert result.stdout.strip() == built["snippet"]
    assert built["policy"] in result.stderr
    assert "4.5" in fails(run("site", *words, "--accent", "#ffee00"))
    assert "public_url" in fails(run("site", *words[:-1], "faq.example"))


def test_serve_refuses_wrong_settings_before_it_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)  # this process has handlers of its own
    serve = ("serve", "--db", str(tmp_path / "faq.db"), "--port", str(free_port()))
    monkeypatch.setenv("FAQ_PROXIES", "lots")
    assert "proxies" in fails(run(*serve))
    monkeypatch.setenv("FAQ_PROXIES", "1")
    monkeypatch.setenv("FAQ_RATE_STORAGE", "nowhere://:secret@host")
    said = fails(run(*serve))
    assert "rate_storage" in said
    assert "secret" not in said
    if importlib.util.find_spec("redis") is None:
        monkeypatch.setenv("FAQ_RATE_STORAGE", "redis://127.0.0.1")
        assert "pip install redis" in fails(run(*serve))


# The doctor


@pytest.fixture
def served(make_app: Callable[..., Flask]) -> Iterator[tuple[str, Flask]]:
    """The stored application on a real port."""
    import threading

    app = make_app()
    server = make_server("127.0.0.1", 0, app.wsgi_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", app
    server.shutdown()
    thread.join()
    server.server_close()


def findings(html: str, origin: str = "", policy: str = "") -> list[str]:
    return doctor.examine(doctor.Page(html, f"{origin}/page" if origin else "", policy))


@pytest.mark.parametrize(
    "tag",
    [
        '<script src="{0}/widget.js" data-site="north" defer></script>',
        '<script src="{0}/widget.js?site=north" defer></script>',
        '<faq-widget site="north"></faq-widget><script src="{0}/widget.js" defer></script>',
        '<script src="{0}/embed/north.js" defer></script>',
        '<script src="{0}/{1}" integrity="{2}" crossorigin data-site="north" defer></script>',
    ],
)
def test_the_doctor_finds_nothing_wrong_with_a_good_embed(
    served: tuple[str, Flask], tag: str
) -> None:
    base, app = served
    html = tag.format(base, parts(app).assets.pinned_name, parts(app).assets.integrity)
    assert findings(html, "http://north.example") == []


@pytest.mark.parametrize(
    ("html", "origin", "policy", "words"),
    [
        ("<p>Hello</p>", "", "", "no embed"),
        ("&lt;script src=widget.js", "", "", "stands on the page as text"),
        ('<faq-widget site="north"></faq-widget>', "", "", "no script"),
        ('<script src="{0}/widget.js"></script>', "", "", "names no site"),
        ('<script src="{0}/widget.js" data-site="nowhere"></script>', "", "", "no site 'nowhere'"),
        ('<script src="{0}/widget.js" data-site="south"></script>', "https://south.example", "",
         "widget-server site set south --add-origin https://south.example"),
        ('<script src="{0}/widget.js" data-site="south"></script>', "https://south.example", "",
         "www and no www"),
        ('<script src="{0}/widget.js" data-site="north"></script>', "https://n.example", "",
         "loads http"),
        ('<script src="{0}/widget.js" data-site="north"></script>', "http://n.example",
         "default-src 'self'", "script-src"),
        ('<script src="{0}/widget.js" data-site="north"></script>', "http://n.example",
         "script-src {0}; connect-src 'self'", "connect-src"),
        ('<meta http-equiv="Content-Security-Policy" content="script-src \'none\'">'
         '<script src="{0}/widget.js" data-site="north"></script>', "http://n.example", "",
         "script-src"),
        ('<script src="{0}/widget-0123456789ab.js" data-site="north"></script>', "", "",
         "answers 404"),
        ('<script src="{0}/widget.js" integrity="sha384-AAAA" data-site="north"></script>', "", "",
         "integrity does not fit"),
        ('<script src="{0}/widget.js" integrity="sha384-AAAA" data-site="north"></script>', "", "",
         "no crossorigin"),
        ('<script src="/widget.js" data-site="north"></script>', "", "", "not absolute"),
        ('<script src="{0}/widget.js" data-site="north" data-mode="popup"></script>', "", "",
         "write inline or launcher"),
        ('<script src="{0}/widget.js?site=north&theme=blue"></script>', "", "", "theme 'blue'"),
        ('<script src="{0}/widget.js?site=north&accent=blurple"></script>', "", "",
         "accent 'blurple' is no colour"),
        ('<script src="{0}/widget.js"></script><faq-widget site="north"></faq-widget>'
         '<faq-widget site="nowhere"></faq-widget>', "", "", "no site 'nowhere'"),
        ('<script src="{0}/widget.js" data-site="north"></script>'
         '<faq-widget site="nowhere"></faq-widget>', "", "", "no site 'nowhere'"),
    ],
)  # fmt: skip
def test_the_doctor_says_what_is_wrong(
    served: tuple[str, Flask], html: str, origin: str, policy: str, words: str
) -> None:
    found = findings(html.format(served[0]), origin, policy.format(served[0]))
    assert any(words in sentence for sentence in found), found
    assert all("\n" not in sentence and sentence.endswith((".", "example")) for sentence in found)


def test_the_doctor_tells_of_an_older_version(
    served: tuple[str, Flask], database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widget_server.assets._minified", lambda *_: b"/* older */")
    older = create_app({**PLAIN, "database": database})
    html = (
        f'<script src="{served[0]}/{parts(older).assets.pinned_name}" data-site="north"></script>'
    )
    assert "copy the snippet again for the new one" in findings(html)[0]


def test_the_doctor_reads_files_and_addresses(
    served: tuple[str, Flask], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.html"
    page.write_text(f'<script src="{served[0]}/widget.js" data-site="south"></script>')
    refused = run("doctor", str(page), "--origin", "http://evil.example")
    assert refused.exit_code == 1
    assert "evil.example" in refused.output
    good = run("doctor", str(page))
    assert (good.exit_code, good.stdout) == (0, "The embed is in order.\n")
    assert "--origin" in good.stderr
    assert "cannot be read" in fails(run("doctor", str(tmp_path / "none.html")))
    assert "does not answer" in fails(run("doctor", "http://127.0.0.1:9/"))
    preview = run("doctor", f"{served[0]}/preview?site=north")
    assert preview.exit_code == 0, preview.output


@pytest.mark.parametrize("place", ["http://[::1", "http://127.0.0.1:99999", "http://a..example"])
def test_an_address_that_leads_nowhere_is_told_in_a_sentence(tmp_path: Path, place: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(f'<script src="{place}/widget.js" data-site="north"></script>')
    assert "leads nowhere" in fails(run("doctor", str(page)))
    assert "leads nowhere" in fails(run("doctor", f"{place}/"))


def test_what_a_server_says_does_nothing_to_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.dumps({"message": "no\n\x1b]0;title\x07\x9b2J"}).encode()
    answer = fetch.Fetched("", 403, {}, said)
    monkeypatch.setattr("widget_server.doctor.fetch", lambda *_: answer)
    page = tmp_path / "page.html"
    page.write_text('<script src="http://faq.example/widget.js" data-site="north"></script>')
    shown = run("doctor", str(page)).output
    assert "no ?]0;title??2J" in shown
    assert shown.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        ("", True),
        ("img-src 'none'", True),
        ("default-src *", True),
        ("script-src 'none'", False),
        ("script-src https://faq.example", True),
        ("script-src faq.example", True),
        ("script-src http://faq.example", True),
        ("script-src https://*.example", True),
        ("script-src https://example", False),
        ("script-src https:", True),
        ("script-src http:", True),
        ("script-src https://faq.example:8443", False),
        ("script-src https://faq.example:*", True),
        ("script-src https://faq.example/widget.js", True),
        ("script-src https://faq.example/x/", False),
        ("script-src 'self' 'unsafe-inline'", False),
        ("script-src-elem 'none'; script-src *", False),
        ("SCRIPT-SRC HTTPS://FAQ.EXAMPLE", True),
        ("script-src *; script-src 'none'", True),
        ("default-src 'self'; script-src https://faq.example", True),
    ],
)
def test_a_policy_is_read_as_browsers_read_it(policy: str, allowed: bool) -> None:
    got = allows(policy, "script-src", "https://faq.example/widget.js", "https://n.example")
    assert got is allowed


# The documentation leaves nothing out


def options(command: click.Command) -> set[str]:
    found: set[str] = set()
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            found |= {*parameter.opts, *parameter.secondary_opts}
    return {name for name in found if name.startswith("--") and name != "--version"}


def test_every_command_and_option_is_documented() -> None:
    text = (ROOT / "docs" / "deploying.md").read_text("utf-8")

    def walk(group: click.Group, words: str) -> None:
        for name, command in group.commands.items():
            assert f"`{words} {name}" in text or isinstance(command, click.Group), f"{words} {name}"
            for option in options(command):
                assert option in text, f"{option} of {words} {name}"
            if isinstance(command, click.Group):
                walk(command, f"{words} {name}")

    walk(main, "widget-server")


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `FAQ_(\w+)` \|(.*?)\|", text, re.M))
    fields: dict[str, Any] = {
        item.name.upper(): item.default for item in dataclasses.fields(Settings)
    }
    assert set(rows) == set(fields)
    for name, default in fields.items():
        shown = "" if default == () else str(default)
        shown = shown.lower() if isinstance(default, bool) else shown
        assert rows[name].strip(" `") == shown, name


def test_every_route_is_documented(shared_app: Flask) -> None:
    text = (ROOT / "docs" / "http-api.md").read_text("utf-8")
    for rule in shared_app.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        path = path.replace("{entry_id}", "{id}").replace("{hash_}", "{hash}")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            assert f"`{method} {path}`" in text, f"{method} {path}"


def test_every_setting_of_a_site_is_documented_with_its_names() -> None:
    page = (ROOT / "docs" / "http-api.md").read_text("utf-8").partition("## A site's settings")[2]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", page, re.M))
    assert {"id", *rows} == {item.name for item in dataclasses.fields(Site)}
    for part, names in known_names().items():
        assert set(re.findall(r"`(\w+)`", rows[part])) == names
