// Watches the stream of events as a shop does that has set nothing: @grpc/grpc-js, at its defaults. See watch.py.
//
// Usage: node watch.mjs HOST:PORT PROTO_DIRECTORY ORDER.json       exits 0 when nothing is missing

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// Its packages lie with the other tools, where the build puts them.
const require = createRequire(`${process.env.PACKAGES}/`);
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const PATIENCE = 30_000;

const [address, protos, file] = process.argv.slice(2);
const definition = loader.loadSync("orders/v1/order_service.proto", { includeDirs: [protos], enums: String, longs: Number });
const { OrderService } = grpc.loadPackageDefinition(definition).orders.v1;
const service = new OrderService(address, grpc.credentials.createInsecure());

const call = (name, request) => new Promise((resolve, reject) =>
  service[name](request, { deadline: Date.now() + PATIENCE }, (error, answer) => (error ? reject(error) : resolve(answer))));

const watch = (request) => service.watchOrderEvents(request, { deadline: Date.now() + PATIENCE });

/** The order's events up to order.paid, each with the token to go on after it. Leaving the loop breaks the stream off. */
async function untilPaid(stream, id) {
  const found = [];
  stream.on("error", () => {});
  for await (const { event, resumeToken } of stream) {
    if (event?.orderId !== id()) continue;
    found.push({ event, resumeToken });
    if (event.kind === "order.paid") {
      stream.cancel();
      return found;
    }
  }
  throw new Error("the stream ended before the order was paid");
}

const draft = JSON.parse(readFileSync(file, "utf8"));
const lines = draft.lines.map((line) => ({ ...line, type: `ORDER_LINE_TYPE_${line.type.toUpperCase()}`, metadata: undefined }));
const orderNumber = `${draft.orderNumber}-${randomUUID()}`;
let id;

const stream = watch({ now: {} });
const first = await new Promise((resolve) => stream.once("data", resolve));
assert.ok(first.heartbeat && first.resumeToken, "a stream begins with a heartbeat");
stream.pause();
const reading = untilPaid(stream, () => id);
const order = await call("createOrder", {
  requestId: randomUUID(), draft: { ...draft, lines, orderNumber, metadata: undefined, method: ["ideal"] },
});
({ id } = order);
await fetch(order.checkoutUrl, { method: "POST", redirect: "manual", body: new URLSearchParams({ final_state: "paid" }) });
const again = untilPaid(watch({ resumeToken: first.resumeToken }), () => id);
const found = await again;
const { events } = await call("listOrderEvents", { orderId: id, pageSize: 250 });
assert.deepEqual(found.map(({ event }) => event), events.slice(0, found.length), "the stream has what the list has");
assert.equal(found.at(-1).event.orderStatus.status, "ORDER_STATUS_PAID");
// While the order was being created its id was not known yet, so the first events may have been passed over.
const seen = await reading;
assert.deepEqual(seen, found.slice(found.length - seen.length));
console.log(`  paid, by ${found.map(({ event }) => event.kind).join(", ")}`);
const rest = await untilPaid(watch({ resumeToken: found[0].resumeToken }), () => id);
assert.deepEqual(rest, found.slice(1), "the rest comes again after the first token, and nothing else");

const refused = await new Promise((resolve) => watch({ resumeToken: "events.1" }).on("error", resolve).on("data", resolve));
assert.equal(refused.code, grpc.status.INVALID_ARGUMENT, String(refused));
assert.match(refused.metadata.get("grpc-status-details-bin")[0].toString("latin1"), /RESUME_TOKEN_REFUSED/);
console.log("Nothing is missing.");
service.close();
