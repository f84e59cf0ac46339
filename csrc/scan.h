/* Finding and sampling QR symbols in grey images.  Internal to csrc.
 *
 * Image coordinates are continuous: the pixel in column x, row y covers [x, x + 1) x [y, y + 1).
 * Module coordinates (u, v) run likewise over a symbol: the module in row i, column j has its
 * centre at u = j + 0.5, v = i + 0.5, and the symbol covers [0, side) both ways. */
#ifndef ELQR_SCAN_H
#define ELQR_SCAN_H

#include "qr_decode.h"

#include <stddef.h>
#include <stdint.h>

#define SCAN_MAX_SIZE 32767 /* pixels across or down */
#define SCAN_MAX_GRID (QR_MAX_SIDE + 2)
#define SCAN_MAX_MARKS 12
#define SCAN_MAX_FIXED 4096 /* version 40 has 3 * 64 + 46 * 25 + 2 * 161 + 36 at most */

/* Rows of grey pixels, 0 = black. */
typedef struct {
    const uint8_t *pixels;
    size_t stride; /* bytes from a row to the next */
    int width, height;
} scan_image;

typedef struct {
    float x, y;
} scan_point;

/* A finder pattern: its centre, and the size of its modules in pixels. */
typedef struct {
    float x, y, module;
    float score; /* higher is better */
} scan_mark;

/* A projective map from modules to the image, row by row; the last coefficient is 1. */
typedef struct {
    float h[8];
} scan_grid;

/* What is known of a version before anything is read: where codewords are, and the modules that
 * are the same in every symbol. */
typedef struct {
    qr_places places;
    int fixed_count;
    uint16_t fixed[SCAN_MAX_FIXED]; /* row << 8 | column */
    uint8_t fixed_dark[SCAN_MAX_FIXED];
} scan_symbol;

/* A guess where a symbol lies. */
typedef struct {
    int version;
    scan_grid grid;
    float score;
} scan_guess;

void scan_symbol_init(scan_symbol *symbol, int version);

/*---- scan_marks.c ----*/

/* The level between dark and light of an image, from a sample of its pixels; -1 if all are much the
 * same. */
int scan_threshold(const scan_image *image);

/* Finder patterns by the runs 1 : 1 : 3 : 1 : 1 along rows, of which every `step`-th is looked at,
 * and columns.  Returns how many, at most SCAN_MAX_MARKS. */
int scan_find_marks(const scan_image *image, int threshold, int step, scan_mark *marks);

/*---- scan_blocks.c ----*/

/* 32-bit words that scan_find_blocks needs for an image. */
size_t scan_sum_words(int width, int height);

/* Finder patterns by the mean greys of their four rings, for modules of smallest to largest pixels:
 * slower, but it survives noise and streaks.  The best first; returns how many, at most
 * SCAN_MAX_MARKS. */
int scan_find_blocks(const scan_image *image, float smallest, float largest, uint32_t *sums,
                     scan_mark *marks);

/*---- scan_grid.c ----*/

scan_point scan_map(const scan_grid *grid, float u, float v);

/* The affine grid of a symbol of `side` modules, from the centres of its finder patterns. */
scan_grid scan_affine(scan_point top_left, scan_point top_right, scan_point bottom_left, int side);

/* Guesses from three finder patterns each, best first; at most `capacity`. */
int scan_guess_from_three(const scan_mark *marks, int count, int usual_version, scan_guess *guesses,
                          int capacity);

/* Guesses from two finder patterns each, in any of their roles: they are many and most are wrong,
 * so that those come first whose fixed modules stand out most in the image. */
int scan_guess_from_two(const scan_image *image, const scan_symbol *symbol, const scan_mark *marks,
                        int count, scan_guess *guesses, int capacity);

/* Whether the symbol and one module around it lie within the image. */
int scan_inside(const scan_image *image, const scan_grid *grid, int side);

/* The pixel nearest to the centre of each module and of the ring around the symbol:
 * samples[(side + 2) * (side + 2)].  The grid is affine and inside; the image's rows span less than
 * 2^31 bytes. */
void scan_sample_nearest(const scan_image *image, const scan_grid *grid, int side,
                         uint8_t *samples);

/* As above by bilinear interpolation, for any grid; beyond the image its edge goes on. */
void scan_sample(const scan_image *image, const scan_grid *grid, int side, uint8_t *samples);

/* Moves the corners of the grid to where the fixed modules stand out most, then to where all
 * modules are most decided.  False if the fixed modules never stand out: no symbol is there. */
int scan_refine(const scan_image *image, const scan_symbol *symbol, scan_grid *grid);

#endif
