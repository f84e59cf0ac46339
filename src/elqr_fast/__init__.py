"""Makes, prints and reads Japan's eL-QR payment slips (納付書).

import elqr_fast as ef
"""
