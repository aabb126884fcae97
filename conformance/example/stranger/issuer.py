"""The one ledger of the Tollkeeper scheme: accounts, and what is on cards."""
import frames
import memory
from card import Refused
from frames import number, seal, unseal

HOUSE_BALANCE = 10_000_000


class Holder:
    """What the issuer knows of one card."""

    def __init__(self, handle, account):
        self.handle, self.account, self.stopped = handle, account, False
        self.loads, self.unloads = {}, set()  # amounts by number, 0: given up; numbers


class Issuer:
    def __init__(self, bench):
        self.bench, self.epoch, self.findings = bench, 0, []
        self.accounts = {"house of " + c.handle: HOUSE_BALANCE for c in bench.cards}
        self.holders = {c.id: Holder(c.handle, "house of " + c.handle) for c in bench.cards}
        self.debits = {}  # (payer, counter): (payee, amount, credited)
        self.loaded, self.unloaded = 5000 + sum(c.st.balance for c in bench.cards), 5000

    def open(self, raw, kind):
        f = unseal(raw, kind)
        if not f or not f.bound or f.sender not in self.holders:
            raise Refused("BAD-FRAME")
        return f, self.holders[f.sender]

    def issue(self, raw):
        """Answer an order to load with a voucher, and debit the account, once."""
        f, h = self.open(raw, frames.LOAD)
        order, amount = f.n
        if order not in h.loads:
            if self.accounts[h.account] < amount:
                h.loads[order] = 0
                raise Refused("NO-COVER")
            self.accounts[h.account] -= amount + (self.bench.bug == "load-fee")
            self.loaded += amount
            h.loads[order] = amount
        return seal(frames.VOUCHER, frames.ISSUER, number(f.sender), order, h.loads[order])

    def redeem(self, raw):
        """Credit an account with what a card has given up, once."""
        f, h = self.open(raw, frames.UNLOAD)
        order, amount = f.n
        if order not in h.unloads:
            h.unloads.add(order)
            self.accounts[h.account] += amount
            self.unloaded += amount
        return seal(frames.UNLOAD_ACK, frames.ISSUER, number(f.sender), order)

    def settle(self, raw):
        """Take a card's report, and tell what is known of its pending debits."""
        f, h = self.open(raw, frames.REPORT)
        pending, rest = f.n[3:3 + f.n[2]], f.n[3 + f.n[2]:]
        for kind, peer, counter, amount in zip(*[iter(rest)] * 4):
            if kind >> 1 == memory.CREDIT:
                self.enter(f.sender, peer.to_bytes(8, "big"), counter, amount, bool(kind & 1))
        answer = []
        for counter in pending:
            if (f.sender, counter) in self.debits:
                answer += [counter, int(self.debits[f.sender, counter][2])]
        return seal(frames.SETTLED, frames.ISSUER, number(f.sender), int(h.stopped), *answer)

    def enter(self, payee, payer, counter, amount, credited):
        """Two payees that were paid with one debit mean that their payer was rolled back."""
        now = (payee, amount, credited)
        if self.debits.setdefault((payer, counter), now) != now:
            handle = self.holders[payer].handle if payer in self.holders else ""
            self.findings.append({"kind": 1, "device": handle.encode().hex(), "text": f"debit {counter} was taken twice"})

    # The verbs of a ledger.

    def open_account(self, account, balance):
        if account in self.accounts:
            raise Refused("SEEN")
        self.accounts[account] = int(balance)

    def account(self, account):
        return {"account": str(self.accounts[account])}

    def register(self, account, device):
        h = self.holders[self.bench.card(device).id]
        if account not in self.accounts:
            raise LookupError(f"account {account!r} does not exist; open it first")
        h.account, h.stopped = account, False

    def block(self, device):
        self.holders[self.bench.card(bytes.fromhex(device).decode()).id].stopped = True

    def set_epoch(self, epoch):
        self.epoch = max(self.epoch, epoch)

    def tell_findings(self):
        return {"findings": self.findings} if self.findings else {}

    def supply(self):
        alarms = []
        if self.unloaded > self.loaded:
            alarms = [f"{self.unloaded - self.loaded} more came back than was issued"]
        told = {"funded": str(self.loaded), "defunded": str(self.unloaded),
                "outstanding": str(max(self.loaded - self.unloaded, 0))}
        return {"supply": {**told, "alarms": alarms} if alarms else told}
