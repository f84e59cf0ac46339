/* The grammar of a page's content: all that this version writes, and nothing else.
 *
 *   content = "q" unit "cm" ["/S Do"] {path | shape} ["BT" {text} "ET"] "Q"
 *   unit    = x "0 0" y "0 0"                     x, y: a dot in 1/72 inch
 *   path    = rects | "q" across "0 0" upwards x y "cm" rects "Q"
 *   rects   = {x y width height "re"} "f"
 *   shape   = {x y "m" | x y "l" | "h"} "f*"
 *   text    = "/F"n size "Tf" | "1 0 0 1" x y "Tm" | "[" strings, numbers "]TJ"
 *           | "/Span<</ActualText<"hex">>>BDC" | "EMC"
 *
 * with one space between words and a line end after each operator.  Written from the grammar, not
 * from pdf_page.c: the two share nothing. */
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
    int fault;
} parser;

/* The unit of a path. */
typedef struct {
    double across, upwards, x, y;
    int64_t across_dots, upwards_dots; /* across and upwards, which are whole */
} matrix;

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

/* A whole number, which `text` follows. */
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

/* The rectangle before, for those that are like it but for whole units of place: most are. */
typedef struct {
    dot_box box;
    const uint8_t *tail; /* from after y to after "re" and the line end */
    size_t tail_size;
    int64_t x, y; /* in units; known if tail is not null */
} last_rect;

/* One rectangle's operands, and "re". */
static int read_rect(parser *in, const matrix *unit, last_rect *last) {
    double x, y, width, height;
    dot_box *box = &last->box;
    last->tail = NULL;
    if (!read_number(in, ' ', &x) || !read_number(in, ' ', &y))
        return 0;
    const uint8_t *tail = in->at;
    if (!read_number(in, ' ', &width) || !read_number(in, ' ', &height) || !expect(in, "re\n"))
        return 0;
    if (x == floor(x) && y == floor(y))
        *last = (last_rect){last->box, tail, (size_t)(in->at - tail), (int64_t)x, (int64_t)y};
    x = x * unit->across + unit->x;
    y = in->form->height - (y * unit->upwards + unit->y);
    width *= unit->across;
    height *= unit->upwards;
    if (!to_dot(x, 1, &box->left) || !to_dot(y - height, 1, &box->top) ||
        !to_dot(x + width, -1, &box->right) || !to_dot(y, -1, &box->bottom))
        return fail(in, ELQR_PDF_OFF_GRID);
    return mark(in, box);
}

/* One to three digits and a space. */
ELQR_INLINE int short_number(const uint8_t **at, int64_t *number) {
    const uint8_t *bytes = *at;
    if (!is_digit(bytes[0]))
        return 0;
    *number = bytes[0] - '0';
    for (int i = 1; i <= 3; i++) {
        if (bytes[i] == ' ') {
            *at = bytes + i + 1;
            return 1;
        }
        if (!is_digit(bytes[i]))
            return 0;
        *number = 10 * *number + (bytes[i] - '0');
    }
    return 0;
}

/* A rectangle that is the last one moved by whole units; 0 if it may be another. */
ELQR_INLINE int read_moved(parser *in, const matrix *unit, last_rect *last) {
    const uint8_t *at = in->at;
    int64_t x, y;
    if (last->tail == NULL || (size_t)(in->end - at) < 8 + last->tail_size ||
        !short_number(&at, &x) || !short_number(&at, &y) ||
        memcmp(at, last->tail, last->tail_size) != 0)
        return 0;
    const int64_t right = (x - last->x) * unit->across_dots;
    const int64_t down = (last->y - y) * unit->upwards_dots;
    last->x = x;
    last->y = y;
    last->box.left += right;
    last->box.right += right;
    last->box.top += down;
    last->box.bottom += down;
    in->at = at + last->tail_size;
    return 1;
}

static int starts_number(int byte) {
    return is_digit(byte) || byte == '.' || byte == '-';
}

static int read_rects(parser *in, const matrix *unit) {
    last_rect last = {{0, 0, 0, 0}, NULL, 0, 0, 0};
    do
        if (read_moved(in, unit, &last) ? !mark(in, &last.box) : !read_rect(in, unit, &last))
            return 0;
    while (starts_number(peek(in)));
    return expect(in, "f\n");
}

static int read_own_unit(parser *in, matrix *unit) {
    int64_t across, upwards;
    if (!read_whole(in, ' ', 3, &across) || !expect(in, "0 0 ") ||
        !read_whole(in, ' ', 3, &upwards) || !read_number(in, ' ', &unit->x) ||
        !read_number(in, ' ', &unit->y) || !expect(in, "cm\n"))
        return 0;
    unit->across = (double)(unit->across_dots = across);
    unit->upwards = (double)(unit->upwards_dots = upwards);
    return 1;
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
    static const matrix dots = {1, 1, 0, 0, 1, 1};
    for (;;) {
        const int next = peek(in);
        matrix unit;
        if (next == 'q') {
            if (!expect(in, "q\n") || !read_own_unit(in, &unit) || !read_rects(in, &unit) ||
                !expect(in, "Q\n"))
                return 0;
        } else if (next == 'h' || (starts_number(next) && !is_rect(in))) {
            if (!read_shape(in))
                return 0;
        } else if (!starts_number(next)) {
            return 1;
        } else if (!read_rects(in, &dots)) {
            return 0;
        }
    }
}

/*---- Text: what it says is not looked at, that it is nothing else is ----*/

static int is_hex(int byte) {
    return is_digit(byte) || (byte >= 'A' && byte <= 'F');
}

/* Strings of hexadecimal digits, and numbers between them. */
static int read_strings(parser *in) {
    static const uint8_t in_strings[256] = {
        ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1,
        ['7'] = 1, ['8'] = 1, ['9'] = 1, ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1,
        ['E'] = 1, ['F'] = 1, ['<'] = 1, ['>'] = 1, ['-'] = 1};
    const uint8_t *at = in->at, *const end = in->end;
    while (at < end && in_strings[*at])
        at++;
    in->at = at;
    return expect(in, "]TJ\n");
}

static int read_font(parser *in) {
    int64_t number;
    double size;
    return read_whole(in, ' ', 9, &number) && read_number(in, ' ', &size) && expect(in, "Tf\n");
}

static int read_move(parser *in) {
    double x, y;
    return read_number(in, ' ', &x) && read_number(in, ' ', &y) && expect(in, "Tm\n");
}

static int read_actual_text(parser *in) {
    while (is_hex(peek(in)))
        in->at++;
    return expect(in, ">>>BDC\n");
}

static int read_text(parser *in) {
    if (ACCEPT(in, "["))
        return read_strings(in);
    if (ACCEPT(in, "1 0 0 1 "))
        return read_move(in);
    if (ACCEPT(in, "/F"))
        return read_font(in);
    if (ACCEPT(in, "/Span<</ActualText<"))
        return read_actual_text(in);
    return expect(in, "EMC\n");
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
    if (!read_paths(in))
        return 0;
    if (ACCEPT(in, "BT\n"))
        while (!ACCEPT(in, "ET\n"))
            if (!read_text(in))
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
                 ELQR_PDF_SOUND};
    memset(ink, 0, sizeof *ink);
    if (read_whole_content(&in) && !bars_are_apart(ink))
        in.fault = ELQR_PDF_PART_OF_BAR;
    *position = (size_t)(in.at - content);
    return in.fault;
}
