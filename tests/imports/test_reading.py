"""Reading: every line of any file is a row or a bad row, once, and no line can take others or the memory with it."""

from __future__ import annotations

import csv
import io
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.errors import InvalidRequest
from orderkit.imports import BadRow, ColumnMap, RawRow, adapted, map_named, read_rows, sentence
from orderkit.imports.physical import LINE_LIMIT, physical_lines

RETAIL = map_named("uk-retail")
GOOD = "536365;85123A;HEART;6;1/12/2010 08:26;2,55;17850;United Kingdom"
NARROW = ColumnMap(
    name="narrow",
    columns={"order": "a", "date": "b", "offer": "c", "quantity": "d", "unit_price": "e"},
    currency="GBP",
)
Write = Callable[..., Path]


@pytest.fixture(scope="module")
def rewrite(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Writes one file over and over, for the contents that Hypothesis draws."""
    path = tmp_path_factory.mktemp("drawn") / "drawn.csv"

    def write(content: str | bytes) -> Path:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def titles(path: Path, column_map: ColumnMap = RETAIL) -> list[tuple[int, str]]:
    """Each line's number with its title, or with the reason why it is a bad row."""
    return [
        (row.line, row.refusal.code if isinstance(row, BadRow) else row.values["title"])
        for row in read_rows(path, column_map)
    ]


def refusal_of(path: str | Path, column_map: ColumnMap = RETAIL) -> InvalidRequest:
    """The error that reading the file ends in, at its first step."""
    with pytest.raises(InvalidRequest) as caught:
        next(read_rows(path, column_map))
    return caught.value


def test_a_good_line_is_a_row_by_field(new_retail_file: Write) -> None:
    """The mapped columns come out by field, the others under the map's name, with the file's own line number."""
    (row,) = read_rows(new_retail_file(GOOD), RETAIL)
    assert isinstance(row, RawRow)
    assert row.line == 2
    assert row.values == {
        "order": "536365",
        "offer": "85123A",
        "title": "HEART",
        "quantity": "6",
        "date": "1/12/2010 08:26",
        "unit_price": "2,55",
        "customer": "17850",
    }
    assert row.extra == {"uk-retail.Country": "United Kingdom"}


def test_a_byte_order_mark_and_line_ends_leave_no_trace(new_retail_file: Write, new_file: Write) -> None:
    """With and without a mark, with LF, CR LF or CR, with and without a last line end, the rows are the same."""
    plain = new_retail_file(GOOD, GOOD).read_bytes()
    expected = list(read_rows(new_file(plain), RETAIL))
    assert len(expected) == 2
    for variant in (
        b"\xef\xbb\xbf" + plain,
        plain.replace(b"\n", b"\r\n"),
        plain.replace(b"\n", b"\r"),
        plain.rstrip(b"\n"),
    ):
        assert list(read_rows(new_file(variant), RETAIL)) == expected


def test_the_columns_may_stand_in_any_order(new_file: Write) -> None:
    """Columns are found by their header, whatever their order, case and blanks, quoted or not."""
    header = '"quantity";UNITPRICE; x;Invoiceno;InvoiceDate;StockCode;customerid ;"Description"'
    path = new_file(f"{header}\n6;2,55;y;1;d;s;c;t\n")
    (row,) = read_rows(path, RETAIL)
    assert isinstance(row, RawRow)
    assert (row.values["quantity"], row.values["title"], row.extra) == ("6", "t", {"uk-retail.x": "y"})


def test_a_missing_column_is_named_with_what_was_found(new_file: Write) -> None:
    """A header without a needed column is an error that names the column, the map, and lists what is there."""
    error = refusal_of(new_file("InvoiceNo;StockCode;Description;Quantity;InvoiceDate;CustomerID\n"))
    assert (error.field, error.refusal.code) == ("header", "has_header")
    assert error.refusal.params["missing"] == "UnitPrice"
    assert "invoiceno, stockcode" in sentence(error.refusal)


def test_a_column_that_is_there_twice_is_named(new_file: Write) -> None:
    """Two columns of one wanted name cannot be told apart, so neither is taken."""
    header = "InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;quantity\n"
    error = refusal_of(new_file(header))
    assert (error.field, error.refusal.params["found"]) == ("header", "Quantity")


def test_a_wrong_delimiter_is_recognised(new_file: Write) -> None:
    """When another delimiter would give every column, the error says which."""
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    error = refusal_of(new_file(header))
    assert (error.field, error.refusal.params["better"]) == ("delimiter", ",")


def test_optional_columns_may_be_missing(new_file: Write) -> None:
    """A map's optional columns, and a currency column where the map has a currency, may be missing."""
    path = new_file("order,date,sku,quantity,unit_price\n1,2010-12-01,a,1,2\n")
    assert refusal_of(path, map_named("orderkit")).refusal.params["missing"] == "currency"
    (row,) = read_rows(path, adapted(map_named("orderkit"), currency="EUR"))
    assert isinstance(row, RawRow)


def test_files_that_cannot_be_read_are_named(tmp_path: Path, new_file: Write) -> None:
    """No such file, a directory, an empty file: each is an error about the file, with its own reason."""
    assert refusal_of(tmp_path / "none.csv").refusal.code == "exists"
    assert refusal_of(tmp_path / "none.csv").refusal.params["path"] == str(tmp_path / "none.csv")
    assert refusal_of("nul\0byte").refusal.code == "exists"
    assert refusal_of(tmp_path).refusal.code == "is_a_file"
    for content in ("", "\n\n", b"\xef\xbb\xbf"):
        error = refusal_of(new_file(content))
        assert (error.field, error.refusal.code) == ("file", "is_not_empty")


def test_a_file_without_permission_is_named(new_retail_file: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system refuses to open is an error about the file that repeats the system's words."""
    path = new_retail_file(GOOD)

    def refuse(*_: object) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr("builtins.open", refuse)
    error = refusal_of(path)
    assert (error.field, error.refusal.code) == ("file", "is_readable")
    assert error.refusal.params["problem"] == os.strerror(13)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_a_file_in_a_wide_encoding_is_refused_as_such(new_file: Write, encoding: str) -> None:
    """A spreadsheet saved as Unicode text is refused with the way out, not line by line."""
    error = refusal_of(new_file(f"InvoiceNo;StockCode\n{GOOD}\n".encode(encoding)))
    assert (error.field, error.refusal.code) == ("encoding", "reads_the_file")


def test_lines_of_a_wrong_encoding_cost_only_themselves(new_retail_file: Write, new_file: Write) -> None:
    """A line that is not in the file's encoding is refused with the place of its byte, the next one is read."""
    content = new_retail_file(GOOD, GOOD.replace("HEART", "CAFÉ"), GOOD).read_text(encoding="utf-8")
    path = new_file(content.encode("cp1252"))
    assert titles(path) == [(2, "HEART"), (3, "is_decodable"), (4, "HEART")]
    (_, bad, _) = read_rows(path, RETAIL)
    assert isinstance(bad, BadRow)
    assert bad.refusal.params["byte"] == 18
    assert bad.values is not None
    assert (bad.values["quantity"], bad.values["unit_price"]) == ("6", "2,55")
    assert titles(path, adapted(RETAIL, encoding="cp1252"))[1] == (3, "CAFÉ")


def test_wrong_column_counts_and_nul_are_refused(new_retail_file: Write) -> None:
    """Too few columns, too many, a NUL: each line is refused by its number; empty lines are not counted."""
    path = new_retail_file(GOOD[:-15], GOOD + ";more", "", "garbage", GOOD.replace("HEART", "HE\0RT"), ";" * 7, GOOD)
    assert titles(path) == [
        (2, "has_columns"),
        (3, "has_columns"),
        (5, "has_columns"),
        (6, "has_no_nul"),
        (7, ""),
        (8, "HEART"),
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('"RECORD FRAME 7"" SINGLE"', 'RECORD FRAME 7" SINGLE'),
        ('RECORD FRAME 7" SINGLE', 'RECORD FRAME 7" SINGLE'),
        ('"LETTER "D" BLING"', 'LETTER D" BLING"'),
        ('"SET;OF;3"', "SET;OF;3"),
        ('""', ""),
        ('"TWO\nLINES"', "TWO\nLINES"),
        ('"TWO\r\n""QUOTED"" LINES"', 'TWO\n"QUOTED" LINES'),
        ('"THREE\n\nLINES; AND A HALF"', "THREE\n\nLINES; AND A HALF"),
    ],
)
def test_quotes_are_read_as_csv_reads_them(new_retail_file: Write, written: str, read: str) -> None:
    """Quoted delimiters, doubled quotes, quotes inside a text and quoted line ends keep the line whole."""
    path = new_retail_file(GOOD.replace("HEART", written), GOOD)
    assert titles(path) == [(2, read), (3 + written.count("\n"), "HEART")]


def test_a_quote_left_open_costs_only_its_line(new_retail_file: Write) -> None:
    """An open quote is refused by its line; every line after it is read, up to quoted ones and to the file's end."""
    stray = GOOD.replace("HEART", '"HEART')
    quoted = GOOD.replace("HEART", '"FRAME 7"""')
    path = new_retail_file(GOOD, stray, GOOD, quoted, stray, GOOD, stray)
    assert titles(path) == [
        (2, "HEART"),
        (3, "has_closed_quotes"),
        (4, "HEART"),
        (5, 'FRAME 7"'),
        (6, "has_closed_quotes"),
        (7, "HEART"),
        (8, "has_closed_quotes"),
    ]


def test_a_quote_left_open_keeps_what_the_line_says(new_retail_file: Write) -> None:
    """The values of a line with a stray quote are kept, so that its amount is known although it is refused."""
    (bad,) = read_rows(new_retail_file(GOOD.replace("HEART", '"HEART')), RETAIL)
    assert isinstance(bad, BadRow)
    assert bad.values is not None
    assert (bad.values["quantity"], bad.values["unit_price"]) == ("6", "2,55")


def test_an_open_quote_reaches_no_further_than_the_limit(new_retail_file: Write) -> None:
    """A quote that closes only after more than the limit's bytes is a stray one, and the lines between are read."""
    many = LINE_LIMIT // len(GOOD) + 1
    path = new_retail_file(GOOD.replace("HEART", '"HEART'), *[GOOD] * many, 'end";6;1/12/2010 08:26;2,55;17850;UK')
    read = titles(path)
    assert read[0] == (2, "has_closed_quotes")
    assert read[1:-1] == [(number, "HEART") for number in range(3, 3 + many)]
    assert read[-1][1] == "has_columns"


def test_a_text_that_hides_a_line_is_neither_swallowed_nor_taken_for_one(new_retail_file: Write) -> None:
    """When a quoted text holds a whole line, all its lines are refused: none is imported, none disappears."""
    forged = GOOD.replace("HEART", f'"A note\n{GOOD}\nand more"')
    path = new_retail_file(GOOD, forged, GOOD)
    assert titles(path) == [(2, "HEART"), *((n, "is_clearly_quoted") for n in (3, 4, 5)), (6, "HEART")]
    swallowing = (GOOD.replace("HEART", '"HEART'), GOOD, GOOD.replace("HEART", 'RULER 12"'))
    assert [code for _, code in titles(new_retail_file(*swallowing))] == ["is_clearly_quoted"] * 3


def test_a_quoted_line_end_in_the_first_column_is_read(new_file: Write) -> None:
    """The line that ends a quoted first cell has as many columns as a whole one, and is none all the same."""
    path = new_file('a,b,c,d,e\n"one\ntwo",x,x,1,1\n')
    (row,) = read_rows(path, NARROW)
    assert isinstance(row, RawRow)
    assert row.values["order"] == "one\ntwo"


def test_a_line_of_ten_megabytes_is_refused_in_bounded_memory(new_file: Write, new_retail_file: Write) -> None:
    """A huge line, with and without a line end, costs its own refusal and a fixed amount of memory."""
    head = new_retail_file(GOOD).read_bytes()
    path = new_file(head + b"x" * 10_000_000 + b"\n" + GOOD.encode() + b"\n" + b'"' * 10_000_000)
    tracemalloc.start()
    try:
        read = titles(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read == [(2, "HEART"), (3, "is_short_enough"), (4, "HEART"), (5, "is_short_enough")]
    assert peak < 12 * LINE_LIMIT


@pytest.mark.parametrize("length", [LINE_LIMIT - 1, LINE_LIMIT, LINE_LIMIT + 1, 2 * LINE_LIMIT, 3 * LINE_LIMIT + 7])
def test_the_line_limit_is_exact_wherever_chunks_end(length: int) -> None:
    """A line of exactly the limit is kept and one byte more is not, whatever stands before and after it."""
    for before in (0, 1, 1000):
        content = b"y" * before + b"\n" + b"x" * (length - 1) + b"\nz"
        read = [(number, None if line is None else len(line)) for number, line in physical_lines(io.BytesIO(content))]
        assert read == [(1, before), (2, length - 1 if length <= LINE_LIMIT else None), (3, 1)]


@given(st.lists(st.sampled_from([b"a", b";", b"\r", b"\n", b"\r\n", b"x" * LINE_LIMIT, b'"']), max_size=12))
def test_lines_are_cut_as_python_cuts_them(pieces: list[bytes]) -> None:
    """Numbers and texts are those of `bytes.splitlines` for any content, long lines' texts left out."""
    content = b"".join(pieces)
    expected = [
        (number, None if len(line) > LINE_LIMIT else line.rstrip(b"\r\n"))
        for number, line in enumerate(content.splitlines(keepends=True), start=1)
    ]
    assert list(physical_lines(io.BytesIO(content))) == expected


CELLS = st.text(alphabet=st.sampled_from('ab;,"\n \té€'), max_size=6)


@given(
    st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=6), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
)
def test_whatever_csv_writes_is_read_back(rewrite: Write, rows: list[list[str]], quoting: Literal[0, 1]) -> None:
    """Rows written by Python's own `csv` come back cell by cell; only where line ends are quoted may one be unclear."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n", quoting=quoting)
    writer.writerow("abcde")
    writer.writerows(rows)
    read = list(read_rows(rewrite(written.getvalue()), NARROW))
    refusals = {row.refusal.code for row in read if isinstance(row, BadRow)}
    if any("\n" in cell and "," in cell for row in rows for cell in row):
        assert refusals <= {"is_clearly_quoted"}
    else:
        assert not refusals
    if not refusals:
        values = [[row.values[name] for name in NARROW.columns] for row in read if isinstance(row, RawRow)]
        assert values == [[cell.strip() for cell in row] for row in rows]
    assert len({row.line for row in read}) == len(read)


@given(st.binary(max_size=400) | st.text(alphabet='a";\n\r\0é,', max_size=200).map(str.encode))
def test_no_bytes_whatever_break_the_reading(rewrite: Write, content: bytes) -> None:
    """Below a good header any bytes give rows and bad rows, each at a line of its own, in order, and nothing else."""
    lines = [row.line for row in read_rows(rewrite(b"a,b,c,d,e\n" + content), NARROW)]
    assert lines == sorted(set(lines))
    assert all(2 <= line <= 1 + len(content.splitlines()) for line in lines)
