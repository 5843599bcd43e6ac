"""What is said with people met on their own account: advisers, angels, writers, operators between two jobs."""

from ..phrasing import Topic

SOUNDING = Topic(
    about="{startup}, seen from outside",
    meetings=("{q} / {me}", "Coffee with {q}", "Walk with {p}", "Lunch with {q}"),
    mails=("Your view on {startup}", "Coffee in {city}?", "Good to see you", "A question"),
    openers=(
        "Coffee with {p}, who sees more of the market than most.",
        "Asked {p} for an outside view on {startup}.",
        "Walk along the lake with {p}; no agenda, good conversation.",
        "{p} called to tell us about a change of job.",
        "Caught up with {q} after a long time.",
        "Lunch with {p}, half about work, half about mountains.",
    ),
    details=(
        "{p} thinks that {startup} is early and right.",
        "The garden leave ends in {month}.",
        "{p} would consider an advisory role with one of our companies.",
        "We talked about how teams change at fifty people.",
        "{p} warned us about {rival}, from experience.",
        "A sabbatical seems to have done wonders.",
        "{p} knows two of the founders of {startup2} from university.",
    ),
    steps=(
        "{me} introduces {p} to {startup}.",
        "Meet again in {month}.",
        "{us} asks {p} for help with a reference.",
        "{p} reads our paper on {sector}.",
        "No action, just stay in touch.",
    ),
    ours=(
        "that was a good walk. {startup} would love to talk to you.",
        "I am in {city} on {day}; lunch?",
        "may I ask your view on {startup2}, in confidence?",
        "the paper we spoke about is attached.",
    ),
    theirs=(
        "it was lovely to see you. Yes to {startup}, no to the marathon.",
        "my honest view on {startup2}: good people, small market.",
        "I start the new job in {month} and will be hard to reach before.",
        "lunch on {day} is perfect.",
    ),
    asks=(
        ("Lunch on {day}?", "Yes! Usual place?"),
        ("What do you make of {startup}?", "Early and right. Call me for the long version."),
    ),
    hears=(
        ("I'm leaving my job. You're among the first to know.", "Wow. Walk on {day}?"),
        ("Just met the {startup2} people, they speak well of you.", "Likewise. Good team."),
    ),
)

ANGEL = Topic(
    about="angel investments",
    meetings=("{q}: angel deals", "Angels' round with {q}", "{q} on {startup}"),
    mails=("{startup}: angels", "Deal for you?", "Angels' round in {month}", "Introduction to {startup}"),
    openers=(
        "{p} showed us {few} of the latest angel investments.",
        "Talked with {p} about joining the round of {startup} as an angel.",
        "{p} introduced {startup}, seen before anybody else.",
        "Quarterly exchange with {q} on very young companies.",
    ),
    details=(
        "{startup} has no revenue yet, and {p} invested all the same.",
        "{p} puts in small sums and a lot of time.",
        "The founders would value a name from the industry.",
        "Two of {p}'s companies are ready for a fund.",
        "Valuations of first rounds are back on earth.",
    ),
    steps=(
        "{p} introduces us to {startup}.",
        "{me} saves a small allocation for {p}.",
        "{us} meets the founders of {startup2}.",
        "Next exchange in {month}.",
    ),
    ours=(
        "there is room for you in the round of {startup}, if you want it.",
        "thank you for {startup}. We meet the founders on {day}.",
        "which of your companies should we see this year?",
    ),
    theirs=(
        "I would like to join at {startup}, with a small ticket.",
        "you should meet {startup2} before everybody does.",
        "thank you for keeping a place for me.",
    ),
    asks=(
        ("Room for you in {startup}, interested?", "Always. Send me the papers."),
        ("Met {startup2} thanks to you. Impressive.", "I told you!"),
    ),
    hears=(
        ("Have time for two founders on {day}?", "For yours, yes."),
        ("Is {startup} still open?", "Until {day}."),
    ),
)

SPEAKER = Topic(
    about="a talk at our evening",
    meetings=("{q}: evening in {month}", "Preparing the panel with {q}", "Interview with {q}"),
    mails=("Panel in {month}", "The talk", "Interview", "Moderating our evening"),
    openers=(
        "Prepared the panel in {month} with {p}.",
        "{p} interviewed {us} about how we choose companies.",
        "Talked with {p} about moderating our annual meeting.",
        "Background conversation with {q} for an article on {sector}.",
    ),
    details=(
        "Three guests, no slides, questions from the room first.",
        "{p} wants a critic on stage, and so do we.",
        "Everything said was for background only.",
        "The fee goes to a school in {city}.",
        "The article appears in {month}.",
    ),
    steps=(
        "{us} finds a founder for the panel.",
        "{p} sends the questions by {day}.",
        "Rehearsal on {day}.",
        "{me} checks our quotes before print.",
    ),
    ours=(
        "would you moderate our evening in {month}? The guests are good talkers.",
        "our quotes are fine as they are, thank you for asking.",
        "three people have written to praise the panel. It was you.",
    ),
    theirs=(
        "my questions are attached, the last one is a trap.",
        "happy to moderate. May I be rude to {few} of the guests?",
        "the article is out. Thank you for the time and the candour.",
    ),
    asks=(
        ("Could you moderate in {month}?", "Yes, if there's no slide deck."),
        ("Everyone loved the panel.", "So did I!"),
    ),
    hears=(
        ("May I quote you on the market?", "On the market yes, on companies no."),
        ("Who else is on the panel?", "A founder, a buyer and a sceptic."),
    ),
)
