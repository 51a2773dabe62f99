"""Drives two orders through their life, knowing of the service only what reflection tells.

No generated code: descriptors come from grpc.reflection.v1alpha, requests are written as JSON in the spelling of
Mollie's documents. The shopper's part is a form posted to the checkout address.

Usage: python by_reflection.py HOST:PORT [ORDER.json]     exits 0 when both orders are completed and all sums agree
"""

import json
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from decimal import Decimal

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

SERVICE = "orders.v1.OrderService"
LEGO = pathlib.Path(__file__).parents[1] / "orders" / "lego.json"
PATIENCE = 30


class Service:
    """Calls methods by name, with dictionaries in and out."""

    def __init__(self, address):
        self.channel = grpc.insecure_channel(address)
        grpc.channel_ready_future(self.channel).result(timeout=PATIENCE)
        database = ProtoReflectionDescriptorDatabase(self.channel)
        print("services:", ", ".join(sorted(database.get_services())))
        pool = descriptor_pool.DescriptorPool(database)
        self.methods = pool.FindServiceByName(SERVICE).methods_by_name
        print("methods: ", ", ".join(self.methods))

    def call(self, name, request):
        method = self.methods[name]
        given = json_format.ParseDict(request, message_factory.GetMessageClass(method.input_type)())
        call = self.channel.unary_unary(
            f"/{SERVICE}/{name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=message_factory.GetMessageClass(method.output_type).FromString,
        )
        return json_format.MessageToDict(call(given, timeout=PATIENCE))

    def reaches(self, order, status):
        """The order as soon as it has the status: nobody tells us, so we ask."""
        end = time.monotonic() + PATIENCE
        while True:
            now = self.call("GetOrder", {"id": order["id"]})
            if now.get("status") == status and not now.get("operations"):
                print(f"  {status.removeprefix('ORDER_STATUS_').lower()}")
                return now
            if time.monotonic() > end:
                raise TimeoutError(f"the order is {now.get('status')}, not {status}: {now.get('operations')}")
            time.sleep(0.05)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The shop's own page is none of our business."""

    def redirect_request(self, *_):
        return None


def check_out(address, result):
    form = urllib.parse.urlencode({"final_state": result}).encode()
    try:
        status = urllib.request.build_opener(NoRedirect).open(address, form).status
    except urllib.error.HTTPError as answer:
        status = answer.code
    expect(status == 303, f"the checkout form answers {status} to {result}")
    print(f"  checkout: {result}")


def draft_of(path, method):
    """Mollie's JSON is almost the draft: only types are an enum here, and the order number must be our own."""
    draft = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    for line in draft["lines"]:
        line["type"] = f"ORDER_LINE_TYPE_{line['type'].upper()}"
    return draft | {"method": [method], "orderNumber": f"{draft['orderNumber']}-{uuid.uuid4().hex[:12]}"}


def drive(service, path, method, result):
    print(f"{method}:")
    request = {"requestId": str(uuid.uuid4()), "draft": draft_of(path, method)}
    order = service.call("CreateOrder", request)
    print(f"  created {order['id']}, {order['mollieOrderId']}, to be paid at {order['checkoutUrl']}")
    expect(service.call("CreateOrder", request)["id"] == order["id"], "repeating the request gives the same order")
    order = change(service, order)
    check_out(order["checkoutUrl"], result)
    order = service.reaches(order, f"ORDER_STATUS_{result.upper()}")

    line = order["lines"][0]
    value = least_for_one(line)
    shipment = service.call(
        "CreateShipment",
        {
            "requestId": str(uuid.uuid4()),
            "orderId": order["id"],
            "lines": [{"lineId": line["id"], "quantity": 1, "amount": value}],
        },
    )
    print(f"  shipped 1 of {line['quantity']} for {value['value']} {value['currency']}: {shipment['state']}")
    order = service.reaches(order, "ORDER_STATUS_SHIPPING")
    if result == "authorized":
        service.call("CancelOrder", {"requestId": str(uuid.uuid4()), "id": order["id"]})
        print("  canceled the rest")
    else:
        service.call("CreateShipment", {"requestId": str(uuid.uuid4()), "orderId": order["id"], "allRemaining": True})
        print("  shipped the rest")
    order = service.reaches(order, "ORDER_STATUS_COMPLETED")
    agree(service, order, result, Decimal(value["value"]))


def change(service, order):
    """The order with a line more, another name for its last one, and then other values for the new one."""
    last, before = order["lines"][-1], Decimal(order["amount"]["value"])
    name = f"{last['name']} (signed)"
    bag = {"type": "ORDER_LINE_TYPE_PHYSICAL", "name": "Bag", "quantity": 1, "vatRate": "21.00"}
    operations = [
        {"update": {"lineId": last["id"], "line": {"name": name}, "updateMask": "name"}},
        {"add": bag | {"unitPrice": {"currency": "EUR", "value": "5.00"}, "reference": "bag"}},
    ]
    request = {"requestId": str(uuid.uuid4()), "orderId": order["id"], "operations": operations}
    order = service.call("ManageOrderLines", request)
    expect([line["name"] for line in order["lines"][-2:]] == [name, "Bag"], "one line is new, another has a new name")
    request = {"requestId": str(uuid.uuid4()), "orderId": order["id"], "lineId": "bag", "updateMask": "quantity,unitPrice"}
    line = {"quantity": 2, "unitPrice": {"currency": "EUR", "value": "4.50"}}
    order = service.call("UpdateOrderLine", request | {"line": line})
    bag, amount = order["lines"][-1], Decimal(order["amount"]["value"])
    expect((bag["totalAmount"]["value"], bag["vatAmount"]["value"]) == ("9.00", "1.56"), "what follows is computed")
    expect(amount == before + 9, f"the order costs what its lines cost: {amount}")
    print(f"  {amount} with a bag, after two changes of its lines")
    return order


def least_for_one(line):
    """The least that one unit of a discounted line may be worth: what the others cannot take at the full price."""
    unit, total = Decimal(line["unitPrice"]["value"]), Decimal(line["totalAmount"]["value"])
    least = max(Decimal("0.00"), total - unit * (int(line["quantity"]) - 1))
    return {"currency": line["unitPrice"]["currency"], "value": f"{least:.2f}"}


def agree(service, order, result, first):
    def total(name):
        return sum((Decimal(line[name]["value"]) for line in order["lines"] if name in line), Decimal(0))

    ordered, shipped, canceled = Decimal(order["amount"]["value"]), total("amountShipped"), total("amountCanceled")
    captured = Decimal(order["amountCaptured"]["value"])
    print(f"  ordered {ordered} = shipped {shipped} + canceled {canceled}, captured {captured}")
    expect(ordered == shipped + canceled, "all that was ordered is shipped or canceled")
    expect(shipped == (first if result == "authorized" else ordered), "what was shipped is what was asked for")
    expect(captured == (shipped if result == "authorized" else ordered), "the money follows the flow")
    events = service.call("ListOrderEvents", {"orderId": order["id"], "pageSize": 250})["events"]
    print("  events:", ", ".join(event["kind"] for event in events))
    expect([int(event["sequence"]) for event in events] == list(range(1, len(events) + 1)), "events have no gaps")
    shipments = service.call("ListShipments", {"orderId": order["id"]})["shipments"]
    expect(all(one["state"] == "SHIPMENT_STATE_REGISTERED" for one in shipments), "every shipment is registered")


def expect(truth, what):
    if not truth:
        raise AssertionError(what)


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    address, path = arguments[0], arguments[1] if len(arguments) == 2 else LEGO
    try:
        service = Service(address)
        drive(service, path, "klarnapaylater", "authorized")
        drive(service, path, "ideal", "paid")
    except grpc.RpcError as error:
        print(f"refused: {error.code()}: {error.details()}", file=sys.stderr)
        return 1
    except (AssertionError, TimeoutError, grpc.FutureTimeoutError) as error:
        print(f"not as it should be: {error or 'the service cannot be reached'}", file=sys.stderr)
        return 1
    print("Both orders are completed, and their sums agree.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
