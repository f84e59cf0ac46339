"""From a batch of scans to a verdict a slip: what one page cannot tell, results files and report.

Manifest, ledger, duplicates within the batch, dates; the page's own verdicts come from `scan`.
"""

from elqr_fast.verify.batch import Summary, read

__all__ = ["Summary", "read"]
