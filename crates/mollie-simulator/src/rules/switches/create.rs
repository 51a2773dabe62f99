//! The switches that decide whether create order refuses a draft, and in which words.

use serde::{Deserialize, Serialize};

switch!(
    /// A negative unit price on a line that is no discount, store credit or gift card.
    NegativePrice { Refused = "refused", Accepted = "accepted" }
);
switch!(
    /// Where an exact half of a minor unit of VAT goes. No answer is known, so that each neighbour may be right.
    VatHalf { AwayFromZero = "away from zero", Even = "even", Up = "up", Either = "either" }
);
switch!(
    /// Lines of one VAT rate that sum to less than nothing.
    NegativeVatPerRate { Refused = "refused", Accepted = "accepted" }
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
    /// A webhook address on the local host.
    LocalWebhook { Allowed = "allowed", Refused = "422" }
);
switch!(
    /// Whether locale, VAT fields, names and e-mail have to be sent.
    PersonalFields { Required = "required", Optional = "optional" }
);
switch!(
    /// The VAT of a deduction. An official answer shows -0.10 for -1.00 at 10 %, of which the formula makes -0.09.
    VatOfDeductions { Formula = "formula", CentOff = "a cent off accepted" }
);
switch!(
    /// The VAT of a store credit. That it has none is inferred from the gift card, which has none.
    StoreCreditVat { None = "none", Any = "any" }
);
switch!(
    /// A discount that makes a line of goods cost less than nothing. Inferred: no document names a limit.
    DiscountAbovePrice { Refused = "refused", Accepted = "accepted" }
);
switch!(
    /// The VAT rate of a discount line. The rulebook says that it is the one it reduces, not what happens otherwise.
    DiscountRate { Any = "any", OfTheGoods = "of the goods" }
);
switch!(
    /// An order of nothing whose payment is the first of a mandate. Inferred.
    FirstPaymentOfNothing { Accepted = "accepted", Refused = "422" }
);
switch!(
    /// Klarna alone for an order that expires after more than 28 days. Merchants may agree on more.
    KlarnaExpiry { Refused = "422", Agreed = "agreed" }
);
switch!(
    /// A due date that is not from tomorrow until 100 days after tomorrow.
    DueDateBounds { Refused = "422", Accepted = "accepted" }
);
switch!(
    /// In which zone `expiresAt` counts its days. No document says.
    ZoneOfTomorrow { Either = "either", Utc = "UTC", Amsterdam = "Europe/Amsterdam" }
);
switch!(
    /// An Apple Pay token instead of a redirect URL: seed 4 says so, seed 3 does not.
    ApplePayRedirect { Accepted = "accepted", Refused = "422" }
);
switch!(
    /// A list whose only method is PayPal, without a billing address: express, or a choice among methods.
    PayPalInList { Express = "express", Choice = "a choice" }
);
switch!(
    /// Methods and categories that no document names. Both sets have grown without notice.
    UnlistedValues { Refused = "422", Accepted = "accepted" }
);
switch!(
    /// Parameters that no document names, and those of access tokens under an API key. Only of `testmode` is it known
    /// that it is refused there.
    UnknownParameters { Ignored = "ignored", Refused = "422" }
);
switch!(
    /// Vouchers alone for an order no line of which has a category: it is needed (rulebook), or should be (seed 3).
    VoucherCategory { Refused = "422", Accepted = "accepted" }
);
switch!(
    /// Whether an error names every field by its whole path; or a part of an address by the address alone, and a
    /// payment parameter without the object it is in.
    FieldNames { Dotted = "dotted", Flat = "flat" }
);
