"""What is said with companies the firm watches but has not invested in (yet)."""

from ..phrasing import Topic

CATCHUP = Topic(
    about="news from {org}",
    meetings=("Catch-up with {org}", "{q} / {me}", "{org}: coffee in {city}", "{org} – news since last time"),
    mails=("{org}: how things are", "Catching up", "News from {org}", "Coffee in {city}?", "Long time no see"),
    openers=(
        "Caught up with {p} over coffee; {org} has grown to {team} people.",
        "Short call with {p} to hear how {org} is doing.",
        "{p} was in town, so we met for half an hour.",
        "Regular catch-up with {q} of {org}.",
        "Ran into {p} at a dinner and continued by phone today.",
        "{p} called out of the blue with good news from {org}.",
    ),
    details=(
        "They won {customer} and doubled the average contract.",
        "The new {role} settled in faster than expected.",
        "Growth is steady rather than wild, and that suits them.",
        "They moved to a bigger office in {city} and regret the rent.",
        "A pilot with {customer2} failed, for reasons that had little to do with the product.",
        "{p} sounded tired and honest about it.",
        "{rival} raised a large round, which worries them less than it should.",
        "They are not raising at the moment and do not want to be asked.",
        "The second market turned out harder than the first.",
        "We traded notes on {buyers} and what they buy this year.",
    ),
    steps=(
        "Talk again in {month}.",
        "{me} introduces {p} to {startup}.",
        "{p} adds us to the quarterly update.",
        "{us} visits them when next in {city}.",
        "Nothing to do for now, stay close.",
    ),
    ours=(
        "it was good to see you. As promised, the name at {startup} is in copy.",
        "how did the second market turn out? We often think of your story.",
        "I am in {city} on {day}; is there time for a coffee?",
        "congratulations on {customer}! That must have been a long road.",
    ),
    theirs=(
        "a quick sign of life from {city}: {customer} is live and the team has grown to {team}.",
        "we are not raising, just telling friends how it goes.",
        "thank you for the introduction to {startup}, it was a lovely conversation.",
        "if you are in {city} on {day}, coffee is on us.",
    ),
    asks=(
        ("In {city} on {day}, are you around?", "Yes! Same café as last time?"),
        ("Just read about {customer}. Congratulations!", "Thank you, it took a year."),
    ),
    hears=(
        ("How is {firm} these days? We should catch up.", "Busy and well. Coffee on {day}?"),
        ("Do you know anyone who has opened an office in {city}?", "{startup} did. Shall I connect you?"),
    ),
)

TRACTION = Topic(
    about="traction",
    meetings=("{org}: numbers update", "Quarterly look at {org}", "{org}: progress since spring"),
    mails=("{org}: quarterly update", "{org} in numbers", "{org}: the last three months", "Questions on the update"),
    openers=(
        "{p} shared the quarterly numbers of {org}: {n} customers, about {arr} a year.",
        "Quarterly look at {org} with {p}; progress is visible.",
        "Talked through the update {p} had sent last week.",
        "Checked with {p} how {org} did against what they told us in spring.",
        "{p} reports a record quarter and, more interesting, where it came from.",
    ),
    details=(
        "They promised ten new customers in spring and closed eight.",
        "Sales cycles are down to {few} months.",
        "Two thirds of new business comes through partners now.",
        "Churn is low, although nobody has renewed a second time yet.",
        "The team is still {team} people, which makes the growth remarkable.",
        "{customer} went from pilot to group-wide contract.",
        "Burn is modest: cash lasts for {runway} months.",
        "The only weak spot is engineering capacity.",
    ),
    steps=(
        "{us} updates the watch list.",
        "Next look in {month}.",
        "{p} sends the cohort table.",
        "We bring it to the Monday meeting as a possible deal.",
        "{me} wants to see the {customer} contract when they are ready.",
    ),
    ours=(
        "thank you for the update, impressive. Which of the new customers came through partners?",
        "we compared it with what you told us in spring: eight out of ten is very good.",
        "when you think about money again, we would like to be the first to know.",
        "{us} asks whether the cohort table could be part of the next update.",
    ),
    theirs=(
        "here is how the quarter went: {n} customers, churn below {few} percent, a new {role}.",
        "we fell short of our own plan by two customers and beat it on revenue.",
        "{customer} now uses us in the whole group. Pictures attached!",
        "the cohort table you asked for is on the second sheet.",
    ),
    asks=(
        ("Lovely quarter! Which channel did it?", "Partners, to our own surprise."),
        ("Is {customer} group-wide now?", "Since the first of the month, yes."),
    ),
    hears=(
        ("Sent you our update. No ask, just news.", "The best kind. Reading it now."),
        ("Do you compare us to {rival} internally? Curious.", "We do, and you come out well on retention."),
    ),
)

TIMING = Topic(
    about="timing of a round",
    meetings=("{org}: thinking about a round", "{org}: timing", "When will {org} raise?"),
    mails=("{org}: timing of the next round", "Before we start", "A question of timing", "{org}: early look?"),
    openers=(
        "{p} thinks aloud about a round next year and asked how we see the market.",
        "Informal talk with {p} on when {org} should raise.",
        "{p} asked which numbers we would want to see before a {round}.",
        "Discussed milestones with {p}; it is too early, and we both know.",
        "{p} mentioned that {investor} is circling around {org}.",
    ),
    details=(
        "A {role} and one more customer like {customer} would make the story.",
        "They do not need money before {month}.",
        "Valuations in the segment came down by {pct}% in a year.",
        "We suggested to raise a little less and a little later.",
        "{investor} offered terms without having seen the product.",
        "The founders want a partner who knows {buyers}.",
        "A strategic investor is an option they do not like much.",
    ),
    steps=(
        "{me} sends a list of what we would look at.",
        "We get a look before the process starts.",
        "Speak again in {month}.",
        "{us} prepares a short view on the segment.",
        "{p} thinks about it over the holidays.",
    ),
    ours=(
        "as promised, the few numbers we would want to see. None of them is a secret.",
        "our advice stays the same: first the {role}, then the round.",
        "if {investor} offers terms this early, take the compliment and your time.",
        "would an informal session with {us} in {month} help?",
    ),
    theirs=(
        "we decided to wait until {month}. Your list was part of the reason.",
        "{investor} is pressing us a little. How would you answer?",
        "we would give you an early look, if you want it.",
        "the milestones are on one page now. Do they make sense?",
    ),
    asks=(
        ("Still planning to wait until {month}?", "Yes, unless somebody makes us an offer we can't refuse."),
        ("Heard that {investor} visited you?", "News travels fast! Just a coffee."),
    ),
    hears=(
        ("What would you want to see before a {round}?", "Two renewals and a {role}. I'll write it down for you."),
        ("We may start earlier than we said.", "Thanks for telling us. Can we talk on {day}?"),
    ),
)

EVENT = Topic(
    about="the founders' evening",
    meetings=("Founders' evening with {org}", "{org} at our demo day", "Breakfast with {org}"),
    mails=(
        "Founders' evening in {month}",
        "Demo day in {month}",
        "Breakfast with founders",
        "After the evening",
    ),
    openers=(
        "{p} came to our founders' evening and stayed until the end.",
        "Planned the slot of {org} at our demo day with {p}.",
        "Breakfast round with {p} and five other founders; topic was selling to {buyers}.",
        "{p} agreed to speak at our evening in {month}.",
        "Talked with {p} on the margins of a conference in {city}.",
    ),
    details=(
        "The talk on lost deals was the best of the evening.",
        "{p} met {startup} there and they want to try something together.",
        "About forty people came, most of them operators.",
        "Interest in the topic is large, so we repeat it in {month}.",
        "Two people asked {p} for a job on the spot.",
        "We heard the same complaint about procurement five times.",
    ),
    steps=(
        "{us} sends the slides and the list of guests.",
        "Another evening of this kind in {month}.",
        "{me} follows up on the idea with {startup}.",
        "Invite {x} as well next time.",
    ),
    ours=(
        "thank you for speaking so openly. Three people have asked for your slides.",
        "we would love to have you at our founders' evening in {month}. Twelve minutes, no slides needed.",
        "I promised to connect you with {startup}; they are in copy.",
        "your seat is reserved, and {x} is welcome too.",
    ),
    theirs=(
        "thank you for the evening, it was worth the train ride.",
        "happy to speak in {month}. May I talk about what went wrong?",
        "slides attached; please take out the last page before you share them.",
        "{x} would like to come too, if there is a seat left.",
    ),
    asks=(
        ("Would you speak at our evening in {month}?", "Gladly. Which language?"),
        ("Everybody talks about your talk!", "Too kind. It was fun."),
    ),
    hears=(
        ("Is there still a seat on {day}?", "For you, always."),
        ("Who was the founder sitting next to me? Great conversation.", "From {startup}. I'll connect you."),
    ),
)
