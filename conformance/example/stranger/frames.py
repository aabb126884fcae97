"""The frames of the Tollkeeper scheme: a kind, a salt, a covered body and the sender's tag."""
import hashlib
import hmac
import secrets
import struct

SALT, TAG = 12, 12
HEAD = 1 + SALT
ISSUER = b"ISSUER\0\0"

TAP, INVOICE, DOOR, DEBIT, RECEIPT, CONFIRM = b"T", b"I", b"O", b"D", b"R", b"C"
LOAD, VOUCHER, UNLOAD, UNLOAD_ACK, REPORT, SETTLED = b"L", b"V", b"U", b"K", b"S", b"A"
# How many numbers follow the sender; None: any number.
NUMBERS = {TAP: 2, INVOICE: 4, DOOR: 1, DEBIT: 6, RECEIPT: 5, CONFIRM: 2, LOAD: 2, VOUCHER: 3,
           UNLOAD: 2, UNLOAD_ACK: 2, REPORT: None, SETTLED: None}

SECRET = hashlib.sha256(b"Tollkeeper test scheme 3").digest()
COVER = hmac.digest(SECRET, b"cover", "sha256")
TAG_KEYS = {}


class Frame:
    def __init__(self, kind, sender, numbers, label, bound):
        self.kind, self.sender, self.n, self.label, self.bound = kind, sender, numbers, label, bound


def tag(sender, covered):
    if sender not in TAG_KEYS:
        TAG_KEYS[sender] = hmac.digest(SECRET, b"tag" + sender, "sha256")
    return hmac.digest(TAG_KEYS[sender], covered, "sha256")[:TAG]


def cipher(head, body):
    """Cover a body, or uncover it."""
    blocks = range((len(body) + 31) // 32)
    stream = b"".join(hmac.digest(COVER, head + n.to_bytes(4, "big"), "sha256") for n in blocks)
    mask = int.from_bytes(stream[:len(body)], "big")
    return (int.from_bytes(body, "big") ^ mask).to_bytes(len(body), "big")


def seal(kind, sender, *numbers, label=""):
    """Make a frame; no two are alike."""
    head = kind + secrets.token_bytes(SALT)
    body = sender + struct.pack(f">{len(numbers)}Q", *numbers) + label.encode()
    covered = head + cipher(head, body)
    return covered + tag(sender, covered)


def unseal(raw, kinds):
    """Read a frame of one of the kinds; None when the bytes are no such frame.

    A frame that can be read and whose tag does not hold is not bound.
    """
    kind, covered = raw[:1], raw[:-TAG]
    if len(raw) < HEAD + 8 + TAG or kind not in kinds:
        return None
    body = cipher(raw[:HEAD], covered[HEAD:])
    sender, rest = body[:8], body[8:]
    count = len(rest) // 8 if NUMBERS[kind] is None else NUMBERS[kind]
    if len(rest) < 8 * count or (kind != INVOICE and len(rest) != 8 * count):
        return None
    numbers = struct.unpack(f">{count}Q", rest[:8 * count])
    bound = hmac.compare_digest(tag(sender, covered), raw[-TAG:])
    return Frame(kind, sender, numbers, rest[8 * count:].decode(errors="replace"), bound)


def number(card):
    return int.from_bytes(card, "big")


def torn(raw):
    """A frame that has no whole number of fields."""
    return len(raw) > HEAD + TAG and raw[:1] != INVOICE and (len(raw) - HEAD - TAG) % 8 != 0
