//! Addresses, both ways. Personal: never part of an error or a trace.

use domain::rules::address::Address;
use domain::rules::field::Field;
use domain::rules::snapshot::AddressSnapshot;
use serde::Serialize;

use crate::json::Object;

/// An address in a request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddressBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    organization_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street_and_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street_additional: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
}

impl<'a> From<&'a Address> for AddressBody<'a> {
    fn from(address: &'a Address) -> Self {
        Self {
            organization_name: address.organization_name.as_deref(),
            title: address.title.as_deref(),
            given_name: address.given_name.as_deref(),
            family_name: address.family_name.as_deref(),
            email: address.email.as_deref(),
            phone: address.phone.as_deref(),
            street_and_number: address.street_and_number.as_deref(),
            street_additional: address.street_additional.as_deref(),
            postal_code: address.postal_code.as_deref(),
            city: address.city.as_deref(),
            region: address.region.as_deref(),
            country: address.country.as_deref(),
        }
    }
}

/// Reads an address; `None` if it has no parts.
pub fn read(order: &Object<'_>, name: &str) -> Option<AddressSnapshot> {
    let Field::Value(object) = order.discreet().loose_object(name) else {
        return None;
    };
    let mut is_whole = true;
    let mut part = |name| match object.loose_text(name) {
        Field::Value(text) => Some(text),
        Field::LeftOut => None,
        Field::Unreadable => {
            is_whole = false;
            None
        }
    };
    let parts = Address {
        organization_name: part("organizationName"),
        title: part("title"),
        given_name: part("givenName"),
        family_name: part("familyName"),
        email: part("email"),
        phone: part("phone"),
        street_and_number: part("streetAndNumber"),
        street_additional: part("streetAdditional"),
        postal_code: part("postalCode"),
        city: part("city"),
        region: part("region"),
        // Mollie returns lower case for some methods.
        country: part("country").map(|country| country.to_ascii_uppercase()),
    };
    (parts != Address::default()).then_some(AddressSnapshot { parts, is_whole })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_without_parts_is_none() {
        for json in [
            json!({}),
            json!({"a": null}),
            json!({"a": {}}),
            json!({"a": []}),
            json!({"a": {"city": "", "region": null}}),
        ] {
            assert!(read(&Object::root(&json).unwrap(), "a").is_none(), "{json}");
        }
    }

    #[test]
    fn an_address_comes_back_as_it_was_sent_except_the_case_of_its_country() {
        let json = json!({"a": {"organizationName": "Bloemen BV", "title": "Mw.", "givenName": "Fleur",
            "familyName": "Tuin", "email": "fleur@bloemen.example", "phone": "+31201234567",
            "streetAndNumber": "Kade 1", "streetAdditional": "achter", "postalCode": 1012, "city": "Amsterdam",
            "region": "NH", "country": "nl"}});
        let address = read(&Object::root(&json).unwrap(), "a").unwrap().parts;
        let mut expected = json["a"].clone();
        (expected["country"], expected["postalCode"]) = ("NL".into(), "1012".into());
        assert_eq!(serde_json::to_value(AddressBody::from(&address)).unwrap(), expected);
    }
}
