//! A line that an answer lists twice.

use super::*;

/// The line at this place listed once more, with other units.
fn again(it: &mut Snapshot, place: usize) {
    let mut line = it.lines[place].clone();
    line.shipped = Some(part(1, "399.00"));
    line.status = Read::Known(LineStatus::Shipping);
    line.name = Field::Value("Other".to_owned());
    it.lines.push(line);
}

#[test]
fn a_line_that_is_listed_twice_stays_as_it_is_known() {
    let mut order = order();
    order.lines[0].canceled = part(1, "349.00");
    let twice = reported(|it| {
        again(it, 0);
        it.lines[0].quantity = 9;
        it.lines[1].shipped = Some(part(1, "329.99"));
        it.amount = euro("1725.99");
    });
    let judged = believed(&order, twice);
    assert_eq!(judged.contradictions.len(), 1);
    let doubt = judged.contradictions[0].to_string();
    assert_eq!(doubt, "lines[2].id: the line is listed twice");
    assert_eq!(judged.left_out().map(|it| it.to_string()), Some(doubt));
    assert!(judged.canceled_left_out().is_some(), "nobody knows which of them counts right");
    let observed = difference(&order, &judged).unwrap();
    assert!(observed.lines.is_empty(), "{:?}", observed.lines);
    assert_eq!(observed.amount, euro("1027.99"));
    let told: Vec<_> = observed.entries.iter().map(|entry| entry.line_id.map(|id| id.number())).collect();
    assert_eq!(told, [Some(2)], "of the other line all is believed");
}

/// Even where both say the same: an answer that repeats a line was not made as Mollie makes them.
#[test]
fn each_repetition_is_named() {
    let thrice = reported(|it| {
        let line = it.lines[0].clone();
        it.lines.extend([line.clone(), it.lines[1].clone(), line]);
    });
    assert_eq!(doubted(thrice), ["lines[2].id", "lines[3].id", "lines[4].id"]);
}

/// Lines are told by their place until their ids are known: a list with one too many gives none.
#[test]
fn of_lines_without_known_ids_none_is_believed() {
    let mut order = order();
    order.lines.iter_mut().for_each(|line| line.mollie_id = None);
    let twice = reported(|it| {
        let line = it.lines[0].clone();
        it.lines.insert(1, line);
    });
    let judged = believed(&order, twice);
    assert!(judged.lines.is_empty());
    assert_eq!(judged.contradictions[0].field.as_deref(), Some("lines[1].id"));
}

/// One that was added in the dashboard, twice: it is believed once an answer has it once.
#[test]
fn a_new_line_that_is_listed_twice_is_not_taken_over() {
    let twice = reported(|it| {
        let line = LineSnapshot { mollie_id: MollieLineId::new("odl_1.3"), ..it.lines[1].clone() };
        it.lines.extend([line.clone(), line]);
        it.amount = euro("1357.98");
    });
    let judged = believed(&order(), twice.clone());
    assert_eq!((judged.lines.len(), judged.amount), (2, euro("1027.99")));
    assert_eq!(doubted(twice), ["lines[3].id"]);
}
