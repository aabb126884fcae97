#!/usr/bin/env python3
"""A toy wallet behind assay's adapter contract, version 1 (spec/adapter.md).

One process holds every unit: devices, and the ledger with their accounts. The payee speaks
first. Put calls to your product into the methods; what follows the classes can stay as it is.
"""
import hashlib, hmac, json, secrets, sys

KEY = secrets.token_bytes(32)  # one key for all units: a product has certificates
HELLO = {"version": 1, "vendor": "example", "product": "toy wallet", "release": "1.0.0",
         "class": "BH", "tier": "model", "family": "B", "shapes": ["split"],
         "roles": ["device", "ledger"], "capabilities": ["query"],
         "provision": "pre-provisioned", "lifecycle": "reset"}

class Refused(Exception): """The product says no, with a code of spec/refusals.md."""

def seal(kind, **fields):
    text = json.dumps(fields).encode()
    return (hmac.digest(KEY, kind.encode() + text, hashlib.sha256) + text).hex()

def unseal(message, kind):
    raw = bytes.fromhex(message)
    if not hmac.compare_digest(raw[:32], hmac.digest(KEY, kind.encode() + raw[32:], hashlib.sha256)):
        raise Refused(130)
    return json.loads(raw[32:])

class Ledger:
    def __init__(self):
        self.accounts, self.account_of = {}, {}  # balance by account, account by device
    def open_account(self, account, balance):
        self.accounts[account] = int(balance)
    def register(self, account, device, certificates=()):
        self.account_of[units[device]] = account
    def account(self, account):
        return {"account": str(self.accounts[account])}

class Device:
    def __init__(self):
        self.balance, self.asked, self.paid = 0, {}, {}  # amounts by nonce
    def provision(self): pass  # it was, in the factory
    def query(self):
        return {"value": {"spendable": str(self.balance), "outgoing": str(sum(self.paid.values()))}}
    def fund(self, amount, ledger):
        ledger, amount = units[ledger], int(amount)
        account = ledger.account_of.get(self)
        if account is None: raise Refused(170)
        if not -self.balance <= amount <= ledger.accounts[account] or amount == 0:
            raise Refused(205 if amount else 105)
        ledger.accounts[account] -= amount
        self.balance += amount
    def defund(self, amount, ledger):
        self.fund(-int(amount), ledger)
    def request(self, amount="0", finish=False):  # the payee: M2; finish goes with resend
        if not 0 < int(amount) < 2**53: raise Refused(105)
        nonce = secrets.token_hex(16)
        self.asked[nonce] = amount = int(amount)
        return {"message": seal("request", amount=amount, nonce=nonce)}
    def pay(self, message, amount="0", secret=""):  # the payer: M3
        request = unseal(message, "request")
        if request["nonce"] in {**self.asked, **self.paid} or request["amount"] > self.balance:
            raise Refused(205 if request["amount"] > self.balance else 162)
        self.balance -= request["amount"]
        self.paid[request["nonce"]] = request["amount"]
        return {"message": seal("transfer", **request)}
    def accept(self, message):  # the payee: M4
        transfer = unseal(message, "transfer")
        if self.asked.get(transfer["nonce"]) != transfer["amount"]:
            raise Refused(161)
        self.balance += self.asked.pop(transfer["nonce"])
        return {"message": seal("receipt", nonce=transfer["nonce"])}
    def acknowledge(self, message):  # the payer
        self.paid[unseal(message, "receipt")["nonce"]] = 0  # kept: a request is paid once

units = {}

def answer(verb, handle, args):
    if verb == "hello":
        return {"done": {"hello": HELLO}} if 1 in args["versions"] else {"refused": {"code": 110}}
    if verb == "create":
        units[f"u{len(units)}"] = {"device": Device, "ledger": Ledger}[args["role"]]()
        return {"done": {"handle": f"u{len(units) - 1}"}}
    if verb == "bye":
        return {"done": {}}
    if not (method := getattr(units[handle], verb.replace("-", "_"), None)):
        return {"error": {"kind": "unsupported", "message": verb}}
    try:
        return {"done": method(**args) or {}}
    except Refused as no:
        return {"refused": {"code": no.args[0]}}

for line in iter(sys.stdin.readline, ""):
    request = json.loads(line)
    try:
        reply = answer(request["verb"], request.get("handle"), request["args"])
    except Exception as broken:  # the adapter's own fault, never a refusal of the product
        reply = {"error": {"kind": "adapter", "message": repr(broken)}}
    print(json.dumps({"id": request["id"], **reply}), flush=True)
    if request["verb"] == "bye":
        break
