// Asks for more than the service has places for, as a client does that has set nothing: @grpc/grpc-js, at its defaults. See
// shedding.py.
//
// Usage: node shedding.mjs HOST:PORT PROTO_DIRECTORY ORDER.json SIMULATOR       exits 0 when every refusal arrives

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

// Its packages lie with the other tools, where the build puts them.
const require = createRequire(`${process.env.PACKAGES}/`);
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");
const protobuf = require("protobufjs");

const PATIENCE = 30_000;
// More streams than one caller may have.
const STREAMS = 100;

// As google.rpc and google.protobuf have them.
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
  message RetryInfo { Duration retry_delay = 1; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
`, { keepCase: true });
const decode = (name, bytes) => root.lookupType(name).toObject(root.lookupType(name).decode(bytes), { longs: Number, defaults: true });

const [address, protos, file, simulator] = process.argv.slice(2);
const definition = loader.loadSync("orders/v1/order_service.proto", { includeDirs: [protos], enums: String, longs: Number });
const { OrderService } = grpc.loadPackageDefinition(definition).orders.v1;
const service = new OrderService(address, grpc.credentials.createInsecure());

const call = (name, request) => new Promise((resolve, reject) =>
  service[name](request, { deadline: Date.now() + PATIENCE }, (error, answer) => (error ? reject(error) : resolve(answer))));

/** Has the simulated Mollie keep an answer back, tells how many it keeps, or has it let them go. */
async function hold(method, body) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`http://${simulator}/_simulator/hold`, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method}: ${answer.status}`);
  const text = await answer.text();
  return text ? JSON.parse(text) : undefined;
}

function requestOf() {
  const draft = JSON.parse(readFileSync(file, "utf8"));
  const lines = draft.lines.map((line) => ({ ...line, type: `ORDER_LINE_TYPE_${line.type.toUpperCase()}`, metadata: undefined }));
  const orderNumber = `${draft.orderNumber}-${randomUUID()}`;
  return { requestId: randomUUID(), draft: { ...draft, lines, orderNumber, metadata: undefined, method: ["ideal"] } };
}

/** When to come again, in milliseconds, if everything is told. */
function pauseOf(error, reason, setting) {
  assert.equal(error.code, grpc.status.RESOURCE_EXHAUSTED, String(error));
  const [details] = error.metadata.get("grpc-status-details-bin");
  assert.ok(details, `no details: ${error}`);
  const found = new Map(decode("Status", details).details.map((any) => [any.type_url.split(".").pop(), any.value]));
  const info = decode("ErrorInfo", found.get("ErrorInfo"));
  assert.deepEqual([info.reason, info.metadata.setting], [reason, setting]);
  const { retry_delay: { seconds, nanos } } = decode("RetryInfo", found.get("RetryInfo"));
  const pause = Math.floor(seconds * 1_000 + nanos / 1_000_000);
  assert.ok(pause > 0, `${pause} ms`);
  assert.deepEqual(error.metadata.get("grpc-retry-pushback-ms"), [String(pause)]);
  console.log(`  ${reason}, ${setting}: again in ${pause} ms`);
  return pause;
}

const refusalOf = (promise) => promise.then(() => assert.fail("it is not refused"), (error) => error);

/** Repeats a refused request when told to, until there is a place. */
async function comesAgain(request, pause) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    await sleep(pause);
    try {
      return await call("createOrder", request);
    } catch (error) {
      assert.ok(Date.now() < end, `there is no place: ${error}`);
      pause = pauseOf(error, "TOO_MANY_CALLS", "grpc.max_changes");
    }
  }
}

await hold("PUT", { method: "POST", path: "/v2/orders" });
const underWay = call("createOrder", requestOf());
const end = Date.now() + PATIENCE;
while ((await hold("GET")).held === 0) {
  assert.ok(Date.now() < end, "the first call does not reach Mollie");
  await sleep(50);
}
const second = requestOf();
const pause = pauseOf(await refusalOf(call("createOrder", second)), "TOO_MANY_CALLS", "grpc.max_changes");
await call("listOrders", {});
await hold("DELETE");
for (const order of [await underWay, await comesAgain(second, pause)]) {
  assert.ok(order.checkoutUrl, "it is placed");
}

const held = [];
for (let refused; !refused; ) {
  assert.ok(held.length < STREAMS, `${held.length} streams are open, and none was refused`);
  const stream = service.watchOrderEvents({ now: {} }, { deadline: Date.now() + PATIENCE });
  refused = await new Promise((resolve) => stream.on("error", resolve).once("data", () => resolve()));
  if (refused) pauseOf(refused, "TOO_MANY_STREAMS", "events.max_streams");
  else held.push(stream);
}
assert.ok(held.length > 1, `${held.length} streams`);
held.forEach((stream) => stream.cancel());
console.log("Every refusal arrives whole.");
service.close();
