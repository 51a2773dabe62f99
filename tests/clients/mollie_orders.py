"""Drives the simulated Mollie with Mollie's own client for Python, unmodified: orders, shipments, lines, refunds.

The client reads every answer in its own way, so that an answer of another shape than Mollie's fails here. Changes of an order
are in mollie_changes.py.

Usage: python mollie_orders.py HOST:PORT ORDER.json       exits 0 when every answer is as it should be
"""

import sys

from mollie.api.error import ConflictError, NotFoundError, UnprocessableEntityError

from mollie_shop import euro, expect, payment_of, refused, run, settled

KEY = "test_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM"


def ship_and_cancel(client, draft):
    order = settled(client, draft, "klarnapaylater", "authorized")
    cars, porsche = order.lines.list()
    part = {"id": cars.id, "quantity": 1}
    missing = refused(UnprocessableEntityError, lambda: order.lines.delete_lines({"lines": [part]}))
    expect(missing.field == "lines.0.amount", f"the amount of a part is missing, not {missing.field}")
    expect(order.lines.delete_lines({"lines": [part | {"amount": euro("310.00")}]}) == {}, "the answer is empty")
    tracking = {"carrier": "PostNL", "code": "3SKABA000000000"}
    shipment = order.shipments.create({"lines": [{"id": cars.id}], "tracking": tracking})
    expect([line.total_amount for line in shipment.lines] == [euro("388.00")], "the rest of the line is shipped")
    changed = order.shipments.update(shipment.id, {"tracking": tracking | {"code": "3SKABA000000001"}})
    expect(changed.tracking["code"] == "3SKABA000000001", "the tracking is changed")
    expect(order.shipments.get(shipment.id).get_order().is_shipping(), "the order is shipping")
    expect([one.id for one in order.shipments.list()] == [shipment.id], "one shipment is listed")
    order.lines.delete(porsche.id)

    order = client.orders.get(order.id, embed="payments")
    cars, porsche = order.lines.list()
    expect((cars.quantity_shipped, cars.quantity_canceled, cars.status) == (1, 1, "completed"), "one here, one there")
    expect((porsche.is_canceled(), porsche.amount_canceled) == (True, euro("329.99")), "the other line is canceled")
    expect(order.is_completed() and order.amount_captured == euro("388.00"), "what was shipped is captured")
    payment = payment_of(client, order)
    captures = list(payment.captures.list())
    expect([one.shipment_id for one in captures] == [shipment.id], "the shipment has its capture")
    expect(captures[0].get_shipment().id == shipment.id, "and names it")
    refund = order.refunds.create({"lines": [{"id": cars.id, "quantity": 1}]})
    expect((refund.amount, refund.payment_id) == (euro("388.00"), payment.id), "what was shipped is given back")
    print(f"  {order.id}: shipped {cars.amount_shipped['value']}, the rest canceled, the parcel refunded")

    order = settled(client, draft, "klarnapaylater", "authorized")
    order.lines.delete_lines()
    expect(client.orders.get(order.id).is_canceled(), "with all its lines the order is canceled")
    order = settled(client, draft, "klarnapaylater", "authorized")
    expect(client.orders.delete(order.id)["status"] == "canceled", "an order is canceled as a whole")


def refund(client, draft):
    order = settled(client, draft, "ideal", "paid")
    payment = payment_of(client, order)
    porsche = order.lines.list()[1]
    made = order.refunds.create({"lines": [{"id": porsche.id}], "description": "Scratched", "metadata": {"number": 1}})
    expect(made.is_pending() and made.amount == euro("329.99"), "a line is given back")
    expect([line.id for line in made.lines] == [porsche.id], "the refund names it")
    expect((made.description, made.metadata) == ("Scratched", {"number": 1}), "and says why")
    expect(made.get_order().id == order.id and made.get_payment().id == payment.id, "it knows whose it is")
    again = refused(ConflictError, lambda: payment.refunds.create({"amount": euro("329.99")}))
    expect("duplicate refund" in str(again), f"the same amount is a duplicate: {again}")
    goodwill = payment.refunds.create({"amount": euro("28.00")})
    expect(len(goodwill.lines) == 0 and goodwill.is_pending(), "an amount alone names no lines")
    expect(payment.refunds.get(goodwill.id).amount == euro("28.00"), "a refund is read by its id")
    expect([one.id for one in order.refunds.list()] == [goodwill.id, made.id], "the newest comes first")
    page = client.refunds.list(limit=1)
    expect([one.id for one in page] == [goodwill.id] and page.has_next(), "the profile's refunds come in pages")
    expect([one.id for one in page.get_next()] == [made.id], "and go on")
    payment.refunds.delete(goodwill.id)
    refused(NotFoundError, lambda: payment.refunds.get(goodwill.id))
    too_much = refused(UnprocessableEntityError, lambda: payment.refunds.create({"amount": euro("698.01")}))
    expect(too_much.field == "amount", "no more is given back than is left")

    order = client.orders.get(order.id)
    porsche = order.lines.list()[1]
    expect((porsche.quantity_refunded, porsche.amount_refunded) == (1, euro("329.99")), "the line's counters moved")
    expect(order.has_refunds() and order.amount_refunded == euro("329.99"), "what was canceled is out")
    payment = client.payments.get(payment.id)
    expect(payment.amount_remaining == euro("698.00"), "the payment says what is left")
    expect(len(payment.chargebacks.list()) == 0 and len(client.chargebacks.list()) == 0, "no chargebacks")
    print(f"  {order.id}: refunded {order.amount_refunded['value']}")


def drive(client, draft):
    # The list of all refunds is looked at while there are none but its own.
    refund(client, draft)
    ship_and_cancel(client, draft)
    expect(len(client.orders.list(limit=250)) == 4, "every order is listed")
    print("Mollie's client for Python is content with orders.")


if __name__ == "__main__":
    sys.exit(run(__doc__, KEY, drive))
