"""What is said with people who give money: other funds, the firm's own investors, banks."""

from ..phrasing import Topic

DEALFLOW = Topic(
    about="deals we both see",
    meetings=("Deal exchange with {org}", "{firm} x {org}: pipeline swap", "Lunch with {q}"),
    mails=("{startup} – worth a look?", "Deal exchange", "Two companies for you", "Following up on {startup}"),
    openers=(
        "Swapped pipelines with {p}: {few} names each.",
        "Regular exchange with {q} of {org}.",
        "Lunch with {p}; we compared what we see among early companies in {city}.",
        "{p} pointed us to {startup} and asked for our view on {startup2}.",
        "Short call with {p} about companies that fit {org} better than us.",
    ),
    details=(
        "{startup} will raise in {month}, they know the founders well.",
        "They passed on {startup2} because of the price.",
        "{org} closed a new fund and writes larger cheques now.",
        "They look for co-investors from our corner of the market.",
        "The partner in charge of software left, {p} took over.",
        "Both of us see fewer deals than last year, and better ones.",
        "{p} thinks that founders ask for references on investors now, rightly.",
    ),
    steps=(
        "{p} introduces us to {startup}.",
        "{us} sends our short list by {day}.",
        "Next exchange in {month}.",
        "{me} connects {p} with the founders of {startup2}.",
        "We keep each other posted on {startup}.",
    ),
    ours=(
        "as discussed, {startup} may suit you better than us. Shall I connect you?",
        "our three names are below. Please treat the second as confidential.",
        "what did you think of {startup2}? We were split.",
        "it was a good lunch. {us} joins us next time.",
    ),
    theirs=(
        "we just met {startup}. Not our stage, perhaps yours?",
        "here are our names. The founders of the first know that we speak.",
        "we passed on {startup2}, on price alone.",
        "the introduction to {startup} follows in a separate mail.",
    ),
    asks=(
        ("Have you looked at {startup}?", "Last week. Strong team, wild price."),
        ("May I mention you to {startup2}?", "Yes, please."),
    ),
    hears=(
        ("{startup} is raising. Want an intro?", "Yes please, perfect timing."),
        ("Who leads the round of {startup2}?", "Nobody yet, as far as we know."),
    ),
)

COINVEST = Topic(
    about="a joint investment",
    meetings=("{startup}: co-investors' call", "{firm} x {org} on {startup}", "Syndicate call, {startup}"),
    mails=(
        "{startup}: syndicate",
        "Co-investment in {startup}",
        "{startup} – shared diligence",
        "Allocation, {startup}",
    ),
    openers=(
        "Talked with {p} about doing {startup} together.",
        "Syndicate call on {startup} with {p}.",
        "{p} wants to share diligence on {startup}: they do the market, we do the numbers.",
        "Discussed allocation in {startup} with {p} of {org}.",
        "Compared notes on {startup} with {p}; we like the same things and fear the same things.",
    ),
    details=(
        "{org} could take up to a third.",
        "Their committee meets on {day}.",
        "They insist on an observer seat, we can live with that.",
        "Our reference calls agree with theirs.",
        "On price they are more relaxed than we are.",
        "Their technical adviser spent a day with the team and came back convinced.",
        "{p} has worked with the founders before.",
    ),
    steps=(
        "{p} comes back after the committee on {day}.",
        "{us} shares our notes from the reference calls.",
        "One joint list of questions, so that the company answers once.",
        "{me} talks to the founders about allocation.",
        "Draft terms go to {p} first.",
    ),
    ours=(
        "our notes from the references are attached, please keep them between us.",
        "could your technical adviser also look at {startup2}? We would share the cost.",
        "we would lead, with {org} for a third. Does that match your view?",
        "the founders are happy to have you on board.",
    ),
    theirs=(
        "our committee said yes to a third, subject to the observer seat.",
        "the market part is attached. {us} will like page seven.",
        "we would rather see {startup} at a lower price, yet we will not break it over that.",
        "can we move the call to {day}? Our committee overruns.",
    ),
    asks=(
        ("How did the committee go?", "Yes with a smile. Details on {day}."),
        ("Shall we send one joint list to {startup}?", "Good idea, fewer questions for them."),
    ),
    hears=(
        ("We're in for a third.", "Great to have you."),
        ("Who does the technical part on {startup}?", "You, if you can. Your adviser is better."),
    ),
)

MARKET = Topic(
    about="the market",
    meetings=("{q}: view on the market", "{firm} x {org}", "Exchange with {org} in {city}"),
    mails=("Valuations", "Your view on the market", "Article on {sector}", "Half-year review"),
    openers=(
        "Exchanged views on the market with {p}.",
        "{p} shared the half-year statistics of {org}.",
        "Long talk with {q} about valuations and how little they say.",
        "Met {p} at a conference in {city}; the mood is calmer than in spring.",
        "Asked {p} how {org} deals with companies that cannot raise.",
    ),
    details=(
        "Prices came down by about {pct}% and the number of deals by more.",
        "Good companies take longer and get away with it.",
        "They write off earlier than they used to.",
        "Secondary offers are everywhere, few of them serious.",
        "{p} expects {few} funds in the region to stop investing.",
        "The best returns came from companies nobody fought over.",
        "Founders have become better at saying no.",
    ),
    steps=(
        "{p} sends the statistics.",
        "We meet again in {month}.",
        "{us} writes up our own numbers in the same format.",
        "{me} invites {p} to our annual meeting.",
    ),
    ours=(
        "thank you for the statistics; ours look much the same, see attached.",
        "I enjoyed our talk. The point about early write-offs stayed with me.",
        "would you say this to our investors in {month}? They would love it.",
    ),
    theirs=(
        "the half-year statistics are attached, for you and {us} only.",
        "an article you may disagree with, in the best sense.",
        "I would be glad to speak at your annual meeting.",
    ),
    asks=(
        ("Do you see the same slow-down in larger rounds?", "Yes, about {pct}% fewer than last year."),
        ("Great piece you wrote on write-offs.", "Thank you! It made me few friends."),
    ),
    hears=(
        ("What multiple do you use for {sector} these days?", "Less than last year. I'll send our table."),
        ("Are you in {city} for the conference?", "Yes, both days."),
    ),
)

REPORT = Topic(
    about="the quarterly report",
    meetings=("{org}: quarterly update", "Quarterly call with {org}", "{firm} fund update for {org}"),
    mails=(
        "{firm} quarterly report",
        "Question on the report",
        "Capital account statement",
        "{org}: reporting template",
    ),
    openers=(
        "Quarterly call with {p}: valuations, cash flows and two companies in detail.",
        "{p} had questions on the quarterly report, mainly on valuation.",
        "Walked {q} of {org} through the fund's quarter.",
        "Update for {org}; {p} was interested in the companies that do not grow.",
        "Explained to {p} why we marked {startup} down.",
    ),
    details=(
        "{org} needs the figures in its own template by the tenth of the month.",
        "{p} asked for emissions data of all companies.",
        "Net value went up by {pct}% in a year, half of it from {startup}.",
        "They liked that the report begins with what went wrong.",
        "Their auditors want the valuation memo for {few} positions.",
        "Distributions this year will be small, and {p} expected that.",
        "{p} asked how we work with {startup2}, which {org} also holds elsewhere.",
    ),
    steps=(
        "{us} fills in their template by {day}.",
        "Valuation memos go out this week.",
        "Next call in {month}.",
        "{me} visits {org} in {city} before the summer.",
        "{us} adds the cash flow table to the report.",
    ),
    ours=(
        "the quarterly report is in the portal. {startup} is the one to read about.",
        "here is your template, completed. {us} can explain line nine.",
        "the valuation memos for your auditors are attached.",
        "thank you for the good questions. We will add the table to the next report.",
    ),
    theirs=(
        "thank you for the report, refreshingly frank. One question on {startup}.",
        "our auditors ask for the memo on {startup2}.",
        "could you send the capital account as of the quarter's end?",
        "the new reporting template is attached, with apologies for its length.",
    ),
    asks=(
        ("Did the portal access work?", "Yes, everything there. Thank you."),
        ("Is the tenth still your deadline?", "The twelfth this time."),
    ),
    hears=(
        ("Which page has the cash flows?", "Eleven. It moves to the front next time."),
        ("Could someone call our auditor?", "{us} does it this afternoon."),
    ),
)

FUNDRAISE = Topic(
    about="the next fund",
    meetings=("{org}: next fund", "{firm} Fund – due diligence with {org}", "On-site visit of {org}"),
    mails=(
        "{firm}: next fund",
        "Diligence questionnaire",
        "Data room access for {org}",
        "References on {firm}",
        "Annual meeting",
    ),
    openers=(
        "First talk with {p} about our next fund.",
        "{p} and a colleague of {org} came for the on-site visit.",
        "Diligence call with {p}: team, succession and track record.",
        "{p} explained the new allocation policy of {org}.",
        "Talked with {p} about size and timing of the next fund.",
        "Prepared the annual meeting with {p}, who takes a panel.",
    ),
    details=(
        "They want to re-up, at about the same size.",
        "Their committee meets in {month} and decides within {few} weeks.",
        "{p} asked twice who would lead if {us} left.",
        "A larger fund would worry them more than a smaller one.",
        "They call {few} founders without telling us which, as they should.",
        "Fees were not the subject, reporting was.",
        "{org} has reduced its number of managers by a third.",
        "A site visit to {startup} is part of their process.",
    ),
    steps=(
        "{us} opens the data room by {day}.",
        "{me} answers the questionnaire with the team.",
        "{p} visits {startup} in {month}.",
        "We send the draft terms before the summer.",
        "Next call after their committee.",
    ),
    ours=(
        "the data room is open. The attribution of returns is in folder two.",
        "our answers to the questionnaire are attached; we tried to be brief.",
        "would you take a seat on the panel at our annual meeting in {month}?",
        "a visit to {startup} is arranged for {day}.",
    ),
    theirs=(
        "the questionnaire is attached. Please do not answer what is in the data room.",
        "our committee has approved the re-up. Congratulations!",
        "we would like to speak to {few} founders, of our own choice.",
        "I would be glad to join the panel.",
    ),
    asks=(
        ("Any signal from the committee?", "Positive. Formal letter by {day}."),
        ("Is the visit at {startup} on {day} still fine?", "Yes, the train is booked."),
    ),
    hears=(
        ("Where do I find the track record by year?", "Folder two, first file."),
        ("We're in again!", "That means a lot to us. Thank you."),
    ),
)

BANKING = Topic(
    about="accounts and credit lines",
    meetings=("{org}: credit line", "Annual talk with {org}", "{org} – venture debt for {startup}"),
    mails=("Account opening", "{org}: documents needed", "Venture debt for {startup}", "Capital call bridge line"),
    openers=(
        "Annual talk with {p} about our accounts and the credit line.",
        "{p} presented the venture debt offer of {org} for {startup}.",
        "Discussed with {p} the documents that {org} needs for the new account.",
        "Call with {p} on foreign exchange for the next capital call.",
        "{p} introduced the new relationship manager at {org}.",
    ),
    details=(
        "The line is extended on unchanged terms.",
        "For {startup} they could lend a quarter of the last round.",
        "Compliance wants all passports again.",
        "Their margin is half a point above last year.",
        "Onboarding takes {few} weeks if all papers are there.",
        "They report to nobody else on our behalf, confirmed in writing.",
    ),
    steps=(
        "{us} sends the papers by {day}.",
        "{p} issues a written offer in {month}.",
        "{me} brings {startup} and {org} together.",
        "Compare with a second bank before signing.",
    ),
    ours=(
        "all documents but one passport are attached.",
        "could you put the offer for {startup} into writing?",
        "we accept the extension. {us} signs on {day}.",
    ),
    theirs=(
        "compliance has one more question on the ownership chart.",
        "the written offer for {startup} is attached and valid until {month}.",
        "your line has been extended, no change in terms.",
    ),
    asks=(
        ("Did the passports arrive?", "All but one. {us} knows which."),
        ("Is the rate fixed until {month}?", "Yes, fixed."),
    ),
    hears=(
        ("Transfer is released.", "Perfect, thank you for the speed."),
        ("Could {us} call me about the ownership chart?", "In ten minutes."),
    ),
)
