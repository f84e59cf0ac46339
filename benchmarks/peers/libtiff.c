/* Times libtiff coding and decoding one bilevel page in memory.
 *
 *     cc -O3 libtiff.c -ltiff -o libtiff
 *     ./libtiff PAGE WIDTH HEIGHT ROWS_PER_STRIP LAST_STRIPS REPEATS
 *
 * PAGE holds packed rows, 1 = black.  Prints, as seconds a page, the best of REPEATS: coding all
 * strips, decoding all strips, decoding the last LAST_STRIPS strips.
 */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
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
    file->at = (size_t)offset + (whence == SEEK_CUR ? file->at : whence == SEEK_END ? file->size : 0);
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

static void encode(memory_file *file, uint8_t *page, uint32_t width, uint32_t height,
                   uint32_t rows_per_strip) {
    file->size = 0;
    TIFF *tiff = memory_open(file, "wm");
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
        TIFFWriteEncodedStrip(tiff, y / rows_per_strip, page + y * row_bytes,
                              (tmsize_t)(rows * row_bytes));
    }
    TIFFClose(tiff);
}

static void decode(memory_file *file, uint8_t *page, uint32_t width, uint32_t rows_per_strip,
                   uint32_t last_strips) {
    TIFF *tiff = memory_open(file, "rm");
    uint32_t strips = TIFFNumberOfStrips(tiff);
    size_t strip_bytes = (size_t)rows_per_strip * ((width + 7) / 8);
    for (uint32_t strip = strips - last_strips; strip < strips; strip++)
        TIFFReadEncodedStrip(tiff, strip, page + strip * strip_bytes, (tmsize_t)-1);
    TIFFClose(tiff);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

int main(int count, char **arguments) {
    if (count != 7)
        return 2;
    uint32_t width = (uint32_t)atoi(arguments[2]), height = (uint32_t)atoi(arguments[3]);
    uint32_t rows_per_strip = (uint32_t)atoi(arguments[4]), last = (uint32_t)atoi(arguments[5]);
    uint32_t strips = (height + rows_per_strip - 1) / rows_per_strip;
    size_t size = (size_t)height * ((width + 7) / 8);
    size_t whole = (size_t)strips * rows_per_strip * ((width + 7) / 8);
    uint8_t *page = malloc(size), *back = malloc(whole);
    memory_file file = {malloc(size * 2 + 100000), 0, size * 2 + 100000, 0};
    FILE *input = fopen(arguments[1], "rb");
    if (!input || fread(page, 1, size, input) != size)
        return 1;
    double best[3] = {1e9, 1e9, 1e9};
    for (int repeat = 0; repeat < atoi(arguments[6]); repeat++)
        for (int what = 0; what < 3; what++) {
            double start = now();
            if (what == 0)
                encode(&file, page, width, height, rows_per_strip);
            else
                decode(&file, back, width, rows_per_strip, what == 1 ? strips : last);
            double took = now() - start;
            if (took < best[what])
                best[what] = took;
        }
    if (memcmp(page, back, size) != 0)
        return 1;
    printf("%.9f %.9f %.9f\n", best[0], best[1], best[2]);
    return 0;
}
