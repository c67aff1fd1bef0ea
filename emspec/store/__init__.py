"""The artifact store: a result is whole or absent, and what is read is verified.

Layout below the store's folder (`out/store`):
    results/<aa>/<key>/        the files of one finished stage, and manifest.json; renamed here whole
    attempts/<key>-<pid>-<id>  work in progress, and the .log of what failed
    leases                     one file; a key's byte in it is locked for as long as someone works on the key
    damaged/                   results whose bytes no longer match their manifest, kept for inspection
"""

from emspec.store.lease import Lease
from emspec.store.store import Attempt, Store

__all__ = ["Attempt", "Lease", "Store"]
