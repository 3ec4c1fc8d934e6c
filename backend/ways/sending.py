"""Sends what was put together: claims each digest, hands it over, and writes down what became of it.

Killed at any moment, it loses nothing: an unclaimed digest is taken by the next round, a claimed one once its claim has
lapsed, under the same number. The database is asked by one thread; calls go out by a few others, mail by one more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from backend.ways import mail as mails
from backend.ways import webhooks
from backend.ways.digests import gather
from backend.ways.guard import Gate
from backend.ways.mail import CannotBeWritten, Outcome, Post
from backend.ways.webhooks import Reached
from lifecycle.models import Digest, DigestState, Way, Webhook

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=10)
"""How long who claimed a digest may take to send it; then it counts as dead."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440))
"""How long to wait after each attempt that failed."""

ATTEMPTS = len(PAUSES) + 1

CALLS_AT_ONCE = 8
BATCH = 5_000
ROUND_SECONDS = 240.0
"""After which a round begins nothing new; what is left is taken by the next."""

MAIL_SECONDS = 60.0
"""How long one mail may take, whatever the server does meanwhile."""

BROKEN_MOST = 2
"""After how many mails in a row that broke off the server counts as down, and the rest waits."""

DOWN = timedelta(minutes=4)
"""How long a mail waits for a server that is down; that is no attempt of the mail's."""


@dataclass(slots=True)
class Sent:
    """What a round did, counted by digests."""

    mails: int = 0
    calls: int = 0
    bounced: int = 0
    failed: int = 0
    later: int = 0
    is_mail_down: bool = False

    @property
    def as_json(self) -> dict[str, int | bool]:
        """ok: false while no mail can be sent, because the server is away or takes none."""
        return {
            "ok": not self.is_mail_down,
            "mails": self.mails,
            "calls": self.calls,
            "bounced": self.bounced,
            "failed": self.failed,
            "later": self.later,
        }


@dataclass(slots=True)
class _Flight:
    """A digest on its way out."""

    digest: Digest
    began: float = field(default_factory=monotonic)


def deliver(
    *,
    clock: Callable[[], datetime],
    gate: Gate | None = None,
    note: Callable[[int], None] = lambda done: None,
) -> Sent:
    """Put together what waits and send all that is due; to be called on working days in working hours.

    clock: gives the present instant. gate: what webhooks may call, that of the settings unless said. note: told
    after each digest how many are over; what it raises ends the round, with nothing half done.
    """
    by_mail = mails.has_server()
    gather(now=clock(), by_mail=by_mail)
    give_up_lapsed(now=clock())
    return _Round(clock, gate or Gate.of_settings(), note).run(by_mail=by_mail)


def due(way: Way, now: datetime) -> list[UUID]:
    """The digests that may go out now, those tried least and of receivers that failed least first; one query."""
    waiting = Digest.objects.filter(_free(now), way=way)
    if way == Way.WEBHOOK:
        rests = Q(webhook__paused_until__gt=now) | Q(webhook__is_active=False)
        waiting = waiting.exclude(rests).order_by("webhook__failures", "attempts", "made_at", "pk")
    else:
        waiting = waiting.order_by("attempts", "-is_urgent", "made_at", "pk")
    return list(waiting.values_list("pk", flat=True)[:BATCH])


def claim(digest: UUID, *, now: datetime) -> Digest | None:
    """Take it in one conditional UPDATE; None when somebody else has it, or it is over. Two statements."""
    taken = Digest.objects.filter(_free(now), pk=digest).update(claimed_at=now, attempts=F("attempts") + 1)
    if not taken:
        return None
    return Digest.objects.select_related("person", "webhook__organisation").get(pk=digest)


def give_up_lapsed(*, now: datetime) -> int:
    """Digests whose last attempt never came back count as failed; how many there were."""
    lost = Digest.objects.filter(
        state=DigestState.WAITING, attempts__gte=ATTEMPTS, claimed_at__lt=now - CLAIM
    )
    return lost.update(
        state=DigestState.FAILED, claimed_at=None, error="the sender was stopped at each attempt"
    )


def _free(now: datetime) -> Q:
    return (
        Q(state=DigestState.WAITING, attempts__lt=ATTEMPTS)
        & (Q(next_try_at=None) | Q(next_try_at__lte=now))
        & (Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM))
    )


class _Round:
    """One round of sending."""

    def __init__(self, clock: Callable[[], datetime], gate: Gate, note: Callable[[int], None]) -> None:
        self.clock, self.gate, self.note = clock, gate, note
        self.sent = Sent()
        self.over = 0
        self.post = Post()
        self.broken = 0
        self.flights: dict[Future[Any], _Flight] = {}

    def run(self, *, by_mail: bool) -> Sent:
        began = monotonic()
        letters = iter(due(Way.MAIL, self.clock()) if by_mail else [])
        calls = iter(due(Way.WEBHOOK, self.clock()))
        pool = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="webhook")
        mailer = ThreadPoolExecutor(1, thread_name_prefix="mail")
        try:
            while True:
                if monotonic() - began < ROUND_SECONDS:
                    self._fill(letters, calls, pool, mailer)
                if not self.flights:
                    return self.sent
                self._land()
        finally:
            if self._under_way(Way.MAIL):
                self.post.abort()
            pool.shutdown(wait=False, cancel_futures=True)
            mailer.submit(self.post.close)
            mailer.shutdown(wait=False)

    def _fill(
        self,
        letters: Iterator[UUID],
        calls: Iterator[UUID],
        pool: ThreadPoolExecutor,
        mailer: ThreadPoolExecutor,
    ) -> None:
        """Begin as much as may be under way at once: one mail, a few calls."""
        while not self.sent.is_mail_down and not self._under_way(Way.MAIL):
            if not self._begin(letters, lambda digest: self._mail(digest, mailer)):
                break
        while self._under_way(Way.WEBHOOK) < CALLS_AT_ONCE:
            if not self._begin(calls, lambda digest: self._call(digest, pool)):
                break

    def _under_way(self, way: Way) -> int:
        return sum(flight.digest.way == way for flight in self.flights.values())

    def _begin(self, waiting: Iterator[UUID], start: Callable[[Digest], None]) -> bool:
        """Claim the next and start it; False when there is none left."""
        for number in waiting:
            digest = claim(number, now=self.clock())
            if digest is not None:
                start(digest)
                return True
        return False

    def _mail(self, digest: Digest, mailer: ThreadPoolExecutor) -> None:
        assert digest.person is not None
        try:
            letter = mails.write(digest, digest.person, now=self.clock())
        except CannotBeWritten as error:
            self._end_mail(digest, Outcome(str(error), is_bounced=True))
        except Exception as error:
            self._end_mail(digest, Outcome(_fault(digest, error)))
        else:
            self.flights[mailer.submit(self.post.send, letter)] = _Flight(digest)

    def _call(self, digest: Digest, pool: ThreadPoolExecutor) -> None:
        webhook = digest.webhook
        assert webhook is not None
        try:
            call = webhooks.prepare(digest, webhook, now=self.clock())
        except Exception as error:
            self._end_call(digest, Reached(_fault(digest, error)))
        else:
            self.flights[pool.submit(webhooks.send, call, webhook.dialect, self.gate)] = _Flight(digest)

    def _land(self) -> None:
        """Wait until something is over, or until a mail has taken too long."""
        finished, _ = wait(self.flights, timeout=1.0, return_when=FIRST_COMPLETED)
        for future in finished:
            digest = self.flights.pop(future).digest
            fault = future.exception()
            if digest.way == Way.MAIL:
                self._end_mail(digest, Outcome(_fault(digest, fault)) if fault else future.result())
            else:
                self._end_call(digest, Reached(_fault(digest, fault)) if fault else future.result())
        for future, flight in list(self.flights.items()):
            if flight.digest.way == Way.MAIL and monotonic() - flight.began > MAIL_SECONDS:
                # Cut off, the thread goes on by itself; nobody waits for what it says.
                self.post.abort()
                del self.flights[future]
                self._end_mail(flight.digest, Outcome("no answer in time", is_broken=True))
                self.sent.is_mail_down = True

    def _end_mail(self, digest: Digest, outcome: Outcome) -> None:
        self.broken = self.broken + 1 if outcome.is_broken else 0
        if outcome.is_down or self.broken >= BROKEN_MOST:
            self.sent.is_mail_down = True
        if not outcome.error:
            self.sent.mails += self._mark_sent(digest)
        elif outcome.is_bounced:
            self.sent.bounced += self._mark(digest, state=DigestState.BOUNCED, error=outcome.error)
        elif outcome.is_down:
            again = self.clock() + DOWN
            waits = {"attempts": F("attempts") - 1, "next_try_at": again, "error": outcome.error}
            self.sent.later += self._mark(digest, **waits)
        else:
            self._put_off(digest, outcome.error, is_final=outcome.is_final)
        self._done()

    def _end_call(self, digest: Digest, reached: Reached) -> None:
        webhook = digest.webhook
        assert webhook is not None
        row = Webhook.objects.filter(pk=webhook.pk)
        if not reached.error:
            self.sent.calls += self._mark_sent(digest)
            row.exclude(failures=0, paused_until=None).update(failures=0, paused_until=None)
        else:
            self._put_off(digest, reached.error, is_final=False)
            rests_until = self.clock() + _pause(webhook.failures + 1)
            row.update(failures=F("failures") + 1, paused_until=rests_until)
        self._done()

    def _put_off(self, digest: Digest, error: str, *, is_final: bool) -> None:
        """Try again after a while that grows, or give up."""
        if is_final or digest.attempts >= ATTEMPTS:
            self.sent.failed += self._mark(digest, state=DigestState.FAILED, error=error)
        else:
            again = self.clock() + _pause(digest.attempts)
            self.sent.later += self._mark(digest, next_try_at=again, error=error)

    def _mark_sent(self, digest: Digest) -> int:
        return self._mark(digest, state=DigestState.SENT, sent_at=self.clock(), error="")

    def _mark(self, digest: Digest, **values: Any) -> int:
        """Write down what became of the attempt, unless another one was made meanwhile."""
        mine = Digest.objects.filter(
            pk=digest.pk,
            attempts=digest.attempts,
            claimed_at=digest.claimed_at,
            state=DigestState.WAITING,
        )
        return mine.update(**({"claimed_at": None} | values))

    def _done(self) -> None:
        self.over += 1
        self.note(self.over)


def _fault(digest: Digest, error: BaseException) -> str:
    """A fault of ours in one digest: logged whole, and no reason to keep the others back."""
    logger.error("digest %s could not be sent", digest.pk, exc_info=error)
    return type(error).__name__


def _pause(attempts: int) -> timedelta:
    return PAUSES[min(attempts, len(PAUSES)) - 1]
