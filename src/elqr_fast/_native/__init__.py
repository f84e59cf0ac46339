"""The kernels, bound: each module checks, allocates, drops the GIL around one call, and raises.

No policy lives here.  Arrays in, arrays out; a status of `csrc/elqr.h` becomes an exception of
`elqr_fast.errors` that names the item of the batch.
"""
