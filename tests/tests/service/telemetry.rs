//! Traces and metrics of the real program, as a collector gets them.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tests::proto::{GetShipmentRequest, OperationState, OrderStatus, ShipmentState};
use tests::{
    API_KEY, Canaries, Collector, Forest, LEGO, SOON, Seen, World, compare, draft, new_request_id, numbered,
    odd_requests, on_both_engines, send, until,
};
use tonic::{Request, Status};

use crate::requests::{create, ship};

on_both_engines!(
    one_trace_goes_from_the_callers_span_to_mollie_and_on_after_a_restart,
    a_collector_that_is_gone_or_hangs_costs_no_call_anything,
    nothing_personal_and_no_secret_is_told,
);

const CREATE: &str = "0af7651916cd43dd8448eb211c80319c";
const SHIP: &str = "1af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";
const ENDPOINT: &str = "ORDER_SERVICE__TELEMETRY__ENDPOINT";
/// Where the picture is kept.
const PICTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/trace.svg");
/// Pauses between attempts grow to eight seconds.
const RECOVERY: Duration = Duration::from_secs(30);

/// A request as one within a trace of its caller.
fn within<T>(trace: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let parent = format!("00-{trace}-{CALLER}-01");
    request.metadata_mut().insert("traceparent", parent.parse().expect("a header"));
    request
}

async fn one_trace_goes_from_the_callers_span_to_mollie_and_on_after_a_restart(mut world: World) {
    let collector = Collector::start(world.directory()).await;
    world.service.restart_with(&[(ENDPOINT, &collector.endpoint())]).await;
    let request = create(&new_request_id(), draft(LEGO, "klarnapaylater"));
    let order = world.orders().create_order(within(CREATE, request)).await.unwrap().into_inner();
    world.simulator.check_out(&order.checkout_url, "authorized").await;
    world.reaches(&order.id, OrderStatus::Authorized).await;
    let answers = "a look-up that answers a webhook";
    let (hook, look_up) = until(answers, SOON, async || answered(&collector.spans(), &order.id)).await;

    world.simulator.stop();
    let shipment = world.orders().create_shipment(within(SHIP, ship(&order, 0, 1, Some("299.00")))).await;
    let shipment = shipment.unwrap().into_inner();
    until("the operation waits for Mollie", SOON, async || {
        (world.order(&order.id).await.operations.first()?.state() == OperationState::Pending).then_some(())
    })
    .await;
    let sent = |span: &Seen| span.trace == SHIP && span.name == "operation create_shipment";
    let before = collector.sees("the step before the restart", sent).await;
    // What it has not sent yet goes with it.
    for trace in [CREATE, SHIP] {
        collector.sees("the whole call", |span| span.trace == trace && span.parent == CALLER).await;
    }
    world.service.kill();
    world.simulator.resume().await;
    world.service.start().await;
    until("the shipment is registered", RECOVERY, async || {
        let request = GetShipmentRequest { id: shipment.id.clone() };
        let shipment = world.orders().get_shipment(request).await.ok()?.into_inner();
        (shipment.state() == ShipmentState::Registered).then_some(())
    })
    .await;
    let after = |span: &Seen| sent(span) && span.process != before.process && progress(span) == "settled";
    let after = collector.sees("the step after the restart", after).await;
    let follows = |span: &Seen| span.name == "look-up" && span.links.contains(&after.id);
    let next = collector.sees("the look-up that follows", follows).await;
    world.service.stop().await;

    let spans = collector.spans();
    is_connected(
        &spans,
        CREATE,
        &["orders.v1.OrderService/CreateOrder", "decide", "operation place_order", "POST /orders"],
    );
    is_connected(
        &spans,
        SHIP,
        &["orders.v1.OrderService/CreateShipment", "decide", "operation create_shipment"],
    );
    let call = child(&spans, &after, "POST /orders/{id}/shipments");
    assert_eq!(call.attributes["http.response.status_code"], "201");
    assert_eq!(before.parent, after.parent, "both are steps of what was decided once");
    let placed =
        spans.iter().find(|span| span.trace == CREATE && span.name == "operation place_order").unwrap();
    assert!(look_up.links.contains(&placed.id), "{look_up:?}");
    assert!(spans.iter().any(|span| span.trace == CREATE && span.name == "INSERT requests"));
    for metric in ["rpc.server.call.duration", "orders.operations.unsettled", "http.client.request.duration"]
    {
        until(metric, SOON, async || collector.metrics().contains(metric).then_some(())).await;
    }
    draw(&spans, [&hook, &look_up, &before, &after, &next]);
}

fn draw(spans: &[Seen], [hook, look_up, before, after, next]: [&Seen; 5]) {
    let root = |trace: &str| spans.iter().find(|span| span.trace == trace && span.parent == CALLER).unwrap();
    // How often Mollie was tried while it was down is chance: one step before the restart stands for all.
    let is_step = |span: &Seen| span.name == before.name && ![&before.id, &after.id].contains(&&span.id);
    let mut left_out: BTreeSet<_> =
        spans.iter().filter(|span| is_step(span)).map(|span| span.id.clone()).collect();
    while let Some(below) =
        spans.iter().find(|span| left_out.contains(&span.parent) && !left_out.contains(&span.id))
    {
        left_out.insert(below.id.clone());
    }
    let shown: Vec<_> = spans.iter().filter(|span| !left_out.contains(&span.id)).cloned().collect();
    let mut forest = Forest::default();
    forest.title("the shop creates an order, in a trace of its own");
    forest.tree(&shown, root(CREATE));
    forest.title("Mollie tells that it is paid for");
    forest.tree(&shown, hook);
    forest.title("the order is read");
    forest.tree(&shown, look_up);
    forest.title(
        "the warehouse ships while Mollie is down; the service is killed, started again, and Mollie is back",
    );
    forest.tree(&shown, root(SHIP));
    forest.title("the order is read again");
    forest.tree(&shown, next);
    compare(&forest.svg(), PICTURE);
}

/// A webhook of the order, and the look-up that is linked with it.
fn answered(spans: &[Seen], order: &str) -> Option<(Seen, Seen)> {
    let looks = spans.iter().filter(|span| is_of(span, "look-up", order));
    let hook =
        |id: &String| spans.iter().find(|span| span.id == *id && is_of(span, "POST /webhooks/mollie", order));
    let mut pairs = looks.filter_map(|look| Some((look.links.iter().find_map(hook)?.clone(), look.clone())));
    pairs.next()
}

fn is_of(span: &Seen, name: &str, order: &str) -> bool {
    span.name == name && span.attributes.get("orders.id").is_some_and(|id| id == order)
}

fn progress(span: &Seen) -> &str {
    span.attributes.get("orders.operation.progress").map_or("", String::as_str)
}

fn child<'a>(spans: &'a [Seen], parent: &Seen, name: &str) -> &'a Seen {
    let found = spans.iter().find(|span| span.parent == parent.id && span.name == name);
    found.unwrap_or_else(|| panic!("no {name} below {parent:?}"))
}

/// Every span of a trace is below the caller's, and these are one below the other.
fn is_connected(spans: &[Seen], trace: &str, path: &[&str]) {
    let all: Vec<_> = spans.iter().filter(|span| span.trace == trace).collect();
    let ids: BTreeSet<_> = all.iter().map(|span| span.id.as_str()).chain([CALLER]).collect();
    let loose: Vec<_> = all.iter().filter(|span| !ids.contains(span.parent.as_str())).collect();
    assert!(loose.is_empty(), "{loose:#?}");
    let mut parent = CALLER;
    for name in path {
        let found = all.iter().find(|span| span.parent == parent && span.name == *name);
        parent = &found.unwrap_or_else(|| panic!("no {name} below {parent}: {all:#?}")).id;
    }
}

async fn a_collector_that_is_gone_or_hangs_costs_no_call_anything(mut world: World) {
    // One takes connections and never says a word; at the other address nobody listens.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for endpoint in [silent.local_addr().unwrap().to_string(), "127.0.0.1:9".to_owned()] {
        world.service.restart_with(&[(ENDPOINT, &format!("http://{endpoint}"))]).await;
        for _ in 0..3 {
            world.create(numbered(&new_request_id(), "ideal")).await;
        }
        // Nor does it hold up the end for more than two seconds.
        let began = Instant::now();
        world.service.stop().await;
        assert!(began.elapsed() < Duration::from_secs(6), "the stop took {:?}", began.elapsed());
        world.service.start().await;
    }
}

/// What of a person or a secret a request holds, by the names of its fields.
const PERSONAL: [(&str, &str); 18] = [
    ("organization_name", "Canaryorganization"),
    ("title", "Canarytitle"),
    ("given_name", "Canarygiven"),
    ("family_name", "Canaryfamily"),
    ("email", "canary.mail@canary.example"),
    ("phone", "+31208765432"),
    ("street_and_number", "Canarystreet 12345"),
    ("street_additional", "Canaryfloor"),
    ("postal_code", "9876 CY"),
    ("city", "Canarycity"),
    ("region", "Canaryregion"),
    ("consumer_date_of_birth", "1969-07-21"),
    ("card_token", "tkn_Canarytoken"),
    ("apple_pay_payment_token", "Canaryapple"),
    ("consumer_account", "NL55INGB0000000000"),
    ("customer_reference", "Canaryreference"),
    ("voucher_number", "Canaryvoucher"),
    ("voucher_pin", "Canarypin"),
];

async fn nothing_personal_and_no_secret_is_told(mut world: World) {
    let collector = Collector::start(world.directory()).await;
    let settings = [(ENDPOINT, collector.endpoint()), ("ORDER_SERVICE__LOG__FILTER", "trace".to_owned())];
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    world.service.restart_with(&settings).await;
    let order = world.create(with_canaries()).await;
    world.simulator.check_out(&order.checkout_url, "authorized").await;
    let order = world.reaches(&order.id, OrderStatus::Authorized).await;
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    let (mut refused, channel) = (Vec::new(), world.service.channel());
    for (method, message) in odd_requests(&PERSONAL) {
        // A stream ends when its caller leaves, and a wait when its time is up.
        let headers = [("grpc-timeout", "2S")];
        let answer = send(channel.clone(), &method, &headers, tests::framed(&message)).await;
        refused.extend(answer.filter(|status| status.code() != tonic::Code::Ok));
    }
    assert!(refused.len() >= 100, "only {} requests were refused", refused.len());
    let said = world.service.said();
    world.service.stop().await;
    let [spans, metrics] = collector.bytes();
    let statuses: Vec<u8> = refused.iter().flat_map(texts).collect();
    let canaries = Canaries::new(PERSONAL.iter().map(|(_, value)| *value).chain([API_KEY]));
    // What must be told is found by the same search, so it looks where things are told.
    let told = Canaries::new([order.id.as_str(), "orders.v1.OrderService/CreateOrder", "odd "]);
    let sinks = [
        ("the log", said.into_bytes(), order.id.as_str()),
        ("spans", spans, order.id.as_str()),
        ("metrics", metrics, "orders.v1.OrderService/CreateOrder"),
        ("statuses", statuses, "odd "),
    ];
    for (sink, text, known) in sinks {
        assert!(told.in_text(&text).contains(&known), "{sink} hold nothing of {known}");
        assert_eq!(canaries.in_text(&text), [""; 0], "{sink} tell it");
        let planted = [text.as_slice(), b"Canarypin"].concat();
        assert_eq!(canaries.in_text(&planted), ["Canarypin"], "a leak into {sink} is not found");
    }
}

fn texts(status: &Status) -> Vec<u8> {
    [status.message().as_bytes(), status.details()].concat()
}

fn with_canaries() -> tests::proto::OrderDraft {
    let of = |name: &str| {
        PERSONAL.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()).unwrap()
    };
    let mut draft = numbered(&new_request_id(), "klarnapaylater");
    draft.consumer_date_of_birth = of("consumer_date_of_birth");
    for address in [&mut draft.billing_address, &mut draft.shipping_address].into_iter().flatten() {
        address.title = of("title");
        address.given_name = of("given_name");
        address.family_name = of("family_name");
        address.email = of("email");
        address.phone = of("phone");
        address.street_and_number = of("street_and_number");
        address.street_additional = of("street_additional");
        address.postal_code = of("postal_code");
        address.city = of("city");
        address.region = of("region");
    }
    draft
}
