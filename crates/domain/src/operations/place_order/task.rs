//! What placing an order needs beside the order, which nobody changes before it is placed.

/// An order is to be placed.
#[derive(Clone, PartialEq, Eq)]
pub struct Task {
    /// Where Mollie tells of it. Kept as it was sent: it lives at Mollie for ever.
    pub hook_address: String,
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The hook address holds a token.
        f.write_str("PlaceOrder")
    }
}
