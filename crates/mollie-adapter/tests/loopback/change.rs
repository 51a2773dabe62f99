//! Changes of the LEGO order and of its lines, as commands.

use std::collections::BTreeMap;

use domain::ports::{Command, ManageLines, UpdateOrder};
use domain::rules::ids::{LineId, MollieLineId, MollieOrderId};
use domain::rules::line_change::{LineChanges, LineField, UpdatedLine};
use domain::rules::order::Line;
use domain::rules::order_update::{NewAddresses, NewTerms};
use domain::rules::part::Part;
use domain::rules::remote::Remote;
use domain::rules::shipment::ShipmentLine;
use serde_json::{Value, json};

use crate::lego::{self, euro};

pub const ORDER: &str = "ord_1.rsa7lu";

pub fn money(value: &str) -> Value {
    json!({ "currency": "EUR", "value": value })
}

pub fn update(terms: NewTerms, addresses: NewAddresses) -> Command {
    Command::UpdateOrder(Box::new(UpdateOrder { order: MollieOrderId::new(ORDER), terms, addresses }))
}

pub fn renumber() -> Command {
    update(NewTerms { order_number: Some("1338".to_owned()), ..NewTerms::default() }, NewAddresses::default())
}

/// Our two lines, as Mollie calls them; a third has no id there.
pub fn manage(changes: LineChanges) -> Command {
    manage_as(ORDER, ["odl_1.a/b", "odl_1.c.d"], changes)
}

pub fn manage_as(order: &str, lines: [&str; 2], changes: LineChanges) -> Command {
    let lines = (1..).map(LineId::new).zip(lines.map(MollieLineId::new));
    let order = Remote { id: MollieOrderId::new(order), lines: lines.collect::<BTreeMap<_, _>>() };
    Command::ManageLines(ManageLines { order, changes })
}

/// A line of the LEGO order, under our id. They count up from 1.
pub fn line(id: u32, change: impl FnOnce(&mut Line)) -> Line {
    let lines = lego::command().order.lines;
    let mut line = lines[if id == 1 { 0 } else { 1 }].clone();
    line.id = LineId::new(id);
    change(&mut line);
    line
}

pub fn updated(line: Line, fields: &[LineField]) -> UpdatedLine {
    UpdatedLine { line, fields: fields.to_vec() }
}

pub fn renamed(id: u32) -> UpdatedLine {
    updated(line(id, |line| line.name = "Other".to_owned()), &[LineField::Name])
}

pub fn of_updates(updated: Vec<UpdatedLine>) -> LineChanges {
    LineChanges { updated, ..LineChanges::default() }
}

pub fn canceled(id: u32, quantity: u32, amount: &str) -> ShipmentLine {
    ShipmentLine { line_id: LineId::new(id), part: Part { quantity, amount: euro(amount) } }
}
