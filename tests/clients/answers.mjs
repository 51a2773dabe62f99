// Reads the service's longest answers as a client does that has set nothing: @grpc/grpc-js, at its defaults. See answers.py.
//
// Usage: node answers.mjs HOST:PORT PROTO_DIRECTORY ORDER.json       exits 0 when every answer arrives

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// Its packages lie with the other tools, where the build puts them.
const require = createRequire(`${process.env.PACKAGES}/`);
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");
const protobuf = require("protobufjs");

const FAULTY_LINES = [16, 75, 1000];
const LINES = 120;

// As google.rpc has them.
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
  message BadRequest { repeated Violation field_violations = 1; }
  message Violation { string field = 1; string description = 2; }
  message PreconditionFailure { repeated Unmet violations = 1; }
  message Unmet { string type = 1; string subject = 2; string description = 3; }
`, { keepCase: true });
const decode = (name, bytes) => root.lookupType(name).decode(bytes);

const [address, protos, order] = process.argv.slice(2);
const definition = loader.loadSync("orders/v1/order_service.proto", { includeDirs: [protos], enums: String });
const { OrderService } = grpc.loadPackageDefinition(definition).orders.v1;
const service = new OrderService(address, grpc.credentials.createInsecure());

const call = (name, request) => new Promise((resolve) =>
  service[name](request, { deadline: Date.now() + 30_000 }, (error, answer) => resolve({ error, answer })));

/** An answer that must come, or why it does not. */
async function answer(name, request) {
  const { error, answer } = await call(name, request);
  if (error) throw error;
  return answer;
}

function draftOf(count, vat) {
  const draft = JSON.parse(readFileSync(order, "utf8"));
  const [first] = draft.lines;
  const line = { ...first, type: `ORDER_LINE_TYPE_${first.type.toUpperCase()}`, metadata: undefined,
    vatAmount: { currency: "EUR", value: vat } };
  const amount = { currency: "EUR", value: `${count * 698}.00` };
  const orderNumber = `${draft.orderNumber}-${randomUUID()}`;
  return { ...draft, orderNumber, metadata: undefined, method: ["klarnapaylater"], amount, lines: Array(count).fill(line) };
}

/** What a refusal tells: its reason, its metadata, and the details of one kind. */
function told(error, kind) {
  const [details] = error.metadata.get("grpc-status-details-bin");
  assert.ok(details, `no details: ${error}`);
  const found = new Map(decode("Status", details).details.map((any) => [any.type_url.split(".").pop(), any.value]));
  return [decode("ErrorInfo", found.get("ErrorInfo")), decode(kind, found.get(kind))];
}

/** Each fault has a line, or the last line says how many have none. */
function isCounted(lines, count, error) {
  const faults = lines.filter((line) => !line.startsWith("and "));
  const isCut = lines.at(-1).startsWith(`and ${count - faults.length} more`);
  assert.ok(faults.length > 0 && (faults.length === count || isCut), error.details);
}

for (const count of FAULTY_LINES) {
  const draft = draftOf(count, "0.01");
  const { error } = await call("createOrder", { requestId: randomUUID(), draft });
  assert.equal(error?.code, grpc.status.INVALID_ARGUMENT, String(error));
  const [info, { field_violations: violations }] = told(error, "BadRequest");
  assert.deepEqual([info.reason, info.metadata.faults], ["INVALID_REQUEST", String(count)]);
  assert.equal(violations[0].field, "draft.lines[0].vat_amount");
  isCounted(error.details.split("\n").slice(1), count, error);
  const report = await answer("checkOrderDraft", { draft });
  assert.equal(report.violations.length, count);
  console.log(`  createOrder, ${count} faults: ${violations.length} in the details`);
}

/** The order as soon as it can be shipped: nobody tells us, so we ask. */
async function authorized({ id, checkoutUrl }) {
  await fetch(checkoutUrl, { method: "POST", redirect: "manual", body: new URLSearchParams({ final_state: "authorized" }) });
  for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((next) => setTimeout(next, 50))) {
    const order = await answer("getOrder", { id });
    if (order.status === "ORDER_STATUS_AUTHORIZED" && !order.operations?.length) return order;
  }
  throw new Error("the order is not authorized");
}

const placed = await answer("createOrder", { requestId: randomUUID(), draft: draftOf(LINES, "121.14") });
for (const count of FAULTY_LINES) {
  const operations = draftOf(count, "0.01").lines.map((add) => ({ add }));
  const { error } = await call("manageOrderLines", { requestId: randomUUID(), orderId: placed.id, operations });
  const [info, { field_violations: violations }] = told(error, "BadRequest");
  assert.deepEqual([info.reason, info.metadata.faults], ["INVALID_REQUEST", String(count)]);
  assert.equal(violations[0].field, "operations[0].add.vat_amount");
  isCounted(error.details.split("\n").slice(1), count, error);
  console.log(`  manageOrderLines, ${count} faults: ${violations.length} in the details`);
}
/** Another name for a line. */
const renamed = ({ id: lineId }, name) => ({ lineId, line: { name }, updateMask: { paths: ["name"] } });
const operations = placed.lines.map((line) => ({ update: renamed(line, "x".repeat(2_000)) }));
const longer = await answer("manageOrderLines", { requestId: randomUUID(), orderId: placed.id, operations });
assert.ok(longer.lines.length === LINES && longer.lines.every(({ name }) => name.length === 2_000));
const wish = { requestId: randomUUID(), orderId: placed.id, ...renamed(placed.lines[0], "y") };
assert.equal((await answer("updateOrderLine", wish)).lines[0].name, "y");
console.log(`  manageOrderLines, ${LINES} lines with other names; updateOrderLine`);
const { id, lines } = await authorized(placed);
const shipped = lines.slice(1).map((line) => ({ lineId: line.id, quantity: 2 }));
await answer("createShipment", { requestId: randomUUID(), orderId: id, lines: shipped });
const { error: again } = await call("createShipment", { requestId: randomUUID(), orderId: id, lines: shipped });
assert.equal(again?.code, grpc.status.FAILED_PRECONDITION, String(again));
const [why, { violations: unmet }] = told(again, "PreconditionFailure");
assert.deepEqual([why.reason, why.metadata.faults], ["QUANTITY_NOT_AVAILABLE", String(shipped.length)]);
assert.equal(unmet[0].subject, "lines/2");
isCounted(again.details.split("\n"), shipped.length, again);
console.log(`  createShipment, ${shipped.length} lines that are shipped already: ${unmet.length} in the details`);
console.log("Every answer arrives.");
service.close();
