// Drives the simulated Mollie with Mollie's own client for Node, unmodified: orders, shipments, lines, refunds. See mollie_orders.py.
//
// Usage: node mollie_orders.mjs HOST:PORT ORDER.json       exits 0 when every answer is as it should be

import assert from "node:assert/strict";

import { euro, ids, refused, settled as settledIn, shop } from "./mollie_shop.mjs";

const mollie = await shop("test_nodeHar4XY7LxsDOtmnkVtjNVWXLSl");
const settled = (method, result) => settledIn(mollie, method, result);

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
console.log("Mollie's client for Node is content with orders.");
