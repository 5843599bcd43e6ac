"""What an account talks about, by what kind of account it is."""

from .phrases.companies import CATCHUP, EVENT, TIMING, TRACTION
from .phrases.investors import BANKING, COINVEST, DEALFLOW, FUNDRAISE, MARKET, REPORT
from .phrases.network import ANGEL, SOUNDING, SPEAKER
from .phrases.portfolio import BOARD, HIRING, NUMBERS, PRODUCT, RUNWAY, SALES_HELP
from .phrases.services import AUDIT, CORPORATE, EXPERT, LEGAL, SEARCH, SPINOFF
from .phrasing import Topic
from .relations import Account

OWNED = (NUMBERS, NUMBERS, BOARD, HIRING, SALES_HELP, PRODUCT, NUMBERS, BOARD, HIRING, RUNWAY, SALES_HELP, PRODUCT)

BY_KIND: dict[str, tuple[Topic, ...]] = {
    "company": (CATCHUP, TRACTION, CATCHUP, TIMING, TRACTION, EVENT, CATCHUP),
    "investor": (DEALFLOW, COINVEST, DEALFLOW, MARKET, COINVEST),
    "backer": (REPORT, REPORT, FUNDRAISE, REPORT, MARKET, FUNDRAISE),
    "corporate": (CORPORATE, EXPERT, CORPORATE, CORPORATE, EXPERT),
    "lawyer": (LEGAL,),
    "auditor": (AUDIT,),
    "search": (SEARCH,),
    "bank": (BANKING,),
    "university": (SPINOFF,),
    "nobody": (SOUNDING, ANGEL, SOUNDING, SPEAKER, SOUNDING),
}


def topics(account: Account, day: int) -> tuple[Topic, ...]:
    """Return what is talked about with this account on this day, the frequent ones more than once."""
    return OWNED if day >= account.owned_from else BY_KIND[account.kind]
