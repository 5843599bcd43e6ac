"""What is said with law firms, auditors, search firms, corporates and universities."""

from ..phrasing import Topic

LEGAL = Topic(
    about="the documents for {startup}",
    meetings=("{org}: documents for {startup}", "Legal call – {startup}", "{org}: open legal points"),
    mails=("{startup}: shareholders' agreement", "Fee quote", "{startup}: option plan", "Comments on the draft"),
    openers=(
        "Went through the open points in the documents of {startup} with {p}.",
        "{p} explained the new disclosure rule and what it means for our funds.",
        "Call with {p} on the option plan of {startup}.",
        "{p} gave a quote for the next transaction, fixed fee.",
        "Reviewed the draft of the shareholders' agreement for {startup} with {p}.",
    ),
    details=(
        "The other side accepted the drag-along with a floor.",
        "Warranties are the last open point.",
        "{p} advises against a side letter.",
        "An employee option question has to go to the tax office.",
        "The fixed fee covers {few} rounds of comments.",
        "The rule applies from {month}, with a form to file.",
        "Our template is three years old and needs a new clause on data.",
    ),
    steps=(
        "{p} sends the clean version by {day}.",
        "{us} collects the signatures.",
        "{me} decides on the side letter with the founders.",
        "New template in {month}.",
    ),
    ours=(
        "our comments on the draft are attached, few and friendly.",
        "could you quote a fixed fee for the next round of {startup}?",
        "{us} has the signatures of everybody except one angel.",
        "we would like to avoid the side letter. Is there a plainer way?",
    ),
    theirs=(
        "the clean version and a comparison are attached.",
        "our quote for {startup}: fixed fee, {few} rounds of comments included.",
        "the tax office answered, in our favour.",
        "one point needs your decision: the floor for the drag-along.",
    ),
    asks=(
        ("Is the clean version coming today?", "Before six, with a comparison."),
        ("May founders of {startup} sign electronically?", "For this document, yes."),
    ),
    hears=(
        ("Which entity invests in {startup}?", "The second fund. {us} sends the details."),
        ("Other side has signed.", "Then we are done. Thank you!"),
    ),
)

AUDIT = Topic(
    about="audit and tax",
    meetings=("{org}: audit planning", "Year-end with {org}", "{org}: tax questions"),
    mails=("Audit timetable", "Valuation memo {startup}", "Tax return", "{org}: list of documents"),
    openers=(
        "Planned the audit of the fund with {p}.",
        "{p} had questions on the valuation of {startup}.",
        "Year-end call with {p}: timetable, confirmations, open items.",
        "Discussed with {p} how the new tax treaty touches our structure.",
        "Closing meeting of the audit with {p}.",
    ),
    details=(
        "Confirmations from {few} companies are still missing.",
        "They accept our valuation method, with a better description.",
        "The management fee calculation was off by a few euros.",
        "The report is due in {month}.",
        "{x} takes over as our main contact.",
        "No findings that matter, and one that annoys.",
    ),
    steps=(
        "{us} chases the missing confirmations.",
        "{p} sends the draft report by {day}.",
        "{me} signs the letter of representation.",
        "Planning for next year starts in {month}.",
    ),
    ours=(
        "the valuation memo for {startup} is attached, with the new description.",
        "{us} has received all confirmations but one.",
        "signed letter attached. Thank you for a smooth audit.",
    ),
    theirs=(
        "the list of documents is attached; we need them by {day}.",
        "the draft report is ready for your comments.",
        "one question on {startup}: which round is the price based on?",
    ),
    asks=(
        ("Is {day} still the deadline for comments?", "Yes, noon if possible."),
        ("The last confirmation is here.", "Then we can close the file. Great."),
    ),
    hears=(
        ("Could {us} resend the fee calculation?", "Sent a minute ago."),
        ("Report is signed.", "Wonderful, thank you."),
    ),
)

SEARCH = Topic(
    about="the search for a {role}",
    meetings=("{role} for {startup}: candidates", "{org}: search update", "{q} – talent in {city}"),
    mails=("{role} search for {startup}", "Candidates this week", "{org}: benchmark", "References on a candidate"),
    openers=(
        "Search update from {p}: the long list for the {role} at {startup} is done.",
        "Talked with {p} about the {role} that {startup} needs.",
        "{p} presented {few} candidates for {startup}.",
        "Compared salaries for a {role} in {city} with {p}.",
        "{p} knows someone for {startup} who is not looking yet.",
    ),
    details=(
        "Two of them would move to {city}.",
        "The best profile comes from {customer}.",
        "Pay expectations are {pct}% above the budget.",
        "One candidate withdrew after talking to a competitor.",
        "{p} insists on references before the final round, rightly.",
        "The market for this role is as tight as ever.",
        "Most candidates ask about the option plan first.",
    ),
    steps=(
        "{p} sends the short list by {day}.",
        "{us} speaks to the first candidate on {day}.",
        "Founders of {startup} meet two people next week.",
        "Offer planned for {month}.",
    ),
    ours=(
        "the founders liked the second profile best. When could they meet?",
        "the budget for the {role} has moved up a little, so please look again.",
        "{us} did the reference call: warm, with one caveat we should discuss.",
    ),
    theirs=(
        "the short list with {few} names is attached, in our order.",
        "our first choice would say yes, if options are right.",
        "one candidate has withdrawn; a replacement is below.",
    ),
    asks=(
        ("Any news on the {role} search?", "Short list on {day}. You'll like it."),
        ("Is the first candidate free on {day}?", "After four, yes."),
    ),
    hears=(
        ("Our candidate signed with {startup}!", "Excellent work, thank you."),
        ("Could the founders move faster? There's a competing offer.", "I'll call them now."),
    ),
)

CORPORATE = Topic(
    about="young companies worth a pilot",
    meetings=(
        "{org} x {startup}: introduction",
        "{org}: innovation round",
        "{firm} x {org}: shortlist",
        "Visit at {org} in {city}",
    ),
    mails=("{startup} for {org}", "Shortlist for your team", "{org}: pilot with {startup}", "Visit in {city}"),
    openers=(
        "Introduced {startup} to {p} at {org}.",
        "{p} described what {org} is looking for this year.",
        "Innovation round at {org} with {p}: we showed {few} companies.",
        "Feedback from {p} on the pilot with {startup}.",
        "Visited {org} in {city}; {p} showed us around the site.",
        "Talked with {p} about how {org} buys from young companies, slowly and thoroughly.",
    ),
    details=(
        "They want to try {product} at two sites.",
        "Budget is there, patience less so.",
        "Procurement needs three years of accounts, which {startup} does not have.",
        "{p} is the rare sponsor who returns calls.",
        "The pilot saved them {pct}% of the time for a case.",
        "They also talk to {rival} and say so openly.",
        "Internal IT has a veto and uses it.",
        "{org} may want to invest itself, through a small fund of its own.",
    ),
    steps=(
        "{me} sends a shortlist of {few} companies by {day}.",
        "{p} names a project lead for {startup}.",
        "Demo for the site managers in {month}.",
        "{us} helps {startup} through procurement.",
        "Talk again after their budget round.",
    ),
    ours=(
        "here are {few} companies that fit what you described. {startup} is my favourite.",
        "thank you for the tour. The night shift told us more than any slide.",
        "{startup} can start on {day}; whom should they call?",
        "would a letter from us help with procurement?",
    ),
    theirs=(
        "we would like to see {startup} and {startup2}, in this order.",
        "the pilot with {startup} is approved. {x} will run it.",
        "procurement asks for three years of accounts. Any way around that?",
        "feedback from the site is good. They call it by its name already.",
    ),
    asks=(
        ("Did {startup} reach you?", "Yes, demo is on {day}."),
        ("Would {few} names be too many for the round?", "Just right."),
    ),
    hears=(
        ("Do you know a company that does {product}?", "{startup} does. Intro follows today."),
        ("Pilot approved!", "That was quick! {startup} will be thrilled."),
    ),
)

EXPERT = Topic(
    about="how {buyers} buy",
    meetings=("Expert call with {q}", "{q} on the market", "{org}: how {buyers} buy"),
    mails=("Expert call", "Thank you for your time", "A question on {buyers}", "One more question"),
    openers=(
        "Expert call with {p} of {org} on how such software is bought.",
        "Asked {p} what {org} uses today and what it would take to switch.",
        "{p} told us what the brochures leave out about this market.",
        "Background talk with {q}, for our work on {sector}.",
    ),
    details=(
        "A switch takes a year and needs a sponsor at the top.",
        "{rival} is known but not loved.",
        "Price matters less than who answers the phone at night.",
        "Budgets are set in autumn, so spring is for pilots.",
        "{p} would pay twice the price for half the training.",
        "Three vendors call every week, none of them read up beforehand.",
        "The real buyer sits in operations, not in IT.",
    ),
    steps=(
        "{p} is open to a second call in {month}.",
        "{us} adds it to the market paper.",
        "{me} sends the paper when it is finished.",
        "Ask {x} about the technical side.",
    ),
    ours=(
        "thank you for the half hour, it changed our view on two points.",
        "one more question, if I may: who signs above a hundred thousand?",
        "the market paper is attached, your name does not appear.",
    ),
    theirs=(
        "glad it helped. Above a hundred thousand it is the head of operations.",
        "{x} can tell you more about the technical side.",
        "thank you for the paper. Page three is spot on.",
    ),
    asks=(
        ("May {us} call you with one more question?", "Any time after {day}."),
        ("Who would decide on a tool like this at {org}?", "Operations. IT only says no."),
    ),
    hears=(
        ("Was the call useful?", "Very. Thank you again."),
        ("Can I see the paper when it's done?", "You'll be the first."),
    ),
)

SPINOFF = Topic(
    about="a spin-off",
    meetings=("{org}: spin-off project", "Lab visit at {org}", "{org}: licence talks"),
    mails=("{org}: spin-off", "Licence terms", "Lab visit", "Founders from {org}"),
    openers=(
        "{p} presented a spin-off project that could become a company in {month}.",
        "Lab visit at {org} with {p}.",
        "Talked with {p} about licence terms for spin-offs: equity or royalties.",
        "{p} asked us to coach two founders-to-be at {org}.",
        "Discussed with {q} what makes a patent worth something to an investor.",
    ),
    details=(
        "The science is done, the product is not.",
        "A grant covers the next {runway} months.",
        "They look for somebody who can sell, at half a salary.",
        "{org} now takes a small share instead of royalties, a big step.",
        "The prototype ran for {few} weeks at {customer}.",
        "Two patents are filed, the third is the important one.",
        "The professor wants to stay a professor, which helps.",
    ),
    steps=(
        "{us} meets the team on {day}.",
        "{p} sends the patent summary.",
        "{me} introduces a possible chief executive.",
        "Back in {month}, when the prototype has run for longer.",
    ),
    ours=(
        "thank you for the tour. {us} would like to meet the team without slides.",
        "a standard licence with a small share would make this easy for any investor.",
        "I know somebody who could lead this. Shall I ask?",
    ),
    theirs=(
        "the patent summary is attached, in plain words this time.",
        "the team is free on {day}, in the lab if you like.",
        "our board has accepted shares instead of royalties.",
    ),
    asks=(
        ("Has the prototype survived the month?", "It has. Even the cleaning staff."),
        ("Could {us} meet the team on {day}?", "With pleasure, lab tour included."),
    ),
    hears=(
        ("Would you judge at our demo day in {month}?", "Happily."),
        ("The grant is approved!", "Congratulations to the team."),
    ),
)
