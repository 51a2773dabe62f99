//! Mollie's records: what was really done there.

use std::collections::HashMap;

use domain::ports::{
    Acceptance, CancelLines, Command, MakeRefund, ManageLines, OpenPayment, PlaceOrder, RegisterShipment,
    TrackShipment, UpdateOrder,
};
use domain::rules::address::Address;
use domain::rules::field::Field;
use domain::rules::ids::{IdempotencyKey, MollieLineId, MollieOrderId, MollieRefundId, MollieShipmentId};
use domain::rules::money::Money;
use domain::rules::order::Line;
use domain::rules::part::Part;
use domain::rules::payment::Payment;
use domain::rules::rejection::{RejectedBy, Rejection};
use domain::rules::shipment::ShipmentLine;
use domain::rules::snapshot::{AddressSnapshot, LineSnapshot, RefundSnapshot, ShipmentSnapshot, Snapshot};
use domain::rules::status::{LineStatus, OrderStatus, PaymentStatus, Read, RefundStatus};
use domain::rules::unread::Unread;
use jiff::{SignedDuration, Timestamp};

use crate::items::attempt;

#[derive(Default)]
pub struct Ledger {
    pub orders: Vec<Snapshot>,
    pub cancellations: usize,
    /// How often units of lines were canceled by a call.
    pub line_cancellations: usize,
    /// How often a call changed lines.
    pub line_changes: usize,
    /// Whether a repeated key counts as a new one.
    pub forgets_keys: bool,
    answered: HashMap<IdempotencyKey, (Timestamp, Acceptance)>,
    number: u32,
}

impl Ledger {
    pub fn find(&self, id: &MollieOrderId) -> Option<&Snapshot> {
        self.orders.iter().find(|order| order.mollie_id == *id)
    }

    pub fn find_mut(&mut self, id: &MollieOrderId) -> &mut Snapshot {
        let found = self.orders.iter_mut().find(|order| order.mollie_id == *id);
        found.unwrap()
    }

    pub fn shipments(&self) -> usize {
        let each = self.orders.iter().map(|order| order.shipments.as_ref().map_or(0, Vec::len));
        each.sum()
    }

    /// Executes the command, unless its key was answered within the hour.
    pub fn take(
        &mut self,
        command: &Command,
        key: IdempotencyKey,
        now: Timestamp,
    ) -> Result<Acceptance, Box<Rejection>> {
        let is_post = matches!(
            command,
            Command::PlaceOrder(_)
                | Command::CreateShipment(_)
                | Command::CreateRefund(_)
                | Command::CreatePayment(_)
        );
        let keyed = !self.forgets_keys && is_post;
        if let Some((at, acceptance)) = self.answered.get(&key).filter(|_| keyed)
            && now.duration_since(*at) < SignedDuration::from_hours(1)
        {
            return Ok(acceptance.clone());
        }
        let acceptance = match command {
            Command::PlaceOrder(place) => Acceptance::Order(Box::new(self.place(place, now))),
            Command::CreateShipment(ship) => Acceptance::Shipment(self.ship(ship, now)?),
            Command::UpdateShipment(track) => Acceptance::Shipment(self.track(track)?),
            Command::CancelOrder { mollie_id } => Acceptance::Order(Box::new(self.cancel(mollie_id, now)?)),
            Command::CancelLines(cancel) => self.release(cancel)?,
            Command::CreateRefund(refund) => Acceptance::Refund(self.refund(refund, now)?),
            Command::CreatePayment(open) => Acceptance::Payment(Box::new(self.open(open, now)?)),
            Command::UpdateOrder(update) => Acceptance::Order(Box::new(self.update(update))),
            Command::ManageLines(manage) => Acceptance::Order(Box::new(self.manage(manage)?)),
            Command::CancelRefund { refund, .. } => self.cancel_refund(refund)?,
            #[cfg(feature = "made-up")]
            Command::MadeUp { mollie_id, body } => self.make_up(mollie_id, body)?,
        };
        self.answered.insert(key, (now, acceptance.clone()));
        Ok(acceptance)
    }

    fn next(&mut self) -> u32 {
        self.number += 1;
        self.number
    }

    fn place(&mut self, place: &PlaceOrder, now: Timestamp) -> Snapshot {
        let (n, order) = (self.next(), &place.order);
        let lines = order.lines.iter().map(|line| line_snapshot(n, line));
        let snapshot = Snapshot {
            mollie_id: MollieOrderId::new(format!("ord_1.{n}")),
            status: Some(Read::Known(OrderStatus::Created)),
            order_number: order.terms.order_number.clone(),
            amount: order.terms.amount,
            method: None,
            is_cancelable: Field::Value(true),
            amount_captured: None,
            amount_refunded: None,
            checkout_url: Field::Value("https://mollie.example/checkout".to_owned()),
            webhook_url: Some(place.hook_address.clone()),
            created_time: now,
            expires_time: Some(now + SignedDuration::from_hours(28 * 24)),
            authorized_time: None,
            paid_time: None,
            canceled_time: None,
            expired_time: None,
            completed_time: None,
            mollie_profile_id: None,
            dashboard_url: Field::LeftOut,
            redirect_url: order.terms.redirect_url.clone().into(),
            cancel_url: order.terms.cancel_url.clone().into(),
            billing_address: order
                .personal
                .billing_address
                .clone()
                .map(|parts| AddressSnapshot { parts, is_whole: true }),
            shipping_address: None,
            lines: lines.collect(),
            payments: Some(Vec::new()),
            shipments: Some(Vec::new()),
            captures: None,
            chargebacks: Vec::new(),
            payment: Field::LeftOut,
            refunds: Some(Vec::new()),
            refunds_of: Vec::new(),
            unread: Unread::default(),
            contradictions: Vec::new(),
        };
        self.orders.push(snapshot.clone());
        snapshot
    }

    fn ship(&mut self, ship: &RegisterShipment, now: Timestamp) -> Result<ShipmentSnapshot, Box<Rejection>> {
        let line = |line: &ShipmentLine| (ship.order.lines[&line.line_id].clone(), line.part);
        let lines: Vec<_> = ship.lines.iter().map(line).collect();
        let shipment = ShipmentSnapshot {
            mollie_id: MollieShipmentId::new(format!("shp_1.{}", self.next())),
            created_time: now,
            tracking: ship.tracking.clone().into(),
            lines: lines.clone(),
        };
        let order = self.find_mut(&ship.order.id);
        for (id, part) in &lines {
            let line = order.lines.iter().find(|line| line.mollie_id == *id).unwrap();
            if part.quantity + shipped(line).quantity + canceled(line).quantity > line.quantity {
                return Err(refused("The quantity is higher than the maximum quantity."));
            }
        }
        add_shipment(order, &shipment);
        Ok(shipment)
    }

    fn release(&mut self, cancel: &CancelLines) -> Result<Acceptance, Box<Rejection>> {
        let mut order = self.find_mut(&cancel.order.id).clone();
        for line in &cancel.lines {
            release(&mut order, &cancel.order.lines[&line.line_id], line.part)?;
        }
        *self.find_mut(&cancel.order.id) = order;
        self.line_cancellations += 1;
        Ok(Acceptance::Nothing)
    }

    /// A refund of units counts on the lines; one on a payment does not.
    fn refund(&mut self, refund: &MakeRefund, now: Timestamp) -> Result<RefundSnapshot, Box<Rejection>> {
        let line = |line: &ShipmentLine| (refund.order.lines[&line.line_id].clone(), line.part);
        let is_on_order = refund.on_payment.is_none();
        let lines = refund.lines.iter().filter(|_| is_on_order).map(line).collect();
        let number = self.next();
        let order = self.find_mut(&refund.order.id);
        let payment = order.payments.iter().flatten().next().map(|payment| payment.mollie_id.clone());
        let made = RefundSnapshot {
            mollie_id: MollieRefundId::new(format!("re_1.{number}")),
            payment_id: refund.on_payment.clone().or(payment),
            amount: refund.amount,
            status: Read::Known(RefundStatus::Pending),
            created_time: now,
            description: refund.description.clone().into(),
            lines,
            settlement_amount: None,
            ours: Some(refund.refund_id),
        };
        let is_twin = |other: &RefundSnapshot| {
            other.amount == made.amount
                && other.payment_id == made.payment_id
                && now.duration_since(other.created_time) < SignedDuration::from_hours(1)
        };
        if order.refunds.iter().flatten().any(is_twin) {
            let duplicate = refused("A duplicate refund has been detected");
            return Err(Box::new(Rejection { by: RejectedBy::Mollie(409), ..*duplicate }));
        }
        add_refund(order, &made);
        Ok(made)
    }

    /// One attempt at most is open.
    fn open(&mut self, open: &OpenPayment, now: Timestamp) -> Result<Payment, Box<Rejection>> {
        let number = self.next();
        let order = self.find_mut(&open.order);
        let is_open = |payment: &Payment| payment.status == Read::Known(PaymentStatus::Open);
        if order.payments.iter().flatten().any(is_open) {
            return Err(refused("Cannot create a new payment for order ord_1 when it has an open payment."));
        }
        let made = Payment {
            checkout_url: Some(format!("https://mollie.example/checkout/{number}")),
            method: open.methods.first().cloned(),
            ..attempt(&format!("tr_1.{number}"), PaymentStatus::Open, now)
        };
        order.payments.get_or_insert_default().push(made.clone());
        Ok(made)
    }

    fn cancel_refund(&mut self, id: &MollieRefundId) -> Result<Acceptance, Box<Rejection>> {
        let all = self.orders.iter_mut().flat_map(|order| order.refunds.iter_mut().flatten());
        let refund = all.into_iter().find(|refund| refund.mollie_id == *id);
        let refund = refund.ok_or_else(|| refused("No refund exists with this token."))?;
        match refund.status {
            Read::Known(RefundStatus::Queued | RefundStatus::Pending) => {
                refund.status = Read::Known(RefundStatus::Canceled);
                Ok(Acceptance::Nothing)
            }
            Read::Known(_) | Read::Unknown(_) => Err(refused("The refund cannot be canceled.")),
        }
    }

    fn track(&mut self, track: &TrackShipment) -> Result<ShipmentSnapshot, Box<Rejection>> {
        let mut shipments = self.find_mut(&track.order).shipments.iter_mut().flatten();
        let shipment = shipments.find(|shipment| shipment.mollie_id == track.shipment);
        let shipment = shipment.ok_or_else(|| refused("No shipment exists with this token."))?;
        shipment.tracking = Field::Value(track.tracking.clone());
        Ok(shipment.clone())
    }

    fn update(&mut self, update: &UpdateOrder) -> Snapshot {
        let order = self.find_mut(&update.order);
        let (terms, addresses) = (&update.terms, &update.addresses);
        if let Some(number) = &terms.order_number {
            order.order_number.clone_from(number);
        }
        if let Some(url) = &terms.redirect_url {
            order.redirect_url = Field::Value(url.clone());
        }
        if let Some(url) = &terms.cancel_url {
            order.cancel_url = Field::Value(url.clone());
        }
        let whole = |parts: &Address| AddressSnapshot { parts: parts.clone(), is_whole: true };
        if let Some(address) = &addresses.billing_address {
            order.billing_address = Some(whole(address));
        }
        if let Some(address) = &addresses.shipping_address {
            order.shipping_address = Some(whole(address));
        }
        // The answer to PATCH has no embedded resources.
        Snapshot { payments: None, shipments: None, refunds: None, ..order.clone() }
    }

    /// All of it, or nothing. What is authorized follows.
    fn manage(&mut self, manage: &ManageLines) -> Result<Snapshot, Box<Rejection>> {
        let number = self.next();
        let mut order = self.find_mut(&manage.order.id).clone();
        if order.lines.iter().any(|line| shipped(line).quantity > 0) {
            return Err(refused("The lines of the order cannot be changed from state: shipping"));
        }
        let sum = |order: &Snapshot| order.lines.iter().map(|line| line.total_amount.minor()).sum::<i64>();
        let (before, status) = (sum(&order), order.lines[0].status.clone());
        for updated in &manage.changes.updated {
            let id = &manage.order.lines[&updated.line.id];
            let line = order.lines.iter_mut().find(|line| line.mollie_id == *id).unwrap();
            let new = line_snapshot(number, &updated.line);
            let (mollie_id, status) = (line.mollie_id.clone(), line.status.clone());
            *line = LineSnapshot { mollie_id, status, canceled: line.canceled, ..new };
        }
        for canceled in &manage.changes.canceled {
            release(&mut order, &manage.order.lines[&canceled.line_id], canceled.part)?;
        }
        for added in &manage.changes.added {
            order.lines.push(LineSnapshot { status: status.clone(), ..line_snapshot(number, added) });
        }
        let more = sum(&order) - before;
        let follow = |amount: Money| Money::from_minor(amount.minor() + more, amount.currency());
        order.amount = follow(order.amount);
        for payment in order.payments.iter_mut().flatten() {
            payment.amount = follow(payment.amount);
        }
        *self.find_mut(&manage.order.id) = order.clone();
        self.line_changes += 1;
        Ok(Snapshot { payments: None, shipments: None, refunds: None, ..order })
    }

    fn cancel(&mut self, id: &MollieOrderId, now: Timestamp) -> Result<Snapshot, Box<Rejection>> {
        let order = self.find_mut(id);
        let is_open = |payment: &Payment| payment.status == Read::Known(PaymentStatus::Open);
        if order.payments.iter().flatten().any(is_open) {
            return Err(refused("Unable to cancel order at this moment: it has an open payment."));
        }
        let status = match order.status {
            Some(Read::Known(OrderStatus::Created | OrderStatus::Authorized)) => OrderStatus::Canceled,
            Some(Read::Known(OrderStatus::Shipping)) => OrderStatus::Completed,
            Some(Read::Known(OrderStatus::Canceled)) => {
                return Err(refused("The order cannot be canceled from state: canceled"));
            }
            Some(Read::Known(_) | Read::Unknown(_)) | None => {
                return Err(refused("The order cannot be canceled from its state"));
            }
        };
        order.status = Some(Read::Known(status));
        order.canceled_time = (status == OrderStatus::Canceled).then_some(now);
        order.completed_time = (status == OrderStatus::Completed).then_some(now);
        cancel_lines(order);
        let after = order.clone();
        self.cancellations += 1;
        // The answer to DELETE has no embedded resources.
        Ok(Snapshot { payments: None, shipments: None, refunds: None, ..after })
    }
}

#[cfg(feature = "made-up")]
impl Ledger {
    /// A value that is set already is refused.
    fn make_up(&mut self, id: &MollieOrderId, body: &str) -> Result<Acceptance, Box<Rejection>> {
        let order = self.find_mut(id);
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        if let Some(number) = body["orderNumber"].as_str() {
            if order.order_number == number {
                return Err(refused("The order has this number already."));
            }
            order.order_number = number.to_owned();
        } else {
            let (id, units) = (&body["lines"][0]["id"], &body["lines"][0]["quantity"]);
            let mut lines = order.lines.iter_mut();
            let line = lines.find(|line| Some(line.mollie_id.as_str()) == id.as_str()).unwrap();
            give_up(line, u32::try_from(units.as_u64().unwrap()).unwrap())?;
        }
        Ok(Acceptance::Nothing)
    }
}

/// Gives units of a line up, whoever does it.
#[cfg(feature = "made-up")]
pub fn give_up(line: &mut LineSnapshot, units: u32) -> Result<(), Box<Rejection>> {
    if units + shipped(line).quantity + canceled(line).quantity > line.quantity {
        return Err(refused("The quantity is higher than the maximum quantity."));
    }
    let amount = line.unit_price.times(units).unwrap();
    line.canceled = Some(canceled(line).and(Part { quantity: units, amount }));
    Ok(())
}

/// Cancels what is not shipped of an order that is shipping, whoever does it.
pub fn cancel_the_rest(order: &mut Snapshot) {
    order.status = Some(Read::Known(OrderStatus::Completed));
    cancel_lines(order);
}

fn cancel_lines(order: &mut Snapshot) {
    for line in &mut order.lines {
        let all = Part { quantity: line.quantity, amount: line.total_amount };
        line.canceled = Some(all.without(shipped(line)));
        let untouched = shipped(line).quantity == 0;
        line.status = Read::Known(if untouched { LineStatus::Canceled } else { LineStatus::Completed });
    }
}

/// Cancels units of a line, whoever does it.
pub fn release(order: &mut Snapshot, id: &MollieLineId, part: Part) -> Result<(), Box<Rejection>> {
    let line = order.lines.iter_mut().find(|line| line.mollie_id == *id).unwrap();
    let gone = shipped(line).and(canceled(line)).and(part).quantity;
    if gone > line.quantity {
        return Err(refused("The quantity is higher than the maximum quantity."));
    }
    line.canceled = Some(canceled(line).and(part));
    if gone == line.quantity {
        let untouched = shipped(line).quantity == 0;
        line.status = Read::Known(if untouched { LineStatus::Canceled } else { LineStatus::Completed });
    }
    let is = |status: LineStatus| move |line: &LineSnapshot| line.status == Read::Known(status);
    if order.lines.iter().all(is(LineStatus::Canceled)) {
        order.status = Some(Read::Known(OrderStatus::Canceled));
    } else if order.lines.iter().all(|line| is(LineStatus::Canceled)(line) || is(LineStatus::Completed)(line))
    {
        order.status = Some(Read::Known(OrderStatus::Completed));
    }
    Ok(())
}

/// What the records show as shipped; they are always complete.
pub fn shipped(line: &LineSnapshot) -> Part {
    line.shipped.unwrap()
}

/// What the records show as canceled.
pub fn canceled(line: &LineSnapshot) -> Part {
    line.canceled.unwrap()
}

/// The order in an answer that leaves its lines' counters out.
pub fn without_counters(mut order: Snapshot) -> Snapshot {
    for line in &mut order.lines {
        (line.shipped, line.canceled, line.refunded) = (None, None, None);
    }
    order
}

/// Makes a refund, whoever does it. Its lines count what it gives back.
pub fn add_refund(order: &mut Snapshot, refund: &RefundSnapshot) {
    for (id, part) in &refund.lines {
        let line = order.lines.iter_mut().find(|line| line.mollie_id == *id).unwrap();
        line.refunded = Some(line.refunded.unwrap().and(*part));
    }
    let sum = order.amount_refunded.unwrap_or(Money::zero(refund.amount.currency()));
    order.amount_refunded = Some(sum.plus(refund.amount).unwrap());
    let payments = order.payments.iter_mut().flatten();
    for payment in payments.filter(|payment| Some(&payment.mollie_id) == refund.payment_id.as_ref()) {
        let sum = payment.amount_refunded.unwrap_or(Money::zero(refund.amount.currency()));
        payment.amount_refunded = Some(sum.plus(refund.amount).unwrap());
    }
    order.refunds.get_or_insert_default().push(refund.clone());
}

/// Registers a shipment, whoever made it.
pub fn add_shipment(order: &mut Snapshot, shipment: &ShipmentSnapshot) {
    for (id, part) in &shipment.lines {
        let line = order.lines.iter_mut().find(|line| line.mollie_id == *id).unwrap();
        line.shipped = Some(shipped(line).and(*part));
        let done = shipped(line).quantity + canceled(line).quantity == line.quantity;
        line.status = Read::Known(if done { LineStatus::Completed } else { LineStatus::Shipping });
    }
    let done = |line: &LineSnapshot| {
        matches!(line.status, Read::Known(LineStatus::Completed | LineStatus::Canceled))
    };
    let all = order.lines.iter().all(done);
    order.status = Some(Read::Known(if all { OrderStatus::Completed } else { OrderStatus::Shipping }));
    order.shipments.get_or_insert_default().push(shipment.clone());
}

fn refused(detail: &str) -> Box<Rejection> {
    Box::new(Rejection {
        by: RejectedBy::Mollie(400),
        title: "Bad Request".to_owned(),
        detail: detail.to_owned(),
        field: None,
        extra: None,
    })
}

pub fn line_snapshot(order: u32, line: &Line) -> LineSnapshot {
    let none = Part::none(line.total_amount);
    LineSnapshot {
        mollie_id: MollieLineId::new(format!("odl_{order}.{}", line.id)),
        line_type: Field::Value(line.line_type.clone()),
        category: None,
        name: Field::Value(line.name.clone()),
        sku: Field::LeftOut,
        status: Read::Known(LineStatus::Created),
        quantity: line.quantity,
        quantity_unit: None,
        unit_price: line.unit_price,
        discount_amount: line.discount_amount,
        total_amount: line.total_amount,
        vat_rate: Field::Value(line.vat_rate.clone()),
        vat_amount: Field::Value(line.vat_amount),
        image_url: None,
        product_url: None,
        metadata: None,
        is_cancelable: Field::LeftOut,
        created_time: None,
        shipped: Some(none),
        canceled: Some(none),
        refunded: Some(none),
    }
}
