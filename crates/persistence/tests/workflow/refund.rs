//! Refunding: every way that its call can end, and what becomes of refunds later.

use std::sync::Arc;

use domain::operations::create_refund::GiveBack;
use domain::ports::{Clock, Store};
use domain::rules::ids::{LineId, MollieRefundId, OrderId};
use domain::rules::item::ItemKind;
use domain::rules::operation::OperationState;
use domain::rules::part::Part;
use domain::rules::payment::Payment;
use domain::rules::precondition::PreconditionReason;
use domain::rules::refund::{Reduction, Refund, RefundRequest, RefundSelection, RefundState, Route};
use domain::rules::shipment::{LineSelection, Origin};
use domain::rules::snapshot::RefundSnapshot;
use domain::rules::status::{OrderStatus, PaymentStatus, Read, RefundStatus};
use domain::workflow::operator::retry;
use domain::workflow::step::Progress;
use domain::workflow::submit::{On, submit};
use domain::workflow::{Intent, MutationError, Recorded};

use crate::intents::{decision, euro, intent, lamps, reason};
use crate::items::attempt;
use crate::ledger::add_refund;
use crate::mollie::{Fate, meanwhile};
use crate::world::{World, mins, secs};

pub fn request(selection: RefundSelection) -> RefundRequest {
    RefundRequest {
        selection,
        payment_id: None,
        description: None,
        merge_equal: false,
        overrides: Vec::new(),
        not_leaving: None,
    }
}

pub fn units(line: u32, quantity: u32) -> RefundRequest {
    let line_id = LineId::new(line);
    request(RefundSelection::Lines(vec![LineSelection { line_id, quantity, amount: None }]))
}

pub fn goodwill(amount: &str) -> RefundRequest {
    request(RefundSelection::Amount(euro(amount)))
}

pub fn less(line: u32, amount: &str) -> RefundRequest {
    let (line_id, amount) = (LineId::new(line), euro(amount));
    request(RefundSelection::Reductions(vec![Reduction { line_id, amount }]))
}

impl World {
    /// An order that was paid at once.
    pub async fn paid(self: &Arc<Self>) -> OrderId {
        let id = self.placed().await;
        self.pay(id).await;
        let payment = attempt("tr_1", PaymentStatus::Paid, self.clock.now());
        self.at_mollie(id, |order| order.payments = Some(vec![payment])).await;
        self.sync(id).await;
        id
    }

    pub async fn refund(&self, id: OrderId, wanted: &RefundRequest) -> Result<Recorded, MutationError> {
        let intent = intent("CreateRefund", &format!("refund-{}", self.number()));
        Box::pin(self.refund_as(&intent, id, wanted)).await
    }

    async fn refund_as(
        &self,
        intent: &Intent,
        id: OrderId,
        wanted: &RefundRequest,
    ) -> Result<Recorded, MutationError> {
        Box::pin(submit(self, intent, On::Order(id), &GiveBack(wanted.clone()))).await
    }

    pub async fn refund_now(&self, id: OrderId, wanted: &RefundRequest) -> (Recorded, Progress) {
        let accepted = self.refund(id, wanted).await.unwrap();
        let progress = self.drive(accepted.claim.as_ref().unwrap()).await;
        (accepted, progress)
    }

    pub async fn refund_of(&self, recorded: &Recorded) -> Refund {
        self.store.load_refund(recorded.answer.refund().unwrap()).await.unwrap().unwrap()
    }

    /// Each refund at Mollie has another status from now on.
    pub async fn refunds_become(&self, id: OrderId, status: RefundStatus) {
        self.at_mollie(id, |order| {
            for refund in order.refunds.iter_mut().flatten() {
                refund.status = Read::Known(status);
            }
        })
        .await;
    }

    async fn refunds_at_mollie(&self, id: OrderId) -> Vec<RefundSnapshot> {
        let mollie_id = self.order(id).await.mollie_id.unwrap();
        let side = self.mollie.side();
        side.ledger.find(&mollie_id).unwrap().refunds.clone().unwrap()
    }

    /// Nothing is reserved, and what is refunded of lines and beside them is what Mollie's refunds add up to.
    pub async fn balanced(&self, id: OrderId) {
        let order = self.settled(id).await;
        let theirs = self.refunds_at_mollie(id).await;
        let theirs = theirs.iter().filter(|refund| !refund.is_void()).map(|refund| refund.amount.minor());
        let lines = order.lines.iter().map(|line| line.refunded.and(line.payment_refunded).amount.minor());
        let ours = lines.sum::<i64>() + order.beside.refunded.minor();
        assert_eq!(ours, theirs.sum::<i64>());
        assert_eq!(order.beside.refunding, euro("0.00"));
        for line in &order.lines {
            assert_eq!(line.refunding.and(line.payment_refunding), Part::none(euro("0.00")));
        }
    }
}

#[tokio::test]
async fn an_accepted_refund_is_registered_and_its_request_is_answered_again_without_a_call() {
    let world = World::new().await;
    let id = world.paid().await;
    let wish = intent("CreateRefund", "r");
    let first = world.refund_as(&wish, id, &units(1, 1)).await.unwrap();
    let order = world.sound(id).await;
    assert_eq!(order.lines[0].refunding, Part { quantity: 1, amount: euro("349.00") });
    assert_eq!(world.refund_of(&first).await.state, RefundState::Recorded);
    assert_eq!(world.drive(first.claim.as_ref().unwrap()).await, Progress::Settled);
    let again = world.refund_as(&wish, id, &units(1, 1)).await.unwrap();
    assert_eq!((again.answer, again.operation_id()), (first.answer, first.operation_id()));
    let refund = world.refund_of(&first).await;
    assert_eq!((refund.state, refund.route), (RefundState::Registered, Route::Order));
    assert_eq!(refund.status, Some(Read::Known(RefundStatus::Pending)));
    world.sync(id).await;
    world.balanced(id).await;
    let order = world.order(id).await;
    assert_eq!(order.lines[0].refunded, Part { quantity: 1, amount: euro("349.00") });
    assert_eq!(order.open_refunds, [refund.id]);
    let kinds = world.kinds(id).await;
    assert!(kinds.contains(&"refund.recorded") && kinds.contains(&"refund.registered"), "{kinds:?}");
    assert!(!kinds.contains(&"refund.observed"), "{kinds:?}");
    assert_eq!(world.mollie.calls().len(), 2);
}

/// Whatever answer is lost, Mollie makes it once.
#[tokio::test]
async fn a_refund_whose_answer_is_lost_is_recognised_by_our_id_and_made_once() {
    for fate in [Fate::LostAnswer, Fate::LostCall, Fate::Late(secs(30)), Fate::Stumbles] {
        for trusts in [true, false] {
            let world = if trusts { World::new().await } else { World::without_trust().await };
            let id = world.paid().await;
            world.mollie.next(fate.clone());
            let (recorded, progress) = world.refund_now(id, &units(2, 1)).await;
            assert_eq!(progress, Progress::Deferred);
            // Meanwhile a reading shows it, and does not take it for somebody else's.
            world.sync(id).await;
            world.work(mins(5)).await;
            world.sync(id).await;
            assert_eq!(world.refund_of(&recorded).await.state, RefundState::Registered, "{fate:?} {trusts}");
            assert_eq!(world.refunds_at_mollie(id).await.len(), 1, "{fate:?} {trusts}");
            assert!(!world.kinds(id).await.contains(&"refund.observed"), "{fate:?} {trusts}");
            world.balanced(id).await;
        }
    }
}

/// A second call after its key has died would be another refund.
#[tokio::test]
async fn after_an_hour_a_lost_refund_is_read_back_before_anything_is_sent() {
    let world = World::new().await;
    let id = world.paid().await;
    world.mollie.next(Fate::HangsAfter);
    let recorded = world.refund(id, &goodwill("5.00")).await.unwrap();
    world.crash(recorded.claim.as_ref().unwrap()).await;
    world.mollie.side().ledger.forgets_keys = true;
    world.advance(mins(90));
    world.end_leases().await;
    world.work(secs(10)).await;
    assert_eq!(world.refund_of(&recorded).await.state, RefundState::Registered);
    assert_eq!(world.refunds_at_mollie(id).await.len(), 1);
    world.sync(id).await;
    world.balanced(id).await;
}

/// It was to be repeated under its key, and the key died while it waited: by then the first call has had its effect.
#[tokio::test]
async fn a_repeat_that_waited_for_longer_than_its_key_lives_is_not_sent() {
    let world = World::new().await;
    let id = world.paid().await;
    world.mollie.next(Fate::Late(secs(30)));
    let (recorded, _) = world.refund_now(id, &goodwill("5.00")).await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Deferred);
    world.mollie.side().ledger.forgets_keys = true;
    world.advance(mins(90));
    world.work(secs(10)).await;
    assert_eq!(world.refund_of(&recorded).await.state, RefundState::Registered);
    assert_eq!(world.refunds_at_mollie(id).await.len(), 1);
}

/// Somebody refunds a unit of the very line that ours, undecided, is about.
#[tokio::test]
async fn what_is_refunded_elsewhere_is_entered_at_once_though_ours_is_undecided() {
    let world = World::new().await;
    let id = world.paid().await;
    world.mollie.next(Fate::LostCall);
    world.refund_now(id, &units(2, 1)).await;
    let theirs = made_elsewhere("re_a", &[(2, 1, "20.00")], &world, &world.order(id).await);
    world.at_mollie(id, |order| add_refund(order, &theirs)).await;
    world.sync(id).await;
    let lamps = &world.order(id).await.lines[1];
    assert_eq!((lamps.refunded.quantity, lamps.refunding.quantity), (1, 1));
    world.advance(mins(63));
    world.work(mins(5)).await;
    world.sync(id).await;
    world.balanced(id).await;
    assert_eq!(world.refunds_at_mollie(id).await.len(), 2);
}

#[tokio::test]
async fn a_rejected_refund_gives_back_what_it_had_reserved() {
    let world = World::new().await;
    let id = world.paid().await;
    world.mollie.next(Fate::Rejected);
    let (recorded, progress) = world.refund_now(id, &units(1, 2)).await;
    assert_eq!(progress, Progress::Settled);
    let refund = world.refund_of(&recorded).await;
    assert_eq!((refund.state, refund.rejection), (RefundState::Refused, Some(crate::mollie::rejection())));
    let order = world.settled(id).await;
    assert_eq!(order.lines[0].given_back(), Part::none(euro("0.00")));
    assert!(order.open_refunds.is_empty());
    world.refund_now(id, &units(1, 2)).await;
    world.balanced(id).await;
}

#[tokio::test]
async fn an_equal_refund_waits_for_an_hour_and_holds_up_nothing_else() {
    let world = World::new().await;
    let id = world.paid().await;
    world.refund_now(id, &units(2, 1)).await;
    let (second, progress) = world.refund_now(id, &units(2, 1)).await;
    assert_eq!(progress, Progress::Deferred);
    let waiting = world.operation(second.operation_id()).await;
    let wait = waiting.not_before.duration_since(world.clock.now());
    assert!(wait.as_mins() >= 60, "{wait}");
    // Its units stay reserved; another refund and a parcel go first.
    assert_eq!(world.order(id).await.lines[1].refunding.quantity, 1);
    let other = world.refund(id, &units(1, 1)).await.unwrap();
    assert_eq!(reason(world.refund(id, &units(2, 2)).await), PreconditionReason::LineNotRefundable);
    let parcel = world.ship(id, &lamps(1)).await.unwrap();
    world.work(secs(2)).await;
    assert_eq!(world.refund_of(&other).await.state, RefundState::Registered);
    assert_eq!(world.state(parcel.operation_id()).await, OperationState::Succeeded);
    world.advance(mins(63));
    world.work(secs(10)).await;
    assert_eq!(world.refund_of(&second).await.state, RefundState::Registered);
    assert_eq!(world.refunds_at_mollie(id).await.len(), 3);
    world.sync(id).await;
    world.balanced(id).await;
}

fn charged_back(payment: &mut Payment, amount: &str) {
    payment.amount_charged_back = Some(euro(amount));
}

fn merging(request: RefundRequest) -> RefundRequest {
    RefundRequest { merge_equal: true, ..request }
}

#[tokio::test]
async fn equal_refunds_that_wait_are_merged_into_one_that_asks_for_it() {
    let world = World::new().await;
    let id = world.paid().await;
    world.refund_now(id, &units(2, 1)).await;
    let (waiting, _) = world.refund_now(id, &units(2, 1)).await;
    let (merged, _) = world.refund_now(id, &merging(units(2, 1))).await;
    let [second, one] = [world.refund_of(&waiting).await, world.refund_of(&merged).await];
    assert_eq!((second.state, second.merged_into), (RefundState::Withdrawn, Some(one.id)));
    assert_eq!((one.state, one.amount, one.merged_into), (RefundState::Registered, euro("40.00"), None));
    assert_eq!(one.lines.iter().map(|line| line.part.quantity).collect::<Vec<_>>(), [2]);
    // Whoever calls the withdrawn one off must know that its money is given back all the same.
    let refused = world.call_off(id, &waiting).await;
    assert_eq!(reason(refused), PreconditionReason::RefundNotCancelable);
    world.advance(mins(63));
    world.work(secs(10)).await;
    assert_eq!(world.refunds_at_mollie(id).await.len(), 2);
    world.sync(id).await;
    world.balanced(id).await;
    assert_eq!(world.order(id).await.lines[1].refunded.quantity, 3);
}

/// What Mollie may have, or makes in another way, cannot be taken back into one.
#[tokio::test]
async fn an_equal_refund_that_was_sent_or_is_made_in_another_way_is_not_merged() {
    let world = World::new().await;
    let id = world.paid().await;
    world.refund_now(id, &units(2, 1)).await;
    let (by_line, _) = world.refund_now(id, &units(2, 1)).await;
    let beside = world.refund(id, &merging(goodwill("20.00"))).await.unwrap();
    world.work(secs(2)).await;
    for recorded in [&by_line, &beside] {
        assert_eq!(world.refund_of(recorded).await.state, RefundState::Recorded);
    }
    world.mollie.next(Fate::LostAnswer);
    let sent = world.refund(id, &units(1, 1)).await.unwrap();
    world.work(secs(1)).await;
    let after = world.refund(id, &merging(units(1, 1))).await.unwrap();
    assert_eq!(world.refund_of(&after).await.lines[0].part.quantity, 1);
    world.work(mins(5)).await;
    assert_eq!(world.refund_of(&sent).await.state, RefundState::Registered);
    for _ in 0..3 {
        world.advance(mins(63));
        world.work(secs(10)).await;
    }
    world.sync(id).await;
    world.balanced(id).await;
    assert_eq!(world.refunds_at_mollie(id).await.len(), 5);
}

/// One of them waits for a person, since the bank took money back after it was recorded; so does what takes it in.
#[tokio::test]
async fn a_refund_that_takes_in_one_from_before_a_chargeback_waits_for_a_person() {
    let world = World::new().await;
    let id = world.paid().await;
    world.refund_now(id, &units(2, 1)).await;
    let (before, progress) = world.refund_now(id, &units(2, 1)).await;
    assert_eq!(progress, Progress::Deferred);
    world
        .at_mollie(id, |order| order.payments.iter_mut().flatten().for_each(|one| charged_back(one, "2.00")))
        .await;
    world.sync(id).await;
    let (merged, _) = world.refund_now(id, &merging(units(2, 1))).await;
    assert_eq!(world.refund_of(&before).await.state, RefundState::Withdrawn);
    world.advance(mins(63));
    world.work(secs(10)).await;
    assert_eq!(world.state(merged.operation_id()).await, OperationState::NeedsAttention);
    assert_eq!(world.refunds_at_mollie(id).await.len(), 1);
}

#[tokio::test]
async fn of_two_equal_refunds_the_second_is_made_once_although_its_answer_is_lost() {
    let world = World::new().await;
    let id = world.paid().await;
    let (first, _) = world.refund_now(id, &goodwill("5.00")).await;
    let (second, _) = world.refund_now(id, &goodwill("5.00")).await;
    world.mollie.next(Fate::LostAnswer);
    world.advance(mins(63));
    world.work(mins(3)).await;
    let ids = [world.refund_of(&first).await, world.refund_of(&second).await].map(|refund| refund.mollie_id);
    assert!(ids[0].is_some() && ids[1].is_some() && ids[0] != ids[1], "{ids:?}");
    assert_eq!(world.refunds_at_mollie(id).await.len(), 2);
    world.sync(id).await;
    world.balanced(id).await;
}

/// Mollie's line does not know of the lower price: refunded there, 25.00 would come back for 20.00.
#[tokio::test]
async fn a_line_that_was_reduced_gives_back_no_more_than_its_price() {
    let world = World::new().await;
    let id = world.paid().await;
    let (reduced, _) = world.refund_now(id, &less(2, "5.00")).await;
    assert_eq!(world.refund_of(&reduced).await.route, Route::Payment);
    let (rest, _) = world.refund_now(id, &units(2, 3)).await;
    let rest = world.refund_of(&rest).await;
    assert_eq!((rest.route, rest.amount), (Route::Payment, euro("55.00")));
    world.sync(id).await;
    let order = world.order(id).await;
    let lamps = &order.lines[1];
    assert_eq!((lamps.refunded.quantity, lamps.payment_refunded.amount), (0, euro("60.00")));
    assert_eq!(reason(world.refund(id, &units(2, 1)).await), PreconditionReason::LineNotRefundable);
    world.balanced(id).await;
}

#[tokio::test]
async fn a_refund_that_fails_after_three_days_is_free_again_and_a_person_is_told() {
    for (refunded, status) in [
        (units(2, 1), RefundStatus::Failed),
        (less(2, "5.00"), RefundStatus::Failed),
        (goodwill("5.00"), RefundStatus::Canceled),
    ] {
        let world = World::new().await;
        let id = world.paid().await;
        let (recorded, _) = world.refund_now(id, &refunded).await;
        world.refunds_become(id, RefundStatus::Refunded).await;
        world.sync(id).await;
        assert!(world.order(id).await.open_refunds.is_empty());
        world.advance(mins(3 * 24 * 60));
        // Mollie's line may go on counting it.
        world.refunds_become(id, status).await;
        world.sync(id).await;
        world.sync(id).await;
        world.balanced(id).await;
        let order = world.order(id).await;
        assert_eq!(order.lines[1].given_back(), Part::none(euro("0.00")));
        let item = &order.items[0];
        let subject = recorded.answer.refund().unwrap().to_string();
        assert_eq!((item.kind, &item.subject, order.items.len()), (ItemKind::RefundFailed, &subject, 1));
        let told = world.kinds(id).await;
        assert_eq!(told.iter().filter(|kind| **kind == format!("refund.{}", status.as_str())).count(), 1);
        assert!(!told.contains(&"refund.observed"), "{told:?}");
    }
}

pub fn made_elsewhere(
    id: &str,
    lines: &[(u32, u32, &str)],
    world: &World,
    order: &domain::rules::order::Order,
) -> RefundSnapshot {
    let line = |(line, quantity, amount): &(u32, u32, &str)| {
        let line = order.line(LineId::new(*line)).unwrap();
        (line.mollie_id.clone().unwrap(), Part { quantity: *quantity, amount: euro(amount) })
    };
    RefundSnapshot {
        mollie_id: MollieRefundId::new(id),
        payment_id: Some(attempt("tr_1", PaymentStatus::Paid, world.clock.now()).mollie_id),
        amount: euro("20.00"),
        status: Read::Known(RefundStatus::Pending),
        created_time: world.clock.now(),
        description: None.into(),
        lines: lines.iter().map(line).collect(),
        settlement_amount: None,
        ours: None,
    }
}

#[tokio::test]
async fn refunds_made_in_the_dashboard_are_taken_over_and_lower_what_may_still_be_refunded() {
    let world = World::new().await;
    let id = world.paid().await;
    let order = world.order(id).await;
    let by_line = made_elsewhere("re_a", &[(2, 1, "20.00")], &world, &order);
    let beside = made_elsewhere("re_b", &[], &world, &order);
    world.at_mollie(id, |order| [by_line, beside].iter().for_each(|refund| add_refund(order, refund))).await;
    world.sync(id).await;
    world.sync(id).await;
    world.balanced(id).await;
    let order = world.order(id).await;
    assert_eq!((order.lines[1].refunded.quantity, order.beside.refunded), (1, euro("20.00")));
    let refunds = world.store.list_refunds(id).await.unwrap();
    assert!(refunds.iter().all(|refund| refund.origin == Origin::Elsewhere) && refunds.len() == 2);
    assert_eq!(reason(world.refund(id, &units(2, 3)).await), PreconditionReason::LineNotRefundable);
    let all = request(RefundSelection::AllRemaining);
    assert_eq!(reason(world.refund(id, &all).await), PreconditionReason::RefundOutOfBounds);
}

/// The order's answer may lack what was made on its payments: their own lists have it.
#[tokio::test]
async fn a_refund_that_only_the_payment_lists_is_found_there() {
    let world = World::new().await;
    let id = world.paid().await;
    world.mollie.side().lists_refunds_on_payments_only = true;
    world.mollie.next(Fate::LostAnswer);
    let (recorded, _) = world.refund_now(id, &goodwill("5.00")).await;
    world.work(mins(3)).await;
    assert_eq!(world.refund_of(&recorded).await.state, RefundState::Registered);
    world.refunds_become(id, RefundStatus::Failed).await;
    world.sync(id).await;
    assert_eq!(world.order(id).await.items[0].kind, ItemKind::RefundFailed);
    world.balanced(id).await;
}

/// The balance is too low although our ledger shows room.
#[tokio::test]
async fn a_refund_that_the_balance_does_not_cover_is_tried_daily_for_fourteen_days() {
    let world = World::new().await;
    let id = world.paid().await;
    (0..3).for_each(|_| world.mollie.next(Fate::NoBalance));
    let (recorded, progress) = world.refund_now(id, &units(2, 1)).await;
    assert_eq!(progress, Progress::Deferred);
    for _ in 0..2 {
        world.work(secs(5)).await;
        world.rests().await;
        world.advance(mins(24 * 60));
        assert_eq!(world.step().await, Progress::Deferred);
    }
    assert_eq!(world.order(id).await.lines[1].refunding.quantity, 1);
    world.advance(mins(24 * 60));
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.refund_of(&recorded).await.state, RefundState::Registered);

    (0..20).for_each(|_| world.mollie.next(Fate::NoBalance));
    let (never, _) = world.refund_now(id, &units(1, 1)).await;
    for _ in 0..16 {
        world.advance(mins(24 * 60));
        world.work(secs(2)).await;
    }
    assert_eq!(world.refund_of(&never).await.state, RefundState::Refused);
    assert_eq!(world.state(never.operation_id()).await, OperationState::Withdrawn);
    let order = world.order(id).await;
    assert_eq!(order.lines[0].given_back().quantity, 0);
    assert_eq!(order.items.iter().map(|item| item.kind).collect::<Vec<_>>(), [ItemKind::RefundRefused]);
    assert!(order.items[0].text.contains("cannot be refunded"), "{}", order.items[0].text);
}

/// The bank took the money back while the refund waited: sent, the shopper would have it twice.
#[tokio::test]
async fn a_refund_that_a_chargeback_leaves_uncovered_waits_for_a_person_and_for_its_reversal() {
    let world = World::new().await;
    let id = world.paid().await;
    world.mollie.next(Fate::NotSent(Some(mins(10))));
    let (recorded, _) = world.refund_now(id, &units(1, 2)).await;
    let charge_back = async |amount: Option<&str>| {
        let amount = amount.map(euro);
        let set = |payment: &mut Payment| payment.amount_charged_back = amount;
        world.at_mollie(id, |order| order.payments.iter_mut().flatten().for_each(set)).await;
        world.sync(id).await;
    };
    charge_back(Some("758.00")).await;
    let order = world.order(id).await;
    assert_eq!(order.beside.charged_back, euro("758.00"));
    assert_eq!(order.items.iter().map(|item| item.kind).collect::<Vec<_>>(), [ItemKind::Chargeback]);
    world.advance(mins(11));
    world.step().await;
    assert_eq!(world.state(recorded.operation_id()).await, OperationState::NeedsAttention);
    assert_eq!(world.refunds_at_mollie(id).await.len(), 0);
    assert_eq!(reason(world.refund(id, &units(2, 1)).await), PreconditionReason::OrderNeedsAttention);
    charge_back(None).await;
    Box::pin(retry(&*world, recorded.operation_id().unwrap(), &decision())).await.unwrap();
    world.work(mins(3)).await;
    assert_eq!(world.refund_of(&recorded).await.state, RefundState::Registered);
    assert_eq!(world.order(id).await.beside.charged_back, euro("0.00"));
    world.sync(id).await;
    world.balanced(id).await;
    // What is left covers the next one, and it waits for a person all the same.
    world.mollie.next(Fate::NotSent(Some(mins(10))));
    let (covered, _) = world.refund_now(id, &goodwill("1.00")).await;
    charge_back(Some("2.00")).await;
    charge_back(Some("2.00")).await;
    world.advance(mins(11));
    world.work(secs(2)).await;
    assert_eq!(world.state(covered.operation_id()).await, OperationState::NeedsAttention);
    let told: Vec<_> = world.order(id).await.items.into_iter().map(|item| item.subject).collect();
    assert_eq!(told, ["tr_1", "tr_1/2"], "it was charged back again");
}

#[tokio::test]
async fn an_order_is_refunded_by_what_was_shipped_where_shipments_capture() {
    let world = World::new().await;
    let id = world.authorized().await;
    assert_eq!(reason(world.refund(id, &units(2, 1)).await), PreconditionReason::OrderNotRefundable);
    world.ship_now(id, &lamps(1)).await;
    let payment = attempt("tr_1", PaymentStatus::Authorized, world.clock.now());
    world.at_mollie(id, |order| order.payments = Some(vec![payment])).await;
    world.sync(id).await;
    assert_eq!(world.order(id).await.facts.status, Some(OrderStatus::Shipping));
    assert_eq!(reason(world.refund(id, &units(2, 2)).await), PreconditionReason::LineNotRefundable);
    assert_eq!(reason(world.refund(id, &units(1, 1)).await), PreconditionReason::LineNotRefundable);
    let (recorded, _) = world.refund_now(id, &units(2, 1)).await;
    assert_eq!(world.refund_of(&recorded).await.amount, euro("20.00"));
    world.sync(id).await;
    world.balanced(id).await;
}

/// It changes while it is planned: nothing is given back twice.
#[tokio::test]
async fn two_refunds_at_once_do_not_give_the_same_units_back() {
    let world = World::new().await;
    let id = world.paid().await;
    let other = world.clone();
    world.advance(secs(3));
    world.mollie.next_during(
        Fate::LostAnswer,
        meanwhile(async move {
            assert_eq!(reason(other.refund(id, &units(1, 2)).await), PreconditionReason::LineNotRefundable);
        }),
    );
    world.refund_now(id, &units(1, 1)).await;
    world.work(mins(3)).await;
    world.sync(id).await;
    world.balanced(id).await;
}
