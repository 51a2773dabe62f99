// Drives the simulated Mollie with Mollie's own client for Node, unmodified: orders, shipments, lines, refunds. See mollie_orders.py.
//
// Usage: node mollie_orders.mjs HOST:PORT ORDER.json       exits 0 when every answer is as it should be

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";

// Its packages lie with the other tools, where the build puts them.
const require = createRequire(`${process.env.PACKAGES}/`);
const { createMollieClient } = require("@mollie/api-client");

const [address, path] = process.argv.slice(2);
// Another key than the other client's: each key is a profile of its own.
const mollie = createMollieClient({ apiKey: "test_nodeHar4XY7LxsDOtmnkVtjNVWXLSl", apiEndpoint: `http://${address}/v2/` });
const draft = JSON.parse(readFileSync(path, "utf8"));
const euro = (value) => ({ currency: "EUR", value });
const ids = (list) => list.map(({ id }) => id);

/** Whether somebody listens. */
const answers = () => new Promise((resolve) => {
  const [host, port] = address.split(":");
  const socket = connect({ host, port: Number(port) }, () => resolve(true)).on("error", () => resolve(false));
  socket.unref();
});
for (const end = Date.now() + 30_000; !await answers(); await new Promise((next) => setTimeout(next, 50))) {
  assert.ok(Date.now() < end, `nobody listens on ${address}`);
}

/** An order that the shopper has paid or authorized, read again. */
async function settled(method, result) {
  const { id, status, _links } = await mollie.orders.create({ ...draft, method });
  assert.equal(status, "created");
  const form = new URLSearchParams({ final_state: result });
  const answer = await fetch(_links.checkout.href, { method: "POST", redirect: "manual", body: form });
  assert.equal(answer.status, 303);
  const order = await mollie.orders.get(id, { embed: ["payments", "refunds", "shipments"] });
  assert.equal(order.status, result);
  return { order, paymentId: order._embedded.payments[0].id };
}

/** How a call is refused. */
async function refused(call, status, field) {
  const error = await call.then(() => assert.fail("not refused"), (error) => error);
  assert.deepEqual([error.statusCode, error.field], [status, field], error.message);
  return error.message;
}

async function shipAndCancel() {
  const { order, paymentId } = await settled("klarnapaylater", "authorized");
  const orderId = order.id;
  const [cars, porsche] = order.lines;
  const part = { id: cars.id, quantity: 1 };
  await refused(mollie.orderLines.cancel({ orderId, lines: [part] }), 422, "lines.0.amount");
  await mollie.orderLines.cancel({ orderId, lines: [{ ...part, amount: euro("310.00") }] });
  const tracking = { carrier: "PostNL", code: "3SKABA000000000" };
  const shipment = await mollie.orderShipments.create({ orderId, lines: [{ id: cars.id }], tracking });
  assert.deepEqual(shipment.lines.map((line) => line.totalAmount.value), ["388.00"]);
  const code = "3SKABA000000001";
  const changed = await mollie.orderShipments.update(shipment.id, { orderId, tracking: { ...tracking, code } });
  assert.equal(changed.tracking.code, code);
  assert.equal((await mollie.orderShipments.get(shipment.id, { orderId })).id, shipment.id);
  assert.deepEqual(ids(await mollie.orderShipments.list({ orderId })), [shipment.id]);
  await mollie.orderLines.cancel({ orderId, lines: [{ id: porsche.id }] });

  const completed = await mollie.orders.get(orderId);
  assert.deepEqual([completed.status, completed.amountCaptured.value], ["completed", "388.00"]);
  assert.deepEqual(completed.lines.map((line) => line.status), ["completed", "canceled"]);
  const captures = await mollie.paymentCaptures.page({ paymentId });
  assert.deepEqual(captures.map((capture) => [capture.shipmentId, capture.amount.value]), [[shipment.id, "388.00"]]);
  assert.equal((await mollie.paymentCaptures.get(captures[0].id, { paymentId })).paymentId, paymentId);
  const refund = await mollie.orderRefunds.create({ orderId, lines: [{ id: cars.id, quantity: 1 }] });
  assert.deepEqual([refund.amount.value, refund.paymentId], ["388.00", paymentId]);
  console.log(`  ${orderId}: shipped 388.00, the rest canceled, the parcel refunded`);

  const whole = await settled("klarnapaylater", "authorized");
  await mollie.orderLines.cancel({ orderId: whole.order.id, lines: [] });
  assert.equal((await mollie.orders.get(whole.order.id)).status, "canceled");
  const other = await settled("klarnapaylater", "authorized");
  assert.equal((await mollie.orders.cancel(other.order.id)).status, "canceled");
}

async function refund() {
  const { order, paymentId } = await settled("ideal", "paid");
  const orderId = order.id;
  const porsche = order.lines[1];
  const idempotencyKey = "one-refund";
  const wish = { orderId, lines: [{ id: porsche.id }], description: "Scratched", metadata: { number: 1 }, idempotencyKey };
  const made = await mollie.orderRefunds.create(wish);
  assert.deepEqual([made.status, made.amount.value, made.description], ["pending", "329.99", "Scratched"]);
  assert.deepEqual(made.lines.map(({ id, quantity }) => [id, quantity]), [[porsche.id, 1]]);
  assert.deepEqual(made.metadata, { number: 1 });
  assert.equal((await mollie.orderRefunds.create(wish)).id, made.id, "the same key gives the same refund");
  const again = await refused(mollie.paymentRefunds.create({ paymentId, amount: euro("329.99") }), 409);
  assert.match(again, /duplicate refund/);
  const goodwill = await mollie.paymentRefunds.create({ paymentId, amount: euro("28.00") });
  assert.deepEqual(goodwill.lines, []);
  assert.equal((await mollie.paymentRefunds.get(goodwill.id, { paymentId })).amount.value, "28.00");
  assert.deepEqual(ids(await mollie.orderRefunds.page({ orderId })), [goodwill.id, made.id]);
  const page = await mollie.refunds.page({ limit: 1 });
  assert.deepEqual(ids(page), [goodwill.id]);
  assert.deepEqual(ids(await page.nextPage()), [made.id]);
  await mollie.paymentRefunds.cancel(goodwill.id, { paymentId });
  await refused(mollie.paymentRefunds.get(goodwill.id, { paymentId }), 404);
  await refused(mollie.paymentRefunds.create({ paymentId, amount: euro("698.01") }), 422, "amount");

  const read = await mollie.orders.get(orderId, { embed: ["refunds"] });
  assert.deepEqual([read.lines[1].quantityRefunded, read.lines[1].amountRefunded.value], [1, "329.99"]);
  assert.equal(read.amountRefunded.value, "329.99");
  const payment = await mollie.payments.get(paymentId);
  assert.equal(payment.amountRemaining.value, "698.00");
  assert.deepEqual(ids(await mollie.paymentChargebacks.page({ paymentId })), []);
  assert.deepEqual(ids(await mollie.chargebacks.page()), []);
  console.log(`  ${orderId}: refunded 329.99`);
}

await refund();
await shipAndCancel();
assert.equal((await mollie.orders.page({ limit: 250 })).length, 4);
console.log("Mollie's client for Node is content.");
