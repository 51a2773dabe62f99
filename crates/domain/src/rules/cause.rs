//! Why an event was written. Who did at Mollie what it tells is another question: of what was made elsewhere the cause is that of
//! its recording.

use super::ids::{Caller, OperationId, RequestId};

/// Why an event was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A caller's request.
    Request { caller: Caller, request_id: RequestId },
    /// A reading, because Mollie's webhook had named something of the order.
    Hook,
    /// A reading, because a look-up was due: by the schedule, after a change of ours, or by a webhook that named nothing.
    LookUp,
    /// A reading, because somebody asked for it, or because a request depended on how the order is at Mollie.
    Asked,
    /// An operator's decision.
    Operator,
    /// What the service does unasked.
    Unasked(Unasked),
    /// The time of the order's deadline, and what was read because of it.
    Timer,
    /// What became of an operation: Mollie's answer, a reading that shows its effect, or that it was given up.
    Operation(OperationId),
    /// The order was found again at Mollie after the database was restored.
    Restored,
}

/// What the service does unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unasked {
    /// Cancels an order that was found at Mollie after its age limit.
    AgeLimit,
    /// Cancels an order that another one has replaced.
    Superseded,
    /// What the profile's policy does before a deadline.
    Deadline,
    /// Gives a second payment back.
    Surplus,
    /// Registers fees that no goods are left for.
    Fees,
    /// Lets held parcels go that fit by now.
    HeldParcels,
    /// Makes the next payment after an attempt that has ended.
    SecondChance,
    /// Cancels an order that nobody has paid in time.
    PaymentWindow,
    /// Ships what nobody has to pack.
    AutoShip,
}

impl Unasked {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::AgeLimit,
        Self::Superseded,
        Self::Deadline,
        Self::Surplus,
        Self::Fees,
        Self::HeldParcels,
        Self::SecondChance,
        Self::PaymentWindow,
        Self::AutoShip,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AgeLimit => "age_limit",
            Self::Superseded => "superseded",
            Self::Deadline => "deadline",
            Self::Surplus => "surplus",
            Self::Fees => "fees",
            Self::HeldParcels => "held_parcels",
            Self::SecondChance => "second_chance",
            Self::PaymentWindow => "payment_window",
            Self::AutoShip => "auto_ship",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unasked| unasked.as_str() == name)
    }

    /// Whether it is a policy that a profile has chosen: nothing of it is begun while the profile is paused.
    #[must_use]
    pub const fn rests_while_paused(self) -> bool {
        match self {
            Self::Deadline | Self::SecondChance | Self::PaymentWindow | Self::AutoShip => true,
            Self::AgeLimit | Self::Superseded | Self::Surplus | Self::Fees | Self::HeldParcels => false,
        }
    }

    /// The one that acts under this name.
    #[must_use]
    pub fn of_actor(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unasked| unasked.actor() == name)
    }

    /// The actor recorded where it acts.
    #[must_use]
    pub const fn actor(self) -> &'static str {
        match self {
            Self::AgeLimit => "order-service (age limit)",
            Self::Superseded => "order-service (superseded)",
            Self::Deadline => "order-service (deadline)",
            Self::Surplus => "order-service (refund_surplus)",
            Self::Fees => "order-service (fees without goods)",
            Self::HeldParcels => "order-service (held parcels)",
            Self::SecondChance => "order-service (second chance)",
            Self::PaymentWindow => "order-service (payment window)",
            Self::AutoShip => "order-service (auto_ship)",
        }
    }
}

/// Why something is written, and on whose behalf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grounds {
    pub cause: Cause,
    /// The person or system it is written for, if there is one.
    pub actor: Option<String>,
}

impl Grounds {
    /// On behalf of this one.
    #[must_use]
    pub const fn new(cause: Cause, actor: Option<String>) -> Self {
        Self { cause, actor }
    }

    /// On nobody's behalf.
    #[must_use]
    pub const fn of(cause: Cause) -> Self {
        Self { cause, actor: None }
    }
}

impl From<Unasked> for Grounds {
    fn from(unasked: Unasked) -> Self {
        Self { cause: Cause::Unasked(unasked), actor: Some(unasked.actor().to_owned()) }
    }
}
