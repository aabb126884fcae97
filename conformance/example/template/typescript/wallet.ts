// A toy wallet behind assay's adapter contract, version 1 (spec/adapter.md). The
// shape is sealed: one verb pays, and no frame is seen. Put calls to your product
// into Device; the rest can stay as it is.
import { createInterface } from "node:readline";

const hello = {
  version: 1, vendor: "example", product: "toy wallet", release: "1.0.0",
  class: "BH", tier: "model", family: "B", shapes: ["sealed"],
  roles: ["device"], capabilities: ["query", "defund"],
  provision: "pre-provisioned", lifecycle: "reset",
};
const most = 2n ** 53n - 1n;

type Args = { versions?: number[]; role?: string; profile?: Record<string, number>; payee?: string; amount?: string };
type Answer = { done: object } | { refused: object } | { error: { kind: string; message: string } };

/** The product says no, with its own code. */
class Refused extends Error {}

class Device {
  balance = 0n;
  readonly maxTx: bigint;
  readonly maxHolding: bigint;

  constructor(profile: Record<string, number>) { // here your product gives a fresh unit
    this.maxTx = BigInt(profile["max_tx"] ?? most);
    this.maxHolding = BigInt(profile["max_holding"] ?? most);
  }
  query(): object { // read it from the unit itself, never from a book of yours
    return { value: { spendable: this.balance.toString(), observed_by: "device" } };
  }
  fund(amount: bigint): void { // from the online account, all steps at once
    if (this.balance + amount > this.maxHolding) throw new Refused("HOLDING");
    this.balance += amount;
  }
  defund(amount: bigint): void {
    if (amount > this.balance) throw new Refused("FUNDS");
    this.balance -= amount;
  }
  transfer(amount: bigint, payee: Device): void { // this unit pays another
    if (payee === this) throw new Refused("SELF");
    if (amount > this.maxTx) throw new Refused("LIMIT");
    if (amount > this.balance) throw new Refused("FUNDS");
    payee.fund(amount);
    this.balance -= amount;
  }
}

const units = new Map<string, Device>();

function legal(amount: string | undefined): bigint {
  const n = BigInt(amount ?? "0");
  if (n < 1n || n > most) throw new Refused("AMOUNT");
  return n;
}

function answer(verb: string, handle: string, args: Args): Answer {
  if (verb === "hello") return args.versions?.includes(1) ? { done: { hello } } : { refused: { code: 110 } };
  if (verb === "bye") return { done: {} };
  if (verb === "create" && args.role === "device") {
    const name = `unit-${units.size + 1}`;
    units.set(name, new Device(args.profile ?? {}));
    return { done: { handle: name } };
  }
  const unit = units.get(handle), payee = units.get(args.payee ?? "");
  try {
    if (unit && verb === "provision") return { done: {} }; // it was, in the factory
    if (unit && verb === "query") return { done: unit.query() };
    if (unit && verb === "fund") return unit.fund(legal(args.amount)), { done: {} };
    if (unit && verb === "defund") return unit.defund(legal(args.amount)), { done: {} };
    if (unit && payee && verb === "transfer") return unit.transfer(legal(args.amount), payee), { done: {} };
  } catch (no) {
    if (no instanceof Refused) return { refused: { vendor: no.message } };
    throw no;
  }
  return { error: { kind: "unsupported", message: `${handle} has no ${verb}` } };
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as { id: number; verb: string; handle?: string; args: Args };
  let reply: Answer;
  try {
    reply = answer(request.verb, request.handle ?? "", request.args);
  } catch (broken) { // the adapter's own fault, never a refusal of the product
    reply = { error: { kind: "adapter", message: String(broken) } };
  }
  process.stdout.write(JSON.stringify({ id: request.id, ...reply }) + "\n");
  if (request.verb === "bye") process.exit(0);
}
