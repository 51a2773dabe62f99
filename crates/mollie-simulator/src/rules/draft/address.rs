//! Billing and shipping addresses of a request: what is missing, what is malformed, and what is handed back.

use serde_json::{Map, Value};

use super::parameters::{ADDRESS, Credential, Part, check_known};
use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::switches::{PersonalFields, Switches};

/// Countries whose addresses may come without a postal code.
const WITHOUT_POSTAL_CODE: &str = "AE AN AO AW BF BI BJ BO BS BV BW BZ CD CF CG CI CK CM DJ DM ER FJ GA GD GH GM GN \
    GQ GY HK JM KE KI KM KN KP LC ML MO MR MS MU MW NA NR NU PA QA RW SB SC SL SO SR ST SY TF TK TL TO TT TV UG VU YE \
    ZM ZW";

/// What an address has to have beside a street, a city and a country.
#[derive(Clone, Copy)]
pub struct Demands {
    pub personal: PersonalFields,
    pub organization: bool,
}

/// Checks one address and returns the parts that were given.
pub fn parse(
    value: &Value,
    name: &str,
    demands: Demands,
    switches: &Switches,
) -> Result<Map<String, Value>, Refusal> {
    let fields = Fields::nested(value, name)?;
    // An address has no part that depends on the credential.
    check_known(&fields, Part::Address, Credential::ApiKey, switches)?;
    let mut parts = Map::new();
    for part in ADDRESS {
        if let Some(text) = fields.text(part)?.filter(|text| !text.is_empty()) {
            parts.insert(part.to_owned(), Value::from(text));
        }
    }
    check_complete(&parts, name, demands)?;
    for (part, text) in &parts {
        if part == "email" && text.as_str().is_some_and(|text| !text.is_ascii()) {
            return Err(breaks_mollie());
        }
        let fault = text.as_str().and_then(|text| fault_of(part, text));
        if let Some(fault) = fault {
            return Err(fields.refuse(part, format!("The {part} of the {name} {fault}")));
        }
    }
    Ok(parts)
}

fn check_complete(parts: &Map<String, Value>, name: &str, demands: Demands) -> Result<(), Refusal> {
    let personal = match demands.personal {
        PersonalFields::Required => true,
        PersonalFields::Optional => false,
    };
    let wanted = [
        ("organizationName", demands.organization),
        ("givenName", personal),
        ("familyName", personal),
        ("email", personal),
        ("streetAndNumber", true),
        ("postalCode", !parts.contains_key("postalCode") && has_postal_codes(parts)),
        ("city", true),
        ("country", true),
    ];
    let missing: Vec<&str> = wanted
        .into_iter()
        .filter(|(part, is_wanted)| *is_wanted && !parts.contains_key(*part))
        .map(|(part, _)| part)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let detail = format!("The following fields of the {name} are missing: {}", missing.join(", "));
    Err(Refusal::field(name, detail))
}

/// Of an unknown country nothing is known about postal codes either.
fn has_postal_codes(parts: &Map<String, Value>) -> bool {
    let country = parts.get("country").and_then(Value::as_str).map(str::to_ascii_uppercase);
    country.is_some_and(|country| !WITHOUT_POSTAL_CODE.split(' ').any(|code| code == country))
}

fn fault_of(part: &str, text: &str) -> Option<&'static str> {
    // Characters are never more than bytes.
    let longer_than = |most: usize| text.len() > most && text.chars().count() > most;
    match part {
        "givenName" | "familyName" if text.trim().chars().count() < 2 => {
            Some("should have at least 2 characters.")
        }
        "givenName" | "familyName" if text.trim().chars().all(char::is_numeric) => {
            Some("cannot contain only numbers.")
        }
        "givenName" | "familyName" | "streetAndNumber" if longer_than(100) => {
            Some("may be at most 100 characters long.")
        }
        "title" if text.trim().is_empty() => Some("cannot be white space only."),
        "title" | "postalCode" if longer_than(20) => Some("may be at most 20 characters long."),
        "city" | "region" if longer_than(200) => Some("may be at most 200 characters long."),
        "email" if !is_email(text) => Some("is not a valid e-mail address."),
        "phone" if !is_e164(text) => Some("should be in the E.164 format. For example +31208202070."),
        "country" if !is_country(text) => Some("should be an ISO 3166-1 alpha-2 country code."),
        "streetAndNumber" | "city" if text.trim().is_empty() => Some("cannot be white space only."),
        _ => None,
    }
}

/// An e-mail address with an umlaut in it was seen to be answered so, however often it was sent.
fn breaks_mollie() -> Refusal {
    Refusal::new(500, "An internal server error occurred while processing your request.")
}

/// Words with dots between them (RFC 5322's dot-atom) at a host name of two labels or more.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let atom = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
    };
    let label = |label: &str| {
        label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    local.split('.').all(atom) && domain.contains('.') && domain.split('.').all(label)
}

/// The shape only: whether the number exists is not checked.
fn is_e164(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else {
        return false;
    };
    (2..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
}

/// The Netherlands Antilles are gone from the standard, but Mollie still names them.
pub fn is_country(text: &str) -> bool {
    let two_letters = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    two_letters
        && (celes::Country::from_alpha2(text.to_ascii_uppercase()).is_ok() || text.eq_ignore_ascii_case("AN"))
}
