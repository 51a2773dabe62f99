"""Reads the service's longest answers as a client does that has set nothing: grpc's Python, at its defaults.

Whatever is wrong with a request, the client must read the code, the reason, the first faults and how many more there are;
CheckOrderDraft gives them all.

Usage: python answers.py HOST:PORT       exits 0 when every answer arrives
"""

import sys
import uuid

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from by_reflection import Service, check_out, draft_of, expect, LEGO

FAULTY_LINES = (16, 75, 1000)
LINES = 120
# No request holds more lines, and none is much longer than this many texts of this length.
MOST_LINES = 1000
TEXTS, TEXT = 450, 2000


def faulty(count):
    """A draft with one wrong VAT amount per line."""
    draft = draft_of(LEGO, "klarnapaylater")
    wrong = draft["lines"][0] | {"vatAmount": {"currency": "EUR", "value": "0.01"}}
    value = f"{count * 698}.00"
    return draft | {"lines": [wrong] * count, "amount": {"currency": "EUR", "value": value}}


def refusal(service, name, request):
    """What a refusal tells: code, reason, metadata, text, and its faults."""
    try:
        service.call(name, request)
    except grpc.RpcError as error:
        status = rpc_status.from_call(error)
        expect(status is not None, f"{name} is refused with {error.code()} and no details: {error.details()}")
        info, faults = error_details_pb2.ErrorInfo(), []
        bad, unmet = error_details_pb2.BadRequest(), error_details_pb2.PreconditionFailure()
        for detail in status.details:
            detail.Unpack(info)
            if detail.Unpack(bad):
                faults = [(fault.field, fault.description) for fault in bad.field_violations]
            if detail.Unpack(unmet):
                faults = [(fault.subject, fault.description) for fault in unmet.violations]
        return error.code(), info, error.details(), faults
    raise AssertionError(f"{name} was not refused")


def arrives(service, name, request, code, reason, count):
    is_code, info, text, faults = refusal(service, name, request)
    expect((is_code, info.reason) == (code, reason), f"{is_code} {info.reason}, not {code} {reason}: {text}")
    expect(info.metadata["faults"] == str(count), f"{info.metadata['faults']} faults, not {count}")
    expect(faults and all(description for _, description in faults), "no fault is told in the details")
    # One line for each fault, below a line that says how many there are, where not every one is a sentence by itself.
    lines = text.splitlines()
    told = [line for line in lines if not line.startswith((f"{count} faults", "and "))]
    is_counted = lines[-1].startswith(f"and {count - len(told)} more")
    expect(len(told) == count or is_counted, f"{len(told)} of {count} faults told, and not how many more: {text}")
    expect(count > 16 or len(told) == count, f"{len(told)} of {count} faults have a line: {text}")
    print(f"  {name}, {count} faults: {len(faults)} in the details, text of {len(text)} characters")


def change(service, order, operations):
    request = {"requestId": str(uuid.uuid4()), "orderId": order["id"], "operations": operations}
    return service.call("ManageOrderLines", request)


def named(line, **values):
    return {"lineId": line["id"], "line": values, "updateMask": ",".join(values)}


def grow(service, order):
    """Makes an order of 1,000 lines as long as changes can make it: however long, every client can read it."""
    line, *_ = draft_of(LEGO, "ideal")["lines"]
    line = {"type": line["type"], "name": "x", "quantity": 1, "unitPrice": line["unitPrice"], "vatRate": "21.00"}
    order = change(service, order, [{"add": line}] * (MOST_LINES - len(order["lines"])))
    expect(len(order["lines"]) == MOST_LINES, f"the order has {len(order['lines'])} lines")
    page, sent, refused = f"https://example.org/{'x' * (TEXT - 20)}", 0, None
    for values in ({"name": "x" * TEXT}, {"imageUrl": page}, {"productUrl": page}):
        for first in range(0, MOST_LINES, TEXTS):
            longer = [{"update": named(line, **values)} for line in order["lines"][first : first + TEXTS]]
            try:
                change(service, order, longer)
                sent += len(longer)
            except grpc.RpcError as error:
                expect(error.code() == grpc.StatusCode.INVALID_ARGUMENT, f"{error.code()}: {error.details()}")
                refused = refused or error.details()
            service.call("GetOrder", {"id": order["id"]})
    expect(sent > 0 and refused, f"{sent} lines were made longer, and none was refused")
    request = {"requestId": str(uuid.uuid4()), "orderId": order["id"]} | named(order["lines"][0], name="y")
    order = service.call("UpdateOrderLine", request)
    expect(order["lines"][0]["name"] == "y", "a shorter name is taken")
    print(f"  ManageOrderLines: {sent} longer texts, then: {refused}")
    return order


def leave(service, order):
    """Lets it leave in two parcels. Each has its lines again wherever the service reads the order."""
    check_out(order["checkoutUrl"], "paid")
    order = service.reaches(order, "ORDER_STATUS_PAID")
    lines = [{"lineId": line["id"], "quantity": 1} for line in order["lines"][1:]]
    for part in ({"lines": lines}, {"allRemaining": True}):
        service.call("CreateShipment", {"requestId": str(uuid.uuid4()), "orderId": order["id"]} | part)
    service.reaches(order, "ORDER_STATUS_COMPLETED")


def main(arguments):
    service = Service(arguments[0])
    for count in FAULTY_LINES:
        draft = faulty(count)
        request = {"requestId": str(uuid.uuid4()), "draft": draft}
        arrives(service, "CreateOrder", request, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", count)
        report = service.call("CheckOrderDraft", {"draft": draft})
        expect(len(report["violations"]) == count, f"CheckOrderDraft gives {len(report['violations'])} of {count}")
        expect("order" not in report, "a draft with faults becomes no order")

    draft = faulty(LINES)
    draft["lines"] = [line | {"vatAmount": {"currency": "EUR", "value": "121.14"}} for line in draft["lines"]]
    report = service.call("CheckOrderDraft", {"draft": draft})
    expect(report["order"]["orderNumber"] == draft["orderNumber"], f"no order came of a good draft: {report}")
    order = service.call("CreateOrder", {"requestId": str(uuid.uuid4()), "draft": draft})
    for count in FAULTY_LINES:
        operations = [{"add": line} for line in faulty(count)["lines"]]
        request = {"requestId": str(uuid.uuid4()), "orderId": order["id"], "operations": operations}
        arrives(service, "ManageOrderLines", request, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", count)
    check_out(order["checkoutUrl"], "authorized")
    order = service.reaches(order, "ORDER_STATUS_AUTHORIZED")
    lines = [{"lineId": line["id"], "quantity": 2} for line in order["lines"][1:]]
    service.call("CreateShipment", {"requestId": str(uuid.uuid4()), "orderId": order["id"], "lines": lines})
    again = {"requestId": str(uuid.uuid4()), "orderId": order["id"], "lines": lines}
    code, info, text, faults = refusal(service, "CreateShipment", again)
    expect(code == grpc.StatusCode.FAILED_PRECONDITION, f"{code}: {text}")
    arrives(service, "CreateShipment", again, code, info.reason, LINES - 1)

    draft = draft_of(LEGO, "ideal")
    leave(service, grow(service, service.call("CreateOrder", {"requestId": str(uuid.uuid4()), "draft": draft})))
    print("Every answer arrives.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (AssertionError, TimeoutError, grpc.RpcError) as error:
        print(f"not as it should be: {error}", file=sys.stderr)
        sys.exit(1)
