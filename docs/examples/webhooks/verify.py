"""Verifies a webhook with nothing but Python's standard library (signature v1)."""

import base64
import hashlib
import hmac
import time

TOLERANCE_SECONDS = 5 * 60


def is_genuine(secret, headers, body):
    """secret: whsec_…; headers: with lower-case names; body: the bytes as they arrived."""
    timestamp = headers["webhook-timestamp"]
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()
    # After a rotation there are two.
    given = headers["webhook-signature"].split(" ")
    return any(hmac.compare_digest(expected.encode(), each.encode()) for each in given)
