//! The switches: where Mollie's documents, its practice and our inference disagree, or are silent.
//!
//! The first variant of each is the default. A switch changes behaviour from the next request on, never the past.

/// Declares one switch: its values, the text each has in JSON, and the first as default.
macro_rules! switch {
    ($(#[$doc:meta])* $name:ident { $first:ident = $first_text:literal $(, $other:ident = $other_text:literal)* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            #[default]
            #[serde(rename = $first_text)]
            $first,
            $(#[serde(rename = $other_text)] $other,)*
        }

        impl $name {
            /// Every value and its text, the default first.
            pub const ALL: &'static [Self] = &[Self::$first $(, Self::$other)*];
            pub const TEXTS: &'static [&'static str] = &[$first_text $(, $other_text)*];
        }
    };
}

mod all;
mod axis;
mod create;
mod later;
mod pairwise;

pub use all::Switches;
pub use axis::{Axis, Decides};
pub use create::{
    ApplePayRedirect, DiscountAbovePrice, DiscountRate, DueDateBounds, ErrorTexts, FieldNames,
    FirstPaymentOfNothing, KlarnaExpiry, LineNumbers, LocalWebhook, NegativePrice, NegativeVatPerRate,
    PayPalInList, PersonalFields, StoreCreditVat, UnknownParameters, UnlistedLocale, UnlistedValues, VatHalf,
    VatOfDeductions, VoucherCategory, ZoneOfTomorrow,
};
pub use later::{
    Acknowledgement, BalanceTooLow, CanceledRefunds, CaptureAboveAuthorization, CountryCase,
    EmptiedPendingOrder, EmptyKeys, ErrorReplay, ExpiresAt, ExpiryLag, FinalIsCancelable, Hooks,
    HooksAfterManaging, IdShape, LineCounters, LineTexts, LinesAmount, NoLines, OpenAttempts, OpenPayment,
    PaidByCapture, PartialDiscountedLine, PartialMaximum, PaymentObject, PendingOrders, RefundCeiling,
    RefundDescription, ShipmentSelf, SupplierDeclines, Timestamps, UnchosenMethod, UnsentDiscount, WrongKey,
    WrongStateCancel, ZeroAmounts,
};
