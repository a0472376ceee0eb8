"""Words and hosts that the rules go by: data only."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SIGN_IN_WORDS = _words(
    """
    login logon signin signon signup register registration enroll enrollment activate activation verify
    verification validate validation confirm confirmation authenticate authentication authorize auth sso mfa
    otp secure security password passcode credential credentials unlock locked suspended restore recover
    recovery reset update account accounts member members patient patients portal mychart support helpdesk
    help billing bill payment payments pay invoice refund message messages inbox webmail mail alert alerts
    notification notice access session token wallet admin identity online user username

    acceso acceder iniciar inicio ingresar ingreso entrar entrada sesion cuenta cuentas verificar verificacion
    verifica confirmar contrasena clave usuario paciente pacientes soporte ayuda pago pagos factura actualizar
    actualizacion restablecer recuperar desbloquear registro registrarse miembro miembros activar

    connexion connecter compte motdepasse anmelden anmeldung konto passwort senha conta acessar accedi accesso
    dangnhap taikhoan matkhau denglu zhanghu
    """
)
"""Words of sign-in pages in several languages.

Words of the trade (bank, care, health, rx) are left out on purpose: real companies of a portal's family have
them in their names.
"""

NEAR_WORDS = _words(
    """
    optus opus opium optic optics optical optician option options optimum optima optimal optimus optimize
    optimist optimism optim optuma optom optometry optin optio datum aptum septum quantum momentum autumn
    autum ottum healthcare healthcard healthsafety
    """
)
"""Real words and names that are one or two letters away from names of portals, but no misspellings of them."""

GENERIC_NAMES = _words(
    """
    access account app apps bank care center central chart clinic clinics community company connect county
    demo doctor doctors example family general group health healthcare healthportal home hospital hospitals
    insurance internal login medical medicine member members mychart myhealth myhealthchart myhealthonline
    myhealthrecord mypatientportal network office online patient patientportal patients pharmacy physicians
    portal practice provider providers public regional secure service services signin state support system
    test university website wellness
    """
)
"""Names that many unrelated organisations have as a part of theirs; only exact imitations of them count."""

SHARED_HOSTING = _words(
    """
    000webhostapp.com 4everland.app bravesites.com canva.site cargo.site doodlekit.com framer.app
    framer.website glitch.me godaddysites.com jimdofree.com jimdosite.com mobirisesite.com mystrikingly.com
    notion.site onrender.com simdif.com site123.me square.site squarespace.com strikingly.com surge.sh
    tilda.ws tumblr.com ucraft.net ukit.me w3spaces.com webador.com webflow.io webnode.page weebly.com
    weeblysite.com wordpress.com yolasite.com zyrosite.com
    """
)
"""Places where anyone can put up pages and that the Public Suffix List leaves out, or may."""

SHORTENERS = _words(
    """
    adf.ly amzn.to b.link bit.do bit.ly bitly.com bl.ink buff.ly clck.ru cli.re cutt.ly dlvr.it fb.me
    forms.gle goo.gl goo.su hubs.ly hyperurl.co ift.tt is.gd j.mp kutt.it lc.chat linktr.ee lnk.bio lnkd.in
    mcaf.ee n9.cl ow.ly po.st qr.ae qr.codes qrco.de rb.gy rebrand.ly s.id short.gy short.io shorte.st
    shorturl.at shorturl.com smarturl.it snip.ly soo.gd spoti.fi surl.li t.co t.ly t2m.io tiny.cc tiny.one
    tinyurl.com tr.im trib.al u.to urlz.fr v.gd vk.cc wa.link wp.me x.gd youtu.be zpr.io zws.im
    """
)
"""Hosts whose links say nothing of where they lead."""

WRAPPERS: tuple[tuple[str, str, str, str], ...] = (
    # host (and its subdomains), how the path begins, how it is read, parameter
    ("safelinks.protection.outlook.com", "", "query", "url"),
    ("safelinks.office.com", "", "query", "url"),
    ("safelinks.protection.office365.us", "", "query", "url"),
    ("urldefense.proofpoint.com", "/v1/", "query", "u"),
    ("urldefense.proofpoint.com", "/v2/", "proofpoint2", "u"),
    ("urldefense.proofpoint.com", "/v3/", "proofpoint3", ""),
    ("urldefense.com", "/v1/", "query", "u"),
    ("urldefense.com", "/v2/", "proofpoint2", "u"),
    ("urldefense.com", "/v3/", "proofpoint3", ""),
    ("urldefense.us", "/v2/", "proofpoint2", "u"),
    ("urldefense.us", "/v3/", "proofpoint3", ""),
    ("linkprotect.cudasvc.com", "", "query", "a"),
    ("mimecast.com", "", "query", "domain"),
    ("mimecastprotect.com", "", "query", "domain"),
    ("trendmicro.com", "", "query", "url"),
    ("secure-web.cisco.com", "", "path", ""),
    ("protection.sophos.com", "", "query", "d"),
    ("fireeye.com", "", "query", "u"),
    ("clicktime.symantec.com", "", "query", "u"),
    ("avanan.click", "", "avanan", ""),
    ("checkpoint.com", "/v2/", "avanan", ""),
    ("googleadservices.com", "/pagead/aclk", "query", "adurl"),
    ("bing.com", "/ck/a", "bing", "u"),
    ("facebook.com", "/l.php", "query", "u"),
    ("l.instagram.com", "/", "query", "u"),
    ("messenger.com", "/l.php", "query", "u"),
    ("linkedin.com", "/redir/", "query", "url"),
    ("linkedin.com", "/safety/go", "query", "url"),
    ("youtube.com", "/redirect", "query", "q"),
    ("slack-redir.net", "/link", "query", "url"),
    ("t.umblr.com", "/redirect", "query", "z"),
    ("duckduckgo.com", "/l/", "query", "uddg"),
    ("out.reddit.com", "", "query", "url"),
    ("vk.com", "/away.php", "query", "to"),
    ("steamcommunity.com", "/linkfilter", "query", "u"),
)
"""Hosts of mail filters and big sites that lead on to an address in their text.

Google is not among them: as it has a host in every country it is known by its label.
"""

REDIRECT_PARAMETERS = tuple(
    """
    url u target targeturl redirect redirect_url redirecturl redirect_uri redirect_to dest desturl
    destination goto link next continue return returnurl return_url return_to returnto forward out to uri href
    location rurl r
    """.split()  # noqa: SIM905  a list of thirty quoted words reads worse
)
"""Parameters by which tracking links of newsletters name their target."""
