"""What the scripts that drive the simulated Mollie with Mollie's own client for Python have in common.

The shopper's part is a form posted to the checkout address. Every key is a profile, so that each script has a shop of its own.
"""

import json
import pathlib
import socket
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from mollie.api.client import Client
from mollie.api.error import Error

PATIENCE = 30


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The shop's own page is none of our business."""

    def redirect_request(self, *_):
        return None


def expect(truth, what):
    if not truth:
        raise AssertionError(what)


def euro(value):
    return {"currency": "EUR", "value": value}


def refused(error, call):
    try:
        call()
    except error as answer:
        return answer
    raise AssertionError(f"not refused with {error.__name__}")


def check_out(address, result):
    form = urllib.parse.urlencode({"final_state": result}).encode()
    try:
        status = urllib.request.build_opener(NoRedirect).open(address, form).status
    except urllib.error.HTTPError as answer:
        status = answer.code
    expect(status == 303, f"the checkout form answers {status} to {result}")


def read(client, order):
    return client.orders.get(order.id, embed="payments,refunds,shipments")


def settled(client, draft, method, result):
    """An order that the shopper has paid or authorized, read again."""
    order = client.orders.create(draft | {"method": method})
    expect(order.is_created() and order.checkout_url, "an order is created and can be paid")
    check_out(order.checkout_url, result)
    order = read(client, order)
    expect(order.status == result, f"the order is {order.status}, not {result}")
    return order


def payment_of(client, order):
    return client.payments.get(order.payments.list()[0].id)


def wait_for(address):
    host, port = address.rsplit(":", 1)
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            return
        except OSError:
            expect(time.monotonic() < end, f"nobody listens on {address}")
            time.sleep(0.05)


def run(usage, key, drive):
    """Lets `drive` act as the shop with this key. The arguments are HOST:PORT and ORDER.json."""
    if len(sys.argv) != 3:
        print(usage, file=sys.stderr)
        return 2
    address, path = sys.argv[1:]
    try:
        wait_for(address)
        client = Client(api_endpoint=f"http://{address}")
        client.set_api_key(key)
        drive(client, json.loads(pathlib.Path(path).read_text(encoding="utf-8")))
    except (AssertionError, Error) as error:
        print(f"not as it should be: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0
