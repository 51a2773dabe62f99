//! The addresses of a change as they are sealed: the new ones, and those that the order had when it was asked for. A reading may take over
//! Mollie's spelling of the new ones before the change has ended; without the old ones that could not be told from a change that was
//! refused.

use serde_json::Value;

use super::NewAddresses;
use crate::rules::order::Personal;

const HAD: &str = "had";

impl NewAddresses {
    /// To be sealed with what the order has in their place; `None` without any.
    #[must_use]
    pub fn to_secret_after(&self, before: &Personal) -> Option<Vec<u8>> {
        let mut sealed: Value = serde_json::from_slice(&self.to_secret()?).ok()?;
        let of = |is_changed: bool, had: &Option<_>| had.clone().filter(|_| is_changed);
        let had = Self {
            billing_address: of(self.billing_address.is_some(), &before.billing_address),
            shipping_address: of(self.shipping_address.is_some(), &before.shipping_address),
        };
        let had = had.to_secret().and_then(|had| serde_json::from_slice(&had).ok());
        sealed[HAD] = had.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        Some(sealed.to_string().into_bytes())
    }

    /// What the order had in their place; `None` if that was not sealed.
    #[must_use]
    pub fn had(secret: Option<&[u8]>) -> Option<Self> {
        let sealed: Value = serde_json::from_slice(secret?).ok()?;
        Self::from_secret(Some(sealed.get(HAD)?.to_string().as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::address::Address;

    fn lives_in(city: &str) -> Option<Address> {
        Some(Address { city: Some(city.to_owned()), ..Address::default() })
    }

    #[test]
    fn what_the_order_had_is_sealed_with_what_it_is_to_have() {
        let new = NewAddresses { billing_address: lives_in("Utrecht"), shipping_address: None };
        let before = Personal {
            billing_address: lives_in("Breda"),
            shipping_address: lives_in("Delft"),
            ..Personal::default()
        };
        let sealed = new.to_secret_after(&before);
        assert_eq!(NewAddresses::from_secret(sealed.as_deref()), Some(new.clone()));
        let had = NewAddresses { billing_address: lives_in("Breda"), shipping_address: None };
        assert_eq!(NewAddresses::had(sealed.as_deref()), Some(had));
        let sealed = new.to_secret_after(&Personal::default());
        assert_eq!(NewAddresses::had(sealed.as_deref()), Some(NewAddresses::default()), "it had none");
        assert_eq!((NewAddresses::had(new.to_secret().as_deref()), NewAddresses::had(None)), (None, None));
        assert_eq!(NewAddresses::default().to_secret_after(&before), None);
    }
}
