//! Which switches concern the judgement of create order, which concern what comes after it, and what each may be set to.
//!
//! For callers that try drafts and orders under many settings without knowing the switches one by one.

use super::all::Switches;
use super::create::{
    ApplePayRedirect, DiscountAbovePrice, DiscountRate, DueDateBounds, ErrorTexts, FieldNames,
    FirstPaymentOfNothing, KlarnaExpiry, LineNumbers, LocalWebhook, NegativePrice, NegativeVatPerRate,
    PayPalInList, PersonalFields, StoreCreditVat, UnknownParameters, UnlistedLocale, UnlistedValues, VatHalf,
    VatOfDeductions, VoucherCategory, ZoneOfTomorrow,
};
use super::later::{
    BalanceTooLow, CanceledRefunds, CaptureAboveAuthorization, CountryCase, EmptiedPendingOrder, EmptyKeys,
    ErrorReplay, ExpiresAt, ExpiryLag, FinalIsCancelable, Hooks, HooksAfterManaging, IdShape, LineCounters,
    LineTexts, LinesAmount, NoLines, OpenPayment, PaidByCapture, PartialDiscountedLine, PartialMaximum,
    PaymentObject, PendingOrders, RefundCeiling, RefundDescription, ShipmentSelf, SupplierDeclines,
    Timestamps, UnchosenMethod, UnsentDiscount, WrongKey, WrongStateCancel, ZeroAmounts,
};

/// What a switch changes of the answer to create order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decides {
    /// Whether a draft is refused.
    Verdict,
    /// Only the words and the field of a refusal.
    Wording,
    /// Nothing of it, but what comes after: states, amounts, and the shapes of answers.
    Course,
}

/// One switch.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// As it stands in JSON.
    pub name: &'static str,
    /// The texts of its values, as they stand in JSON; the default first.
    pub values: &'static [&'static str],
    /// The index of the value under which everything is taken that is taken under any of them.
    pub most_lenient: usize,
    pub decides: Decides,
    set: fn(&mut Switches, usize),
}

impl Axis {
    /// Sets the switch to the value of this index. An index that is none changes nothing.
    pub fn set(&self, switches: &mut Switches, value: usize) {
        (self.set)(switches, value);
    }
}

/// `axis!(field: Type, decides, most lenient value)`
macro_rules! axis {
    ($field:ident: $type:ident, $decides:ident, $lenient:ident) => {
        Axis {
            name: stringify!($field),
            values: $type::TEXTS,
            most_lenient: $type::$lenient as usize,
            decides: Decides::$decides,
            set: |switches, value| {
                if let Some(value) = $type::ALL.get(value) {
                    switches.$field = *value;
                }
            },
        }
    };
}

impl Switches {
    /// Every switch that can change the answer to a create request that is refused, or make it one.
    pub const OF_CREATE: [Axis; 22] = [
        axis!(personal_fields: PersonalFields, Verdict, Optional),
        axis!(negative_price_on_physical: NegativePrice, Verdict, Accepted),
        axis!(discount_above_price: DiscountAbovePrice, Verdict, Accepted),
        axis!(discount_rate: DiscountRate, Verdict, Any),
        axis!(store_credit_vat: StoreCreditVat, Verdict, Any),
        axis!(vat_half: VatHalf, Verdict, Either),
        axis!(vat_of_deductions: VatOfDeductions, Verdict, CentOff),
        axis!(negative_vat_per_rate: NegativeVatPerRate, Verdict, Accepted),
        axis!(first_payment_of_nothing: FirstPaymentOfNothing, Verdict, Accepted),
        axis!(unlisted_locale: UnlistedLocale, Verdict, Accepted),
        axis!(unlisted_values: UnlistedValues, Verdict, Accepted),
        axis!(unknown_parameters: UnknownParameters, Verdict, Ignored),
        axis!(webhook_to_localhost: LocalWebhook, Verdict, Allowed),
        axis!(klarna_beyond_28_days: KlarnaExpiry, Verdict, Agreed),
        axis!(due_date_bounds: DueDateBounds, Verdict, Accepted),
        axis!(zone_of_tomorrow: ZoneOfTomorrow, Verdict, Either),
        axis!(apple_pay_without_redirect_url: ApplePayRedirect, Verdict, Accepted),
        axis!(paypal_in_a_list: PayPalInList, Verdict, Express),
        axis!(voucher_without_category: VoucherCategory, Verdict, Accepted),
        axis!(error_texts: ErrorTexts, Wording, Older),
        axis!(line_numbers_at_create: LineNumbers, Wording, FromZero),
        axis!(field_names: FieldNames, Wording, Dotted),
    ];

    /// Every switch that can change what becomes of an order that was created, or how it is shown. How hooks are acknowledged
    /// is left out: only the shell knows that. So is what open attempts are for after a change of lines: the shopper pays another sum then
    /// than the order costs, and callers reckon with what it costs.
    pub const OF_COURSE: [Axis; 34] = [
        axis!(cancel_in_wrong_state: WrongStateCancel, Course, BadRequest),
        axis!(open_payment_and_cancel: OpenPayment, Course, Allowed),
        axis!(zero_amounts: ZeroAmounts, Course, LeftOut),
        axis!(timestamps: Timestamps, Course, Offset),
        axis!(ids: IdShape, Course, Dotted),
        axis!(country: CountryCase, Course, AsSent),
        axis!(shipment_self: ShipmentSelf, Course, Orders),
        axis!(hooks: Hooks, Course, All),
        axis!(partial_discounted_line: PartialDiscountedLine, Course, Minimum),
        axis!(partial_maximum: PartialMaximum, Course, UnitPrice),
        axis!(unchosen_method: UnchosenMethod, Course, Null),
        axis!(capture_turns_payment_paid: PaidByCapture, Course, AtLast),
        axis!(error_texts: ErrorTexts, Course, Older),
        axis!(error_replay: ErrorReplay, Course, No),
        axis!(expiry_lag: ExpiryLag, Course, FiveMinutes),
        axis!(final_is_cancelable: FinalIsCancelable, Course, False),
        axis!(expires_at: ExpiresAt, Course, DateTime),
        axis!(supplier_declines: SupplierDeclines, Course, Off),
        axis!(amount_after_line_cancellation: LinesAmount, Course, Unchanged),
        axis!(refund_without_lines: NoLines, Course, All),
        axis!(balance_too_low: BalanceTooLow, Course, Queued),
        axis!(refund_ceiling: RefundCeiling, Course, More),
        axis!(refund_description: RefundDescription, Course, UpTo255),
        axis!(canceled_refunds_in_lists: CanceledRefunds, Course, Shown),
        axis!(capture_above_authorization: CaptureAboveAuthorization, Course, Accepted),
        axis!(line_counters_at_changes: LineCounters, Course, Given),
        axis!(empty_keys_of_created_orders: EmptyKeys, Course, LeftOut),
        axis!(wrong_key: WrongKey, Course, Unknown),
        axis!(unsent_discount_at_update: UnsentDiscount, Course, Removed),
        axis!(hooks_after_managing_lines: HooksAfterManaging, Course, Sent),
        axis!(pending_orders: PendingOrders, Course, EveryFlow),
        axis!(emptied_pending_order: EmptiedPendingOrder, Course, Canceled),
        axis!(payment_object: PaymentObject, Course, LeftOut),
        axis!(texts_of_lines: LineTexts, Course, AsSent),
    ];

    /// The settings under which a draft is refused only if it is refused under all; the rest is default.
    pub fn most_lenient(axes: &[Axis]) -> Self {
        let mut switches = Self::default();
        for axis in axes {
            axis.set(&mut switches, axis.most_lenient);
        }
        switches
    }
}
