"""What the organizations do: kinds of organizations, sectors of companies with their products and buyers, places."""

from msgspec import Struct


class Sector(Struct, frozen=True):
    """A line of business: words to name companies with, what they build and who buys it."""

    name: str
    words: tuple[str, ...]
    products: tuple[str, ...]
    buyers: tuple[str, ...]


SECTORS = (
    Sector(
        "Fintech",
        ("Pay", "Ledger", "Finance", "Treasury"),
        ("cash planning", "invoice matching", "payouts in many currencies", "automatic reconciliation"),
        ("mid-sized exporters", "marketplaces", "finance teams"),
    ),
    Sector(
        "Insurance software",
        ("Cover", "Claims", "Insure", "Risk"),
        ("claims handling", "underwriting support", "fleet cover by the kilometre"),
        ("regional insurers", "brokers", "fleet owners"),
    ),
    Sector(
        "Health",
        ("Health", "Care", "Clinics", "Medical"),
        ("ward planning", "remote follow-up after surgery", "speech-to-record software", "triage by phone"),
        ("hospital groups", "outpatient clinics", "nursing homes"),
    ),
    Sector(
        "Life science tools",
        ("Bio", "Labs", "Genomics", "Assays"),
        ("lab automation", "sample tracking", "image analysis for cell cultures"),
        ("contract labs", "research hospitals", "mid-sized drug makers"),
    ),
    Sector(
        "Climate",
        ("Climate", "Carbon", "Earth", "Renewables"),
        ("emissions accounting", "heat recovery", "methane detection from the air"),
        ("manufacturers", "municipal utilities", "food producers"),
    ),
    Sector(
        "Energy",
        ("Energy", "Grid", "Power", "Solar"),
        ("battery control", "grid forecasting", "charging for depots", "tenant electricity billing"),
        ("municipal utilities", "landlords", "bus operators"),
    ),
    Sector(
        "Robotics",
        ("Robotics", "Motion", "Automation", "Machines"),
        ("picking robots", "robots that load trailers", "inspection drones"),
        ("warehouse operators", "parcel carriers", "plant managers"),
    ),
    Sector(
        "Industrial software",
        ("Works", "Systems", "Industrial", "Software"),
        ("maintenance planning", "quality control with cameras", "shift handover software", "digital work orders"),
        ("plant managers", "machine builders", "suppliers to carmakers"),
    ),
    Sector(
        "Cybersecurity",
        ("Security", "Shield", "Trust", "Defense"),
        ("access reviews", "supplier risk monitoring", "phishing drills", "secrets management"),
        ("banks", "public agencies", "mid-sized manufacturers"),
    ),
    Sector(
        "Developer tools",
        ("Dev", "Code", "Cloud", "Runtime"),
        ("test environments on demand", "release automation", "cost control for cloud accounts"),
        ("software teams", "agencies", "banks with in-house developers"),
    ),
    Sector(
        "Data infrastructure",
        ("Data", "Analytics", "Signals", "Metrics"),
        ("data quality checks", "event pipelines", "a catalogue of company data"),
        ("data teams", "retail chains", "insurers"),
    ),
    Sector(
        "Logistics",
        ("Freight", "Logistics", "Cargo", "Routes"),
        ("dock scheduling", "route planning for cold chains", "customs paperwork", "freight audit"),
        ("forwarders", "shippers", "wholesalers"),
    ),
    Sector(
        "Food",
        ("Foods", "Farms", "Kitchen", "Harvest"),
        ("yield forecasts", "waste tracking for kitchens", "fermented proteins"),
        ("canteen operators", "food producers", "supermarket chains"),
    ),
    Sector(
        "Education",
        ("Learning", "Academy", "Skills", "Education"),
        ("on-the-job training", "exam software", "language training for shift workers"),
        ("vocational schools", "hospital groups", "industrial employers"),
    ),
    Sector(
        "Property",
        ("Homes", "Spaces", "Property", "Living"),
        ("lease management", "building diagnostics", "repair scheduling"),
        ("landlords", "housing cooperatives", "facility managers"),
    ),
    Sector(
        "Mobility",
        ("Mobility", "Transit", "Fleet", "Rides"),
        ("fleet electrification planning", "ride pooling", "rail capacity planning"),
        ("bus operators", "car-sharing firms", "city authorities"),
    ),
    Sector(
        "Legal software",
        ("Legal", "Contracts", "Counsel", "Clause"),
        ("contract review", "matter budgeting", "entity management"),
        ("in-house legal teams", "mid-sized law firms", "procurement teams"),
    ),
    Sector(
        "Retail software",
        ("Retail", "Commerce", "Store", "Checkout"),
        ("demand forecasting", "shelf monitoring", "returns handling", "staff rostering"),
        ("supermarket chains", "fashion brands", "pharmacies"),
    ),
)

# Of a hundred organizations, how many are of each kind.
KINDS = {
    "company": 60,
    "investor": 10,
    "backer": 6,
    "corporate": 10,
    "lawyer": 4,
    "auditor": 2,
    "search": 3,
    "bank": 2,
    "university": 3,
}

# How those that are not companies are called, and the sector that goes with the name.
NAMES: dict[str, tuple[tuple[str, str], ...]] = {
    "investor": (
        ("{word} Ventures", "Venture capital"),
        ("{word} Capital", "Venture capital"),
        ("{word} Partners", "Venture capital"),
        ("{word} Seed", "Venture capital"),
        ("{word} Growth", "Growth equity"),
        ("{word} Equity", "Growth equity"),
        ("{word} Industrial Ventures", "Corporate venture"),
    ),
    "backer": (
        ("{town} Pension Fund", "Pension fund"),
        ("{word} Pension Fund", "Pension fund"),
        ("{town} Endowment", "Endowment"),
        ("{word} Fund Investors", "Fund of funds"),
        ("{word} Life", "Insurance company"),
        ("{family} Family Office", "Family office"),
    ),
    "corporate": (
        ("{word} Industries", "Manufacturing"),
        ("{word} Machine Works", "Manufacturing"),
        ("{town} Works", "Manufacturing"),
        ("{word} Foods", "Food industry"),
        ("{word} Transport", "Transport"),
        ("{town} Transit", "Transport"),
        ("{town} Clinics", "Hospital group"),
        ("{word} Clinics", "Hospital group"),
        ("{town} Utilities", "Utilities"),
        ("{word} Retail Group", "Retail"),
        ("{word} Stores", "Retail"),
        ("{word} Insurance", "Insurance"),
    ),
    "lawyer": (("{family} & {family2}", "Law firm"), ("{family} {family2} Legal", "Law firm")),
    "auditor": (
        ("{family} Audit", "Audit and tax"),
        ("{family} Tax & Audit", "Audit and tax"),
        ("{family} Assurance", "Audit and tax"),
    ),
    "search": (
        ("{family} Executive Search", "Executive search"),
        ("{family} Talent", "Executive search"),
        ("{family} & Company Search", "Executive search"),
    ),
    "bank": (("{word} Bank", "Banking"), ("Bank of {town}", "Banking"), ("{town} Savings Bank", "Banking")),
    "university": (
        ("University of {town}", "University"),
        ("Technical University of {town}", "University"),
        ("{town} Institute of Technology", "University"),
        ("{town} Research Institute", "Research institute"),
        ("{word} Institute", "Research institute"),
    ),
}

ROUNDS: tuple[tuple[str, str, float, float, float], ...] = (
    # label in the deal's name, how people call it, millions raised from / to, yearly revenue in millions
    ("Seed", "seed round", 1.5, 4, 0.25),
    ("Series A", "Series A", 5, 12, 1.3),
    ("Series B", "Series B", 15, 35, 6),
    ("Growth", "growth round", 30, 80, 18),
    ("Bridge", "bridge round", 1, 4, 1.8),
)

SOUGHT = ("VP Sales", "CFO", "Head of Product", "VP Engineering", "COO", "Head of Customer Success", "Chief of Staff")

TITLES: dict[str, tuple[str, ...]] = {
    "company": (
        "Founder & CEO",
        "Co-founder & CTO",
        "CFO",
        "Head of Sales",
        "Head of Product",
        "Chief of Staff",
        "VP Engineering",
        "Head of People",
        "Head of Marketing",
        "Product Manager",
        "Finance Manager",
        "Customer Success Manager",
        "Software Engineer",
        "Board Member",
    ),
    "investor": ("Partner", "Principal", "Managing Partner", "Associate", "Investment Manager", "Head of Platform"),
    "backer": (
        "Head of Private Markets",
        "Investment Director",
        "Portfolio Manager",
        "Senior Analyst",
        "Chief Investment Officer",
        "Investor Relations",
    ),
    "corporate": (
        "Head of Innovation",
        "Head of Operations",
        "Procurement Lead",
        "Site Manager",
        "Chief Digital Officer",
        "Project Lead",
        "IT Architect",
        "Business Developer",
    ),
    "lawyer": ("Partner", "Senior Associate", "Counsel", "Associate", "Paralegal"),
    "auditor": ("Partner", "Audit Manager", "Tax Adviser", "Senior Auditor"),
    "search": ("Partner", "Consultant", "Researcher", "Managing Director"),
    "bank": ("Relationship Manager", "Director", "Credit Analyst", "Client Service"),
    "university": ("Head of Technology Transfer", "Professor", "Licensing Manager", "Startup Coach", "Research Fellow"),
    "nobody": (
        "Angel investor",
        "Adviser",
        "Journalist",
        "Independent director",
        "Operator in residence",
        "Consultant",
    ),
}
