"""Articles of the help centre and the blog, and what readers write under them."""

from __future__ import annotations

import random
from typing import Final

from orchestrator.demo.hours import moments
from orchestrator.demo.people import People
from orchestrator.demo.world import DAY, Record, Records, World, present, stamp

#: category, what its articles are about, sentences that fit
SHELVES: Final = (
    (
        "getting_started",
        ("your first project", "inviting your team", "the dashboard", "keyboard shortcuts"),
        (
            "Open the menu on the left and choose New.",
            "You can change everything later, so do not worry about the details now.",
            "New members get a mail with a link that is valid for a week.",
            "Most teams are up and running within an hour.",
        ),
    ),
    (
        "billing",
        ("invoices", "changing your plan", "refunds", "adding seats"),
        (
            "Every invoice is sent on the first working day of your billing month.",
            "A refund goes back to the card that was charged.",
            "When you change the plan, the days that are left are taken off the next invoice.",
            "Owners and admins see all payments under Billing.",
        ),
    ),
    (
        "integrations",
        ("Slack", "Salesforce", "GitHub", "webhooks"),
        (
            "A webhook is sent within a few seconds and tried again up to five times.",
            "Each connection belongs to one team and can be paused at any time.",
            "Field names are matched by their label; check the preview before you save.",
            "When the other side does not answer, the delivery is marked as failed.",
        ),
    ),
    (
        "security",
        ("single sign-on", "two-factor authentication", "audit logs", "data export requests"),
        (
            "Certificates expire; put the date in your calendar.",
            "Only owners can switch two-factor authentication off for others.",
            "Every access to personal data is written to the audit log.",
            "We answer requests about personal data within thirty days.",
        ),
    ),
    (
        "reporting",
        ("the monthly report", "custom fields", "exporting to CSV", "charts that people read"),
        (
            "Choose a range of dates first, then the columns.",
            "Large exports are prepared in the background and sent by mail.",
            "A report can be shared by a link with or without a password.",
            "Fewer colours make a better chart.",
        ),
    ),
    (
        "news",
        ("the spring release", "our new office in Hamburg", "dark mode", "the mobile app"),
        (
            "We have listened to your feedback and rebuilt it from the ground up.",
            "It is rolled out to all plans over the next two weeks.",
            "Thank you to everybody who took part in the test.",
            "Pages load almost twice as fast as before.",
        ),
    ),
)
FORMS: Final = (
    "How to get started with {}",
    "Everything about {}",
    "Five tips for {}",
    "What is new in {}",
    "Common questions about {}",
    "Behind the scenes of {}",
)
OPENERS: Final = (
    "This article explains {} step by step.",
    "Many of you asked about {}.",
    "Here is what you should know about {}.",
)
#: stars, weight, what such readers write
VOICES: Final = (
    (
        5,
        38,
        (
            "Exactly what I was looking for.",
            "Clear and short, thank you!",
            "Worked at once.",
            "I sent this to the whole team.",
            "Finally I understand it.",
        ),
    ),
    (
        4,
        27,
        (
            "Good overview, a screenshot would help.",
            "Helpful, but the menu has moved since.",
            "Saved me a ticket.",
        ),
    ),
    (3, 13, ("It answers half of my question.", "What about the mobile app?", "Fine for a start.")),
    (2, 9, ("Too long, I gave up.", "The second step does not exist in my plan.")),
    (1, 6, ("This is outdated.", "Did not work for me at all.")),
    (None, 7, ("Is there a video of this?", "First!", "Will this come to the free plan too?")),
)


def content(world: World, people: People) -> Records:
    """Articles, some never commented on, and comments."""
    rng = world.rng("content")
    articles, live = _articles(world, rng, people.staff[4:9])
    crowd = people.crowd(rng)
    stars, weights, texts = zip(*VOICES, strict=True)
    comments = []
    for n, at in enumerate(moments(rng, world.now_s, world.many(480) if live else 0, days=300)):
        known = [pair for pair in live if pair[0] < at] or live[:1]
        article = rng.choices(known, [1 / (rank + 3) for rank in range(len(known))])[0][1]
        voice = rng.choices(range(len(VOICES)), weights)[0]
        comments.append(
            present(
                id=f"k-{n + 1:04}",
                article=article,
                author=crowd.at(at),
                body=rng.choice(texts[voice]),
                stars=stars[voice],
                posted_at=stamp(at),
            )
        )
    return {"content.articles": articles, "content.comments": comments}


def _articles(
    world: World, rng: random.Random, writers: list[str]
) -> tuple[list[Record], list[tuple[int, str]]]:
    """The articles, and (published at, id) of those that readers can comment on, oldest first."""
    titles = [
        (category, subject, form, sentences)
        for category, subjects, sentences in SHELVES
        for subject in subjects
        for form in FORMS
    ]
    rng.shuffle(titles)
    titles = titles[: min(len(titles), world.many(120))]
    begun = moments(rng, world.now_s, len(titles), days=640, growth=1.0)
    found, live = [], []
    for n, (at, title) in enumerate(zip(begun, titles, strict=True)):
        article = _article(world, rng, n, at, title)
        article["author"] = writers[min(int(rng.random() ** 2 * len(writers)), len(writers) - 1)]
        found.append(article)
        if article["status"] == "published" and n % 8:
            live.append((at + 2 * DAY, article["id"]))
    return found, live


def _article(
    world: World, rng: random.Random, n: int, at: int, title: tuple[str, str, str, tuple[str, ...]]
) -> Record:
    category, subject, form, sentences = title
    age_days = (world.now_s - at) / DAY
    live = age_days > 3 and (rng.random() < 0.9 or n % 8 == 0)
    body = [rng.choice(OPENERS).format(subject), *rng.sample(sentences, rng.randint(2, 4))]
    return present(
        id=f"b-{n + 1:03}",
        title=form.format(subject),
        body=" ".join(body),
        category=category,
        status=("retired" if age_days > 400 and rng.random() < 0.3 else "published")
        if live
        else "draft",
        word_count=sum(len(sentence.split()) for sentence in body),
        views=int(age_days * rng.lognormvariate(0.8, 1.1)) if live else 0,
        created_at=stamp(at),
        published_at=stamp(at + rng.randint(3_600, 2 * DAY)) if live else None,
    )
