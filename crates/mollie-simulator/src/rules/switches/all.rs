//! All switches together, as the control of the simulator takes and shows them.

use serde::{Deserialize, Serialize};

use super::create::{
    ApplePayRedirect, DiscountAbovePrice, DiscountRate, DueDateBounds, ErrorTexts, FieldNames,
    FirstPaymentOfNothing, KlarnaExpiry, LineNumbers, LocalWebhook, NegativePrice, NegativeVatPerRate,
    PayPalInList, PersonalFields, StoreCreditVat, UnknownParameters, UnlistedLocale, UnlistedValues, VatHalf,
    VatOfDeductions, VoucherCategory, ZoneOfTomorrow,
};
use super::later::{
    Acknowledgement, BalanceTooLow, CanceledRefunds, CaptureAboveAuthorization, CountryCase, EmptyKeys,
    ErrorReplay, ExpiresAt, ExpiryLag, FinalIsCancelable, Hooks, HooksAfterManaging, IdShape, LineCounters,
    LinesAmount, NoLines, OpenPayment, PaidByCapture, PartialDiscountedLine, PartialMaximum,
    RefundDescription, ShipmentSelf, SupplierDeclines, Timestamps, UnchosenMethod, UnsentDiscount, WrongKey,
    WrongStateCancel, ZeroAmounts,
};

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
    pub amount_after_line_cancellation: LinesAmount,
    pub refund_without_lines: NoLines,
    pub balance_too_low: BalanceTooLow,
    pub refund_description: RefundDescription,
    pub canceled_refunds_in_lists: CanceledRefunds,
    pub capture_above_authorization: CaptureAboveAuthorization,
    pub line_counters_at_changes: LineCounters,
    pub empty_keys_of_created_orders: EmptyKeys,
    pub wrong_key: WrongKey,
    pub unsent_discount_at_update: UnsentDiscount,
    pub hooks_after_managing_lines: HooksAfterManaging,
    pub vat_of_deductions: VatOfDeductions,
    pub store_credit_vat: StoreCreditVat,
    pub discount_above_price: DiscountAbovePrice,
    pub discount_rate: DiscountRate,
    pub first_payment_of_nothing: FirstPaymentOfNothing,
    pub klarna_beyond_28_days: KlarnaExpiry,
    pub due_date_bounds: DueDateBounds,
    pub zone_of_tomorrow: ZoneOfTomorrow,
    pub apple_pay_without_redirect_url: ApplePayRedirect,
    pub paypal_in_a_list: PayPalInList,
    pub unlisted_values: UnlistedValues,
    pub unknown_parameters: UnknownParameters,
    pub voucher_without_category: VoucherCategory,
    pub field_names: FieldNames,
}
