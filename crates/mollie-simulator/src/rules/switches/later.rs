//! The switches of everything but the judgement of create order: states, counters, hooks, and the shapes of answers.

use serde::{Deserialize, Serialize};

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
    /// How an order shows that no method was chosen.
    UnchosenMethod { Null = "null", Absent = "absent" }
);
switch!(
    /// When captures turn an authorized payment into a paid one.
    PaidByCapture { AtLast = "at last", FirstShipment = "first shipment" }
);
switch!(
    /// Whether an error answer is remembered under its idempotency key.
    ErrorReplay { No = "no", Yes = "yes" }
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
    /// What the supplier of the payment method declines: another address, a change or release of lines, or the release of
    /// the whole order.
    SupplierDeclines { Off = "off", Address = "address", Lines = "lines", Cancel = "cancel" }
);
switch!(
    /// The amount of an order that lines were canceled of. Where lines are changed it is the sum of those that are not
    /// canceled in any case; whether parts of them that are canceled count is decided here too.
    LinesAmount { Unchanged = "unchanged", Reduced = "reduced" }
);
switch!(
    /// A refund of an order that names no lines.
    NoLines { Refused = "422", All = "all" }
);
switch!(
    /// A refund of more than the balance.
    BalanceTooLow { Queued = "201 queued", Refused = "422" }
);
switch!(
    /// How much may be given back on a payment. Source: seed 4 and the rulebook, by some methods up to 25.00 EUR more than was
    /// paid. Which, no document says: here all that are paid at once.
    RefundCeiling { Paid = "what was paid", More = "25.00 EUR more" }
);
switch!(
    /// How long the description of a refund may be: the newer documents allow more.
    RefundDescription { UpTo140 = "140", UpTo255 = "255" }
);
switch!(
    /// Whether lists show refunds that were canceled. Asked for by its id such a refund is not there, and yet it has a status.
    CanceledRefunds { Shown = "shown", LeftOut = "left out" }
);
switch!(
    /// Shipments and cancellations after which more is captured than is authorized and not released.
    CaptureAboveAuthorization { Refused = "422", Accepted = "accepted" }
);
switch!(
    /// What a created order has nothing to say about: the times of what has not happened, and what was not sent. Newer
    /// documents have null among the values of all of it.
    EmptyKeys { LeftOut = "left out", Null = "null" }
);
switch!(
    /// The answer to a key that is not the order's: as if there were no such order, that it is another profile's, or that the
    /// key is not valid any more.
    WrongKey { Unknown = "404 unknown", OtherProfile = "404 other profile", Unauthorized = "401" }
);
switch!(
    /// What becomes of the discount of a line that is updated without one. The rulebook only says to send it always.
    UnsentDiscount { Removed = "removed", Kept = "kept" }
);
switch!(
    /// Hooks of an order after its lines were managed: they have gone missing in practice.
    HooksAfterManaging { Sent = "sent", Missing = "missing" }
);
switch!(
    /// Which pending payments make their order pending. The documents say it of all; yet for the order that follows on it
    /// they name authorized and created alone, and not paid.
    PendingOrders { EveryFlow = "every flow", AuthorizedFlow = "authorized flow" }
);
switch!(
    /// Of a pending order nothing is left by a change of its lines: an order without lines is canceled, but a pending one
    /// cannot be.
    EmptiedPendingOrder { Refused = "422", Canceled = "canceled" }
);
switch!(
    /// Whether orders show the payment object of their create request, null where there was none: the newest document has
    /// it among the answer's fields, no recorded answer has it.
    PaymentObject { LeftOut = "left out", AsSent = "as sent" }
);
switch!(
    /// Whether answers to create order and to changes of lines give the counters of lines.
    LineCounters { Given = "given", LeftOut = "left out" }
);
switch!(
    /// How answers show names and SKUs of lines that end in a blank. No document says that texts stay as they were sent.
    LineTexts { AsSent = "as sent", Trimmed = "trimmed" }
);
switch!(
    /// What an attempt that the shopper has open is for, after a change of lines: what the order costs then, which is inferred, or
    /// what it was opened for.
    OpenAttempts { Follow = "follow", Keep = "keep" }
);
