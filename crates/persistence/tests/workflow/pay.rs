//! Further payments: opened once whatever answer is lost, and never beside an attempt that is open.

use domain::operations::create_payment::Pay;
use std::sync::Arc;

use domain::ports::Clock;
use domain::rules::ids::OrderId;
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::order_payment::PaymentRequest;
use domain::rules::payment::{Payment, PaymentParameters};
use domain::rules::precondition::PreconditionReason;
use domain::rules::snapshot::Snapshot;
use domain::rules::status::{LineStatus, OrderStatus, PaymentStatus, Read};
use domain::workflow::submit::{On, submit};
use domain::workflow::{MutationError, Recorded};

use crate::intents::{intent, reason};
use crate::items::attempt;
use crate::mollie::{Fate, meanwhile};
use crate::world::{World, all_at, mins, secs};

impl World {
    pub async fn pay_anew(&self, id: OrderId) -> Result<Recorded, MutationError> {
        let intent = intent("CreateOrderPayment", &format!("pay-{}", self.number()));
        let payment = PaymentParameters([("issuer".to_owned(), "ideal_INGBNL2A".to_owned())].into());
        let request = Pay(PaymentRequest { methods: vec!["ideal".to_owned()], payment });
        Box::pin(submit(self, &intent, On::Order(id), &request)).await
    }

    /// An order whose first attempt has ended without money.
    pub async fn unpaid(&self) -> OrderId {
        let (id, now) = (self.placed().await, self.clock.now());
        let payments = Some(vec![attempt("tr_0", PaymentStatus::Failed, now)]);
        self.at_mollie(id, |order| order.payments = payments).await;
        self.sync(id).await;
        id
    }
}

fn attempts(order: &Order) -> Vec<(&str, &Read<PaymentStatus>)> {
    order.payments.iter().map(|payment| (payment.mollie_id.as_str(), &payment.status)).collect()
}

const OPEN: Read<PaymentStatus> = Read::Known(PaymentStatus::Open);
const FAILED: Read<PaymentStatus> = Read::Known(PaymentStatus::Failed);

#[tokio::test]
async fn a_further_attempt_is_opened_once_whatever_answer_is_lost() {
    for fate in [Fate::Answered, Fate::LostAnswer, Fate::LostCall, Fate::Late(secs(30)), Fate::Stumbles] {
        let world = World::new().await;
        let id = world.unpaid().await;
        world.mollie.next(fate.clone());
        let made = world.pay_anew(id).await.unwrap();
        let joined = world.pay_anew(id).await.unwrap();
        assert_eq!(joined.group, made.group, "who asks meanwhile gets the same");
        world.drive(made.claim.as_ref().unwrap()).await;
        world.work(mins(5)).await;
        world.sync(id).await;
        let order = world.settled(id).await;
        let [(_, failed), (new, open)] = &attempts(&order)[..] else { panic!("{fate:?}: {order:?}") };
        assert_eq!((*failed, *open), (&FAILED, &OPEN), "{fate:?}");
        let [(by, payment)] = &order.made_payments[..] else { panic!("{fate:?}") };
        assert_eq!((Some(*by), payment.as_str()), (made.operation_id(), *new), "{fate:?}");
        assert_eq!(world.state(made.operation_id()).await, OperationState::Succeeded, "{fate:?}");
        let kinds = world.kinds(id).await;
        let of_payments: Vec<_> = kinds.iter().filter(|kind| kind.starts_with("payment.")).copied().collect();
        assert_eq!(of_payments, ["payment.attempt_ended", "payment.recorded", "payment.created"]);
    }
}

/// The shopper would pay an order that another one replaces.
#[tokio::test]
async fn an_order_for_which_a_payment_is_being_opened_is_not_replaced() {
    let world = World::new().await;
    let id = world.unpaid().await;
    world.mollie.next(Fate::NotSent(Some(mins(10))));
    let made = world.pay_anew(id).await.unwrap();
    world.drive(made.claim.as_ref().unwrap()).await;
    let refused = world.replace(id, "new", "1337").await;
    assert_eq!(reason(refused), PreconditionReason::OrderNotSupersedable);
    world.advance(mins(10));
    world.work(mins(5)).await;
    assert_eq!(attempts(&world.sync(id).await).last().map(|(_, status)| *status), Some(&OPEN));
    world.replace(id, "again", "1337").await.unwrap();
}

/// Without trust in keys, a lost call is repeated only once a reading shows no new attempt.
#[tokio::test]
async fn a_lost_attempt_is_found_before_another_is_opened() {
    for fate in [Fate::LostAnswer, Fate::LostCall] {
        let world = World::without_trust().await;
        let id = world.unpaid().await;
        world.mollie.next(fate.clone());
        let made = world.pay_anew(id).await.unwrap();
        world.drive(made.claim.as_ref().unwrap()).await;
        world.work(mins(5)).await;
        world.sync(id).await;
        assert_eq!(attempts(&world.settled(id).await).len(), 2, "{fate:?}");
    }
}

#[tokio::test]
async fn an_attempt_that_is_open_is_told_instead_of_another() {
    let world = World::new().await;
    let (id, now) = (world.unpaid().await, world.clock.now());
    // The shopper opened one at the checkout, and no hook told of it.
    let both = vec![attempt("tr_0", PaymentStatus::Failed, now), attempt("tr_1", PaymentStatus::Open, now)];
    world.at_mollie(id, |order| order.payments = Some(both)).await;
    let made = world.pay_anew(id).await.unwrap();
    world.drive(made.claim.as_ref().unwrap()).await;
    world.work(mins(1)).await;
    let order = world.settled(id).await;
    assert_eq!(order.made_payments[0].1.as_str(), "tr_1", "Mollie refused another");
    assert_eq!(reason(world.pay_anew(id).await), PreconditionReason::PaymentOpen);
    assert_eq!(world.mollie.calls().iter().filter(|call| call.kind == "pay").count(), 1);
}

/// The shopper opened another one at the checkout, and it has ended too.
#[tokio::test]
async fn an_attempt_that_has_ended_by_then_is_no_answer() {
    for fate in [Fate::Answered, Fate::LostCall, Fate::LostAnswer] {
        let world = World::new().await;
        let (id, now) = (world.unpaid().await, world.clock.now());
        let ended = ["tr_0", "tr_x"].map(|id| attempt(id, PaymentStatus::Failed, now)).to_vec();
        world.at_mollie(id, |order| order.payments = Some(ended)).await;
        world.mollie.next(fate.clone());
        let made = world.pay_anew(id).await.unwrap();
        world.drive(made.claim.as_ref().unwrap()).await;
        world.work(mins(5)).await;
        world.sync(id).await;
        let order = world.settled(id).await;
        let of = &order.made_payments[0].1;
        let payment = order.payments.iter().find(|payment| payment.mollie_id == *of).unwrap();
        assert_eq!((payment.status.clone(), order.payments.len()), (OPEN, 3), "{fate:?}");
    }
}

/// A hook is faster than the answer: what it told stays.
#[tokio::test]
async fn the_answer_that_an_attempt_was_opened_does_not_undo_what_a_reading_showed() {
    let world = World::new().await;
    let id = world.unpaid().await;
    let paid = {
        let world = Arc::clone(&world);
        meanwhile(async move {
            let now = world.clock.now();
            let paid = |payment: Payment| Payment {
                status: Read::Known(PaymentStatus::Paid),
                paid_time: Some(now),
                ..payment
            };
            let change = |order: &mut Snapshot| {
                all_at(order, OrderStatus::Paid, LineStatus::Paid);
                let last = order.payments.iter_mut().flatten().last().unwrap();
                *last = paid(last.clone());
            };
            world.at_mollie(id, change).await;
            world.sync(id).await;
        })
    };
    world.mollie.next_during(Fate::Answered, paid);
    let made = world.pay_anew(id).await.unwrap();
    world.drive(made.claim.as_ref().unwrap()).await;
    let order = world.order(id).await;
    assert_eq!(order.payments[1].status, Read::Known(PaymentStatus::Paid));
    assert_eq!(order.made_payments.len(), 1);
}

/// It is read at Mollie before it is refused.
#[tokio::test]
async fn an_attempt_that_has_ended_unheard_of_holds_nothing_up() {
    let world = World::new().await;
    let (id, now) = (world.placed().await, world.clock.now());
    let one = |status| Some(vec![attempt("tr_0", status, now)]);
    world.at_mollie(id, |order| order.payments = one(PaymentStatus::Open)).await;
    world.sync(id).await;
    assert_eq!(reason(world.pay_anew(id).await), PreconditionReason::PaymentOpen);
    world.advance(secs(10));
    world.at_mollie(id, |order| order.payments = one(PaymentStatus::Expired)).await;
    assert!(world.pay_anew(id).await.is_ok());
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_not_opened() {
    let world = World::new().await;
    let id = world.unpaid().await;
    world.mollie.next(Fate::NotSent(Some(mins(20))));
    let made = world.pay_anew(id).await.unwrap();
    world.drive(made.claim.as_ref().unwrap()).await;
    world.work(mins(40)).await;
    assert_eq!(world.state(made.operation_id()).await, OperationState::Withdrawn);
    let order = world.settled(id).await;
    assert_eq!(attempts(&order), [("tr_0", &FAILED)]);
    assert!(world.kinds(id).await.contains(&"payment.refused"));
}

#[tokio::test]
async fn an_order_that_is_paid_takes_no_further_payment() {
    let world = World::new().await;
    let id = world.placed().await;
    world.pay(id).await;
    world.sync(id).await;
    assert_eq!(reason(world.pay_anew(id).await), PreconditionReason::OrderNotPayable);
}
