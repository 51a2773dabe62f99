//! The switches: where Mollie's documents, its practice and our inference disagree, or are silent.
//!
//! The first variant of each is the default. A switch changes behaviour from the next request on, never the past.

use serde::{Deserialize, Serialize};

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
    };
}

switch!(
    /// The answer to a cancellation that the order's state does not allow.
    WrongStateCancel { BadRequest = "400", Unprocessable = "422" }
);
switch!(
    /// Whether a payment that the shopper has opened blocks the cancellation of its order.
    OpenPayment { Blocks = "400", Allowed = "allowed" }
);
switch!(
    /// How an order shows a captured or refunded amount of zero.
    ZeroAmounts { LeftOut = "left out", Zero = "0.00", Null = "null" }
);
switch!(
    /// How times are written.
    Timestamps { Offset = "+00:00", TenthsZulu = ".0Z" }
);
switch!(
    /// `ord_1.rsa7lu` or `ord_rsa7lu`.
    IdShape { Dotted = "dotted", Short = "short" }
);
switch!(
    /// How an address shows the country.
    CountryCase { AsSent = "as sent", Upper = "upper" }
);
switch!(
    /// Which path a shipment gives as its own.
    ShipmentSelf { Orders = "/orders/", Order = "/order/" }
);
switch!(
    /// Which order hooks are sent: every one, only what all documents name, or also one for the creation.
    Hooks { All = "all", DocumentedSubset = "documented subset", Spurious = "spurious" }
);
switch!(
    /// What counts as an acknowledged hook.
    Acknowledgement { Only200 = "200", Any2xx = "2xx" }
);
switch!(
    /// A part of a discounted line without an amount.
    PartialDiscountedLine { Refused = "refused", Minimum = "minimum" }
);
switch!(
    /// The most that may be given for a part of a discounted line.
    PartialMaximum { CappedByRest = "min(U·q,R)", UnitPrice = "U·q" }
);
switch!(
    /// A negative unit price on a line that is no discount, store credit or gift card.
    NegativePrice { Refused = "refused", Accepted = "accepted" }
);
switch!(
    /// Where an exact half of a minor unit of VAT goes.
    VatHalf { AwayFromZero = "away from zero", Even = "even", Up = "up" }
);
switch!(
    /// Lines of one VAT rate that sum to less than nothing.
    NegativeVatPerRate { Refused = "refused", Accepted = "accepted" }
);
switch!(
    /// How an order shows that no method was chosen.
    UnchosenMethod { Null = "null", Absent = "absent" }
);
switch!(
    /// When captures turn an authorized payment into a paid one.
    PaidByCapture { AtLast = "at last", FirstShipment = "first shipment" }
);
switch!(
    /// In the words of which documents errors speak.
    ErrorTexts { Older = "older", Newer = "newer" }
);
switch!(
    /// The number that errors of create order give to the first line.
    LineNumbers { FromZero = "0", FromOne = "1" }
);
switch!(
    /// A locale outside of the documented list.
    UnlistedLocale { Refused = "422", Accepted = "accepted" }
);
switch!(
    /// Whether an error answer is remembered under its idempotency key.
    ErrorReplay { No = "no", Yes = "yes" }
);
switch!(
    /// A webhook address on the local host.
    LocalWebhook { Allowed = "allowed", Refused = "422" }
);
switch!(
    /// How late expiry runs.
    ExpiryLag { None = "0", FiveMinutes = "5 min" }
);
switch!(
    /// `isCancelable` of an order in a final state.
    FinalIsCancelable { False = "false", LeftOut = "left out" }
);
switch!(
    /// How an order shows when it expires.
    ExpiresAt { DateTime = "datetime", Date = "date" }
);
switch!(
    /// Whether locale, VAT fields, names and e-mail have to be sent.
    PersonalFields { Required = "required", Optional = "optional" }
);
switch!(
    /// Whether the supplier of the payment method declines to release an authorisation.
    SupplierDeclines { Off = "off", Cancel = "cancel" }
);

switch!(
    /// Shipments and cancellations after which more is captured than is authorized and not released.
    CaptureAboveAuthorization { Refused = "422", Accepted = "accepted" }
);
switch!(
    /// Whether answers to create order, and to changes of lines once there are any, give the counters of lines.
    LineCounters { Given = "given", LeftOut = "left out" }
);

/// All switches of the simulator. Missing fields have their default; unknown ones are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    pub cancel_in_wrong_state: WrongStateCancel,
    pub open_payment_and_cancel: OpenPayment,
    pub zero_amounts: ZeroAmounts,
    pub timestamps: Timestamps,
    pub ids: IdShape,
    pub country: CountryCase,
    pub shipment_self: ShipmentSelf,
    pub hooks: Hooks,
    pub acknowledgement: Acknowledgement,
    pub partial_discounted_line: PartialDiscountedLine,
    pub partial_maximum: PartialMaximum,
    pub negative_price_on_physical: NegativePrice,
    pub vat_half: VatHalf,
    pub negative_vat_per_rate: NegativeVatPerRate,
    pub unchosen_method: UnchosenMethod,
    pub capture_turns_payment_paid: PaidByCapture,
    pub error_texts: ErrorTexts,
    pub line_numbers_at_create: LineNumbers,
    pub unlisted_locale: UnlistedLocale,
    pub error_replay: ErrorReplay,
    pub webhook_to_localhost: LocalWebhook,
    pub expiry_lag: ExpiryLag,
    pub final_is_cancelable: FinalIsCancelable,
    pub expires_at: ExpiresAt,
    pub personal_fields: PersonalFields,
    pub supplier_declines: SupplierDeclines,
    pub capture_above_authorization: CaptureAboveAuthorization,
    pub line_counters_at_changes: LineCounters,
}
