"""Capitals, which stand for their states in a text: Moscow agreed, said Ankara. Pure.

Left out are those that are rather other things: words (Male), persons and places elsewhere (Victoria,
Georgetown, Kingston), those that share the name of their state, and those that two states claim.
"""

import re
from collections.abc import Collection, Iterator, Mapping

_CAPITALS = """
AFG Kabul; AGO Luanda; ALB Tirana; ARE Abu Dhabi; ARG Buenos Aires; ARM Yerevan; AUS Canberra; AUT Vienna;
AZE Baku; BDI Gitega; BEL Brussels; BEN Porto-Novo; BFA Ouagadougou; BGD Dhaka; BGR Sofia; BHR Manama; BIH
Sarajevo; BLR Minsk; BOL La Paz; BRA Brasília, Brasilia; BRN Bandar Seri Begawan; BTN Thimphu; BWA Gaborone;
CAF Bangui; CAN Ottawa; CHE Bern, Berne; CHL Santiago de Chile; CHN Beijing, Peking; CIV Yamoussoukro; CMR
Yaoundé, Yaounde; COD Kinshasa; COG Brazzaville; COL Bogotá, Bogota; CUB Havana; CYP Nicosia; CZE Prague;
DEU Berlin; DNK Copenhagen; DOM Santo Domingo; DZA Algiers; ECU Quito; EGY Cairo; ERI Asmara; ESP Madrid;
EST Tallinn; ETH Addis Ababa; FIN Helsinki; FJI Suva; FRA Paris; GAB Libreville; GEO Tbilisi; GHA Accra; GIN
Conakry; GMB Banjul; GRC Athens; HND Tegucigalpa; HRV Zagreb; HTI Port-au-Prince; HUN Budapest; IDN Jakarta;
IND New Delhi, Delhi; IRL Dublin; IRN Tehran, Teheran; IRQ Baghdad; ISL Reykjavik; ITA Rome; JOR Amman; JPN
Tokyo; KAZ Astana, Nur-Sultan; KEN Nairobi; KGZ Bishkek; KHM Phnom Penh; KOR Seoul; LAO Vientiane; LBN
Beirut; LBR Monrovia; LBY Tripoli; LKA Colombo; LSO Maseru; LTU Vilnius; LVA Riga; MAR Rabat; MDA Chișinău,
Chisinau; MDG Antananarivo; MKD Skopje; MLI Bamako; MLT Valletta; MMR Naypyidaw; MNE Podgorica; MNG
Ulaanbaatar, Ulan Bator; MOZ Maputo; MRT Nouakchott; MWI Lilongwe; MYS Kuala Lumpur; NAM Windhoek; NER
Niamey; NGA Abuja; NIC Managua; NLD The Hague, Amsterdam; NOR Oslo; NPL Kathmandu; NZL Wellington; OMN
Muscat; PAK Islamabad; PER Lima; PHL Manila; PNG Port Moresby; POL Warsaw; PRK Pyongyang; PRT Lisbon; PRY
Asunción, Asuncion; QAT Doha; ROU Bucharest; RUS Moscow; RWA Kigali; SAU Riyadh; SDN Khartoum; SEN Dakar;
SLE Freetown; SOM Mogadishu; SRB Belgrade; SSD Juba; SUR Paramaribo; SVK Bratislava; SVN Ljubljana; SWE
Stockholm; SYR Damascus; TCD N'Djamena; TGO Lomé, Lome; THA Bangkok; TJK Dushanbe; TKM Ashgabat; TUN Tunis;
TUR Ankara; TWN Taipei; TZA Dodoma; UGA Kampala; UKR Kyiv, Kiev; URY Montevideo; USA Washington; UZB
Tashkent; VEN Caracas; VNM Hanoi; XKX Pristina; YEM Sanaa, Sana'a; ZMB Lusaka; ZWE Harare
"""
_BY_CODE = {
    code: names.split(", ")
    for code, names in (entry.split(maxsplit=1) for entry in " ".join(_CAPITALS.split()).split("; "))
}
#: What makes a capital part of another name: The Moscow Times, Warsaw Pact, Washington State University.
PART_OF_A_NAME = re.compile(
    r"\s(?:Times|Post|Examiner|Herald|Star|Review|Pact|Treaty|Convention|Declaration|Agreement|Accords?|Summit"
    r"|Institute|University|State|Street|Process|Consensus|Air\s?[Ss]how|International)\b"
)


def list_capitals(names: Mapping[str, Collection[str]]) -> Iterator[tuple[str, list[str]]]:
    """Yield each capital of the parties that bear these names, with its code."""
    codes = {code for codes in names.values() for code in codes}
    for code in sorted(codes & _BY_CODE.keys()):
        yield from ((name, [code]) for name in _BY_CODE[code])
