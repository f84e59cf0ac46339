"""Makes, prints and reads Japan's eL-QR payment slips (納付書).

import elqr_fast as ef
"""

from elqr_fast.render.g4 import g4_decode, g4_encode

__all__ = ["g4_decode", "g4_encode"]
