//! What each kind of operation leaves in Mollie's ledger, in the words of the database and of the ledger. The only place here
//! that knows kinds, read without the service's code: a kind that is not in the table stops the run that meets it.

/// How an operation that succeeded is found in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace {
    /// As one effect of this kind under its key. So its call may be repeated.
    Keyed(&'static str),
    /// As the cancellation of its order, of which Mollie knows no key. Several may have the same.
    Cancellation,
    /// As a value of its order or shipment, of which Mollie knows no key either. It may be set more than once.
    Value(&'static str),
    /// As one effect of these kinds on lines of its order, of which Mollie knows no key. Equal ones are told only by their number.
    Lines(&'static [&'static str]),
    /// As one effect with its refund's id: by lines or as an amount, and so of one of two kinds. Its call may be repeated.
    Refund,
    /// As the cancellation of its refund, of which Mollie knows no key.
    RefundCancellation,
}

const TRACES: [(&str, Trace); 10] = [
    ("place_order", Trace::Keyed("order_created")),
    ("create_shipment", Trace::Keyed("shipment_created")),
    ("update_shipment", Trace::Value("shipment_updated")),
    ("cancel_order", Trace::Cancellation),
    ("cancel_lines", Trace::Lines(&["lines_canceled"])),
    ("manage_lines", Trace::Lines(&["lines_managed", "line_updated"])),
    ("create_refund", Trace::Refund),
    ("cancel_refund", Trace::RefundCancellation),
    ("create_payment", Trace::Keyed("payment_created")),
    ("update_order", Trace::Value("order_updated")),
];

/// The effects of a refund: by lines, or as an amount on a payment.
pub const REFUNDS: [&str; 2] = ["lines_refunded", "payment_refunded"];

impl Trace {
    /// Of a kind of operation.
    ///
    /// # Panics
    /// Where the kind is not in the table.
    pub fn of(kind: &str) -> Self {
        let known = TRACES.iter().find(|(name, _)| *name == kind);
        known.unwrap_or_else(|| panic!("nobody has said what operations of kind {kind} leave at Mollie")).1
    }

    /// The kind of effect, if it has the operation's key.
    const fn keyed(self) -> Option<&'static str> {
        match self {
            Self::Keyed(effect) => Some(effect),
            Self::Cancellation
            | Self::Value(_)
            | Self::Lines(_)
            | Self::Refund
            | Self::RefundCancellation => None,
        }
    }
}

/// The kinds of operations whose calls may be repeated under their keys.
pub fn keyed_kinds() -> Vec<&'static str> {
    kinds(true)
}

/// The kinds of operations whose outcome has to be waited for where it is not known.
pub fn unkeyed_kinds() -> Vec<&'static str> {
    kinds(false)
}

fn kinds(keyed: bool) -> Vec<&'static str> {
    let is_keyed = |trace: &Trace| trace.keyed().is_some() || *trace == Trace::Refund;
    let alike = TRACES.iter().filter(|(_, trace)| is_keyed(trace) == keyed);
    alike.map(|(kind, _)| *kind).collect()
}

/// The kinds of effects that have the keys of operations.
pub fn keyed_effects() -> Vec<&'static str> {
    TRACES.iter().filter_map(|(_, trace)| trace.keyed()).chain(REFUNDS).collect()
}

/// The kinds of effects that set a value.
pub fn value_effects() -> impl Iterator<Item = &'static str> {
    TRACES.iter().filter_map(|(_, trace)| match trace {
        Trace::Value(effect) => Some(*effect),
        Trace::Keyed(_)
        | Trace::Cancellation
        | Trace::Lines(_)
        | Trace::Refund
        | Trace::RefundCancellation => None,
    })
}

/// The kinds of effects on lines that operations of one kind have, for each such kind.
pub fn line_effects() -> impl Iterator<Item = &'static [&'static str]> {
    TRACES.iter().filter_map(|(_, trace)| match trace {
        Trace::Lines(effects) => Some(*effects),
        Trace::Keyed(_)
        | Trace::Cancellation
        | Trace::Value(_)
        | Trace::Refund
        | Trace::RefundCancellation => None,
    })
}
