"""Support conversations, message by message."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Final

from orchestrator.demo import talk
from orchestrator.demo.hours import Crowd, distinct, moments
from orchestrator.demo.people import STAFF, People
from orchestrator.demo.world import DAY, HOUR, MINUTE, Record, Records, World, present, stamp

#: how often the five keenest customers write; the others write at most `OFTEN` times
KEENEST: Final = (44, 36, 29, 23, 18)
OFTEN: Final = 12
DAYS: Final = 240
CHANNELS: Final = (("web", "email", "slack", "phone"), (55, 28, 12, 5))
PRIORITIES: Final = {
    "login": (("urgent", "high", "normal"), (20, 45, 35)),
    "bug": (("urgent", "high", "normal", "low"), (10, 35, 45, 10)),
    "performance": (("urgent", "high", "normal"), (25, 40, 35)),
}
CALM: Final = (("high", "normal", "low"), (8, 67, 25))


def support(world: World, people: People) -> Records:
    """Conversations and messages. The ranks of the keenest customers do not tie."""
    rng = world.rng("chat")
    agents = people.staff[:8]
    opened = moments(rng, world.now_s, world.many(900), days=DAYS)
    scripts = rng.choices(talk.SCRIPTS, [s.weight for s in talk.SCRIPTS], k=len(opened))
    conversations, messages = [], []
    askers = _askers(world, rng, people, opened)
    for n, (at, script, asker) in enumerate(zip(opened, scripts, askers, strict=True)):
        skill = min(int(rng.random() ** 1.8 * len(agents)), len(agents) - 1)
        agent = agents[skill]
        words = _words(rng, at, people, asker, agent)
        talk_ = _Talk(world, rng, f"c-{n + 1:04}", asker, agent, at)
        talk_.play(script, words, speed=1 + skill / 3)
        conversations.append(talk_.record(rng, script, words))
        messages.extend(talk_.messages)
    return {"chat.conversations": conversations, "chat.messages": _numbered(messages)}


def _words(rng: random.Random, at: int, people: People, asker: str, agent: str) -> dict[str, str]:
    moment = datetime.fromtimestamp(at, UTC)
    names = {
        "name": people.by_id[asker]["name"].split()[0],
        "agent": people.by_id[agent]["name"].split()[0],
    }
    return talk.slots(rng, moment.month, moment.year) | names


def _askers(world: World, rng: random.Random, people: People, opened: list[int]) -> list[str]:
    """Who opens each conversation."""
    usual = [
        user["id"]
        for user, since in zip(people.users, people.user_since, strict=True)
        if user["role"] != "staff" and user["status"] == "active" and since < opened[0]
    ]
    keen = rng.sample(usual, min(len(KEENEST), len(usual)))
    dealt = [
        user for user, times in zip(keen, KEENEST, strict=False) for _ in range(world.many(times))
    ]
    places: list[str] = dealt[: len(opened)] + [""] * (len(opened) - len(dealt))
    rng.shuffle(places)
    crowd, times = people.crowd(rng, flat=25.0), dict.fromkeys(keen, OFTEN)
    return [
        asker or _another(rng, people, crowd, at, times)
        for asker, at in zip(places, opened, strict=True)
    ]


def _another(
    rng: random.Random, people: People, crowd: Crowd, at: int, times: dict[str, int]
) -> str:
    for _ in range(20):
        user = crowd.at(at)
        if times.get(user, 0) < OFTEN:
            break
    else:
        user = people.users[rng.randrange(STAFF, len(people.users))]["id"]
    times[user] = times.get(user, 0) + 1
    return user


class _Talk:
    """One conversation while it is written."""

    def __init__(
        self, world: World, rng: random.Random, id_: str, customer: str, agent: str, at: int
    ) -> None:
        self._now_s, self._rng = world.now_s, rng
        self.id, self.customer, self.agent, self.opened = id_, customer, agent, at
        self.at = at
        self.first_reply: int | None = None
        self.messages: list[tuple[int, Record]] = []

    def play(self, script: talk.Script, words: dict[str, str], *, speed: float) -> None:
        """Write the messages in turn until the script or the time ends."""
        rng = self._rng
        self._say("customer", talk.opening(rng, script, words), 0)
        self.first_reply = int(rng.lognormvariate(7.2, 0.9) * speed) + 40
        if self.first_reply > 5 * HOUR:
            self._say("customer", rng.choice(talk.NUDGES), 3 * HOUR)
        wait = self.opened + self.first_reply - self.at
        for n, turn in enumerate(script.turns):
            text = turn.format(**words)
            if n == 0:
                text = talk.answer(rng, text, words["name"])
            self._say(("agent", "customer")[n % 2], text, wait)
            wait = rng.randint(2 * MINUTE, 3 * HOUR)
        if rng.random() < 0.6:
            self._say("customer", rng.choice(talk.THANKS).format(**words), wait)

    def _say(self, role: str, text: str, wait: int) -> None:
        """Add a message `wait` seconds after the last; nothing is said after now."""
        self.at += wait
        if self.at >= self._now_s:
            return
        files = self._rng.randint(1, 3) if "attached" in text or self._rng.random() < 0.04 else 0
        message = {
            "conversation": self.id,
            "author": self.customer if role == "customer" else self.agent,
            "author_role": role,
            "body": text,
            "attachments": files,
        }
        self.messages.append((self.at, message))

    def record(self, rng: random.Random, script: talk.Script, words: dict[str, str]) -> Record:
        """The conversation as it stands now."""
        status = self._status()
        replied = any(message["author_role"] == "agent" for _, message in self.messages)
        solved = status == "solved"
        return present(
            id=self.id,
            subject=talk.headline(script, words),
            customer=self.customer,
            agent=self.agent,
            topic=script.topic,
            channel=rng.choices(*CHANNELS)[0],
            status=status,
            priority=rng.choices(*PRIORITIES.get(script.topic, CALM))[0],
            opened_at=stamp(self.opened),
            closed_at=stamp(self.messages[-1][0]) if solved else None,
            first_reply_s=self.first_reply if replied else None,
            rating=self._rating() if solved and rng.random() < 0.55 else None,
        )

    def _status(self) -> str:
        if self.at >= self._now_s:
            return "open"
        fresh = self.opened > self._now_s - 4 * DAY
        if self._rng.random() < (0.5 if fresh else 0.03):
            return self._rng.choice(("open", "waiting"))
        return "solved"

    def _rating(self) -> int:
        """Who waits longer is less pleased."""
        patience = 5.4 - (self.first_reply or 0) / (2.5 * HOUR) - self._rng.expovariate(1.3)
        return max(1, min(5, round(patience)))


def _numbered(messages: list[tuple[int, Record]]) -> list[Record]:
    messages.sort(key=lambda pair: pair[0])
    times = distinct([at for at, _ in messages])
    return [
        {"id": f"m-{n + 1:05}", **message, "sent_at": stamp(at)}
        for n, (at, (_, message)) in enumerate(zip(times, messages, strict=True))
    ]
