"""A command is on its way until it is acknowledged, and never twice."""

from session_harness import MARKET, make_rig

from foxml.domain.commands import CancelOrder, SubmitOrder
from foxml.domain.events import CommandExpired, OrderAccepted, OrderCancelled, OrderFilled, Timer, TimerKind
from foxml.domain.orders import Side
from foxml.session import Outbox
from foxml.session.outbox import CommandState


def _submit() -> SubmitOrder:
    rig = make_rig(market=MARKET)
    rig.run()
    return next(o for _, outputs in rig.journal.records for o in outputs if isinstance(o, SubmitOrder))


SUBMIT = _submit()
NAME = SUBMIT.intent.client_order_id
CANCEL = CancelOrder(NAME, "why")


def test_pending_dispatched_acknowledged() -> None:
    box = Outbox()
    box.add(SUBMIT)
    assert (box.next(), box.state(SUBMIT)) == (SUBMIT, CommandState.PENDING)
    box.dispatched(SUBMIT)
    assert (box.next(), box.state(SUBMIT), box.unanswered) == (None, CommandState.DISPATCHED, (SUBMIT,))
    box.observe(Timer(TimerKind.TICK, 1, 1))
    assert len(box) == 1
    box.observe(OrderAccepted(NAME, "b", 1, 1))
    assert (len(box), box.state(SUBMIT)) == (0, None)


def test_a_cancel_waits_for_the_end_of_its_order() -> None:
    box = Outbox()
    box.add(SUBMIT)
    box.add(CANCEL)
    assert box.next() is SUBMIT
    assert box.next(cancels_only=True) is CANCEL
    box.observe(OrderFilled("x", NAME, "AAA", Side.BUY, 1, 1, 0, 1, 1))  # a part of it: the rest may still rest
    assert box.unanswered == (CANCEL,)
    box.observe(OrderCancelled(NAME, "why", 1, 1))
    assert box.unanswered == ()


def test_the_oldest_goes_first_and_a_repeated_one_is_one() -> None:
    box = Outbox()
    box.add(CANCEL)
    box.add(SUBMIT)
    box.add(CancelOrder(NAME, "again"))
    assert box.unanswered == (CANCEL, SUBMIT)
    box.observe(CommandExpired(NAME, 1, 1))
    assert len(box) == 0
