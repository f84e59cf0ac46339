"""PDF bookkeeping, checked by qpdf through pikepdf."""

from __future__ import annotations

import io

import numpy as np
import pikepdf
import pytest

from elqr_fast.errors import OutputError
from elqr_fast.render import pdf_file
from elqr_fast.render.pdf_file import PageTree, PdfFile, text_string


def document(pages):
    """A file of blank pages whose contents are their numbers."""
    target = io.BytesIO()
    file = PdfFile(target)
    tree = PageTree(file)
    for number in range(pages):
        tree.add(file.add_stream(b"%% page %d\n" % number))
    pages_root = tree.finish(b"/Resources<<>>/MediaBox[0 0 9 9]")
    root = file.add(b"<</Type/Catalog/Pages %d 0 R>>" % pages_root)
    file.finish(root, file.add(b"<<>>"))
    return target


def depth(node):
    return 1 + max((depth(kid) for kid in node.get("/Kids", [])), default=0)


@pytest.mark.parametrize(
    ("pages", "levels"), [(1, 2), (3, 2), (4, 3), (9, 3), (10, 4), (27, 4), (28, 5), (100, 6)]
)
def test_pages_keep_their_order_in_a_balanced_tree(monkeypatch, pages, levels):
    monkeypatch.setattr(pdf_file, "KIDS", 3)
    with pikepdf.open(document(pages), attempt_recovery=False) as pdf:
        assert not pdf.check_pdf_syntax()
        contents = [page.obj.Contents.read_bytes() for page in pdf.pages]
        assert contents == [b"%% page %d\n" % number for number in range(pages)]
        assert depth(pdf.Root.Pages) == levels
        assert pdf.Root.Pages.Count == pages
        assert widest(pdf.Root.Pages) <= 3
        assert all(page.mediabox == [0, 0, 9, 9] for page in pdf.pages)


def widest(node):
    kids = list(node.get("/Kids", []))
    return max([len(kids), *map(widest, kids)])


def test_a_file_that_would_pass_its_limit_is_refused(monkeypatch):
    size = len(document(30).getvalue())
    monkeypatch.setattr(pdf_file, "LARGEST_FILE", 2 * size)
    assert len(document(30).getvalue()) == size
    monkeypatch.setattr(pdf_file, "LARGEST_FILE", size - 1)
    with pytest.raises(OutputError, match="2 GB"):
        document(30)


def ready_made(pages, kids, target, part):
    """The same by blocks of objects, `part` of them written to the room at a time."""
    file = PdfFile(target)
    tree = PageTree(file)
    first, start = tree.next_page, file.size
    starts, data = np.zeros((pages, 2), np.uint64), b""
    for page in range(pages):
        node = first + page // kids * (2 * kids + 1)
        number = node + page % kids * 2
        text = b"%% page %d\n" % page
        content = b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n"
        starts[page, 0] = start
        data += content % (number, len(text), text)
        start = starts[page, 1] = file.size + len(data)
        data += b"%d 0 obj\n<</Type/Page/Parent %d 0 R/Contents %d 0 R>>\nendobj\n" % (
            number + 1,
            node - 1,
            number,
        )
        start = file.size + len(data)
        if page % part == part - 1 or page == pages - 1:
            room = file.room(len(data))
            room[: len(data)] = np.frombuffer(data, np.uint8)
            file.took(len(data))
            data = b""
    tree.add_block(starts, np.arange(pages, dtype=np.uint32))
    root = file.add(
        b"<</Type/Catalog/Pages %d 0 R>>" % tree.finish(b"/Resources<<>>/MediaBox[0 0 9 9]")
    )
    file.finish(root, file.add(b"<<>>"))


@pytest.mark.parametrize("pages", [1, 2, 3, 7, 9])
@pytest.mark.parametrize("buffer", [1, 300, 1 << 20])
@pytest.mark.parametrize("part", [1, 2, 10])
def test_objects_that_were_made_elsewhere(monkeypatch, pages, buffer, part):
    monkeypatch.setattr(pdf_file, "KIDS", 3)
    monkeypatch.setattr(pdf_file, "BUFFER", buffer)
    target = io.BytesIO()
    ready_made(pages, 3, target, part)
    with pikepdf.open(target, attempt_recovery=False) as pdf:
        assert not pdf.check_pdf_syntax()
        contents = [page.obj.Contents.read_bytes() for page in pdf.pages]
        assert contents == [b"%% page %d\n" % number for number in range(pages)]


def test_a_reserved_object_must_be_written():
    file = PdfFile(io.BytesIO())
    number = file.reserve()
    with pytest.raises(ValueError, match=rf"never written: \[{number}\]"):
        file.finish(number, number)


def test_text_strings_hold_any_character():
    with pikepdf.new() as pdf:
        pdf.docinfo["/Title"] = pikepdf.Object.parse(text_string("髙 𠮷 (\\"))
        assert str(pdf.docinfo["/Title"]) == "髙 𠮷 (\\"
