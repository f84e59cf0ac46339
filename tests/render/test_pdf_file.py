"""PDF bookkeeping, checked by qpdf through pikepdf."""

from __future__ import annotations

import io

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


def test_a_reserved_object_must_be_written():
    file = PdfFile(io.BytesIO())
    number = file.reserve()
    with pytest.raises(ValueError, match=rf"never written: \[{number}\]"):
        file.finish(number, number)


def test_text_strings_hold_any_character():
    with pikepdf.new() as pdf:
        pdf.docinfo["/Title"] = pikepdf.Object.parse(text_string("髙 𠮷 (\\"))
        assert str(pdf.docinfo["/Title"]) == "髙 𠮷 (\\"
