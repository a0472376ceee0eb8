"""The verdict of Windows or macOS itself on a certificate chain, for they know more than their list of roots.

Both fetch roots as they need them, heed distrust by date and what an administrator set. Libraries ask them during a
handshake only; here the chain is in hand, received earlier without verification, so the systems' own functions are
called: crypt32 (CertGetCertificateChain, CertVerifyCertificateChainPolicy) and Security (SecTrustEvaluateWithError).
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from contextlib import ExitStack

MAX_CERTIFICATES = 20


def system_trusts(chain: Sequence[bytes], host: str) -> bool:
    """Whether the system accepts a chain (DER, leaf first) for a TLS server at the current time.

    False also if the system gives no verdict of its own (Linux). The name is not compared; Windows may need it for
    roots that are bound to names.
    """
    if not chain:
        return False
    try:
        if sys.platform == "win32":
            return _windows_trusts(chain[:MAX_CERTIFICATES], host)
        if sys.platform == "darwin":
            return _macos_trusts(chain[:MAX_CERTIFICATES])
    except (OSError, AttributeError, ValueError):  # a function is not there; or not a certificate
        pass
    return False


# ---- Windows: structures and constants of wincrypt.h -----------------------------------------------

_DER = 0x00010001  # X509_ASN_ENCODING | PKCS_7_ASN_ENCODING
_USE_EXISTING = 2  # CERT_STORE_ADD_USE_EXISTING
_POLICY_SSL = 4  # CERT_CHAIN_POLICY_SSL
_AUTHTYPE_SERVER = 2
_IGNORE_NAME = 0x1000  # SECURITY_FLAG_IGNORE_CERT_CN_INVALID
_SERVER_AUTHENTICATION = b"1.3.6.1.5.5.7.3.1"  # szOID_PKIX_KP_SERVER_AUTH


class _Usage(ctypes.Structure):  # CERT_ENHKEY_USAGE
    _fields_ = (("count", ctypes.c_uint32), ("usages", ctypes.POINTER(ctypes.c_char_p)))


class _UsageMatch(ctypes.Structure):  # CERT_USAGE_MATCH
    _fields_ = (("type", ctypes.c_uint32), ("usage", _Usage))


class _ChainPara(ctypes.Structure):  # CERT_CHAIN_PARA
    _fields_ = (("size", ctypes.c_uint32), ("requested_usage", _UsageMatch))


class _SslPara(ctypes.Structure):  # SSL_EXTRA_CERT_CHAIN_POLICY_PARA
    _fields_ = (
        *(("size", ctypes.c_uint32), ("auth_type", ctypes.c_uint32)),
        *(("checks", ctypes.c_uint32), ("server_name", ctypes.c_wchar_p)),
    )


class _PolicyPara(ctypes.Structure):  # CERT_CHAIN_POLICY_PARA
    _fields_ = (("size", ctypes.c_uint32), ("flags", ctypes.c_uint32), ("extra", ctypes.c_void_p))


class _PolicyStatus(ctypes.Structure):  # CERT_CHAIN_POLICY_STATUS
    _fields_ = (
        *(("size", ctypes.c_uint32), ("error", ctypes.c_uint32)),
        *(("chain", ctypes.c_int32), ("element", ctypes.c_int32), ("extra", ctypes.c_void_p)),
    )


def _windows_trusts(chain: Sequence[bytes], host: str) -> bool:
    if sys.platform != "win32":
        return False
    crypt32 = ctypes.WinDLL("crypt32")
    crypt32.CertOpenStore.restype = crypt32.CertCreateCertificateContext.restype = ctypes.c_void_p
    leaf, *others = chain
    with ExitStack() as owned:
        store = ctypes.c_void_p(crypt32.CertOpenStore(b"Memory", 0, None, 0, None))
        owned.callback(crypt32.CertCloseStore, store, 0)
        for der in others:
            crypt32.CertAddEncodedCertificateToStore(store, _DER, der, len(der), _USE_EXISTING, None)
        context = ctypes.c_void_p(crypt32.CertCreateCertificateContext(_DER, leaf, len(leaf)))
        owned.callback(crypt32.CertFreeCertificateContext, context)
        usage = _Usage(1, (ctypes.c_char_p * 1)(_SERVER_AUTHENTICATION))
        wanted = _ChainPara(ctypes.sizeof(_ChainPara), _UsageMatch(0, usage))
        built = ctypes.c_void_p()
        if not context or not crypt32.CertGetCertificateChain(
            None, context, None, store, ctypes.byref(wanted), 0, None, ctypes.byref(built)
        ):
            return False
        owned.callback(crypt32.CertFreeCertificateChain, built)
        server = _SslPara(ctypes.sizeof(_SslPara), _AUTHTYPE_SERVER, _IGNORE_NAME, host)
        policy = _PolicyPara(ctypes.sizeof(_PolicyPara), 0, ctypes.addressof(server))
        status = _PolicyStatus(ctypes.sizeof(_PolicyStatus))
        judged = crypt32.CertVerifyCertificateChainPolicy(
            ctypes.c_void_p(_POLICY_SSL), built, ctypes.byref(policy), ctypes.byref(status)
        )
        return bool(judged) and status.error == 0


# ---- macOS: Security and Core Foundation -----------------------------------------------------------

_FRAMEWORK = "/System/Library/Frameworks/{0}.framework/{0}"


def _macos_trusts(chain: Sequence[bytes]) -> bool:
    core, security = (ctypes.CDLL(_FRAMEWORK.format(name)) for name in ("CoreFoundation", "Security"))
    for function in (
        *(core.CFDataCreate, core.CFArrayCreate),
        *(security.SecCertificateCreateWithData, security.SecPolicyCreateSSL),
    ):
        function.restype = ctypes.c_void_p
    security.SecTrustEvaluateWithError.restype = ctypes.c_bool
    with ExitStack() as owned:

        def own(reference: int | None) -> ctypes.c_void_p:
            if not reference:
                raise ValueError
            owned.callback(core.CFRelease, ctypes.c_void_p(reference))
            return ctypes.c_void_p(reference)

        count = len(chain)
        data = [own(core.CFDataCreate(None, der, ctypes.c_long(len(der)))) for der in chain]
        certificates = [own(security.SecCertificateCreateWithData(None, one)) for one in data]
        callbacks = ctypes.byref(ctypes.c_char.in_dll(core, "kCFTypeArrayCallBacks"))
        items = (ctypes.c_void_p * count)(*certificates)
        array = own(core.CFArrayCreate(None, items, ctypes.c_long(count), callbacks))
        policy = own(security.SecPolicyCreateSSL(True, None))
        trust = ctypes.c_void_p()
        if security.SecTrustCreateWithCertificates(array, policy, ctypes.byref(trust)):
            return False
        return bool(security.SecTrustEvaluateWithError(own(trust.value), None))
