"""First and last names from many cultures. Combined at random, so that no combination means anybody."""

CULTURES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = tuple(
    (tuple(first.split()), tuple(last.split()))
    for first, last in (
        (  # German, Swiss
            "Anke Bastian Birgit Carsten Dorothea Elke Falk Gesine Hanno Ilse Jochen Katja Lorenz Mareike Nils "
            "Ortrud Philipp Ronja Sören Tilda Ulf Vera Wiebke Jürg Regula Urs Beat Corina Reto Annika",
            "Ackermann Brandauer Cordes Dallmann Eberlein Faltermeier Gerstung Hollenstein Isler Jessberger "
            "Kaltenbach Lüders Mosimann Nägeli Oberholz Pfisterer Quandel Rüegsegger Stallmann Tobler Uhlig "
            "Vonlanthen Wackernagel Zumstein Brühwiler Hagedorn Leuthard Rösli Sprenger Winkelried",
        ),
        (  # French, Belgian
            "Aurélie Bastien Camille Damien Élodie Fabrice Gaëlle Hugues Inès Joël Léonie Maxence Noémie Océane "
            "Pascal Quentin Rémi Solène Thibault Valérie Yannick Zélie Apolline Corentin Maëlle Loïc Margaux Tanguy",
            "Auberge Beaucourt Chastagnol Delaunoy Escoffre Ferrandier Gaubert Hautefeuille Jacquemont Kermadec "
            "Lamourette Marchandon Noirtin Ozanne Peyrelade Quillard Roussillac Sauvignet Tessandier Vaillancourt "
            "Verbruggen Waterlot Destrebecq Montclair Brissard Cazaubon Lhermitage Pontavice",
        ),
        (  # English, Scottish, Welsh
            "Alastair Bronwen Callum Daphne Ewan Fiona Gareth Harriet Imogen Jasper Kirsty Lachlan Morwenna Nigel "
            "Ottilie Piers Rhiannon Rupert Sian Tamsin Una Verity Wilfred Isla Rory Gemma Dylan Beatrix Angus Nell",
            "Ashdown Birkett Carmody Dunmore Eastlake Fairweather Garnock Hathersage Inglewood Jardine Kilbride "
            "Lockhart Merrick Netherby Oakshott Penhale Quarrie Ravenhill Silverdale Thornbury Underwood Vaughn "
            "Wetherell Yarrow Ainscough Blackmore Crossley Dalrymple Ellwood Farrant",
        ),
        (  # Italian
            "Alessia Bruno Chiara Dario Elisabetta Fabrizio Ginevra Ivo Letizia Manlio Nives Orazio Patrizia "
            "Raffaele Silvana Tullio Umberta Virginio Zeno Beatrice Cosimo Fiorella Gaspare Ludovica Ornella "
            "Saverio",
            "Albertazzo Bellandi Castrovilla Donadello Evangelisto Frascaroli Giordanelli Lorenzini Malaspino "
            "Nardinelli Orsolini Passarella Quaranto Roncaglia Santorelli Tagliaferro Ughetti Vallarino Zanforlin "
            "Belmonte Carravetto Dellacorte Fontebasso Mirandello Pievani Scaramello",
        ),
        (  # Spanish, Latin American
            "Adela Blas Carmina Demetrio Encarna Fermín Gonzalo Herminia Íñigo Jimena Leandro Maite Nuria Octavio "
            "Paloma Rosario Severino Tamara Úrsula Ximena Zoilo Amparo Baltasar Candela Emilio Lorena Rocío",
            "Albarracín Benavente Castroviejo Durango Echarte Fuensalida Garmendia Hinojal Ibarrola Jaramago "
            "Larrazábal Montesino Navascués Olavarría Pedroche Quintanar Rivadulla Sotomonte Torrealba Urrutiaga "
            "Valdepiel Zubizarra Arizmendi Carrizosa Monteagudo Villacampa",
        ),
        (  # Portuguese, Brazilian
            "Afonso Benedita Caetano Duarte Estela Filipa Gonçalo Helena Inês Joaquim Lígia Madalena Nuno Otília "
            "Renata Sebastião Tiago Vasco Yara Bruna Davi Iara Luana Thales",
            "Alvarenga Barroselas Carvalhal Damásio Esteves Figueiró Guimarota Henriquez Lacerda Mirandela "
            "Nogueiral Olivença Pimentão Quintela Rebouças Sarmiento Taveirós Uchoa Valadares Xavantes Brandalise "
            "Castanhal",
        ),
        (  # Nordic
            "Aksel Birgitte Christer Dagny Eskil Frida Gunvor Halvard Ingeborg Jorunn Ketil Liv Mads Nanna Odd "
            "Pernille Ragnhild Sigurd Tuva Ylva Åse Øystein Bjarke Kerttu Lauri Outi Tapio Veera Astrid Torsten",
            "Aasgard Bjerkeland Dahlstrøm Ekenberg Fjeldsted Grönvall Haugerud Ingebretson Jokisaari Kvalheim "
            "Lindroos Myklebost Nordgaard Overbye Pelkonen Rautavaara Skjelbred Thorvaldsen Ulvestad Vestergren "
            "Wahlroos Ytrehus Åkerblom Østerhus Brännholm Hietanen Kjærstad Solbakk",
        ),
        (  # Polish, Czech, Baltic
            "Agnieszka Bogdan Czesław Dorota Elżbieta Filip Grażyna Halina Ireneusz Jolanta Kacper Łucja Mirosław "
            "Nikodem Oliwia Przemek Radek Sylwia Tymon Urszula Wanda Zbyszek Bedřich Květa Jurgis Rasa Liga Andris",
            "Bartnik Czapla Dudziak Fijałek Gawron Hołub Jaskółka Kalinka Lipiec Mazurek Niemczyk Olszak Pawlak "
            "Rzepka Sikora Tokarz Urban Wilk Zięba Brzoza Kolář Havelka Petrauskas Jansons Ozols Krumins",
        ),
        (  # Greek, Balkan, Romanian, Hungarian
            "Achilleas Bojana Csilla Dimitra Emese Fotini Goran Horia Ileana Jelena Kostas Lazar Mirela Nevena "
            "Octavian Panagiota Radu Smaranda Tudor Vesna Zoltán Zorana Ágnes Balázs Despina Ljubica",
            "Anagnostou Bărbulescu Csonka Dimitrakos Erdőháti Filipescu Grubišić Halmosi Ionașcu Jakovčić Karavas "
            "Lungulescu Milivojac Nemesvári Oprișan Papadelis Radulovac Stamatakos Tomičić Vlachopoulos Zografos "
            "Kovačec",
        ),
        (  # Turkish
            "Aslı Berk Cansu Deniz Elif Ferit Gizem Hakan İpek Kaan Levent Melis Nazlı Onur Pelin Rıza Selin Tolga "
            "Umut Yasemin Zerrin Burcu Cem Duygu",
            "Akyüzlü Balcıoğlu Cankurt Demirtepe Ergüven Gürsoylu Hacıbey İnceoğlu Karadağlı Menekşe Narinç Özgülen "
            "Pekcanlı Sarıgöl Taşkıran Uysalman Yalvaçlı Zorbey Bozdağlı Çelebican",
        ),
        (  # Arabic
            "Amal Bilal Dalia Fadi Ghada Hisham Iman Jamal Karima Layla Marwan Nadia Omar Qasim Rania Samir Tariq "
            "Widad Yasmin Ziad Basma Farouk Hala Idris",
            "Abdelnour Bakkari Chehabi Darwazeh Fakhouri Ghantous Haddadin Iskandari Jabbour Khoudari Lahlaoui "
            "Mansouri Najjarin Othmani Qabbani Rahmouni Sabbagh Tannousi Wahbeh Yazigi Zaytouni Benhamida",
        ),
        (  # Persian, Central Asian
            "Ardeshir Bahar Darius Elham Farhad Golnar Hooman Jahan Kian Laleh Mahsa Navid Parisa Ramin Shirin "
            "Touraj Aigerim Bekzat Dilnoza Rustam",
            "Ahangar Bagherian Daneshvar Esfahlan Farrokhi Golestan Hakimian Jalilvand Kamrani Mehrabadi Navabian "
            "Pourdavar Rastegarian Sohrabian Tavakolian Zandipour Abenov Karimbek Saidaliev Tursunbay",
        ),
        (  # Indian, Sri Lankan
            "Aarti Bhavesh Chitra Devika Eshan Gauri Harish Ishita Jayant Kavya Lalit Meenal Nandini Omkar Prakash "
            "Rohini Sanjay Tanvi Uday Vidya Yamini Anjali Dilshan Nimali Raghav Swati Vikram",
            "Acharekar Bhattathiri Chandorkar Deshmane Ganatra Hegdekar Iyengar Jayasurya Kulkarni Lakhotia "
            "Mahadevan Nambisan Ojhari Parulekar Ramaswami Sahasrabudhe Tendolkar Upadhyaya Venkataram Wickramage "
            "Yadgiri Bandara Chaturvedi Gokhale",
        ),
        (  # Chinese
            "Bolin Changming Daiyu Fenfang Guowei Haoran Jiahui Kexin Lanying Mingzhe Ningxin Peizhi Qiaolian "
            "Ruolan Shanshan Tianyu Weiling Xiaotong Yuchen Zihan Chunhua Jingyi",
            "Bai Cai Deng Fan Gong Hou Jiang Kong Lei Meng Ning Ouyang Pan Qiu Ren Shen Tang Wei Xue Yao Zhong "
            "Cheung Lau Leung",
        ),
        (  # Japanese
            "Akane Daichi Emiko Fumio Ginko Haruto Ichika Junpei Kaori Makoto Natsuki Ryota Sayuri Takumi Umeko "
            "Yuto Ayaka Hinata Koji Misaki",
            "Aokawa Fujisawa Hanamura Ishizaka Kawabe Kurosaki Maruoka Nagahara Okudaira Sakamura Shimokawa "
            "Takebayashi Uenohara Wakatsuki Yanagihara Yoshinaga Hoshikawa Minakami Tokunaga Asahina",
        ),
        (  # Korean, Vietnamese, South-East Asian
            "Areum Bo-ra Dae-hyun Eun-ji Geon-woo Ha-neul Jin-ah Kyung-soo Min-seo Sang-mi Ye-jun Anh Binh Duc Hoa "
            "Khanh Linh Minh Quyen Thao Adinda Bagus Intan Rizal Siti Malee Niran",
            "Bang Cho Eom Gil Heo Jeon Ko Moon Noh Seong Yoon Bui Dinh Doan Luong Ngo Phung Truong Vuong Hartono "
            "Kusnadi Pranoto Wibisono Saetang Thongchai",
        ),
        (  # West and East African
            "Abeni Babajide Chinwe Dayo Efua Folami Gbenga Ifeoma Kofi Kwabena Makena Nkechi Oluchi Sade Tunde "
            "Uzoma Wanjiru Yaw Zawadi Akinyi Baraka Lerato Sipho Thandeka",
            "Abiodun Adjeman Boakyewa Chukwudire Danquah Ezeagu Fadipeju Gyamerah Igboanugo Kariuki Lamptey Mbachu "
            "Nwafor Odhiambo Ogunleye Quansah Tettehu Umeadi Wambugu Yeboah Dlamini Mokoena Nkabinde",
        ),
        (  # Hebrew
            "Avigail Boaz Dafna Eitan Gilad Hadas Ilan Keren Liora Matan Noga Oren Roni Shira Tamar Uri Yael Ziv Amit",
            "Amitzur Bar-Noy Carmeli Dagani Eshkoli Gal-Or Har-Zahav Ilani Kadmon Lavie Megiddo Nir-Oz Oranim "
            "Peledi Rimonim Shaked Tzurel Yardeni Zohar",
        ),
    )
)

# The firm's own people, in the order in which they joined: first names, last name, title.
STAFF: tuple[tuple[str, str, str], ...] = (
    ("Mia", "Kern", "Managing Partner"),
    ("Tomasz", "Wrona", "Partner"),
    ("Amara", "Ezeudu", "Principal"),
    ("Sofia", "Brandvik", "Head of Operations"),
    ("Henrik", "Solvang", "Partner"),
    ("Priya", "Ramnathan", "Principal"),
    ("Clara", "Montfort", "Head of Platform"),
    ("Luca", "Ferrantini", "Associate"),
    ("Noor", "Haddadin", "Associate"),
    ("Jonas", "Aebischer", "Associate"),
    ("Kenji", "Moriwake", "Talent Partner"),
    ("Ruth", "Adelman-Voss", "Fund Controller"),
)

# Titles of those who join after them, again and again in this order.
STAFF_TITLES = (
    "Associate",
    "Principal",
    "Analyst",
    "Platform Manager",
    "Associate",
    "Partner",
    "Analyst",
    "Operations Manager",
    "Principal",
    "Associate",
    "Talent Partner",
    "Fund Accountant",
)

# Letters that do not fall apart into a base letter and an accent.
SPECIAL = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "ß": "ss", "đ": "d", "ı": "i", "ä": "ae", "ö": "oe", "ü": "ue"})
