"""What customers and agents say to each other: one script for each kind of trouble.

A script is a subject, what the customer opens with, and then agent and customer by turns.
`{}` slots are filled per conversation, so that its messages agree with each other.
"""

from __future__ import annotations

import calendar
import random
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Script:
    """`turns`: the agent speaks first, as the customer has just opened."""

    topic: str
    weight: int
    subject: str
    opening: str
    turns: tuple[str, ...]


SCRIPTS: Final = (
    Script(
        "billing",
        8,
        "Charged twice for {month}",
        (
            "our card was charged twice for {month}. The second payment of {amount} EUR is not "
            "on any invoice."
        ),
        (
            "I can see both charges. The second one is a mistake on our side; I have "
            "started a refund of {amount} EUR.",
            "How long does the refund take?",
            "Three to five working days, depending on your bank.",
            "The refund arrived today.",
        ),
    ),
    Script(
        "billing",
        7,
        "VAT number missing on invoice {invoice}",
        "invoice {invoice} does not show our VAT number, and accounting will not accept it.",
        (
            "I have added the number to your account and issued invoice {invoice} again. "
            "You can download it under Billing.",
            "Will the next invoices have it too?",
            "Yes, all invoices from now on.",
        ),
    ),
    Script(
        "billing",
        5,
        "Question about the price of {n} more seats",
        "we want to add {n} seats in the middle of the month. Do we pay for the whole month?",
        (
            "No, you only pay for the days that are left. The difference is on your next invoice.",
            "Perfect, then I will add them now.",
        ),
    ),
    Script(
        "login",
        9,
        "Cannot sign in after password reset",
        (
            "I reset my password this morning and since then {browser} only says that the link "
            "has expired."
        ),
        (
            "That happens when the link is opened twice. Could you ask for a new one and "
            "open it in a private window?",
            "The new link works in a private window.",
            "Good. Clearing the cookies of {browser} will fix the normal window too.",
        ),
    ),
    Script(
        "login",
        6,
        "Single sign-on sends people in a circle",
        (
            "since the certificate was renewed, single sign-on sends {n} of our people back to "
            "the login page again and again."
        ),
        (
            "The new certificate is not in your settings yet. Please paste it under "
            "Security, Single sign-on.",
            "Pasted. Now I get an error about the audience.",
            "The audience must be your workspace address without the slash at the end.",
            "That was it, everybody can sign in again.",
        ),
    ),
    Script(
        "bug",
        8,
        "{feature} shows an empty page in {browser}",
        (
            "when I open {feature} in {browser} the page stays empty. The console says that a "
            "script failed to load."
        ),
        (
            "I can reproduce it. Does it also happen without browser extensions?",
            "Yes, even in a fresh profile. I attached a screenshot.",
            "Thank you. Our developers found the cause and a fix goes out today.",
            "Confirmed, {feature} loads again.",
        ),
    ),
    Script(
        "bug",
        6,
        "Numbers in {feature} do not add up",
        "the total in {feature} is {amount} but the rows below it sum to something else.",
        (
            "The total includes archived projects and the rows do not. You can change that "
            "in the filter at the top.",
            "I see. That is confusing, a hint would help.",
            "Agreed, I have passed that on to the product team.",
        ),
    ),
    Script(
        "export",
        8,
        "Export of {feature} never finishes",
        (
            "the export of {feature} has been at 90 percent for an hour. With {n} thousand rows "
            "it worked last week."
        ),
        (
            "The export ran into a timeout. I have raised the limit for your team and "
            "started it again.",
            "It failed again with the same timeout.",
            "We found the query that was slow. The export is in your mailbox now.",
            "Got it, thank you for staying on it.",
        ),
    ),
    Script(
        "export",
        4,
        "Umlauts are broken in the CSV",
        "when I open the exported CSV in Excel all umlauts are broken.",
        (
            "Excel guesses the wrong encoding. Please choose CSV for Excel in the export dialog.",
            "That looks right now.",
        ),
    ),
    Script(
        "performance",
        7,
        "{feature} is very slow since {month}",
        "{feature} takes more than {n} seconds to load for everybody in the office.",
        (
            "We had an incident with one database server at that time. Is it still slow?",
            "A bit better, but far from normal.",
            "I moved your workspace to another server. Please try again.",
            "Fast again!",
        ),
    ),
    Script(
        "how_to",
        9,
        "How do I share {feature} with a client?",
        "I would like to show {feature} to a client who has no account. Is that possible?",
        (
            "Yes. Open Share, choose Public link and set a password. The link can expire "
            "after {n} days.",
            "Can the client also comment?",
            "With a guest account, yes. Guests are free of charge.",
        ),
    ),
    Script(
        "how_to",
        7,
        "Moving {n} people to another team",
        "we merged two departments and need to move {n} people to another team.",
        (
            "An admin can do that under Members: select them and choose Move to team.",
            "Do they keep their projects?",
            "They do, and the old team keeps read access.",
        ),
    ),
    Script(
        "how_to",
        5,
        "Connecting {provider} to {feature}",
        "is there a way to send updates from {feature} to {provider}?",
        (
            "Yes, through the {provider} integration. Under Settings, Integrations you can "
            "choose which updates are sent.",
            "Found it, and the first webhook has arrived.",
        ),
    ),
    Script(
        "feature_request",
        5,
        "Please add dark mode to {feature}",
        "my eyes hurt in the evening. Please add a dark mode to {feature}.",
        (
            "You are not the only one who asks! It is planned for this year; I added your vote.",
            "Looking forward to it.",
        ),
    ),
    Script(
        "feature_request",
        4,
        "Webhook for finished exports",
        "a webhook that tells us when an export is finished would save us a lot of polling.",
        (
            "Good idea. Until then the workflow trigger Export finished does almost the same.",
            "I did not know that one. It works for us.",
        ),
    ),
)
GREETINGS: Final = ("Hi, {text}", "Hello, {text}", "Hello team, {text}", "Good morning, {text}")
ANSWERS: Final = ("Hello {name}, thanks for writing. {text}", "Hi {name}, {text}")
THANKS: Final = (
    "Thanks a lot, {agent}!",
    "Great, that solved it.",
    "Many thanks for the quick help.",
    "Wonderful, you can close this.",
)
NUDGES: Final = (
    "Is there any news on this?",
    "We are still waiting for an answer.",
    "Could somebody look at this today, please? It blocks our month end.",
)
FEATURES: Final = (
    "the dashboard",
    "the monthly report",
    "the project board",
    "the time sheet",
    "the calendar",
    "the search page",
    "the inventory list",
    "the budget view",
)
MONTHS: Final = tuple(calendar.month_name)[1:]
BROWSERS: Final = ("Chrome", "Firefox", "Edge", "Safari")
PROVIDERS: Final = ("Slack", "Salesforce", "GitHub", "HubSpot", "Zapier", "Google Drive", "Jira")


def slots(rng: random.Random, month: int, year: int) -> dict[str, str]:
    """What one conversation's texts agree on. `month`: 1 to 12, that in which it was opened."""
    return {
        "month": MONTHS[month - 2],
        "amount": f"{rng.randint(9, 900)}.{rng.randint(0, 99):02}",
        "invoice": f"{year}-{rng.randint(1, 900):05}",
        "n": str(rng.randint(3, 40)),
        "feature": rng.choice(FEATURES),
        "browser": rng.choice(BROWSERS),
        "provider": rng.choice(PROVIDERS),
    }


def opening(rng: random.Random, script: Script, words: dict[str, str]) -> str:
    """The customer's first message."""
    return rng.choice(GREETINGS).format(text=script.opening.format(**words))


def headline(script: Script, words: dict[str, str]) -> str:
    """The subject, starting with a capital."""
    text = script.subject.format(**words)
    return text[0].upper() + text[1:]


def answer(rng: random.Random, text: str, name: str) -> str:
    """The agent's first reply, by name."""
    form = rng.choice(ANSWERS)
    if form.startswith("Hi"):
        text = text[0].lower() + text[1:] if not text.startswith("I ") else text
    return form.format(name=name, text=text)
