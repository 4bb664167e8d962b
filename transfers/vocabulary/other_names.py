"""Common other names of states, by which curators may look for them: parts, short forms, names in Russian.

They find a state where one is chosen or listed. They are no aliases: nothing public shows or rests on them.
"""

from .words import fold_party

_OTHER_NAMES = """
ARE Emirates, ОАЭ, الإمارات; ARG Аргентина; ARM Армения, Հայաստան; AUS Австралия; AUT Австрия,
Österreich; AZE Азербайджан, Azərbaycan; BEL Бельгия, België, Belgique; BGD Бангладеш; BGR Болгария,
България; BIH Bosnia, Herzegovina, Босния и Герцеговина; BLR Белоруссия, Беларусь; BRA Бразилия, Brasil;
CAN Канада; CHE Швейцария, Schweiz, Suisse; CHL Чили; CHN PRC, Китай, КНР, 中国; COL Колумбия; CUB Куба;
CZE Czechia, Чехия, Česko; DEU Германия, Deutschland; DNK Дания, Danmark; DZA Алжир, الجزائر; EGY
Египет, مصر; ESP Испания, España; EST Эстония, Eesti; FIN Финляндия, Suomi; FRA Франция; GBR England,
Scotland, Wales, Britain, Great Britain, Великобритания, Англия; GEO Грузия, საქართველო; GRC Греция,
Hellas, Ελλάδα; HRV Хорватия, Hrvatska; HUN Венгрия, Magyarország; IDN Индонезия; IND Индия, Bharat; IRL
Ирландия, Éire; IRN Persia, Иран, ایران; IRQ Ирак, العراق; ISR Израиль, ישראל; ITA Италия, Italia; JOR
Иордания, الأردن; JPN Япония, 日本, Nippon; KAZ Казахстан, Қазақстан; KGZ Киргизия, Кыргызстан; KOR Южная
Корея, ROK, 한국; KWT Кувейт, الكويت; LBY Ливия, ليبيا; LTU Литва, Lietuva; LVA Латвия, Latvija; MAR
Марокко, المغرب; MDA Молдавия; MEX Мексика, México; MMR Мьянма; MNE Черногория, Crna Gora; MNG Монголия;
MYS Малайзия; NLD Holland, Нидерланды, Голландия; NOR Норвегия, Norge; NZL Новая Зеландия; PAK Пакистан,
پاکستان; PER Перу; PHL Филиппины; POL Польша, Polska; PRK Северная Корея, КНДР, DPRK, 조선; PRT
Португалия; QAT Катар, قطر; ROU Румыния, România; RUS Россия, РФ; SAU Саудовская Аравия, السعودية; SRB
Сербия, Србија, Srbija; SVK Словакия, Slovensko; SVN Словения, Slovenija; SWE Швеция, Sverige; SYR
Сирия, سوريا; THA Таиланд; TJK Таджикистан; TKM Туркмения, Туркменистан; TUN Тунис; TUR Турция, Türkiye;
TWN Тайвань, 台灣; UKR Украина, Україна; USA America, США; UZB Узбекистан; VEN Венесуэла; VNM Вьетнам,
Việt Nam; YEM Йемен, اليمن
"""
#: Folded names, each with the code of its state.
CODES_BY_NAME = {
    fold_party(name): code
    for code, names in (entry.split(maxsplit=1) for entry in " ".join(_OTHER_NAMES.split()).split("; "))
    for name in names.split(", ")
}


def find_codes(term: str) -> set[str]:
    """Return the codes of the states of which another name begins like the term."""
    folded = fold_party(term)
    return {code for name, code in CODES_BY_NAME.items() if folded and name.startswith(folded)}
