"""The session step: one engine, one broker and one journal, driven event by event; and how they are put together."""

from foxml.session.outbox import Outbox
from foxml.session.session import Difference, Session, SessionBroker, SessionClock
from foxml.session.timers import TimerSource

__all__ = ["Difference", "Outbox", "Session", "SessionBroker", "SessionClock", "TimerSource"]
