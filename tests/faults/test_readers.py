"""Damaged and hostile files: read or refused in one sentence, in bounded memory, never a crash."""

import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from faqlib import Entry, ImportFormatError, formats
from faqlib.schema import check_entry
from tests.faults import hostile
from tests.faults.fault_harness import chance, count
from tests.faults.test_bodies import ADMIN, FILES, Place
from widget_server.state import NAME

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 200  # megabytes that reading a bomb may add, that of Python and the libraries apart
SECONDS = 120  # of CPU: a hang, not a slow machine

# Reads one file in a process that may use only so much memory, and says how much it used.
READER = f"""
import resource, sys
from faqlib import ImportFormatError, formats
name, path = sys.argv[1:]
formats.read(open("{{good}}", "rb").read(), format=name)  # its libraries are loaded
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2 * {MEMORY} * 2**20,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS},) * 2)
try:
    said = f"read {{{{len(formats.read_file(path, format=name).entries)}}}}"
except ImportFormatError as error:
    said = "refused " + str(error)[:200]
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, said)
"""


def a_package(*members: tuple[str, bytes]) -> bytes:
    """A DOCX file of these members, packed as small as they go."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, data in members:
            package.writestr(name, data)
    return out.getvalue()


def lying(name: str) -> bytes:
    """A Word document whose member ``name`` says it is small, and unpacks to ten gigabytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(10_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    first = zipfile.ZipFile(io.BytesIO(FILES["docx"]))
    assert name in first.namelist()
    members = [(item, b"" if item == name else first.read(item)) for item in first.namelist()]
    out = io.BytesIO(a_package(*members))
    with zipfile.ZipFile(out, "a") as package:
        entry = package.NameToInfo[name]
        package.filelist.remove(entry)
        entry.header_offset = package.start_dir
        entry.file_size, entry.CRC = 1_000, zlib.crc32(bytes(1_000))
        entry.compress_size = len(block) * 1_000
        out.seek(package.start_dir)
        out.write(entry.FileHeader(zip64=False) + block * 1_000)
        package.filelist.append(entry)
        package.start_dir = out.tell()
        package._didModify = True  # type: ignore[attr-defined]
    return out.getvalue()


def word(body: str) -> bytes:
    """A Word document with this body."""
    first = zipfile.ZipFile(io.BytesIO(FILES["docx"]))
    names = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = f'<w:document xmlns:w="{names}"><w:body>{body}</w:body></w:document>'.encode()
    whole = {name: first.read(name) for name in first.namelist()} | {"word/document.xml": text}
    return a_package(*whole.items())


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
XML = f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]><w>&a11;</w>'.encode()
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w>&a;</w>'
ALIASES = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40)
)
ROW, TABLE = (
    "<w:tr>%s</w:tr>",
    "<w:p><w:r><w:t>Q: One?</w:t></w:r></w:p><w:tbl><w:tr>%s</w:tr>%s</w:tbl>",
)
CELL = "<w:tc><w:tcPr>%s</w:tcPr><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:tc>"
SPAN, TOP = '<w:gridSpan w:val="100000000"/>', '<w:vMerge w:val="restart"/>'
EMPTY, BELOW = CELL % ("", ""), CELL % ("<w:vMerge/>", "")
LONG, BREAK = CELL % (TOP, "x" * 10**6), "<w:t>Q?</w:t><w:br/>"
UPWARDS = ROW % (BELOW * 60)
BOX = "<w:r><w:pict><w:txbxContent><w:p/></w:txbxContent></w:pict></w:r>"
BOLD = b"word <b>x</b> " * 60_000
PANEL = b"<div id=x>" + b"word " * 50_000
TWICE = b"{" + b",".join(b'"%d": 1' % number for number in [*range(200_000), 199_999]) + b"}"
ROWS = count(10_000, 100_000)
QA = "Q: One?\nA: Yes.\n\n"
BOMBS: list[tuple[str, str, Callable[[], bytes]]] = [
    ("docx", "laughs", lambda: a_package(("word/document.xml", XML))),
    ("docx", "outside", lambda: a_package(("word/document.xml", OUTSIDE))),
    ("docx", "ten gigabytes", lambda: lying("word/document.xml")),
    ("docx", "a picture of ten gigabytes", lambda: lying("docProps/thumbnail.jpeg")),
    ("docx", "zeros", lambda: a_package(("word/document.xml", b"<w>" + bytes(15_000_000)))),
    ("docx", "members", lambda: a_package(*((f"word/{n}", b"") for n in range(60_000)))),
    ("docx", "nested", lambda: a_package(("word/document.xml", a_package(("a", bytes(10**7)))))),
    ("docx", "a cell as wide as many", lambda: word(TABLE % (CELL % (SPAN, "x"), ""))),
    ("docx", "cells merged upwards", lambda: word(TABLE % (CELL % (TOP, "x") * 60, UPWARDS * 700))),
    ("docx", "a long cell merged", lambda: word(TABLE % (LONG, ROW % BELOW * 9_000))),
    ("docx", "a wide row", lambda: word(TABLE % (EMPTY * 15_000, ROW % EMPTY * 15_000))),
    ("docx", "line breaks", lambda: word(f"<w:p><w:r>{BREAK * 80_000}</w:r></w:p>")),
    ("docx", "text boxes", lambda: word(f"<w:p>{BOX * 20_000}</w:p>")),
    ("yaml", "aliases", ALIASES.encode),
    ("yaml", "merges", lambda: b"a: &a {b: 1}\n" + b"- <<: [" + b"*a, " * 50_000 + b"]"),
    ("yaml", "deep", lambda: b"[" * 200_000),
    ("yaml", "blocks", lambda: b"".join(b" " * n + b"a:\n" for n in range(3_000))),
    ("yaml", "tag", lambda: b"!!python/object/apply:os.system ['true']"),
    ("json", "deep", lambda: b"[" * 1_000_000),
    ("json", "wide", lambda: json.dumps([{"question": "a?", "answer": "b"}] * ROWS).encode()),
    ("json", "names", lambda: json.dumps({str(n): n for n in range(300_000)}).encode()),
    ("json", "names twice", lambda: TWICE),
    ("json", "a number as a name", lambda: b"{" + b"4" * 1_000_000 + b": 1}"),
    ("json", "number", lambda: b'[{"question": ' + b"9" * 1_000_000 + b"}]"),
    ("jsonl", "lines", lambda: b"{}\n" * ROWS),
    ("csv", "columns", lambda: b"question,answer" + b",x" * 1_000_000 + b"\n1,2\n"),
    ("csv", "cell", lambda: b'question,answer\n"' + b"x" * 10_000_000),
    ("csv", "rows", lambda: b"question,answer\n" + b"a,b\n" * ROWS),
    ("tsv", "columns", lambda: b"question\tanswer" + b"\tx" * 1_000_000),
    ("html", "deep", lambda: b"<div>" * 10_000 + b"<p>x" + b"</div>" * 10_000),
    ("html", "open", lambda: b"<b><i><u>" * 200_000),
    ("html", "attributes", lambda: b"<p " + b"a=b " * 1_000_000 + b">"),
    ("html", "entities", lambda: b"<p>" + b"&amp;" * 1_000_000),
    ("html", "a wide row", lambda: b"<table><tr>" + b"<td>" * 60_000 + b"<tr><td>" * 40_000),
    ("html", "tables in tables", lambda: b"<h3>a?</h3>" + b"<table><tr><td>x<td>" * 60),
    ("html", "buttons", lambda: b"<i aria-controls=x>ab?</i>" * 90_000 + PANEL),
    ("html", "panels", lambda: b"<b aria-expanded=0>ab?</b><div>" * 110 + BOLD),
    ("html", "lists", lambda: b"<dl><dt>a?<dd>" * 60 + BOLD),
    ("html", "bold", lambda: b"<h3>a?</h3><p>" + b"<b>a</b>" * 99_000),
    ("html", "table", lambda: b"<table><tr><td>" * 50_000),
    ("markdown", "deep", lambda: b"# a?\n" + b"> " * 200_000),
    ("markdown", "links", lambda: b"# a?\n" + b"[a](" * 200_000),
    ("markdown", "stars", lambda: b"# a?\n" + b"**a_" * 200_000),
    ("markdown", "above", lambda: (("x" * 59 + "\n") * 250_000 + QA).encode()),
    ("text", "questions", lambda: (QA * ROWS).encode()),
    ("text", "one line", lambda: b"Q: " + b"a " * 2_000_000 + b"?"),
]  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are those of Linux")
@pytest.mark.parametrize(("name", "what", "make"), BOMBS, ids=[f"{b[0]}-{b[1]}" for b in BOMBS])
def test_a_bomb_is_read_or_refused_in_bounded_memory(
    name: str, what: str, make: Callable[[], bytes], tmp_path: Path, tally: Callable[..., None]
) -> None:
    good, bomb = tmp_path / "good", tmp_path / "bomb"
    good.write_bytes(FILES[name])
    bomb.write_bytes(make())
    words = [sys.executable, "-c", READER.format(good=good), name, str(bomb)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    used, said = done.stdout.split(" ", 1)
    assert int(used) / 1024 < MEMORY, (what, used)
    assert said.startswith(("read", "refused")), said
    tally("bombs for the readers", tried=1, failed=0)


def test_a_bomb_for_the_server_is_answered_by_what_is_wrong_with_it(tmp_path: Path) -> None:
    place = Place(str(tmp_path / "faq.db"), import_limit=20_000_000)
    for name, what, make in BOMBS:
        address = f"{ADMIN}/north/import?format={name}&dry_run=true"
        code, said = place.send("POST", address, data=make())
        assert code in (200, 413, 422), (name, what, code, said[:200])
    assert place.send("GET", "/api/v1/sites/north/search?q=parking")[0] == 200
    place.store.close()
    place.app.extensions[NAME].records.close()


def read(data: bytes, name: str) -> tuple[Entry, ...]:
    """The entries, or none where the file was refused as it should be."""
    try:
        return formats.read(data, format=name, name="file").entries
    except ImportFormatError as refused:
        problems = refused.problems
    assert problems
    assert all(problem.message.strip() for problem in problems)
    return ()


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_read_or_refused(name: str, tally: Callable[..., None]) -> None:
    """Whatever comes out is what the schema lets in, and can be written and read again."""
    came = 0
    for turn in range(count(60, 4_000)):
        rng = chance((name, turn))
        data = hostile.mutated(rng, FILES[rng.choice((name, name, name, *FILES))])
        entries = read(data, name)
        for entry in entries:
            assert check_entry(entry) == entry, turn
        if entries:
            came += 1
            for written in ("json", "html"):
                assert formats.write(entries, format=written)
        tally("damaged files", tried=1, failed=0)
    assert came > 0


@pytest.mark.parametrize("name", [name for name in FILES if name != "docx"])
def test_hostile_text_is_read_or_refused(name: str, tally: Callable[..., None]) -> None:
    """The format's own signs around any text at all, as text and as bytes."""
    signs = [*sorted(set(FILES[name].decode())), "\n\n", "Q: ", "A: ", "?", "- ", "# ", "<p>"]
    for turn in range(count(40, 3_000)):
        rng = chance((name, "text", turn))
        pieces = [
            rng.choice(signs) * rng.choice((1, 1, 3, 200)) if rng.random() < 0.6
            else hostile.word(rng)
            for _ in range(rng.choice((1, 10, 200)))
        ]  # fmt: skip
        text = "".join(pieces)
        for content in (
            text,
            text.encode("utf-8", "surrogatepass"),
            text.encode("utf-16", "ignore"),
        ):
            try:
                entries = formats.read(content, format=name).entries
            except ImportFormatError:
                continue
            assert all(check_entry(entry) == entry for entry in entries), turn
        tally("hostile texts for the readers", tried=1, failed=0)
