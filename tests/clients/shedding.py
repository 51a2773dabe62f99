"""Asks for more than the service has places for, as a client does that has set nothing: grpc's Python, at its defaults.

A refusal for load must arrive whole: code, reason, the bound that was met, and when to come again, in the details and in the
trailer by which gRPC's own retries go. Who comes again when told to is served.

Usage: python shedding.py HOST:PORT SIMULATOR       exits 0 when every refusal arrives; of changes there is one place
"""

import json
import sys
import time
import urllib.request
import uuid

import grpc
from google.protobuf import json_format, message_factory
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from by_reflection import LEGO, PATIENCE, SERVICE, Service, draft_of, expect
from watch import watch

# More streams than one caller may have.
STREAMS = 100


def hold(simulator, method, body=None):
    """Has the simulated Mollie keep an answer back, tells how many it keeps, or has it let them go."""
    request = urllib.request.Request(f"http://{simulator}/_simulator/hold", method=method)
    data = None if body is None else json.dumps(body).encode()
    request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request, data, timeout=PATIENCE) as answer:
        return json.loads(answer.read() or b"null")


def begin(service, name, request):
    """A call under way."""
    method = service.methods[name]
    given = json_format.ParseDict(request, message_factory.GetMessageClass(method.input_type)())
    return service.channel.unary_unary(
        f"/{SERVICE}/{name}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=message_factory.GetMessageClass(method.output_type).FromString,
    ).future(given, timeout=PATIENCE)


def pause_of(error, reason, setting):
    """When to come again, in seconds, if everything is told."""
    expect(error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED, f"{error}")
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    status = rpc_status.from_call(error)
    expect(status is not None, f"no details: {error}")
    expect(any(detail.Unpack(info) for detail in status.details), f"no reason: {error}")
    expect(any(detail.Unpack(retry) for detail in status.details), f"no time to come again: {error}")
    expect((info.reason, info.metadata["setting"]) == (reason, setting), f"{info}")
    trailers, pause = dict(error.trailing_metadata()), retry.retry_delay.ToMilliseconds()
    expect(trailers.get("grpc-retry-pushback-ms") == str(pause) and pause > 0, f"{pause} ms in the details, {trailers}")
    print(f"  {reason}, {setting}: again in {pause} ms")
    return pause / 1000


def comes_again(service, request, pause):
    """Repeats a refused request when told to, until there is a place."""
    end = time.monotonic() + PATIENCE
    while True:
        time.sleep(pause)
        try:
            return service.call("CreateOrder", request)
        except grpc.RpcError as error:
            expect(time.monotonic() < end, f"there is no place: {error}")
            pause = pause_of(error, "TOO_MANY_CALLS", "grpc.max_changes")


def calls(service, simulator):
    first, second = ({"requestId": str(uuid.uuid4()), "draft": draft_of(LEGO, "ideal")} for _ in range(2))
    hold(simulator, "PUT", {"method": "POST", "path": "/v2/orders"})
    under_way = begin(service, "CreateOrder", first)
    end = time.monotonic() + PATIENCE
    while hold(simulator, "GET")["held"] == 0:
        expect(time.monotonic() < end, "the first call does not reach Mollie")
        time.sleep(0.05)
    refused = begin(service, "CreateOrder", second).exception()
    pause = pause_of(refused, "TOO_MANY_CALLS", "grpc.max_changes")
    service.call("ListOrders", {})
    hold(simulator, "DELETE")
    placed = [json_format.MessageToDict(under_way.result()), comes_again(service, second, pause)]
    expect(all(order["checkoutUrl"] for order in placed), "both are placed")


def streams(service):
    held = []
    for _ in range(STREAMS):
        messages, call = watch(service, {"now": {}})
        try:
            next(messages)
            held.append(call)
        except grpc.RpcError as error:
            pause_of(error, "TOO_MANY_STREAMS", "events.max_streams")
            break
    expect(1 < len(held) < STREAMS, f"{len(held)} streams are open, and none was refused")
    for call in held:
        call.cancel()


def main(arguments):
    address, simulator = arguments
    service = Service(address)
    calls(service, simulator)
    streams(service)
    print("Every refusal arrives whole.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
