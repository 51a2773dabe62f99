//! The document that Mollie is sent, and what is read of its answer.

use serde::{Deserialize, Serialize};

use crate::proto;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    order_number: String,
    amount: Option<Amount>,
    lines: Vec<Line>,
    billing_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address: Option<Address>,
    consumer_date_of_birth: String,
    redirect_url: String,
    webhook_url: String,
    locale: String,
    method: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Amount {
    currency: String,
    value: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    category: String,
    name: String,
    quantity: i64,
    unit_price: Option<Amount>,
    discount_amount: Option<Amount>,
    total_amount: Option<Amount>,
    vat_rate: String,
    vat_amount: Option<Amount>,
    sku: String,
    image_url: String,
    product_url: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Address {
    organization_name: String,
    title: String,
    given_name: String,
    family_name: String,
    email: String,
    phone: String,
    street_and_number: String,
    street_additional: String,
    postal_code: String,
    city: String,
    region: String,
    country: String,
}

/// What is read of the order that Mollie answers with.
#[derive(Deserialize)]
pub struct Answer {
    pub id: String,
    #[serde(rename = "_links")]
    pub links: Links,
}

#[derive(Deserialize)]
pub struct Links {
    pub checkout: Option<Link>,
}

#[derive(Deserialize)]
pub struct Link {
    pub href: String,
}

impl Order {
    /// `id`: what Mollie's hooks of it would bring back.
    pub fn of(draft: &proto::OrderDraft, id: &str) -> Self {
        Self {
            order_number: draft.order_number.clone(),
            amount: draft.amount.as_ref().map(amount),
            lines: draft.lines.iter().map(line).collect(),
            billing_address: draft.billing_address.as_ref().map(address),
            shipping_address: draft.shipping_address.as_ref().map(address),
            consumer_date_of_birth: draft.consumer_date_of_birth.clone(),
            redirect_url: draft.redirect_url.clone(),
            webhook_url: format!("http://127.0.0.1:9/hooks/{id}"),
            locale: draft.locale.clone(),
            method: draft.method.clone(),
        }
    }
}

fn amount(amount: &proto::Amount) -> Amount {
    Amount { currency: amount.currency.clone(), value: amount.value.clone() }
}

fn line(line: &proto::OrderLineDraft) -> Line {
    Line {
        category: line.category.clone(),
        name: line.name.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price.as_ref().map(amount),
        discount_amount: line.discount_amount.as_ref().map(amount),
        total_amount: line.total_amount.as_ref().map(amount),
        vat_rate: line.vat_rate.clone(),
        vat_amount: line.vat_amount.as_ref().map(amount),
        sku: line.sku.clone(),
        image_url: line.image_url.clone(),
        product_url: line.product_url.clone(),
    }
}

fn address(address: &proto::Address) -> Address {
    Address {
        organization_name: address.organization_name.clone(),
        title: address.title.clone(),
        given_name: address.given_name.clone(),
        family_name: address.family_name.clone(),
        email: address.email.clone(),
        phone: address.phone.clone(),
        street_and_number: address.street_and_number.clone(),
        street_additional: address.street_additional.clone(),
        postal_code: address.postal_code.clone(),
        city: address.city.clone(),
        region: address.region.clone(),
        country: address.country.clone(),
    }
}
