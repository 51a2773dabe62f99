//! What people, and the mailer, are told of orders that are not paid yet, and of lines that are shipped unasked: the contents of one kind of event.
//! It may not decide when.

use jiff::Timestamp;

use super::followed::{AutoShipped, WindowActed};
use super::ids::{LineId, MolliePaymentId, OperationId, ShipmentId};
use super::order::Order;
use super::ship_by::Action;
use super::status::{PaymentStatus, Read};

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyNotice {
    /// Of an order that nobody has paid.
    Unpaid {
        /// How many attempts to pay it there were.
        attempts: u32,
        subject: UnpaidSubject,
    },
    /// Of lines that nobody has to pack.
    AutoShip { lines: Vec<LineId>, subject: AutoShipSubject },
}

/// What is told of an order that nobody has paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnpaidSubject {
    /// An attempt has ended without money, and none is open or pending.
    AttemptEnded {
        payment_id: MolliePaymentId,
        method: Option<String>,
        status: Read<PaymentStatus>,
        /// Mollie's word for it.
        failure_reason: Option<String>,
    },
    /// The service makes the next payment.
    SecondChance { operation_id: OperationId },
    /// Mollie has it: here the shopper may pay.
    NextLink { operation_id: OperationId, payment_id: MolliePaymentId, checkout_url: Option<String> },
    /// Nobody has paid in time: the order is being canceled.
    WindowCancels { operation_id: OperationId },
    /// A dry run: it would be canceled now.
    WindowWouldCancel,
    /// Mollie does not cancel it.
    WindowLeftToPeople { reason: String },
    /// Many orders were canceled unasked: this one waits.
    WindowWaits { until: Timestamp },
}

/// What is told of lines that nobody has to pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AutoShipSubject {
    /// They are being shipped.
    Ships { operation_id: OperationId, shipment_id: ShipmentId },
    /// A dry run: they would be shipped now.
    WouldShip,
    /// They are not, for these reasons.
    LeftToPeople { reasons: Vec<String> },
}

impl PolicyNotice {
    /// The event's kind as readers see it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Unpaid { subject, .. } => match subject {
                UnpaidSubject::AttemptEnded { .. } => "payment.attempt_ended",
                UnpaidSubject::SecondChance { .. } => "payment.second_chance",
                UnpaidSubject::NextLink { .. } => "payment.next_link",
                UnpaidSubject::WindowCancels { .. } => "payment_window.cancels",
                UnpaidSubject::WindowWouldCancel => "payment_window.would_cancel",
                UnpaidSubject::WindowLeftToPeople { .. } => "payment_window.left_to_people",
                UnpaidSubject::WindowWaits { .. } => "payment_window.waits",
            },
            Self::AutoShip { subject, .. } => match subject {
                AutoShipSubject::Ships { .. } => "auto_ship.ships",
                AutoShipSubject::WouldShip => "auto_ship.would_ship",
                AutoShipSubject::LeftToPeople { .. } => "auto_ship.left_to_people",
            },
        }
    }
}

impl Order {
    /// Remembers what was told.
    pub(super) fn follow_policy(&mut self, notice: &PolicyNotice, time: Timestamp) {
        match notice {
            PolicyNotice::Unpaid { attempts, subject } => self.remember_unpaid(*attempts, subject, time),
            PolicyNotice::AutoShip { lines, subject } => {
                let is_dry_run = match subject {
                    AutoShipSubject::WouldShip => true,
                    AutoShipSubject::Ships { .. } | AutoShipSubject::LeftToPeople { .. } => false,
                };
                let tried = &mut self.followed.auto_shipped;
                tried.retain(|one| !lines.contains(&one.line_id));
                tried.extend(lines.iter().map(|line_id| AutoShipped { line_id: *line_id, is_dry_run }));
            }
        }
    }

    fn remember_unpaid(&mut self, attempts: u32, subject: &UnpaidSubject, time: Timestamp) {
        let acted = |action, until| Some(WindowActed { attempts, action, until });
        let memory = &mut self.followed;
        match subject {
            UnpaidSubject::AttemptEnded { .. } => {
                (memory.ended_attempts, memory.ended_time) = (attempts, Some(time));
            }
            UnpaidSubject::SecondChance { .. } => {
                (memory.chances, memory.chance_after) = (memory.chances.saturating_add(1), attempts);
            }
            UnpaidSubject::NextLink { .. } => (),
            UnpaidSubject::WindowCancels { .. } => memory.window = acted(Action::Canceled, None),
            UnpaidSubject::WindowWouldCancel => memory.window = acted(Action::WouldCancel, None),
            UnpaidSubject::WindowLeftToPeople { .. } => memory.window = acted(Action::LeftToPeople, None),
            UnpaidSubject::WindowWaits { until } => memory.window = acted(Action::Waits, Some(*until)),
        }
    }
}
