//! Wherever units are: the parts add up to what may still be captured, and an urgent one is never made smaller by what stands elsewhere.

use super::*;

/// An authorized order whose lines have one unit each.
pub fn order(totals: &[i64]) -> Order {
    with_units(&totals.iter().map(|total| (*total, 1)).collect::<Vec<_>>())
}

fn with_units(lines: &[(i64, u32)]) -> Order {
    let mut order = authorized();
    let first = order.lines[0].clone();
    let line = |((price, quantity), id): (&(i64, u32), u32)| Line {
        id: LineId::new(id),
        quantity: *quantity,
        unit_price: cents(*price),
        total_amount: cents(price * i64::from(*quantity)),
        discount_amount: None,
        ..first.clone()
    };
    order.lines = lines.iter().zip(1..).map(line).collect();
    order.highest_amount = cents(order.lines.iter().map(|line| line.total_amount.minor()).sum());
    order.terms.amount = order.highest_amount;
    order
}

/// Where a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Here,
    Held,
    Recorded,
    Rejected,
    Pending,
    Lost,
    Captured,
    Canceled,
    Canceling,
}

const PLACES: [Place; 9] = [
    Place::Here,
    Place::Held,
    Place::Recorded,
    Place::Rejected,
    Place::Pending,
    Place::Lost,
    Place::Captured,
    Place::Canceled,
    Place::Canceling,
];

/// Lines by their price, with the place of each unit.
fn lines() -> impl Strategy<Value = Vec<(i64, Vec<Place>)>> {
    let price = prop_oneof![4 => 0_i64..=2_000, 1 => -500_i64..=-1];
    let places = proptest::collection::vec(proptest::sample::select(PLACES.to_vec()), 1..=4);
    proptest::collection::vec((price, places), 1..=5)
}

/// What units in one of these places are worth.
fn worth(lines: &[(i64, Vec<Place>)], places: &[Place]) -> i64 {
    let units = |places_of: &[Place]| places_of.iter().filter(|place| places.contains(place)).count();
    lines.iter().map(|(price, places)| price * i64::try_from(units(places)).unwrap()).sum()
}

fn build(lines: &[(i64, Vec<Place>)]) -> (Order, Vec<Shipment>) {
    let mut order = with_units(
        &lines
            .iter()
            .map(|(price, places)| (*price, u32::try_from(places.len()).unwrap()))
            .collect::<Vec<_>>(),
    );
    let of = |n: usize, wanted: &[Place]| {
        let (price, places) = &lines[n];
        let quantity = places.iter().filter(|place| wanted.contains(place)).count();
        let quantity = u32::try_from(quantity).unwrap();
        Part { quantity, amount: cents(price * i64::from(quantity)) }
    };
    for n in 0..lines.len() {
        let line = &mut order.lines[n];
        line.shipped = of(n, &[Place::Pending, Place::Lost, Place::Captured]);
        line.reserved = of(n, &[Place::Held, Place::Recorded]);
        line.canceled = of(n, &[Place::Canceled]);
        line.canceling = of(n, &[Place::Canceling]);
    }
    let parcel = |number: u128, place: Place, state: ShipmentState| {
        let all = (0..lines.len())
            .zip(1..)
            .map(|(n, id)| ShipmentLine { line_id: LineId::new(id), part: of(n, &[place]) });
        let lines = all.filter(|line| line.part.quantity > 0).collect();
        Shipment { state, sequence: 9 - u64::try_from(number).unwrap(), ..fixtures::shipment(number, lines) }
    };
    let shipments = vec![
        parcel(1, Place::Rejected, ShipmentState::Refused),
        parcel(2, Place::Held, ShipmentState::Recorded),
        parcel(3, Place::Recorded, ShipmentState::Recorded),
        parcel(4, Place::Pending, ShipmentState::Registered),
        parcel(5, Place::Captured, ShipmentState::Registered),
    ];
    order.held = vec![HeldParcel { shipment_id: shipments[1].id, lines: shipments[1].lines.clone() }];
    order.open_captures = vec![shipments[3].id];
    let lost = worth(lines, &[Place::Lost]);
    order.lost_captures = vec![(ShipmentId::new(Uuid::from_u128(8)), cents(lost))];
    (order, shipments)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn the_parts_are_the_whole(lines in lines(), is_stuck in any::<bool>(), is_reviewed in any::<bool>()) {
        use Place::{Canceled, Canceling, Captured, Held, Here, Lost, Pending, Recorded, Rejected};
        let (mut order, shipments) = build(&lines);
        if is_reviewed {
            order.items = vec![item(ItemKind::SurplusPayment, "tr_2", true)];
        }
        let state = OperationState::NeedsAttention;
        let stuck = Unsettled { operation_id: OperationId::new(Uuid::from_u128(9)), state };
        let at_risk = at_risk(&order, &shipments, if is_stuck { std::slice::from_ref(&stuck) } else { &[] });

        let worth = |places: &[Place]| worth(&lines, places);
        let unless_stuck = |places: &[Place]| if is_stuck { 0 } else { worth(places) };
        let (reviewed, here) = if is_reviewed { (unless_stuck(&[Here]), 0) } else { (0, unless_stuck(&[Here])) };
        // What holds parcels takes nothing off the goods in them, but off the whole.
        let is_off = |line: &&(i64, Vec<Place>)| line.0 < 0;
        let deductions: Vec<_> = lines.iter().filter(is_off).cloned().collect();
        let off = if is_stuck { 0 } else { self::worth(&deductions, &[Held]) };
        let held = unless_stuck(&[Held]) - off;
        let attention = if is_stuck { worth(&[Here, Held, Recorded, Rejected]) } else { 0 };
        let by_reason = [
            (Reason::NeedsAttention, attention),
            (Reason::Rejected, unless_stuck(&[Rejected])),
            (Reason::NeedsReview, reviewed + worth(&[Lost])),
            (Reason::Held, held),
            (Reason::Recorded, unless_stuck(&[Recorded])),
            (Reason::CapturePending, worth(&[Pending])),
            (Reason::NotShipped, here),
        ];
        let authorized = worth(&PLACES);
        let released = worth(&[Canceled]) + worth(&[Canceling]).max(0);
        let left = authorized.min(authorized - released) - worth(&[Captured]);
        let sum: i64 = by_reason.iter().map(|(_, minor)| minor).sum::<i64>() + off;
        let whole = sum.min(left).max(0);

        prop_assert_eq!(at_risk.total().minor(), whole);
        prop_assert_eq!(at_risk.parts().iter().map(|(_, money)| money.minor()).sum::<i64>(), whole);
        prop_assert!(at_risk.parts().iter().all(|(_, money)| money.minor() > 0));
        // Down to each reason, all that is as urgent or more is told in full, as far as there is as much at risk at all.
        let (mut told, mut full) = (0, 0);
        for (reason, minor) in by_reason {
            let part = at_risk.parts().iter().find(|(other, _)| *other == reason);
            told += part.map_or(0, |(_, money)| money.minor());
            full += minor.max(0);
            prop_assert_eq!(told, full.min(whole), "{}", reason.as_str());
        }
        let open = worth(&[Here, Held, Recorded, Rejected]);
        let for_them = left - worth(&[Pending]) - worth(&[Lost]);
        prop_assert_eq!(to_capture(&order).minor(), open.min(for_them).max(0));
    }

    /// In whatever parts a discounted line is recorded.
    #[test]
    fn the_parts_of_a_discounted_line_add_up(
        quantity in 2_u32..=9, price in 1_i64..=999, off in 0_i64..=999, units in (0_u32..=9, 0_u32..=9)
    ) {
        let mut order = with_units(&[(price, quantity)]);
        let total = (price * i64::from(quantity) - off).max(0);
        let line = &mut order.lines[0];
        (line.total_amount, line.discount_amount) = (cents(total), Some(cents(off)));
        order.highest_amount = cents(total);
        let recorded = units.0.min(quantity);
        let share = order.lines[0].remainder().share(recorded).unwrap_or(cents(0));
        order.lines[0].reserved = Part { quantity: recorded, amount: share };
        let lines = vec![ShipmentLine { line_id: LineId::new(1), part: Part { quantity: units.1, amount: cents(0) } }];
        let at_risk = at_risk(&order, &[refused(1, lines)], &[]);
        prop_assert_eq!(at_risk.total().minor(), total);
        prop_assert_eq!(at_risk.parts().iter().map(|(_, money)| money.minor()).sum::<i64>(), total);
        let part = at_risk.parts().iter().find(|(reason, _)| *reason == Reason::Recorded);
        prop_assert_eq!(part.map_or(0, |(_, money)| money.minor()), share.minor());
    }
}
