//! The methods that a create request names, and what they ask of the rest of it.

use serde_json::Value;

use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::method::{METHODS, is_klarna};
use crate::rules::records::Line;
use crate::rules::switches::{PayPalInList, Switches, UnlistedValues, VoucherCategory};

/// What the shopper may choose from.
pub struct Choice {
    /// Empty for any.
    pub methods: Vec<String>,
    /// Sent as text: the shopper has no choice.
    is_text: bool,
}

impl Choice {
    /// One method as text, or several as a list.
    pub fn read(fields: &Fields<'_>, switches: &Switches) -> Result<Self, Refusal> {
        let invalid = || fields.refuse("method", "The payment method is invalid.");
        let given = fields.get("method");
        let methods = match given {
            None => Vec::new(),
            Some(Value::String(method)) => vec![method.clone()],
            Some(Value::Array(list)) => {
                let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(invalid);
                list.iter().map(text).collect::<Result<_, _>>()?
            }
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => return Err(invalid()),
        };
        let is_fine = |method: &String| match switches.unlisted_values {
            UnlistedValues::Refused => METHODS.contains(&method.as_str()),
            UnlistedValues::Accepted => !method.is_empty(),
        };
        let is_text = given.is_some_and(Value::is_string);
        if methods.iter().all(is_fine) { Ok(Self { methods, is_text }) } else { Err(invalid()) }
    }

    /// Whether this is the only method there is.
    pub fn is_only(&self, wanted: &str) -> bool {
        matches!(self.methods.as_slice(), [method] if method == wanted)
    }

    /// Whether nothing but Klarna's methods can be chosen.
    pub fn is_klarna_only(&self) -> bool {
        !self.methods.is_empty() && self.methods.iter().all(|method| is_klarna(method))
    }

    /// PayPal's express button brings the address along. It is for orders whose method is exactly `paypal`.
    pub fn brings_address(&self, switches: &Switches) -> bool {
        let is_exact = match switches.paypal_in_a_list {
            PayPalInList::Express => true,
            PayPalInList::Choice => self.is_text,
        };
        is_exact && self.is_only("paypal")
    }

    pub fn check_vouchers(
        &self,
        fields: &Fields<'_>,
        lines: &[Line],
        switches: &Switches,
    ) -> Result<(), Refusal> {
        let is_covered = lines.iter().any(|line| line.category.is_some());
        match switches.voucher_without_category {
            VoucherCategory::Refused if self.is_only("voucher") && !is_covered => {
                let detail = "At least one of the lines should have a category to be paid with vouchers.";
                Err(fields.refuse("lines", detail))
            }
            VoucherCategory::Refused | VoucherCategory::Accepted => Ok(()),
        }
    }
}

/// The one that needs no choosing.
pub fn only_one(methods: &[String]) -> Option<String> {
    match methods {
        [only] => Some(only.clone()),
        [] | [_, ..] => None,
    }
}
