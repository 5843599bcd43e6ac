"""What is said when a deal gets serious: diligence, references, security, team."""

from ..phrasing import Topic

DILIGENCE = Topic(
    about="due diligence",
    meetings=(
        "{org}: diligence session",
        "Financial diligence with {org}",
        "{org} – data room walk-through",
        "Diligence Q&A, {org}",
    ),
    mails=(
        "{org}: data room",
        "Diligence list, version {few}",
        "Open items – {org}",
        "{org}: cohort data and forecast",
        "Questions on the accounts",
    ),
    openers=(
        "Diligence session with {p}: revenue, cohorts and cash, in this order.",
        "Went through the open items of the diligence list with {p}.",
        "{p} opened the data room and explained what is missing and why.",
        "Forecast review with {p}; we rebuilt the plan from the pipeline upwards.",
        "Call with {p} about the accounts of last year and the auditor's remarks.",
        "Worked through customer contracts with {p}, mostly notice periods and liability.",
        "Reconciled the revenue table with the bank statements together with {p}.",
    ),
    details=(
        "Net retention is {ret}%, carried by {few} accounts that grew a lot.",
        "One customer makes up {pct}% of revenue; we want to see that contract.",
        "The forecast assumes a {role} by {month}, which we find optimistic.",
        "Cash is tidy: invoices go out on the first and get paid within a month.",
        "Two early employees left without signing over their inventions, fixable.",
        "The cohort table shows that customers from the first year never left.",
        "Accounting moves from cash to accrual this year, so comparisons limp.",
        "A tax question about the subsidiary in {city} is open with the adviser.",
        "Deferred revenue was booked twice in one month, an honest mistake.",
        "The pipeline is real, we called {few} of the names.",
        "Costs per customer fall faster than the model says.",
    ),
    steps=(
        "{p} uploads the missing contracts by {day}.",
        "{us} sends the second list of questions on {day}.",
        "Our report goes to the partners in {few} weeks.",
        "The adviser confirms the tax question in writing.",
        "{me} calls the two largest customers next.",
        "We close the financial part when the monthly accounts are in.",
    ),
    ours=(
        "the list is down to {few} items. The contract with {customer} is the important one.",
        "{us} could not reconcile March with the bank statement. Do you see why?",
        "thank you for the quick uploads. Next week we only need the cohort data.",
        "the forecast holds if hiring does. Could you send a version with a quarter's delay?",
    ),
    theirs=(
        "all items but two are in the data room. The audit letter follows on {day}.",
        "the difference in March is a credit note to {customer}, attached.",
        "the slower forecast is in the folder. We still reach {arr} a quarter later.",
        "our lawyer asks whether you need the old option agreements too.",
    ),
    asks=(
        ("Do you have the signed version of the {customer} contract?", "Just uploaded, folder four."),
        ("Who can explain the jump in hosting costs in spring?", "That was a migration. {x} can give you the details."),
        ("We are through with the cohorts. Nice work on that sheet!", "That's a relief. It took a weekend."),
    ),
    hears=(
        ("The data room is open, you should have the invitation.", "It works. {us} starts with the contracts."),
        ("How many more lists should we expect?", "One short one, promised."),
        ("Our auditor is free on {day} at two if you want the call.", "Yes please, I'll send the invitation."),
    ),
)

REFERENCES = Topic(
    about="references",
    meetings=(
        "References for {org}",
        "{org}: what customers say",
        "{org}: reference round-up",
    ),
    mails=(
        "References for {org}",
        "{org}: customers to call",
        "{org}: one more reference",
        "Reference calls – times",
    ),
    openers=(
        "Talked with {p} about references: {few} customers and one former employee.",
        "Reference round-up with {p}; we told what we heard at {customer}, without names.",
        "Prepared the reference calls with {p} and agreed on who may be asked what.",
        "{p} put us in touch with {customer} and two users further down the line.",
        "Went through the reference list of {org} with {p}.",
    ),
    details=(
        "{customer} would buy again and named support as the reason.",
        "{customer2} is happy with the product and less so with the invoices.",
        "One reference called the team stubborn, in a good way.",
        "A customer who left said it was the merger, not the product.",
        "Users like it more than their managers know.",
        "The former colleague praised how {p} handles bad news.",
        "{customer2} looked at {rival} for months and still chose {org}.",
        "Nobody complained about price, which tells us something about the price.",
        "The only criticism that came twice: slow answers in August.",
    ),
    steps=(
        "{us} calls {customer2} on {day}.",
        "{p} asks two more customers whether we may ring them.",
        "{me} writes the summary for the partners by {day}.",
        "We want one reference that {p} did not choose.",
        "One more call with a former employee, then we are done.",
    ),
    ours=(
        "the conversation with {customer} was very good, thank you for arranging it.",
        "might we also talk to a customer who left? It usually helps both sides.",
        "{us} has two slots on {day} for {customer2}; would you ask them?",
        "all references but one are done. No surprises so far.",
    ),
    theirs=(
        "here are {few} customers who are glad to talk. Please go easy on {customer}, they are in budget season.",
        "{customer2} is free on {day} after lunch.",
        "the customer who left agreed to a short call. They are fair people.",
        "you may mention our numbers to the references, they know them.",
    ),
    asks=(
        ("Spoke to {customer} just now, they are real fans.", "Good to hear! They were tough buyers."),
        ("May {us} call {customer2} directly?", "Yes, they expect the call."),
    ),
    hears=(
        ("{customer2} asks what you want to know, roughly.", "Daily use, support, price. Fifteen minutes, no more."),
        ("Has everyone on the list answered you?", "All but one. We'll manage without."),
    ),
)

SECURITY = Topic(
    about="the security review",
    meetings=(
        "{org}: security review",
        "Security and data protection, {org}",
        "{org} – architecture and hosting",
    ),
    mails=(
        "{org}: security questionnaire",
        "Penetration test, summary",
        "Data protection – {org}",
        "Security review: open points",
    ),
    openers=(
        "Security review of {org} with {p}.",
        "{p} took us through the last penetration test and what came of it.",
        "Went over hosting, backups and access rights at {org} with {p}.",
        "Data protection session with {p}: which data of {buyers} is kept where, and for how long.",
        "Follow-up on the security questionnaire; {p} had an answer for nearly every line.",
    ),
    details=(
        "The test found {few} medium issues, all closed within a month.",
        "Backups are restored once a quarter for practice, better than most.",
        "Too many people still have production access, they are cutting it down.",
        "The certificate is planned for {month}, and {customer} waits for it.",
        "Customer data stays in the region, with one exception for e-mail.",
        "They had one incident in two years and wrote it up in public.",
        "Secrets are managed properly; laptops are not yet.",
        "The data processing agreement is a year old and needs a new annex.",
    ),
    steps=(
        "{x} sends the test report under the confidentiality agreement.",
        "{us} asks our adviser to look at the architecture for a day.",
        "They fix the access rights before closing; we make it a condition.",
        "We treat the certificate as a milestone.",
        "{p} shares the incident write-up by {day}.",
    ),
    ours=(
        "thank you for the frank answers. Only the access rights worry us.",
        "our adviser has half a day on {day}; might {x} show the set-up live?",
        "could you add who holds the backup keys to the questionnaire?",
        "nothing in the report is a blocker for us.",
    ),
    theirs=(
        "the completed questionnaire is attached; lines 12 and 31 are the honest ones.",
        "{x} has removed production access for all but three people.",
        "the summary of the penetration test is in the data room.",
        "the auditor for the certificate comes in {month}.",
    ),
    asks=(
        ("Is the restore test documented anywhere?", "Yes, {x} just put the log into the data room."),
        ("Our adviser is impressed, and he never is.", "We'll frame that."),
    ),
    hears=(
        ("Line 31 of the questionnaire: do you mean laptops or servers?", "Laptops. Servers are clear."),
        ("Access rights are cleaned up as of today.", "That was quick, thank you."),
    ),
)

TEAM = Topic(
    about="the team",
    meetings=(
        "{org}: meet the team",
        "Team and hiring plan, {org}",
        "Afternoon with the team of {org} in {city}",
    ),
    mails=(
        "{org}: organisation and key hires",
        "Visit in {city}",
        "Hiring plan, {org}",
        "Option plan – draft",
    ),
    openers=(
        "Met the wider team of {org} in {city} with {p}.",
        "Talked with {p} about hiring: the next {few} people decide whether the plan works.",
        "Organisation and option plan of {org}, discussed with {p}.",
        "Spent two hours with {p} on how the team works when things go wrong.",
        "{p} described the {role} they look for and the two they turned down.",
    ),
    details=(
        "The search for a {role} has run for {few} months without a signature.",
        "{x} is the quiet centre of the team, everybody asks there first.",
        "Nobody has left in a year.",
        "Salaries are below market and options above it, a deliberate choice.",
        "The founders had an argument over focus last autumn and told us about it freely.",
        "Sales is three people who all used to be customers.",
        "The option pool is too small for the plan and needs to grow to {pct}%.",
        "Engineering could double without a new layer of managers.",
    ),
    steps=(
        "{us} introduces two candidates for {role}.",
        "{p} sends the organisation chart as it should look in {month}.",
        "We speak to {x} alone next week.",
        "{me} shares our template for the option plan.",
        "Dinner with the founders on {day}.",
    ),
    ours=(
        "thank you for the afternoon in {city}. The team made a strong impression.",
        "{us} knows two people who could be your {role}. Shall we introduce them?",
        "how would you spread the options if the pool were {pct}%?",
        "could we have half an hour with {x} alone?",
    ),
    theirs=(
        "the organisation chart is attached, future positions in grey.",
        "our favourite for {role} meets the team on {day}.",
        "{x} is glad to talk to you and suggests lunch.",
        "we would put the option pool at {pct}% and keep a third unassigned.",
    ),
    asks=(
        ("Did the candidate for {role} sign?", "Not yet, answer by {day}. Fingers crossed."),
        ("What a good afternoon. Please thank the team!", "They enjoyed your questions, really."),
    ),
    hears=(
        ("We have a {role}! Starts in {month}.", "Best news of the week!"),
        ("Would {us} look at our option letter?", "With pleasure, send it over."),
    ),
)
