"""What is said when the firm meets alone."""

from ..phrasing import Topic

MONDAY = Topic(
    about="the pipeline",
    meetings=("Monday pipeline meeting", "Pipeline review", "Deal meeting", "Weekly deal round"),
    openers=(
        "Pipeline review: {few} new companies, two dropped, {startup} moves up.",
        "Went through all live deals; most of the time went to {startup}.",
        "Monday round, shorter than usual.",
        "Discussed who takes {startup} and who has time at all.",
        "Deal round with a long debate on {startup2}.",
    ),
    details=(
        "{us} presented {startup}; two of us want to see the product first.",
        "{startup2} is off the list, the price left us behind.",
        "References on {startup} are unanimous.",
        "We agreed to look at fewer companies, and longer.",
        "We keep coming back to {sector}, so we look at it as a whole.",
        "We lost a deal to {investor} and talked about why.",
    ),
    steps=(
        "{us} calls {startup} by {day}.",
        "{me} writes two pages on {startup2}.",
        "Decision on {startup} next Monday.",
        "{us} tidies up the list.",
    ),
)

COMMITTEE = Topic(
    about="an investment decision",
    meetings=("Investment committee: {deal}", "Committee pre-read: {deal}", "{deal}: go or no-go"),
    openers=(
        "Committee on {deal}: product, numbers, references, terms.",
        "Discussed {deal} for an hour; the team convinced everyone, the market did not.",
        "{us} presented {deal} and took the role of the critic too.",
        "Pre-read on {deal} with all objections on one page.",
    ),
    details=(
        "The strongest argument against is the dependence on one customer.",
        "References were better than the numbers.",
        "We would own enough to matter.",
        "Two conditions: access rights cleaned up, option pool before the money.",
        "{me} abstained because of a personal tie.",
        "The downside case still returns the money.",
    ),
    steps=(
        "Vote on {day}.",
        "{us} calls two more customers first.",
        "{me} talks to the founders tonight.",
        "One more week for the open legal point.",
    ),
)

REVIEW = Topic(
    about="the portfolio",
    meetings=("Portfolio review", "Valuation round", "Reserves and follow-ons"),
    openers=(
        "Portfolio review, company by company, worst first.",
        "Valuation round for the quarterly report.",
        "Discussed reserves: who needs money when, and how much.",
        "Half a day on the portfolio, with {startup} and {startup2} in depth.",
    ),
    details=(
        "{startup} is marked up after the last round.",
        "{startup2} needs a decision on the bridge.",
        "Hiring is the common theme in {few} companies.",
        "Reserves last for {few} follow-ons, not more.",
        "{us} shows that boards with fewer slides decide more.",
    ),
    steps=(
        "{us} writes the memo on {startup}.",
        "{me} speaks to {startup2} about the bridge.",
        "Numbers to the auditors by {day}.",
    ),
)

HOUSE = Topic(
    about="the firm",
    meetings=("Operations round", "{firm} offsite, planning", "Annual meeting: preparation", "Team lunch and learning"),
    openers=(
        "Operations round: budget, office, a new tool for records.",
        "Planned the offsite, mountains again.",
        "Prepared the annual meeting; {us} is in charge.",
        "{us} taught us how to read an option plan.",
        "Talked about how we log calls and why it pays.",
    ),
    details=(
        "The budget is on track.",
        "Records are complete for {pct}% more companies than a year ago.",
        "Two interns start in {month}.",
        "Everybody wants fewer meetings; we cancelled one.",
        "The guest list stands at {n} names.",
    ),
    steps=(
        "{us} books the rooms.",
        "{me} sends the agenda by {day}.",
        "Next round in {few} weeks.",
    ),
)
