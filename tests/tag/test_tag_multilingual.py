"""``place: AZ`` and ``subject: war`` in the languages of the news, in whole sentences."""

from __future__ import annotations

import pytest
from tagging import about, entry, met

AZERBAIJAN = {
    "az": ["Azərbaycanın paytaxtında danışıqlar başladı",
           "Bu gün Azərbaycanda güclü külək gözlənilir",
           "Nazir Azərbaycandan qayıdıb"],
    "ru": ["Президент Азербайджана встретился с журналистами",
           "В Азербайджане открыли новую дорогу",
           "Делегация прибыла с азербайджанскими коллегами"],
    "hy": ["Ադրբեջանի պատվիրակությունը ժամանել է", "Բանակցություններ Ադրբեջանում",
           "Պայմանագիր ստորագրվեց Ադրբեջանից եկած պատվիրակների հետ"],
    "ka": ["აზერბაიჯანში ახალი გზა გაიხსნა", "დელეგაცია აზერბაიჯანიდან ჩამოვიდა",
           "აზერბაიჯანთან მოლაპარაკებები გაგრძელდება"],
    "tr": ["Azerbaycan'ın yeni limanı açıldı", "Heyet Azerbaycan’dan döndü",
           "Bakanlar Azerbaycan'da buluştu"],
    "fa": ["وزیر خارجه به آذربایجان سفر کرد", "هیئت آذربایجانی به گفتگوها پیوست",
           "گفتگو با جمهوری آذربایجان ادامه دارد"],
    "ar": ["وصل الوفد إلى أذربيجان", "زيارة رسمية لأذربيجان هذا الأسبوع",
           "الرئيس الأذربيجاني يستقبل السفراء", "محادثات بأذربيجان حول الطاقة"],
    "uk": ["В Азербайджані відкрили новий порт", "Делегація з Азербайджану прибула",
           "Переговори з Азербайджаном тривають"],
    "he": ["המשלחת הגיעה לאזרבייג'ן", "שיחות באזרבייג'ן על אנרגיה", "הנשיא האזרי נפגש עם השרים"],
    "kk": ["Әзербайжанда жаңа порт ашылды", "Делегация Әзербайжаннан келді",
           "Әзербайжанның министрі сапармен келді"],
    "de": ["Aserbaidschans Parlament tagt am Montag", "Minister reist nach Aserbaidschan",
           "Die aserbaidschanischen Behörden melden Erfolge"],
    "fr": ["Une délégation d'Azerbaïdjan arrive à Paris", "L’Azerbaïdjan ouvre un nouveau port",
           "La presse azerbaïdjanaise salue l'accord"],
    "es": ["Azerbaiyán inaugura un nuevo puerto", "El ministro viajó a Azerbaiyán el lunes",
           "La delegación azerbaiyana llega a Madrid"],
    "pl": ["Delegacja z Azerbejdżanu przybyła do stolicy", "W Azerbejdżanie otwarto nowy port",
           "Rozmowy z Azerbejdżanem trwają"],
    "zh": ["阿塞拜疆开通新铁路", "代表团抵达阿塞拜疆首都", "阿塞拜疆外长昨日到访"],
    "ja": ["アゼルバイジャンで新しい港が開港", "代表団がアゼルバイジャンを訪問",
           "アゼルバイジャンの外相が会談"],
    "en": ["Azerbaijan’s railway opens a new line", "Azerbaijanis vote on Sunday",
           "AZERBAIJANI LEADERS MEET IN THE CAPITAL"],
}  # fmt: skip

WAR = {
    "az": ["Tərəflər atəşkəsə razılaşdılar", "Atəşkəsin pozulması barədə məlumat verildi",
           "Müharibədən sonra kəndə qayıdanlar"],
    "ru": ["Стороны договорились о прекращении огня", "После войны город отстроят заново",
           "Перемирием закончились переговоры"],
    "hy": ["Կողմերը պայմանավորվեցին հրադադարի մասին", "Հրադադարը խախտվել է գիշերը",
           "Պատերազմից հետո գյուղը վերակառուցվեց"],
    "ka": ["მხარეები ცეცხლის შეწყვეტაზე შეთანხმდნენ", "ომის შემდეგ ქალაქი აღადგინეს",
           "ომში დაღუპულთა სახელები გამოქვეყნდა"],
    "tr": ["Taraflar ateşkese vardı", "Ateşkesin ihlal edildiği bildirildi",
           "Savaştan sonra köye döndüler"],
    "fa": ["طرفین با آتش‌بس موافقت کردند", "جنگی که چهل روز طول کشید پایان یافت",
           "پس از جنگ شهر بازسازی شد"],
    "ar": ["الطرفان يتفقان على وقف إطلاق النار", "عاد السكان إلى قريتهم بعد الحرب",
           "الهدنة تدخل يومها الثالث"],
    "uk": ["Сторони домовилися про припинення вогню", "Після війни місто відбудують",
           "Переговори про перемир'я тривають"],
    "he": ["הצדדים הסכימו על הפסקת אש", "אחרי המלחמה חזרו התושבים לכפר", "הפסקת האש הופרה הלילה"],
    "kk": ["Тараптар атысты тоқтатуға келісті", "Соғыстан кейін ауыл қалпына келтірілді",
           "Бітімгершілік келіссөздер соғысты тоқтатты"],
    "de": ["Beide Seiten einigen sich auf einen Waffenstillstand",
           "Nach dem Krieg kehrten sie ins Dorf zurück", "Verstöße gegen die Waffenruhe gemeldet"],
    "fr": ["Les deux camps acceptent un cessez-le-feu",
           "Après la guerre, le village se reconstruit", "Une trêve entre en vigueur à minuit"],
    "es": ["Las partes acuerdan un alto el fuego", "Tras la guerra, el pueblo se reconstruye",
           "El alto al fuego fue violado anoche"],
    "pl": ["Strony zgodziły się na zawieszenie broni", "Po wojnie wieś została odbudowana",
           "Rozejm wszedł w życie o północy"],
    "zh": ["双方同意停火", "战争结束后村民返回家园", "停火协议昨晚生效"],
    "ja": ["双方が停戦に合意", "戦争が終わり村に戻る人々", "停戦は深夜に発効した"],
    "en": ["Both sides agree on a ceasefire", "After the war the village is rebuilt",
           "Truces hold along the line"],
}  # fmt: skip
CALM = {
    "az": "Kənddə yeni məktəb binası istifadəyə verilib",
    "ru": "В школе открыли новую библиотеку",
    "hy": "Դպրոցում բացվել է նոր գրադարան",
    "ka": "სკოლაში ახალი ბიბლიოთეკა გაიხსნა",
    "tr": "Okulda yeni kütüphane açıldı",
    "fa": "کتابخانه تازه‌ای در مدرسه باز شد",
    "ar": "افتتاح مكتبة جديدة في المدرسة",
    "uk": "У школі відкрили нову бібліотеку",
    "he": "ספרייה חדשה נפתחה בבית הספר",
    "kk": "Мектепте жаңа кітапхана ашылды",
    "de": "In der Schule wurde eine neue Bücherei eröffnet",
    "fr": "Une nouvelle bibliothèque ouvre à l'école",
    "es": "Abre una nueva biblioteca en la escuela",
    "pl": "W szkole otwarto nową bibliotekę",
    "zh": "学校新图书馆开放",
    "ja": "学校に新しい図書館が開館",
    "en": "A new library opens at the school",
}


def told(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(language, title) for language, titles in table.items() for title in titles]


@pytest.mark.parametrize(("language", "title"), told(AZERBAIJAN))
def test_a_country_is_found_however_its_name_is_bent(language, title):
    assert met(about("AZ"), entry(title), language)
    assert met(about("AZ"), entry(title)), "in the language that it seems to be"


@pytest.mark.parametrize(("language", "title"), told(WAR))
def test_a_war_is_found_however_its_words_are_bent(language, title):
    assert met(about("war"), entry(title), language)
    assert met(about("war"), entry(title)), "in the language that it seems to be"


@pytest.mark.parametrize(("language", "title"), CALM.items())
def test_what_is_of_neither_is_left_alone(language, title):
    assert not met(about("AZ"), entry(title), language)
    assert not met(about("war"), entry(title), language)


@pytest.mark.parametrize(("language", "title"), told(AZERBAIJAN))
def test_a_sentence_of_a_country_is_of_no_other(language, title):
    assert not any(met(about(of), entry(title), language) for of in ("AM", "GE", "RU", "TR", "IR"))


@pytest.mark.parametrize(
    ("title", "of"),
    [
        ("Gespräche in Baku über Energie", "AZ"),
        ("В Баку завершились переговоры", "AZ"),
        ("Bakıda yağış gözlənilir", "AZ"),
        ("בבאקו נפתח נמל חדש", "AZ"),
        ("محادثات في باكو حول الطاقة", "AZ"),
        ("Երևանում անձրև է սպասվում", "AM"),
        ("თბილისში ახალი ხიდი გაიხსნა", "GE"),
        ("Ankara'da yeni köprü açıldı", "TR"),
        ("У Києві відкрили новий міст", "UA"),
        ("Nowy most w Kijowie otwarty", "UA"),
    ],
)
def test_a_capital_stands_for_its_country(title, of):
    assert met(about(of), entry(title))
