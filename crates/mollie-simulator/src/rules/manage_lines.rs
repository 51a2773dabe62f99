//! Manage order lines: any number of lines added, updated and canceled by one request, all of it or nothing.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::draft::{Amended, Credential, Part, check_known, read_line, read_line_change};
use super::fields::Fields;
use super::hooks::OrderEvent;
use super::money::Minor;
use super::order_json::{self, Embeds};
use super::pool::read_part;
use super::records::{EffectKind, Line, LineStatus, Order, Share};
use super::switches::{HooksAfterManaging, Switches};
use super::world::World;

/// The order as the operations so far have made it, and what they were.
struct Managed {
    order: Order,
    /// Position of the line, and what was sent.
    added: Vec<(usize, Value)>,
    updated: Vec<(usize, Map<String, Value>)>,
    canceled: Vec<(usize, Share)>,
}

impl World {
    /// `PATCH …/lines`. The operations are done one after the other, each on what those before it have left.
    pub(super) fn manage_lines(
        &mut self,
        caller: &Caller,
        order_id: &str,
        body: &Value,
        embeds: Embeds,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let before = self.owned_order(caller, order_id)?.clone();
        before.check_changeable()?;
        let mut managed = Managed::new(before.clone());
        for (index, operation) in read_operations(body, self.switches())?.iter().enumerate() {
            managed.operate(operation, index, self.switches())?;
        }
        managed.order.check_rest(self.switches())?;
        self.agree_on_lines(&before, &mut managed.order)?;
        // Nothing can be refused from here on.
        for (position, _) in &managed.added {
            if let Some(line) = managed.order.lines.get_mut(*position) {
                line.id = self.draw_short("odl_");
                line.created_at = Some(now);
            }
        }
        self.enter_managed(&managed, &before, now);
        let order = self.end_managed(managed, now);
        let answer = Answer::ok(order_json::changed(&order, embeds, self));
        self.save(order);
        Ok(answer)
    }

    /// States and hooks that follow. That of lines canceled here is the same as of others; for the rest none is documented.
    fn end_managed(&mut self, managed: Managed, now: Timestamp) -> Order {
        let Managed { mut order, canceled, .. } = managed;
        order.hooks_lost |= match self.switches().hooks_after_managing_lines {
            HooksAfterManaging::Sent => false,
            HooksAfterManaging::Missing => true,
        };
        if order.lines.iter().all(|line| line.status == LineStatus::Canceled) {
            self.end_canceled(&mut order, now);
        } else if !canceled.is_empty() {
            self.notify_order(&order, OrderEvent::PartlyCanceled, now);
        }
        order
    }

    fn enter_managed(&mut self, managed: &Managed, before: &Order, now: Timestamp) {
        let order = &managed.order;
        let line_at = |position: &usize| order.lines.get(*position);
        let entry = |line: &Line, part: Share| {
            let amount = order.currency.amount(part.amount);
            json!({ "id": line.id, "quantity": part.quantity, "amount": amount })
        };
        let whole = |line: &Line, sent: Value| {
            let mut entry = entry(line, Share { quantity: line.quantity, amount: line.total });
            entry["sent"] = sent;
            entry
        };
        let added = managed.added.iter().filter_map(|(at, sent)| Some(whole(line_at(at)?, sent.clone())));
        let updated = managed.updated.iter();
        let updated = updated.filter_map(|(at, sent)| Some(whole(line_at(at)?, Value::Object(sent.clone()))));
        let canceled = managed.canceled.iter().filter_map(|(at, part)| Some(entry(line_at(at)?, *part)));
        let (added, updated, canceled): (Vec<_>, Vec<_>, Vec<_>) =
            (added.collect(), updated.collect(), canceled.collect());
        let sum: Minor = managed.canceled.iter().map(|(_, part)| part.amount).sum();
        let effect = order
            .lines_entry(EffectKind::LinesManaged)
            .amount("ordered_before", before.amount)
            .amount("canceled", sum)
            .with("added", added.into())
            .with("updated", updated.into())
            .with("canceled", canceled.into());
        self.enter(effect, now);
    }
}

fn read_operations<'a>(body: &'a Value, switches: &Switches) -> Result<&'a [Value], Refusal> {
    let fields = Fields::top(body)?;
    check_known(&fields, Part::LineOperations, Credential::ApiKey, switches)?;
    let operations = fields.required("operations", fields.list("operations")?)?;
    if operations.is_empty() {
        return Err(fields.refuse("operations", "There should be at least one operation."));
    }
    Ok(operations)
}

impl Managed {
    fn new(order: Order) -> Self {
        Self { order, added: Vec::new(), updated: Vec::new(), canceled: Vec::new() }
    }

    fn operate(&mut self, operation: &Value, index: usize, switches: &Switches) -> Result<(), Refusal> {
        let fields = Fields::nested(operation, &format!("operations.{index}"))?;
        check_known(&fields, Part::LineOperation, Credential::ApiKey, switches)?;
        let name = fields.required_text("operation")?;
        let data = fields.required("data", fields.object("data")?)?;
        match name {
            "add" => self.add(&data, fields.get("data").cloned().unwrap_or_default(), index, switches),
            "update" => self.update(&data, index, switches),
            "cancel" => self.cancel(data, index, switches),
            _ => Err(fields.refuse("operation", "The operation should be add, update or cancel.")),
        }
    }

    fn add(
        &mut self,
        data: &Fields<'_>,
        sent: Value,
        index: usize,
        switches: &Switches,
    ) -> Result<(), Refusal> {
        let line = read_line(data, index, self.order.currency, switches)?;
        let status = if self.order.awaits_payment() { LineStatus::Created } else { LineStatus::Authorized };
        self.added.push((self.order.lines.len(), sent));
        self.order.lines.push(Line { status, ..line });
        Ok(())
    }

    fn update(&mut self, data: &Fields<'_>, index: usize, switches: &Switches) -> Result<(), Refusal> {
        let id = data.required_text("id")?;
        let currency = self.order.currency;
        // A line that was just added has no id that a request could name.
        let named = self.order.lines.iter_mut().enumerate().find(|(_, line)| line.id == id);
        let (position, line) =
            named.ok_or_else(|| data.refuse("id", format!("No line of the order has id {id}.")))?;
        line.check_changeable().map_err(|refusal| data.refuse("id", refusal.detail))?;
        let Amended { line: amended, sent } =
            read_line_change(data, Part::ManagedLine, line, index, currency, switches)?;
        *line = amended;
        self.updated.push((position, sent));
        Ok(())
    }

    /// A line of a created order can be canceled here, unlike by a cancellation of lines.
    fn cancel(&mut self, data: Fields<'_>, index: usize, switches: &Switches) -> Result<(), Refusal> {
        check_known(&data, Part::CanceledLine, Credential::ApiKey, switches)?;
        let rest = |line: &Line| match line.status {
            LineStatus::Created | LineStatus::Authorized => line.rest(),
            LineStatus::Paid | LineStatus::Shipping | LineStatus::Completed | LineStatus::Canceled => {
                Share::default()
            }
        };
        let pools: Vec<Share> = self.order.lines.iter().map(rest).collect();
        let (position, part) = read_part(data, index, &self.order, &pools, switches)?;
        let is_unpaid = self.order.awaits_payment();
        if let Some(line) = self.order.lines.get_mut(position) {
            line.release(part);
            if is_unpaid {
                line.dropped.add(part);
            }
        }
        self.canceled.push((position, part));
        Ok(())
    }
}
