//! Whether an order stands at Mollie, and whose fault it is if not.

use super::status::words;

words!(
    /// How far the placing of an order has come.
    Placement {
        Placing = "placing",
        Placed = "placed",
        Refused = "refused",
        Abandoned = "abandoned",
    }
);

impl Placement {
    /// Whether the order may still come to stand, or stands.
    #[must_use]
    pub const fn is_alive(self) -> bool {
        match self {
            Self::Placing | Self::Placed => true,
            Self::Refused | Self::Abandoned => false,
        }
    }
}

words!(
    /// Whether money is real.
    Mode { Live = "live", Test = "test" }
);
