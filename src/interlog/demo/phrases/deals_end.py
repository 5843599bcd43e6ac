"""What is said at the end of a deal: terms and closing, or the no."""

from ..phrasing import Topic

TERMS = Topic(
    about="the term sheet",
    meetings=(
        "{org}: term sheet",
        "Terms with {org}",
        "{org} {round}: valuation and structure",
        "Term sheet – second round with {org}",
    ),
    mails=(
        "Term sheet {org}",
        "{org}: comments on the term sheet",
        "Term sheet, draft {few}",
        "{round} of {org}: allocation",
        "Valuation",
    ),
    openers=(
        "Went through the term sheet with {p}: {amount} at {pre} before the money.",
        "Second round on terms with {p}; most of the time went into the board seats.",
        "{p} called with the founders' comments on our term sheet.",
        "Discussed valuation with {p}; we are {few} million apart and both know it.",
        "Talked allocation with {p}: our share, {investor} and the existing angels.",
        "Explained our standard terms to {p} and why we care about two of them.",
        "{p} told us what {org} likes about our offer and which two words have to go.",
    ),
    details=(
        "Liquidation preference stays at one times, not participating.",
        "They accept the board seat and ask for an independent fifth member.",
        "{investor} takes a third of the round on our terms.",
        "The option pool grows before the money, that was the hard point.",
        "Founder vesting restarts for two years, with credit for time served.",
        "Another offer is on the table, higher in price and heavier in terms.",
        "We moved on the price, they moved on the pool.",
        "Information rights: monthly numbers, a budget every {month}, nothing exotic.",
        "Their lawyer is sensible and quick.",
        "Exclusivity runs for {few} weeks from signature.",
    ),
    steps=(
        "{me} sends the revised draft by {day}.",
        "{p} takes it to the founders and comes back by {day}.",
        "{us} checks the cap table with the new pool.",
        "Next version planned for {day}.",
        "{investor} confirms its part in writing.",
        "Our partners discuss it on {day}.",
    ),
    ours=(
        "attached is the revised term sheet; the changes are on page two only.",
        "we can meet you on the board, not on the pool. Let us talk on {day}.",
        "{investor} is in for a third. The cap table of {us} is attached.",
        "we have kept it to three pages. Everything important is on the first.",
    ),
    theirs=(
        "the founders are happy with all but two points, marked in yellow.",
        "we have another offer, but we would rather do this with you. Could you look at the pool again?",
        "our lawyer has no further comments.",
        "thank you for the fair way you do this. Two words in paragraph four, then we have it.",
        "one question on vesting: does the credit for time served cover {x} too?",
    ),
    asks=(
        ("Revised draft is out. Only page two has changed.", "Reading it now with {x}."),
        ("Any word from the founders?", "They are debating the fifth board seat. Answer by {day}."),
        ("Could we speak before your founders meet?", "Call me at six."),
    ),
    hears=(
        ("We can live with the pool if vesting has credit for time served.", "That works for us. Updating the draft."),
        ("Is {investor} really in?", "Yes, in writing since this morning."),
        ("Your page two made everyone laugh, in a good way.", "It took three lawyers to make it that short."),
    ),
)

CLOSING = Topic(
    about="closing",
    meetings=(
        "{org}: closing call",
        "Documents and closing, {org}",
        "{org} {round}: signing",
    ),
    mails=(
        "{org}: closing checklist",
        "Shareholders' agreement, draft {few}",
        "Signatures needed",
        "{org} {round} – funds flow",
        "Announcement of the {round}",
    ),
    openers=(
        "Closing call with {p}: {few} open points on the checklist.",
        "Went through the shareholders' agreement with {p} one last time.",
        "{p} and the lawyers agreed on the last wording; we can sign.",
        "Coordinated signatures and funds flow with {p}.",
        "Talked with {p} about the announcement: timing, wording and who says what.",
    ),
    details=(
        "The notary has a slot in {city} on {day}.",
        "One angel is travelling and signs by power of attorney.",
        "Warranties are capped and run for eighteen months.",
        "The bank needs the list of beneficial owners once more.",
        "The press text mentions {customer}, who agreed.",
        "All invention assignments are signed now.",
        "{investor} wires a day after us.",
        "The cap table matches the register, checked twice.",
    ),
    steps=(
        "{us} sends the final checklist tonight.",
        "Money goes out on {day}.",
        "{p} collects the missing signatures by {day}.",
        "First board meeting in {month}.",
        "Announcement after closing, not before.",
    ),
    ours=(
        "the execution version is attached. Nothing has changed since {day} but the date.",
        "funds are ready. We wire as soon as the notary confirms.",
        "here is our line for the announcement; please cut it if it is too long.",
        "only the power of attorney of one angel is missing.",
    ),
    theirs=(
        "all founders have signed. The notary confirms {day}.",
        "the draft announcement is below. {customer} agreed to be named.",
        "the bank asks for the ownership list again; could {us} send it?",
        "the money has arrived. Thank you, from all {team} of us!",
    ),
    asks=(
        ("Wire is out. You should see it tomorrow.", "We'll keep refreshing the account all night."),
        ("Does the notary need passports or are copies enough?", "Copies are fine, originals on the day."),
    ),
    hears=(
        ("All signed! Check your inbox.", "Wonderful. Here's to the next years!"),
        ("Money is here!!", "Congratulations to all of you. Champagne on {day}."),
        ("May we announce on {day}?", "Yes, {us} is ready to share it too."),
    ),
)

PASS = Topic(
    about="our decision",
    meetings=("{org}: our decision", "Feedback for {org}"),
    mails=("{org}: our decision", "Where we came out", "Feedback on {org}"),
    openers=(
        "Told {p} that we will not invest in the {round} of {org}, and why.",
        "Feedback talk with {p} after our decision to pass.",
        "Called {p} with the no before sending it in writing; {p} took it well.",
        "Explained to {p} where we came out: strong team, too early for us.",
        "{p} asked for the reasons behind our no and we gave them without padding.",
    ),
    details=(
        "The market with {buyers} looks smaller to us than to them.",
        "Price was not the reason, concentration on {customer} was.",
        "We would look again once a second large customer is in.",
        "They have other offers and will close without us.",
        "Two of our partners were in favour, it was not an easy no.",
        "{p} disagreed on one point and may well be right.",
    ),
    steps=(
        "{me} stays in touch and asks for the numbers every quarter.",
        "We offered introductions to {investor} and two others.",
        "Look again in {month}.",
        "{us} sends the written feedback by {day}.",
        "{p} keeps us on the list for updates.",
    ),
    ours=(
        "we decided not to go ahead this time. You deserve the reasons: the market looks narrow to us, nothing else.",
        "it was a close decision. If a second account like {customer} comes in, please call us first.",
        "I have written to {investor}, who looks at your stage and segment.",
        "thank you for the openness over these weeks. We learned a lot.",
    ),
    theirs=(
        "thank you for the clear words. We will come back when the second large customer is in.",
        "disappointing, of course, but it helps to know why. An introduction to {investor} would be great.",
        "we think you are wrong about the market, and will enjoy proving it!",
        "thanks for deciding quickly. Most do not.",
    ),
    asks=(
        ("I know it's not what you hoped for. Any time you want a second opinion, call.", "Appreciated. We will."),
        ("{investor} is interested, may I share your number?", "Please do, and thank you."),
    ),
    hears=(
        ("Could you put the reasons in writing for the team?", "Of course, you have them by {day}."),
        ("We closed without you, no hard feelings!", "Congratulations, honestly. Keep us posted."),
    ),
)
