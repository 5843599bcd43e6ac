"""What is said with companies the firm has invested in."""

from ..phrasing import Topic

BOARD = Topic(
    about="the board meeting",
    meetings=(
        "{org} board meeting",
        "{org}: board preparation",
        "Board debrief with {org}",
        "{org} – pre-read and agenda",
    ),
    mails=(
        "{org} board: agenda and papers",
        "Minutes of the {org} board",
        "Board date in {month}",
        "{org}: resolution to sign",
        "Pre-read for the board",
    ),
    openers=(
        "Board meeting of {org}: numbers first, then a long item on hiring.",
        "Prepared the board with {p}; we cut the agenda from nine points to four.",
        "Debrief with {p} after the board of {org}.",
        "{p} wanted a sounding board before the board, so we went through the delicate item alone.",
        "Agreed with {p} on the papers for the next {org} board.",
        "Quarterly board of {org}; {p} presented without slides.",
    ),
    details=(
        "Revenue is {pct}% above the same quarter last year and just below plan.",
        "The budget was approved with one change: the second {role} moves to {month}.",
        "{investor} pushed for faster growth, the rest of the board for a longer runway.",
        "Minutes are too long; we proposed decisions and owners only.",
        "The customer concentration on {customer} is down to {pct}%.",
        "An independent member would help, and {p} has two names.",
        "The option grants for {few} new hires were approved.",
        "The discussion on {rival} took longer than it deserved.",
        "{p} reported the lost deal first and the won ones after, which we liked.",
    ),
    steps=(
        "{p} circulates the minutes by {day}.",
        "{us} talks to the independent candidate next week.",
        "Next board in {month}, in {city} this time.",
        "{me} sends an example of a one-page board report.",
        "Resolution on the options goes round by e-mail.",
    ),
    ours=(
        "thank you for a good board. My notes: fewer slides, more on churn.",
        "signed resolution attached. {us} has kept a copy.",
        "could the papers come three days ahead next time? {us} reads them on the weekend.",
        "I would put hiring first on the agenda and the rest in an appendix.",
    ),
    theirs=(
        "the board papers are attached; page four is the one to read.",
        "draft minutes below. Please send changes by {day}.",
        "may we move the board to the second week of {month}? {investor} is travelling.",
        "we need two signatures for the option grants.",
    ),
    asks=(
        ("Papers look good. One wish: show churn by segment.", "Will be in by tonight."),
        ("Do you want to talk before the board on {day}?", "Yes please, half an hour would help."),
    ),
    hears=(
        ("Thanks for backing us on the budget today.", "You earned it. Strong meeting."),
        ("Could you sign the resolution by {day}?", "Signed and sent."),
    ),
)

NUMBERS = Topic(
    about="the monthly numbers",
    meetings=("{org}: monthly review", "Numbers with {org}", "{org} – quarter in review"),
    mails=(
        "{org}: numbers for the month",
        "{org} investor update",
        "Monthly report {org}",
        "Question on the update",
        "{org}: forecast for the quarter",
    ),
    openers=(
        "Monthly call with {p} on the numbers of {org}.",
        "{p} reported {pct}% growth on the year, a little ahead of budget.",
        "Went through the monthly report of {org} with {p}.",
        "A softer month at {org}: {p} explained two deals that slipped.",
        "Quarter in review with {p}; the pipeline looks better than the bookings.",
        "Caught up with {p} on revenue, churn and cash.",
    ),
    details=(
        "New business was strong, renewals were weak.",
        "Churn came from small accounts that should never have been sold.",
        "{customer} extended for two years, a signal to others.",
        "Collections improved after they changed the invoice date.",
        "The sales team is at {pct}% of quota with a month to go.",
        "Support load per customer fell again.",
        "Marketing spend doubled without a visible effect so far.",
        "They beat the plan on costs, mainly because of unfilled positions.",
        "Cash is good for {runway} months at the current pace.",
        "One large renewal is due in {month} and gets all the attention.",
    ),
    steps=(
        "{p} adds cohort churn to the report.",
        "{us} updates our valuation sheet.",
        "They send a forecast for the quarter by {day}.",
        "We look at the renewals list together on {day}.",
        "{me} puts {p} in touch with a founder who had the same month last year.",
    ),
    ours=(
        "thank you for the update. What lies behind the jump in churn?",
        "well done on {customer}! May we mention it in our report?",
        "could you keep last month's forecast next to the actuals? It makes reading easier.",
        "{us} needs the balance sheet for our quarterly report, by {day} if possible.",
    ),
    theirs=(
        "the update is attached. In one line: good month for sales, poor one for renewals.",
        "{customer} renewed for two years. Everything else is in the sheet.",
        "two deals slipped into {month}; neither is lost.",
        "balance sheet attached for {us}. The auditor has seen it.",
    ),
    asks=(
        ("Is the churn number final?", "Final. One odd account makes half of it."),
        ("How does the quarter look?", "If {customer} signs by {day}, great. If not, fine."),
        ("Could {us} have the balance sheet by {day}?", "On its way."),
    ),
    hears=(
        ("{customer} renewed! Two years!", "Superb. Tell the team from all of us."),
        ("The report is a day late, sorry, month-end chaos.", "No problem at all."),
    ),
)

HIRING = Topic(
    about="hiring",
    meetings=("{org}: hiring {role}", "Candidates for {org}", "{org}: people and organisation"),
    mails=(
        "{role} for {org}",
        "Candidate for {org}",
        "{org}: interview feedback",
        "Compensation benchmark",
    ),
    openers=(
        "Hiring call with {p}: the {role} is now the most urgent position.",
        "Compared the last two candidates for {role} with {p}.",
        "Talked through the organisation of {org} with {p}; it has outgrown its chart.",
        "Interviewed a candidate for {role} on behalf of {org}, then debriefed with {p}.",
        "{p} is worried about a resignation in the team and wanted advice.",
        "Compensation question from {p}: what does a {role} earn in {city}?",
    ),
    details=(
        "The favourite has another offer and wants an answer by {day}.",
        "References were good, with one warning about patience.",
        "They look for somebody who has sold to {buyers} before.",
        "The salary is within range, the options are on the high side.",
        "Two internal people could grow into it within a year.",
        "The search firm sent six profiles, two of them worth a call.",
        "{x} will take over part of the job until {month}.",
        "Remote is fine for everyone but this role.",
        "The last hire for this position left after {few} months, so they are careful.",
    ),
    steps=(
        "{us} sends the benchmark by {day}.",
        "{p} makes an offer on {day}.",
        "{me} talks to the favourite as well.",
        "We introduce two people from our network.",
        "Decision after the second interview with {x}.",
    ),
    ours=(
        "here are two people I would talk to for the {role}. Both know that I am writing.",
        "my impression after the interview: strong on substance, quiet in the room. I would hire.",
        "the benchmark for {city} is attached; you are in the middle of the range.",
        "{us} can do a reference call for you if that helps.",
    ),
    theirs=(
        "the offer for the {role} is out. Answer expected by {day}.",
        "could {us} speak to our favourite? You will see what we mean.",
        "she said yes, our new {role} starts in {month}!",
        "the candidate withdrew, so we are back to the list. Any ideas?",
    ),
    asks=(
        ("How did the interview with the {role} candidate go?", "Very well. Second round on {day}."),
        ("I met somebody you should see for {role}.", "Send the name, I'm all ears."),
    ),
    hears=(
        ("Our favourite signed!", "Fantastic. That was worth the wait."),
        ("What would you pay a {role} in {city}?", "{us} has fresh numbers, you'll get them today."),
        ("Do you know someone who has scaled support to fifty people?", "Yes, two. Intro follows."),
    ),
)

SALES_HELP = Topic(
    about="introductions to customers",
    meetings=("{org} x {customer}: introduction", "{org}: go-to-market session", "Pipeline review with {org}"),
    mails=(
        "Introduction: {org} and {customer}",
        "{org}: accounts where we can help",
        "{customer}",
        "Go-to-market, next steps",
    ),
    openers=(
        "Went through the target list of {org} with {p} and marked where we know somebody.",
        "Three-way call: {p} and a contact at {customer}.",
        "Go-to-market session with {p}; the question is whether to sell through partners.",
        "{p} asked for help with {customer}, where the deal is stuck in procurement.",
        "Pipeline review with {p}: {few} large deals carry the year.",
    ),
    details=(
        "We know the head of operations at {customer} from an earlier deal.",
        "The message works with {buyers}, less with the people above them.",
        "Partners would bring reach but take {pct}% of the revenue.",
        "{customer2} asked for a reference in the same industry.",
        "The first call went well: concrete questions, a date for the next one.",
        "Deals get stuck at legal, so they now send a short contract.",
        "Win rate against {rival} is {pct}% and rising.",
        "Trade fairs cost more than they bring, except the one in {city}.",
    ),
    steps=(
        "{me} writes the introduction to {customer} today.",
        "{p} sends {few} lines we can forward.",
        "{us} asks around at {customer2}.",
        "They try two partners until {month} and then decide.",
        "Short check on {customer} on {day}.",
    ),
    ours=(
        "please meet each other: {org} builds {product}, and {customer} looks for exactly that.",
        "our contact at {customer} answered within the hour. Expect a call on {day}.",
        "I would not push procurement further this week; let me ask a friend there.",
        "{us} marked nine accounts where we know somebody.",
    ),
    theirs=(
        "thank you for the introduction! We speak to {customer} on {day}.",
        "here are the lines you can forward, short enough for a phone.",
        "{customer} moves: they asked for a contract draft.",
        "could you also ask at {customer2}? We met them once and it went quiet.",
    ),
    asks=(
        ("Did {customer} call you back?", "They did. Demo on {day}!"),
        ("Forward me two lines on {org} for {customer2}?", "In your inbox. Thanks for doing this."),
    ),
    hears=(
        ("Do you know anyone at {customer}?", "Yes, the head of operations. I'll ask."),
        ("{customer} signed, lunch is on us.", "Brilliant. I'll take the lunch."),
    ),
)

RUNWAY = Topic(
    about="runway and the next round",
    meetings=("{org}: financing options", "{org}: preparing the next round", "Runway review with {org}"),
    mails=(
        "{org}: next round, timing",
        "Cash plan",
        "{org}: investor list",
        "Bridge or round?",
    ),
    openers=(
        "Financing talk with {p}: {org} has cash for {runway} months.",
        "Discussed timing of the next round with {p}; spring or autumn is the question.",
        "{p} brought three cash plans, from careful to bold.",
        "Went through the investor list for the next round of {org} with {p}.",
        "Talked to {p} about a small bridge from the existing investors.",
    ),
    details=(
        "With the careful plan they break even in {month} of next year.",
        "{investor} signalled support for a bridge on the old terms.",
        "The story needs one more large customer such as {customer}.",
        "Venture debt is an option, yet not a cheap one.",
        "They should not start before the half-year numbers are in.",
        "Two funds have asked by themselves, which is the best moment.",
        "Cutting the new segment would add {few} months of runway.",
        "We told {p} clearly what we can and cannot do ourselves.",
    ),
    steps=(
        "{p} rewrites the plan with a fourth variant by {day}.",
        "{me} sounds out {investor}.",
        "{us} prepares our own recommendation for the partners.",
        "The list goes down to fifteen names, in order.",
        "Start of the process in {month}.",
    ),
    ours=(
        "my advice: start in {month}, with the half-year numbers and one more large customer.",
        "{investor} would support a bridge. Let us talk before anybody writes anything.",
        "the list of investors with my comments is attached; please ignore the spelling.",
        "the partners see it as you do: careful plan, no panic.",
    ),
    theirs=(
        "the three cash plans are attached. Our favourite is the middle one.",
        "{investor} called by themselves and asked about timing. What should we say?",
        "we cut the new segment, which gives us {few} more months.",
        "first draft of the story for the next round. Be merciless.",
    ),
    asks=(
        ("Do you have ten minutes on the bridge?", "Always. Call whenever you like."),
        ("{investor} asked me about your timing. What may I say?", "Say {month}, and that numbers are good."),
    ),
    hears=(
        ("Two inbound requests from funds this week. Nice problem.", "Very nice. Keep them warm, no numbers yet."),
        ("Would you join the first investor meetings?", "The second ones. The first belong to you."),
    ),
)

PRODUCT = Topic(
    about="product strategy",
    meetings=("{org}: product strategy", "Working session with {org} in {city}", "{org}: lessons from customers"),
    mails=("{org}: product direction", "Notes from our session", "{org} release", "Customer advisory board"),
    openers=(
        "Working session with {p} on where the product should be in two years.",
        "{p} showed the new release of {org}; the import is finally quick.",
        "Talked with {p} about a customer advisory board for {org}.",
        "Discussed with {p} whether to build or buy the missing piece.",
        "Visited {org} in {city}; the team had covered a wall with customer quotes.",
    ),
    details=(
        "Customers ask for depth, the market rewards breadth, and {p} chose depth.",
        "The release brought {few} large accounts back into daily use.",
        "{rival} copied the overview screen, the sincerest praise.",
        "Half of the requests come from {customer}, which distorts the list.",
        "Buying a small team would save a year; there is one in {city}.",
        "The advisory board should include a critic, and {customer2} is one.",
        "They stopped two projects to finish one.",
    ),
    steps=(
        "{p} writes the strategy down, two pages at most.",
        "{us} brings in a product lead from another company of ours.",
        "First advisory board in {month}.",
        "{me} asks {investor} about the team in {city}.",
        "See the next release on {day}.",
    ),
    ours=(
        "your two pages are clear. I only miss what you will not do.",
        "{us} has noted what we saw on the wall of quotes, see attachment.",
        "{startup} went through the same decision; may I connect you?",
        "congratulations on the release. The import is a joy.",
    ),
    theirs=(
        "here is the strategy on two pages. Comments welcome, wishes too.",
        "the release is out and nothing broke. Screenshots attached.",
        "{customer2} agreed to join the advisory board as our critic.",
        "we decided to buy rather than build, if the price is right.",
    ),
    asks=(
        ("Tried the new release. The import!", "Told you so."),
        ("Would a chat with the product lead of {startup} help?", "Very much, thank you."),
    ),
    hears=(
        ("Release is live. You may click everything.", "Clicking. Looks lovely."),
        ("Build or buy, final answer?", "Buy, unless the price is silly."),
    ),
)
