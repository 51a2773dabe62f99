//! What the largest requests cost, refused ones and allowed ones, in the build that is deployed: nothing may hold a thread up
//! that serves other callers. Measured is time on a processor, which does not depend on what else the machine does.

mod callers;

use std::sync::LazyLock;
use std::time::Duration;

use prost::Message;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value};
use tests::proto::{
    CreateOrderRequest, CreateShipmentRequest, Order, OrderDraft, OrderLineDraft, OrderStatus,
    ShipmentLineSelection, SyncOrderRequest,
};
use tests::{
    Collector, Engine, Environment, LEGO, Use, World, amount, draft, new_request_id, numbered, refusal,
    release_is_available,
};
use tonic::Code;

use crate::requests::{create, ship, ship_rest};
use crate::wire::wrong;

/// What a request may cost at most: 50 ms, and more where the machine is slow. The floor, measured beside each try, is what it takes
/// this thread to read the largest draft.
const MOST: Duration = Duration::from_millis(50);
const FLOORS: u32 = 3;
const TRIES: usize = 5;
/// The most lines of an order.
const LINES: usize = 1_000;

/// The time on a processor that this thread takes to read the largest draft now.
fn floor() -> Duration {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let draft = OrderDraft { lines: vec![full_line(); LINES], ..draft(LEGO, "ideal") };
        create("floor", draft).encode_to_vec()
    });
    let bytes = BYTES.as_slice();
    let before = spent_by_this_thread();
    drop(CreateOrderRequest::decode(bytes).expect("it was encoded"));
    spent_by_this_thread() - before
}

fn spent_by_this_thread() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux counts it");
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.expect("a number"))
}

/// A world with a service as it is deployed.
async fn deployed() -> World {
    deployed_with(Engine::Sqlite, Vec::new()).await
}

async fn deployed_with(engine: Engine, mut settings: Environment) -> World {
    settings.push(("ORDER_SERVICE_TEST_AS_DEPLOYED", "1".into()));
    let mut world = World::prepare_with(engine, settings).await;
    world.service.forget("ORDER_SERVICE__CLOCK__URL");
    world.service.start().await;
    // What a first call needs once is not counted to those after.
    world.create(draft(LEGO, "ideal")).await;
    world
}

/// What the service spends on something at least, of some tries: beside others a processor's caches are cold. `serving` is the
/// part on threads that serve callers. It is spent in many pieces; if all of them together are little, each is.
async fn least<P, T>(
    world: &World,
    what: &str,
    prepare: impl AsyncFn() -> P,
    act: impl AsyncFn(P) -> T,
) -> (Use, T) {
    let mut tries = Vec::new();
    loop {
        let prepared = prepare().await;
        let floor = floor();
        world.service.forget_peak();
        let before = world.service.uses();
        let done = act(prepared).await;
        let after = world.service.uses();
        let (cpu, serving) = (after.cpu - before.cpu, after.serving - before.serving);
        let most = MOST.max(floor * FLOORS);
        tries.push((Use { cpu, serving, held: before.held, peak: after.peak }, most));
        if serving < most {
            println!("{cpu:>10.1?}, {serving:>10.1?} of it serving, of {most:.1?} at most  {what}");
            return (tries[tries.len() - 1].0, done);
        }
        assert!(tries.len() < TRIES, "{what}: {tries:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_refused_costs_little_in_a_release_build() {
    if !release_is_available() {
        return;
    }
    let world = deployed().await;
    for wrong in wrong() {
        let refused = async |()| wrong.is_refused(&world).await;
        let (used, ()) = least(&world, wrong.what, async || (), refused).await;
        assert!(used.cpu - used.serving < MOST, "{}: {used:?}", wrong.what);
        assert!(used.peak.saturating_sub(used.held) < 32 * 1024 * 1024, "{}: {used:?}", wrong.what);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_largest_drafts_cost_little_in_a_release_build() {
    if !release_is_available() {
        return;
    }
    let world = deployed().await;
    for (what, line) in [
        ("a draft of 1,000 lines, each wrong in several ways", wrong_line()),
        ("60,000 messages in the metadata of 1,000 lines", full_line()),
    ] {
        let draft = async || OrderDraft { lines: vec![line.clone(); LINES], ..draft(LEGO, "ideal") };
        let call = async |draft| world.orders().create_order(create("wrong", draft)).await;
        let (used, answer) = least(&world, what, draft, call).await;
        assert_eq!(refusal(answer).kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
        assert!(used.peak.saturating_sub(used.held) < 64 * 1024 * 1024, "{what}: {used:?}");
    }
    let draft = async || OrderDraft { method: vec!["ideal".to_owned()], ..large() };
    let (_, order) =
        least(&world, "an order of 1,000 lines", draft, async |draft| world.create(draft).await).await;
    assert_eq!(order.lines.len(), LINES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_largest_shipments_cost_little_in_a_release_build() {
    if !release_is_available() {
        return;
    }
    let world = deployed().await;
    let authorized = async || world.create_and_check_out(large(), "authorized").await;
    let call = async |request| world.orders().create_shipment(request).await;
    for (what, request) in [
        ("a shipment of 1,000 lines by their ids", every_line as fn(&Order) -> CreateShipmentRequest),
        ("a shipment of all that remains of 1,000 lines", ship_rest),
    ] {
        let (_, shipped) = least(&world, what, async || request(&authorized().await), call).await;
        let shipped = shipped.unwrap().into_inner();
        assert_eq!(shipped.lines.len(), LINES);
        let order = world.reaches(&shipped.order_id, OrderStatus::Completed).await;
        let again = async || every_line(&order);
        let (_, answer) = least(&world, "1,000 lines that are shipped already", again, call).await;
        assert_eq!(refusal(answer).code, Code::FailedPrecondition);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_of_250_shipments_costs_little_in_a_release_build() {
    if !release_is_available() {
        return;
    }
    let world = deployed().await;
    let line = OrderLineDraft { total_amount: Some(amount("254.00")), ..line(254, "44.08") };
    let order = OrderDraft { amount: Some(amount("254.00")), lines: vec![line], ..large() };
    let order = world.create_and_check_out(order, "authorized").await;
    for _ in 0..250 {
        world.orders().create_shipment(ship(&order, 0, 1, None)).await.unwrap();
    }
    let call = async |request| world.orders().create_shipment(request).await;
    let (_, shipped) =
        least(&world, "one more of 250 shipments", async || ship(&order, 0, 1, None), call).await;
    shipped.unwrap();
    let request = async || SyncOrderRequest { id: order.id.clone() };
    let call = async |request| world.orders().sync_order(request).await;
    let (_, read) = least(&world, "reading such an order at Mollie", request, call).await;
    assert!(read.unwrap().into_inner().lines[0].quantity_shipped > 250);
}

/// A line that breaks rules of its name, category, addresses, amounts and rate.
fn wrong_line() -> OrderLineDraft {
    OrderLineDraft {
        category: "none".to_owned(),
        quantity: -1,
        unit_price: Some(amount("1.0")),
        total_amount: Some(amount("much")),
        vat_rate: "21 %".to_owned(),
        sku: "s".repeat(65),
        image_url: "nowhere".to_owned(),
        product_url: "nowhere".to_owned(),
        ..OrderLineDraft::default()
    }
}

/// A line with as much metadata as a thousand of them may have, in objects of one pair each: those take the most memory.
fn full_line() -> OrderLineDraft {
    let value = (0..13).fold(Value::default(), |value, _| {
        let fields = [(String::new(), value)].into_iter().collect();
        Value { kind: Some(Kind::StructValue(Struct { fields })) }
    });
    let list = ListValue { values: vec![Value::default(); 15] };
    let list = Value { kind: Some(Kind::ListValue(list)) };
    let fields = [("a".to_owned(), value), ("b".to_owned(), list)].into_iter().collect();
    let metadata = Some(Value { kind: Some(Kind::StructValue(Struct { fields })) });
    OrderLineDraft { metadata, ..wrong_line() }
}

/// Things at 1.00 each.
fn line(quantity: i64, vat: &str) -> OrderLineDraft {
    OrderLineDraft {
        name: "A thing".to_owned(),
        quantity,
        unit_price: Some(amount("1.00")),
        total_amount: Some(amount("1.00")),
        vat_rate: "21.00".to_owned(),
        vat_amount: Some(amount(vat)),
        ..OrderLineDraft::default()
    }
}

/// An order of as many lines as there may be.
fn large() -> OrderDraft {
    OrderDraft {
        order_number: new_request_id(),
        amount: Some(amount("1000.00")),
        lines: vec![line(1, "0.17"); LINES],
        ..draft(LEGO, "klarnapaylater")
    }
}

fn every_line(order: &Order) -> CreateShipmentRequest {
    let line = |id: usize| ShipmentLineSelection { line_id: id.to_string(), quantity: 1, amount: None };
    let (request_id, lines) = (new_request_id(), (1..=LINES).map(line).collect());
    CreateShipmentRequest { request_id, order_id: order.id.clone(), lines, ..Default::default() }
}

/// How much of all calls is traced, and how many percent more processor time a create may cost then.
const TRACED: [(&str, u128); 2] = [("1", 15), ("0.1", 5)];
/// Creates in a round, and rounds: each service in its turn, so that what else the machine does concerns all of them.
const ROUND: usize = 60;
const ROUNDS: usize = 9;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tracing_costs_a_create_little() {
    if !release_is_available() {
        return;
    }
    // There the database's own work is not in the service's time, so tracing weighs more.
    let engine = if Engine::Postgres.is_available().await { Engine::Postgres } else { Engine::Sqlite };
    let directory = tempfile::tempdir().unwrap();
    let collector = Collector::start(directory.path()).await;
    let mut worlds = vec![deployed_with(engine, Vec::new()).await];
    for (ratio, _) in TRACED {
        let endpoint = ("ORDER_SERVICE__TELEMETRY__ENDPOINT", collector.endpoint().into());
        let ratio = ("ORDER_SERVICE__TELEMETRY__SAMPLING_RATIO", ratio.into());
        worlds.push(deployed_with(engine, vec![endpoint, ratio]).await);
    }
    let mut tries = Vec::new();
    while tries.len() < TRIES {
        let percent = percent_of_the_first(&worlds).await;
        println!("a create costs {percent:?} % of what it costs untraced, traced {TRACED:?}");
        let is_little = percent.iter().zip(TRACED).all(|(percent, (_, more))| *percent <= 100 + more);
        assert!(!collector.spans().is_empty(), "nothing was traced");
        if is_little {
            return;
        }
        tries.push(percent);
    }
    panic!("tracing costs too much: {tries:?} % of an untraced create, each more than {TRACED:?}");
}

/// The median over some rounds of what creates cost each service but the first, in percent of what they cost that one.
async fn percent_of_the_first(worlds: &[World]) -> Vec<u128> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let mut round = Vec::new();
        for world in worlds {
            round.push(spent_on_creates(world).await);
        }
        rounds.push(round);
    }
    let of = |n: usize| rounds.iter().map(move |round| round[n].as_nanos() * 100 / round[0].as_nanos());
    let median = |n: usize| {
        let mut all: Vec<_> = of(n).collect();
        all.sort_unstable();
        all[all.len() / 2]
    };
    (1..worlds.len()).map(median).collect()
}

async fn spent_on_creates(world: &World) -> Duration {
    let before = world.service.uses().cpu;
    for _ in 0..ROUND {
        world.create(numbered(&new_request_id(), "ideal")).await;
    }
    world.service.uses().cpu - before
}
