"""Drives orders until they are shipped, as the shop and the warehouse, by what reflection tells; or asks one question, to see whether
the token is good. Hooks do not arrive here, so it asks for what Mollie has. A call that was cut off is repeated as it was: its
request id makes that harmless.

Usage: python shopper.py HOST:PORT              one order; tokens, certificate and name are JSON on standard input
       python shopper.py HOST:PORT ask          a question
       python shopper.py HOST:PORT until FILE   orders, each shipped whole, until there is that file, and one more
"""

import json
import pathlib
import sys
import time
import uuid

import grpc
from google.protobuf import descriptor_pool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "clients"))
import by_reflection  # noqa: E402

ROLES = {"CreateShipment": "warehouse"}


class Bearer(grpc.UnaryUnaryClientInterceptor, grpc.StreamStreamClientInterceptor):
    """Says who calls: whoever may."""

    def __init__(self, tokens):
        self.tokens = tokens

    def named(self, details):
        method = details.method
        token = self.tokens[
            ROLES.get((method.decode() if isinstance(method, bytes) else method).rpartition("/")[2], "shop")
        ]
        return details._replace(metadata=[*(details.metadata or []), ("authorization", f"Bearer {token}")])

    def intercept_unary_unary(self, continuation, details, request):
        return continuation(self.named(details), request)

    def intercept_stream_stream(self, continuation, details, requests):
        return continuation(self.named(details), requests)


class Service(by_reflection.Service):
    """The same, with TLS and tokens, and without hooks."""

    def __init__(self, address, tokens, certificate, name):
        if certificate:
            balanced = json.dumps({"loadBalancingConfig": [{"round_robin": {}}]})
            options = [("grpc.ssl_target_name_override", name), ("grpc.service_config", balanced)]
            plain = grpc.secure_channel(address, grpc.ssl_channel_credentials(certificate.encode()), options)
        else:
            plain = grpc.insecure_channel(address)
        grpc.channel_ready_future(plain).result(timeout=by_reflection.PATIENCE)
        self.channel = grpc.intercept_channel(plain, Bearer(tokens)) if tokens else plain
        pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(self.channel))
        self.methods = pool.FindServiceByName(by_reflection.SERVICE).methods_by_name

    def call(self, name, request):
        for pause in (0.1, 0.3, 1, 3, None):
            try:
                return super().call(name, request)
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE or pause is None:
                    raise
                time.sleep(pause)

    def reaches(self, order, status):
        end = time.monotonic() + by_reflection.PATIENCE
        while time.monotonic() < end:
            self.call("SyncOrder", {"id": order["id"]})
            now = self.call("GetOrder", {"id": order["id"]})
            if now.get("status") == status and not now.get("operations"):
                print(f"  {status.removeprefix('ORDER_STATUS_').lower()}")
                return now
            time.sleep(0.2)
        raise TimeoutError(f"the order is {now.get('status')}, not {status}")


def ship(service):
    """An order of which all is shipped, without a look at what is in between: a call may have been cut off anywhere."""
    draft = by_reflection.draft_of(by_reflection.LEGO, "klarnapaylater")
    order = service.call("CreateOrder", {"requestId": str(uuid.uuid4()), "draft": draft})
    if "checkoutUrl" not in order:
        order = service.reaches(order, "ORDER_STATUS_CREATED")
    by_reflection.check_out(order["checkoutUrl"], "authorized")
    service.reaches(order, "ORDER_STATUS_AUTHORIZED")
    parcel = {"requestId": str(uuid.uuid4()), "orderId": order["id"], "allRemaining": True}
    service.call("CreateShipment", parcel)
    order = service.reaches(order, "ORDER_STATUS_COMPLETED")
    shipments = service.call("ListShipments", {"orderId": order["id"]})["shipments"]
    by_reflection.expect(len(shipments) == 1, f"one shipment, not {len(shipments)}")
    by_reflection.expect(
        order["amountCaptured"] == order["amount"], f"all is captured, once: {order['amountCaptured']}"
    )


def main(address, what="one", file=None):
    access = json.load(sys.stdin)
    service = Service(address, access["tokens"], access["certificate"], access["name"])
    if what == "ask":
        service.call("ListOrders", {"pageSize": 1})
    elif what == "one":
        by_reflection.drive(service, by_reflection.LEGO, "klarnapaylater", "authorized")
    else:
        while not pathlib.Path(file).exists():
            ship(service)
        ship(service)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (grpc.RpcError, AssertionError, TimeoutError) as error:
        print(f"not as it should be: {error}", file=sys.stderr)
        sys.exit(1)
