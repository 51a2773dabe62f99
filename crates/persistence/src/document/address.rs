//! Addresses as documents, for separate columns. Personal: never part of another document.

use domain::rules::address::Address;
use serde::{Deserialize, Serialize};

use super::Misfit;

#[derive(Serialize, Deserialize)]
pub(crate) struct AddressDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    organization_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street_and_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street_additional: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
}

impl From<&Address> for AddressDocument {
    fn from(address: &Address) -> Self {
        let address = address.clone();
        Self {
            organization_name: address.organization_name,
            title: address.title,
            given_name: address.given_name,
            family_name: address.family_name,
            email: address.email,
            phone: address.phone,
            street_and_number: address.street_and_number,
            street_additional: address.street_additional,
            postal_code: address.postal_code,
            city: address.city,
            region: address.region,
            country: address.country,
        }
    }
}

impl TryFrom<AddressDocument> for Address {
    type Error = Misfit;

    fn try_from(document: AddressDocument) -> Result<Self, Misfit> {
        Ok(Self {
            organization_name: document.organization_name,
            title: document.title,
            given_name: document.given_name,
            family_name: document.family_name,
            email: document.email,
            phone: document.phone,
            street_and_number: document.street_and_number,
            street_additional: document.street_additional,
            postal_code: document.postal_code,
            city: document.city,
            region: document.region,
            country: document.country,
        })
    }
}
