//! One screen for the on-call engineer: what needs a decision, what needs a review, what is under way. Each comes with the
//! command to paste; only the name and the reason are left to fill in.

mod beside;

use std::collections::BTreeMap;
use std::fmt::Write;

use domain::rules::money::Money;

use super::reading::Situation;
use crate::cli::words::{money, plain};
use crate::proto::{
    Amount, Operation, OperationKind, OperationState, Order, Refund, ReviewItem, ReviewItemKind, Shipment,
};

/// The command line of this program, for pasting.
pub struct Program {
    name: String,
    address: String,
}

impl Program {
    /// As this process was called.
    pub fn this(address: Option<&str>) -> Self {
        let called = std::env::args().next().filter(|name| !name.is_empty() && name.chars().all(is_plain));
        let name = called.unwrap_or_else(|| "order-service".to_owned());
        let address = address.map(|address| format!(" --address {}", quoted(address))).unwrap_or_default();
        Self { name, address }
    }

    fn command(&self, action: &str) -> String {
        let Self { name, address } = self;
        format!("{name} operations{address} {action} --by \"$USER\" --reason 'WHY'")
    }
}

pub fn screen(situation: &Situation, program: &Program) -> String {
    let Situation { attention, concerned, held, queued, others, .. } = situation;
    let items: Vec<_> = concerned.iter().flat_map(open_items).collect();
    let needs_nobody = situation.needs_nobody();
    if needs_nobody && others.is_empty() {
        return "Nothing needs attention, and nothing is under way.\n".to_owned();
    }
    let mut text = refused_keys(others);
    if needs_nobody && text.is_empty() {
        text.push_str("Nothing needs attention.\n");
    }
    if !attention.is_empty() {
        section(&mut text, attention.len(), "operation needs", "operations need", "a decision");
        attention.iter().for_each(|operation| needing_attention(&mut text, operation, situation, program));
    }
    if !items.is_empty() {
        section(&mut text, items.len(), "item needs", "items need", "a review");
        items.iter().for_each(|(order, item)| open_item(&mut text, order, item, situation.now, program));
    }
    if !held.is_empty() {
        held_shipments(&mut text, situation);
    }
    if !queued.refunds.is_empty() {
        queued_too_long(&mut text, situation);
    }
    if !others.is_empty() {
        section(&mut text, others.len(), "operation is", "operations are", "under way");
        others.iter().for_each(|operation| under_way(&mut text, operation, situation));
    }
    if situation.more {
        text.push_str("\n  ... and more recent ones.\n");
    }
    text
}

/// The profiles whose API key Mollie does not accept, and how much waits for the right one.
fn refused_keys(others: &[Operation]) -> String {
    let mut waiting = BTreeMap::<&str, usize>::new();
    for operation in others.iter().filter(|operation| operation.key_refused) {
        *waiting.entry(&operation.profile).or_default() += 1;
    }
    let mut text = String::new();
    for (profile, count) in waiting {
        let (are, profile) = (if count == 1 { "operation waits" } else { "operations wait" }, plain(profile));
        line(
            &mut text,
            &format!(
                "Mollie does not accept the API key of profile {profile}: {count} {are} for the right one."
            ),
        );
    }
    text
}

/// The state of an operation after a decision.
pub fn outcome(operation: &Operation) -> String {
    let mut text = format!("The operation is {}.\n", state(operation));
    if !operation.last_problem.is_empty() && operation.state() == OperationState::NeedsAttention {
        line(&mut text, &format!("  {}", plain(&operation.last_problem)));
    }
    text
}

/// How an item was closed.
pub fn closed(order: &Order, number: i32) -> String {
    let closure = order.items.iter().find(|item| item.number == number).and_then(|item| item.closed.as_ref());
    let by = closure.map(|closure| format!(" by {}: {}", plain(&closure.by), plain(&closure.reason)));
    format!("Item {number} of order {} is closed{}\n", named(order), by.unwrap_or_default())
}

fn section(text: &mut String, count: usize, one: &str, many: &str, what: &str) {
    let gap = if text.is_empty() { "" } else { "\n" };
    line(text, &format!("{gap}{count} {} {what}:", if count == 1 { one } else { many }));
}

fn needing_attention(text: &mut String, operation: &Operation, situation: &Situation, program: &Program) {
    let Operation { id, last_problem, .. } = operation;
    line(text, &format!("\n  {}", head(operation, situation)));
    line(text, &format!("    {}", plain(last_problem)));
    beside::beside(text, operation, situation);
    let order = situation.orders.get(&operation.order_id);
    for effect in effects(operation, order) {
        let command = program.command(&format!("resolve {id} --succeeded {effect}"));
        line(text, &format!("    succeeded:   {command}"));
    }
    line(text, &format!("    rejected:    {}", program.command(&format!("resolve {id} --rejected"))));
    line(text, &format!("    retry:       {}", program.command(&format!("retry {id}"))));
}

/// Ids at Mollie that may be the effect: those the problem names, or else the form of such an id.
fn effects(operation: &Operation, order: Option<&Order>) -> Vec<String> {
    let named = |prefix: &str| {
        let words = operation.last_problem.split(|c: char| !is_plain(c) || matches!(c, '/' | ':'));
        words
            .filter(|word| word.starts_with(prefix) && *word != prefix)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (candidates, form) = match operation.kind() {
        OperationKind::CreateShipment => (named("shp_"), "shp_ID"),
        // The shipment itself; the operation does not say which.
        OperationKind::UpdateShipment => (Vec::new(), "shp_ID"),
        OperationKind::PlaceOrder => (named("ord_"), "ord_ID"),
        OperationKind::CancelOrder
        | OperationKind::CancelLines
        | OperationKind::UpdateOrder
        | OperationKind::ManageLines => {
            let changed = order.map(|order| order.mollie_order_id.clone());
            (changed.into_iter().filter(|id| !id.is_empty()).collect(), "ord_ID")
        }
        OperationKind::CreateRefund => (named("re_"), "re_ID"),
        // The refund itself; the operation does not say which.
        OperationKind::CancelRefund => (Vec::new(), "re_ID"),
        OperationKind::CreatePayment => (named("tr_"), "tr_ID"),
        OperationKind::Unspecified => (Vec::new(), "ID"),
    };
    if candidates.is_empty() { vec![form.to_owned()] } else { candidates }
}

fn open_items(order: &Order) -> impl Iterator<Item = (&Order, &ReviewItem)> {
    order.items.iter().filter(|item| item.closed.is_none()).map(move |item| (order, item))
}

fn open_item(text: &mut String, order: &Order, item: &ReviewItem, now: i64, program: &Program) {
    let since = item.raised_time.map(|time| age(now - time.seconds)).unwrap_or_default();
    line(text, &format!("\n  order {}: {}, raised {since} ago", named(order), item_kind(item)));
    line(text, &format!("    {}", plain(&item.text)));
    let command = program.command(&format!("close {} {}", order.id, item.number));
    line(text, &format!("    done:        {command}"));
}

/// Goods that left, and whose money is not captured before further parcels leave.
fn held_shipments(text: &mut String, situation: &Situation) {
    let held = &situation.held;
    let worth = |(order, shipment): &(Order, Shipment)| {
        let found = order.held_shipments.iter().find(|held| held.shipment_id == shipment.id)?;
        found.goods_amount.clone()
    };
    let read = |amount: Amount| Money::parse(&amount.currency, &amount.value).ok();
    let mut sums = BTreeMap::<&str, Money>::new();
    for worth in held.iter().filter_map(worth).filter_map(read) {
        let sum = sums.entry(worth.currency().code()).or_insert(Money::zero(worth.currency()));
        *sum = sum.plus(worth).unwrap_or(*sum);
    }
    let sums: Vec<_> = sums.values().map(ToString::to_string).collect();
    let what = format!(
        "held, goods worth {} in all; none of it is captured before further parcels leave",
        sums.join(", ")
    );
    section(text, held.len(), "shipment is", "shipments are", &what);
    for one in held {
        let (order, shipment) = one;
        let since = shipment.created_time.map(|time| age(situation.now - time.seconds)).unwrap_or_default();
        let (order, worth) = (named(order), money(worth(one).as_ref()));
        line(
            text,
            &format!(
                "\n  order {order}: goods worth {worth}, shipment {}, left {since} ago",
                plain(&shipment.id)
            ),
        );
        line(text, &format!("    {}", plain(&shipment.held_reason)));
    }
}

/// Money that shoppers wait for, because the balance does not cover it.
fn queued_too_long(text: &mut String, situation: &Situation) {
    let sums = &situation.queued.sums;
    let count: i64 = sums.iter().map(|sum| sum.count).sum();
    let amounts: Vec<_> = sums.iter().map(|sum| money(sum.amount.as_ref())).collect();
    let (refunds, gap) =
        (if count == 1 { "refund has" } else { "refunds have" }, if text.is_empty() { "" } else { "\n" });
    let amounts = amounts.join(", ");
    line(
        text,
        &format!(
            "{gap}{count} {refunds} been queued at Mollie for more than two days, {amounts} in all; top up the balance there:"
        ),
    );
    situation.queued.refunds.iter().for_each(|refund| queued(text, refund, situation));
    if !situation.queued.next_page_token.is_empty() {
        text.push_str("\n  ... and more recent ones.\n");
    }
}

fn queued(text: &mut String, refund: &Refund, situation: &Situation) {
    let order = situation.orders.get(&refund.order_id).map_or_else(|| refund.order_id.clone(), named);
    let since = refund.registered_time.map(|time| age(situation.now - time.seconds)).unwrap_or_default();
    let (id, amount) = (plain(&refund.mollie_refund_id), money(refund.amount.as_ref()));
    line(text, &format!("\n  order {order}: {amount}, {id}, queued {since} ago"));
}

fn under_way(text: &mut String, operation: &Operation, situation: &Situation) {
    let wait = operation.not_before_time.map_or(0, |time| time.seconds - situation.now);
    let next = if wait > 0 { format!(", not before {} from now", age(wait)) } else { String::new() };
    let Operation { attempts, .. } = operation;
    let head = head(operation, situation);
    line(text, &format!("\n  {head}, {}, unknown outcomes: {attempts}{next}", state(operation)));
    if !operation.last_problem.is_empty() {
        line(text, &format!("    {}", plain(&operation.last_problem)));
    }
}

fn head(operation: &Operation, situation: &Situation) -> String {
    let order = situation.orders.get(&operation.order_id).map_or_else(|| operation.order_id.clone(), named);
    let since = operation.created_time.map(|time| age(situation.now - time.seconds)).unwrap_or_default();
    format!("order {order}: {}, recorded {since} ago", kind(operation))
}

fn named(order: &Order) -> String {
    format!("{} ({})", plain(&order.order_number), order.id)
}

fn kind(operation: &Operation) -> String {
    operation.kind().as_str_name().trim_start_matches("OPERATION_KIND_").to_owned()
}

fn state(operation: &Operation) -> String {
    operation.state().as_str_name().trim_start_matches("OPERATION_STATE_").to_owned()
}

fn item_kind(item: &ReviewItem) -> String {
    let kind: ReviewItemKind = item.kind();
    kind.as_str_name().trim_start_matches("REVIEW_ITEM_KIND_").to_owned()
}

/// A duration in the largest unit of which it has at least two.
fn age(seconds: i64) -> String {
    match seconds.max(0) {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

fn quoted(text: &str) -> String {
    if text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// Whether a shell takes the character literally.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':')
}

fn line(text: &mut String, line: &str) {
    // Writing to a String does not fail.
    let _ = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests;
