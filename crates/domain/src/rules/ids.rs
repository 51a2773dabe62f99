//! Identifiers. Ours are UUIDs of version 7; Mollie's are opaque text.

use std::fmt;

use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps an id given by a store, a port or a caller.
            #[must_use]
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The id as a UUID, for a column or an address.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// Reads the text form; `None` if it is not a UUID.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::try_parse(text).ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_id!(
    /// An order of ours.
    OrderId
);
uuid_id!(
    /// A shipment of ours.
    ShipmentId
);
uuid_id!(
    /// A refund of ours.
    RefundId
);
uuid_id!(
    /// A return of ours.
    ReturnId
);
uuid_id!(
    /// One intended change at Mollie.
    OperationId
);
uuid_id!(
    /// The operations of one request, by the id of the first.
    GroupId
);
uuid_id!(
    /// The random token that names the holder of a lease.
    LeaseToken
);
uuid_id!(
    /// The key by which Mollie recognises a repeated POST.
    IdempotencyKey
);

impl From<OperationId> for GroupId {
    fn from(first: OperationId) -> Self {
        Self(first.0)
    }
}

impl GroupId {
    /// The first operation of the group.
    #[must_use]
    pub const fn first(self) -> OperationId {
        OperationId(self.0)
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text unchanged.
            #[must_use]
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text, unchanged.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// Mollie's id of an order, such as `ord_1.rsa7lu`. Opaque: it may hold dots.
    MollieOrderId
);
text_id!(
    /// Mollie's id of an order line, `odl_…`.
    MollieLineId
);
text_id!(
    /// Mollie's id of a shipment, `shp_…`.
    MollieShipmentId
);
text_id!(
    /// Mollie's id of a payment, `tr_…`.
    MolliePaymentId
);
text_id!(
    /// Mollie's id of a capture, `cpt_…`.
    MollieCaptureId
);
text_id!(
    /// Mollie's id of a chargeback, `chb_…`.
    MollieChargebackId
);
text_id!(
    /// Mollie's id of a refund, `re_…`.
    MollieRefundId
);
text_id!(
    /// The name of a configured profile, such as `main`: one API key, hence one Mollie profile and mode.
    ProfileName
);
text_id!(
    /// The authenticated caller that a `request_id` belongs to.
    Caller
);
text_id!(
    /// The caller's id for one request; repeating it never causes a second effect.
    RequestId
);

/// A line's number in its order, from 1; never used again within the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId(u32);

impl LineId {
    /// Wraps a number given by a store or the order itself.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// Reads the text form, a whole number without sign or leading zero.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = !text.starts_with(['0', '+']);
        text.parse().ok().filter(|_| plain).map(Self)
    }
}

impl fmt::Display for LineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
