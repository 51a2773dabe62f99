//! The two status machines of Mollie's orders and lines, and values that Mollie may add.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$each:meta])* $variant:ident = $word:literal $(if $feature:literal)?),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$each])* $(#[cfg(feature = $feature)])? $variant),+ }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$($(#[cfg(feature = $feature)])? Self::$variant),+];

            /// Mollie's word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($(#[cfg(feature = $feature)])? Self::$variant => $word),+ }
            }

            /// Reads Mollie's word.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }
        }
    };
}
pub(crate) use words;

/// A value of a set that Mollie may extend at any time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read<T> {
    /// A value we understand.
    Known(T),
    /// A value we do not understand, as it came.
    Unknown(String),
}

words!(
    /// An order's status at Mollie.
    OrderStatus {
        Created = "created",
        Pending = "pending",
        Authorized = "authorized",
        Paid = "paid",
        Shipping = "shipping",
        Completed = "completed",
        Canceled = "canceled",
        Expired = "expired",
    }
);

impl OrderStatus {
    /// The statuses that may follow (orders guide, status changes; the way back to `created` when an authorisation lapses is
    /// known from practice). Any other transition is believed all the same: Mollie is the source.
    #[must_use]
    pub const fn successors(self) -> &'static [Self] {
        match self {
            Self::Created => &[Self::Paid, Self::Pending, Self::Authorized, Self::Expired, Self::Canceled],
            Self::Pending => &[Self::Authorized, Self::Created],
            Self::Authorized => {
                &[Self::Shipping, Self::Completed, Self::Canceled, Self::Expired, Self::Created]
            }
            Self::Paid => &[Self::Shipping, Self::Completed],
            Self::Shipping => &[Self::Completed],
            Self::Completed | Self::Canceled | Self::Expired => &[],
        }
    }

    /// Whether the statuses between `self` and `later` may simply have passed unseen.
    #[must_use]
    pub fn leads_to(self, later: Self) -> bool {
        fn search(from: OrderStatus, to: OrderStatus, depth: usize) -> bool {
            depth > 0 && from.successors().iter().any(|next| *next == to || search(*next, to, depth - 1))
        }
        self == later || search(self, later, OrderStatus::ALL.len())
    }

    /// Whether goods may be registered as shipped (shipments guide: paid or authorized, or the rest of a shipping order).
    #[must_use]
    pub const fn allows_shipping(self) -> bool {
        match self {
            Self::Authorized | Self::Paid | Self::Shipping => true,
            Self::Created | Self::Pending | Self::Completed | Self::Canceled | Self::Expired => false,
        }
    }

    /// Whether nothing more follows.
    #[must_use]
    pub const fn is_final(self) -> bool {
        self.successors().is_empty()
    }

    /// Whether the order number may be used for a new order.
    #[must_use]
    pub const fn frees_number(self) -> bool {
        match self {
            Self::Canceled | Self::Expired => true,
            Self::Created
            | Self::Pending
            | Self::Authorized
            | Self::Paid
            | Self::Shipping
            | Self::Completed => false,
        }
    }
}

words!(
    /// A line's status at Mollie.
    LineStatus {
        Created = "created",
        Authorized = "authorized",
        Paid = "paid",
        Shipping = "shipping",
        Completed = "completed",
        Canceled = "canceled",
    }
);

impl LineStatus {
    /// The statuses that may follow (orders guide, order line status changes).
    #[must_use]
    pub const fn successors(self) -> &'static [Self] {
        match self {
            Self::Created => &[Self::Paid, Self::Authorized, Self::Canceled],
            Self::Authorized => &[Self::Shipping, Self::Completed, Self::Canceled],
            Self::Paid => &[Self::Shipping, Self::Completed],
            Self::Shipping => &[Self::Completed],
            Self::Completed | Self::Canceled => &[],
        }
    }

    /// Whether units of the line may be registered as shipped.
    #[must_use]
    pub const fn allows_shipping(self) -> bool {
        match self {
            Self::Authorized | Self::Paid | Self::Shipping => true,
            Self::Created | Self::Completed | Self::Canceled => false,
        }
    }
}

words!(
    /// A payment's status at Mollie.
    PaymentStatus {
        Open = "open",
        Pending = "pending",
        Authorized = "authorized",
        Paid = "paid",
        Failed = "failed",
        Canceled = "canceled",
        Expired = "expired",
    }
);

words!(
    /// A refund's status at Mollie.
    RefundStatus {
        /// The balance is too low; it is made once there is enough.
        Queued = "queued",
        Pending = "pending",
        Processing = "processing",
        Refunded = "refunded",
        Failed = "failed",
        Canceled = "canceled",
    }
);

impl RefundStatus {
    /// Whether the shopper does not get the money: it is with the merchant again.
    #[must_use]
    pub const fn is_void(self) -> bool {
        match self {
            Self::Failed | Self::Canceled => true,
            Self::Queued | Self::Pending | Self::Processing | Self::Refunded => false,
        }
    }

    /// Whether nothing more is expected. Even a refund that was made may fail later (practice: a closed bank account).
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Refunded | Self::Failed | Self::Canceled => true,
            Self::Queued | Self::Pending | Self::Processing => false,
        }
    }

    /// Whether Mollie lets it be canceled (cancel refund: only while queued or pending).
    #[must_use]
    pub const fn allows_canceling(self) -> bool {
        match self {
            Self::Queued | Self::Pending => true,
            Self::Processing | Self::Refunded | Self::Failed | Self::Canceled => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refund_is_canceled_while_it_is_queued_or_pending() {
        let canceled = RefundStatus::ALL.iter().filter(|status| status.allows_canceling());
        assert_eq!(canceled.map(|status| status.as_str()).collect::<Vec<_>>(), ["queued", "pending"]);
    }

    #[test]
    fn final_statuses_are_completed_canceled_and_expired() {
        let ends: Vec<_> =
            OrderStatus::ALL.iter().filter(|status| status.is_final()).map(|s| s.as_str()).collect();
        assert_eq!(ends, ["completed", "canceled", "expired"]);
        let ends: Vec<_> =
            LineStatus::ALL.iter().filter(|s| s.successors().is_empty()).map(|s| s.as_str()).collect();
        assert_eq!(ends, ["completed", "canceled"]);
    }

    #[test]
    fn skipped_statuses_are_expected_but_a_return_from_the_end_is_not() {
        assert!(OrderStatus::Created.leads_to(OrderStatus::Completed));
        assert!(!OrderStatus::Paid.leads_to(OrderStatus::Canceled));
        assert!(!OrderStatus::Canceled.leads_to(OrderStatus::Paid));
    }

    #[test]
    fn what_is_pending_is_authorized_or_to_be_paid_again() {
        let successors: Vec<_> = OrderStatus::Pending.successors().iter().map(|s| s.as_str()).collect();
        assert!(successors.contains(&"authorized") && successors.contains(&"created"), "{successors:?}");
    }

    #[test]
    fn every_status_is_read_back() {
        for status in OrderStatus::ALL {
            assert_eq!(OrderStatus::parse(status.as_str()), Some(*status));
        }
        assert_eq!(OrderStatus::parse("settled"), None);
    }
}
