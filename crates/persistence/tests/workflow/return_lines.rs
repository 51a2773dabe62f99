//! Returning lines: its parts are one group and end independently of each other, whatever becomes of their calls.

use std::sync::Arc;

use domain::operations::cancel_refund::CallOff;
use domain::operations::return_lines::TakeBack;
use domain::ports::{Clock, Store};
use domain::rules::draft::OrderDraft;
use domain::rules::event::EventData;
use domain::rules::ids::{LineId, OrderId};
use domain::rules::item::ItemKind;
use domain::rules::line_return::{PartState, ReturnRequest};
use domain::rules::precondition::PreconditionReason;
use domain::rules::returned::{Return, ReturnedLine};
use domain::rules::snapshot::RefundSnapshot;
use domain::rules::status::{PaymentStatus, RefundStatus};
use domain::workflow::place::place;
use domain::workflow::preview::{Preview, preview};
use domain::workflow::submit::{On, submit};
use domain::workflow::{Intent, MutationError, Recorded};

use crate::cancel_lines::{effects, part, release_elsewhere};
use crate::intents::{
    chairs, euro, intent, lamps, main_profile, named, reason, the_rest, with_gift_card, with_stickers,
};
use crate::items::attempt;
use crate::ledger::add_refund;
use crate::mollie::Fate;
use crate::refund::{less, made_elsewhere, units};
use crate::world::{World, mins};

/// By line: how many came back, and how many do not leave.
fn request(lines: &[(u32, u32, u32)]) -> ReturnRequest {
    let line = |(id, came_back, not_leaving): &(u32, u32, u32)| ReturnedLine {
        line_id: LineId::new(*id),
        came_back: *came_back,
        not_leaving: *not_leaving,
    };
    ReturnRequest { lines: lines.iter().map(line).collect(), description: None, release: Vec::new() }
}

/// One chair came back, one does not leave, and neither do two of three lamps.
const LINES: [(u32, u32, u32); 2] = [(1, 1, 1), (2, 0, 2)];

impl World {
    /// An authorized order of which one chair and one lamp were shipped.
    async fn shipped_in_part(self: &Arc<Self>) -> OrderId {
        let id = self.authorized().await;
        self.ship_now(id, &chairs(1)).await;
        self.ship_now(id, &lamps(1)).await;
        let payment = attempt("tr_1", PaymentStatus::Authorized, self.clock.now());
        self.at_mollie(id, |order| order.payments = Some(vec![payment])).await;
        self.sync(id).await;
        id
    }

    /// An order of this draft that was paid at once.
    async fn paid_of(self: &Arc<Self>, draft: OrderDraft) -> OrderId {
        let placing = intent("CreateOrder", "p");
        let placed = Box::pin(place(&**self, &placing, main_profile(), draft)).await.unwrap();
        self.drive(placed.claim.as_ref().unwrap()).await;
        let id = placed.order_id;
        self.pay(id).await;
        let payment = attempt("tr_1", PaymentStatus::Paid, self.clock.now());
        self.at_mollie(id, |order| order.payments = Some(vec![payment])).await;
        self.sync(id).await;
        id
    }

    async fn take_back(&self, id: OrderId, lines: &[(u32, u32, u32)]) -> Result<Recorded, MutationError> {
        self.take_back_as(&intent("ReturnLines", &format!("return-{}", self.number())), id, lines).await
    }

    async fn take_back_as(
        &self,
        intent: &Intent,
        id: OrderId,
        lines: &[(u32, u32, u32)],
    ) -> Result<Recorded, MutationError> {
        Box::pin(submit(self, intent, On::Order(id), &TakeBack(request(lines)))).await
    }

    async fn returned(&self, recorded: &Recorded) -> Return {
        let order = self.order(recorded.order_id).await;
        order.returned(recorded.answer.returned().unwrap()).unwrap().clone()
    }

    /// How far its cancellation and its refund have got.
    async fn parts(&self, recorded: &Recorded) -> (Option<PartState>, Option<PartState>) {
        let returned = self.returned(recorded).await;
        let canceled = match &returned.cancellation {
            Some(it) => Some(PartState::of_operation(self.state(Some(it.operation_id)).await)),
            None => None,
        };
        let refunded = match returned.refunds.as_slice() {
            [] => None,
            [id] => Some(PartState::of_refund(&self.store.load_refund(*id).await.unwrap().unwrap())),
            more => panic!("{more:?}"),
        };
        (canceled, refunded)
    }
}

#[tokio::test]
async fn its_parts_are_one_group_and_a_repeat_is_answered_with_the_same_return() {
    let world = World::new().await;
    let id = world.shipped_in_part().await;
    let wish = intent("ReturnLines", "r");
    let first = world.take_back_as(&wish, id, &LINES).await.unwrap();
    let order = world.sound(id).await;
    assert_eq!(order.lines[0].canceling, part(1, "349.00"));
    assert_eq!(order.lines[0].refunding, part(1, "349.00"));
    assert_eq!(order.lines[1].canceling, part(2, "40.00"));
    let group = world.store.group_operations(id, first.group.unwrap()).await.unwrap();
    assert_eq!(group.len(), 2);
    assert!(group.iter().all(|operation| operation.actor.as_deref() == Some("alice")));
    assert_eq!(world.parts(&first).await, (Some(PartState::UnderWay), Some(PartState::UnderWay)));
    world.drive(first.claim.as_ref().unwrap()).await;
    assert_eq!(world.parts(&first).await, (Some(PartState::Done), Some(PartState::UnderWay)));
    world.step().await;
    assert_eq!(world.parts(&first).await, (Some(PartState::Done), Some(PartState::Done)));
    let calls = world.mollie.calls().len();
    let again = world.take_back_as(&wish, id, &LINES).await.unwrap();
    assert_eq!((again.answer, again.group, again.claim), (first.answer, first.group, None));
    assert_eq!((world.mollie.calls().len(), world.order(id).await.returns.len()), (calls, 1));
    world.sync(id).await;
    world.balanced(id).await;
    let order = world.settled(id).await;
    assert_eq!((order.lines[0].canceled, order.lines[0].refunded), (part(1, "349.00"), part(1, "349.00")));
    assert_eq!((order.lines[1].canceled, order.items.len()), (part(2, "40.00"), 0));
    let kinds = world.kinds(id).await;
    let recorded: Vec<_> = kinds.iter().filter(|kind| kind.ends_with(".recorded")).copied().collect();
    assert_eq!(recorded[3..], ["cancellation.recorded", "refund.recorded", "return.recorded"]);
}

#[tokio::test]
async fn what_the_preview_says_is_what_is_saved_and_it_saves_nothing() {
    let world = World::new().await;
    let id = world.shipped_in_part().await;
    let before = world.order(id).await;
    let wish = intent("ReturnLines", "r");
    let seen = Box::pin(preview(&*world, &wish, id, &TakeBack(request(&LINES)))).await.unwrap();
    let Preview::Now { change, .. } = seen else { panic!("{seen:?}") };
    assert_eq!(world.order(id).await, before);
    world.take_back_as(&wish, id, &LINES).await.unwrap();
    let entries: Vec<_> =
        change.events.iter().map(|it| (it.data.kind(), it.data.entries().to_vec())).collect();
    let saved = world.events(id).await;
    let saved = saved.iter().filter(|event| event.sequence > before.version);
    let saved: Vec<_> = saved.map(|it| (it.data.kind(), it.data.entries().to_vec())).collect();
    assert_eq!(entries, saved);
    let again = Box::pin(preview(&*world, &wish, id, &TakeBack(request(&LINES)))).await.unwrap();
    assert!(matches!(again, Preview::Before(_)), "{again:?}");
}

/// The supplier declines to release lines; what came back is refunded all the same.
#[tokio::test]
async fn a_cancellation_that_is_declined_leaves_the_refund_right() {
    let world = World::new().await;
    let id = world.shipped_in_part().await;
    world.mollie.next(Fate::Rejected);
    let recorded = world.take_back(id, &LINES).await.unwrap();
    world.drive(recorded.claim.as_ref().unwrap()).await;
    world.work(mins(1)).await;
    assert_eq!(world.parts(&recorded).await, (Some(PartState::Refused), Some(PartState::Done)));
    world.sync(id).await;
    world.balanced(id).await;
    let order = world.settled(id).await;
    assert_eq!((order.lines[0].refunded, order.lines[0].canceled.quantity), (part(1, "349.00"), 0));
    assert_eq!(order.lines.iter().map(|line| line.available().quantity).collect::<Vec<_>>(), [1, 2]);
    let again = world.take_back(id, &[(1, 0, 1)]).await.unwrap();
    world.drive(again.claim.as_ref().unwrap()).await;
    assert_eq!(world.parts(&again).await, (Some(PartState::Done), None));
}

#[tokio::test]
async fn a_refund_that_is_refused_leaves_the_cancellation_right() {
    let world = World::new().await;
    let id = world.shipped_in_part().await;
    let recorded = world.take_back(id, &LINES).await.unwrap();
    world.drive(recorded.claim.as_ref().unwrap()).await;
    world.mollie.next(Fate::Rejected);
    world.step().await;
    assert_eq!(world.parts(&recorded).await, (Some(PartState::Done), Some(PartState::Refused)));
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!((order.lines[0].canceled, order.lines[0].given_back().quantity), (part(1, "349.00"), 0));
    let again = world.take_back(id, &[(1, 1, 0)]).await.unwrap();
    world.drive(again.claim.as_ref().unwrap()).await;
    assert_eq!(world.parts(&again).await, (None, Some(PartState::Done)));
    world.sync(id).await;
    world.balanced(id).await;
}

/// Neither the call nor its answer may be lost for good, and neither part is done twice.
#[tokio::test]
async fn whatever_answers_are_lost_each_part_is_done_once() {
    let fates =
        || [Fate::LostAnswer, Fate::LostCall, Fate::Late(std::time::Duration::from_secs(70)), Fate::Stumbles];
    for first in fates() {
        for second in fates() {
            let world = World::new().await;
            let id = world.shipped_in_part().await;
            world.mollie.next(first.clone());
            world.mollie.next(second.clone());
            let recorded = world.take_back(id, &LINES).await.unwrap();
            world.drive(recorded.claim.as_ref().unwrap()).await;
            world.work(mins(6)).await;
            let done = Some(PartState::Done);
            assert_eq!(world.parts(&recorded).await, (done, done), "{first:?} {second:?}");
            world.sync(id).await;
            world.balanced(id).await;
            let order = world.settled(id).await;
            assert_eq!(
                (order.lines[0].canceled, order.lines[0].refunded),
                (part(1, "349.00"), part(1, "349.00"))
            );
            assert_eq!((order.lines[1].canceled, effects(&world)), (part(2, "40.00"), 1));
            assert_eq!(order.items, [], "{first:?} {second:?}");
        }
    }
}

/// A process dies with the first part under way; another one carries both on.
#[tokio::test]
async fn a_crash_in_one_part_holds_neither_up() {
    for fate in [Fate::HangsBefore, Fate::HangsAfter] {
        let world = World::new().await;
        let id = world.shipped_in_part().await;
        world.mollie.next(fate);
        let recorded = world.take_back(id, &LINES).await.unwrap();
        world.crash(recorded.claim.as_ref().unwrap()).await;
        world.end_leases().await;
        world.work(mins(3)).await;
        let done = Some(PartState::Done);
        assert_eq!(world.parts(&recorded).await, (done, done));
        world.sync(id).await;
        world.balanced(id).await;
        assert_eq!(effects(&world), 1);
    }
}

/// Of what was paid at once one unit left and one stays: only the first may be shipped, before and after.
#[tokio::test]
async fn paid_units_that_do_not_leave_stay_unavailable_unless_their_refund_fails() {
    for (fate, available) in [(Fate::Answered, 0), (Fate::Rejected, 1)] {
        let world = World::new().await;
        let id = world.paid().await;
        world.ship_now(id, &chairs(1)).await;
        world.sync(id).await;
        world.mollie.next(fate);
        let recorded = world.take_back(id, &[(1, 0, 1)]).await.unwrap();
        assert_eq!(world.sound(id).await.lines[0].available().quantity, 0, "it is on its way");
        world.drive(recorded.claim.as_ref().unwrap()).await;
        world.sync(id).await;
        let line = &world.settled(id).await.lines[0];
        assert_eq!((line.available().quantity, line.with_shopper()), (available, 1));
        assert_eq!(world.ship(id, &chairs(1)).await.is_ok(), available == 1);
    }
}

#[tokio::test]
async fn a_refund_that_the_bank_sends_back_is_undone_and_its_units_may_leave_again() {
    let world = World::new().await;
    let id = world.paid().await;
    let recorded = world.take_back(id, &[(1, 0, 2)]).await.unwrap();
    world.drive(recorded.claim.as_ref().unwrap()).await;
    world.sync(id).await;
    assert_eq!(world.order(id).await.lines[0].available().quantity, 0);
    world.refunds_become(id, RefundStatus::Failed).await;
    let order = world.sync(id).await;
    assert_eq!(world.parts(&recorded).await, (None, Some(PartState::Undone)));
    assert_eq!((order.lines[0].available().quantity, order.lines[0].not_leaving), (2, 0));
    assert_eq!(order.items.iter().map(|item| item.kind).collect::<Vec<_>>(), [ItemKind::RefundFailed]);
}

/// Mollie declined the cancellation, and its words are no answer to somebody who calls the refund off.
#[tokio::test]
async fn a_refund_is_called_off_whatever_became_of_the_other_part() {
    let world = World::new().await;
    let id = world.shipped_in_part().await;
    world.mollie.next(Fate::Rejected);
    let recorded = world.take_back(id, &LINES).await.unwrap();
    world.drive(recorded.claim.as_ref().unwrap()).await;
    let refund_id = world.returned(&recorded).await.refunds[0];
    let canceled =
        Box::pin(submit(&*world, &intent("CancelRefund", "c"), On::Order(id), &CallOff { refund_id }))
            .await
            .unwrap();
    assert_eq!((canceled.group, canceled.claim), (None, None));
    assert_eq!(world.parts(&recorded).await, (Some(PartState::Refused), Some(PartState::Withdrawn)));
    let order = world.settled(id).await;
    assert_eq!(order.lines[0].given_back().quantity, 0);
}

/// As it was told before, also once the card has gone back.
#[tokio::test]
async fn the_share_of_what_took_money_off_is_kept_with_the_return() {
    let world = World::new().await;
    let id = world.paid_of(with_gift_card()).await;
    let wish = intent("ReturnLines", "r");
    let lines = [(1, 0, 1)];
    let seen = Box::pin(preview(&*world, &wish, id, &TakeBack(request(&lines)))).await.unwrap();
    let Preview::Now { change, .. } = seen else { panic!("{seen:?}") };
    let told = vec![(LineId::new(2), euro("-2.50"))];
    assert_eq!(change.order.returns[0].deduction_shares, told);
    let recorded = world.take_back_as(&wish, id, &lines).await.unwrap();
    world.drive(recorded.claim.as_ref().unwrap()).await;
    world.take_back(id, &[(1, 0, 1), (2, 0, 1)]).await.unwrap();
    assert_eq!(world.returned(&recorded).await.deduction_shares, told);
}

/// Mollie refuses a refund of nothing, so it never hears of one; and the other line is refunded without it.
#[tokio::test]
async fn units_that_are_worth_nothing_are_taken_back_and_nothing_is_sent() {
    let world = World::new().await;
    let id = world.paid_of(with_stickers()).await;
    world.ship_now(id, &named(3, 1, None)).await;
    world.sync(id).await;

    let calls = world.mollie.calls().len();
    let wish = intent("ReturnLines", "r");
    let kept = world.take_back_as(&wish, id, &[(3, 0, 1)]).await.unwrap();
    assert_eq!((kept.group, kept.claim.is_none(), world.mollie.calls().len()), (None, true, calls));
    assert_eq!(world.parts(&kept).await, (None, None));
    let again = world.take_back_as(&wish, id, &[(3, 0, 1)]).await.unwrap();
    assert_eq!((again.answer, world.order(id).await.returns.len()), (kept.answer, 1));
    let line = &world.sync(id).await.lines[2];
    assert_eq!((line.available().quantity, line.with_shopper()), (0, 1));

    let both = world.take_back(id, &[(1, 0, 1), (3, 1, 0)]).await.unwrap();
    world.drive(both.claim.as_ref().unwrap()).await;
    assert_eq!(world.parts(&both).await, (None, Some(PartState::Done)));
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!((order.lines[2].given_back(), order.lines[0].refunded), (part(2, "0.00"), part(1, "349.00")));
    assert_eq!(order.items, []);
    let refund = world.store.load_refund(world.returned(&both).await.refunds[0]).await.unwrap().unwrap();
    assert_eq!(refund.lines.iter().map(|line| line.line_id.number()).collect::<Vec<_>>(), [1]);
}

/// They came back, or stay, whatever becomes of the money for others; and no money could fail to come for them.
#[tokio::test]
async fn units_that_are_worth_nothing_stay_given_back_if_the_refund_beside_them_is_called_off_or_fails() {
    for fails in [false, true] {
        let world = World::new().await;
        let id = world.paid_of(with_stickers()).await;
        world.ship_now(id, &named(3, 1, None)).await;
        world.sync(id).await;
        world.mollie.next(if fails { Fate::Answered } else { Fate::NotSent(Some(mins(60))) });
        let recorded = world.take_back(id, &[(1, 0, 1), (3, 1, 1)]).await.unwrap();
        world.drive(recorded.claim.as_ref().unwrap()).await;
        let refund_id = world.returned(&recorded).await.refunds[0];
        if fails {
            world.refunds_become(id, RefundStatus::Failed).await;
        } else {
            let wish = intent("CancelRefund", "c");
            Box::pin(submit(&*world, &wish, On::Order(id), &CallOff { refund_id })).await.unwrap();
        }
        let order = world.sync(id).await;
        let ended = if fails { PartState::Undone } else { PartState::Withdrawn };
        assert_eq!(world.parts(&recorded).await, (None, Some(ended)));
        let chair = &order.lines[0];
        assert_eq!((chair.given_back().quantity, chair.not_leaving, chair.available().quantity), (0, 0, 2));
        let sticker = &order.lines[2];
        let told = (sticker.given_back(), sticker.not_leaving, sticker.available().quantity);
        assert_eq!((told, sticker.with_shopper()), ((part(2, "0.00"), 1, 0), 0));
        // Whoever refunds the chair after all names the chair.
        let both = world.take_back(id, &[(1, 0, 1), (3, 0, 1)]).await;
        assert_eq!(reason(both), PreconditionReason::QuantityNotAvailable);
        assert_eq!(world.sound(id).await.lines[0].given_back().quantity, 0, "nothing of it is done");
        world.take_back(id, &[(1, 0, 1)]).await.unwrap();
    }
}

/// It was given up here, and Mollie has it all the same: its unit still does not leave.
#[tokio::test]
async fn a_refund_that_was_given_up_and_comes_to_light_keeps_what_does_not_leave() {
    for on_payment in [false, true] {
        let world = World::new().await;
        let id = world.paid().await;
        world.ship_now(id, &chairs(1)).await;
        world.sync(id).await;
        let mut amount = "349.00";
        if on_payment {
            world.refund_now(id, &less(1, "10.00")).await;
            amount = "344.00";
        }
        world.mollie.next(Fate::Rejected);
        let recorded = world.take_back(id, &[(1, 0, 1)]).await.unwrap();
        world.drive(recorded.claim.as_ref().unwrap()).await;
        assert_eq!(world.parts(&recorded).await, (None, Some(PartState::Refused)));
        assert_eq!(world.sync(id).await.lines[0].available().quantity, 1);
        let ours =
            world.store.load_refund(world.returned(&recorded).await.refunds[0]).await.unwrap().unwrap();
        assert_eq!(ours.amount, euro(amount));
        let of = made_elsewhere("re_twin", &[(1, 1, amount)], &world, &world.order(id).await);
        let lines = if on_payment { Vec::new() } else { of.lines.clone() };
        let twin = RefundSnapshot { ours: Some(ours.id), amount: ours.amount, lines, ..of };
        world.at_mollie(id, |order| add_refund(order, &twin)).await;
        let order = world.sync(id).await;
        let line = &order.lines[0];
        assert_eq!(
            (line.available().quantity, line.with_shopper(), line.not_leaving),
            (0, 1, 1),
            "{on_payment}"
        );
        assert_eq!(order.items.iter().map(|item| item.kind).collect::<Vec<_>>(), [ItemKind::SurplusRefund]);
        assert!(world.ship(id, &chairs(1)).await.is_err());
        world.refunds_become(id, RefundStatus::Failed).await;
        let line = &world.sync(id).await.lines[0];
        assert_eq!((line.available().quantity, line.not_leaving), (1, 0), "its money came back");
    }
}

/// What it names together is refused together, and nothing is recorded.
#[tokio::test]
async fn one_part_that_cannot_be_had_refuses_the_whole_call() {
    let world = World::new().await;
    let id = world.shipped_in_part().await;
    let refused = world.take_back(id, &[(1, 2, 1), (2, 0, 3)]).await;
    let Err(MutationError::Precondition(refusal)) = &refused else { panic!("{refused:?}") };
    assert_eq!(refusal.unmet.len(), 2, "{refusal:?}");
    assert_eq!(reason(refused), PreconditionReason::LineNotRefundable);
    let order = world.settled(id).await;
    assert_eq!((order.returns.len(), order.lines[0].canceling.quantity), (0, 0));
}

#[tokio::test]
async fn a_cancellation_of_the_whole_order_takes_what_does_not_leave() {
    let world = World::new().await;
    let id = world.shipped_in_part().await;
    let canceling = world.cancel(id).await.unwrap();
    assert_eq!(reason(world.take_back(id, &LINES).await), PreconditionReason::NothingRemaining);
    let back = world.take_back(id, &[(1, 1, 0)]).await.unwrap();
    world.drive(canceling.claim.as_ref().unwrap()).await;
    world.step().await;
    assert_eq!(world.parts(&back).await, (None, Some(PartState::Done)));
}

/// What waits for an operator in one lane holds up the part in that lane only.
#[tokio::test]
async fn a_part_that_needs_an_operator_does_not_hold_up_the_other() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.ship_now(id, &chairs(1)).await;
    let payment = attempt("tr_1", PaymentStatus::Authorized, world.clock.now());
    world.at_mollie(id, |order| order.payments = Some(vec![payment])).await;
    world.sync(id).await;
    world.mollie.next(Fate::LostCall);
    let recorded = world.take_back(id, &[(1, 1, 0), (2, 0, 1)]).await.unwrap();
    world.drive(recorded.claim.as_ref().unwrap()).await;
    // Among these two of three may be ours.
    release_elsewhere(&world, id, 1, part(2, "40.00")).await;
    world.work(mins(3)).await;
    let parts = (Some(PartState::NeedsAttention), Some(PartState::Done));
    assert_eq!(world.parts(&recorded).await, parts);
    assert_eq!(reason(world.take_back(id, &[(2, 0, 1)]).await), PreconditionReason::OrderNeedsAttention);
    assert_eq!(world.order(id).await.lines[0].given_back(), part(1, "349.00"));
}

/// A unit refunded before it left is not the one that leaves later.
#[tokio::test]
async fn a_refund_of_units_before_they_leave_keeps_them_when_the_others_have_left() {
    let world = World::new().await;
    let id = world.paid().await;
    let (recorded, _) = world.refund_now(id, &units(1, 1)).await;
    assert_eq!(world.refund_of(&recorded).await.not_leaving, [(LineId::new(1), 1)]);
    world.sync(id).await;
    world.ship_now(id, &the_rest()).await;
    let order = world.sync(id).await;
    assert_eq!(order.lines.iter().map(|line| line.shipped.quantity).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(order.lines[0].available().quantity, 0);
    assert_eq!(reason(world.ship(id, &chairs(1)).await), PreconditionReason::QuantityNotAvailable);
    let all = world.events(id).await;
    let kept = all.iter().filter(|event| matches!(&event.data, EventData::RefundRecorded { refund, .. } if refund.amount == euro("349.00")));
    assert_eq!(kept.count(), 1);
}
