"""Watches the stream of events as a shop does that has set nothing: grpc's Python, at its defaults.

The shop learns that an order is paid, breaks off, goes on from the token it kept, and must have every event once.

Usage: python watch.py HOST:PORT       exits 0 when nothing is missing
"""

import sys
import uuid

import grpc
from google.protobuf import json_format, message_factory
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from by_reflection import LEGO, PATIENCE, SERVICE, Service, check_out, draft_of, expect


def watch(service, request):
    """Messages of the stream as dictionaries, and the call, to break it off."""
    method = service.methods["WatchOrderEvents"]
    given = json_format.ParseDict(request, message_factory.GetMessageClass(method.input_type)())
    call = service.channel.unary_stream(
        f"/{SERVICE}/WatchOrderEvents",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=message_factory.GetMessageClass(method.output_type).FromString,
    )(given, timeout=PATIENCE)
    return (json_format.MessageToDict(message) for message in call), call


def until_paid(messages, order):
    """The order's events up to order.paid, each with the token to go on after it."""
    found = []
    for message in messages:
        event = message.get("event", {})
        if event.get("orderId") == order["id"]:
            found.append((event, message["resumeToken"]))
            if event["kind"] == "order.paid":
                return found
    raise AssertionError("the stream ended before the order was paid")


def main(arguments):
    service = Service(arguments[0])
    messages, call = watch(service, {"now": {}})
    first = next(messages)
    expect("heartbeat" in first and first["resumeToken"], f"a stream begins with a heartbeat: {first}")
    order = service.call("CreateOrder", {"requestId": str(uuid.uuid4()), "draft": draft_of(LEGO, "ideal")})
    check_out(order["checkoutUrl"], "paid")
    found = until_paid(messages, order)
    call.cancel()
    listed = service.call("ListOrderEvents", {"orderId": order["id"], "pageSize": 250})["events"]
    events = [event for event, _ in found]
    expect(events == listed[: len(events)], "the stream has what the list has")
    paid = events[-1]["orderStatus"]
    expect((paid["statusRawBefore"], paid["statusRaw"]) == ("created", "paid"), f"paid is told before and after: {paid}")
    print("  paid, by", ", ".join(event["kind"] for event in events))

    messages, call = watch(service, {"resumeToken": found[0][1]})
    expect(until_paid(messages, order) == found[1:], "the rest comes again after the first token, and nothing else")
    call.cancel()
    messages, call = watch(service, {"resumeToken": found[0][1], "filter": {"kinds": ["order.paid"]}})
    expect(until_paid(messages, order) == found[-1:], "a filter lets one kind through")
    call.cancel()

    messages, call = watch(service, {"resumeToken": "events.1"})
    try:
        next(messages)
        raise AssertionError("a token that is none is taken")
    except grpc.RpcError as error:
        info = error_details_pb2.ErrorInfo()
        any(detail.Unpack(info) for detail in rpc_status.from_call(error).details)
        expect(info.reason == "RESUME_TOKEN_REFUSED", f"{info.reason}: {error.details()}")
    print("Nothing is missing.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
