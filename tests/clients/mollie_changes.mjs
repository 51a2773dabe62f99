// Drives the simulated Mollie with Mollie's own client for Node, unmodified: changes of orders and their lines, further payments,
// methods, chargebacks. See mollie_changes.py.
//
// The client has no method for the manage order lines endpoint. It offers no request of its own either, but keeps one
// (`networkClient`, protected in its types), which is called here: it sends and reads as all the client's methods do.
//
// Usage: node mollie_changes.mjs HOST:PORT ORDER.json       exits 0 when every answer is as it should be

import assert from "node:assert/strict";

import { checkOut, draft, euro, ids, read, refused, settled, shop, simulator } from "./mollie_shop.mjs";

const mollie = await shop("test_nodeChangesHar4XY7LxsDOtmnkVt");

async function update() {
  const { id } = await mollie.orders.create({ ...draft, method: "ideal" });
  // An address is replaced whole, so that a part that is left out is gone.
  const { title, ...billing } = { ...draft.billingAddress, streetAndNumber: "Keizersgracht 313", postalCode: "1016EE" };
  assert.equal(title, "Dhr");
  const changed = await mollie.orders.update(id, { billingAddress: billing, orderNumber: "1338" });
  assert.deepEqual([changed.orderNumber, changed.billingAddress], ["1338", billing]);
  assert.deepEqual(changed.shippingAddress, draft.shippingAddress);
  const pages = { redirectUrl: "https://example.org/other", cancelUrl: "https://example.org/no" };
  const { redirectUrl, cancelUrl } = await mollie.orders.update(id, pages);
  assert.deepEqual({ redirectUrl, cancelUrl }, pages);
  await refused(mollie.orders.update(id, {}), 422);
  await refused(mollie.orders.update(id, { orderNumber: "" }), 422, "orderNumber");
  const order = await mollie.orders.get(id);
  assert.deepEqual([order.orderNumber, order.billingAddress], ["1338", billing], "what was refused changed nothing");
  console.log(`  ${id}: other addresses, number and pages`);
  return order;
}

async function updateLines({ id: orderId, lines: [cars, porsche] }) {
  await refused(mollie.orderLines.update(cars.id, { orderId, quantity: 1 }), 422, "unitPrice");
  const prices = { unitPrice: euro("399.00"), discountAmount: euro("100.00"), totalAmount: euro("299.00") };
  const one = { quantity: 1, ...prices, vatRate: "21.00", vatAmount: euro("51.89") };
  const [first] = (await mollie.orderLines.update(cars.id, { orderId, ...one })).lines;
  assert.deepEqual([first.id, first.quantity, first.totalAmount], [cars.id, 1, euro("299.00")]);
  const other = { name: "LEGO 42096 Porsche 911 RSR", sku: "5702016369427" };
  const [, { name, sku, totalAmount }] = (await mollie.orderLines.update(porsche.id, { orderId, ...other })).lines;
  assert.deepEqual({ name, sku, totalAmount }, { ...other, totalAmount: porsche.totalAmount });
  await refused(mollie.orderLines.update("odl_1.nobody", { orderId, name: "None" }), 404);
  const order = await mollie.orders.get(orderId);
  assert.equal(order.amount.value, "628.99", "the order is worth what its lines are");
  console.log(`  ${orderId}: lines with other values, ${order.amount.value}`);
  return order;
}

/** All the operations, or none: the order after them. */
function manage(orderId, ...operations) {
  const body = { operations: operations.map(([operation, data]) => ({ operation, data })) };
  return mollie.orderLines.networkClient.patch(`orders/${orderId}/lines`, body);
}

async function manageLines({ id, amount, lines: [cars, porsche] }) {
  const prices = { unitPrice: euro("5.00"), totalAmount: euro("5.00"), vatRate: "21.00", vatAmount: euro("0.87") };
  const bag = { type: "physical", name: "Bag", quantity: 1, ...prices };
  const wrong = { ...bag, totalAmount: euro("4.99") };
  await refused(manage(id, ["cancel", { id: cars.id }], ["add", wrong]), 422, "operations.1.data.totalAmount");
  assert.deepEqual((await mollie.orders.get(id)).amount, amount, "nothing was done, because not all could be");
  const changed = await manage(id, ["update", { id: porsche.id, name: "Two-tone" }], ["cancel", { id: cars.id }], ["add", bag]);
  const names = changed.lines.map(({ name, status }) => [name, status]);
  assert.deepEqual(names, [[cars.name, "canceled"], ["Two-tone", "created"], ["Bag", "created"]]);
  assert.equal(changed.amount.value, "334.99", "what is canceled is not paid");
  // What the client makes of an order: its own methods work on the answer.
  await checkOut(changed.getCheckoutUrl(), "paid");
  const paid = await read(mollie, id);
  assert.deepEqual([paid.status, paid._embedded.payments[0].amount.value], ["paid", "334.99"]);
  console.log(`  ${id}: lines added, updated and canceled at once, paid ${paid.amount.value}`);
}

async function payAgain() {
  const { id: orderId, amount, _links } = await mollie.orders.create({ ...draft, method: "ideal" });
  assert.match(await refused(mollie.orderPayments.create({ orderId, method: "ideal" }), 422), /open payment/);
  await checkOut(_links.checkout.href, "failed");
  assert.equal((await mollie.orders.get(orderId)).status, "created", "a payment that fails leaves the order created");
  const idempotencyKey = "one-payment";
  const wish = { orderId, method: "klarnapaylater", idempotencyKey };
  const further = await mollie.orderPayments.create(wish);
  assert.deepEqual([further.status, further.orderId, further.method], ["open", orderId, "klarnapaylater"]);
  assert.deepEqual(further.amount, amount);
  assert.equal((await mollie.orderPayments.create(wish)).id, further.id, "the same key gives the same payment");
  await checkOut(further.getCheckoutUrl(), "pending");
  const waiting = await read(mollie, orderId);
  const states = waiting._embedded.payments.map(({ status }) => status);
  assert.deepEqual([waiting.status, states], ["pending", ["failed", "pending"]]);
  await checkOut(further.getCheckoutUrl(), "authorized");
  assert.equal((await mollie.orders.get(orderId)).status, "authorized");
  assert.equal((await mollie.payments.get(further.id)).status, "authorized");
  await refused(mollie.orderPayments.create({ orderId, method: "ideal" }), 422);
  console.log(`  ${orderId}: failed, tried again, pending, authorized`);
}

async function methods() {
  const wanted = { resource: "orders", amount: draft.amount, billingCountry: "NL", include: "issuers" };
  const offered = new Map((await mollie.methods.list(wanted)).map((method) => [method.id, method]));
  assert.ok(offered.has("klarnapaylater") && !offered.has("twint"), [...offered.keys()].join());
  const ideal = offered.get("ideal");
  assert.ok(Number(ideal.maximumAmount.value) > 1027.99 && ideal.issuers.length > 0 && ideal.image.svg);
  const less = ids(await mollie.methods.list({ resource: "orders", amount: euro("0.50") }));
  assert.ok(less.includes("ideal") && !less.includes("klarnapaylater"), less.join());
  assert.ok(!ids(await mollie.methods.list()).includes("klarnapaylater"), "Klarna is for orders alone");
  assert.equal((await mollie.methods.get("ideal")).description, "iDEAL");
  await refused(mollie.methods.get("cowries"), 404);
  console.log(`  ${offered.size} methods for an order of ${draft.amount.value}`);
}

async function chargeBack() {
  const { order, paymentId } = await settled(mollie, "ideal", "paid");
  const reason = { code: "AC01", description: "Account identifier incorrect" };
  const body = JSON.stringify({ amount: euro("100.00"), reason });
  const answer = await fetch(`${simulator}/_simulator/attempts/${paymentId}/chargebacks`, { method: "POST", body });
  const { id } = await answer.json();
  assert.deepEqual(ids(await mollie.chargebacks.page()), [id]);
  // One alone cannot be read: the client takes its id for a refund's, and asks nobody.
  const [one, ...others] = await mollie.paymentChargebacks.page({ paymentId });
  assert.deepEqual([one.id, others.length], [id, 0]);
  assert.deepEqual([one.amount, one.paymentId, one.reason], [euro("100.00"), paymentId, reason]);
  assert.equal((await mollie.payments.get(paymentId)).amountChargedBack.value, "100.00");
  assert.equal((await mollie.orders.get(order.id)).status, "paid", "the order stays paid");
  console.log(`  ${order.id}: charged back ${one.amount.value}`);
}

await manageLines(await updateLines(await update()));
await payAgain();
await methods();
await chargeBack();
console.log("Mollie's client for Node is content with changes.");
