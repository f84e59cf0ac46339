/* libtiff behind three functions, for benchmarks/test_g4.py, which builds it with
 * `cc -O3 -shared -fPIC libtiff.c -ltiff` where tiffio.h is installed.  Files are in memory. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <tiffio.h>

/* A file in memory, as TIFFClientOpen wants it. */
typedef struct {
    uint8_t *bytes;
    size_t size, capacity, at;
} memory_file;

static tmsize_t memory_read(thandle_t handle, void *to, tmsize_t size) {
    memory_file *file = handle;
    size_t left = file->at < file->size ? file->size - file->at : 0;
    size_t count = (size_t)size < left ? (size_t)size : left;
    memcpy(to, file->bytes + file->at, count);
    file->at += count;
    return (tmsize_t)count;
}

static tmsize_t memory_write(thandle_t handle, void *from, tmsize_t size) {
    memory_file *file = handle;
    if (file->at + (size_t)size > file->capacity)
        return -1;
    memcpy(file->bytes + file->at, from, (size_t)size);
    file->at += (size_t)size;
    if (file->at > file->size)
        file->size = file->at;
    return size;
}

static toff_t memory_seek(thandle_t handle, toff_t offset, int whence) {
    memory_file *file = handle;
    file->at = (size_t)offset + (whence == SEEK_CUR   ? file->at
                                 : whence == SEEK_END ? file->size
                                                      : 0);
    return file->at;
}

static int memory_close(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t memory_size(thandle_t handle) {
    return ((memory_file *)handle)->size;
}

static TIFF *memory_open(memory_file *file, const char *mode) {
    file->at = 0;
    return TIFFClientOpen("memory", mode, file, memory_read, memory_write, memory_seek,
                          memory_close, memory_size, NULL, NULL);
}

/* Codes `height` packed rows of `width` pixels, 1 = black, as a TIFF; returns its size. */
size_t tiff_encode(const uint8_t *page, uint32_t width, uint32_t height, uint32_t rows_per_strip,
                   uint8_t *out, size_t capacity) {
    memory_file file = {out, 0, capacity, 0};
    TIFF *tiff = memory_open(&file, "wm");
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 1);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_CCITTFAX4);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, rows_per_strip);
    size_t row_bytes = (width + 7) / 8;
    for (uint32_t y = 0; y < height; y += rows_per_strip) {
        uint32_t rows = height - y < rows_per_strip ? height - y : rows_per_strip;
        TIFFWriteEncodedStrip(tiff, y / rows_per_strip, (void *)(uintptr_t)(page + y * row_bytes),
                              (tmsize_t)(rows * row_bytes));
    }
    TIFFClose(tiff);
    return file.size;
}

/* Decodes strips [first, the last] of a TIFF, strip i to page + i * strip_bytes; returns how many
 * there are. */
uint32_t tiff_decode(uint8_t *coded, size_t size, uint8_t *page, size_t strip_bytes,
                     uint32_t first) {
    memory_file file = {coded, size, size, 0};
    TIFF *tiff = memory_open(&file, "rm");
    uint32_t strips = TIFFNumberOfStrips(tiff);
    for (uint32_t strip = first; strip < strips; strip++)
        TIFFReadEncodedStrip(tiff, strip, page + strip * strip_bytes, (tmsize_t)-1);
    TIFFClose(tiff);
    return strips;
}
