//! The short forms of the proofs `overload`, `hanging` and `rolling`: what must hold however slow the machine is. How much gets done,
//! and how soon, is for the proofs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use tests::proto::get_order_request::Key;
use tests::proto::{CreateOrderRequest, GetOrderRequest, ListOrdersRequest, Order};
use tests::{Canned, Dice, Engine, Orders, Rolling, SOON, World, new_request_id, numbered, refusal, until};
use tonic::Code;

use crate::requests::create;

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn twenty_times_as_many_callers_as_places_are_all_served_in_turn_and_reads_do_not_notice() {
        super::overload().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn two_replicas_are_stopped_and_started_and_no_call_fails() {
        super::rolling().await;
    }
}

/// Places for calls that may wait for Mollie.
const PLACES: usize = 8;
const CALLERS: usize = 20 * PLACES;
/// Reads while all places are taken.
const READS: usize = 100;
/// All memory that the service may take.
const MEMORY: u64 = 256 * 1024 * 1024;

/// Callers who come again when told to.
struct Crowd {
    channels: Vec<Orders>,
    refused: AtomicUsize,
}

impl Crowd {
    async fn places(&self, n: usize, request: CreateOrderRequest) -> Order {
        let mut orders = self.channels[n % self.channels.len()].clone();
        loop {
            let answer = orders.create_order(request.clone()).await;
            if let Ok(order) = answer {
                return order.into_inner();
            }
            let told = refusal(answer);
            match told.kind() {
                (Code::ResourceExhausted, "TOO_MANY_CALLS") => {
                    assert_eq!(told.metadata["setting"], "grpc.max_changes");
                    self.refused.fetch_add(1, Ordering::Relaxed);
                }
                // On a machine that is busy with other things the time for an answer may pass.
                (Code::Unavailable, "OUTCOME_PENDING") | (Code::DeadlineExceeded, "DEADLINE_PASSED") => (),
                other => panic!("{other:?}: {}", told.message),
            }
            tokio::time::sleep(told.retry.expect("who is refused is told when to come again")).await;
        }
    }

    /// One order each.
    async fn all(&self, callers: usize, name: &str) -> Vec<Order> {
        let request = |n| create(&new_request_id(), numbered(&format!("{name}-{n}"), "ideal"));
        join_all((0..callers).map(|n| self.places(n, request(n)))).await
    }

    async fn reads(&self, known: &str) {
        let read = async |n: usize| {
            let mut orders = self.channels[n % self.channels.len()].clone();
            let key = Some(Key::Id(known.to_owned()));
            orders.get_order(GetOrderRequest { key }).await?;
            orders.list_orders(ListOrdersRequest { page_size: 20, ..Default::default() }).await
        };
        try_join_all((0..READS).map(read)).await.expect("no read notices");
    }
}

async fn overload() {
    if !Engine::Postgres.is_available().await {
        return;
    }
    let mollie = Canned::start(Duration::from_millis(50)).await;
    let mut settings = mollie.setting();
    settings.extend([
        ("ORDER_SERVICE__GRPC__MAX_CHANGES", PLACES.to_string().into()),
        // Longer than Mollie hangs here, however slow the machine is.
        ("ORDER_SERVICE__MOLLIE__CALL_TIMEOUT_SECONDS", "300".into()),
        // All callers of this test are one address.
        ("ORDER_SERVICE__GRPC__CALLER_SHARE_PERCENT", "100".into()),
    ]);
    let mut world = Box::pin(World::prepare_with(Engine::Postgres, settings)).await;
    world.service.forget("ORDER_SERVICE__CLOCK__URL");
    world.service.start().await;
    let crowd = Crowd { channels: (0..4).map(|_| world.orders()).collect(), refused: AtomicUsize::new(0) };
    let known = crowd.all(1, "known").await.remove(0).id;

    mollie.hangs();
    let meanwhile = async {
        until("all places are taken, and all others are refused", SOON, async || {
            (crowd.refused.load(Ordering::Relaxed) >= CALLERS - PLACES && mollie.waiting() == PLACES)
                .then_some(())
        })
        .await;
        Box::pin(crowd.reads(&known)).await;
        assert_eq!(mollie.waiting(), PLACES, "nobody is let in beyond the bound");
        mollie.takes(Duration::from_millis(50));
    };
    let (mut placed, ()) = tokio::join!(crowd.all(CALLERS, "many"), meanwhile);
    placed.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    placed.dedup_by(|a, b| a.id == b.id);
    assert_eq!(placed.len(), CALLERS);
    assert!(placed.iter().all(|order| !order.checkout_url.is_empty()), "each is placed");
    assert_eq!(mollie.orders(), CALLERS + 1, "what was refused has had no effect");

    // No place is lost: as many calls as there are places are at Mollie at once.
    mollie.hangs();
    let meanwhile = async {
        until("all places are taken again", SOON, async || (mollie.waiting() == PLACES).then_some(())).await;
        mollie.takes(Duration::ZERO);
    };
    tokio::join!(crowd.all(PLACES, "again"), meanwhile);
    let peak = world.service.uses().peak;
    assert!(peak <= MEMORY, "{} MiB", peak / 1024 / 1024);
}

async fn rolling() {
    if !Engine::Postgres.is_available().await {
        return;
    }
    let rolling =
        Rolling { stops: 2, callers: 6, watchers: 5, between: Duration::from_secs(1), before: None };
    let rolled = Box::pin(rolling.run(Dice::new("rolling"))).await;
    println!("{rolled}");
    assert!(rolled.failed.is_empty(), "{:#?}", rolled.failed);
    assert!(rolled.missed.is_empty(), "{:#?}", rolled.missed);
    assert!(rolled.calls >= 40 && rolled.events >= 40, "{rolled}");
}
