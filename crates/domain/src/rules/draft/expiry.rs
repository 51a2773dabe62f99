//! When an order ends, and what must be done before. "Tomorrow" depends on the zone, which no document names: refused is what is
//! wrong in UTC and in Amsterdam, and what is wrong in one of them warns.

use jiff::civil::Date;

use super::OrderInput;
use crate::rules::agreements::Agreements;
use crate::rules::date::Today;
use crate::rules::line::{LineReading, ships_after};
use crate::rules::rule::Mark::{D, I};
use crate::rules::rule::Rule;
use crate::rules::rule::Source::{Mollie, Ours};
use crate::rules::rule::rules;
use crate::rules::violation::Violations;

rules! {
    EXPIRES order_expires_on = "order.expires_on", Refuse, Mollie(D, "create order, expiresAt"),
        "An order ends on a day from tomorrow to 100 days after tomorrow, in UTC or in Amsterdam.",
        refused [
            |order| order["expiresAt"] = "2026-03-01".into(),
            |order| order["expiresAt"] = "2026-06-11".into(),
            |order| order["expiresAt"] = "soon".into(),
        ],
        accepted [|order| order["expiresAt"] = "2026-03-02".into(), |order| order["expiresAt"] = "2026-06-10".into()];

    ZONE order_expires_on_zone = "order.expires_on_zone", Warn, Mollie(I, "create order, expiresAt: \"tomorrow\" depends on the zone"),
        "Near midnight a day that is right in UTC only, or in Amsterdam only, may be wrong at Mollie.",
        refused [
            // The next day has begun in Amsterdam.
            |order| (order["now"], order["expiresAt"]) = ("2026-03-01T23:30:00Z".into(), "2026-03-02".into()),
            |order| (order["now"], order["expiresAt"]) = ("2026-03-01T23:30:00Z".into(), "2026-06-11".into()),
            |order| {
                (order["now"], order["expiresAt"]) = ("2026-03-01T23:30:00Z".into(), "2026-03-30".into());
                order["method"] = "klarna".into();
            },
        ],
        accepted [
            |order| (order["now"], order["expiresAt"]) = ("2026-03-01T23:30:00Z".into(), "2026-03-03".into()),
            |order| (order["now"], order["expiresAt"]) = ("2026-03-01T23:30:00Z".into(), "2026-06-10".into()),
            |order| {
                (order["now"], order["expiresAt"]) = ("2026-03-01T23:30:00Z".into(), "2026-03-29".into());
                order["method"] = "klarna".into();
            },
            // Both have the same day again.
            |order| (order["now"], order["expiresAt"]) = ("2026-03-01T22:30:00Z".into(), "2026-03-02".into()),
        ];

    KLARNA order_expires_on_klarna = "order.expires_on_klarna", Refuse, Mollie(D, "create order, expiresAt: 28 days, unless agreed otherwise"),
        "With Klarna alone an order ends at most 28 days ahead, or as many as the profile has agreed.",
        refused [|order| (order["method"], order["expiresAt"]) = ("klarna".into(), "2026-03-30".into())],
        accepted [
            |order| (order["method"], order["expiresAt"]) = ("klarna".into(), "2026-03-29".into()),
            |order| { (order["method"], order["expiresAt"]) = ("klarna".into(), "2026-04-30".into()); order["profile"] = serde_json::json!({ "klarnaExpiryDays": 60 }); },
        ];

    KLARNA_LEFT_OUT order_klarna_left_out = "order.klarna_left_out", Warn, Mollie(D, "create order, expiresAt"),
        "With a later end Klarna is not offered beside other methods, nor to a shopper who may choose among all.",
        refused [
            |order| (order["method"], order["expiresAt"]) = (serde_json::json!(["klarna", "ideal"]), "2026-03-30".into()),
            |order| (order["method"], order["expiresAt"]) = (serde_json::json!([]), "2026-03-30".into()),
        ],
        accepted [
            |order| (order["method"], order["expiresAt"]) = (serde_json::json!(["klarna", "ideal"]), "2026-03-29".into()),
            |order| (order["method"], order["expiresAt"]) = (serde_json::json!([]), "2026-03-29".into()),
            |order| (order["method"], order["expiresAt"]) = ("ideal".into(), "2026-03-30".into()),
        ];

    SHIPS_TOO_LATE line_ships_too_late = "line.ships_too_late", Warn, Ours("what is not shipped in time is never paid out"),
        "Where a method may only reserve the money, a line is planned to be shipped before that ends: within 28 days, or by \
         expires_on.",
        refused [
            |order| { order["method"] = "klarna".into(); order["lines"][0]["plannedShipDate"] = "2026-03-30".into(); },
            |order| {
                order["profile"] = serde_json::json!({ "klarnaExpiryDays": 60 });
                (order["method"], order["lines"][0]["plannedShipDate"]) = ("klarna".into(), "2026-03-30".into());
            },
        ],
        accepted [
            |order| { order["method"] = "klarna".into(); order["lines"][0]["plannedShipDate"] = "2026-03-29".into(); },
            |order| order["lines"][0]["plannedShipDate"] = "2026-03-30".into(),
        ];
}

fn is_klarna(method: &str) -> bool {
    method.starts_with("klarna")
}

/// The day the order ends, if the caller names one.
pub(super) fn expires_on(
    draft: &OrderInput,
    path: &str,
    today: Today,
    faults: &mut Violations,
) -> Option<Date> {
    let date = today.ahead(&draft.expires_on, (path, &EXPIRES), faults)?;
    if !today.is_surely_ahead(date) {
        faults.breaks(path, &ZONE, today.sure_range(), &draft.expires_on);
    }
    let days =
        faults.agreements().map_or(Agreements::default().klarna_expiry_days, |it| it.klarna_expiry_days);
    if let Some((rule, last)) = beyond_klarna(draft, date, today, days) {
        let expected = format!("{last} at the latest: Klarna waits {days} days");
        faults.breaks(path, rule, expected, &draft.expires_on);
    }
    Some(date)
}

/// The rule that is broken by an end so late, and the last day that would not break it.
fn beyond_klarna(draft: &OrderInput, date: Date, today: Today, days: u16) -> Option<(&'static Rule, Date)> {
    let methods = &draft.methods;
    // A shopper who may choose among all may choose Klarna.
    let is_offered = methods.is_empty() || methods.iter().any(|method| is_klarna(method));
    let is_only = !methods.is_empty() && methods.iter().all(|method| is_klarna(method));
    let (last, sure) = (today.plus(days), today.surely_plus(days));
    match is_only {
        true if date > last => Some((&KLARNA, last)),
        // Where the day itself is right in one zone only, that is told already.
        true if date > sure && today.is_surely_ahead(date) => Some((&ZONE, sure)),
        false if is_offered && date > sure => Some((&KLARNA_LEFT_OUT, sure)),
        true | false => None,
    }
}

/// How many days after it was created an order ends that does not say when (get order, `expiresAt`), whatever was agreed.
const EXPIRY_DAYS: u16 = 28;

/// The last day on which goods should leave, where the money may be only reserved.
pub(super) fn shipped_by(draft: &OrderInput, expires_on: Option<Date>, today: Today) -> Option<Date> {
    let reserves =
        |method: &String| is_klarna(method) || ["billie", "in3", "riverty"].contains(&method.as_str());
    // A shopper who may choose may choose one of these.
    let reserves = draft.methods.is_empty() || draft.methods.iter().any(reserves);
    reserves.then(|| expires_on.unwrap_or_else(|| today.plus(EXPIRY_DAYS)))
}

/// Warns of goods that are to leave too late.
pub(super) fn ships_in_time(
    lines: &[LineReading],
    last: Option<Date>,
    at: &impl Fn(&str) -> String,
    faults: &mut Violations,
) {
    let Some(last) = last else { return };
    for (n, line) in lines.iter().enumerate() {
        if let Some(line) = line.draft.as_ref().filter(|line| ships_after(line, last)) {
            let path = format!("{}[{n}].planned_ship_date", at("lines"));
            let got = line.planned_ship_date.map_or_else(String::new, |date| date.to_string());
            faults.breaks(path, &SHIPS_TOO_LATE, format!("{last} at the latest"), got);
        }
    }
}
