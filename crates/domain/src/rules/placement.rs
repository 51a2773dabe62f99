//! Whether an order is placed at Mollie, and why not.

use super::status::words;

words!(
    /// The progress of placing an order.
    Placement {
        Placing = "placing",
        Placed = "placed",
        Refused = "refused",
        Abandoned = "abandoned",
    }
);

impl Placement {
    /// Whether the order is placed, or may still be.
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
