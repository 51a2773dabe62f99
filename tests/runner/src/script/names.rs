//! What the faults of a history are called where they are counted and told. A fault's name says what befell, never when or
//! to whom.

use super::{Fault, HookFault, StoreFault, Write};

impl Fault {
    /// As it is counted.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Unreachable => "unreachable".to_owned(),
            Self::Refuse => "connection reset".to_owned(),
            Self::CloseBefore => "closed without effect".to_owned(),
            Self::CloseAfter => "closed after the effect".to_owned(),
            Self::HangBefore => "hangs without effect".to_owned(),
            Self::HangAfter => "hangs after the effect".to_owned(),
            Self::Status { number, effect: true } => format!("{number} after the effect"),
            Self::Status { number, effect: false } => format!("{number} without effect"),
            Self::InFlight => "409 in flight".to_owned(),
            Self::Busy => "409 busy".to_owned(),
            Self::KeyUsed => "400 key used".to_owned(),
            Self::RateLimited { seconds: None } => "429".to_owned(),
            Self::RateLimited { seconds: Some(_) } => "429 with Retry-After".to_owned(),
            Self::Truncate => "cut off after the effect".to_owned(),
            Self::Drip { .. } => "drips".to_owned(),
            Self::Late { in_flight: true, .. } => "late effect, key in flight".to_owned(),
            Self::Late { in_flight: false, .. } => "late effect".to_owned(),
        }
    }
}

impl Write {
    /// As it is counted.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Defer => "put back",
            Self::Claim => "claim",
            Self::Other => "lease or look-up",
        }
    }
}

impl StoreFault {
    /// As it is counted.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Before => "fails before the write",
            Self::After => "answer lost after the write",
            Self::Slow { .. } => "slow",
        }
    }
}

impl HookFault {
    /// As it is counted.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::Doubled => "doubled",
            Self::Delayed { .. } => "delayed",
        }
    }
}
