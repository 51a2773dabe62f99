//! The locale of Mollie's payment pages.

use crate::rules::rule::Mark::{D, P};
use crate::rules::rule::Source::{Mollie, Ours};
use crate::rules::rule::rules;
use crate::rules::violation::Violations;

rules! {
    REQUIRED order_locale = "order.locale", Required, Mollie(D, "create order, locale; get order: optional"),
        "An order has a locale.",
        refused [|order| drop(order["locale"].take())],
        accepted [|order| order["locale"] = "de_AT".into()];

    FORM order_locale_form = "order.locale_form", Refuse, Mollie(P, "create order, locale: nl was refused"),
        "A locale is a language and a country, xx_XX or xx-XX.",
        refused [|order| order["locale"] = "nl".into(), |order| order["locale"] = "NL_nl".into()],
        accepted [|order| order["locale"] = "nl_NL".into()];

    LISTED order_locale_listed = "order.locale_listed", Warn, Mollie(P, "create order, locale: others were accepted"),
        "A locale is one of those that Mollie lists.",
        refused [
            |order| order["locale"] = "en_CA".into(),
            |order| order["locale"] = "nl-NL".into(),
            |order| {
                order["locale"] = "nl-NL".into();
                order["profile"] = serde_json::json!({ "localeFallback": "en_GB" });
            },
        ],
        accepted [|order| order["locale"] = "en_GB".into()];

    FALLBACK order_locale_fallback = "order.locale_fallback", Warn, Ours("a choice of the profile"),
        "The profile's own locale is sent for one that is missing or that Mollie lists in neither spelling.",
        refused [
            |order| {
                order["locale"] = "en_CA".into();
                order["profile"] = serde_json::json!({ "localeFallback": "en_GB" });
            },
        ],
        accepted [|order| order["profile"] = serde_json::json!({ "localeFallback": "en_GB" })];
}

/// The locales that Mollie's payment pages know (create order, `locale`).
pub const LOCALES: [&str; 22] = [
    "en_US", "en_GB", "nl_NL", "nl_BE", "fr_FR", "fr_BE", "de_DE", "de_AT", "de_CH", "es_ES", "ca_ES",
    "pt_PT", "it_IT", "nb_NO", "sv_SE", "fi_FI", "da_DK", "is_IS", "hu_HU", "pl_PL", "lv_LV", "lt_LT",
];

/// The locale as it is sent.
pub(super) fn read(text: &str, path: &str, faults: &mut Violations) -> Option<String> {
    let is_missing = text.trim().is_empty();
    if !is_missing && !is_formed(text) {
        let expected = format!("a language and a country as xx_XX or xx-XX, such as {}", LOCALES.join(" "));
        faults.breaks(path, &FORM, expected, text);
        return None;
    }
    if LOCALES.contains(&text) {
        return Some(text.to_owned());
    }
    let fallback = faults.agreements().and_then(|agreed| agreed.locale_fallback.clone());
    // Mollie has taken a listed one in its other spelling: that is no reason to speak another language to the shopper.
    let is_listed_otherwise = LOCALES.contains(&text.replace('-', "_").as_str());
    if let Some(fallback) = fallback.filter(|_| !is_listed_otherwise) {
        let expected = match faults.refuses(&FALLBACK) {
            true => format!("one of {}", LOCALES.join(" ")),
            false => format!("a locale that Mollie lists; {fallback} is sent"),
        };
        faults.breaks(path, &FALLBACK, expected, text);
        return Some(fallback);
    }
    if is_missing {
        faults.lacks(path, &REQUIRED);
        return None;
    }
    faults.breaks(path, &LISTED, format!("one of {}", LOCALES.join(" ")), text);
    Some(text.to_owned())
}

/// Two letters and two.
pub(in crate::rules) fn is_formed(text: &str) -> bool {
    text.split_once(['_', '-']).is_some_and(|(language, country)| {
        language.len() == 2
            && country.len() == 2
            && language.bytes().all(|byte| byte.is_ascii_lowercase())
            && country.bytes().all(|byte| byte.is_ascii_uppercase())
    })
}
