//! What placing an order needs beside the order, which does not change before it is placed.

/// Places an order.
#[derive(Clone, PartialEq, Eq)]
pub struct Task {
    /// The webhook address for this order. Kept as it was sent: Mollie never forgets it.
    pub hook_address: String,
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The hook address holds a token.
        f.write_str("PlaceOrder")
    }
}
