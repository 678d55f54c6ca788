"""Words that mean something else: prices at war, states of the US, birds, people, film titles."""

from __future__ import annotations

import pytest
from tagging import about, entry, met

NO_WAR = [
    # prices and trade
    ("en", "Supermarkets open a price war before Christmas"),
    ("en", "Grocers fight bitter price wars over milk"),
    ("en", "Tariffs deepen the trade war between the two economies"),
    ("de", "Handelskrieg: Zölle belasten die Exporteure"),
    ("de", "Der Preiskrieg der Supermärkte geht weiter"),
    ("fr", "La guerre des prix fait rage entre les supermarchés"),
    ("es", "La guerra comercial golpea a los exportadores"),
    ("pl", "Wojna cenowa supermarketów obniża ceny mleka"),
    ("ru", "Торговая война ударила по фермерам"),
    ("ru", "Ценовая война супермаркетов снизила цены на молоко"),
    ("uk", "Торговельна війна б'є по експортерах"),
    ("az", "Ticarət müharibəsi ixracatçılara ziyan vurdu"),
    ("tr", "Ticaret savaşı ihracatçıları zorluyor"),
    ("tr", "Marketlerin fiyat savaşı sürüyor"),
    ("kk", "Сауда соғысы экспорттаушыларға зиян келтірді"),
    ("hy", "Առևտրային պատերազմը վնասում է արտահանողներին"),
    ("ka", "სავაჭრო ომი ექსპორტიორებს აზარალებს"),
    ("fa", "جنگ تجاری به صادرکنندگان لطمه زد"),
    ("ar", "الحرب التجارية تضر بالمصدرين"),
    ("he", "מלחמת מחירים בין רשתות השיווק"),
    ("zh", "贸易战让出口商担忧"),
    ("zh", "价格战愈演愈烈，超市牛奶降价"),
    ("ja", "貿易戦争が輸出企業を直撃"),
    # on the screen
    ("en", "A new Star Wars film opens in cinemas on Friday"),
    ("en", "Star Wars fans queue for the premiere"),
    ("de", "Der Krieg der Sterne kehrt ins Kino zurück"),
    ("fr", "La Guerre des étoiles revient au cinéma"),
    ("ru", "Новый фильм «Звёздные войны» вышел на экраны"),
    ("tr", "Yıldız Savaşları'nın yeni filmi vizyona girdi"),
    ("fa", "جنگ ستارگان دوباره روی پرده سینما"),
    ("he", "מלחמת הכוכבים חוזרת לקולנוע"),
    ("tr", "Bilgisayar oyunundaki savaşçı karakteri çok sevildi"),
    ("tr", "Çevre savaşçısı genç kız ödül aldı"),
    # in sport
    ("en", "A battle for the title goes to the last day of the season"),
    ("en", "Two clubs battle for the league title on the final day"),
    ("en", "Midfielder's volley wins the battle for third place"),
    ("de", "Der Kampf um den Titel geht bis zum letzten Spieltag"),
    ("ru", "Битва за титул продлится до последнего тура чемпионата"),
    ("tr", "Şampiyonluk savaşı son haftaya kaldı"),
    # in speech
    ("en", "The war on drugs has failed, says the mayor"),
    ("en", "War of words erupts between two singers"),
    ("en", "She lost her battle with cancer on Sunday"),
    ("ja", "受験戦争に苦しむ高校生"),
    ("de", "Er war gestern in Berlin, und das Wetter war gut"),
]

NOT_MEANT = [
    # the state of the US
    ("GE", "en", "A judge in Atlanta, Georgia, delays the trial"),
    ("GE", "en", "Georgia governor signs a bill in Atlanta"),
    ("GE", "en", "Voters in the US state of Georgia elect a new senator"),
    ("GE", "en", "Georgia Tech beats Clemson in overtime"),
    ("GE", "en", "The University of Georgia opens a new library"),
    ("GE", "es", "El gobernador del estado de Georgia firma una ley en Atlanta"),
    ("GE", "ar", "ولاية جورجيا الأمريكية تعلن النتائج"),
    ("GE", "ru", "В американском штате Джорджия прошли выборы"),
    ("MX", "en", "Wildfire spreads near Santa Fe, New Mexico"),
    ("MX", "en", "Oil spill in the Gulf of Mexico spreads"),
    ("MX", "ru", "Лесной пожар в штате Нью-Мексико"),
    ("MX", "zh", "新墨西哥州发生山火"),
    ("IN", "en", "Indiana governor signs a bill"),
    # people
    ("JO", "en", "Michael Jordan sells his basketball team"),
    ("JO", "en", "Air Jordan sneakers fetch a record price at auction"),
    ("JO", "ru", "Майкл Джордан продал баскетбольный клуб"),
    ("TD", "en", "Chad Smith plays drums at the festival"),
    ("TD", "en", "Drummer Chad Smith joins the band on stage"),
    # birds and other goods
    ("TR", "en", "How to roast a turkey for the holiday"),
    ("TR", "en", "Wild turkeys return to the suburbs"),
    ("TR", "en", "She carved the turkey and passed the gravy"),
    ("CN", "en", "The museum shows bone china from 1800"),
    ("JE", "en", "He tore his jersey in the second half"),
    ("GN", "en", "Researchers breed guinea pigs for the study"),
    ("PA", "en", "The Panama hat returns to fashion"),
    ("BR", "en", "Brazil nuts are rich in selenium"),
    # other words
    ("ML", "tr", "Maliye Bakanlığı yeni vergi düzenlemesini açıkladı"),
    ("ML", "tr", "Mali yıl sonunda bütçe açığı azaldı"),
    ("ML", "az", "Maliyyə Nazirliyi yeni büdcəni açıqladı"),
    ("ML", "az", "Ölkədə mali vəziyyət yaxşılaşıb"),
    ("ML", "fa", "اداره مالی شرکت گزارش داد"),
    ("ML", "ar", "تقرير مالي عن أرباح الشركة"),
    ("ML", "en", "Somali fishermen return to port"),
    ("US", "en", "Let us walk, he told us at noon"),
    ("IT", "en", "It is raining, IT workers say"),
    ("IN", "en", "West Indies win the second test at home"),
    # words of one language that are names of cities in another
    ("IQ", "es", "El camión de la basura no pasó este lunes"),
    ("IQ", "es", "BASURA EN LAS CALLES DEL BARRIO"),
    ("MX", "es", "El Pueblo celebra sus fiestas de verano"),
    ("CA", "it", "L'Ottava sinfonia apre la stagione dei concerti"),
    ("NR", "nl", "Jaren later is de fiets terug bij de eigenaar"),
    ("TN", "en", "Tunes for a rainy day fill the new album"),
    ("AI", "en", "The Valley welcomes spring with a parade"),
    ("AI", "ja", "女子バレー、決勝へ進出"),
    ("CN", "zh", "球队后卫与中卫配合失误丢球"),
    ("BJ", "zh", "新港区的居民迎来新公园"),
    ("SL", "zh", "自由市场的价格波动加大"),
    ("IR", "ar", "مشهد مؤثر في ختام المسلسل"),
    ("RU", "he", "אופה צעיר פתח מאפייה בשכונה"),
    ("VN", "ko", "경기 후에 선수들은 관중에게 인사했다"),
    ("AO", "tr", "Ruanda yeni bir havalimanı açıyor"),
    ("BD", "en", "Islamabad hosts a cricket festival"),
    ("BN", "it", "Carla Bruni canta al teatro"),
    ("NO", "ru", "Осла спасли из колодца"),
    # everyday words, bent, that names bend to as well
    ("IT", "ka", "პრემიერმა თქვა, რომ ბიუჯეტი დამტკიცდა"),
    ("IS", "en", "Island hopping becomes popular with families"),
    ("CN", "pl", "Kina otwierają nowy sezon festiwalem"),
    ("IN", "pl", "Cena chleba wzrosła od stycznia"),
    ("GH", "es", "Gana el equipo local por dos goles"),
    ("QA", "id", "Kata pelatih, tim siap bertanding"),
    ("IN", "id", "Surat keputusan diterbitkan kemarin"),
    ("TR", "ro", "Bursa crește cu două procente"),
    ("ID", "sv", "Medan vi väntar faller snön"),
    ("SE", "sv", "Årets bästa bok är vald"),
    ("EC", "ru", "Кит выбросился на берег"),
    ("IT", "ru", "Тур по школам начался в понедельник"),
    ("ZA", "ru", "Совет директоров утвердил отчёт"),
    ("IN", "ru", "Бомба времён прошлого века найдена у реки"),
    ("TD", "ru", "Чад от костров накрыл посёлок"),
    ("UA", "uk", "Суми штрафів зросли удвічі"),
    ("EC", "uk", "Кіт урятував господаря від пожежі"),
    ("JP", "uk", "Нота протесту надійшла до міністерства"),
    ("SA", "ar", "الرياضة المدرسية تعود هذا العام"),
    ("KR", "ar", "السيول تقطع الطرق بعد المطر"),
    ("SA", "fa", "المپیاد ریاضی دانش آموزان برگزار شد"),
    ("GH", "he", "האקרים פרצו לאתר של החברה"),
    ("SY", "hy", "Համասի ներկայացուցիչները ժամանեցին"),
    ("CN", "cs", "Kino otevřelo nový sál"),
    ("KM", "hr", "Komora obrtnika objavila izvješće"),
    ("ML", "fi", "Maali ratkaisi ottelun lopussa"),
    ("EG", "el", "Ο καιρός αλλάζει από αύριο"),
    ("CH", "lv", "Bērnu svētki notiks parkā"),
    ("RU", "ru", "Грозный ливень прошёл ночью над посёлком"),
    ("UA", "ru", "Изюм и курага подешевели на рынке"),
    ("RU", "uk", "Орел злетів над полем"),
    ("GB", "en", "Hull of the ship was damaged by ice"),
    ("RU", "tr", "Kazan dairesi patladı, bina boşaltıldı"),
    ("PE", "es", "Lima de uñas y esmalte entre los regalos"),
    ("BR", "pt", "Árvore de Natal ilumina a praça"),
    # the provinces of Iran
    ("AZ", "fa", "برف سنگین در آذربایجان شرقی"),
    ("AZ", "fa", "زلزله در آذربایجان غربی خسارت زد"),
    ("AZ", "fa", "استاندار آذربایجان شرقی از پروژه بازدید کرد"),
    ("AZ", "en", "Heavy snow closes roads in Iran's East Azerbaijan province"),
    ("AZ", "en", "An earthquake shakes West Azerbaijan province in Iran"),
    ("AZ", "ru", "Землетрясение в иранской провинции Восточный Азербайджан"),
    ("AZ", "ru", "Снегопад в провинции Западный Азербайджан"),
    ("AZ", "az", "İranın Şərqi Azərbaycan ostanında zəlzələ olub"),
    ("AZ", "tr", "Doğu Azerbaycan eyaletinde kar yağışı"),
    ("AZ", "ar", "زلزال يضرب محافظة أذربيجان الشرقية في إيران"),
    ("AZ", "he", "רעידת אדמה במחוז אזרבייג'ן המזרחית"),
    ("AZ", "hy", "Երկրաշարժ Իրանի Արևելյան Ադրբեջան նահանգում"),
    ("AZ", "de", "Erdbeben in der iranischen Provinz Ost-Aserbaidschan"),
    ("AZ", "fr", "Séisme dans la province iranienne de l'Azerbaïdjan oriental"),
    # neighbours by name
    ("NE", "en", "Farmers in the Niger Delta sue an oil company"),
    ("NE", "en", "Nigerians vote for a new president"),
    ("NG", "en", "Nigerien officials open a road to the desert"),
    ("NE", "ru", "В Нигерии выбирают президента"),
    ("NG", "ru", "В Нигере открыли новую дорогу"),
    ("NE", "fr", "Le Nigeria ouvre un nouveau port"),
    ("NE", "de", "Nigeria eröffnet einen neuen Hafen"),
    ("GN", "de", "Papua-Neuguinea eröffnet einen neuen Hafen"),
    ("GN", "fr", "La Papouasie-Nouvelle-Guinée ouvre un port"),
    ("GN", "es", "Papúa Nueva Guinea inaugura un puerto"),
    ("GN", "zh", "巴布亚新几内亚新港口开通"),
    ("GN", "ja", "パプアニューギニアで新しい港が開港"),
]

MEANT = [
    ("war", "en", "Price wars or not, the war at the border goes on after the ceasefire"),
    ("war", "en", "After the trade war a real war: missiles hit the port"),
    ("war", "tr", "Savaşçılar ateşkese uymadı"),
    ("GE", "en", "Georgia's parliament returns from recess in Tbilisi"),
    ("MX", "en", "Mexico and New Mexico share a river"),
    ("MX", "en", "Senate backs new Mexico trade accord"),
    ("JO", "en", "Jordan opens its border with Syria"),
    ("TR", "en", "Turkey raises its interest rates"),
    ("TD", "en", "Refugees from Sudan reach Chad"),
    ("ML", "tr", "Mali'de yeni hükümet kuruldu"),
    ("AZ", "fa", "جمهوری آذربایجان بندر تازه‌ای گشود"),
    ("AZ", "en", "Azerbaijan and Iran's East Azerbaijan province share a river"),
    ("NE", "en", "Niger opens a road to the desert"),
    ("NG", "ru", "В Нигерии выбирают президента"),
    ("IT", "ka", "რომში ახალი მუზეუმი გაიხსნა"),
    ("RU", "it", "Mosca apre una nuova linea della metropolitana"),
    ("SA", "ar", "وصل الوزير إلى الرياض"),
    ("TD", "ru", "В Чаде прошли выборы президента"),
    ("UA", "uk", "У Сумах відновили рух тролейбусів"),
    ("UA", "uk", "У Рівному відкрили парк"),
    ("EC", "ru", "Власти Кито закрыли аэропорт"),
    ("IT", "ru", "В Турине открыли выставку"),
    ("GR", "en", "Greece and Turkey share a sea"),
]


@pytest.mark.parametrize(("language", "title"), NO_WAR)
def test_what_sounds_like_a_war_is_none(language, title):
    assert not met(about("war"), entry(title), language)
    assert not met(about("war"), entry(title)), "in the language that it seems to be"


@pytest.mark.parametrize(("of", "language", "title"), NOT_MEANT)
def test_what_sounds_like_a_country_is_none(of, language, title):
    assert not met(about(of), entry(title), language)
    assert not met(about(of), entry(title)), "in the language that it seems to be"


@pytest.mark.parametrize(("of", "language", "title"), MEANT)
def test_what_is_meant_beside_a_trap_is_found(of, language, title):
    assert met(about(of), entry(title), language)


ACRONYMS = [
    ("economy", "en", "VAT rises to twenty percent", True),
    ("economy", "en", "The brewery fills its largest vat", False),
    ("sport", "fr", "La CAN 2027 : les qualifications commencent", True),
    ("sport", "fr", "Il a dit : « Yes we can »", False),
]


@pytest.mark.parametrize(("of", "language", "title", "expected"), ACRONYMS)
def test_acronyms_count_only_in_capitals(of, language, title, expected):
    assert met(about(of, at_least=0.5), entry(title), language) is expected


WORDS_OF_WAR = [
    ("hy", "Գնային պատերազմ սուպերմարկետների միջև", "Պատերազմը շարունակվում է սահմանին"),
    ("hy", "Գնային պատերազմի պատճառով կաթն էժանացել է", "Պատերազմի հետևանքով քաղաքն ավերվել է"),
    ("hy", "Գնային պատերազմները վնասում են խանութներին", "Հրադադարը խախտվել է"),
    ("az", "Marketlərin qiymət müharibəsi davam edir", "Müharibə davam edir, atəşkəs pozulub"),
    ("az", "Deputatlar arasında söz müharibəsi başladı", "Cəbhə xəttində ağır döyüşlər gedir"),
    ("ka", "ფასების ომი სუპერმარკეტებს შორის", "ომი საზღვარზე გრძელდება"),
    ("kk", "Дүкендер арасындағы баға соғысы жалғасуда", "Соғыс шекарада жалғасып жатыр"),
    ("ru", "Война цен между магазинами продолжается", "Война на границе продолжается"),
    ("ru", "Перетягивание каната: спор фирм за рынок", "Обстрел города продолжается"),
    ("uk", "Війна цін між магазинами триває", "Війна на кордоні триває"),
    ("tr", "İki şarkıcı arasında söz savaşı", "Savaş sınırda sürüyor"),
    ("fa", "جنگ قیمت ها میان فروشگاه ها", "جنگ در مرز ادامه دارد"),
    ("ps", "د بیو جنګ په بازار کې روان دی", "جګړه په پوله کې روانه ده"),
    ("hi", "दो नेताओं के बीच जुबानी जंग तेज", "सीमा पर युद्ध जारी है"),
    ("bg", "Война на думи между двама певци", "Войната на границата продължава"),
    ("it", "La guerra dei prezzi tra i supermercati continua", "La guerra al confine continua"),
    ("pt", "A guerra de preços entre mercados continua", "A guerra na fronteira continua"),
    ("nl", "Prijzenoorlog tussen supermarkten houdt aan", "De oorlog aan de grens gaat door"),
    ("sv", "Priskrig mellan mataffärerna i vinter", "Kriget vid gränsen fortsätter"),
    ("hu", "Árháború a boltok között", "A háború folytatódik a határon"),
    ("ro", "Războiul prețurilor între magazine continuă", "Războiul de la graniță continuă"),
    ("id", "Perang harga antarsupermarket berlanjut", "Perang di perbatasan berlanjut"),
    ("sw", "Vita vya bei kati ya maduka vyaendelea", "Vita vya mpakani vyaendelea"),
    ("ko", "대형마트 가격 전쟁 계속", "국경에서 전쟁이 계속되고 있다"),
    ("zh", "超市之间的价格战持续", "边境战争仍在继续"),
]
NO_WAR_IN_AZERBAIJANI = [
    "Futbolçu zədələnib, iki ay oynamayacaq",
    "Xəstə ürək tutmasından ölüb",
    "Qripdən iki nəfər ölüb",
    "Yol qəzasında üç nəfər yaralanıb, biri ölüb",
    "Klub hücumçu ilə müqavilə imzalayıb",
    "Cərimə zərbəsi qol oldu",
    "Güləşçi qızıl medal uğrunda döyüşəcək",
    "Millimiz həlledici oyunda qələbə qazanıb",
]


@pytest.mark.parametrize(("language", "no_war", "war"), WORDS_OF_WAR)
def test_wars_of_prices_and_words_are_none_and_wars_are(language, no_war, war):
    assert not met(about("war"), entry(no_war), language)
    assert met(about("war"), entry(war), language)


@pytest.mark.parametrize("title", NO_WAR_IN_AZERBAIJANI)
def test_injuries_and_matches_are_no_war(title):
    assert not met(about("war"), entry(title), "az")
