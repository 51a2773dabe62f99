//! Parcels that fit neither with nor without what takes money off wait for others, and go with the one that makes their sum fit.

use super::*;
use crate::rules::companion::Companions;
use crate::rules::ids::ShipmentId;
use crate::rules::precondition::PreconditionReason;
use crate::rules::request_error::RequestError;
use crate::rules::shipment::{
    self, HeldParcel, LineSelection, Planned, Selection, ShipmentRequest, fitting, keep_possible, none_held,
    overtaken,
};
use uuid::Uuid;

/// Units of the first line at 4.00 each, further lines of one unit.
fn mugs(quantity: u32, others: &[(LineType, &str, i64)]) -> Order {
    let each = 400 * i64::from(quantity);
    let lines: Vec<_> = [(Physical, "21.00", each)].into_iter().chain(others.iter().copied()).collect();
    let mut order = order(&lines);
    (order.lines[0].quantity, order.lines[0].unit_price) = (quantity, cents(400));
    order
}

fn id(number: usize) -> ShipmentId {
    ShipmentId::new(Uuid::from_u128(u128::try_from(number).unwrap()))
}

fn request(line: u32, quantity: u32) -> ShipmentRequest {
    let selection = LineSelection { line_id: LineId::new(line), quantity, amount: None };
    let selection = Selection::Lines(vec![selection]);
    ShipmentRequest { selection, include_refunded: false, goods_left: false, tracking: None }
}

/// Records a parcel as the service would: what goes is shipped at once.
fn parcel(order: &mut Order, line: u32, quantity: u32) -> Planned {
    let planned = shipment::plan(order, &request(line, quantity), Companions::Join).unwrap();
    for carried in &planned.carries {
        order.held.retain(|parcel| parcel.shipment_id != carried.shipment_id);
        for line in carried.kept.iter().chain(&carried.freed) {
            let ours = order.line_mut(line.line_id).unwrap();
            ours.reserved = ours.reserved.without(line.part);
        }
        for line in &carried.kept {
            let ours = order.line_mut(line.line_id).unwrap();
            ours.shipped = ours.shipped.and(line.part);
        }
    }
    for line in &planned.lines {
        let ours = order.line_mut(line.line_id).unwrap();
        let pool = if planned.held.is_some() { &mut ours.reserved } else { &mut ours.shipped };
        *pool = pool.and(line.part);
    }
    if planned.held.is_some() {
        let held = HeldParcel { shipment_id: id(order.held.len()), lines: planned.lines.clone() };
        order.held.push(held);
    }
    planned
}

fn ids(lines: &[ShipmentLine]) -> Vec<u32> {
    lines.iter().map(|line| line.line_id.number()).collect()
}

fn captured(order: &Order) -> i64 {
    order.lines.iter().map(|line| line.shipped.amount.minor()).sum()
}

/// Fees, what is named, what cannot be shipped, what has gone and what belongs to other goods is left for other parcels.
#[test]
fn a_parcel_that_waits_reserves_the_deductions_that_it_may_need() {
    let lines = [
        (Physical, "21.00", 1_000),
        (Physical, "9.00", 2_000),
        (ShippingFee, "21.00", 500),
        (GiftCard, "0.00", -700),
        (GiftCard, "0.00", -600),
        (GiftCard, "0.00", -500),
        (GiftCard, "0.00", -400),
        (Discount, "9.00", -300),
    ];
    let mut order = order(&lines);
    order.lines[5].status = Some(LineStatus::Canceled);
    order.lines[6].shipped = order.lines[6].available();
    let reserved = |named: &[u32]| ids(&reserved_with(&order, &super::parcel(&order, named)));
    assert_eq!(reserved(&[1]), [4, 5]);
    assert_eq!(reserved(&[1, 4]), [5]);
    assert_eq!(reserved(&[2]), [4, 5, 8]);
}

/// Five of 4.00, a card of 15.00: 5.00 is authorized.
#[test]
fn a_parcel_that_fits_neither_with_nor_without_the_card_waits_for_those_that_make_it_fit() {
    let mut order = mugs(5, &[(GiftCard, "0.00", -1_500)]);
    let first = parcel(&mut order, 1, 2);
    assert!(first.held.unwrap().contains("8.00 EUR"));
    assert_eq!(
        (ids(&first.lines), first.companions),
        (vec![1, 2], vec![LineId::new(2)]),
        "the card is reserved"
    );
    let second = parcel(&mut order, 1, 1);
    assert_eq!(
        (second.held, second.carries.len(), ids(&second.lines)),
        (None, 0, vec![1]),
        "it fits without"
    );
    assert!(parcel(&mut order, 1, 1).held.is_some());
    let last = parcel(&mut order, 1, 1);
    assert_eq!((last.held, last.carries.len()), (None, 2));
    assert_eq!((captured(&order), order.held.len(), order.lines[1].available().quantity), (500, 0, 0));
}

/// A smaller deduction is enough: what the held parcel reserved beyond that is free again.
#[test]
fn what_the_sum_fits_without_is_given_up() {
    let mut order = mugs(5, &[(GiftCard, "0.00", -1_500), (StoreCredit, "0.00", -300)]);
    assert_eq!(ids(&parcel(&mut order, 1, 2).lines), [1, 2, 3]);
    let rest = parcel(&mut order, 1, 2);
    assert_eq!(rest.carries[0].freed.iter().map(|line| line.line_id.number()).collect::<Vec<_>>(), [3]);
    assert_eq!((captured(&order), order.lines[2].available().quantity), (100, 1));
    parcel(&mut order, 1, 1);
    assert_eq!((captured(&order), order.held.len()), (200, 0));
}

#[test]
fn a_parcel_that_can_never_fit_is_refused() {
    let mut order = mugs(2, &[(GiftCard, "0.00", -500)]);
    order.lines[1].canceled = order.lines[1].available();
    let refused = shipment::plan(&order, &request(1, 2), Companions::Join).unwrap_err();
    assert!(
        matches!(refused, RequestError::State(it) if it.reason == PreconditionReason::CaptureOutOfBounds)
    );
    let explicit = mugs(5, &[(GiftCard, "0.00", -1_500)]);
    assert!(
        shipment::plan(&explicit, &request(1, 2), Companions::Explicit).is_err(),
        "its callers name each line"
    );
}

#[test]
fn while_parcels_are_held_nothing_is_canceled_that_they_need() {
    let mut order = mugs(5, &[(GiftCard, "0.00", -1_500), (Physical, "21.00", 200)]);
    assert_eq!(none_held(&order), Ok(()));
    assert!(parcel(&mut order, 1, 3).held.is_some());
    let refused = none_held(&order).unwrap_err();
    let named = format!("shipments/{}", id(0));
    assert_eq!((refused.reason, &refused.unmet[1].subject), (PreconditionReason::ParcelsHeld, &named));
    let canceled = |mugs: u32, others: bool| {
        let mut after = order.clone();
        after.lines[0].canceled = Part { quantity: mugs, amount: cents(400 * i64::from(mugs)) };
        if others {
            after.lines[2].canceled = after.lines[2].available();
        }
        keep_possible(&after)
    };
    assert_eq!(canceled(0, true), Ok(()));
    assert_eq!(canceled(1, true), Ok(()), "16.00 outweighs 15.00");
    assert_eq!(canceled(2, true), Err(refused), "12.00 does not");
}

/// A cancellation under way may not raise what may be captured; once it is refused there is room.
#[test]
fn held_parcels_go_by_themselves_once_they_fit() {
    let mut order = mugs(5, &[(GiftCard, "0.00", -1_500), (Physical, "21.00", 1_000)]);
    order.lines[2].canceling = order.lines[2].available();
    assert!(parcel(&mut order, 1, 2).held.is_some());
    assert_eq!(fitting(&order), None);
    order.lines[2].canceling = Part::none(cents(0));
    let fits = fitting(&order).unwrap();
    assert_eq!(
        (fits.last, ids(&fits.lines), ids(&fits.freed), fits.others.len()),
        (id(0), vec![1], vec![2], 0)
    );
}

/// What it reserved and needs it keeps, and what it does not need is free again.
#[test]
fn held_parcels_that_fit_keep_the_deduction_that_they_go_with() {
    let lines = [(GiftCard, "0.00", -1_000), (GiftCard, "0.00", -500), (Physical, "21.00", 1_000)];
    let mut order = mugs(5, &lines);
    order.lines[3].canceling = order.lines[3].available();
    assert_eq!(ids(&parcel(&mut order, 1, 1).lines), [1], "5.00 may be captured");
    assert!(parcel(&mut order, 1, 3).held.is_some());
    order.lines[3].canceling = Part::none(cents(0));
    let fits = fitting(&order).unwrap();
    assert_eq!((ids(&fits.lines), ids(&fits.reserved), ids(&fits.freed)), (vec![1, 2], vec![], vec![3]));
    assert_eq!(fits.companions, [LineId::new(2)]);
}

#[test]
fn held_parcels_that_fit_take_along_what_they_had_not_reserved() {
    let lines = [(GiftCard, "0.00", -1_500), (Physical, "21.00", 1_000), (ShippingFee, "21.00", 200)];
    let mut order = mugs(5, &lines);
    order.lines[2].canceling = order.lines[2].available();
    assert!(parcel(&mut order, 1, 2).held.is_some());
    order.lines[2].canceling = Part::none(cents(0));
    let fits = fitting(&order).unwrap();
    assert_eq!((ids(&fits.lines), ids(&fits.reserved), ids(&fits.freed)), (vec![1, 4], vec![4], vec![2]));
    assert_eq!(fits.companions, [LineId::new(4)]);
}

#[test]
fn of_held_parcels_the_newest_are_given_up_whose_units_went_elsewhere() {
    let mut order = mugs(5, &[(GiftCard, "0.00", -1_500)]);
    parcel(&mut order, 1, 2);
    parcel(&mut order, 1, 1);
    parcel(&mut order, 1, 1);
    let gone = |shipped: u32| {
        let mut order = order.clone();
        order.lines[0].shipped = Part { quantity: shipped, amount: cents(400 * i64::from(shipped)) };
        overtaken(&order).iter().map(|parcel| parcel.shipment_id).collect::<Vec<_>>()
    };
    assert_eq!(order.held.len(), 2);
    assert_eq!((gone(2), gone(3), gone(5)), (vec![], vec![id(1)], vec![id(1), id(0)]));
}

/// Found by random sequences: the fee did not fit into the second parcel, so what is taken off it stayed too, and the held parcel was
/// given up.
#[test]
fn a_held_parcel_still_fits_with_a_fee_and_what_is_taken_off_that() {
    let mut order = order(&[
        (Physical, "9.00", 8_137),
        (Physical, "9.00", 1_057),
        (Physical, "9.00", 24_801),
        (ShippingFee, "21.00", 560),
        (Discount, "21.00", -36),
        (Discount, "9.00", -2_276),
        (GiftCard, "0.00", -30_663),
    ]);
    assert!(parcel(&mut order, 1, 1).held.is_some());
    assert_eq!(ids(&parcel(&mut order, 2, 1).lines), [2]);
    assert_eq!(keep_possible(&order), Ok(()));
    let last = parcel(&mut order, 3, 1);
    assert_eq!((ids(&last.lines), last.carries.len()), (vec![3, 4, 5], 1));
    assert_eq!(capture::left(&order), cents(0));
}
