"""Names of countries and words of war as sentences write them: with endings, other spellings."""

from __future__ import annotations

import pytest
from tagging import about, entry, met

# Language: a country and a sentence that names it, line by line. The sentences are invented.
FORMS = {
    "ko": """
        KR 한국은 새 예산을 확정했다
        KR 한국에선 벚꽃이 피었다
        US 미국으로부터 대표단이 도착했다
        US 미국에서의 생활을 책으로 냈다
        US 미국계 기업이 공장을 세운다
        CN 중국까지도 행사에 참가했다
        CN 중국만이 반대했다
        JP 일본인들은 축제를 즐겼다
        JP 일본산 사과가 인기다
        RU 러시아군이 철수했다
        RU 러시아와의 회담이 열렸다
        DE 독일인이 상을 받았다
        FR 프랑스산 와인이 팔린다
        IN 인도에서 홍수가 났다
        TR 튀르키예의 새 공항
        TR 튀르키예인들이 투표했다
        IR 이란에선 비가 내렸다
        IL 이스라엘이라는 나라
        UA 우크라이나에도 눈이 왔다
        PL 폴란드군은 훈련을 마쳤다
        VN 베트남계 작가가 상을 탔다
        ES 스페인으로의 여행
        AZ 아제르바이잔의 수도
        GE 조지아는 새 법을 통과시켰다
        AM 아르메니아에서는 축제가 열렸다
        KZ 카자흐스탄과의 협정
        GB 영국에서의 전시회
        BR 브라질은 커피를 수출한다
        AU 호주에서는 산불이 났다
        MX 멕시코에는 새 대통령이 있다
    """,
    "ta": """
        IN இந்தியாவில் மழை பெய்தது
        IN இந்தியாவிலிருந்து ஏற்றுமதி
        IN இந்தியாவுக்கு வந்தார்
        IN இந்தியாவின் பிரதமர்
        IN இந்தியர்கள் மகிழ்ச்சி
        US அமெரிக்காவால் புதிய சட்டம்
        US அமெரிக்காவுடன் பேச்சு
        US அமெரிக்கர்களின் வாழ்க்கை
        LK இலங்கையில் திருவிழா
        LK இலங்கையின் அதிபர்
        LK இலங்கைக்கு சென்றார்
        LK இலங்கையிலிருந்து வந்தவர்
        PK பாகிஸ்தானில் வெள்ளம்
        PK பாகிஸ்தானுக்கு எதிரான போட்டி
        PK பாகிஸ்தானை வென்றது
        PK பாகிஸ்தானுடனான உறவு
        CN சீனாவிலிருந்து பொருட்கள்
        CN சீனர்கள் கொண்டாட்டம்
        RU ரஷ்யாவுக்கு பயணம்
        RU ரஷியாவின் தலைநகர்
        UA உக்ரைனில் பனி
        UA உக்ரைனுக்கு உதவி
        JP ஜப்பானில் நிலநடுக்கம்
        JP ஜப்பானிலிருந்து ரயில்
        DE ஜெர்மனியில் தேர்தல்
        DE ஜெர்மனிக்கு பயணம்
        FR பிரான்ஸில் விழா
        FR பிரான்சில் விழா
        GB பிரிட்டனில் மழை
        GB இங்கிலாந்தை வென்றது இந்திய அணி
        GB இங்கிலாந்துக்கு எதிரான டெஸ்ட்
        BD வங்கதேசத்தில் புயல்
        BD வங்கதேசத்தின் பிரதமர்
        BD வங்கதேசத்திலிருந்து வந்தனர்
        AE அமீரகத்தில் வேலை
        PS பாலஸ்தீனத்தில் அமைதி
        PS காசாவில் உதவி
        NP நேபாளத்தில் மலை ஏற்றம்
        VN வியட்நாமில் புயல்
        MY மலேசியாவில் தமிழ் விழா
        SG சிங்கப்பூரில் கண்காட்சி
        SG சிங்கப்பூருக்கு பயணம்
        IL இஸ்ரேலுக்கு பயணம்
        IL இஸ்ரேலில் தேர்தல்
        IL இஸ்ரேலியர்கள் போராட்டம்
        IR ஈரானில் மழை
        IR ஈரானுடன் பேச்சு
        AZ அஜர்பைஜானில் மாநாடு
        AM ஆர்மீனியாவில் விழா
        TR துருக்கியில் நிலநடுக்கம்
        GE ஜார்ஜியாவில் தேர்தல்
        QA கத்தாரில் போட்டி
        KW குவைத்தில் வெப்பம்
        SA சவூதியில் புதிய விதி
        AU ஆஸ்திரேலியாவை வென்றது
        NZ நியூசிலாந்துக்கு எதிரான போட்டி
        ZA தென்னாப்பிரிக்காவில் மழை
        CA கனடாவில் பனி
        IT இத்தாலியில் விழா
        KP வடகொரியாவின் தலைவர்
        KR தென்கொரியாவில் விழா
    """,
    "mr": """
        IN भारताने सामना जिंकला
        IN भारतात पाऊस
        IN भारताच्या पंतप्रधानांनी
        IN भारतीयांना दिलासा
        US अमेरिकेने नवा कायदा केला
        US अमेरिकेतील विद्यार्थी
        US अमेरिकेहून परतले
        US अमेरिकेमध्ये बर्फवृष्टी
        PK पाकिस्तानला धक्का
        PK पाकिस्तानच्या संघाचा पराभव
        PK पाकिस्तानमध्ये पूर
        CN चीनने नवे यान सोडले
        CN चीनच्या बाजारात
        CN चीनहून आलेले सामान
        RU रशियाने नवा करार केला
        RU रशियातील नागरिक
        UA युक्रेनमध्ये थंडी
        UA युक्रेनच्या अध्यक्षांनी
        BD बांगलादेशात पूर
        BD बांगलादेशचा संघ
        LK श्रीलंकेत पाऊस
        LK श्रीलंकेने सामना जिंकला
        LK श्रीलंकेच्या कर्णधाराने
        NP नेपाळमध्ये भूकंप
        GB इंग्लंडविरुद्ध मालिका
        GB ब्रिटनमधील निवडणूक
        AU ऑस्ट्रेलियाने मालिका जिंकली
        AU ऑस्ट्रेलियात पाऊस
        JP जपानमध्ये भूकंप
        DE जर्मनीत निवडणूक
        DE जर्मनीने करार केला
        FR फ्रान्समध्ये संप
        FR फ्रान्सच्या अध्यक्षांनी
        IT इटलीत महोत्सव
        ES स्पेनमध्ये उन्हाळा
        TR तुर्कीत भूकंप
        TR तुर्कस्तानात भूकंप
        IL इस्रायलने करार केला
        IL इस्रायलमध्ये निवडणूक
        IR इराणने नकार दिला
        IR इराणमध्ये पाऊस
        PS गाझातील नागरिक
        AF अफगाणिस्तानात भूकंप
        ZA दक्षिण आफ्रिकेने सामना जिंकला
        ZA दक्षिण आफ्रिकेच्या संघाने
        NZ न्यूझीलंडने सामना जिंकला
        CA कॅनडात बर्फ
        CA कॅनडातील भारतीय विद्यार्थी
        AZ अझरबैजानमध्ये परिषद
        AM आर्मेनियात उत्सव
        GE जॉर्जियात निवडणूक
        SA सौदी अरेबियाने करार केला
        KR दक्षिण कोरियात महोत्सव
        BR ब्राझीलमध्ये कार्निव्हल
        MX मेक्सिकोत भूकंप
        SG सिंगापूरमध्ये परिषद
        TH थायलंडमध्ये पूर
        ID इंडोनेशियात भूकंप
    """,
    "ps": """
        AF د افغانستان په کابل کې باران وشو
        PK پاکستان ته سفر وکړ
        PK پاکستانیانو جشن ولمانځه
        IR د ایران پلازمېنه
        US د امریکا متحدو ایالتونو نوی قانون
        US امریکایي پوځیان راغلل
        US د امریکې ولسمشر
        RU د روسیې ولسمشر
        RU روسیه او چین
        UA د اوکراین ولسمشر
        UA د اوکرایین ولسمشر
        IN د هند لومړی وزیر
        IN هندي لوبغاړي
        TR د ترکیې پارلمان
        TR ترکیه کې زلزله
        SA د سعودي عربستان پاچا
        DE په جرمني کې ټاکنې
        DE د آلمان صدراعظم
        FR د فرانسې ولسمشر
        GB د بریتانیا لومړی وزیر
        CN د چین سوداګري
        JP د جاپان لومړی وزیر
        TJ تاجکستان کې جشن
        UZ د ازبکستان ولسمشر
        UZ د اوزبکستان ولسمشر
        TM د ترکمنستان ولسمشر
        AZ د اذربایجان پلازمېنه
        AZ د آذربایجان ولسمشر
        AM د ارمنستان لومړی وزیر
        GE د ګرجستان پارلمان
        QA د قطر بهرنیو چارو وزیر
        IQ د عراق ولسمشر
        SY د سوریې ولسمشر
        IL د اسراییلو لومړی وزیر
        IL اسرائیل کې ټاکنې
        PS په غزه کې ماشومان
        PS د فلسطینیانو کورونه
        LB د لبنان پلازمېنه
        EG د مصر ولسمشر
        KZ قزاقستان کې ناسته
        KG د قرغزستان ولسمشر
        CA په کانادا کې واوره
        CA کاناډا کې واوره
        AU د اسټرالیا لوبډله
        BD د بنګله‌دېش لوبډله
        BD د بنګلادیش لوبډله
        LK د سریلانکا لوبډله
        KP د شمالي کوریا مشر
        IT په ایټالیا کې جشن
        ES د هسپانیې لوبډله
        GR د یونان کښتۍ
        SE په سویډن کې واوره
        PL په پولنډ کې ناسته
        YE د یمن حوثیان
    """,
    "azb": """
        AZ آذربایجاندا بایرام
        AZ باکی‌دا بایرام
        AZ باکیدا بایرام کئچیریلدی
        TR تورکیه‌ده زلزله
        TR تورکیه نین پایتختی
        TR تورکیه‌نین پایتختی
        IR ایراندا یاغیش یاغدی
        IR تبریزده بایرام
        IR تبریز‌ده بایرام
        IR ایران‌ین پایتختی
        RU روسیه‌نین پایتختی
        RU روسیادا قار یاغدی
        US آمریکادا سئچکی
        US بیرلشمیش ایالتلر
        US آمریکا بیرلشمیش ایالتلری
        US آمئریکانین باشقانی
        UA اوکراین‌دا قار
        UA اوکراینادا قار یاغدی
        CN چین‌ده بایرام
        GE گورجوستاندا سئچکی
        AM ائرمنیستان‌ین باش باخانی
        IQ عیراقدا سئچکی
        DE آلمانیادا سئچکی
        DE آلمان‌دا سئچکی
        FR فرانسه‌ده سئچکی
        FR فرانسادا سئچکی
        GB اینگیلیسده سئچکی
        GB بیریتانیادا سئچکی
        SY سوریه‌ده سئچکی
        SY سوریادا سئچکی
        PS فیلیسطینده اوشاقلار
        PS قزه‌ده اوشاقلار
        PS غزه ده اوشاقلار
        IL ایسراییلین پایتختی
        PK پاکیستاندا بایرام
        IN هیندیستاندا بایرام
        UZ اؤزبکیستاندا بایرام
        TM تورکمنیستاندا بایرام
        KZ قازاقیستاندا بایرام
        TJ تاجیکیستاندا بایرام
        SA عربیستاندا بایرام
        SA سعودی عربیستان پادشاهی
        EG میصرده بایرام
        IT ایتالیادا بایرام
        ES ایسپانیادا بایرام
        JP ژاپوندا زلزله
        JP یاپونیادا زلزله
        RU روسیانین پایتختی
        GR یوناندا قار
        BR برزیلده کارناوال
        CA کانادادا قار
    """,
    "ckb": """
        IQ لە هەولێردا پیشانگا کرایەوە
        IQ عێراقدا هەڵبژاردن دەکرێت
        IQ سەرۆکوەزیرانی عێراق
        IR ئێرانیش بەشداری کرد
        IR لە ئێراندا باران باری
        TR لە تورکیادا بوومەلەرزە
        TR سەرۆککۆماری تورکیا
        SY لە سووریادا
        SY سوریاش بەشداری کرد
        US لە ئەمریکاوە گەڕایەوە
        US ئەمریکییەکان دەنگیان دا
        US ئەمەریکا یاسای نوێ
        US ویلایەتە یەکگرتوەکانی ئەمریکا
        RU ڕووسیادا بەفر باری
        RU ڕووسیاوە
        UA ئۆکراینادا بەفر باری
        UA ئۆکرانیادا بەفر
        IL ئیسرائیلییەکان دەنگیان دا
        PS فەلەستینییەکان
        PS لە غەززەدا منداڵان
        DE لە ئەڵمانیادا هەڵبژاردن
        DE ئەڵمانیا یاسای نوێ
        GB بەریتانیادا هەڵبژاردن
        FR فەڕەنسادا هەڵبژاردن
        CN چین بازرگانی زیاد دەکات
        CN چینییەکان
        SA سعودیەوە هاتن
        SA شانشینی سعودیە
        EG لە میسردا
        LB لە لوبناندا باران
        JO ئوردندا باران
        KW لە کوەیتدا
        QA لە قەتەردا
        AZ ئازەربایجاندا
        AZ ئازەربایجان و ئەرمینیا
        AM ئەرمەنستاندا
        GE گورجستاندا
        AF ئەفغانستاندا
        PK پاکستاندا
        IN هیندستاندا
        JP ژاپۆندا
        JP لە یاباندا
        ES ئیسپانیادا
        IT ئیتالیادا
        SE سویددا
        NL هۆڵەندادا
        NO نەرویجدا
        GR یۆناندا
        PL پۆڵەندادا
        YE یەمەندا
        KR کۆریای باشووردا
        BR بەرازیلدا
        AU ئوسترالیادا
        CA کەنەدادا
    """,
    "si": """
        IN ඉන්දියාවේ අගමැතිවරයා
        IN ඉන්දියාවට ගිය පිරිස
        US ඇමරිකාවෙන් පැමිණි අමුත්තන්
        LK ශ්‍රී ලංකාවේ ජනාධිපතිවරණය
        LK ශ්‍රී ලංකා කණ්ඩායම ජය ගනී
        CN චීනයේ සමාගමක්
        CN චීනයට ගිය පිරිස
        RU රුසියාවට එරෙහිව
        UA යුක්රේනයේ හිම
        PK පාකිස්තානයේ ගංවතුර
        PK පාකිස්තානයට එරෙහි තරගය
        JP ජපානයෙන් ආධාර
        GB එංගලන්තයට එරෙහි තරගය
        DE ජර්මනියේ මැතිවරණය
        AZ අසර්බයිජානයේ සමුළුව
        AU ඕස්ට්‍රේලියාවේ ගිනි
        IR ඉරානයේ ජනාධිපති
        IL ඊශ්‍රායලයේ රැකියා
    """,
    "sd": """
        PK پاڪستان ۾ ٻوڏ
        IN ڀارت جي وزيراعظم
        US آمريڪي صدر
        US آمريڪا جي چونڊ
        AF افغانستان ۾ زلزلو
        IR ايران جي صدر
        CN چين جي وفد
        TR ترڪي جي صدر
        RU روس جي صدر
        UA يوڪرين ۾ برف
        PS غزه ۾ ٻار
        SA سعودي عرب جو دورو
        GB برطانيا جو وزيراعظم
        AZ آذربائيجان جي گاديءَ
    """,
    "my": """
        US အမေရိကန် သမ္မတ
        US အမေရိကန်အစိုးရက ပြောကြား
        CN တရုတ်နိုင်ငံ ဝန်ကြီး
        TH ထိုင်းနိုင်ငံမှာ ရေကြီး
        RU ရုရှား သမ္မတ
        UA ယူကရိန်းမှာ နှင်းကျ
        IN အိန္ဒိယ ဝန်ကြီးချုပ်
        MM မြန်မာနိုင်ငံ မိုးလေဝသ
        JP ဂျပန်မှာ ငလျင်
        IL အစ္စရေးမှာ ရွေးကောက်ပွဲ
        BD ဘင်္ဂလားဒေ့ရှ် ဝန်ကြီးချုပ်
    """,
    "km": """
        US អាមេរិកបោះឆ្នោត
        TH ព្រំដែនថៃបើកវិញ
        VN វៀតណាមមានខ្យល់ព្យុះ
        KH ប្រទេសកម្ពុជាមានភ្លៀង
        CN ប្រទេសចិនជួយសាងសង់ស្ពាន
        RU រុស្ស៊ីមានព្រិល
        UA អ៊ុយក្រែនមានព្រិល
        FR បារាំងឈ្នះ
        JP ជប៉ុនមានរញ្ជួយដី
    """,
    "lo": """
        LA ສປປ ລາວ ຈັດງານ
        US ສະຫະລັດ ມີການເລືອກຕັ້ງ
        TH ປະເທດໄທ ມີນໍ້າຖ້ວມ
        VN ຫວຽດນາມ ມີພາຍຸ
        CN ປະທານປະເທດຈີນ ຢ້ຽມຢາມ
        RU ປະທານາທິບໍດີ ຣັດເຊຍ
        UA ຢູເຄຣນ ມີຫິມະ
        JP ຍີ່ປຸ່ນ ແຜ່ນດິນໄຫວ
        KH ກຳປູເຈຍ ຈັດງານ
    """,
    "ku": """
        TR li Tirkiyeyê hilbijartin
        TR Serokomarê Tirkiyê
        SY li Sûriyê hilbijartin
        IQ li Iraqê baran barî
        IR li Îranê hilbijartin
        US li Amerîkayê berf barî
        RU Serokê Rûsyayê
        UA li Ûkraynayê berf barî
        IL li Îsraîlê hilbijartin
        DE li Almanyayê hilbijartin
        FR li Fransayê hilbijartin
        AM li Ermenistanê baran
        AZ li Azerbaycanê baran
        CN li Çînê erdhej
        EG li Misrê hilbijartin
    """,
    "ur": """
        IN بھارت میں انتخابات
        US امریکی صدر کا دورہ
        UA یوکرین میں برف باری
        TR ترکیہ میں زلزلہ
        IR ایرانی صدر کا دورہ
        CN چین کے صدر
        DE جرمنی میں انتخابات
        AF افغان حکومت کا اعلان
        BD بنگلہ دیش میں سیلاب
        AZ آذربائیجان کے صدر
        RU روسی صدر
        GB برطانوی وزیراعظم
        SA سعودی عرب کا دورہ
    """,
    "ug": """
        CN جۇڭگودا قار ياغدى
        CN خىتاينىڭ پايتەختى
        US ئامېرىكىدا سايلام
        US ئامېرىكىنىڭ پرېزىدېنتى
        TR تۈركىيەدە يەر تەۋرەش
        TR تۈركىيەنىڭ پايتەختى
        RU رۇسىيەدە قار
        UA ئۇكرائىنادا قار
        KZ قازاقىستاندا يىغىن
        UZ ئۆزبېكىستاننىڭ پايتەختى
        JP ياپونىيەدە يەر تەۋرەش
        DE گېرمانىيەدە سايلام
        FR فرانسىيەدە سايلام
        GB ئەنگلىيەدە سايلام
        IR ئىراندا سايلام
        AZ ئەزەربەيجاندا يىغىن
        PK پاكىستاندا كەلكۈن
        IN ھىندىستاندا سايلام
    """,
}
NAMED = [
    (language, *line.split(maxsplit=1))
    for language, lines in FORMS.items()
    for line in lines.strip().splitlines()
]
# A name inside a longer word, or of another country.
NOT_NAMED = [
    ("ko", "IN", "범죄인 인도 절차가 시작됐다"),
    ("ko", "KR", "조선민주주의인민공화국 대표단"),
    ("my", "GR", "ဂရိတ် ကျောင်းသား"),
    ("my", "QA", "တပ်မှူးက တာဝန်ယူသည်"),
    ("km", "QA", "កាតាឡុកថ្មី"),
    ("lo", "US", "ອາເມລິກາໃຕ້ ມີຝົນ"),
    ("lo", "US", "ສະຫະລັດອາຣັບ ມີງານ"),
    ("ta", "US", "தென் அமெரிக்காவில் மழை"),
    ("ta", "KR", "வட கொரியாவின் தலைவர்"),
    ("mr", "US", "दक्षिण अमेरिकेत पाऊस"),
    ("sd", "SD", "ڏکڻ سوڊان ۾ برسات"),
    ("ps", "AZ", "ختیځ اذربایجان کې زلزله"),
    ("azb", "AZ", "شرقی آذربایجاندا قار"),
]
# What reports of war say in every language: language by language. The sentences are invented.
REPORTS_OF_WAR = {
    "hy": """
        Սահմանին կրակ են բացել, երկու զինվոր է վիրավորվել
        ԶՈՒ-ն կրակ է բացել սահմանի արևելյան հատվածում
        Ադրբեջանական զինված ուժերը կրակ են բացել գյուղի ուղղությամբ
        Հակառակորդը կրակ բացեց մեր դիրքերի ուղղությամբ
        Կրակել են հայկական դիրքերի վրա
        Զինված ուժերի ստորաբաժանումները առաջ են շարժվում
        Գերիների փոխանակում է տեղի ունեցել
        Ստորագրվել է խաղաղության պայմանագիրը
        Առաջնագծում երկու զինծառայող է զոհվել
        Շրջափակված զորքերը հանձնվել են
    """,
    "he": """
        חיל האוויר הפציץ יעדים בלילה
        ההפצצה נמשכה כל הלילה
        מטוסים יפציצו את הנמל
        המטוסים מפציצים את העיר
        הצבא הפציץ את הכפר
        הפצצת בית החולים בעיר
        הנמל הופצץ שוב
        הוא איים להפציץ את המתקן
        הצבא פתח באש על עמדות המורדים
        חיילים נהרגו בקו החזית
        חתימת חוזה שלום בין המדינות
        עמדות הצבא הופגזו
        הכוחות המכותרים נכנעו
    """,
    "fa": """
        ارتش به مواضع شورشیان حمله کرد
        نیروهای ارتش شبانه به شهر حمله کردند
        مواضع دشمن گلوله باران شد
        مواضع ارتش هدف قرار گرفت
        پیشروی ارتش به سوی شهر ادامه دارد
        سربازان آتش گشودند
        دو کشور پیمان صلح امضا کردند
        تبادل زندانیان جنگی انجام شد
        نیروهای محاصره شده تسلیم شدند
        سه سرباز در مرز کشته شدند
    """,
    "az": """
        Cəbhə xəttində vəziyyət gərgindir
        Təmas xəttində gecə sakit keçməyib
        Qoşunların təmas xəttində atışma olub
        Ordu kəndə doğru irəliləyir
        Düşmən mövqelərimizə atəş açıb
        Tərəflər əsirləri dəyişdirib
        Sülh müqaviləsi imzalanıb
        Mühasirədə qalan əsgərlər təslim olub
        Üç əsgər həlak olub
    """,
    "tr": """
        Ordu, isyancıların mevzilerine ateş açtı
        Sınırda ateş açıldı, iki asker yaralandı
        Askerlere ateş açıldı
        Asi mevzilerine ateş edildi
        İki ülke barış anlaşması imzaladı
        Barış anlaşmasının şartları açıklandı
        Mevziler bombalandı
        Birlikler kente doğru ilerliyor
        Taraflar esir takası yaptı
        Cephe hattında üç asker öldü
        Kuşatılan askerler teslim oldu
    """,
    "ka": """
        მხარეებმა სამშვიდობო ხელშეკრულება გააფორმეს
        მშვიდობის ხელშეკრულების ტექსტი შეთანხმებულია
        სამშვიდობო ხელშეკრულებას მოაწერეს ხელი
        მშვიდობის შეთანხმება გაფორმდა
        ცეცხლი გაუხსნეს პოზიციებს
        პოზიციებს ცეცხლი გაუხსნეს
        ჯარისკაცები დაიღუპნენ ფრონტის ხაზზე
        ტყვეების გაცვლა მოხდა
        ალყაში მოქცეული ჯარისკაცები დანებდნენ
        ჯარი წინ მიიწევს
    """,
    "ar": """
        الجيش يتقدم نحو المدينة
        قوات الجيش تتقدم في الشرق
        تقدم الجيش في محاور القتال
        تبادل الأسرى بين الطرفين
        الطرفان يتبادلان الأسرى
        مقتل جنود في كمين
        مقتل ثلاثة جنود في الحدود
        مقتل جنديين قرب الحدود
        الجيش يفتح النار على مواقع المسلحين
        توقيع معاهدة السلام بين البلدين
        الجنود المحاصرون يستسلمون
        قصف مواقع الجيش
    """,
    "en": """
        Power plant hit by strikes overnight
        Hospital hit by strikes in the capital
        Strikes hit the port and a power station
        Strikes hit the capital overnight, killing three
        Encircled soldiers surrender
        Leader asks that encircled soldiers be spared
        President pledges to spare the lives of encircled soldiers
        He says the lives of surrounded troops will be spared
        Troops open fire at the border
        Army opened fire on rebel positions
        Army positions shelled overnight
        Enemy positions come under fire
        Situation at the front line worsens
        Sides agree on a prisoner exchange
        Prisoners of both sides exchanged in a prisoner swap
        Peace treaty signed after long talks
        Troops advance toward the city
        Army advances on the rebel capital
        Three soldiers killed near the border
        Border guards shelled by mortars
    """,
    "ru": """
        Военные открыли огонь по позициям противника
        По позициям армии открыт огонь
        Пограничники открыли огонь на границе
        Позиции армии обстреляны из миномётов
        На линии фронта без перемен
        Стороны провели обмен пленными
        Стороны обменялись пленными
        Подписан мирный договор
        Войска продвигаются к городу
        Армия наступает на востоке
        Трое солдат погибли у границы
        Убиты трое военнослужащих
        Окружённые солдаты сдались
        Войска попали в окружение
    """,
    "uk": """
        Військові відкрили вогонь по позиціях противника
        По позиціях армії відкрито вогонь
        Позиції армії обстріляли з мінометів
        На лінії фронту без змін
        Сторони провели обмін полоненими
        Сторони обмінялися полоненими
        Підписано мирний договір
        Війська просуваються до міста
        Троє солдатів загинули на кордоні
        Оточені солдати здалися
        Війська потрапили в оточення
    """,
    "kk": """
        Әскер жау позициясына оқ атты
        Шекарада оқ атылды, екі сарбаз жараланды
        Майдан шебінде жағдай ауыр
        Тұтқын алмасу өтті
        Тараптар тұтқындармен алмасты
        Бейбіт келісімге қол қойылды
        Бейбітшілік шарты жасалды
        Әскер қалаға қарай ілгеріледі
        Үш сарбаз қаза тапты
        Қоршауда қалған сарбаздар берілді
    """,
    "pl": """
        Wojsko otworzyło ogień do pozycji rebeliantów
        Żołnierze otworzyli ogień na granicy
        Ostrzelano pozycje armii
        Na linii frontu bez zmian
        Strony dokonały wymiany jeńców
        Wymiana więźniów między stronami konfliktu
        Podpisano traktat pokojowy
        Wojska posuwają się w stronę miasta
        Trzech żołnierzy zginęło przy granicy
        Okrążeni żołnierze poddali się
        Oddziały zostały okrążone
    """,
    "de": """
        Soldaten eröffnen das Feuer an der Grenze
        Armee eröffnete das Feuer auf Stellungen der Rebellen
        Stellungen der Armee unter Beschuss
        An der Front keine Veränderung
        Beide Seiten tauschen Gefangene aus
        Gefangenenaustausch zwischen beiden Seiten
        Friedensvertrag unterzeichnet
        Truppen rücken auf die Stadt vor
        Armee rückt weiter vor
        Drei Soldaten getötet
        Eingekesselte Soldaten ergeben sich
        Eingeschlossene Truppen geben auf
    """,
    "fr": """
        Les soldats ouvrent le feu à la frontière
        L'armée a ouvert le feu sur les positions rebelles
        Les positions de l'armée bombardées
        Sur la ligne de front, la situation reste tendue
        Les deux camps procèdent à un échange de prisonniers
        Le traité de paix est signé
        Les troupes avancent vers la ville
        L'armée progresse vers la capitale
        Trois soldats tués près de la frontière
        Les soldats encerclés se rendent
    """,
    "es": """
        Soldados abren fuego en la frontera
        El ejército abrió fuego contra posiciones rebeldes
        Bombardean posiciones del ejército
        En la línea del frente sigue la tensión
        Las partes realizan un intercambio de prisioneros
        Firman el tratado de paz
        Las tropas avanzan hacia la ciudad
        El ejército avanza hacia la capital
        Tres soldados muertos cerca de la frontera
        Los soldados cercados se rinden
    """,
    "it": """
        I soldati aprono il fuoco al confine
        Scambio di prigionieri tra le parti
        Firmato il trattato di pace
        Le truppe avanzano verso la città
        Tre soldati uccisi al confine
        I soldati accerchiati si arrendono
    """,
    "pt": """
        Soldados abrem fogo na fronteira
        Troca de prisioneiros entre as partes
        Assinado o tratado de paz
        Tropas avançam em direção à cidade
    """,
    "be": """
        Вайскоўцы адкрылі агонь па пазіцыях
        Бакі абмяняліся палоннымі
    """,
    "bg": """
        Войници откриха огън на границата
        Размяна на пленници между страните
    """,
    "nl": """
        Soldaten openen het vuur aan de grens
        Gevangenenruil tussen beide partijen
        Vredesverdrag ondertekend
    """,
    "uz": """
        Chegarada o't ochildi, askar yaralandi
        Tinchlik shartnomasi imzolandi
    """,
}
REPORTED = [
    (language, line.strip())
    for language, lines in REPORTS_OF_WAR.items()
    for line in lines.strip().splitlines()
]


@pytest.mark.parametrize(("language", "of", "title"), NAMED)
def test_a_country_is_found_in_every_form(language, of, title):
    assert met(about(of), entry(title), language)


@pytest.mark.parametrize(("language", "of", "title"), NOT_NAMED)
def test_what_only_looks_like_a_country_is_none(language, of, title):
    assert not met(about(of), entry(title), language)


@pytest.mark.parametrize(("language", "title"), REPORTED)
def test_a_report_of_war_is_found(language, title):
    assert met(about("war"), entry(title), language)
