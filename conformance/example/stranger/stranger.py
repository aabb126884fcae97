#!/usr/bin/env python3
"""A wallet that shares nothing with assay, behind the adapter contract (spec/adapter.md).

The same closed protocol as the Go command beside it, written a second time. README.md has it.
Standard library only; what is imported besides lies in this folder.
"""
import argparse
import json
import pathlib
import sys

sys.dont_write_bytecode = True  # the folder holds sources and nothing else

import card as cards
import frames
from card import LOOK_TIME, VERIFY_TIME, Card, Refused
from frames import seal
from issuer import Issuer
from meeting import Meeting
from memory import MAX_LOG, PowerCut

# What the four cards have been through: balance, counter, invoices, loads, unloads, log entries.
HISTORY = [(137, 4711, 3902, 212, 9, 31), (0, 88, 140, 3, 1, 4), (20, 1302, 77, 64, 0, 0), (5, 19, 611, 2, 2, 12)]

CAPABILITIES = ["resend", "query", "defund", "synchronise", "user-verification", "clock", "label",
                "power-cycle", "cut-write", "cut-message", "cut-time", "ledger", "block"]
NEEDS = {"verify-user": "user-verification", "set-clock": "clock", "open-account": "ledger",
         "account": "ledger", "register": "ledger", "findings": "ledger", "supply": "ledger",
         "set-epoch": "ledger", **{c: c for c in CAPABILITIES if c not in ("user-verification", "clock", "label", "ledger")},
         "cancel": "cancel"}
SPLIT_ONLY = {"request", "pay", "accept", "acknowledge", "resend", "cancel", "close-session"}
RIGS = {"power-cycle", "cut-write", "cut-message", "cut-time", "set-clock"}
ISSUER = "issuer"


class Unsupported(Exception):
    """A verb that is not served."""


class Bench:
    """Four cards that were used before, their issuer, and a clock of their own in µs."""

    def __init__(self, shape, bug, without):
        self.shape, self.bug, self.now, self.made = shape, bug, 0, 0
        served = [*CAPABILITIES, *(["cancel"] if shape == "split" else [])]
        self.capabilities = [c for c in served if c not in without]
        self.cards = [Card(self, n, h) for n, h in enumerate(HISTORY)]
        self.issuer = Issuer(self)

    def has(self, capability):
        return capability in self.capabilities

    def card(self, handle):
        for c in self.cards:
            if c.handle == handle:
                return c
        raise LookupError(f"there is no unit {handle!r}")

    def hello(self, versions=()):
        if 1 not in versions:
            raise Refused("VERSION")
        limits = {name: str(n) for name, n in cards.OWN_LIMITS.items()
                  if name != "auth_free_amount" or self.has("user-verification")}
        return {"hello": {
            "version": 1, "vendor": "Tollkeeper", "product": "Purse", "release": "3.4", "class": "BH",
            "tier": "simulator", "family": "B", "shapes": [self.shape],
            "roles": ["device", "ledger"] if self.has("ledger") else ["device"],
            "capabilities": self.capabilities, "provision": "pre-provisioned", "lifecycle": "none",
            "units": len(self.cards), "limits": limits}}

    def create(self, role, profile=None, seed="", epoch=0):
        if role == "ledger" and self.has("ledger"):
            return {"handle": ISSUER}
        if role != "device":
            raise Unsupported("role " + role)
        if self.made == len(self.cards):
            raise LookupError(f"the bench has {self.made} cards, and all are handed out")
        c = self.cards[self.made]
        self.made += 1
        c.limits = {name: min(own, (profile or {}).get(name) or own) for name, own in cards.OWN_LIMITS.items()}
        return {"handle": c.handle}

    def transfer(self, payer, hook, show, payee, amount="0", secret="", label="", finish=False):
        payee, amount = self.card(payee), int(amount)
        if payer is payee and self.bug != "pays-itself":
            raise Refused("SELF")
        if not finish:
            payee.may_ask(amount)
        start = self.now
        for c in (payer, payee):
            begin(c)
        m = Meeting(self, payer, payee, amount, secret, label, finish, hook, show)
        m.run()
        lost = payer.down
        for c in (payer, payee):
            c.cut_at, c.sessions = 0, {}
            if c.down:
                c.power()
        if lost:
            raise PowerCut
        if m.outcome:
            raise m.outcome
        return {"x": {"card_us": self.now - start}}


def begin(c):
    """Start the clock of a cut by time, at a command that takes time."""
    if c.cut_in:
        c.cut_at, c.cut_in = c.bench.now + c.cut_in, 0


def rig(c, verb, unix=0, write=0, byte=0, mode="old", message=0, microseconds=0):
    """What the bench does to a card."""
    if verb == "power-cycle":
        return c.power()
    if verb == "set-clock":
        c.clock = unix
        return None
    if verb == "cut-write":
        fired, writes = c.memory.arm(write, byte, mode)
        return {"cut_fired": fired, **({"writes": writes} if writes else {})}
    if verb == "cut-time":
        fired, c.time_fired, c.cut_in = c.time_fired, False, microseconds
    else:
        fired = c.message_armed and not c.cut_after
        c.cut_after, c.messages, c.message_armed = message, 0, message > 0
    return {"cut_fired": fired}


class Verbs:
    """The verbs of a card; the split ones carry an invoice, a debit and a receipt."""

    def __init__(self, bench, show):
        self.bench, self.show = bench, show

    def provision(self, c):
        pass  # in the factory

    def query(self, c):
        spendable = max(c.shadow, 0) if c.bug("shadow-book") else c.st.balance
        counter = c.st.counter - (c.reported if c.bug("counter-falls") else 0)
        return {"value": {"spendable": str(spendable), "incoming": "0", "outgoing": str(c.st.outgoing()),
                          "reserved": "0", "observed_by": "device"},
                "state": {"counter": counter, "next_request": c.st.invoice + 1, "log_entries": len(c.st.log),
                          "log_capacity": MAX_LOG, "pending": len(c.st.pending), "pin_tries": c.st.tries,
                          "locked": c.st.tries == 0, "blocked": c.st.stopped, "provisioned": True}}

    def verify_user(self, c, secret=""):
        if not secret:
            raise Refused("PIN-WRONG")
        c.verify(secret, 0)

    def fund(self, c, amount, ledger=""):
        c.load(self.bench.issuer, int(amount))

    def defund(self, c, amount, ledger=""):
        c.unload(self.bench.issuer, int(amount))

    def synchronise(self, c, ledger="", authorised=False):
        c.contact(self.bench.issuer, authorised)

    def request(self, c, amount="0", label="", message="", finish=False):
        if finish:
            c.open(None)
            raw = seal(frames.DOOR, c.id, 0)
        else:
            raw, _ = c.ask(0, int(amount), label)
        c.latest = c.numbered
        return sent(c, 1, {"session": c.numbered, "message": raw.hex()})

    def pay(self, c, message, session=0, secret="", amount="0"):
        if session:
            raise Refused("NO-SESSION")
        f = self.heard(c, message, frames.INVOICE, LOOK_TIME)
        if not f.bound:
            raise Refused("BAD-FRAME")
        self.show("offer", f.n[3], f.label)
        if secret:
            self.show("authenticate", f.n[3], f.label)
        debit = c.debit(c.pay(f, int(amount), secret))
        self.show("done", f.n[3], f.label)
        return sent(c, 2, {"message": debit.hex()})

    def accept(self, c, message, session=0):
        if (session or c.latest) not in c.sessions:
            raise Refused("NO-SESSION")
        receipt, credited = c.credit(self.heard(c, message, frames.DEBIT, VERIFY_TIME))
        result = sent(c, 2, {"message": receipt.hex()})
        if not credited:
            raise Refused("LIMIT-BAL", receipt)
        return result

    def acknowledge(self, c, message, session=0):
        c.closed(self.heard(c, message, frames.RECEIPT, LOOK_TIME))
        return sent(c, 1, {})

    def resend(self, c, message, session=0):
        f = self.heard(c, message, frames.DOOR, LOOK_TIME)
        if not f.bound:
            raise Refused("BAD-FRAME")
        return sent(c, 1, {"messages": [c.debit(n).hex() for n in c.st.owed(f.sender)]})

    def cancel(self, c, session=0):
        self.close_session(c, session or c.latest or -1)
        while c.bug("refund-unasked") and c.st.pending:
            _, amount, _, _ = c.st.pending.pop(min(c.st.pending))
            c.st.balance += amount

    def close_session(self, c, session=0):
        c.sessions = {n: s for n, s in c.sessions.items() if session and n != session}

    def heard(self, c, message, kind, us):
        f = c.heard(bytes.fromhex(message), kind)
        c.tick(us)
        if not f:
            raise Refused("BAD-FRAME")
        return f


def sent(c, messages, result):
    """Count what came in and goes out; power may go, and what was to be answered is lost."""
    for _ in range(messages):
        if c.passed():
            raise PowerCut
    return result


class Adapter:
    def __init__(self, bench):
        self.bench, self.id = bench, 0
        self.verbs = Verbs(bench, self.show)

    def write(self, line):
        sys.stdout.write(json.dumps({"id": self.id, **line}, separators=(",", ":")) + "\n")
        sys.stdout.flush()

    def hook(self, side, number, raw):
        self.write({"event": {"frame": {"from": side, "number": number, "message": raw.hex()}}})
        reply = json.loads(sys.stdin.readline())["reply"]
        return reply.get("action", ""), bytes.fromhex(reply.get("message", ""))

    def show(self, stage, amount, label):
        shown = amount // 100 * 100 if self.bench.bug == "shows-other" else amount
        about = {"stage": stage, "mode": "offline", "amount": str(shown)}
        self.write({"event": {"show": {**about, "label": label} if label else about}})

    def served(self, verb, finish):
        split = self.bench.shape == "split"
        if (verb in SPLIT_ONLY and not split) or (verb == "transfer" and split):
            return False
        need = "resend" if finish else NEEDS.get(verb)
        return need is None or self.bench.has(need)

    def do(self, verb, handle, args):
        if not self.served(verb, args.get("finish", False)):
            raise Unsupported(verb)
        if verb == "hello":
            self.bench.made = 0
            return self.bench.hello(**args)
        if verb == "create":
            return self.bench.create(**args)
        if verb == "bye":
            return {}
        if handle == ISSUER:
            names = {"open-account", "account", "register", "findings", "supply", "set-epoch", "block"}
            if verb not in names:
                raise Unsupported(verb)
            name = "tell_findings" if verb == "findings" else verb.replace("-", "_")
            return getattr(self.bench.issuer, name)(**args)
        c = self.bench.card(handle)
        if verb in RIGS:
            return rig(c, verb, **args)
        if verb == "transfer":
            return self.bench.transfer(c, self.hook if self.bench.shape == "hooked" else None, self.show, **args)
        method = getattr(self.verbs, verb.replace("-", "_"), None)
        if method is None or verb == "heard":
            raise Unsupported(verb)
        begin(c)
        try:
            return method(c, **args)
        finally:
            c.cut_at = 0

    def answer(self, verb, handle, args):
        unit = next((c for c in self.bench.cards if c.handle == handle), None)
        writes = unit.memory.total if unit else 0
        try:
            done = self.do(verb, handle, args) or {}
            x = done.pop("x", None)
            return {"done": done, "x": x} if x else {"done": done}
        except Refused as no:
            message = {"message": no.message.hex()} if no.message else {}
            return {"refused": {"vendor": no.code, **message}}
        except PowerCut:
            unit.power()
            return {"torn": {"writes": unit.memory.total - writes}}
        except Unsupported as what:
            return {"error": {"kind": "unsupported", "message": f"this wallet has no {what}"}}
        except Exception as broken:  # the adapter's own fault, never the product's word
            return {"error": {"kind": "adapter", "message": repr(broken)}}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--shape", default="hooked", choices=["split", "hooked", "sealed"])
    bugs = json.loads(pathlib.Path(__file__).with_name("bugs.json").read_text(encoding="utf-8"))
    options.add_argument("--bug", default="", choices=["", *sorted({b["name"] for b in bugs})], metavar="NAME")
    options.add_argument("--without", default="", help="capabilities to leave out, with commas between")
    chosen = options.parse_args()
    adapter = Adapter(Bench(chosen.shape, chosen.bug, chosen.without.split(",")))
    for line in iter(sys.stdin.readline, ""):
        request = json.loads(line)
        adapter.id = request["id"]
        adapter.write(adapter.answer(request["verb"], request.get("handle"), request["args"]))
        if request["verb"] == "bye":
            return


if __name__ == "__main__":
    main()
