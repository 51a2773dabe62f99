//! The methods that a profile can offer: one of them, or those that fit an amount, a country and a use.
//!
//! Every method of the documents is activated for every profile. Nothing here decides what create order takes.

pub(super) mod facts;
mod wanted;

#[cfg(test)]
pub(super) use facts::FACTS as METHOD_FACTS;

use serde_json::{Value, json};

use self::facts::{FACTS, MethodFacts};
use self::wanted::{Wanted, check_locale, given, read_currency, refuse};
use super::answer::{Answer, Refusal};
use super::json::{Object, documentation};
use super::money::Currency;
use super::query::Query;
use super::world::World;

/// Pictures for people; the simulator has none.
const ICONS: &str = "https://www.mollie.com/external/icons";

impl World {
    /// `GET /methods`. The list is short and comes whole.
    pub(super) fn list_methods(&self, query: &Query) -> Result<Answer, Refusal> {
        let wanted = Wanted::read(query, self.switches())?;
        let fitting = FACTS.iter().filter(|method| wanted.fits(method));
        let shown: Vec<Value> = fitting
            .map(|method| {
                let links = Object::default().set("self", self.method_link(method));
                body(method, wanted.currency(), query).set("_links", links).into()
            })
            .collect();
        Ok(Answer::ok(json!({
            "count": shown.len(),
            "_embedded": { "methods": shown },
            "_links": {
                "self": self.api_link(&format!("methods{}", query.to_text())),
                "documentation": documentation("methods-api/list-methods"),
            },
        })))
    }

    /// `GET /methods/{id}`, whatever the method is for.
    pub(super) fn get_method(&self, id: &str, query: &Query) -> Result<Answer, Refusal> {
        check_locale(query, self.switches())?;
        let method = FACTS.iter().find(|method| method.id == id);
        let method = method.ok_or_else(|| Refusal::nothing_such("method", id))?;
        let currency = read_currency(query)?;
        if currency.is_some_and(|currency| !method.takes(currency)) {
            return Err(refuse("currency", "The payment method does not support this currency"));
        }
        let links = Object::default()
            .set("self", self.method_link(method))
            .set("documentation", documentation("methods-api/get-method"));
        Ok(Answer::ok(body(method, currency, query).set("_links", links).into()))
    }

    fn method_link(&self, method: &MethodFacts) -> Value {
        self.api_link(&format!("methods/{}", method.id))
    }
}

fn body(method: &MethodFacts, currency: Option<Currency>, query: &Query) -> Object {
    let currency = currency.or_else(|| method.usual_currency());
    let limits = currency.map(|currency| (currency, method.limits(currency)));
    let maximum = limits.and_then(|(currency, limits)| Some(currency.amount(limits.1?)));
    let wants_issuers =
        given(query, "include").is_some_and(|list| list.split(',').any(|one| one == "issuers"));
    let issuers = (wants_issuers && !method.issuers.is_empty()).then(|| issuers(method));
    Object::default()
        .set("resource", "method")
        .set("id", method.id)
        .set("description", method.description)
        .set("minimumAmount", limits.map(|(currency, limits)| currency.amount(limits.0)))
        .set("maximumAmount", maximum)
        .set("image", image("payment-methods", method.id))
        .set("status", "activated")
        .maybe("issuers", issuers)
}

fn issuers(method: &MethodFacts) -> Value {
    let issuer = |(id, name): &(&str, &str)| json!({ "resource": "issuer", "id": id, "name": name, "image": image("issuers", id) });
    method.issuers.iter().map(issuer).collect()
}

fn image(folder: &str, name: &str) -> Value {
    json!({
        "size1x": format!("{ICONS}/{folder}/{name}.png"),
        "size2x": format!("{ICONS}/{folder}/{name}%402x.png"),
        "svg": format!("{ICONS}/{folder}/{name}.svg"),
    })
}
