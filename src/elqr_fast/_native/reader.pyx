# cython: freethreading_compatible=True, language_level=3, boundscheck=False, wraparound=False
"""QR symbols from modules and from grey images (csrc/qr_decode.c, csrc/scan.c)."""

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint16_t

import numpy as np

from elqr_fast._native.payload cimport Layout, elqr_layout
from elqr_fast.errors import kernel_error

cdef extern from "elqr.h" nogil:
    enum:
        ELQR_OK
        ELQR_RUNG_NONE
        ELQR_RUNG_FAST
        ELQR_RUNG_SLOW
        ELQR_RUNG_ASSISTED

    ctypedef struct elqr_qr_content:
        int version
        int level
        int mask
        int corrected
        float unused_ec
        size_t length

    ctypedef struct elqr_scan_reading:
        elqr_qr_content symbol
        int rung
        int erased
        int sound
        float corners[8]

    ctypedef struct elqr_scanner:
        pass

    int elqr_qr_decode(const uint8_t *modules, int side, uint8_t *content, size_t capacity,
                       elqr_qr_content *result)
    size_t elqr_scanner_size()
    int elqr_scanner_init(elqr_scanner *scanner, const elqr_layout *layout, float smallest,
                          float largest)
    size_t elqr_scan_work(int width, int height)
    int elqr_scan(const elqr_scanner *scanner, const uint8_t *pixels, size_t stride, int width,
                  int height, int effort, void *work, uint8_t *content, size_t capacity,
                  elqr_scan_reading *reading)

cdef enum:
    CAPACITY = 7089  # digits of 40-L, the most that any symbol holds

FAST = ELQR_RUNG_FAST
SLOW = ELQR_RUNG_SLOW
ASSISTED = ELQR_RUNG_ASSISTED


def decode(const uint8_t[:, ::1] modules not None):
    """Content of a symbol given as modules [side, side], 1 = dark, without quiet zone.

    Returns (content, version, level, mask, corrected, unused_ec).  Raises the exception of the
    kernel's status.
    """
    cdef uint8_t content[CAPACITY]
    cdef elqr_qr_content result
    cdef int status
    if modules.shape[0] != modules.shape[1] or not 0 < modules.shape[0] < 256:
        raise kernel_error(5)
    with nogil:
        status = elqr_qr_decode(&modules[0, 0], <int>modules.shape[0], content, CAPACITY, &result)
    if status != ELQR_OK:
        raise kernel_error(status)
    return (PyBytes_FromStringAndSize(<char *>content, <Py_ssize_t>result.length), result.version,
            result.level, result.mask, result.corrected, result.unused_ec)


cdef class Scanner:
    """What a reader expects: payloads of `layout`, modules of `smallest` to `largest` pixels."""

    cdef object memory
    cdef elqr_scanner *scanner
    cdef Layout layout

    def __cinit__(self, Layout layout not None, float smallest, float largest):
        cdef uint8_t[::1] memory
        # float64: aligned as the kernel asks.
        self.memory = np.empty((elqr_scanner_size() + 7) // 8, np.float64).view(np.uint8)
        memory = self.memory
        self.scanner = <elqr_scanner *>&memory[0]
        self.layout = layout
        cdef int status = elqr_scanner_init(self.scanner, &layout.layout, smallest, largest)
        if status != ELQR_OK:
            raise kernel_error(status)


cdef object work_space(Py_ssize_t width, Py_ssize_t height):
    """Work space for images of this size; raises for a size that the kernel refuses."""
    cdef size_t size = 0
    if 0 < width < 32768 and 0 < height < 32768:
        size = elqr_scan_work(<int>width, <int>height)
    if size == 0:
        raise kernel_error(15, None, f"an image of {width} x {height} pixels")
    return np.empty((size + 7) // 8, np.float64).view(np.uint8)


cdef void read_one(const elqr_scanner *scanner, const uint8_t *pixels, size_t stride, int width,
                   int height, int effort, void *work, size_t length, uint8_t *digits,
                   uint8_t *status, uint8_t *rung, uint16_t *corrected) noexcept nogil:
    """One row of a batch: digits stay zero unless a symbol of `length` characters was read."""
    cdef uint8_t content[CAPACITY]
    cdef elqr_scan_reading reading
    cdef size_t i
    status[0] = <uint8_t>elqr_scan(scanner, pixels, stride, width, height, effort, work, content,
                                   CAPACITY, &reading)
    rung[0] = <uint8_t>reading.rung
    if status[0] != ELQR_OK:
        return
    corrected[0] = <uint16_t>reading.symbol.corrected
    if reading.symbol.length == length:
        for i in range(length):
            digits[i] = content[i]


def read_batch(Scanner scanner not None, const uint8_t[:, :, ::1] images not None, int effort,
               uint8_t[:, ::1] digits not None, uint8_t[::1] statuses not None,
               uint8_t[::1] rungs not None, uint16_t[::1] corrected not None):
    """Reads images [n, height, width]; fills row i of the four outputs, which come zeroed.

    digits [n, layout.length], statuses [n] (0 or why not, as in csrc/elqr.h), rungs [n] (0, FAST,
    SLOW, ASSISTED), corrected [n] codewords.
    """
    cdef size_t n = images.shape[0], i
    cdef int height = <int>images.shape[1], width = <int>images.shape[2]
    cdef size_t length = scanner.layout.layout.length
    if (<size_t>digits.shape[0] != n or <size_t>digits.shape[1] != length
            or <size_t>statuses.shape[0] != n or <size_t>rungs.shape[0] != n
            or <size_t>corrected.shape[0] != n):
        raise ValueError(f"outputs must have {n} rows, digits of {length}")
    if not FAST <= effort <= ASSISTED:
        raise kernel_error(15, None, "effort")
    if n == 0:
        return
    cdef uint8_t[::1] work = work_space(images.shape[2], images.shape[1])
    with nogil:
        for i in range(n):
            read_one(scanner.scanner, &images[i, 0, 0], <size_t>width, width, height, effort,
                     &work[0], length, &digits[i, 0], &statuses[i], &rungs[i], &corrected[i])


def read(Scanner scanner not None, const uint8_t[:, :] image not None, int effort):
    """Reads one image whose rows are contiguous, a view of a page for instance.

    Returns None, or (content, rung, sound, version, level, mask, corrected, unused_ec, corners),
    corners being eight floats: x, y of the symbol's own top left, top right, bottom right, bottom
    left.
    """
    if image.shape[0] == 0 or image.shape[1] == 0:
        return None
    if not FAST <= effort <= ASSISTED:
        raise kernel_error(15, None, "effort")
    if image.strides[1] != 1 or image.strides[0] < image.shape[1]:
        raise ValueError("the pixels of a row must be contiguous")
    cdef uint8_t[::1] work = work_space(image.shape[1], image.shape[0])
    cdef uint8_t content[CAPACITY]
    cdef elqr_scan_reading reading
    cdef int status, width = <int>image.shape[1], height = <int>image.shape[0]
    with nogil:
        status = elqr_scan(scanner.scanner, &image[0, 0], <size_t>image.strides[0], width, height,
                           effort, &work[0], content, CAPACITY, &reading)
    if status != ELQR_OK:
        return None
    text = PyBytes_FromStringAndSize(<char *>content, <Py_ssize_t>reading.symbol.length)
    return (text, reading.rung, bool(reading.sound), reading.symbol.version, reading.symbol.level,
            reading.symbol.mask, reading.symbol.corrected, reading.symbol.unused_ec,
            tuple([reading.corners[i] for i in range(8)]))
