"""Currencies by their signs and names in English: `US$`, `roubles`, `Norwegian kroner`. Pure.

Source: the names of ISO 4217, without the codes of funds, metals and units of account; with the other
spellings and the plurals that are in use. A noun that several states use alone (dinar, peso, franc) names
none of them, unless the language has one by default: a dollar is the US dollar, a pound that of the United
Kingdom.
"""

import re

from .codes import CURRENCIES

_SIGNS = {
    **dict.fromkeys(("$", "us$"), "USD"), **dict.fromkeys(("a$", "au$"), "AUD"),
    **dict.fromkeys(("c$", "ca$"), "CAD"), "hk$": "HKD", "nz$": "NZD", "s$": "SGD", "r$": "BRL",
    "nt$": "TWD", "€": "EUR", "£": "GBP", "₽": "RUB", "₹": "INR", "rs": "INR", "rs.": "INR", "¥": "JPY",
    "₺": "TRY", "₩": "KRW", "₪": "ILS", "₴": "UAH", "₸": "KZT", "₫": "VND", "฿": "THB", "₦": "NGN",
}  # fmt: skip
SIGN = r"(?:(?:US|AU?|CA?|HK|NT|NZ|S|R)?\$|[€£¥₽₹₺₩₪₴₸₫฿₦])"

_NAMES = """
AED UAE dirham, Emirati dirham; AFN afghani; ALL lek, Albanian lek; AMD dram, Armenian dram; AOA kwanza,
Angolan kwanza; ARS Argentine peso, Argentinian peso; AUD Australian dollar, Aussie dollar; AWG Aruban
florin; AZN Azerbaijan manat, Azerbaijani manat; BAM convertible mark, Bosnian mark; BBD Barbados dollar,
Barbadian dollar; BDT taka, Bangladeshi taka; BHD Bahraini dinar; BIF Burundi franc, Burundian franc; BMD
Bermudian dollar; BND Brunei dollar; BOB boliviano; BRL Brazilian real, real; BSD Bahamian dollar; BTN
ngultrum; BWP pula; BYN Belarusian ruble, Belarusian rouble; BZD Belize dollar; CAD Canadian dollar; CDF
Congolese franc; CHF Swiss franc; CLP Chilean peso; CNY yuan renminbi, yuan, renminbi, Chinese yuan, RMB;
COP Colombian peso; CRC Costa Rican colon; CUP Cuban peso; CVE Cabo Verde escudo, Cape Verdean escudo; CZK
Czech koruna, koruna, Czech crown; DJF Djibouti franc; DKK Danish krone, Danish crown; DOP Dominican peso;
DZD Algerian dinar; EGP Egyptian pound; ERN nakfa; ETB birr, Ethiopian birr; EUR euro; FJD Fiji dollar,
Fijian dollar; FKP Falkland Islands pound; GBP pound, pound sterling, British pound, sterling; GEL lari,
Georgian lari; GHS cedi, Ghana cedi, Ghanaian cedi; GIP Gibraltar pound; GMD dalasi; GNF Guinean franc; GTQ
quetzal; GYD Guyana dollar, Guyanese dollar; HKD Hong Kong dollar; HNL lempira; HTG gourde; HUF forint,
Hungarian forint; IDR rupiah, Indonesian rupiah; ILS shekel, sheqel, new shekel, Israeli shekel, new Israeli
sheqel, new Israeli shekel; INR rupee, Indian rupee; IQD Iraqi dinar; IRR Iranian rial; ISK Iceland krona,
Icelandic krona, Icelandic crown; JMD Jamaican dollar; JOD Jordanian dinar; JPY yen, Japanese yen; KES
Kenyan shilling; KGS Kyrgyz som, som; KHR riel, Cambodian riel; KMF Comorian franc; KPW North Korean won;
KRW won, Korean won, South Korean won; KWD Kuwaiti dinar; KYD Cayman Islands dollar; KZT tenge, Kazakh
tenge, Kazakhstani tenge; LAK kip, Lao kip; LBP Lebanese pound, Lebanese lira; LKR Sri Lanka rupee, Sri
Lankan rupee; LRD Liberian dollar; LSL loti; LYD Libyan dinar; MAD Moroccan dirham; MDL Moldovan leu; MGA
ariary, Malagasy ariary; MKD denar, Macedonian denar; MMK kyat, Burmese kyat; MNT tugrik, Mongolian tugrik;
MOP pataca; MRU ouguiya; MUR Mauritius rupee, Mauritian rupee; MVR rufiyaa; MWK Malawi kwacha, Malawian
kwacha; MXN Mexican peso; MYR ringgit, Malaysian ringgit; MZN metical, Mozambique metical; NAD Namibia
dollar, Namibian dollar; NGN naira, Nigerian naira; NIO cordoba, cordoba oro; NOK Norwegian krone, Norwegian
crown; NPR Nepalese rupee; NZD New Zealand dollar; OMR rial Omani, Omani rial; PAB balboa; PEN sol, Peruvian
sol; PGK kina; PHP Philippine peso; PKR Pakistan rupee, Pakistani rupee; PLN zloty, złoty, Polish zloty,
Polish złoty; PYG guarani; QAR Qatari rial, Qatari riyal; RON Romanian leu; RSD Serbian dinar; RUB ruble,
rouble, Russian ruble, Russian rouble; RWF Rwanda franc, Rwandan franc; SAR Saudi riyal, Saudi rial; SBD
Solomon Islands dollar; SCR Seychelles rupee; SDG Sudanese pound; SEK Swedish krona, Swedish crown; SGD
Singapore dollar; SHP Saint Helena pound; SLE leone; SOS Somali shilling; SRD Surinam dollar, Surinamese
dollar; SSP South Sudanese pound; STN dobra; SVC El Salvador colon; SYP Syrian pound; SZL lilangeni; THB
baht, Thai baht; TJS somoni, Tajik somoni; TMT Turkmenistan new manat, Turkmen manat; TND Tunisian dinar;
TOP pa’anga, pa'anga; TRY lira, Turkish lira; TTD Trinidad and Tobago dollar; TWD New Taiwan dollar, Taiwan
dollar, Taiwanese dollar; TZS Tanzanian shilling; UAH hryvnia, Ukrainian hryvnia; UGX Uganda shilling,
Ugandan shilling; USD dollar, US dollar, U.S. dollar, American dollar; UYU peso Uruguayo, Uruguayan peso;
UZS sum, soum, Uzbekistan sum, Uzbek sum, Uzbek soum; VES bolívar, bolivar, bolívar soberano, Venezuelan
bolivar; VND dong, Vietnamese dong; VUV vatu; WST tala; XAF CFA franc BEAC, Central African CFA franc; XCD
East Caribbean dollar; XCG Caribbean guilder; XOF CFA franc BCEAO, West African CFA franc; XPF CFP franc;
YER Yemeni rial; ZAR rand, South African rand; ZMW Zambian kwacha; ZWG Zimbabwe gold
"""
#: Nouns that are names of several currencies.
AMBIGUOUS = frozenset("crown dinar dirham franc krona krone leu manat peso rial riyal shilling".split())
#: Plurals that are no -s; of others both the plural and the bare name are understood (5 million yen).
_PLURALS = {
    "krona": ("kronor", "kronur"), "krone": ("kroner",), "leu": ("lei",), "koruna": ("koruny", "korun"),
    "zloty": ("zlotych", "zloties"), "real": ("reais",), "sol": ("soles",), "bolivar": ("bolivares",),
    "loti": ("maloti",), "lilangeni": ("emalangeni",), "colon": ("colones",), "lira": ("lire",),
}  # fmt: skip


def _list_forms(name: str) -> list[str]:
    before, space, noun = name.casefold().rpartition(" ")
    return [before + space + form for form in (noun, f"{noun}s", *_PLURALS.get(noun, ()))]


def _index_names() -> dict[str, str]:
    entries = (entry.split(maxsplit=1) for entry in " ".join(_NAMES.split()).split(";"))
    codes_by_name = {
        form: code for code, names in entries for name in names.split(", ") for form in _list_forms(name)
    }
    return dict.fromkeys((form for noun in AMBIGUOUS for form in _list_forms(noun)), "") | codes_by_name


_CODES_BY_NAME = _index_names()
_LONGEST_FIRST = sorted(_CODES_BY_NAME, key=lambda name: (-len(name), name))
#: A name, as an expression without groups; to be matched without regard to case.
NAME = rf"(?:{'|'.join(map(re.escape, _LONGEST_FIRST))})"
CODE = rf"(?:{'|'.join(sorted(CURRENCIES))})"


def list_names() -> list[str]:
    """Return every name of a currency, in small letters."""
    return list(_CODES_BY_NAME)


def find_currency(text: str) -> str:
    """Return the ISO 4217 code of a sign or a name; empty where it is none, or that of several."""
    word = " ".join(text.split())
    return _SIGNS.get(word.lower()) or _CODES_BY_NAME.get(word.casefold(), "")
