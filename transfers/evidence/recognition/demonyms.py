"""Adjectives of states in English, which the register has no names for: Russian, Turkish, Dutch. Pure."""

from collections.abc import Collection, Iterator

#: Where the rule (Russia → Russian, Serbia → Serbian) does not lead to the word in use, or not to it alone.
_OTHERS = """
AFG Afghan; ARE Emirati; ARG Argentine Argentinian; AZE Azerbaijani Azeri; BEL Belgian; BGD Bangladeshi;
BHR Bahraini; BRA Brazilian; BRN Bruneian; CAN Canadian; CHE Swiss; CHL Chilean; CHN Chinese; CIV Ivorian;
COD Congolese; CYP Cypriot; CZE Czech; DEU German; DNK Danish Dane; ECU Ecuadorian; EGY Egyptian;
ESP Spanish; FIN Finnish; FRA French; GBR British; GHA Ghanaian; GRC Greek; HUN Hungarian; IRL Irish;
IRN Iranian; IRQ Iraqi; ISL Icelandic; ISR Israeli; ITA Italian; JOR Jordanian; JPN Japanese;
KAZ Kazakh Kazakhstani; KGZ Kyrgyz; KWT Kuwaiti; LAO Laotian; LBN Lebanese; LUX Luxembourgish;
MAR Moroccan; MEX Mexican; MLI Malian; MMR Burmese; MNE Montenegrin; MOZ Mozambican; NER Nigerien;
NLD Dutch; NOR Norwegian; NPL Nepalese; NZL Zealander; OMN Omani; PAK Pakistani; PER Peruvian;
PHL Philippine Filipino; POL Polish Pole; PRK North~Korean; PRT Portuguese; QAT Qatari; ROU Romanian;
SAU Saudi; SDN Sudanese; SEN Senegalese; SGP Singaporean; SOM Somali; SRB Serb; SVN Slovene;
SUN Soviet; SWE Swedish; THA Thai; TJK Tajik; TKM Turkmen; TUR Turkish Turk; TWN Taiwanese; UKR Ukrainian;
URY Uruguayan; USA American; UZB Uzbek; VNM Vietnamese; YEM Yemeni; YUG Yugoslav
"""
_BY_CODE: dict[str, list[str]] = {
    entry.split()[0]: [word.replace("~", " ") for word in entry.split()[1:]] for entry in _OTHERS.split(";")
}


def list_demonyms(name: str, identifiers: Collection[str]) -> Iterator[str]:
    """Yield the adjectives of the one state that bears the name: from the table, or the name with an n."""
    if len(identifiers) != 1:
        return
    yield from _BY_CODE.get(next(iter(identifiers)), ())
    if name.endswith(("ia", "ea", "ya")):
        yield f"{name}n"
