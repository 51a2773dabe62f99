//! Changing lines: all of it is done once, here and there, or nothing of it, whatever answer is lost; and what is under way reserves what it
//! needs.

use domain::operations::manage_lines::Manage;
use domain::ports::Clock;
use domain::rules::amount_input::AmountInput;
use domain::rules::field::Field;
use domain::rules::ids::{MollieLineId, OrderId};
use domain::rules::item::ItemKind;
use domain::rules::line::{LineInput, LineType};
use domain::rules::line_change::{LineChangeInput, LineChangesInput, LineUpdateInput};
use domain::rules::money::Money;
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::precondition::PreconditionReason;
use domain::rules::shipment::LineSelectionInput;
use domain::rules::snapshot::{LineSnapshot, Snapshot};
use domain::rules::status::{LineStatus, OrderStatus, Read};
use domain::workflow::operator::{self, Verdict};
use domain::workflow::submit::{On, submit};
use domain::workflow::{MutationError, Recorded};

use crate::cancel_lines::part;
use crate::intents::{chairs, decision, euro, intent, lamps, reason, the_rest};
use crate::mollie::Fate;
use crate::world::{World, mins, secs};

fn mug() -> LineChangeInput {
    LineChangeInput::Add(Box::new(LineInput {
        line_type: Some(Some(LineType::Physical)),
        name: "Mug".to_owned(),
        quantity: 2,
        unit_price: Some(AmountInput { currency: "EUR".to_owned(), value: "10.00".to_owned() }),
        vat_rate: "21.00".to_owned(),
        reference: "mug".to_owned(),
        ..LineInput::default()
    }))
}

fn lamps_are(quantity: i64) -> LineChangeInput {
    let update =
        LineUpdateInput { line_id: "2".to_owned(), quantity: Some(quantity), ..LineUpdateInput::default() };
    LineChangeInput::Update(Box::new(update))
}

fn without(line: &str, quantity: i64) -> LineChangeInput {
    LineChangeInput::Cancel(LineSelectionInput { line_id: line.to_owned(), quantity, amount: None })
}

/// A mug, two lamps more, and a chair less.
fn exchange() -> Vec<LineChangeInput> {
    vec![mug(), lamps_are(5), without("1", 1)]
}

impl World {
    async fn manage(&self, id: OrderId, changes: Vec<LineChangeInput>) -> Result<Recorded, MutationError> {
        let intent = intent("ManageOrderLines", &format!("manage-{}", self.number()));
        let at = |n: usize| format!("operations[{n}]");
        let changes = changes.into_iter().enumerate().map(|(n, change)| (at(n), change)).collect();
        let changes = LineChangesInput { path: "operations", changes, ..LineChangesInput::default() };
        Box::pin(submit(self, &intent, On::Order(id), &Manage(changes))).await
    }

    async fn manage_now(&self, id: OrderId, changes: Vec<LineChangeInput>) -> Recorded {
        let recorded = self.manage(id, changes).await.unwrap();
        self.drive(recorded.claim.as_ref().unwrap()).await;
        recorded
    }

    /// Everything was done once, and nothing is to be looked at.
    async fn is_exchanged(&self, id: OrderId) {
        self.sync(id).await;
        let order = self.settled(id).await;
        assert_eq!(
            told(&order),
            [
                (1, 2, "698.00 EUR".to_owned(), 1),
                (2, 5, "100.00 EUR".to_owned(), 0),
                (3, 2, "20.00 EUR".to_owned(), 0)
            ]
        );
        assert_eq!(
            (order.lines[2].reference.as_deref(), order.lines[2].status),
            (Some("mug"), order.lines[1].status)
        );
        assert_eq!((order.terms.amount, order.items.len()), (euro("818.00"), 0));
        assert_eq!(self.mollie.side().ledger.line_changes, 1);
        let kinds = self.kinds(id).await;
        let count = |kind| kinds.iter().filter(|one| **one == kind).count();
        assert_eq!((count("lines.change_recorded"), count("lines.changed")), (1, 1), "{kinds:?}");
    }
}

/// Id, quantity, total, canceled.
fn told(order: &Order) -> Vec<(u32, u32, String, u32)> {
    let line = order.lines.iter();
    line.map(|it| (it.id.number(), it.quantity, it.total_amount.to_string(), it.canceled.quantity)).collect()
}

#[tokio::test]
async fn lines_are_changed_here_and_there_whatever_answer_is_lost() {
    for fate in [
        Fate::Answered,
        Fate::LostAnswer,
        Fate::LostCall,
        Fate::Late(secs(30)),
        Fate::Stumbles,
        Fate::NotSent(Some(secs(5))),
    ] {
        for authorized in [true, false] {
            let world = World::new().await;
            let id = if authorized { world.authorized().await } else { world.placed().await };
            world.mollie.next(fate.clone());
            let made = world.manage_now(id, exchange()).await;
            // A hook comes first: what it shows may be ours.
            world.sync(id).await;
            assert_eq!(world.order(id).await.items, [], "{fate:?}");
            world.work(mins(5)).await;
            assert_eq!(world.state(made.operation_id()).await, OperationState::Succeeded, "{fate:?}");
            world.is_exchanged(id).await;
        }
    }
}

#[tokio::test]
async fn an_answer_without_counters_is_enough() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.side().leaves_counters_out = true;
    world.manage_now(id, exchange()).await;
    let order = world.settled(id).await;
    assert_eq!((order.lines[0].canceled.quantity, order.lines.len()), (1, 3));
    world.mollie.side().leaves_counters_out = false;
    world.is_exchanged(id).await;
}

/// Hooks of changed lines have gone missing (practice).
#[tokio::test]
async fn the_order_is_read_at_once_after_its_lines_were_changed() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.manage_now(id, exchange()).await;
    world.at_mollie(id, |order| order.lines[2].name = Field::Value("Mug, blue".to_owned())).await;
    world.look_up().await;
    assert_eq!(world.settled(id).await.lines[2].name, "Mug, blue");
}

/// Mollie may spell it otherwise, in ways that nobody has recorded. The shopper would pay for two.
#[tokio::test]
async fn a_line_that_may_be_the_added_one_is_not_added_again() {
    for is_read in [false, true] {
        let world = World::new().await;
        let id = world.authorized().await;
        world.mollie.next(Fate::LostAnswer);
        let made = world.manage_now(id, vec![mug()]).await;
        world.at_mollie(id, |order| order.lines[2].name = Field::Value("Mug &amp; more".to_owned())).await;
        if is_read {
            assert_eq!(world.sync(id).await.lines.len(), 2, "it may be ours");
        }
        world.work(mins(10)).await;
        assert_eq!(world.state(made.operation_id()).await, OperationState::NeedsAttention);
        let operation = made.operation_id().unwrap();
        let mollie_id = world.order(id).await.mollie_id.unwrap().to_string();
        operator::resolve_as(&*world, operation, &Verdict::Succeeded { mollie_id }, &decision())
            .await
            .unwrap();
        world.sync(id).await;
        let order = world.settled(id).await;
        assert_eq!((order.lines.len(), order.lines[2].reference.as_deref()), (3, Some("mug")));
        assert!(order.lines[2].mollie_id.is_some());
    }
}

/// What is not believed does not show that nothing was done: the change would be made twice.
#[tokio::test]
async fn an_answer_that_contradicts_itself_about_lines_does_not_tell_whether_they_were_changed() {
    let distorted: [fn(&mut Snapshot); 3] = [
        |order| order.lines.extend(order.lines.last().cloned()),
        |order| order.lines.extend(order.lines.first().cloned()),
        |order| order.lines[1].total_amount = euro("1.00"),
    ];
    for distort in distorted {
        let world = World::without_trust().await;
        let id = world.authorized().await;
        world.mollie.next(Fate::LostAnswer);
        let recorded = world.manage_now(id, vec![mug(), lamps_are(5)]).await;
        world.mollie.side().distorts = Some(distort);
        world.work(mins(3)).await;
        assert!(!world.state(recorded.operation_id()).await.is_settled());
        assert_eq!(world.mollie.side().ledger.line_changes, 1);
        world.mollie.side().distorts = None;
        world.work(mins(3)).await;
        if world.state(recorded.operation_id()).await == OperationState::NeedsAttention {
            world.retry(recorded.operation_id()).await.unwrap();
            world.work(secs(30)).await;
        }
        assert_eq!(world.mollie.side().ledger.line_changes, 1);
        world.sync(id).await;
        let order = world.settled(id).await;
        assert_eq!((order.lines.len(), order.lines[1].quantity), (3, 5));
    }
}

#[tokio::test]
async fn a_crash_after_the_effect_leaves_one() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::HangsAfter);
    let made = world.manage(id, exchange()).await.unwrap();
    world.crash(made.claim.as_ref().unwrap()).await;
    world.end_leases().await;
    world.work(mins(3)).await;
    world.is_exchanged(id).await;
}

#[tokio::test]
async fn what_is_declined_leaves_all_lines_as_they_were() {
    let world = World::new().await;
    let id = world.authorized().await;
    let before = world.order(id).await;
    world.mollie.next(Fate::Rejected);
    let declined = world.manage_now(id, exchange()).await;
    assert_eq!(world.state(declined.operation_id()).await, OperationState::Rejected);
    let order = world.settled(id).await;
    assert_eq!((&order.lines, &order.terms, &order.line_change), (&before.lines, &before.terms, &None));
    assert!(world.kinds(id).await.ends_with(&["lines.change_recorded", "lines.change_refused"]));
    let again = world.manage_now(id, exchange()).await;
    assert_eq!(world.state(again.operation_id()).await, OperationState::Succeeded);
}

/// Goods that left meanwhile are a fact: what is under way keeps only its own lines.
#[tokio::test]
async fn while_it_is_under_way_its_lines_are_not_shipped_and_others_are() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::NotSent(Some(secs(30))));
    let change = world.manage(id, vec![lamps_are(1)]).await.unwrap();
    assert_eq!(reason(world.ship(id, &lamps(1)).await), PreconditionReason::QuantityNotAvailable);
    let parcel = world.ship(id, &chairs(1)).await.unwrap();
    assert_eq!(reason(world.cancel_lines(id, chairs(1), &[]).await), PreconditionReason::LinesChanging);
    assert_eq!(reason(world.manage(id, vec![mug()]).await), PreconditionReason::LinesChanging);
    world.drive(change.claim.as_ref().unwrap()).await;
    world.work(mins(2)).await;
    // The parcel waited behind it, in its lane.
    for operation in [&change, &parcel] {
        let state = world.state(operation.operation_id()).await;
        assert!(matches!(state, OperationState::Succeeded | OperationState::Rejected), "{state:?}");
    }
    world.settled(id).await;
}

/// What is less after the change cannot be captured before it is known.
#[tokio::test]
async fn what_may_be_less_is_not_captured() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    let before = world.order(id).await;
    let goods = before.lines.iter().find(|line| line.total_amount.minor() > 0).unwrap().clone();
    let card = before.lines.iter().find(|line| line.total_amount.minor() < 0).unwrap().clone();
    world.mollie.next(Fate::NotSent(Some(mins(10))));
    // The card takes off a cent less than the goods cost.
    let value = euro("0.01").minor() - goods.total_amount.minor();
    let price = Money::from_minor(value, goods.total_amount.currency());
    let update = LineUpdateInput {
        line_id: card.id.to_string(),
        unit_price: Some(AmountInput { currency: "EUR".to_owned(), value: price.value() }),
        ..LineUpdateInput::default()
    };
    world.manage_now(id, vec![LineChangeInput::Update(Box::new(update))]).await;
    let refused = world.ship(id, &the_rest()).await;
    assert!(
        !matches!(&refused, Ok(recorded) if recorded.operation_id().is_some()),
        "the goods cost more than would be authorized: {refused:?}"
    );
}

#[tokio::test]
async fn goods_on_their_way_and_a_cancellation_under_way_stop_it() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::NotSent(Some(mins(10))));
    let parcel = world.ship(id, &lamps(1)).await.unwrap();
    world.drive(parcel.claim.as_ref().unwrap()).await;
    assert_eq!(reason(world.manage(id, vec![mug()]).await), PreconditionReason::OrderNotChangeable);

    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::NotSent(Some(mins(10))));
    let canceled = world.cancel_lines(id, lamps(1), &[]).await.unwrap();
    world.drive(canceled.claim.as_ref().unwrap()).await;
    assert_eq!(reason(world.manage(id, vec![mug()]).await), PreconditionReason::LinesChanging);

    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::NotSent(Some(mins(10))));
    let canceled = world.cancel(id).await.unwrap();
    world.drive(canceled.claim.as_ref().unwrap()).await;
    assert_eq!(reason(world.manage(id, vec![mug()]).await), PreconditionReason::OrderNotChangeable);
}

/// Mollie makes all or nothing, so what is there in part is somebody else's, or ours and somebody else's.
#[tokio::test]
async fn a_part_of_it_that_somebody_may_have_done_is_put_to_a_person() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostCall);
    let made = world.manage_now(id, exchange()).await;
    crate::cancel_lines::release_elsewhere(&world, id, 0, part(1, "349.00")).await;
    world.work(mins(3)).await;
    assert_eq!(world.state(made.operation_id()).await, OperationState::NeedsAttention);
    let operation = made.operation_id().unwrap();
    // Nobody waits for what only a person ends.
    for refused in [world.manage(id, vec![mug()]).await, world.cancel_lines(id, lamps(1), &[]).await] {
        let Err(MutationError::Precondition(refusal)) = refused else { panic!("{refused:?}") };
        assert_eq!(refusal.reason, PreconditionReason::OrderNeedsAttention);
        assert!(refusal.unmet[0].description.contains(&operation.to_string()), "{refusal:?}");
    }
    operator::resolve_as(&*world, operation, &Verdict::Rejected, &decision()).await.unwrap();
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!((order.lines[0].canceled.quantity, order.lines.len()), (1, 2));
    let [item] = &order.items[..] else { panic!("{:?}", order.items) };
    assert_eq!(item.kind, ItemKind::SurplusCancellation, "it may be ours after all");
}

/// Whatever the profile agreed to since: what was done was done.
#[tokio::test]
async fn a_repeat_is_answered_as_before_although_the_profile_is_stricter_by_now() {
    let world = World::new().await;
    let id = world.placed().await;
    let above = LineUpdateInput {
        line_id: "1".to_owned(),
        discount_amount: Some(Some(AmountInput { currency: "EUR".to_owned(), value: "800.00".to_owned() })),
        ..LineUpdateInput::default()
    };
    let rule = "line.discount_above_price";
    let call = |strict: &[&str]| {
        let mut changes = LineChangesInput {
            path: "line",
            changes: vec![(String::new(), LineChangeInput::Update(Box::new(above.clone())))],
            ..LineChangesInput::default()
        };
        changes.agreements.strict = strict.iter().map(|rule| (*rule).to_owned()).collect();
        changes
    };
    let intent = intent("UpdateOrderLine", "above");
    let strict = submit(&*world, &intent, On::Order(id), &Manage(call(&[rule]))).await;
    assert!(matches!(&strict, Err(MutationError::Invalid(faults)) if faults[0].rule == rule), "{strict:?}");
    let first = submit(&*world, &intent, On::Order(id), &Manage(call(&[]))).await.unwrap();
    let task = world.operation(first.operation_id()).await.task;
    let domain::operations::task::Task::ManageLines(task) = task else { panic!("{task:?}") };
    let [warning] = &task.changes.warnings[..] else { panic!("{:?}", task.changes.warnings) };
    assert_eq!((warning.path.as_str(), warning.rule.as_str()), ("line.discount_amount", rule));
    let again = submit(&*world, &intent, On::Order(id), &Manage(call(&[rule]))).await.unwrap();
    assert_eq!((again.group, again.order_id), (first.group, id));
    world.drive(first.claim.as_ref().unwrap()).await;
}

#[tokio::test]
async fn a_line_that_is_there_twice_is_told() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.manage_now(id, vec![mug()]).await;
    world
        .at_mollie(id, |order| {
            let again =
                LineSnapshot { mollie_id: MollieLineId::new("odl_9.again"), ..order.lines[2].clone() };
            order.lines.push(again);
            order.amount = euro("798.00");
        })
        .await;
    let order = world.sync(id).await;
    let [item] = &order.items[..] else { panic!("{:?}", order.items) };
    assert_eq!((item.kind, item.subject.as_str()), (ItemKind::SurplusLine, "odl_9.again"));
    assert_eq!(world.sync(id).await.items.len(), 1);
}

#[tokio::test]
async fn what_mollie_does_not_take_within_a_day_is_given_up() {
    let world = World::new().await;
    let id = world.placed().await;
    world.mollie.next(Fate::NotSent(Some(mins(25 * 60))));
    let made = world.manage_now(id, exchange()).await;
    world.advance(mins(25 * 60));
    world.work(secs(2)).await;
    assert_eq!(world.state(made.operation_id()).await, OperationState::Withdrawn);
    let order = world.settled(id).await;
    assert_eq!((order.lines.len(), order.lines[1].is_changing), (2, false));
}

#[tokio::test]
async fn a_line_of_an_unpaid_order_is_removed_and_the_rest_is_shipped() {
    let world = World::new().await;
    let id = world.placed().await;
    world.manage_now(id, vec![without("1", 2), mug()]).await;
    world.sync(id).await;
    world.settled(id).await;
    let now = world.clock.now();
    world
        .at_mollie(id, |order| {
            (order.status, order.authorized_time) = (Some(Read::Known(OrderStatus::Authorized)), Some(now));
            for line in &mut order.lines {
                if line.status == Read::Known(LineStatus::Created) {
                    line.status = Read::Known(LineStatus::Authorized);
                }
            }
        })
        .await;
    world.sync(id).await;
    let parcel = world.ship(id, &the_rest()).await.unwrap();
    world.drive(parcel.claim.as_ref().unwrap()).await;
    let order = world.settled(id).await;
    let shipped: Vec<_> = order.lines.iter().map(|line| line.shipped.quantity).collect();
    assert_eq!(shipped, [0, 3, 2]);
}

/// The same request is the same change: its lines have been made, and are told as they are.
#[tokio::test]
async fn a_repeated_request_is_recognised_though_its_references_are_taken() {
    let world = World::new().await;
    let id = world.authorized().await;
    let intent = intent("ManageOrderLines", "manage");
    let changes = LineChangesInput {
        path: "operations",
        changes: vec![("operations[0]".to_owned(), mug())],
        ..LineChangesInput::default()
    };
    let first = Box::pin(submit(&*world, &intent, On::Order(id), &Manage(changes.clone()))).await.unwrap();
    world.drive(first.claim.as_ref().unwrap()).await;
    let again = Box::pin(submit(&*world, &intent, On::Order(id), &Manage(changes.clone()))).await.unwrap();
    assert_eq!(again.group, first.group);
    let other = world.manage(id, vec![mug()]).await;
    assert!(
        matches!(&other, Err(MutationError::Invalid(faults)) if faults[0].rule == "order.references"),
        "{other:?}"
    );
}
