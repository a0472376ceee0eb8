from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.diagnosis.article import messages
from portalcheck.diagnosis.steps import OTHER
from portalcheck.words.files import languages
from portalcheck.words.symptoms import matches, normalise, rules, symptom_ids
from portalcheck.words.symptoms.rules import found, written
from tests.declared import catalog_of
from tests.words.said import said

SAID = {
    "error-1": """
        wrong password | It says my password is incorrect | incorect pasword
        username or password you entered is invalid | the site doesn't recognize my username
        invalid credentials | password won't work anymore | It rejects my password | WRONG PASSWORD!!!
        contraseña incorrecta | no reconoce mi usuario | la clave no funciona
        usuario o contrasena incorectos | dice que mi contraseña es incorrecta | credenciales inválidas
    """,
    "error-2": """
        says my account is locked | too many attempts | acount loked | I got locked out | locked
        My account has been temporarily disabled | account suspended | how do i unlock my account
        you have exceeded the maximum number of attempts | my mother's account is locked
        It locked me out after three tries | mi cuenta está bloqueada | demasiados intentos
        me bloquearon la cuenta | cuenta temporalmente desactivada | Cuenta bloqeada
    """,
    "error-3": """
        never got the code | the text never came | I'm not receiving the verification code | no code
        two-factor code didn't arrive | 2FA | it sends the code to my old phone | I did not get a code
        didnt recieve code | code hasn't come yet | the code that you texted never came
        no me llega el código | nunca recibí el código de verificación | el codigo no llegó
        no me envían el código | cambié de número de teléfono
    """,
    "error-4": """
        page won't load | 503 | The page times out | service unavailable
        I get 503 when I open the portal from the clinic page | this site can't be reached
        portal is down | just spins forever | HTTP 500 internal server error | down for maintenance
        it takes forever | site isn't working | la página no carga | servicio no disponible
        sale error 503 | se queda cargando | el portal no responde
        no abre la pagina
    """,
    "forgot": """
        I forgot my password | Olvidé mi contraseña | cant remember my user name | the reset link expired
    """,
    "blank": """
        blank page after sign in | la pantalla en blanco | the sign in button does nothing
    """,
    "caregiver": """
        my mother's chart | I'm a caregiver | I have power of attorney for my dad
        trying to see my son's test results | someone else's account | I want my daughter's records
        la cuenta de mi mamá | soy cuidador de mi padre | cuido la cuenta de otra persona
    """,
    None: """
        asdf qwer | I like turtles | hello | !!! | 12345 | what is the weather like today in Boston
        necesito una cita para el martes | my account is not locked | the password is not wrong
        please call me back tomorrow about the prescription refill | una receta de arroz con pollo
        ¿cuál es el horario de la clínica? | mi cuenta no está bloqueada | I did not get locked out
        nobody else is in my account | nadie entró en mi cuenta | my locker is at the gym
        I locked the door of the house before I left yesterday | lorem ipsum dolor sit amet
    """,
}
TABLE = [
    pytest.param(text.strip(), symptom, id=text.strip())
    for symptom, lines in SAID.items()
    for line in lines.strip().splitlines()
    for text in line.split("|")
]


@pytest.mark.parametrize(("text", "symptom"), TABLE)
def test_what_people_say_is_matched_to_the_articles_message(text: str, symptom: str | None) -> None:
    heard = matches(text)
    assert symptom in heard if symptom is not None else heard == ()


@pytest.mark.parametrize(("symptom", "message"), sorted(messages().items()))
def test_the_articles_message_is_matched_wherever_it_stands(symptom: str, message: str) -> None:
    for text in (message, message.upper(), f'It says "{message}." My account locked? Wrong password?'):
        assert matches(text) == (symptom,)


def test_every_rule_finds_its_own_symptom() -> None:
    lines = [(rule.symptom, " ".join(rule.words).replace("*", "")) for rule in rules()]
    heard = [(symptom, line, matches(line)) for symptom, line in lines]
    assert [(symptom, line, got) for symptom, line, got in heard if symptom not in got] == []


@pytest.mark.parametrize("negation", ["not", "never", "no", "nunca", "nobody"])
def test_a_rule_that_is_denied_finds_nothing(negation: str) -> None:
    for rule in written():
        words = [word.removesuffix("*") for word in rule.words]
        assert rule.symptom in found(words, [rule])
        assert found([negation, *words], [rule]) == {}
        assert found([negation, "at", "all", *words], [rule]) == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the page is blank, the code never came and my account is locked", {"blank", "error-3", "error-2"}),
        ("I forgot my password, and the browser warns that the page is not safe", {"forgot", "warning"}),
        (
            "no me llega el código y en la computadora del trabajo dice acceso denegado",
            {"error-3", "refused"},
        ),
        ("la página sale en blanco y además olvidé mi contraseña", {"blank", "forgot"}),
        ("session expired again and again, then it says service unavailable", {"session", "error-4"}),
    ],
)
def test_of_several_troubles_all_are_kept(text: str, told: set[str]) -> None:
    assert told <= set(matches(text))


def test_troubles_are_told_in_the_order_in_which_they_were_said() -> None:
    blank, forgot = "the page stays blank and nothing shows up", "I forgot my password"
    assert matches(f"{blank}. Also {forgot}") == ("blank", "forgot")
    assert matches(f"{forgot}. Also {blank}") == ("forgot", "blank")


@pytest.mark.parametrize("language", languages())
def test_every_label_is_matched_to_its_own_symptom_first(language: str) -> None:
    words = catalog_of(language)
    wrong = {each: matches(words.symptom(each)) for each in symptom_ids() if each != OTHER}
    assert {symptom: found for symptom, found in wrong.items() if symptom not in found} == {}


def test_an_id_is_taken_as_it_is() -> None:
    for symptom in symptom_ids():
        assert matches(f"  {symptom.upper()} ") == (symptom,)


def test_an_apostrophe_of_any_shape_does_not_matter() -> None:
    assert {matches(f"site isn{sign}t working") for sign in "'`\u2019\u2018\u02bc"} == {("error-4",)}


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "not", "no", "my", "\u202e\u200b"])
def test_nothing_said_is_nothing_matched(text: str) -> None:
    assert matches(text) == ()


@settings(max_examples=150, deadline=None)
@given(st.text())
def test_any_text_is_matched_to_a_symptom_or_none(text: str) -> None:
    assert set(matches(text)) <= set(symptom_ids())


_VOCABULARY = sorted({word for one in said("dev-1") for word in normalise(one.text)})


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(_VOCABULARY), max_size=30))
def test_any_mix_of_telling_words_is_matched_to_a_symptom_or_none(words: list[str]) -> None:
    assert set(matches(" ".join(words))) <= set(symptom_ids())


@pytest.mark.parametrize("few", [1, 3, 50, 5000])
def test_a_megabyte_is_read_in_bounded_time(few: int) -> None:
    dice = random.Random(few)
    words = dice.sample(_VOCABULARY, min(few, len(_VOCABULARY)))
    text = " ".join(dice.choices(words, k=200_000))
    matches("load the weights first")
    start = time.perf_counter()
    matches(text)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    "message",
    [
        # what browsers and servers say where cookies are the reason, and nothing of an account
        "patient.optum.com redirected you too many times. Try deleting your cookies.",
        "Request Header Or Cookie Too Large",
        "400 Bad Request Request Header Or Cookie Too Large nginx",
        "HTTP ERROR 431",
        "Cookies are disabled in your browser",
        "Your browser has cookies disabled",
        "The page isn't redirecting properly",
        "ERR_TOO_MANY_REDIRECTS",
        "Please enable cookies to continue",
        "Size of a request header field exceeds server limit",
        "La p\u00e1gina no redirecciona correctamente",
        "te redireccion\u00f3 demasiadas veces. Intenta borrar las cookies",
        "las cookies est\u00e1n deshabilitadas",
        "Las cookies est\u00e1n desactivadas en su navegador",
    ],
)
def test_what_a_browser_says_of_cookies_is_no_account_message(message: str) -> None:
    assert matches(message)[0] == "session"
