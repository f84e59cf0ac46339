/* csrc: inflate.c cpu.c */
/* Any bytes twice, the second time with the tables kept: the same status and output, nothing
 * outside the buffers. */
#include "inflate.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    enum { CAPACITY = 2000 };
    static const uint8_t head[] = {0x78, 0x9C};
    inflate_tables *tables = malloc(sizeof *tables);
    uint8_t *packed = malloc(size + sizeof head), *out = malloc(CAPACITY + INFLATE_SLACK);
    uint8_t first[CAPACITY];
    size_t first_size, again_size;
    memcpy(packed, head, sizeof head);
    if (size)
        memcpy(packed + sizeof head, data, size);
    inflate_begin(tables);
    const int status = inflate_stream(tables, packed, size + 2, out, CAPACITY, &first_size);
    memcpy(first, out, first_size);
    if (inflate_stream(tables, packed, size + 2, out, CAPACITY, &again_size) != status ||
        again_size != first_size || memcmp(first, out, first_size) != 0)
        abort();
    free(out);
    free(packed);
    free(tables);
    return 0;
}
