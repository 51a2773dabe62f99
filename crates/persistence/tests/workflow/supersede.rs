//! A changed cart: the number moves with the new order, and comes back if there is none; the old order is canceled once Mollie has
//! the new one.

use std::sync::Arc;

use domain::ports::{OrderKey, Store};
use domain::rules::access::Access;
use domain::rules::ids::{OrderId, ProfileName};
use domain::rules::item::ItemKind;
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::placement::{Mode, Placement};
use domain::rules::precondition::PreconditionReason;
use domain::rules::status::{LineStatus, OrderStatus};
use domain::workflow::operator::{self, Verdict};
use domain::workflow::place::{place, place_in_stead};
use domain::workflow::{MutationError, Recorded, supersede};

use crate::intents::{decision, draft, intent, main_profile, reason};
use crate::mollie::{Fate, meanwhile};
use crate::world::{World, all_at, mins, secs};

impl World {
    pub async fn replace(
        &self,
        old: OrderId,
        request: &str,
        number: &str,
    ) -> Result<Recorded, MutationError> {
        let intent = intent("CreateOrder", request);
        Box::pin(place_in_stead(self, &intent, main_profile(), draft(number), Some(old))).await
    }

    /// The new order, at Mollie.
    pub async fn replaced(&self, old: OrderId, number: &str) -> OrderId {
        let new = self.replace(old, "new", number).await.unwrap();
        self.drive(new.claim.as_ref().unwrap()).await;
        assert_eq!(self.order(new.order_id).await.placement, Placement::Placed);
        new.order_id
    }

    pub async fn holder_of(&self, number: &str) -> Option<OrderId> {
        let key = OrderKey::Number { profile: ProfileName::new("main"), order_number: number.to_owned() };
        let found = self.store.load_order(&key).await.unwrap();
        found.filter(|order| order.held_number() == Some(number)).map(|order| order.id)
    }

    /// Works, with the look-ups that fall due.
    pub async fn live(self: &Arc<Self>, seconds: u64) {
        for _ in 0..seconds {
            self.work(secs(1)).await;
            for claim in self.lookups().await {
                Box::pin(domain::workflow::lookup::look_up(&**self, &claim)).await.unwrap();
            }
        }
    }

    /// How many orders at Mollie are alive.
    pub fn alive_at_mollie(&self) -> usize {
        let dead = [OrderStatus::Canceled, OrderStatus::Expired].map(domain::rules::status::Read::Known);
        let side = self.mollie.side();
        side.ledger.orders.iter().filter(|order| !order.status.iter().any(|it| dead.contains(it))).count()
    }

    pub fn cancel_calls(&self) -> usize {
        self.mollie.calls().iter().filter(|call| call.kind == "cancel").count()
    }
}

fn status(order: &Order) -> Option<OrderStatus> {
    order.facts.status
}

fn by(order: &Order) -> Option<OrderId> {
    order.superseded.as_ref().map(|superseded| superseded.by)
}

#[tokio::test]
async fn the_number_moves_at_once_and_the_old_order_is_canceled_once_the_new_one_is_placed() {
    for number in ["1337", "1338"] {
        let world = World::new().await;
        let old = world.placed().await;
        let new = world.replace(old, "new", number).await.unwrap();
        let (before, id) = (world.order(old).await, new.order_id);
        assert_eq!((by(&before), before.held_number()), (Some(id), None));
        assert_eq!((world.holder_of(number).await, world.order(id).await.supersedes), (Some(id), Some(old)));
        world.live(3).await;
        assert_eq!(world.cancel_calls(), 0, "the new one is not placed yet");
        world.drive(new.claim.as_ref().unwrap()).await;
        world.live(5).await;
        let (order, new) = (world.settled(old).await, world.settled(id).await);
        assert_eq!((status(&order), status(&new)), (Some(OrderStatus::Canceled), Some(OrderStatus::Created)));
        assert_eq!((by(&order), world.holder_of(number).await), (Some(id), Some(id)));
        let kinds = world.kinds(old).await;
        let told = kinds.iter().filter(|kind| kind.starts_with("order.") || kind.starts_with("cancellation"));
        let expected = [
            "order.recorded",
            "order.placed",
            "order.superseded",
            "order.replaced",
            "cancellation.recorded",
            "cancellation.succeeded",
            "order.canceled",
        ];
        assert_eq!(told.copied().collect::<Vec<_>>(), expected);
        let canceled =
            world.events(old).await.into_iter().find(|it| it.data.kind() == "cancellation.succeeded");
        assert_eq!(canceled.unwrap().actor.as_deref(), Some("order-service (superseded)"));
        assert!(order.items.is_empty(), "{:?}", order.items);
    }
}

#[tokio::test]
async fn whatever_answer_is_lost_one_order_is_left_alive() {
    let fates = [Fate::LostAnswer, Fate::LostCall, Fate::Late(secs(30)), Fate::Stumbles, Fate::NotSent(None)];
    for (n, fate) in fates.iter().cloned().enumerate() {
        for of_placement in [true, false] {
            let world = World::new().await;
            let old = world.placed().await;
            let new = world.replace(old, "new", "1337").await.unwrap();
            if !of_placement {
                world.mollie.next(Fate::Answered);
            }
            world.mollie.next(fate.clone());
            world.drive(new.claim.as_ref().unwrap()).await;
            world.live(200).await;
            let (order, kept) = (world.settled(old).await, world.settled(new.order_id).await);
            assert_eq!(
                (status(&order), status(&kept)),
                (Some(OrderStatus::Canceled), Some(OrderStatus::Created)),
                "{n}"
            );
            assert_eq!(
                (world.alive_at_mollie(), world.holder_of("1337").await),
                (1, Some(new.order_id)),
                "{n}"
            );
        }
    }
}

/// The same change is found by whoever comes next.
#[tokio::test]
async fn what_is_owed_survives_a_process_that_dies_at_any_point() {
    for after_effect in [true, false] {
        let world = World::new().await;
        let old = world.placed().await;
        let new = world.replace(old, "new", "1337").await.unwrap();
        world.mollie.next(if after_effect { Fate::HangsAfter } else { Fate::HangsBefore });
        world.crash(new.claim.as_ref().unwrap()).await;
        world.end_leases().await;
        world.live(120).await;
        // And again while the old one is canceled.
        assert_eq!(
            (status(&world.settled(old).await), world.alive_at_mollie()),
            (Some(OrderStatus::Canceled), 1)
        );
    }
    for after_effect in [true, false] {
        let world = World::new().await;
        let old = world.placed().await;
        world.replaced(old, "1337").await;
        world.look_up_all().await;
        let claim = world.claim_one().await;
        world.mollie.next(if after_effect { Fate::HangsAfter } else { Fate::HangsBefore });
        world.crash(&claim).await;
        world.end_leases().await;
        world.live(200).await;
        assert_eq!(
            (status(&world.settled(old).await), world.alive_at_mollie()),
            (Some(OrderStatus::Canceled), 1)
        );
    }
}

impl World {
    async fn look_up_all(self: &Arc<Self>) {
        for claim in self.lookups().await {
            Box::pin(domain::workflow::lookup::look_up(&**self, &claim)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn if_the_new_order_is_refused_the_number_returns_and_the_old_one_goes_on() {
    let world = World::new().await;
    let old = world.placed().await;
    let new = world.replace(old, "new", "1338").await.unwrap();
    world.mollie.next(Fate::Rejected);
    world.drive(new.claim.as_ref().unwrap()).await;
    assert_eq!(world.order(new.order_id).await.placement, Placement::Refused);
    // In the same change.
    let order = world.settled(old).await;
    assert_eq!((by(&order), order.held_number(), world.holder_of("1338").await), (None, Some("1337"), None));
    assert!(world.kinds(old).await.ends_with(&["order.superseded", "order.reinstated"]));
    world.live(20).await;
    assert_eq!((world.cancel_calls(), status(&world.order(old).await)), (0, Some(OrderStatus::Created)));
    // It may be replaced again.
    let again = world.replace(old, "again", "1337").await.unwrap();
    world.drive(again.claim.as_ref().unwrap()).await;
    world.live(5).await;
    assert_eq!(status(&world.settled(old).await), Some(OrderStatus::Canceled));
}

#[tokio::test]
async fn if_the_new_order_is_given_up_the_number_returns() {
    // Withdrawn by its caller, or never sent within its age limit, or an operator decided so.
    for how in ["withdrawn", "too late", "operator"] {
        let world = World::new().await;
        let old = world.placed().await;
        let new = world.replace(old, "new", "1337").await.unwrap();
        let placing = new.claim.as_ref().unwrap();
        match how {
            "withdrawn" => {
                world.mollie.next(Fate::NotSent(Some(mins(5))));
                world.drive(placing).await;
                world.cancel(new.order_id).await.unwrap();
            }
            "too late" => {
                world.mollie.next(Fate::NotSent(Some(mins(20))));
                world.drive(placing).await;
                world.advance(mins(21));
                world.work(secs(2)).await;
            }
            _ => {
                world.mollie.next(Fate::LostCall);
                world.mollie.side().unreadable =
                    Some(domain::ports::GatewayError::Unreadable("it is odd".into()));
                world.drive(placing).await;
                world.work(mins(60)).await;
                assert_eq!(world.state(new.operation_id()).await, OperationState::NeedsAttention);
                let operation = new.operation_id().unwrap();
                operator::resolve_as(&*world, operation, &Verdict::Rejected, &decision()).await.unwrap();
            }
        }
        assert!(!world.order(new.order_id).await.placement.is_alive(), "{how}");
        let order = world.settled(old).await;
        assert_eq!((by(&order), order.held_number()), (None, Some("1337")), "{how}");
        assert!(world.kinds(old).await.contains(&"order.reinstated"), "{how}");
        assert_eq!(world.cancel_calls(), 0, "{how}");
    }
}

/// Nobody is told what the old order was worth: it gives its number to a third, and both are at Mollie.
#[tokio::test]
async fn a_number_that_was_taken_meanwhile_does_not_return_and_a_person_is_told() {
    let world = World::new().await;
    let old = world.placed().await;
    let new = world.replace(old, "new", "1338").await.unwrap();
    let third = world.place("third", "1337").await;
    world.mollie.next(Fate::Rejected);
    world.drive(new.claim.as_ref().unwrap()).await;
    assert_eq!(world.order(new.order_id).await.placement, Placement::Refused);
    let order = world.settled(old).await;
    assert_eq!((by(&order), order.held_number()), (None, None));
    assert_eq!(world.holder_of("1337").await, Some(third.order_id));
    assert!(world.kinds(old).await.ends_with(&["order.reinstated", "order.number_lost", "item.raised"]));
    let [item] = &order.items[..] else { panic!("{:?}", order.items) };
    assert_eq!((item.kind, item.subject.as_str()), (ItemKind::NumberShared, "1337"));
}

/// It may have changed between what is known and what is written.
#[tokio::test]
async fn a_change_of_the_old_order_meanwhile_is_seen_when_the_new_one_ends() {
    for fate in [Fate::Answered, Fate::Rejected] {
        let world = World::new().await;
        let old = world.placed().await;
        let new = world.replace(old, "new", "1337").await.unwrap();
        let other = Arc::clone(&world);
        let work = meanwhile(async move {
            other.at_mollie(old, |order| order.method = Some("ideal".to_owned())).await;
            other.sync(old).await;
        });
        let is_placed = matches!(fate, Fate::Answered);
        world.mollie.next_during(fate, work);
        world.drive(new.claim.as_ref().unwrap()).await;
        let order = world.sound(old).await;
        assert_eq!((order.superseded.is_some(), order.facts.method.as_deref()), (is_placed, Some("ideal")));
    }
}

#[tokio::test]
async fn what_holds_money_or_waits_for_it_is_not_replaced_and_mollie_is_asked_first() {
    let cases = [
        (OrderStatus::Pending, LineStatus::Created),
        (OrderStatus::Authorized, LineStatus::Authorized),
        (OrderStatus::Paid, LineStatus::Paid),
    ];
    for (told, line) in cases {
        let world = World::new().await;
        let old = world.placed().await;
        // No hook told of it.
        world.advance(secs(3));
        world.at_mollie(old, |order| all_at(order, told, line)).await;
        let refused = world.replace(old, "new", "1337").await;
        assert_eq!(reason(refused), PreconditionReason::OrderNotSupersedable, "{}", told.as_str());
        assert_eq!((world.holder_of("1337").await, world.alive_at_mollie()), (Some(old), 1));
        let checked = supersede::check(&*world, &Access::everything(), old, &ProfileName::new("main")).await;
        assert!(matches!(checked, Err(MutationError::Precondition(_))), "{checked:?}");
    }
}

#[tokio::test]
async fn an_order_is_read_before_it_is_replaced_however_lately_it_was_read() {
    let world = World::new().await;
    let old = world.placed().await;
    world.sync(old).await;
    let readings = world.mollie.readings();
    let new = world.replace(old, "new", "1337").await.unwrap();
    assert_eq!(world.mollie.readings(), readings + 1);
    world.mollie.next(Fate::Rejected);
    world.drive(new.claim.as_ref().unwrap()).await;
    world.sync(old).await;
    world.authorize(old).await;
    let refused = world.replace(old, "again", "1337").await;
    assert_eq!(reason(refused), PreconditionReason::OrderNotSupersedable);

    let world = World::new().await;
    let old = world.placed().await;
    world.advance(secs(3));
    world.mollie.side().unreadable = Some(domain::ports::GatewayError::Unavailable("down".to_owned()));
    let refused = world.replace(old, "new", "1337").await;
    assert!(matches!(refused, Err(MutationError::Unconfirmed(_))), "{refused:?}");
    assert_eq!(world.holder_of("1337").await, Some(old));
}

/// What an answer leaves out may be what forbids it.
#[tokio::test]
async fn a_reading_that_leaves_payments_out_does_not_allow_it() {
    let world = World::new().await;
    let old = world.placed().await;
    world.advance(secs(3));
    world.mollie.side().distorts = Some(|order| order.payments = None);
    let refused = world.replace(old, "new", "1337").await;
    assert!(matches!(refused, Err(MutationError::Unconfirmed(_))), "{refused:?}");
    world.mollie.side().distorts = None;
    world.replace(old, "new", "1337").await.unwrap();
}

#[tokio::test]
async fn what_is_not_known_not_placed_or_of_another_profile_is_not_replaced() {
    let world = World::new().await;
    let placing = world.recorded().await.order_id;
    assert_eq!(reason(world.replace(placing, "new", "2").await), PreconditionReason::OrderNotPlaced);
    let unknown = OrderId::new(uuid::Uuid::from_u128(4711));
    let refused = world.replace(unknown, "new", "2").await;
    assert!(matches!(refused, Err(MutationError::OrderNotFound(id)) if id == unknown));
    let elsewhere = (ProfileName::new("other"), Mode::Test);
    let order = Box::pin(place(&*world, &intent("CreateOrder", "e"), elsewhere, draft("3"))).await.unwrap();
    world.drive(order.claim.as_ref().unwrap()).await;
    let refused = world.replace(order.order_id, "new", "2").await;
    assert!(
        matches!(&refused, Err(MutationError::Invalid(faults)) if faults[0].rule == "supersedes.profile")
    );
    assert_eq!(world.holder_of("2").await, None);
}

#[tokio::test]
async fn what_is_over_may_be_replaced_and_is_left_alone() {
    let world = World::new().await;
    let old = world.placed().await;
    let canceled = world.cancel(old).await.unwrap();
    world.drive(canceled.claim.as_ref().unwrap()).await;
    world.live(3).await;
    let new = world.replaced(old, "1337").await;
    world.live(5).await;
    assert_eq!((by(&world.settled(old).await), world.cancel_calls()), (Some(new), 1));
    let third = world.replace(new, "third", "1337").await.unwrap();
    assert_eq!(world.holder_of("1337").await, Some(third.order_id), "and so on");
}

/// A third order has the number that the new one wants: nothing of the old one changes.
#[tokio::test]
async fn a_number_of_a_third_order_is_not_to_be_had() {
    let world = World::new().await;
    let old = world.placed().await;
    let third = world.place("third", "1338").await;
    let refused = world.replace(old, "new", "1338").await;
    assert!(
        matches!(&refused, Err(MutationError::NumberHeld { by, .. }) if *by == third.order_id),
        "{refused:?}"
    );
    let order = world.settled(old).await;
    assert_eq!((by(&order), order.held_number()), (None, Some("1337")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_that_replace_an_order_at_once_one_does_and_the_others_learn_which() {
    let world = World::new().await;
    let old = world.placed().await;
    world.sync(old).await;
    let one = |n: usize| {
        let world = Arc::clone(&world);
        async move { world.replace(old, &format!("n{n}"), "1337").await }
    };
    let all = tokio::join!(one(0), one(1), one(2), one(3), one(4), one(5), one(6), one(7));
    let all = [all.0, all.1, all.2, all.3, all.4, all.5, all.6, all.7];
    let (won, lost): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1, "{lost:?}");
    let winner = won[0].as_ref().unwrap().order_id;
    for lost in lost {
        let Err(MutationError::Precondition(refusal)) = lost else { panic!("{lost:?}") };
        assert_eq!(
            (refusal.reason, refusal.superseded_by),
            (PreconditionReason::OrderSuperseded, Some(winner))
        );
    }
    assert_eq!((by(&world.sound(old).await), world.holder_of("1337").await), (Some(winner), Some(winner)));
}

#[tokio::test]
async fn a_repeated_request_is_answered_the_same_whatever_became_of_it() {
    for fate in [Fate::Answered, Fate::Rejected] {
        let world = World::new().await;
        let old = world.placed().await;
        let first = world.replace(old, "new", "1337").await.unwrap();
        let at_once = world.replace(old, "new", "1337").await.unwrap();
        world.mollie.next(fate);
        world.drive(first.claim.as_ref().unwrap()).await;
        world.live(5).await;
        world.mollie.side().unreadable = Some(domain::ports::GatewayError::Unavailable("down".to_owned()));
        world.advance(mins(5));
        let later = world.replace(old, "new", "1337").await.unwrap();
        for repeat in [at_once, later] {
            assert_eq!((repeat.order_id, repeat.group), (first.order_id, first.group));
        }
    }
}
