// What the scripts need that drive the simulated Mollie with Mollie's own client for Node. See mollie_shop.py.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";

// Its packages lie with the other tools, where the build puts them.
const require = createRequire(`${process.env.PACKAGES}/`);
const { createMollieClient } = require("@mollie/api-client");

const [address, path] = process.argv.slice(2);
export const simulator = `http://${address}`;
export const draft = JSON.parse(readFileSync(path, "utf8"));
export const euro = (value) => ({ currency: "EUR", value });
export const ids = (list) => list.map(({ id }) => id);

/** Whether somebody listens. */
const answers = () => new Promise((resolve) => {
  const [host, port] = address.split(":");
  const socket = connect({ host, port: Number(port) }, () => resolve(true)).on("error", () => resolve(false));
  socket.unref();
});

/** A shop of its own for each script: every key is a profile. */
export async function shop(apiKey) {
  for (const end = Date.now() + 30_000; !await answers(); await new Promise((next) => setTimeout(next, 50))) {
    assert.ok(Date.now() < end, `nobody listens on ${address}`);
  }
  return createMollieClient({ apiKey, apiEndpoint: `${simulator}/v2/` });
}

export async function checkOut(page, result) {
  const form = new URLSearchParams({ final_state: result });
  const answer = await fetch(page, { method: "POST", redirect: "manual", body: form });
  assert.equal(answer.status, 303, `the checkout form answers ${answer.status} to ${result}`);
}

export const read = (mollie, id) => mollie.orders.get(id, { embed: ["payments", "refunds", "shipments"] });

/** An order that the shopper has paid or authorized, read again. */
export async function settled(mollie, method, result) {
  const { id, status, _links } = await mollie.orders.create({ ...draft, method });
  assert.equal(status, "created");
  await checkOut(_links.checkout.href, result);
  const order = await read(mollie, id);
  assert.equal(order.status, result);
  return { order, paymentId: order._embedded.payments[0].id };
}

/** How a call is refused. */
export async function refused(call, status, field) {
  const error = await call.then(() => assert.fail("not refused"), (error) => error);
  assert.deepEqual([error.statusCode, error.field], [status, field], error.message);
  return error.message;
}
