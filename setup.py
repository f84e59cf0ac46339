"""What pyproject.toml cannot say: one extension module per group of kernels."""

import sys
import sysconfig
from glob import glob

from Cython.Build import cythonize
from setuptools import Extension, setup

FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
# Typed memoryviews need the stable ABI of 3.11; free-threaded builds have none (PEP 803 is 3.15).
ABI3 = sys.implementation.name == "cpython" and not FREE_THREADED

# SIMD variants are chosen at run time through function target attributes, never by a flag here:
# a flag would leak instructions the user's machine may lack.  -g0 keeps the wheels small.
FLAGS = ["/O2", "/std:c11"] if sys.platform == "win32" else ["-O3", "-std=c11", "-g0"]

MODULES = {
    "bars": ["code128.c"],
    "bars_grade": ["bars_grade.c"],
    "channel": ["channel.c", "channel_print.c", "channel_scan.c"],
    "g4": ["g4_encode.c", "g4_decode.c", "grey.c", "cpu.c"],
    "grade": [
        "grade.c",
        "grade_grid.c",
        "grade_x86.c",
        "cpu.c",
        "scan_grid.c",
        "qr_decode.c",
        "qr_correct.c",
        "gf256_correct.c",
        "qr_encode.c",
        "qr_matrix.c",
        "qr_tables.c",
        "gf256.c",
        "gf256_tables.c",
    ],
    "page": ["page.c", "page_items.c", "page_plate.c", "g4_encode.c", "cpu.c"],
    "page_set": ["page_set.c", "page_pairs.c", "page_plate.c", "g4_encode.c", "cpu.c"],
    "pdf_page": ["pdf_page.c", "pdf_text.c", "flate.c"],
    "ocr": ["ocr_lines.c", "ocr_find.c", "ocr_glyphs.c"],
    "payload": ["payload_layout.c", "payload_build.c", "payload_parse.c"],
    "readback": [
        "pdf_read.c",
        "pdf_read_content.c",
        "inflate.c",
        "dots_read.c",
        "tiff_read.c",
        "cpu.c",
        "qr_read.c",
        "qr_decode.c",
        "qr_correct.c",
        "gf256_correct.c",
        "gf256.c",
        "gf256_tables.c",
        "qr_encode.c",
        "qr_matrix.c",
        "qr_tables.c",
    ],
    "reader": [
        "scan.c",
        "scan_marks.c",
        "scan_blocks.c",
        "scan_grid.c",
        "qr_decode.c",
        "qr_correct.c",
        "gf256_correct.c",
        "gf256.c",
        "gf256_tables.c",
        "qr_encode.c",
        "qr_matrix.c",
        "qr_tables.c",
        "payload_layout.c",
        "payload_parse.c",
    ],
    "sweep": ["sweep.c", "sweep_bars.c", "sweep_halve.c", "cpu.c"],
    "symbols": [
        "qr_batch.c",
        "qr_variants.c",
        "qr_plan.c",
        "qr_patterns.c",
        "qr_single.c",
        "qr_codewords.c",
        "qr_codewords_x86.c",
        "cpu.c",
        "qr_encode.c",
        "qr_matrix.c",
        "qr_tables.c",
        "gf256.c",
        "gf256_tables.c",
    ],
}


def extension(name: str, sources: list[str]) -> Extension:
    return Extension(
        f"elqr_fast._native.{name}",
        [f"src/elqr_fast/_native/{name}.pyx", *(f"csrc/{source}" for source in sources)],
        include_dirs=["csrc"],
        depends=glob("csrc/**/*.h", recursive=True),
        define_macros=[("Py_LIMITED_API", "0x030B0000")] if ABI3 else [],
        py_limited_api=ABI3,
        extra_compile_args=FLAGS,
        libraries=[] if sys.platform == "win32" else ["m"],
    )


setup(
    ext_modules=cythonize(
        [extension(name, sources) for name, sources in MODULES.items()],
        build_dir="build/cython",
        language_level=3,
    ),
    # Must say the same version as Py_LIMITED_API above.
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if ABI3 else {},
)
