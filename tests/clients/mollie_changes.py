"""Drives the simulated Mollie with Mollie's own client for Python, unmodified: changes of orders and their lines, further
payments, methods, chargebacks. Shipments, cancellations and refunds are in mollie_orders.py.

The client has no method for the manage order lines endpoint: its own request is called instead, below its resources.

Usage: python mollie_changes.py HOST:PORT ORDER.json       exits 0 when every answer is as it should be
"""

import json
import sys
import urllib.request

from mollie.api.error import NotFoundError, UnprocessableEntityError
from mollie.api.objects.order import Order

from mollie_shop import check_out, euro, expect, payment_of, read, refused, run, settled

KEY = "test_changesHar4XY7LxsDOtmnkVtjNVW"


def update(client, draft):
    order = client.orders.create(draft | {"method": "ideal"})
    billing = draft["billingAddress"] | {"streetAndNumber": "Keizersgracht 313", "postalCode": "1016EE"}
    # An address is replaced whole, so that a part that is left out is gone.
    del billing["title"]
    changed = client.orders.update(order.id, {"billingAddress": billing, "orderNumber": "1338"})
    expect((changed.order_number, changed.billing_address) == ("1338", billing), "number and address are new")
    expect(changed.shipping_address == draft["shippingAddress"], "the other address stays")
    pages = {"redirectUrl": "https://example.org/other", "cancelUrl": "https://example.org/no"}
    changed = client.orders.update(order.id, pages)
    expect([changed.redirect_url, changed.cancel_url] == list(pages.values()), "the shopper comes back to other pages")
    refused(UnprocessableEntityError, lambda: client.orders.update(order.id, {}))
    wrong = refused(UnprocessableEntityError, lambda: client.orders.update(order.id, {"orderNumber": ""}))
    expect(wrong.field == "orderNumber", f"a number is needed, not {wrong.field}")
    order = client.orders.get(order.id)
    expect((order.order_number, order.billing_address) == ("1338", billing), "what was refused changed nothing")
    print(f"  {order.id}: other addresses, number and pages")
    return order


def update_lines(client, order):
    cars, porsche = order.lines.list()
    part = refused(UnprocessableEntityError, lambda: order.lines.update(cars.id, {"quantity": 1}))
    expect(part.field == "unitPrice", f"amounts change together: {part}")
    one = {"quantity": 1, "unitPrice": euro("399.00"), "discountAmount": euro("100.00"), "totalAmount": euro("299.00")}
    one |= {"vatRate": "21.00", "vatAmount": euro("51.89")}
    line = order.lines.update(cars.id, one)
    expect((line.id, line.quantity, line.total_amount) == (cars.id, 1, euro("299.00")), "one car is left")
    line = order.lines.update(porsche.id, {"name": "LEGO 42096 Porsche 911 RSR", "sku": "5702016369427"})
    expect((line.name, line.sku) == ("LEGO 42096 Porsche 911 RSR", "5702016369427"), "it is another car")
    expect(line.total_amount == porsche.total_amount, "at the same price")
    wrong = one | {"vatAmount": euro("51.88")}
    off = refused(UnprocessableEntityError, lambda: order.lines.update(porsche.id, wrong))
    expect(off.field == "vatAmount", f"VAT is judged as at create, not {off.field}")
    refused(NotFoundError, lambda: order.lines.update("odl_1.nobody", {"name": "None"}))
    order = client.orders.get(order.id)
    expect(order.amount == euro("628.99"), f"the order is worth what its lines are: {order.amount}")
    print(f"  {order.id}: lines with other values, {order.amount['value']}")
    return order


def manage(client, order, *operations):
    """All the operations, or none: the order after them."""
    path = order.lines.get_resource_path()
    data = {"operations": [{"operation": name, "data": data} for name, data in operations]}
    return Order(client.orders.perform_api_call(client.orders.REST_UPDATE, path, data), client)


def manage_lines(client, order):
    cars, porsche = order.lines.list()
    bag = {"type": "physical", "name": "Bag", "quantity": 1, "unitPrice": euro("5.00"), "totalAmount": euro("5.00")}
    bag |= {"vatRate": "21.00", "vatAmount": euro("0.87")}
    wrong = refused(
        UnprocessableEntityError,
        lambda: manage(client, order, ("cancel", {"id": cars.id}), ("add", bag | {"totalAmount": euro("4.99")})),
    )
    expect("Total amount is off" in str(wrong), f"a line to be added is judged as at create: {wrong}")
    expect(client.orders.get(order.id).amount == order.amount, "nothing was done, because not all could be")
    changed = manage(
        client, order, ("update", {"id": porsche.id, "name": "Two-tone"}), ("cancel", {"id": cars.id}), ("add", bag)
    )
    names = [(line.name, line.status) for line in changed.lines.list()]
    expect(names == [(cars.name, "canceled"), ("Two-tone", "created"), ("Bag", "created")], f"all of it is done: {names}")
    expect(changed.amount == euro("334.99"), f"what is canceled is not paid: {changed.amount}")
    check_out(changed.checkout_url, "paid")
    paid = read(client, order)
    expect(paid.is_paid() and payment_of(client, paid).amount == euro("334.99"), "the shopper pays what is left")
    refused(UnprocessableEntityError, lambda: manage(client, paid, ("cancel", {"id": porsche.id})))
    print(f"  {order.id}: lines added, updated and canceled at once, paid {paid.amount['value']}")


def manage_authorized(client, draft):
    order = settled(client, draft, "klarnapaylater", "authorized")
    cars, porsche = order.lines.list()
    part = {"id": cars.id, "quantity": 1, "amount": euro("399.00")}
    changed = manage(client, order, ("cancel", part))
    cars = changed.lines.list()[0]
    expect((cars.quantity_canceled, cars.amount_canceled) == (1, euro("399.00")), "one of two is canceled")
    order.shipments.create()
    order = client.orders.get(order.id)
    expect(order.is_completed() and order.amount_captured == euro("628.99"), "the rest is shipped and captured")
    print(f"  {order.id}: a part canceled by a change of lines, captured {order.amount_captured['value']}")


def pay_again(client, draft):
    order = client.orders.create(draft | {"method": "ideal"})
    open_one = refused(UnprocessableEntityError, lambda: order.payments.create({"method": "ideal"}))
    expect("open payment" in str(open_one), f"one attempt at a time: {open_one}")
    check_out(order.checkout_url, "failed")
    order = read(client, order)
    expect(order.is_created() and payment_of(client, order).is_failed(), "a payment that fails leaves the order created")
    further = order.payments.create({"method": "klarnapaylater"})
    expect((further.status, further.order_id, further.method) == ("open", order.id, "klarnapaylater"), "a further attempt")
    expect(further.amount == order.amount and further.checkout_url, "to be paid on a page of its own")
    check_out(further.checkout_url, "pending")
    order = read(client, order)
    states = [payment.status for payment in order.payments.list()]
    expect((order.status, states) == ("pending", ["failed", "pending"]), f"the supplier thinks: {order.status}, {states}")
    check_out(further.checkout_url, "authorized")
    order = read(client, order)
    expect(order.is_authorized() and client.payments.get(further.id).is_authorized(), "the second attempt settles the order")
    closed = refused(UnprocessableEntityError, lambda: order.payments.create({"method": "ideal"}))
    expect("authorized" in str(closed), f"an order that is authorized needs no payment: {closed}")
    print(f"  {order.id}: failed, tried again, pending, {order.status}")


def methods(client, draft):
    wanted = {"resource": "orders", "amount": draft["amount"], "billingCountry": "NL", "include": "issuers"}
    offered = {method.id: method for method in client.methods.list(**wanted)}
    expect("klarnapaylater" in offered and "twint" not in offered, f"what a Dutch order can be paid by: {list(offered)}")
    expect(float(offered["ideal"].maximum_amount["value"]) > 1027.99, "limits hold the amount")
    expect(len(offered["ideal"].issuers) > 0 and offered["ideal"].image_svg, "a method has banks and a picture")
    less = [method.id for method in client.methods.list(resource="orders", amount=euro("0.50"))]
    expect("ideal" in less and "klarnapaylater" not in less, f"too little for Klarna: {less}")
    expect("klarnapaylater" not in [method.id for method in client.methods.list()], "Klarna is for orders alone")
    expect(client.methods.get("ideal").description == "iDEAL", "a method is read by its id")
    refused(NotFoundError, lambda: client.methods.get("cowries"))
    print(f"  {len(offered)} methods for an order of {draft['amount']['value']}")


def charge_back(client, draft):
    order = settled(client, draft, "ideal", "paid")
    payment = payment_of(client, order)
    wish = {"amount": euro("100.00"), "reason": {"code": "AC01", "description": "Account identifier incorrect"}}
    address = f"{client.api_endpoint}/_simulator/attempts/{payment.id}/chargebacks"
    with urllib.request.urlopen(address, json.dumps(wish).encode()) as answer:
        made = json.load(answer)["id"]
    for listed in (client.chargebacks.list(), payment.chargebacks.list()):
        expect([one.id for one in listed] == [made], "the chargeback is in both lists")
    one = payment.chargebacks.get(made)
    expect((one.amount, one.payment_id) == (euro("100.00"), payment.id), "it says of which payment it is")
    expect(one.reason["code"] == "AC01" and one.reversed_at is None, "and why")
    payment = one.get_payment()
    expect(payment.amount_chargedback == euro("100.00"), f"the payment says so, too: {payment.amount_chargedback}")
    expect(client.orders.get(order.id).is_paid(), "and the order stays paid")
    print(f"  {order.id}: charged back {one.amount['value']}")


def drive(client, draft):
    manage_lines(client, update_lines(client, update(client, draft)))
    manage_authorized(client, draft)
    pay_again(client, draft)
    methods(client, draft)
    charge_back(client, draft)
    print("Mollie's client for Python is content with changes.")


if __name__ == "__main__":
    sys.exit(run(__doc__, KEY, drive))
