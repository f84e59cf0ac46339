/* The grammar of a page's content: all that this version writes, and nothing else.
 *
 *   content = "q" unit "cm" ["/S Do"] {rects | shape} "BT" {symbol | bars | font {text}} "ET" "Q"
 *   unit    = x "0 0" y "0 0"                     x, y: a dot in 1/72 inch
 *   rects   = {x y width height "re"} "f"
 *   shape   = {x y "m" | x y "l" | "h"} "f*"
 *   symbol  = "/Q 1 Tf" leading "TL" move "(" letters {")'(" letters} ")'"
 *   bars    = "/B 1 Tf" move "(" letters ")Tj"
 *   font    = "/F"n size "Tf"
 *   text    = move string "Tj" | move "/Span<</ActualText<"hex">>>BDC" string "Tj" {move string
 * "Tj"} "EMC" move    = x y "Td"
 *
 * with one space between words, none before a string, and a line end after each operator but a move
 * before a string.  Letters are from '@' to 'O'; fonts draw them as elqr_pdf_page.h says.  Written
 * from the grammar, not from pdf_page.c: the two share nothing. */
#include "pdf_read_content.h"

#include <math.h>

enum { FARTHEST = 1000000, UNKNOWN = -1 };
static const double INSET_AT_MOST = 0.06;

/* Rectangles in whole dots, y downwards, right and bottom exclusive. */
typedef struct {
    int64_t left, top, right, bottom;
} dot_box;

typedef struct {
    const elqr_pdf_form *form;
    const uint8_t *at, *end;
    read_ink *ink;
    uint64_t qr_inverse, bar_inverse; /* see divide_dots */
    int64_t x, y;                     /* where the line of text begins; y upwards */
    int fault;
} parser;

static int fail(parser *in, int fault) {
    if (in->fault == ELQR_PDF_SOUND)
        in->fault = fault;
    return 0;
}

/*---- Words ----*/

#define ACCEPT(in, word) accept(in, word, sizeof(word) - 1)

ELQR_INLINE int accept(parser *in, const char *word, size_t size) {
    if ((size_t)(in->end - in->at) < size || memcmp(in->at, word, size) != 0)
        return 0;
    in->at += size;
    return 1;
}

static int expect(parser *in, const char *word) {
    return accept(in, word, strlen(word)) || fail(in, ELQR_PDF_STRANGE);
}

ELQR_INLINE int peek(const parser *in) {
    return in->at < in->end ? *in->at : UNKNOWN;
}

ELQR_INLINE int is_digit(int byte) {
    return (unsigned)byte - '0' < 10;
}

/* A number and the space, or other byte, that must follow it. */
ELQR_INLINE int read_number(parser *in, char after, double *number) {
    static const double tenths[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    const int negative = peek(in) == '-';
    in->at += negative;
    int64_t value = 0;
    int digits = 0, places = 0;
    for (; is_digit(peek(in)); in->at++, digits++)
        value = digits < 9 ? 10 * value + (*in->at - '0') : 10 * (int64_t)FARTHEST;
    if (value > FARTHEST)
        return fail(in, ELQR_PDF_FAR_NUMBER);
    if (peek(in) == '.')
        for (in->at++; is_digit(peek(in)); in->at++, places++) {
            if (places == 9)
                return fail(in, ELQR_PDF_NO_NUMBER);
            value = 10 * value + (*in->at - '0');
        }
    if (peek(in) == '.' || peek(in) == '-' || digits + places == 0)
        return fail(in, is_digit(peek(in)) || peek(in) == '.' || peek(in) == '-'
                            ? ELQR_PDF_NO_NUMBER
                            : ELQR_PDF_STRANGE);
    if (peek(in) != after)
        return fail(in, ELQR_PDF_STRANGE);
    in->at++;
    *number = (double)(negative ? -value : value) / tenths[places];
    return 1;
}

/* A whole number, which `after` follows. */
static int read_whole(parser *in, char after, int most_digits, int64_t *number) {
    int digits = 0;
    *number = 0;
    for (; is_digit(peek(in)) && digits < most_digits; in->at++, digits++)
        *number = 10 * *number + (*in->at - '0');
    if (digits == 0 || peek(in) != after)
        return fail(in, ELQR_PDF_STRANGE);
    in->at++;
    return 1;
}

/*---- Ink ----*/

ELQR_INLINE int touches(const dot_box *box, int64_t x, int64_t y, int64_t width, int64_t height) {
    return box->right > x && box->left < x + width && box->bottom > y && box->top < y + height;
}

/* Whole modules of the symbol; that they overlap does not matter. */
ELQR_INLINE int mark_symbol(parser *in, const dot_box *box) {
    const elqr_page_symbol *qr = &in->form->qr;
    const int64_t module = qr->module, quiet = 4 * module, side = qr->count * module;
    const int64_t x = qr->x, y = qr->y;
    if (!touches(box, x - quiet, y - quiet, side + 2 * quiet, side + 2 * quiet))
        return 1;
    const int64_t left = box->left - x, right = box->right - x;
    const int64_t top = box->top - y, bottom = box->bottom - y;
    if (left < 0 || top < 0 || right > side || bottom > side)
        return fail(in, ELQR_PDF_BAD_SYMBOL);
    const uint64_t inverse = in->qr_inverse;
    const uint32_t first = divide_dots((uint64_t)left, inverse),
                   last = divide_dots((uint64_t)right, inverse);
    const uint32_t row = divide_dots((uint64_t)top, inverse),
                   end = divide_dots((uint64_t)bottom, inverse);
    if (first * module != left || last * module != right || row * module != top ||
        end * module != bottom)
        return fail(in, ELQR_PDF_BAD_SYMBOL);
    in->ink->has_symbol = 1;
    if (first == last)
        return 1;
    const uint64_t run = ~UINT64_C(0) << (64 - (last - first)) >> first;
    for (uint32_t i = row; i < end; i++)
        in->ink->rows[i] |= run;
    return 1;
}

/* A whole bar of the row. */
ELQR_INLINE int mark_bars(parser *in, const dot_box *box) {
    const elqr_page_symbol *bars = &in->form->bars;
    const int64_t module = bars->module, quiet = 10 * module, width = bars->count * module;
    const int64_t x = bars->x, y = bars->y;
    if (!touches(box, x - quiet, y, width + 2 * quiet, bars->height))
        return 1;
    const int64_t left = box->left - x, right = box->right - x + bars->narrower;
    if (left < 0 || box->right - x > width || box->top != y || box->bottom != y + bars->height)
        return fail(in, ELQR_PDF_BAD_BARS);
    const int64_t first = divide_dots((uint64_t)left, in->bar_inverse),
                  last = divide_dots((uint64_t)right, in->bar_inverse);
    if (first * module != left || last * module != right || last > bars->count || first >= last)
        return fail(in, ELQR_PDF_PART_OF_BAR);
    for (int64_t i = first; i < last; i++) {
        if (in->ink->bars[i])
            return fail(in, ELQR_PDF_PART_OF_BAR);
        in->ink->bars[i] = 1;
    }
    in->ink->bar_rects++;
    in->ink->has_bars = 1;
    return 1;
}

ELQR_INLINE int mark(parser *in, const dot_box *box) {
    return (!in->form->qr.count || mark_symbol(in, box)) &&
           (!in->form->bars.count || mark_bars(in, box));
}

/* The dot that an edge stands for; false if it is not drawn back from it by INSET_AT_MOST. */
ELQR_INLINE int to_dot(double edge, double inwards, int64_t *dot) {
    const double nearest = floor(edge + 0.5), inset = (edge - nearest) * inwards;
    *dot = (int64_t)nearest;
    return inset >= 0 && inset <= INSET_AT_MOST;
}

/*---- Paths ----*/

/* One rectangle's operands, and "re". */
static int read_rect(parser *in) {
    double x, y, width, height;
    dot_box box;
    if (!read_number(in, ' ', &x) || !read_number(in, ' ', &y) || !read_number(in, ' ', &width) ||
        !read_number(in, ' ', &height) || !expect(in, "re\n"))
        return 0;
    y = in->form->height - y;
    if (!to_dot(x, 1, &box.left) || !to_dot(y - height, 1, &box.top) ||
        !to_dot(x + width, -1, &box.right) || !to_dot(y, -1, &box.bottom))
        return fail(in, ELQR_PDF_OFF_GRID);
    return mark(in, &box);
}

static int starts_number(int byte) {
    return is_digit(byte) || byte == '.' || byte == '-';
}

static int read_rects(parser *in) {
    do
        if (!read_rect(in))
            return 0;
    while (starts_number(peek(in)));
    return expect(in, "f\n");
}

/* A shape counts as the box around it. */
typedef struct {
    double left, top, right, bottom;
    int points;
} outline;

static int read_point(parser *in, outline *around) {
    double x, y;
    if (!read_number(in, ' ', &x) || !read_number(in, ' ', &y))
        return 0;
    if (!ACCEPT(in, "m\n") && !ACCEPT(in, "l\n"))
        return fail(in, ELQR_PDF_STRANGE);
    y = in->form->height - y;
    if (!around->points++)
        *around = (outline){x, y, x, y, 1};
    around->left = fmin(around->left, x);
    around->right = fmax(around->right, x);
    around->top = fmin(around->top, y);
    around->bottom = fmax(around->bottom, y);
    return 1;
}

static int read_shape(parser *in) {
    outline around = {0, 0, 0, 0, 0};
    while (!ACCEPT(in, "f*\n"))
        if (!ACCEPT(in, "h\n") && !read_point(in, &around))
            return 0;
    const dot_box box = {(int64_t)floor(around.left), (int64_t)floor(around.top),
                         (int64_t)ceil(around.right), (int64_t)ceil(around.bottom)};
    return around.points ? mark(in, &box) : fail(in, ELQR_PDF_STRANGE);
}

/* Whether the line that begins here ends with " re": else it is a shape's. */
static int is_rect(const parser *in) {
    const uint8_t *line = memchr(in->at, '\n', (size_t)(in->end - in->at));
    return line != NULL && line - in->at > 2 && line[-1] == 'e';
}

static int read_paths(parser *in) {
    for (;;) {
        const int next = peek(in);
        if (next == 'h' || (starts_number(next) && !is_rect(in))) {
            if (!read_shape(in))
                return 0;
        } else if (!starts_number(next)) {
            return 1;
        } else if (!read_rects(in)) {
            return 0;
        }
    }
}

/*---- Codes: letters that are modules ----*/

/* A whole number of dots, which may be negative, and a space. */
ELQR_INLINE int read_dots(parser *in, int64_t *number) {
    const int negative = ACCEPT(in, "-");
    int digits = 0;
    int64_t value = 0;
    for (; is_digit(peek(in)); in->at++, digits++)
        value = digits < 7 ? 10 * value + (*in->at - '0') : 10 * (int64_t)FARTHEST;
    if (digits == 0)
        return fail(in, ELQR_PDF_STRANGE);
    if (value > FARTHEST)
        return fail(in, ELQR_PDF_FAR_NUMBER);
    *number = negative ? -value : value;
    return ACCEPT(in, " ") || fail(in, ELQR_PDF_STRANGE);
}

ELQR_INLINE int read_move(parser *in) {
    int64_t x, y;
    if (!read_dots(in, &x) || !read_dots(in, &y) || !expect(in, "Td"))
        return 0;
    in->x += x;
    in->y += y;
    return 1;
}

ELQR_INLINE int is_letter(int byte) {
    return byte >= '@' && byte <= 'O';
}

/* The dark runs of a row of modules, the first module highest, from x on below `top`. */
static int mark_runs(parser *in, uint64_t row, int64_t x, int64_t top) {
    const int64_t module = in->form->qr.module;
    for (int64_t start = 0; start < 64;) {
        int64_t end = start;
        while (end < 64 && row >> (63 - end) & 1)
            end++;
        const dot_box box = {x + start * module, top, x + end * module, top + module};
        if (end > start && !mark(in, &box))
            return 0;
        start = end + 1;
    }
    return 1;
}

/* The same at once, where the row is one of the symbol's. */
static int mark_row(parser *in, uint64_t row, int64_t x, int64_t top) {
    const elqr_page_symbol *qr = &in->form->qr, *bars = &in->form->bars;
    const int64_t module = qr->module, side = qr->count * module, quiet = 10 * bars->module;
    const dot_box box = {x, top, x + side, top + module};
    if (x != qr->x || top < qr->y || box.bottom > qr->y + side ||
        (qr->count < 64 && row << qr->count) ||
        (bars->count && touches(&box, bars->x - quiet, bars->y,
                                bars->count * (int64_t)bars->module + 2 * quiet, bars->height)))
        return mark_runs(in, row, x, top);
    const uint32_t index = divide_dots((uint64_t)(top - qr->y), in->qr_inverse);
    if (index * module != top - qr->y)
        return mark_runs(in, row, x, top);
    in->ink->has_symbol |= row != 0;
    in->ink->rows[index] |= row;
    return 1;
}

static int read_symbol(parser *in) {
    int64_t leading;
    if (!in->form->qr.count || !read_whole(in, ' ', 4, &leading) || !expect(in, "TL\n") ||
        !read_move(in) || !expect(in, "("))
        return fail(in, ELQR_PDF_STRANGE);
    do {
        uint64_t row = 0;
        uint32_t letters = 0;
        for (; is_letter(peek(in)) && letters < 16; in->at++, letters++)
            row |= (uint64_t)(*in->at - '@') << (60 - 4 * letters);
        in->y -= leading;
        if (!mark_row(in, row, in->x, in->form->height - in->y - in->form->qr.module))
            return 0;
    } while (ACCEPT(in, ")'("));
    return expect(in, ")'\n");
}

static int read_bars(parser *in) {
    const elqr_page_symbol *bars = &in->form->bars;
    if (!bars->count || !read_move(in) || !expect(in, "("))
        return fail(in, ELQR_PDF_STRANGE);
    const int64_t bottom = in->form->height - in->y;
    int64_t x = in->x;
    for (; is_letter(peek(in)); in->at++) {
        const int64_t bar = (*in->at - '@') / 4 + 1, space = (*in->at - '@') % 4 + 1;
        const dot_box box = {x, bottom - bars->height, x + bar * bars->module - bars->narrower,
                             bottom};
        if (!mark(in, &box))
            return 0;
        x += (bar + space) * bars->module;
    }
    return expect(in, ")Tj\n");
}

/*---- Text: what it says is not looked at, that it is nothing else is ----*/

static int is_hex(int byte) {
    return is_digit(byte) || (byte >= 'A' && byte <= 'F');
}

/* A string, in which a backslash stands before what would end it or be another byte, and "Tj". */
static int read_string(parser *in) {
    if (!expect(in, "("))
        return 0;
    for (; in->at < in->end; in->at++) {
        const int byte = *in->at;
        if (byte == ')')
            break;
        if (byte == '(' || byte == '\r')
            return fail(in, ELQR_PDF_STRANGE);
        if (byte == '\\') {
            in->at++;
            const int next = peek(in);
            if (next != '(' && next != ')' && next != '\\' && next != 'r')
                return fail(in, ELQR_PDF_STRANGE);
        }
    }
    return expect(in, ")Tj\n");
}

static int read_span(parser *in) {
    if (!expect(in, "/Span<</ActualText<"))
        return 0;
    while (is_hex(peek(in)))
        in->at++;
    if (!expect(in, ">>>BDC\n") || !read_string(in))
        return 0;
    while (!ACCEPT(in, "EMC\n"))
        if (!read_move(in) || !read_string(in))
            return 0;
    return 1;
}

/* A font, and all texts in it. */
static int read_texts(parser *in) {
    int64_t number;
    double size;
    if (!read_whole(in, ' ', 9, &number) || !read_number(in, ' ', &size) || !expect(in, "Tf\n"))
        return 0;
    while (starts_number(peek(in)))
        if (!read_move(in) || !(ACCEPT(in, "\n") ? read_span(in) : read_string(in)))
            return 0;
    return 1;
}

static int read_text_object(parser *in) {
    if (!expect(in, "BT\n"))
        return 0;
    while (!ACCEPT(in, "ET\n"))
        if (!(ACCEPT(in, "/F")          ? read_texts(in)
              : ACCEPT(in, "/Q 1 Tf\n") ? read_symbol(in)
              : ACCEPT(in, "/B 1 Tf\n") ? read_bars(in)
                                        : fail(in, ELQR_PDF_STRANGE)))
            return 0;
    return 1;
}

/*---- The whole content ----*/

static int read_unit(parser *in) {
    const double dot = 72.0 / in->form->dpi;
    double x, y;
    if (!expect(in, "q\n") || !read_number(in, ' ', &x) || !expect(in, "0 0 ") ||
        !read_number(in, ' ', &y) || !expect(in, "0 0 cm\n"))
        return 0;
    return (fabs(x / dot - 1) <= 1e-7 && fabs(y / dot - 1) <= 1e-7) || fail(in, ELQR_PDF_UNIT);
}

static int read_whole_content(parser *in) {
    if (!read_unit(in))
        return 0;
    ACCEPT(in, "/S Do\n");
    if (!read_paths(in) || !read_text_object(in))
        return 0;
    return expect(in, "Q\n") && (in->at == in->end || fail(in, ELQR_PDF_STRANGE));
}

/* Bars that touch would be one bar without narrowing, and are none that is written. */
static int bars_are_apart(const read_ink *ink) {
    uint32_t runs = 0;
    for (uint32_t i = 0; i < READ_BARS; i++)
        runs += ink->bars[i] && (i == 0 || !ink->bars[i - 1]);
    return runs == ink->bar_rects;
}

int read_content(const elqr_pdf_form *form, const uint8_t *content, size_t size, read_ink *ink,
                 size_t *position) {
    parser in = {form,
                 content,
                 content + size,
                 ink,
                 inverse_of(form->qr.module),
                 inverse_of(form->bars.module),
                 0,
                 0,
                 ELQR_PDF_SOUND};
    memset(ink, 0, sizeof *ink);
    if (read_whole_content(&in) && !bars_are_apart(ink))
        in.fault = ELQR_PDF_PART_OF_BAR;
    *position = (size_t)(in.at - content);
    return in.fault;
}
