//! What a profile has agreed with Mollie and chosen for itself, where that bounds a draft. Decides nothing.

use std::collections::BTreeSet;

use super::method_limits::MethodLimits;

/// What a profile has agreed and chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreements {
    /// So many days ahead at most an order for Klarna expires (create order, `expiresAt`: 28, unless agreed otherwise).
    pub klarna_expiry_days: u16,
    /// Ids of rules whose warnings are refusals.
    pub strict: BTreeSet<String>,
    /// Locale, names, e-mail and VAT may be left out, as "Get order" describes them, with a warning. "Create order" requires
    /// them.
    pub reads_get_order: bool,
    /// Stands for a locale that is missing or that Mollie lists in neither spelling; always with a warning.
    pub locale_fallback: Option<String>,
    /// Its calls are made with an access token: an application fee may be taken (create order, `payment.applicationFee`).
    pub has_token: bool,
    /// Between which amounts Mollie offers the profile's methods, as far as that was read.
    pub limits: Vec<MethodLimits>,
}

impl Default for Agreements {
    fn default() -> Self {
        let (strict, locale_fallback, limits) = (BTreeSet::new(), None, Vec::new());
        let (reads_get_order, has_token) = (false, false);
        Self { klarna_expiry_days: 28, strict, reads_get_order, locale_fallback, has_token, limits }
    }
}

impl Agreements {
    /// Whether a warning by this rule is a refusal.
    #[must_use]
    pub fn is_strict(&self, rule: &str) -> bool {
        self.strict.contains(rule)
    }
}
