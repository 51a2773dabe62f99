//! What must hold after every step: the test's own books, our ledger and Mollie's books are the same, line by line and pool by
//! pool, and nothing was attributed to anybody else.

use domain::ports::Store;
use domain::rules::event::EventData;
use domain::rules::item::{Item, ItemKind};
use domain::rules::ledger::{Entry, Pool};
use domain::rules::order::{Line, Order};
use domain::rules::part::Part;
use domain::rules::shipment::Origin;
use domain::rules::status::{LineStatus, OrderStatus};
use mollie_simulator::rules::{Amount, Books, LineBook, ShareBook};

use crate::ask::order;
use crate::basket::{Tender, minor};
use crate::desk::now;
use crate::own::{Course, Own, Share};
use crate::select::{freed, parts};
use crate::stage::Stage;

impl Stage {
    /// Compares the three books.
    ///
    /// # Errors
    /// In words, where they differ.
    pub fn judge(&mut self) -> Result<(), String> {
        let order = order(&self.desk, self.id)?;
        self.held_that_went(&order)?;
        self.fees_that_went()?;
        let books = self.desk.world().books(&self.mollie_id_of(&order)?).ok_or("Mollie has no books")?;
        let tender = self.basket.tender;
        same("lines", order.lines.len(), self.own.lines.len())?;
        for (n, (ours, theirs)) in order.lines.iter().zip(&books.lines).enumerate() {
            our_line(&self.own, n, ours).map_err(|text| format!("our line {}: {text}", n + 1))?;
            mollies_line(&self.own, n, theirs, tender)
                .map_err(|text| format!("Mollie's line {}: {text}", n + 1))?;
            same("status of a line", ours.status.map(LineStatus::as_str), Some(theirs.status.as_str()))?;
        }
        same("status", order.facts.status.map(OrderStatus::as_str), Some(books.status.as_str()))?;
        our_order(&self.own, &order)?;
        mollies_order(&self.own, &books, tender)?;
        self.effects = self.desk.world().ledger().len();
        self.nobody_else(&order)
    }

    /// Held parcels may go by themselves, once there is room for them.
    fn held_that_went(&mut self, order: &Order) -> Result<(), String> {
        if self.own.held.is_empty() || !order.held.is_empty() {
            return Ok(());
        }
        let is_carried = |data: &EventData| matches!(data, EventData::ShipmentCarried { .. });
        let entries = self.new_entries(is_carried)?;
        self.marks.insert("held parcels went by themselves");
        self.own.ship_held(&parts(&entries, Pool::Shipped), &freed(&entries))
    }

    /// Fees go without goods, once no more goods are to leave.
    fn fees_that_went(&mut self) -> Result<(), String> {
        let is_of_fees = |data: &EventData| matches!(data, EventData::ShipmentRecorded { shipment, .. } if shipment.is_without_goods());
        let went = parts(&self.new_entries(is_of_fees)?, Pool::Shipped);
        if went.is_empty() {
            return Ok(());
        }
        if !self.basket.joins || !self.own.is_delivered() {
            return Err("fees went alone although goods are left to travel with".to_owned());
        }
        self.marks.insert("fees went without goods");
        self.own.ship(&went)
    }

    /// What the new events of this kind book.
    fn new_entries(&self, is_meant: impl Fn(&EventData) -> bool) -> Result<Vec<Entry>, String> {
        let new =
            now(self.desk.store.list_events(self.id, self.seen, 1_000))?.map_err(|it| it.to_string())?;
        let meant = new.items.iter().filter(|event| is_meant(&event.data));
        Ok(meant.flat_map(|event| event.data.entries()).copied().collect())
    }

    fn mollie_id_of(&self, order: &Order) -> Result<String, String> {
        order.mollie_id.as_ref().map(ToString::to_string).ok_or_else(|| "the order is not placed".to_owned())
    }

    /// Everything was done here but what the bank took back, and a person is told of nothing but refunds and chargebacks.
    fn nobody_else(&mut self, order: &Order) -> Result<(), String> {
        let new =
            now(self.desk.store.list_events(self.id, self.seen, 1_000))?.map_err(|it| it.to_string())?;
        self.seen = order.version;
        let entries = new.items.iter().flat_map(|event| event.data.entries());
        let foreign = entries.filter(|entry| entry.by != Origin::Here && entry.pool != Pool::ChargedBack);
        let foreign: Vec<_> = foreign.collect();
        if !foreign.is_empty() {
            return Err(format!("attributed to somebody else: {foreign:?}"));
        }
        let is_of_refunds =
            |kind| matches!(kind, ItemKind::RefundFailed | ItemKind::Chargeback | ItemKind::RefundRefused);
        let is_left_open = |item: &Item| !item.is_open() || self.own.is_left_open(&item.subject);
        let is_expected = |item: &&Item| match item.kind == ItemKind::LineLeftOpen {
            true => is_left_open(item),
            false => is_of_refunds(item.kind),
        };
        match order.items.iter().find(|item| !is_expected(item)) {
            None => Ok(()),
            Some(item) => Err(format!("a person is told of {:?}: {}", item.kind, item.text)),
        }
    }
}

fn our_line(own: &Own, n: usize, line: &Line) -> Result<(), String> {
    let mine = &own.lines[n];
    let nothing = Share::default();
    let refunded = |course, on_payment| own.refunded(n, course, on_payment);
    same(
        "ordered",
        Share { units: i64::from(line.quantity), minor: line.total_amount.minor() },
        mine.ordered(),
    )?;
    same("shipped", ours(line.shipped), mine.shipped)?;
    same("canceled", ours(line.canceled), mine.canceled)?;
    same(
        "shipped, canceled and left",
        ours(line.shipped.and(line.canceled).and(line.rest())),
        mine.ordered() - own.held_of(n),
    )?;
    same("reserved to ship", ours(line.reserved), own.held_of(n))?;
    same("reserved to cancel", ours(line.canceling), nothing)?;
    same("units that stay", i64::from(line.not_leaving), own.kept(n))?;
    same("units that may leave", i64::from(line.available().quantity), own.available(n))?;
    same("units with the shopper", i64::from(line.with_shopper()), own.with_shopper(n))?;
    same("refunded", ours(line.refunded), refunded(Course::Standing, false))?;
    same("refunded on a payment", ours(line.payment_refunded), refunded(Course::Standing, true))?;
    same("to be refunded", ours(line.refunding), refunded(Course::Waiting, false))?;
    same("to be refunded on a payment", ours(line.payment_refunding), refunded(Course::Waiting, true))
}

fn our_order(own: &Own, order: &Order) -> Result<(), String> {
    let beside = |course| {
        let both = own.of(course, false).chain(own.of(course, true));
        both.map(crate::own::Refund::beside).sum::<i64>()
    };
    same("refunded for no line", order.beside.refunded.minor(), beside(Course::Standing))?;
    same("to be refunded for no line", order.beside.refunding.minor(), beside(Course::Waiting))?;
    same("charged back", order.beside.charged_back.minor(), own.charged_back())
}

fn mollies_line(own: &Own, n: usize, line: &LineBook, tender: Tender) -> Result<(), String> {
    let mine = &own.lines[n];
    same("ordered", theirs(&line.ordered, tender)?, mine.ordered())?;
    same("shipped", theirs(&line.shipped, tender)?, mine.shipped)?;
    same("canceled", theirs(&line.canceled, tender)?, mine.canceled)?;
    same("refunded", theirs(&line.refunded, tender)?, own.refunded(n, Course::Standing, false))
}

fn mollies_order(own: &Own, books: &Books, tender: Tender) -> Result<(), String> {
    let cents =
        |amount: &Amount| minor(tender, &amount.value).ok_or_else(|| format!("unreadable: {amount:?}"));
    let refunded = own.of(Course::Standing, false).chain(own.of(Course::Standing, true));
    let authorized = if own.captures && own.is_backed { own.agreed() } else { 0 };
    let captured = cents(&books.captured)?;
    same("captured at Mollie", captured, own.received())?;
    same("authorized at Mollie", cents(&books.authorized)?, authorized)?;
    same("refunded at Mollie", cents(&books.refunded)?, refunded.map(|refund| refund.minor).sum::<i64>())?;
    same("charged back at Mollie", cents(&books.charged_back)?, own.charged_back())?;
    let bound = authorized.min(authorized - cents(&books.released)?);
    if own.captures && own.is_backed && captured > bound {
        return Err(format!("{captured} is captured, and at most {bound} may be"));
    }
    Ok(())
}

fn ours(part: Part) -> Share {
    Share { units: i64::from(part.quantity), minor: part.amount.minor() }
}

fn theirs(share: &ShareBook, tender: Tender) -> Result<Share, String> {
    let minor = minor(tender, &share.amount.value).ok_or_else(|| format!("unreadable: {share:?}"))?;
    Ok(Share { units: i64::from(share.quantity), minor })
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, right: T) -> Result<(), String> {
    if found == right { Ok(()) } else { Err(format!("{what} is {found:?}, and should be {right:?}")) }
}
