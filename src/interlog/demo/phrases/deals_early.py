"""What is said while a deal is young: introduction, demo, roadmap, pricing, pilot."""

from ..phrasing import Topic

INTRO = Topic(
    about="{org} and the {round}",
    meetings=(
        "{org} – introduction",
        "Meeting with {org}",
        "{firm} x {org}: getting to know each other",
        "{org}: founders' story and {round}",
    ),
    mails=(
        "{org} – deck and a few numbers",
        "Introduction: {org}",
        "Time for a conversation about {org}?",
        "{org}: {product} for {buyers}",
        "{firm} x {org}",
    ),
    first=(
        "First conversation with {p} about {org} and {product}.",
        "Met {q} of {org} for the first time; the pitch is clear within two minutes, which is rare.",
        "Introductory talk with {p}: {org} sells {product} to {buyers} and prepares its {round}.",
        "First look at {org} from {city}: {product}, a team of {team}.",
        "{q} introduced {org}; we asked mostly about {buyers} and how they buy.",
    ),
    openers=(
        "{p} walked us through the story of {org}: {product} for {buyers}.",
        "{p} gave the short version of the {org} deck and left most of the time for questions.",
        "Second conversation with {p}, this time with a sheet of numbers.",
        "Went back to {p} with the questions that came up on the team.",
        "Talked with {p} about how {buyers} pay for {product} today.",
        "{p} answered our questions on the deck one by one.",
        "{p} told us how {org} won {customer} and what it cost.",
    ),
    details=(
        "They serve {n} customers today and bring in about {arr} a year.",
        "The idea came from a problem at {customer}, which is now their largest account.",
        "Competition is mostly spreadsheets and, in larger accounts, {rival}.",
        "They want to raise {amount} and have begun to talk to {few} other funds.",
        "The founders split the work cleanly: one sells, one builds.",
        "The market is crowded, but nobody seems to own {buyers} yet.",
        "Onboarding takes days rather than months, and it shows in the gross margin.",
        "{p} was open about what does not work yet: sales cycles are still too long.",
        "Most of the growth so far came from referrals between customers.",
        "Runway is about {runway} months, so nobody is in a hurry.",
        "Our best question was why now; the answer was a new rule that forces {buyers} to act.",
        "They know their churn by cohort without looking it up, a good sign.",
    ),
    steps=(
        "{p} sends the deck and a short sheet of metrics by {day}.",
        "{me} and {us} decide on {day} whether we go deeper.",
        "Next: a product demo with {x}.",
        "We promised an honest yes or no within {few} weeks.",
        "{us} checks what we already know about {rival}.",
        "{me} asks around among {buyers} before the next meeting.",
    ),
    ours=(
        "thank you for the open conversation. We would like to see the product next; would {day} suit you?",
        "we enjoyed the deck. Before we meet, could you tell us how {buyers} pay for this today?",
        "I have copied {us}, who knows your market better than I do.",
        "{investor} spoke well of you, and we would be glad to hear the story first-hand.",
        "could you send the last twelve months of revenue by customer? A rough sheet is fine.",
    ),
    theirs=(
        "attached is our deck. The short version: {product}, {n} customers, {arr} in yearly revenue.",
        "happy to walk you through {org} whenever it suits. {day} afternoon is still free on our side.",
        "we are preparing our {round} and would rather talk to few funds, properly.",
        "{investor} suggested that we speak; they said you know {buyers} well.",
        "as promised, the one-page summary. The numbers are as of last month.",
    ),
    asks=(
        (
            "Hi {p}, good to meet you today. Is the deck you showed the one we may share internally?",
            "Yes, please do. I'll send the PDF.",
        ),
        (
            "Quick question before our meeting: how many of your {n} customers pay list price?",
            "About two thirds. The rest came in as design partners.",
        ),
        ("Would {day} at ten work for a call?", "{day} at ten is perfect, talk then."),
    ),
    hears=(
        (
            "Hi {me}, the deck is in your inbox. Shout if the file is too large.",
            "Got it, reading it on the train tonight.",
        ),
        ("Are you the right person at {firm} for {buyers}, or is it {us}?", "Both of us. I'll bring {us} along."),
        (
            "We just signed our next customer, thought you'd like to know before we meet!",
            "Congratulations! Tell us the story on {day}.",
        ),
    ),
)

DEMO = Topic(
    about="the product",
    meetings=(
        "{org} product demo",
        "Demo and Q&A with {org}",
        "{org}: product deep dive",
        "Hands-on session with {org}",
    ),
    mails=(
        "{org} demo: access and recording",
        "Questions after the {org} demo",
        "Sandbox for {firm}",
        "Product walk-through, {org}",
        "{org}: how it is built",
    ),
    openers=(
        "Product demo of {org} with {p}: live system, no slides.",
        "{p} showed {product} on real data from {customer}.",
        "Went through the {org} product screen by screen with {p}.",
        "Second look at the product; {p} answered the questions from our first session.",
        "Technical session with {p} on how {org} is built and where it could break.",
        "{us} had tried the sandbox of {org} and sent a list beforehand; {p} took every item.",
        "Demo with {p} and a long discussion about what {buyers} do before and after they open it.",
    ),
    details=(
        "The set-up wizard is impressive: a new site was live within the hour.",
        "Reporting is thin; they know it and plan to rebuild it.",
        "It replaces {few} tools that {buyers} pay for separately today.",
        "Integrations are the moat so far, not the model behind it.",
        "The import failed once in front of us, and {p} fixed it calmly.",
        "Daily use is high: at {customer} about {pct}% of the staff open it every morning.",
        "The mobile version lags behind, which matters to field teams.",
        "Compared with {rival} it needs half the clicks for the common case.",
        "The architecture is plain and sensible: one database, a queue, no fashion.",
        "We pressed on data quality; their answer was better than most.",
        "{p} explained the permissions model, which larger customers keep asking about.",
    ),
    steps=(
        "{p} opens a sandbox for us until {day}.",
        "{us} collects our questions and sends them by {day}.",
        "We want to watch one customer use it without help.",
        "{me} compares it with {rival} before we meet again.",
        "They send the integration list with dates.",
        "Follow-up with {x} on the data model.",
    ),
    ours=(
        "the demo convinced us more than the slides. A few questions from {us} are below.",
        "could we have a sandbox for a week? We would like to break it ourselves.",
        "who at {customer} uses it every day, and might we talk to that person?",
        "one thing we did not understand: what happens when the import stops half-way?",
    ),
    theirs=(
        "thank you for the sharp questions. {x} has answered them in the attached note.",
        "your sandbox is ready, the link and the recording of the demo are below.",
        "you asked about usage at {customer}: {pct}% of licensed people were active last week.",
        "we fixed the import you saw failing. It was an empty column, of course.",
    ),
    asks=(
        ("The sandbox asks for a second factor, who can reset that for {us}?", "Done, please try again."),
        (
            "Is the forecast view live at customers or still behind a switch?",
            "Live at {few} of them, the rest follow in {month}.",
        ),
        (
            "{us} loves the import screen, by the way. Rare praise.",
            "Passing that on, it will make a developer very happy.",
        ),
    ),
    hears=(
        (
            "Recording of the demo is up, the interesting part starts at minute twelve.",
            "Thanks, sharing it with {us} now.",
        ),
        ("Did you manage to load your own file into the sandbox?", "Yes, on the second attempt. We'll send notes."),
        ("Should we show the mobile app on {day} as well?", "Please do, that was our main open point."),
    ),
)

ROADMAP = Topic(
    about="the roadmap",
    meetings=(
        "{org}: roadmap and priorities",
        "Roadmap review with {org}",
        "{org} – the next eighteen months",
    ),
    mails=(
        "{org} roadmap",
        "Roadmap questions",
        "What {org} builds next",
        "{org}: hiring plan behind the roadmap",
    ),
    openers=(
        "Roadmap session with {p}: what {org} builds in the next eighteen months and what it leaves out.",
        "{p} explained how {org} decides what to build; the customers vote, the founders veto.",
        "We went through the plan to {month} line by line with {p}.",
        "Talked with {p} about sequencing: depth for {buyers} first, a second segment later.",
        "Discussed with {p} whether {org} is one product or the start of a platform.",
    ),
    details=(
        "A second product is planned for {month}, financed by this round.",
        "They dropped {few} features that only {customer} asked for, a healthy habit.",
        "The plan depends on hiring a {role} before the summer is over.",
        "Enterprise features come first because {few} large deals wait for them.",
        "The weak point is capacity: everything hangs on a team of {team}.",
        "A partner programme is on the list but has no owner yet.",
        "{rival} announced something similar; {p} thinks they are a year away.",
        "Half of the budget goes into integrations, which we would challenge.",
    ),
    steps=(
        "{p} shares the plan with costs attached.",
        "{us} maps the roadmap against what reference customers told us.",
        "We asked for a version with half the money.",
        "{p} and {me} discuss the hiring order on {day}.",
        "Revisit after the pilot at {customer}.",
    ),
    ours=(
        "thanks for the roadmap. What would you drop if the round were half the size?",
        "our one worry is focus; could you mark what {customer} needs and what everybody needs?",
        "{us} noted which items depend on the {role} you still have to find.",
        "we like the order of things. Let us go through the costs on {day}.",
    ),
    theirs=(
        "here is the roadmap with owners and rough costs. The grey items are wishes.",
        "we moved the second product to {month}, as you suggested we think about it.",
        "the {role} starts in {month}, so the plan holds.",
        "with half the money we would keep the integrations and drop the new segment.",
    ),
    asks=(
        ("Is the second product still planned for {month}?", "Yes, with a smaller scope. I'll mark it in the sheet."),
        ("Which roadmap item would {customer} miss most?", "The audit log, without any doubt."),
    ),
    hears=(
        ("Roadmap v3 is in the folder, costs included this time.", "Great, {us} and I look at it tonight."),
        ("We decided against the new segment this year. Hope that is good news.", "It is. Focus suits you."),
    ),
)

PRICING = Topic(
    about="pricing",
    meetings=(
        "{org}: pricing and unit economics",
        "Commercial model of {org}",
        "Pricing workshop with {org}",
    ),
    mails=(
        "{org}: price list and discounts",
        "Unit economics",
        "Pricing – open questions",
        "{org} contracts: terms and lengths",
    ),
    openers=(
        "Pricing discussion with {p}: {org} charges per site and wants to move to usage.",
        "{p} took us through the unit economics of {org} customer by customer.",
        "Long talk with {p} on discounts, contract lengths and who signs at {buyers}.",
        "Reviewed the price list of {org}; {p} defended it well.",
        "Worked through the commercial model with {p}, using {customer} as the example.",
    ),
    details=(
        "List price went up by {pct}% in spring and not one customer left.",
        "The smallest plan loses money once support is counted.",
        "{customer} pays for {seats} seats and asks for a group contract.",
        "Discounts are given too early in the conversation, {p} agrees.",
        "Payback is around {runway} months, which is fine for this segment.",
        "{rival} is cheaper on paper, but charges for every integration.",
        "Contracts run for a year; the larger ones now sign for three.",
        "Expansion inside existing accounts made up {pct}% of last year's growth.",
        "Usage pricing would frighten {buyers}, who plan their budgets in {month}.",
    ),
    steps=(
        "{p} sends the revenue per customer, names removed if need be.",
        "{us} rebuilds the payback table with our own assumptions.",
        "They test the new price with {few} prospects before we meet again.",
        "Back on the agenda on {day}, with the numbers of the month.",
        "{me} shares how two of our companies made the move to usage.",
    ),
    ours=(
        "could you split revenue into new, expansion and lost for the last eight quarters?",
        "our view: the smallest plan should go. {us} has put the arithmetic in the attachment.",
        "what would {customer} pay if they bought today?",
        "the payback looks better than you presented it. Shall we go through it on {day}?",
    ),
    theirs=(
        "the sheet with revenue by customer is attached. The outlier is {customer}.",
        "we raised the price for new contracts by {pct}% this week and will report.",
        "you were right about the smallest plan. It ends in {month}.",
        "three-year contracts now make up {pct}% of the pipeline.",
    ),
    asks=(
        ("Does {arr} include the set-up fees?", "No, recurring only. Set-up comes on top."),
        ("What did {customer} say to the new price?", "They grumbled and signed."),
        ("Is the discount for {customer} time-limited?", "Yes, it ends with the first renewal."),
    ),
    hears=(
        ("First customer on the new price list signed this morning!", "Excellent. Was it the full list price?"),
        ("Do you have an example of usage pricing that worked?", "Two. I'll put you in touch with both on {day}."),
    ),
)

PILOT = Topic(
    about="the pilot",
    meetings=(
        "{org} x {customer}: pilot review",
        "Pilot check-in with {org}",
        "{org}: pilot results",
        "{org}: numbers from {customer}",
    ),
    mails=(
        "Pilot at {customer}",
        "{org}: pilot – scope and success criteria",
        "Pilot results so far",
        "Next steps for the pilot",
        "{customer} pilot, week {few}",
    ),
    first=(
        "Went over scope and success criteria of the pilot at {customer} with {p}.",
        "{p} told us how the pilot at {customer} came about and what it has to show.",
    ),
    openers=(
        "Pilot update from {p}: {few} sites of {customer} are live.",
        "Checked in with {p} on the pilot at {customer}.",
        "{p} reported on the first weeks at {customer}; more good than bad.",
        "{p} explained why the pilot is slower at the second site.",
        "Mid-term review of the {customer} pilot with {p} and a look at the raw usage data.",
        "Call about the pilot: {p} wants to extend it to a second site.",
        "{p} was on site at {customer} this week and told us what people really do with it.",
    ),
    details=(
        "Time per case fell by {pct}% against the old process.",
        "Two of the success criteria are met, the third depends on IT at {customer}.",
        "The works council asked for a data sheet, which cost them a week.",
        "People on the night shift use it more than the day shift, nobody knows why.",
        "The sponsor at {customer} moves to another job in {month}, a risk.",
        "Support tickets halved once the training video was out.",
        "They pay for the pilot, if only a little, which helps.",
        "A second team at {customer} heard of it and asked to join.",
        "Data from the old system arrives late and makes the dashboard look wrong.",
        "If it converts, the contract is worth about {seats} seats.",
    ),
    steps=(
        "Decision at {customer} is expected in {month}.",
        "{p} sends the weekly usage export from now on.",
        "{me} asks for a short talk with the sponsor at {customer}.",
        "We look at the numbers again on {day}.",
        "{us} drafts what would count as a success for us.",
        "They extend by {few} weeks to cover the month's end.",
    ),
    ours=(
        "the usage curve looks good. What happened in the second week?",
        "could we listen in on the review with {customer}? We would stay silent.",
        "for us the pilot is a success if people keep using it after the training team has left.",
        "{us} compared the export with the criteria; see the two comments in the sheet.",
    ),
    theirs=(
        "week {few} in numbers: time per case down by {pct}%, no outage, two complaints.",
        "{customer} wants to extend the pilot to a second site. We said yes.",
        "the sponsor is happy, procurement is not yet. Details below.",
        "the export you asked for is attached; the odd week is a holiday.",
    ),
    asks=(
        ("Any news from {customer}?", "Procurement has the papers. We expect an answer by {day}."),
        ("Did the night shift numbers hold up this week?", "They did, even a bit better than last week."),
        ("Could you send the usage export before {day}?", "Sure, it runs tonight and comes by itself."),
    ),
    hears=(
        (
            "{customer} just asked for {seats} seats instead of the pilot five!",
            "That's wonderful. Send us the paper when you can.",
        ),
        (
            "The pilot slips by a week, their IT is in a freeze.",
            "No harm done. Better a week late than half-connected.",
        ),
        ("Can we name {customer} in our talk with your partners?", "If they agree in writing, yes."),
    ),
)
