#!/usr/bin/env python3
"""A toy wallet behind assay's adapter contract, version 1 (spec/adapter.md).

One process drives every unit. The shape is sealed: one verb pays, and no frame is
seen. Put calls to your product into the methods; what follows can stay as it is.
"""
import json
import sys

HELLO = {"version": 1, "vendor": "example", "product": "toy wallet", "release": "1.0.0",
         "class": "BH", "tier": "model", "family": "B", "shapes": ["sealed"],
         "roles": ["device"], "capabilities": ["query", "defund"],
         "provision": "pre-provisioned", "lifecycle": "reset"}
units = {}


class Refused(Exception):
    """The product says no, with its own code."""


class Device:
    def __init__(self, profile):  # create: here your product gives a fresh unit
        self.balance = 0
        self.max_tx = profile.get("max_tx", 2**53 - 1)
        self.max_holding = profile.get("max_holding", 2**53 - 1)

    def provision(self):
        pass  # it was, in the factory

    def query(self):  # read it from the unit itself, never from a book of yours
        return {"value": {"spendable": str(self.balance), "observed_by": "device"}}

    def fund(self, amount, ledger=""):  # from the online account, all steps at once
        amount = self.legal(amount)
        if self.balance + amount > self.max_holding:
            raise Refused("HOLDING")
        self.balance += amount

    def defund(self, amount, ledger=""):
        amount = self.legal(amount)
        if amount > self.balance:
            raise Refused("FUNDS")
        self.balance -= amount

    def transfer(self, payee, amount="0", secret="", label=""):  # this unit pays another
        amount, other = self.legal(amount), units[payee]
        if other is self:
            raise Refused("SELF")
        if amount > self.max_tx:
            raise Refused("LIMIT")
        if amount > self.balance:
            raise Refused("FUNDS")
        if other.balance + amount > other.max_holding:
            raise Refused("HOLDING")
        self.balance -= amount
        other.balance += amount

    def legal(self, amount):
        if not 0 < int(amount) < 2**53:
            raise Refused("AMOUNT")
        return int(amount)


def answer(verb, handle, args):
    if verb == "hello":
        return {"done": {"hello": HELLO}} if 1 in args["versions"] else {"refused": {"code": 110}}
    if verb == "bye":
        return {"done": {}}
    if verb == "create" and args["role"] == "device":
        handle = f"unit-{len(units) + 1}"
        units[handle] = Device(args.get("profile", {}))
        return {"done": {"handle": handle}}
    method = getattr(units.get(handle), verb, None)
    if method is None:
        return {"error": {"kind": "unsupported", "message": f"{handle} has no {verb}"}}
    try:
        return {"done": method(**args) or {}}
    except Refused as no:
        return {"refused": {"vendor": str(no)}}


for line in iter(sys.stdin.readline, ""):
    request = json.loads(line)
    try:
        reply = answer(request["verb"], request.get("handle"), request["args"])
    except Exception as broken:  # the adapter's own fault, never a refusal of the product
        reply = {"error": {"kind": "adapter", "message": repr(broken)}}
    print(json.dumps({"id": request["id"], **reply}), flush=True)
    if request["verb"] == "bye":
        break
