/* libqrencode (LGPL) behind one function, for benchmarks/test_symbols.py, which builds it with
 * `cc -O3 -shared -fPIC libqrencode.c -lqrencode` where qrencode.h is installed. */
#include <qrencode.h>

#include <stddef.h>

/* Makes one symbol of each of n payloads of `width` characters, smallest version, level M,
 * automatic mask, in one segment, and throws it away.  `mode` is libqrencode's: 0 numeric,
 * 1 alphanumeric, 2 bytes.  Returns 0, or -1 when a payload fails. */
int make_symbols(const unsigned char *payloads, size_t width, size_t n, int mode) {
    for (size_t i = 0; i < n; i++) {
        QRinput *input = QRinput_new2(0, QR_ECLEVEL_M);
        if (input == NULL)
            return -1;
        QRcode *code = NULL;
        if (QRinput_append(input, (QRencodeMode)mode, (int)width, payloads + i * width) == 0)
            code = QRcode_encodeInput(input);
        QRinput_free(input);
        if (code == NULL)
            return -1;
        QRcode_free(code);
    }
    return 0;
}
