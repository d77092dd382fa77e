"""From bytes to rows: encodings, separators, quotes, spreadsheets, and files that are hostile."""

import io
import tracemalloc
import zipfile

import pytest
from openpyxl import Workbook

from mailboxes.imports import reading
from mailboxes.imports.errors import Unreadable

ROWS = [(1, ["ann@acme.test", "grün;weiß"]), (2, ["bob@acme.test", 'say "hi"'])]
TEXT = 'ann@acme.test;"grün;weiß"\nbob@acme.test;"say ""hi"""\n'


def read(content: bytes, piece: int = 7):
    """Cut into small pieces, so that every edge falls into the middle of something."""
    return list(
        reading.lines(lambda: (content[at : at + piece] for at in range(0, len(content), piece)))
    )


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("cp1252"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.rstrip("\n").encode(),
    ],
    ids=["utf-8", "bom", "utf-16", "be", "le-unmarked", "be-unmarked", "1252", "crlf", "cr", "end"],
)
def test_every_usual_encoding_and_end_of_line_reads_the_same(content):
    assert read(content) == ROWS
    assert read(content, piece=1000) == ROWS


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_separator_is_recognised(separator):
    assert read(f'"a;,\t"{separator}b\n'.encode()) == [(1, ["a;,\t", "b"])]


def test_lines_keep_their_number_past_empty_ones_and_broken_cells():
    found = read(b'a;b\n\n;\n"two\nlines";c\nd;e\n')
    assert found == [(1, ["a", "b"]), (4, ["two\nlines", "c"]), (6, ["d", "e"])]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b" ; \n"])
def test_an_empty_file_has_no_rows(content):
    assert read(content) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a;b\nc;\0d\n", "Line 2 has a NUL character"),
        (b'a;b\nc;"d\ne;f\n' + b"g;h\n" * 40_000, "from line 2 on: a quote is opened"),
        (b'a;"b"c"\n', "from line 1 on"),
        (b"," * 200_000, "Line 1 has more than 65536 characters"),
        (b"a\x81b\xff;c\n", "The file is no text"),
        (b"PK\x03\x04 and nothing else", "This spreadsheet cannot be read"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "NUL character"),
    ],
    ids=["nul", "open-quote", "stray-quote", "commas", "no-text", "no-zip", "picture"],
)
def test_what_cannot_be_read_is_said_with_its_line(content, words):
    with pytest.raises(Unreadable, match=words):
        read(content, piece=4096)


def test_ten_million_commas_are_refused_at_once_and_take_no_memory():
    piece = b"," * 100_000
    tracemalloc.start()
    with pytest.raises(Unreadable):
        list(reading.lines(lambda: iter([piece] * 100)))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def workbook(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(content := io.BytesIO())
    return content.getvalue()


def test_a_spreadsheet_reads_as_the_same_rows_in_csv():
    content = workbook(
        ["ann@acme.test", "x" * 9], [], ["bob@acme.test", 12345678, 8.0, 1.5, True, None]
    )
    assert read(content, piece=512) == [
        (1, ["ann@acme.test", "x" * 9]),
        (3, ["bob@acme.test", "12345678", "8", "1.5", "yes"]),
    ]


def test_a_formula_in_a_spreadsheet_is_a_text():
    assert read(workbook(["=1+1", "=cmd|'/C calc'!A0"]))[0][1] == ["=1+1", "=cmd|'/C calc'!A0"]


def repacked(content: bytes, change) -> bytes:
    """With the parts of the archive that the change returns."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in change(parts).items():
            new.writestr(name, part)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = repacked(workbook(["a"]), lambda parts: parts | {SHEET: b"0" * 200_000_000})
    assert len(bomb) < 300_000
    tracemalloc.start()
    with pytest.raises(Unreadable, match="unpacks to far more"):
        read(bomb, piece=65_536)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_spreadsheet_of_a_million_parts_is_refused():
    parts = {f"part{number}": b"" for number in range(1_001)}
    with pytest.raises(Unreadable, match="unpacks to far more"):
        read(repacked(workbook(["a"]), lambda old: old | parts), piece=65_536)


def test_entities_in_a_spreadsheet_are_not_followed():
    evil = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'

    def change(parts):
        return parts | {SHEET: parts[SHEET].replace(b"<worksheet", evil + b"<worksheet", 1)}

    with pytest.raises(Unreadable, match="cannot be read"):
        read(repacked(workbook(["a"]), change))


def test_a_sheet_that_claims_to_be_huge_is_read_for_what_it_holds():
    def change(parts):
        return parts | {SHEET: parts[SHEET].replace(b'ref="A1"', b'ref="A1:XFD1048576"')}

    assert read(repacked(workbook(["a"]), change), piece=512) == [(1, ["a"])]


@pytest.mark.parametrize("number", [2**20 + 1, 10**12])
def test_nobody_walks_to_a_row_that_no_sheet_has(number):
    far = f'<row r="{number}"><c t="inlineStr"><is><t>b</t></is></c></row></sheetData>'

    def change(parts):
        return parts | {SHEET: parts[SHEET].replace(b"</sheetData>", far.encode())}

    with pytest.raises(Unreadable, match="cannot be read"):
        read(repacked(workbook(["a"]), change), piece=512)


@pytest.mark.parametrize("part", ["xl/workbook.xml", SHEET, "[Content_Types].xml"])
@pytest.mark.parametrize("content", [b"", b"<", b"<a/>", b"\0" * 9])
def test_a_broken_spreadsheet_is_said_to_be_broken(part, content):
    try:
        found = read(repacked(workbook(["a"]), lambda parts: parts | {part: content}))
    except Unreadable:
        return
    assert found == []
