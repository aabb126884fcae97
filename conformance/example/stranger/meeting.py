"""Two cards that are held together: the shapes hooked and sealed.

A tap, an invoice, a debit, a receipt and a confirmation. What is pending from the payer to the
payee ends first. The payer sends again what nobody has answered, twice at most.
"""
import secrets

import frames
from card import FRAME_TIME, LOOK_TIME, VERIFY_TIME, Refused
from frames import number, seal
from memory import PowerCut, event

RETRIES = 2
LINK = Refused("LINK")


class Meeting:
    def __init__(self, bench, payer, payee, amount, secret, label, finish, hook, show):
        self.bench, self.cards = bench, {"payer": payer, "payee": payee}
        self.payer, self.payee = payer, payee
        self.amount, self.secret, self.label, self.finish = amount, secret, label, finish
        self.hook, self.show = hook, show
        self.tap, self.peer, self.invoice, self.owed = secrets.randbits(64), None, None, []
        self.current, self.new, self.sent, self.over = 0, False, False, False
        self.outcome, self.attempts = LINK, 0  # None: credited
        self.invoices = {}  # by tap
        self.number, self.cut, self.queue = 0, False, []
        self.delayed = {"payer": [], "payee": []}

    def run(self):
        self.send("payer", self.frame())
        while True:
            self.drain()
            if self.over or self.payer.down or self.attempts == RETRIES:
                break
            self.attempts += 1
            self.send("payer", self.frame())
        for late in self.delayed.values():
            self.queue += late
            late.clear()
        self.drain()
        if self.payer.bug("refund-unasked") and self.new and self.outcome is LINK and not self.payer.down:
            self.payer.commit(event(2, a=self.current))

    def drain(self):
        while self.queue:
            self.deliver(*self.queue.pop(0))

    def frame(self):
        """What the payer says now, or says again."""
        if self.current:
            return self.payer.debit(self.current)
        return seal(frames.TAP, self.payer.id, self.tap, int(self.finish))

    def send(self, side, raw):
        """Put a frame on the link; the hook decides what becomes of it."""
        card = self.cards[side]
        if card.down or not raw:
            return
        self.bench.now += FRAME_TIME
        self.number += 1
        action, message = "deliver", b""
        if self.cut:
            action = "drop"
        elif self.hook:
            action, message = self.hook(side, self.number, raw)
        to = "payee" if side == "payer" else "payer"
        late, self.delayed[side] = self.delayed[side], []
        if action == "cut":
            self.cut, late = True, []
        elif action == "delay":
            self.delayed[side], late = [*late, (to, raw)], []
        elif action != "drop":
            self.queue += [(to, message if action == "replace" else raw)] * (2 if action == "repeat" else 1)
        self.queue += late
        card.down = card.passed()

    def deliver(self, side, raw):
        """Hand a frame to a card that has power, and send what it answers."""
        card = self.cards[side]
        self.bench.now += LOOK_TIME
        if card.down or card.out_of_time():
            card.down = True
            return
        try:
            answer = (self.heard_by_payer if side == "payer" else self.heard_by_payee)(raw)
        except Refused:
            answer = b""  # on the link a refusal is silence
        except PowerCut:
            card.down = True
            return
        card.down = card.out_of_time() or card.passed()
        self.send(side, answer)

    def heard_by_payer(self, raw):
        f = self.payer.heard(raw, frames.INVOICE + frames.DOOR + frames.RECEIPT)
        if not f or not f.bound or self.over:
            return b""
        if f.kind == frames.RECEIPT:
            self.payer.closed(f)
            if (f.sender, f.n[0], f.n[1]) != (self.peer, number(self.payer.id), self.current):
                return b""
            if self.new:
                self.outcome = None if f.n[2] == 1 else Refused("LIMIT-BAL")
            return self.next()
        if f.n[0] != self.tap or self.peer or (f.kind == frames.DOOR) != self.finish:
            return b""  # of another meeting, or heard before
        self.peer = f.sender
        if f.kind == frames.INVOICE:
            self.invoice = f
            self.show("offer", f.n[3], f.label)
        self.owed = self.payer.st.owed(f.sender)
        return self.next()

    def next(self):
        """What is owed, then the new payment, and at last the confirmation."""
        self.attempts, self.current = 0, 0
        if self.owed:
            self.current = self.owed.pop(0)
            return self.payer.debit(self.current)
        if self.finish:
            self.outcome = None
        elif not self.sent:
            return self.paid()
        self.over = True
        return seal(frames.CONFIRM, self.payer.id, number(self.peer), self.payer.st.floor(self.peer))

    def paid(self):
        self.sent, f = True, self.invoice
        if self.secret:
            self.show("authenticate", f.n[3], f.label)
        try:
            self.current = self.payer.pay(f, self.amount, self.secret, self.tap)
        except Refused as no:
            self.outcome, self.over = no, True
            return b""
        self.new = True
        self.show("done", f.n[3], f.label)
        return self.payer.debit(self.current)

    def heard_by_payee(self, raw):
        f = self.payee.heard(raw, frames.TAP + frames.DEBIT + frames.CONFIRM)
        if not f or (not f.bound and f.kind != frames.DEBIT) or f.kind == frames.CONFIRM:
            return b""  # what a confirmation says comes with the next debit too
        if f.kind == frames.DEBIT:
            self.payee.tick(VERIFY_TIME)
            return self.payee.credit(f)[0]
        if (f.n[1] == 1) != self.finish:
            return b""
        if self.finish:
            return seal(frames.DOOR, self.payee.id, f.n[0])
        return self.invoice_for(f.n[0])

    def invoice_for(self, tap):
        """One invoice for each tap; the same tap again gets the same."""
        if tap in self.invoices:
            return seal(frames.INVOICE, self.payee.id, tap, *self.invoices[tap], label=self.label)
        raw, self.invoices[tap] = self.payee.ask(tap, self.amount, self.label)
        return raw
