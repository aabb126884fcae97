"""A Tollkeeper card: what it asks for, pays, credits and closes, and how it meets its issuer."""
import hashlib
import secrets
import time

import frames
import memory
from frames import number, seal, unseal
from memory import PowerCut, event

# µs of the bench's own clock; nobody waits for them.
FRAME_TIME, WRITE_TIME, LOOK_TIME, VERIFY_TIME = 3_000, 500, 2_000, 83_600
OWN_LIMITS = {"max_tx": 4_000, "max_holding": 20_000, "auth_free_amount": 2_500}
MAX_AMOUNT = 2**53 - 1


class Refused(Exception):
    """The scheme's "no": a code, and perhaps a message that the other side has to get."""

    def __init__(self, code, message=b""):
        super().__init__(code)
        self.code, self.message = code, message


def serial(name):
    return hashlib.sha256(b"Tollkeeper serial " + name.encode()).digest()[:8]


class Card:
    def __init__(self, bench, n, history):
        self.bench, self.handle, self.id = bench, f"card-{n + 1}", serial(f"card {n + 1}")
        self.limits, self.pin, self.clock = dict(OWN_LIMITS), "1234", 0
        self.cut_after = self.messages = self.cut_in = self.cut_at = 0
        self.message_armed = self.time_fired = self.down = False
        st = memory.State()
        st.balance, st.counter, st.invoice, st.loads, st.unloads, entries = history
        st.log = [(memory.CREDIT, 1, serial(f"card {100 * n + k + 7}"), 40 + k, 3 * k) for k in range(entries)]
        self.shadow, self.reported, self.bad = st.balance, st.counter, n == 2
        self.memory = memory.Memory()
        for e in st.checkpoint():
            self.memory.write(0, e)
        self.power()

    def bug(self, name):
        return self.bench.bug == name

    def power(self):
        """Take the power away and give it back: the state is read again."""
        self.st = memory.State()
        for e in self.memory.boot():
            self.st.apply(e)
        if self.bug("forget-pending"):
            self.st.pending = {}
        if self.bug("replay-after-power"):
            self.st.floors, self.st.outcomes = {}, {}
        self.sessions, self.numbered, self.latest, self.held, self.down = {}, 0, 0, [], False

    def commit(self, e):
        """Make an event durable, and then true."""
        if (self.bug("late-debit") and e[0] == memory.DEBIT) or (self.bug("late-credit") and e[0] == memory.CREDIT):
            self.held.append(e)
        else:
            for h in [*self.held, e]:
                self.write(h)
            self.held = []
        self.book(e)
        self.st.apply(e)

    def write(self, e):
        self.bench.now += WRITE_TIME
        m, st = self.memory, self.st
        pages = len(m.banks[m.active])
        if pages > 64 and pages > 3 * (16 + 2 * len(st.pending) + len(st.log) + len(st.paid)) and not self.held:
            for c in st.checkpoint():
                m.write(1 - m.active, c)
            m.banks[m.active], m.active = [], 1 - m.active
            st.generation += 1
        m.write(m.active, e)

    def leaks(self, counter):
        return self.bug("leak") or (self.bug("shadow-book") and self.bad and counter % 4 == 0)

    def book(self, e):
        """A faulty adapter's own account of what the card should hold."""
        kind, flag, _, a, b = e[:5]
        if kind in (memory.DEBIT, memory.UNLOAD):
            self.shadow -= b
        elif kind == memory.LOADED:
            self.shadow += b
        elif kind == memory.CREDIT:
            self.shadow += (b if flag else 0) + self.leaks(a)
        elif kind == memory.CLOSE and not flag:
            self.shadow += self.st.pending.get(a, (0, 0))[1]

    # Power that is cut by time or by message.

    def tick(self, us):
        self.bench.now += us
        if self.out_of_time():
            raise PowerCut

    def out_of_time(self):
        if not self.cut_at or self.bench.now < self.cut_at:
            return False
        self.cut_at, self.time_fired = 0, True
        return True

    def passed(self):
        """Count a message; power may go after it."""
        if self.cut_after:
            self.messages += 1
            if self.messages == self.cut_after:
                self.cut_after = 0
                return True
        return self.out_of_time()

    # A payee asks, and credits.

    def payable(self, amount):
        return amount <= MAX_AMOUNT and (amount > 0 or self.bug("zero-amount"))

    def max_tx(self):
        return self.limits["max_tx"] + self.bug("max-tx")

    def holds(self, more):
        return self.bug("holding") or self.st.balance + more <= self.limits["max_holding"]

    def room(self):
        if len(self.st.log) + 2 * len(self.st.pending) + 4 > memory.MAX_LOG:
            raise Refused("LOG")

    def may_ask(self, amount):
        if not self.payable(amount):
            raise Refused("AMOUNT")
        if amount > self.max_tx():
            raise Refused("LIMIT-TX")
        if not self.holds(amount):
            raise Refused("LIMIT-BAL")
        self.room()

    def open(self, session):
        """Remember an invoice (number, nonce, amount), or None for an open door."""
        self.numbered += 1
        self.sessions[self.numbered] = session
        if len(self.sessions) > 8:
            del self.sessions[min(self.sessions)]

    def ask(self, tap, amount, label):
        self.may_ask(amount)
        invoice = (self.st.invoice + 1, secrets.randbits(64), amount)
        self.commit(event(memory.INVOICE, a=invoice[0]))
        self.open(invoice)
        return seal(frames.INVOICE, self.id, tap, *invoice, label=label), invoice

    def credit(self, f):
        """Take a debit for this card, once; the receipt says whether it is credited or void."""
        self.genuine(f)
        _, floor, _, _, amount, counter = f.n
        known = self.st.outcomes.get(f.sender, {}).get(counter)
        if known and not self.bug("credit-twice"):
            return self.receipt(f, known[1]), known[1]
        if counter < self.st.floors.get(f.sender, 0):
            raise Refused("SEEN")
        self.room()
        credited = self.holds(amount)
        e = event(memory.CREDIT, credited, f.sender, counter, amount - self.leaks(counter), floor)
        self.commit(e)
        return self.receipt(f, credited), credited

    def genuine(self, f):
        payee, _, invoice, nonce, amount, _ = f.n
        mine = payee == number(self.id)
        if self.bug("mac-ignored") and mine:
            return
        open_ones = [s for s in self.sessions.values() if s]
        if not f.bound:
            if self.bug("credit-before-check") and mine and any(s[0] == invoice for s in open_ones):
                self.st.balance += amount
            raise Refused("BAD-FRAME")
        if not mine and not self.bug("any-payee"):
            raise Refused("NOT-MINE")
        if any(s[:2] == (invoice, nonce) and s[2] != amount for s in open_ones):
            raise Refused("AMOUNT")

    def receipt(self, f, credited):
        return seal(frames.RECEIPT, self.id, number(f.sender), f.n[5], int(credited), f.n[4], 0)

    # A payer pays, and closes.

    def pay(self, f, amount, secret, tap=0):
        """Answer an invoice with a debit, which is durable before it leaves; again with the same."""
        if f.sender == self.id and not self.bug("pays-itself"):
            raise Refused("SELF")
        if f.n[0] != tap:
            raise Refused("BAD-FRAME")
        for counter, p in self.st.pending.items():
            if (p[0], p[2]) == (f.sender, f.n[1]):
                return counter
        self.may_pay(f, amount, secret)
        counter = self.st.counter + 1
        self.commit(event(memory.DEBIT, 0, f.sender, counter, f.n[3], f.n[1], f.n[2]))
        return counter

    def may_pay(self, f, meant, secret):
        amount, st = f.n[3], self.st
        if (f.sender, f.n[1]) in st.paid:
            raise Refused("SEEN")
        if not self.payable(amount) or (meant and meant != amount):
            raise Refused("AMOUNT")
        if st.stopped:
            raise Refused("STOPPED")
        if self.bug("clock") and self.clock < 0:
            raise Refused("NO-SESSION")
        if amount > self.max_tx():
            raise Refused("LIMIT-TX")
        if amount > st.balance + self.bug("overspend"):
            raise Refused("NO-FUNDS")
        if len(st.pending) >= memory.MAX_SLOTS:
            raise Refused("SLOTS")
        self.verify(secret, amount)
        self.room()

    def verify(self, secret, amount):
        """Check the PIN where one is given; a try is used up before it is judged."""
        if not secret:
            if amount > self.limits["auth_free_amount"] and self.bench.has("user-verification") and not self.bug("no-pin"):
                raise Refused("PIN")
            return
        if self.st.tries == 0:
            raise Refused("PIN-DEAD")
        if secret == self.pin and self.st.tries == memory.MAX_TRIES:
            return
        self.commit(event(memory.TRIES, a=self.st.tries - 1))
        if secret != self.pin:
            raise Refused("PIN-WRONG")
        self.commit(event(memory.TRIES, a=memory.MAX_TRIES))

    def debit(self, counter):
        """The frame of a pending debit."""
        payee, amount, invoice, nonce = self.st.pending[counter]
        return seal(frames.DEBIT, self.id, number(payee), self.st.floor(payee), invoice, nonce, amount, counter)

    def closed(self, f):
        """Take a receipt; one for what has ended already changes nothing."""
        if not f.bound:
            raise Refused("BAD-FRAME")
        if f.n[0] != number(self.id):
            raise Refused("NOT-MINE")
        if self.st.pending.get(f.n[1], (None,))[0] == f.sender:
            self.commit(event(memory.CLOSE, f.n[2] == 1, a=f.n[1]))

    def heard(self, raw, kinds):
        """Read what came in; a faulty card waits for ever for the rest of it."""
        while self.bug("hang") and frames.torn(raw):
            time.sleep(3600)
        return unseal(raw, kinds)

    # Online.

    def load(self, issuer, amount):
        self.contact(issuer, False)
        if not self.payable(amount):
            raise Refused("AMOUNT")
        if not self.bug("load-over") and not self.holds(amount):
            raise Refused("LIMIT-BAL")
        self.room()
        self.commit(event(memory.LOAD_ASK, a=self.st.loads + 1, b=amount))
        self.tick(0)
        self.collect(issuer)

    def collect(self, issuer):
        """End the order to load that is open: with its voucher, or without."""
        order, amount = self.st.load
        try:
            f = unseal(issuer.issue(seal(frames.LOAD, self.id, order, amount)), frames.VOUCHER)
        except Refused:
            self.commit(event(memory.LOADED, a=order))
            raise
        self.tick(FRAME_TIME)
        self.from_issuer(f, order)
        amount = f.n[2] * (2 if self.bug("load-twice") and order % 3 == 0 else 1)
        self.commit(event(memory.LOADED, a=order, b=amount))

    def from_issuer(self, f, order=None):
        if not f or not f.bound or f.sender != frames.ISSUER or f.n[0] != number(self.id):
            raise Refused("BAD-FRAME")
        if order is not None and f.n[1] != order:
            raise Refused("BAD-FRAME")

    def unload(self, issuer, amount):
        self.contact(issuer, False)
        if not self.payable(amount):
            raise Refused("AMOUNT")
        if amount > self.st.balance:
            raise Refused("NO-FUNDS")
        self.room()
        self.commit(event(memory.UNLOAD, a=self.st.unloads + 1, b=amount))
        if self.bug("unload-free") and amount < 64:
            self.st.balance += amount
        self.tick(FRAME_TIME)
        self.give_up(issuer)

    def give_up(self, issuer):
        order, amount = self.st.unload
        f = unseal(issuer.redeem(seal(frames.UNLOAD, self.id, order, amount)), frames.UNLOAD_ACK)
        self.tick(FRAME_TIME)
        self.from_issuer(f, order)
        self.commit(event(memory.UNLOADED, a=order))

    def contact(self, issuer, authorised):
        """What a card does whenever it is online: end what is open, hand in its log."""
        if self.st.load:
            try:
                self.collect(issuer)
            except Refused as no:
                if no.code != "NO-COVER":
                    raise
        if self.st.unload:
            self.give_up(issuer)
        self.hand_in(issuer)
        if self.st.stopped:
            raise Refused("STOPPED")
        if authorised and self.st.tries != memory.MAX_TRIES:
            self.commit(event(memory.TRIES, a=memory.MAX_TRIES))

    def hand_in(self, issuer):
        st = self.st
        entries = [n for kind, flag, peer, counter, amount in st.log
                   for n in (kind << 1 | flag, number(peer), counter, amount)]
        report = seal(frames.REPORT, self.id, st.counter, st.balance, len(st.pending), *st.pending, *entries)
        f = unseal(issuer.settle(report), frames.SETTLED)
        self.from_issuer(f)
        self.reported = st.counter
        if st.log:
            self.commit(event(memory.REPORTED))
        for counter, credited in zip(f.n[2::2], f.n[3::2]):
            self.commit(event(memory.CLOSE, credited == 1, a=counter))
        if bool(f.n[1]) != st.stopped:
            self.commit(event(memory.STOPPED, f.n[1] == 1))
