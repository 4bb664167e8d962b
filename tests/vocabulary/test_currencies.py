"""Currencies by their signs and names in English."""

import pycountry
import pytest

from transfers.vocabulary import codes, currencies

#: Funds, metals, units of account and codes for tests, which nobody pays in.
NO_MONEY = frozenset(
    "BOV CHE CHW CLF COU MXV USN UYI UYW VED XAD XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX".split()
)


@pytest.mark.parametrize("code", sorted(codes.CURRENCIES - NO_MONEY))
def test_every_currency_is_known_by_its_name_in_iso_4217(code):
    assert currencies.find_currency(pycountry.currencies.get(alpha_3=code).name) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("$", "USD"), ("US$", "USD"), ("NZ$", "NZD"), ("₽", "RUB"), ("rouble", "RUB"), ("tenge", "KZT"),
        ("roubles", "RUB"), ("zlotys", "PLN"), ("won", "KRW"), ("Norwegian kroner", "NOK"), ("yen", "JPY"),
        ("Serbian dinars", "RSD"), ("Swiss  francs", "CHF"), ("South African rand", "ZAR"),
        ("US dollars", "USD"),
    ],
)  # fmt: skip
def test_a_currency_is_known_by_its_sign_or_name(text, code):
    assert currencies.find_currency(text) == code


@pytest.mark.parametrize("text", ["dinars", "kroner", "pesos", "francs", "x", "", "euros and"])
def test_a_name_of_several_currencies_or_of_none_is_no_currency(text):
    assert currencies.find_currency(text) == ""
