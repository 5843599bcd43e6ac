"""Parts of names: places, halves of invented words, mailbox providers."""


def words(text: str, separator: str = " ") -> tuple[str, ...]:
    """Return the words of a text, as a tuple to choose from."""
    return tuple(text.split(separator))


CITIES = words(
    "Zurich,Berlin,Munich,Vienna,Paris,Lyon,London,Edinburgh,Dublin,Amsterdam,Rotterdam,Brussels,Antwerp,"
    "Copenhagen,Aarhus,Stockholm,Gothenburg,Oslo,Bergen,Helsinki,Tallinn,Riga,Vilnius,Warsaw,Kraków,Prague,Brno,"
    "Budapest,Bucharest,Sofia,Athens,Milan,Turin,Bologna,Madrid,Barcelona,Valencia,Lisbon,Porto,Geneva,Lausanne,"
    "Basel,Bern,Hamburg,Cologne,Stuttgart,Leipzig,Luxembourg,Tel Aviv,Istanbul,New York,Boston,Toronto,Singapore",
    ",",
)

# Two halves make an invented word.
ONSETS = words(
    "Ard Bel Bren Cal Cor Dar Dor El Fen Gal Hal Ild Jor Kel Lor Mar Nor Orr Pel Quen Ros Sel Tal Ul Ver Wel Yar "
    "Zel Bryn Cas Dun Eth Fal Gren Hol Ist Kar Lin Mor Nev Ost Pra Ral Sol Tor Und Val Wyn Yel Zor Ab Brim Cres "
    "Drey Em Fir Glen Hav Iv Juni Kest Lark Mist Nim Oak Pirr Ril Sten Tam Umber Vint Whit Yor Zeph"
)
RHYMES = words(
    "vane mere lio dara wick quist nova lea mont field stone dane ora ium exa ento ika olo una arc adra evo inth "
    "orra isle umi ander elle idge owen ary etto inor essa ulo andis eon ivo ost avia"
)

# None of these is on a map.
TOWNS = words(
    "Aldermoor Lindhaven Ostermark Veldringen Karlsmoor Brackwater Fennholm Rosenau-Tal Montferrand-Vale "
    "Silberquell Hallbruck Tarnow-Brook Elmsworth Grünfelden Norrhavn Westerlund Pinhorst Valdoria Castelmoro "
    "Saint-Aubry Kirchental Lakemoor Drumhallow Sandvik-Ness"
)

PRIVATE_DOMAINS = ("mailnest.example", "postbox.example", "homepost.example", "quietmail.example")

# Named when the world is too small to hold a customer of its own.
CUSTOMERS = ("Ostermark Logistics", "Lindhaven Clinics", "Karlsmoor Foods", "Norrhavn Utilities")
