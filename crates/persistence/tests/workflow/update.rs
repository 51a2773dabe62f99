//! Changing an order: what is asked for last holds, a refusal leaves the order as it was, and no number is held by two orders or lost
//! unseen.

use std::sync::Arc;

use domain::operations::update_order::Update;
use domain::ports::{GatewayError, OrderKey, Store};
use domain::rules::address::Address;
use domain::rules::ids::{OrderId, ProfileName};
use domain::rules::item::ItemKind;
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::order_update::{NewAddresses, NewTerms, OrderUpdate};
use domain::rules::precondition::PreconditionReason;
use domain::rules::snapshot::AddressSnapshot;
use domain::workflow::operator::{self, Verdict};
use domain::workflow::submit::{On, submit};
use domain::workflow::{MutationError, Recorded};

use crate::intents::{decision, intent, lamps, reason};
use crate::mollie::Fate;
use crate::world::{World, mins, secs};

fn lives_in(city: &str) -> Address {
    Address { city: Some(city.to_owned()), ..Address::default() }
}

fn moved_to(city: &str) -> OrderUpdate {
    let addresses = NewAddresses { billing_address: Some(lives_in(city)), shipping_address: None };
    OrderUpdate { terms: NewTerms { personal: addresses.names(), ..NewTerms::default() }, addresses }
}

fn numbered(number: &str) -> OrderUpdate {
    let terms = NewTerms { order_number: Some(number.to_owned()), ..NewTerms::default() };
    OrderUpdate { terms, addresses: NewAddresses::default() }
}

fn back_to(url: &str) -> OrderUpdate {
    let terms = NewTerms { redirect_url: Some(url.to_owned()), ..NewTerms::default() };
    OrderUpdate { terms, addresses: NewAddresses::default() }
}

impl World {
    async fn update(&self, id: OrderId, update: OrderUpdate) -> Result<Recorded, MutationError> {
        let intent = intent("UpdateOrder", &format!("update-{}", self.number()));
        Box::pin(submit(self, &intent, On::Order(id), &Update(update))).await
    }

    async fn update_now(&self, id: OrderId, update: OrderUpdate) -> Recorded {
        let recorded = self.update(id, update).await.unwrap();
        self.drive(recorded.claim.as_ref().unwrap()).await;
        recorded
    }

    async fn holder(&self, number: &str) -> Option<OrderId> {
        let key = OrderKey::Number { profile: ProfileName::new("main"), order_number: number.to_owned() };
        let found = self.store.load_order(&key).await.unwrap();
        found.filter(|order| order.held_number() == Some(number)).map(|order| order.id)
    }

    fn city_at_mollie(&self, order: &Order) -> Option<String> {
        let side = self.mollie.side();
        let theirs = side.ledger.find(order.mollie_id.as_ref().unwrap()).unwrap();
        theirs.billing_address.as_ref().and_then(|address| address.parts.city.clone())
    }
}

fn city(order: &Order) -> Option<&str> {
    order.personal.billing_address.as_ref().and_then(|address| address.city.as_deref())
}

#[tokio::test]
async fn an_address_is_changed_here_and_there_whatever_answer_is_lost() {
    for fate in [Fate::Answered, Fate::LostAnswer, Fate::LostCall, Fate::Late(secs(30)), Fate::Stumbles] {
        let world = World::new().await;
        let id = world.placed().await;
        world.mollie.next(fate.clone());
        let made = world.update_now(id, moved_to("Utrecht")).await;
        world.work(mins(5)).await;
        world.sync(id).await;
        let order = world.settled(id).await;
        assert_eq!(world.state(made.operation_id()).await, OperationState::Succeeded, "{fate:?}");
        let there = world.city_at_mollie(&order);
        assert_eq!((city(&order), there.as_deref()), (Some("Utrecht"), Some("Utrecht")), "{fate:?}");
        let kinds = world.kinds(id).await;
        let told = |kind| kinds.iter().filter(|one| **one == kind).count();
        assert_eq!((told("order.update_recorded"), told("order.terms_updated")), (1, 1), "{kinds:?}");
        assert!(world.operation(made.operation_id()).await.sealed.is_none(), "addresses are not kept twice");
    }
}

/// The effect of the first call may be late: it must not undo the second.
#[tokio::test]
async fn of_two_changes_the_last_one_holds() {
    for fate in [Fate::Late(secs(40)), Fate::LostCall, Fate::LostAnswer] {
        let world = World::new().await;
        let id = world.placed().await;
        world.mollie.next(fate.clone());
        world.update_now(id, moved_to("Utrecht")).await;
        let second = world.update(id, moved_to("Breda")).await.unwrap();
        assert!(second.claim.is_none(), "it waits for the first");
        world.work(mins(5)).await;
        let order = world.sync(id).await;
        assert_eq!((city(&order), world.city_at_mollie(&order).as_deref()), (Some("Breda"), Some("Breda")));
        world.settled(id).await;
    }
}

#[tokio::test]
async fn what_is_declined_leaves_the_order_as_it_was() {
    let world = World::new().await;
    let id = world.placed().await;
    let before = world.order(id).await;
    world.mollie.next(Fate::Rejected);
    let update = OrderUpdate {
        terms: NewTerms { personal: moved_to("Breda").terms.personal, ..numbered("1338").terms },
        ..moved_to("Breda")
    };
    let declined = world.update_now(id, update).await;
    assert_eq!(world.state(declined.operation_id()).await, OperationState::Rejected);
    let order = world.settled(id).await;
    assert_eq!((&order.terms, &order.personal), (&before.terms, &before.personal));
    assert_eq!((world.holder("1337").await, world.holder("1338").await), (Some(id), None));
    assert!(world.kinds(id).await.ends_with(&["order.update_recorded", "order.update_refused"]));
}

/// Mollie leaves out what an order does not have, and that must not look like an answer that cannot be read.
#[tokio::test]
async fn a_first_shipping_address_that_is_declined_is_refused_at_once() {
    let world = World::new().await;
    let id = world.placed().await;
    world.mollie.next(Fate::Rejected);
    let addresses = NewAddresses { billing_address: None, shipping_address: Some(lives_in("Breda")) };
    let terms = NewTerms { cancel_url: Some("https://shop.example/c".to_owned()), ..NewTerms::default() };
    let terms = NewTerms { personal: addresses.names(), ..terms };
    let declined = world.update_now(id, OrderUpdate { terms, addresses }).await;
    assert_eq!(world.state(declined.operation_id()).await, OperationState::Rejected);
    assert_eq!(world.settled(id).await.personal.shipping_address, None);
}

#[tokio::test]
async fn what_mollie_does_not_take_within_a_day_is_given_up() {
    let world = World::new().await;
    let id = world.placed().await;
    world.mollie.next(Fate::NotSent(Some(mins(25 * 60))));
    let made = world.update_now(id, moved_to("Utrecht")).await;
    assert_eq!(world.state(made.operation_id()).await, OperationState::Pending);
    world.advance(mins(25 * 60));
    world.work(secs(2)).await;
    assert_eq!(world.state(made.operation_id()).await, OperationState::Withdrawn);
    assert!(world.kinds(id).await.ends_with(&["order.update_recorded", "order.update_refused"]));
}

/// An order holds one new number: of two the first would be free for others while Mollie has it.
#[tokio::test]
async fn a_second_new_number_waits_for_the_first() {
    let world = World::new().await;
    let id = world.placed().await;
    world.mollie.next(Fate::NotSent(Some(secs(60))));
    world.update_now(id, numbered("1338")).await;
    assert_eq!(reason(world.update(id, numbered("1339")).await), PreconditionReason::NumberChanging);
    world.update(id, moved_to("Utrecht")).await.unwrap();
    world.work(mins(3)).await;
    world.update_now(id, numbered("1339")).await;
    assert_eq!(world.settled(id).await.held_number(), Some("1339"));
}

/// The number was free again by the time it was taken back.
#[tokio::test]
async fn a_number_that_is_free_again_is_taken_back() {
    let world = World::new().await;
    let id = world.placed().await;
    world.mollie.next(Fate::NotSent(Some(secs(60))));
    world.update_now(id, numbered("1338")).await;
    let other = world.place_as("p-2", "1337").await.unwrap();
    world.drive(other.claim.as_ref().unwrap()).await;
    let canceled = world.cancel(other.order_id).await.unwrap();
    world.drive(canceled.claim.as_ref().unwrap()).await;
    world.sync(other.order_id).await;
    world.mollie.next(Fate::Rejected);
    world.work(mins(3)).await;
    assert_eq!(world.settled(id).await.held_number(), Some("1337"));
}

#[tokio::test]
async fn a_declined_change_that_an_earlier_call_has_made_counts_as_made() {
    let world = World::new().await;
    let id = world.placed().await;
    world.mollie.next(Fate::LostAnswer);
    let made = world.update_now(id, moved_to("Utrecht")).await;
    world.mollie.next(Fate::Rejected);
    world.work(mins(5)).await;
    assert_eq!(world.state(made.operation_id()).await, OperationState::Succeeded);
    assert_eq!(city(&world.sync(id).await), Some("Utrecht"));
}

#[tokio::test]
async fn a_new_number_is_held_from_the_request_on_and_the_old_one_is_free() {
    let world = World::new().await;
    let id = world.placed().await;
    world.mollie.next(Fate::NotSent(Some(secs(60))));
    world.update_now(id, numbered("1338")).await;
    assert_eq!((world.holder("1337").await, world.holder("1338").await), (None, Some(id)));
    assert_eq!(world.order(id).await.terms.order_number, "1337", "Mollie does not have it yet");
    let taken = world.place_as("p-2", "1338").await.unwrap_err();
    assert!(matches!(&taken, MutationError::NumberHeld { by, .. } if *by == id), "{taken:?}");
    world.work(mins(3)).await;
    let order = world.settled(id).await;
    assert_eq!((order.terms.order_number.as_str(), order.held_number()), ("1338", Some("1338")));
    world.place_as("p-3", "1337").await.unwrap();
    let taken = world.update(id, numbered("1337")).await.unwrap_err();
    assert!(matches!(taken, MutationError::NumberHeld { .. }), "{taken:?}");
    assert_eq!(world.holder("1338").await, Some(id), "it keeps what it has");
}

/// Mollie refuses the new number, and somebody has taken the old one meanwhile: both orders have it there.
#[tokio::test]
async fn a_number_that_cannot_be_taken_back_is_told() {
    for by_operator in [false, true] {
        let world = World::new().await;
        let id = world.placed().await;
        world.mollie.next(if by_operator { Fate::LostCall } else { Fate::NotSent(Some(secs(60))) });
        let made = world.update_now(id, numbered("1338")).await;
        let other = world.place_as("p-2", "1337").await.unwrap();
        world.drive(other.claim.as_ref().unwrap()).await;
        let other = other.order_id;
        if by_operator {
            // Nobody hears anything, and no reading can be understood.
            (0..12).for_each(|_| world.mollie.next(Fate::LostCall));
            world.mollie.side().unreadable = Some(GatewayError::Unreadable("it is odd".into()));
            world.work(mins(60)).await;
            assert_eq!(world.state(made.operation_id()).await, OperationState::NeedsAttention);
            let operation = made.operation_id().unwrap();
            operator::resolve_as(&*world, operation, &Verdict::Rejected, &decision()).await.unwrap();
        } else {
            world.mollie.next(Fate::Rejected);
            world.work(mins(3)).await;
        }
        assert_eq!(world.state(made.operation_id()).await, OperationState::Rejected);
        let order = world.sound(id).await;
        assert_eq!((order.held_number(), world.holder("1337").await), (None, Some(other)));
        let [item] = &order.items[..] else { panic!("{:?}", order.items) };
        assert_eq!((item.kind, item.subject.as_str()), (ItemKind::NumberShared, "1337"));
        assert!(world.kinds(id).await.contains(&"order.number_lost"));
        world.mollie.side().unreadable = None;
        world.mollie.forget_script();
        world.update_now(id, numbered("1339")).await;
        assert_eq!(world.holder("1339").await, Some(id), "another number is its own again");
    }
}

/// Mollie has done it and spells it otherwise, a hook has the order read, and the repeat is refused.
#[tokio::test]
async fn a_change_that_mollie_spells_otherwise_is_done_although_its_repeat_is_refused() {
    let world = World::new().await;
    let id = world.placed().await;
    world.mollie.next(Fate::LostAnswer);
    let made = world.update_now(id, moved_to("Utrecht")).await;
    let spelled = AddressSnapshot { parts: lives_in(" UTRECHT"), is_whole: true };
    world.at_mollie(id, |order| order.billing_address = Some(spelled)).await;
    assert_eq!(city(&world.sync(id).await), Some(" UTRECHT"));
    (0..12).for_each(|_| world.mollie.next(Fate::Rejected));
    world.work(mins(5)).await;
    assert_eq!(world.state(made.operation_id()).await, OperationState::Succeeded);
    world.settled(id).await;
}

#[tokio::test]
async fn another_number_at_mollie_is_raised_once_and_closes_itself() {
    let world = World::new().await;
    let id = world.placed().await;
    let ours = world.order(id).await.terms.order_number;
    world.at_mollie(id, |order| order.order_number = "4711".to_owned()).await;
    let order = world.sync(id).await;
    let [item] = &order.items[..] else { panic!("{:?}", order.items) };
    assert_eq!((item.kind, item.subject.as_str(), item.is_open()), (ItemKind::NumberDiffers, "4711", true));
    assert!(item.text.contains(&ours), "{}", item.text);
    assert_eq!(world.sync(id).await.items, order.items);
    assert_eq!(world.order(id).await.terms.order_number, ours, "a number is as it was set here");
    world.update_now(id, numbered("4711")).await;
    let order = world.sync(id).await;
    assert!(!order.items[0].is_open() && order.items.len() == 1, "{:?}", order.items);
    world.settled(id).await;
}

#[tokio::test]
async fn pages_are_changed_until_the_payment_is_final() {
    let world = World::new().await;
    let id = world.placed().await;
    world.update_now(id, back_to("https://shop.example/back")).await;
    let order = world.settled(id).await;
    assert_eq!(order.terms.redirect_url.as_deref(), Some("https://shop.example/back"));
    world.authorize(id).await;
    world.sync(id).await;
    let refused = world.update(id, back_to("https://shop.example/late")).await;
    assert_eq!(reason(refused), PreconditionReason::PaymentFinal);
    world.update_now(id, moved_to("Utrecht")).await;
    assert_eq!(city(&world.sync(id).await), Some("Utrecht"));
    assert_eq!(world.mollie.calls().iter().filter(|call| call.kind == "update").count(), 2);
}

/// Addresses are sealed until they are sent: if the seal cannot be opened any more, a person decides.
#[tokio::test]
async fn what_cannot_be_unsealed_is_put_to_a_person() {
    let world = World::new().await;
    let id = world.placed().await;
    world.mollie.next(Fate::NotSent(Some(secs(10))));
    let made = world.update_now(id, moved_to("Utrecht")).await;
    world.spoil_secrets().await;
    world.work(mins(2)).await;
    assert_eq!(world.state(made.operation_id()).await, OperationState::NeedsAttention);
    assert_eq!(world.mollie.calls().iter().filter(|call| call.kind == "update").count(), 1);
}

#[tokio::test]
async fn a_change_holds_up_no_parcel() {
    let world: Arc<World> = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::NotSent(Some(mins(10))));
    let change = world.update_now(id, moved_to("Utrecht")).await;
    let shipped = world.ship(id, &lamps(1)).await.unwrap();
    world.work(secs(5)).await;
    assert_eq!(world.state(shipped.operation_id()).await, OperationState::Succeeded);
    assert_eq!(world.state(change.operation_id()).await, OperationState::Pending);
}
