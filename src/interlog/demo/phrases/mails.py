"""What every e-mail has besides its subject matter: greeting, acknowledgement of the mail before, closing."""

GREETINGS = ("Hi {to},", "Dear {to},", "Hello {to},", "Hi {to},", "{to},")

ACKNOWLEDGEMENTS = (
    "Thank you for the quick answer.",
    "Thanks, that is clear.",
    "Thank you, very helpful.",
    "That works for us.",
    "Understood, and agreed.",
    "Sorry for the late reply, it was a full week.",
    "Good point, we had not seen it that way.",
    "Thanks for coming back on this.",
    "{day} works well.",
    "Perfect, thank you.",
    "Many thanks, received.",
    "Let me check and come back by {day}.",
    "With pleasure.",
    "I pass this on to {us}.",
    "Just a short answer from the train.",
    "Glad we are of one mind here.",
    "Yes, please go ahead.",
    "Could we move this to {day}?",
    "I will call you about this, it is quicker.",
    "Noted, we will prepare for it.",
    "That is good news!",
    "We talked about it among ourselves and agree.",
)

# Those that may stand before more text.
LEADS = (
    "Thanks for coming back on this.",
    "Sorry for the late reply, it was a full week.",
    "Thank you, very helpful.",
    "Just a short answer from the train.",
    "Thanks for the quick reply.",
    "Good to hear from you.",
    "I looked into it.",
    "Let me pick up where we left off.",
    "Thanks, and one more thing.",
    "Understood.",
    "We talked about it among ourselves and agree.",
    "I asked around.",
    "",
    "",
    "",
)

CLOSINGS = ("Best,", "Best regards,", "Kind regards,", "Thanks,", "Cheers,", "All the best,", "Warm regards,")

# After a meeting or call: how the mail that follows it up begins.
SUMMARIES = (
    "It was good to talk.",
    "A few lines after our conversation, so that nothing gets lost.",
    "I come back to our talk.",
    "As promised, a short note.",
    "I am still thinking about what you said.",
    "That was time well spent.",
    "Two things stayed with me after our conversation.",
)

# What may stand at the end of a longer mail.
EXTRAS = (
    "Does {day} suit you for a short call?",
    "I am happy to go through it by phone.",
    "{us} knows the details.",
    "I am travelling until {day}, but can be reached.",
    "Please tell me if I forgot something.",
    "No hurry from our side.",
    "Please forward this to whoever needs it.",
    "We have it on the agenda for {day}.",
    "More when we see each other.",
    "A short answer is enough.",
    "Let us fix a date in {month}.",
    "{day} before noon is best for me.",
)

SUMMARY_SUBJECTS = ("Follow-up: {about}", "Our conversation about {about}", "Next steps on {about}", "Notes: {about}")
