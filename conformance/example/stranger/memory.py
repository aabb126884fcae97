"""What a Tollkeeper card keeps, and how: events, one to a page of 64 bytes.

A card's state is nothing but its events. A page is written whole or it is torn, and a torn page
never happened. Two banks take turns: each begins with a checkpoint of the state.
"""
import itertools
import secrets
import struct
import zlib

(DEBIT, CLOSE, CREDIT, INVOICE, LOAD_ASK, LOADED, UNLOAD, UNLOADED, REPORTED, TRIES, STOPPED, BASE,
 NUMBERS, PENDING, FLOOR, OUTCOME, PAID, ENTRY, LOAD_OPEN, UNLOAD_OPEN, SEALED) = range(1, 22)

MAX_TRIES, MAX_SLOTS, MAX_LOG, PAID_KEPT = 3, 32, 8192, 32
PAGE = 64
FIELDS = struct.Struct(">BB8sQQQQ18x")
NOBODY = bytes(8)


class PowerCut(Exception):
    """The power went in the middle of a command: what was in RAM is gone."""


class Memory:
    """Two banks of pages, each written once and in order."""

    def __init__(self):
        self.banks, self.active = [[], []], 0
        self.total = self.writes = self.armed = self.keep = 0
        self.mode, self.fired = "", False

    def arm(self, write, keep, mode):
        """Set a power cut, and tell what became of the one before."""
        told = self.fired, self.writes
        self.armed, self.keep, self.mode, self.fired, self.writes = write, keep, mode, False, 0
        return told

    def write(self, bank, event):
        fields = FIELDS.pack(*event)
        page = fields + zlib.crc32(fields).to_bytes(4, "big")
        self.total += 1
        self.writes += 1
        if not self.armed or self.writes != self.armed:
            self.banks[bank].append(page)
            return
        rest = secrets.token_bytes(PAGE) if self.mode == "noise" else b"\xff" * PAGE
        self.banks[bank].append(page[:self.keep] + rest[min(self.keep, PAGE):])
        self.armed, self.fired = 0, True
        raise PowerCut

    def boot(self):
        """Choose the bank with the newest whole checkpoint; drop what was torn off its end."""
        best = (-1, 0, [])
        for bank, pages in enumerate(self.banks):
            whole = list(itertools.takewhile(is_whole, pages))
            events = [FIELDS.unpack(p[:-4]) for p in whole]
            generation = max((e[3] for e in events if e[0] == SEALED), default=0)
            best = max(best, (generation, -bank, events), key=lambda b: b[:2])
        self.active = -best[1]
        self.banks[self.active] = self.banks[self.active][:len(best[2])]
        self.banks[1 - self.active] = []
        return best[2]


def is_whole(page):
    return zlib.crc32(page[:-4]) == int.from_bytes(page[-4:], "big") and page[0] != 0


def event(kind, flag=0, peer=NOBODY, a=0, b=0, c=0, d=0):
    return (kind, int(flag), peer, a, b, c, d)


class State:
    """What a card knows; apply is the one place where it changes."""

    def __init__(self):
        self.balance = self.counter = self.invoice = self.loads = self.unloads = self.generation = 0
        self.tries, self.stopped = MAX_TRIES, False
        self.pending = {}   # counter: (payee, amount, invoice, nonce), in order of counters
        self.floors = {}    # payer: nothing below is pending with it any more
        self.outcomes = {}  # payer: {counter: (amount, credited)}
        self.paid = []      # (payee, invoice)
        self.log = []       # (kind, flag, peer, counter, amount)
        self.load = self.unload = None  # (number, amount) that is not finished

    def apply(self, e):
        kind, flag, peer, a, b, c, d = e
        if kind in (DEBIT, PENDING):
            self.pending[a] = (peer, b, c, d)
        if kind == DEBIT:
            self.balance -= min(b, self.balance)
            self.counter = a
        elif kind == CLOSE and a in self.pending:
            peer, amount, _, _ = self.pending.pop(a)
            self.balance += 0 if flag else amount
            e = (kind, flag, peer, a, amount, 0, 0)
        elif kind == CLOSE:
            return
        elif kind in (CREDIT, OUTCOME):
            self.balance += b if flag and kind == CREDIT else 0
            self.settle(flag, peer, a, b, c)
        elif kind == INVOICE:
            self.invoice = a
        elif kind in (LOAD_ASK, LOAD_OPEN):
            self.loads, self.load = max(self.loads, a), (a, b)
        elif kind == LOADED:
            self.balance, self.load = self.balance + b, None
        elif kind == UNLOAD:
            self.balance, self.unloads, self.unload = self.balance - b, a, (a, b)
        elif kind == UNLOAD_OPEN:
            self.unload = (a, b)
        elif kind == UNLOADED:
            self.unload = None
        elif kind == REPORTED:
            self.log = []
        elif kind == TRIES:
            self.tries = a
        elif kind == STOPPED:
            self.stopped = bool(flag)
        elif kind == BASE:
            self.balance, self.counter, self.invoice, self.tries, self.stopped = a, b, c, d, bool(flag)
        elif kind == NUMBERS:
            self.loads, self.unloads = a, b
        elif kind == FLOOR:
            self.floors[peer] = a
        elif kind == ENTRY:
            self.log.append((c, flag, peer, a, b))
        elif kind == SEALED:
            self.generation = a
        if kind in (DEBIT, PAID):
            self.paid = [*self.paid, (peer, c)][-PAID_KEPT:]
        if kind in (DEBIT, CLOSE, CREDIT, LOADED, UNLOAD):
            self.log.append((kind, flag, e[2], a, e[4]))

    def settle(self, flag, payer, counter, amount, floor):
        """Keep an outcome, and forget those that the payer has closed."""
        known = self.outcomes.setdefault(payer, {})
        known[counter] = (amount, bool(flag))
        self.floors[payer] = floor = max(floor, self.floors.get(payer, 0))
        for old in [n for n in known if n < floor]:
            del known[old]

    def checkpoint(self):
        """The state as events, its end included."""
        yield event(BASE, self.stopped, NOBODY, self.balance, self.counter, self.invoice, self.tries)
        yield event(NUMBERS, 0, NOBODY, self.loads, self.unloads)
        for counter, (payee, amount, invoice, nonce) in self.pending.items():
            yield event(PENDING, 0, payee, counter, amount, invoice, nonce)
        for payer, floor in self.floors.items():
            yield event(FLOOR, 0, payer, floor)
            for counter, (amount, credited) in self.outcomes.get(payer, {}).items():
                yield event(OUTCOME, credited, payer, counter, amount, floor)
        for payee, invoice in self.paid:
            yield event(PAID, 0, payee, 0, 0, invoice)
        for kind, flag, peer, counter, amount in self.log:
            yield event(ENTRY, flag, peer, counter, amount, kind)
        if self.load:
            yield event(LOAD_OPEN, 0, NOBODY, *self.load)
        if self.unload:
            yield event(UNLOAD_OPEN, 0, NOBODY, *self.unload)
        yield event(SEALED, 0, NOBODY, self.generation + 1)

    def floor(self, payee):
        """The least counter that is pending towards a payee; the next one when none is."""
        return next((n for n, p in self.pending.items() if p[0] == payee), self.counter + 1)

    def owed(self, payee):
        return [n for n, p in self.pending.items() if p[0] == payee]

    def outgoing(self):
        return sum(p[1] for p in self.pending.values())
