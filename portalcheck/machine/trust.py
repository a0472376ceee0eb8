"""The verdict of Windows or macOS itself on a certificate chain, for they know more than their list of roots.

Both fetch roots as they need them, heed distrust by date and what an administrator set. truststore asks
them, but offers in public only a TLS connection to judge; the chain is in hand here and was received
without verification, so its private function for a chain of DER bytes is called, in this one place. Where
a later version lacks it, there is no verdict.
"""

from __future__ import annotations

import importlib
import ssl
import sys
from collections.abc import Sequence

MAX_CERTIFICATES = 20

_DISTRUST = frozenset(
    {
        0x800B0109,  # Windows CERT_E_UNTRUSTEDROOT
        0x800B010A,  # CERT_E_CHAINING
        0x800B010D,  # CERT_E_UNTRUSTEDTESTROOT
        0x800B0111,  # TRUST_E_EXPLICIT_DISTRUST
        0x800B0112,  # CERT_E_UNTRUSTEDCA
        -67843,  # macOS errSecNotTrusted
        -67654,  # errSecTrustSettingDeny
        -25318,  # errSecCreateChainFailed
    }
)
"""Codes that deny trust. Others (dates, name, revocation, policy) leave the question of trust open."""


def system_trusts(chain: Sequence[bytes], host: str) -> bool | None:
    """Whether the system trusts the root of a chain (DER, leaf first) at the current time.

    None where the system gives no verdict of its own (Linux), or one about something else than trust, such
    as a certificate's dates. The name is not compared; a system may need it for roots bound to names.
    """
    if sys.platform not in ("win32", "darwin") or not chain:
        return None
    try:
        verify = importlib.import_module("truststore._api")._verify_peercerts_impl
    except (ImportError, AttributeError):
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        verify(context, list(chain[:MAX_CERTIFICATES]), server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        return verdict(error.verify_code)
    except (OSError, ValueError, TypeError):  # not a certificate; or another signature than expected
        return None
    return True


def verdict(code: int) -> bool | None:
    """What the code of a refusal (HRESULT or OSStatus) says of trust: False, or None for nothing."""
    return False if code in _DISTRUST or code + 2**32 in _DISTRUST else None
