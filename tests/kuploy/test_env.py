import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.exceptions import ImproperlyConfigured

from kuploy import env


def test_a_missing_setting_is_named(monkeypatch):
    monkeypatch.delenv("KUPLOY_X", raising=False)
    with pytest.raises(ImproperlyConfigured, match="Set KUPLOY_X"):
        env.text("KUPLOY_X")


def test_a_secret_may_stand_in_a_file(monkeypatch, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    monkeypatch.setenv("KUPLOY_X", "overruled")
    monkeypatch.setenv("KUPLOY_X_FILE", str(secret))
    assert env.text("KUPLOY_X") == "s3cret"


def test_words_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("KUPLOY_X", " a, b ,,c")
    assert env.words("KUPLOY_X") == ["a", "b", "c"]


@pytest.mark.parametrize(("value", "on"), [("1", True), ("Yes", True), ("0", False), ("", False)])
def test_flags(monkeypatch, value, on):
    monkeypatch.setenv("KUPLOY_X", value)
    assert env.flag("KUPLOY_X", True) is on


@pytest.mark.parametrize("value", ["", "x", "-1", "1.5"])
def test_a_number_that_is_none_is_named(monkeypatch, value):
    monkeypatch.setenv("KUPLOY_X", value)
    with pytest.raises(ImproperlyConfigured, match="KUPLOY_X must be a whole number"):
        env.number("KUPLOY_X", 1)


def test_a_choice_that_is_none_is_named_with_the_choices(monkeypatch):
    monkeypatch.setenv("KUPLOY_X", "ajar")
    with pytest.raises(ImproperlyConfigured, match="one of \\['closed', 'open'\\]"):
        env.choice("KUPLOY_X", {"open", "closed"}, "open")


def test_rising_numbers(monkeypatch):
    monkeypatch.setenv("KUPLOY_X", "8, 25,50")
    assert env.rising("KUPLOY_X", "1") == (8, 25, 50)


@pytest.mark.parametrize("value", ["", "25,8", "8,8", "0,8", "-8,25", "8,x"])
def test_numbers_that_do_not_rise_from_above_zero_are_named(monkeypatch, value):
    monkeypatch.setenv("KUPLOY_X", value)
    with pytest.raises(ImproperlyConfigured, match="KUPLOY_X must be whole numbers, from the"):
        env.rising("KUPLOY_X", "1")


def test_what_does_not_look_as_it_should_is_named(monkeypatch):
    monkeypatch.setenv("KUPLOY_X", "Euro")
    with pytest.raises(ImproperlyConfigured, match="KUPLOY_X must be a code, not 'Euro'"):
        env.matching("KUPLOY_X", "[A-Z]{3}", "EUR", "a code")


@pytest.mark.parametrize("value", ["s3cret!", "c2VjcmV0x"])
def test_a_secret_that_is_not_base64_is_named_and_not_repeated(monkeypatch, value):
    monkeypatch.setenv("KUPLOY_X", value)
    with pytest.raises(ImproperlyConfigured, match="KUPLOY_X must be base64") as caught:
        env.base64("KUPLOY_X")
    assert value not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP256R1()), None])
def test_a_key_that_is_not_rsa_is_named_and_not_repeated(monkeypatch, key):
    plain = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    pem = key.private_bytes(*plain).decode() if key else "-----BEGIN NONSENSE-----"
    monkeypatch.setenv("KUPLOY_X", pem)
    with pytest.raises(ImproperlyConfigured, match="KUPLOY_X must be a private RSA key") as caught:
        env.rsa_key("KUPLOY_X")
    assert "BEGIN" not in str(caught.value)


def test_no_key_is_fine(monkeypatch):
    monkeypatch.delenv("KUPLOY_X", raising=False)
    assert env.rsa_key("KUPLOY_X") == ""
