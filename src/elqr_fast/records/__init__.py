"""Notices in: readers, column maps, checks of what is not in a code, rejects, synthetic notices."""
