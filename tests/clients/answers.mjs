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

// As google.rpc has them.
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
  message BadRequest { repeated Violation field_violations = 1; }
  message Violation { string field = 1; string description = 2; }
`, { keepCase: true });
const decode = (name, bytes) => root.lookupType(name).decode(bytes);

const [address, protos, order] = process.argv.slice(2);
const definition = loader.loadSync("orders/v1/order_service.proto", { includeDirs: [protos], enums: String });
const { OrderService } = grpc.loadPackageDefinition(definition).orders.v1;
const service = new OrderService(address, grpc.credentials.createInsecure());

const call = (name, request) => new Promise((resolve) =>
  service[name](request, { deadline: Date.now() + 30_000 }, (error, answer) => resolve({ error, answer })));

function faulty(count) {
  const draft = JSON.parse(readFileSync(order, "utf8"));
  const [first] = draft.lines;
  const line = { ...first, type: `ORDER_LINE_TYPE_${first.type.toUpperCase()}`, metadata: undefined,
    vatAmount: { currency: "EUR", value: "0.01" } };
  const amount = { currency: "EUR", value: `${count * 698}.00` };
  return { ...draft, metadata: undefined, method: [draft.method], amount, lines: Array(count).fill(line) };
}

for (const count of FAULTY_LINES) {
  const draft = faulty(count);
  const { error } = await call("createOrder", { requestId: randomUUID(), draft });
  assert.equal(error?.code, grpc.status.INVALID_ARGUMENT, String(error));
  const [details] = error.metadata.get("grpc-status-details-bin");
  assert.ok(details, `no details: ${error.details}`);
  const found = new Map(decode("Status", details).details.map((any) => [any.type_url.split(".").pop(), any.value]));
  const info = decode("ErrorInfo", found.get("ErrorInfo"));
  assert.deepEqual([info.reason, info.metadata.faults], ["INVALID_REQUEST", String(count)]);
  const { field_violations: violations } = decode("BadRequest", found.get("BadRequest"));
  assert.equal(violations[0].field, "draft.lines[0].vat_amount");
  const lines = error.details.split("\n");
  const told = lines.filter((line) => line.startsWith("draft.")).length;
  assert.ok(told === count || lines.at(-1).startsWith(`and ${count - told} more`), error.details);
  const { error: problem, answer: report } = await call("checkOrderDraft", { draft });
  assert.equal(report?.violations.length, count, String(problem));
  console.log(`  createOrder, ${count} faults: ${violations.length} in the details`);
}
console.log("Every answer arrives.");
service.close();
