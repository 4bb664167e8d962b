"""The code lists are those of the standards, as the pycountry package has them."""

import pycountry

from transfers.vocabulary import codes


def standard(database, name):
    return {getattr(entry, name) for entry in database}


def test_countries_are_those_of_iso_3166_1():
    assert standard(pycountry.countries, "alpha_3") == codes.COUNTRIES


def test_two_letter_codes_are_those_of_iso_3166_1():
    assert standard(pycountry.countries, "alpha_2") == codes.ALPHA2


def test_former_countries_are_those_of_iso_3166_3_that_are_no_more():
    assert standard(pycountry.historic_countries, "alpha_3") - codes.COUNTRIES == codes.FORMER_COUNTRIES


def test_currencies_are_those_of_iso_4217():
    assert standard(pycountry.currencies, "alpha_3") == codes.CURRENCIES


def test_user_assigned_codes_are_from_the_range_that_iso_3166_1_leaves_to_users():
    assert all("XAA" <= code <= "XZZ" and len(code) == 3 for code in codes.USER_ASSIGNED)


def test_user_assigned_codes_are_no_country_of_the_standard():
    assert not codes.USER_ASSIGNED & (codes.COUNTRIES | codes.FORMER_COUNTRIES)


def test_earlier_codes_are_no_code_of_today_and_stand_for_one():
    earlier = [code for listed in codes.EARLIER_CODES.values() for code in listed]
    assert len(earlier) == len(set(earlier))
    assert not set(earlier) & (codes.COUNTRIES | codes.ALPHA2)
    assert codes.EARLIER_CODES.keys() <= codes.COUNTRIES | codes.FORMER_COUNTRIES
