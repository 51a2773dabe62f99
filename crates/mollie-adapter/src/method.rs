//! Reading the methods that a profile may offer. Nothing of them moves money, so each field is taken as far as it is understood; a method
//! without an id is skipped.

use domain::rules::misread::Misread;
use domain::rules::money::Money;
use domain::rules::payment_method::{Image, Issuer, MethodsWanted, PaymentMethod};
use reqwest::Url;

use crate::json::Object;

/// The query of a list.
pub fn query(url: &mut Url, wanted: &MethodsWanted) {
    let mut pairs = url.query_pairs_mut();
    pairs.append_pair("resource", "orders");
    if let Some((currency, value)) = &wanted.amount {
        pairs.append_pair("amount[value]", value).append_pair("amount[currency]", currency);
    }
    pairs.extend_pairs(wanted.billing_country.iter().map(|country| ("billingCountry", country)));
    pairs.extend_pairs(wanted.locale.iter().map(|locale| ("locale", locale)));
    if wanted.include_issuers {
        pairs.append_pair("include", "issuers");
    }
}

/// Reads a list.
pub fn read_list(list: &Object<'_>) -> Result<Vec<PaymentMethod>, Misread> {
    let embedded = list.object("_embedded")?.ok_or_else(|| list.wrong("_embedded", "an object"))?;
    let methods = embedded.objects("methods")?.ok_or_else(|| embedded.wrong("methods", "a list"))?;
    let read: Vec<_> = methods.iter().filter_map(read).collect();
    if read.len() < methods.len() {
        tracing::warn!(skipped = methods.len() - read.len(), "methods without an id were skipped");
    }
    Ok(read)
}

fn read(method: &Object<'_>) -> Option<PaymentMethod> {
    Some(PaymentMethod {
        id: text(method, "id")?,
        description: text(method, "description").unwrap_or_default(),
        minimum: money(method, "minimumAmount"),
        maximum: money(method, "maximumAmount"),
        status: text(method, "status").unwrap_or_default(),
        image: image(method),
        issuers: issuers(method),
    })
}

fn issuers(method: &Object<'_>) -> Vec<Issuer> {
    let read = |issuer: &Object<'_>| {
        let name = text(issuer, "name").unwrap_or_default();
        Some(Issuer { id: text(issuer, "id")?, name, image: image(issuer) })
    };
    let listed = method.objects("issuers").ok().flatten().unwrap_or_default();
    listed.iter().filter_map(read).collect()
}

fn image(of: &Object<'_>) -> Image {
    let image = of.loose_object("image");
    let address = |size| image.value().and_then(|image| text(image, size)).unwrap_or_default();
    Image { size1x: address("size1x"), size2x: address("size2x"), svg: address("svg") }
}

fn text(object: &Object<'_>, name: &str) -> Option<String> {
    object.loose_text(name).value().cloned()
}

fn money(object: &Object<'_>, name: &str) -> Option<Money> {
    object.loose_money(name).value().copied()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_understood_of_a_method_is_taken_and_one_without_an_id_is_skipped() {
        let list = json!({ "count": 3, "_embedded": { "methods": [
            {
                "resource": "method", "id": "ideal", "description": "iDEAL", "status": "activated",
                "minimumAmount": { "currency": "EUR", "value": "0.01" }, "maximumAmount": null,
                "image": { "size1x": "https://a.example/1.png", "svg": 7 },
                "issuers": [
                    { "resource": "issuer", "id": "ideal_INGBNL2A", "name": "ING", "image": {} },
                    { "resource": "issuer", "name": "nobody" },
                ],
            },
            { "id": "twint", "description": ["odd"], "minimumAmount": "odd", "status": null },
            { "description": "no id" },
        ] } });
        let read = read_list(&Object::root(&list).unwrap()).unwrap();
        let [ideal, twint] = &read[..] else { panic!("{read:?}") };
        assert_eq!((ideal.description.as_str(), ideal.status.as_str()), ("iDEAL", "activated"));
        assert_eq!((ideal.minimum.map(Money::minor), ideal.maximum), (Some(1), None));
        let image =
            Image { size1x: "https://a.example/1.png".into(), size2x: String::new(), svg: "7".into() };
        assert_eq!((&ideal.image, ideal.issuers.len()), (&image, 1));
        assert_eq!(*twint, PaymentMethod { id: "twint".to_owned(), ..PaymentMethod::default() });
        for odd in [json!({}), json!({ "_embedded": {} }), json!({ "_embedded": { "methods": 1 } })] {
            assert!(read_list(&Object::root(&odd).unwrap()).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_query_names_what_is_wanted_and_nothing_else() {
        let asked = |wanted: &MethodsWanted| {
            let mut url = Url::parse("https://api.mollie.com/v2/methods").unwrap();
            query(&mut url, wanted);
            url.query().unwrap().to_owned()
        };
        assert_eq!(asked(&MethodsWanted::default()), "resource=orders");
        let all = MethodsWanted {
            amount: Some(("EUR".into(), "10.00".into())),
            billing_country: Some("NL".into()),
            locale: Some("nl_NL".into()),
            include_issuers: true,
        };
        let expected = "resource=orders&amount%5Bvalue%5D=10.00&amount%5Bcurrency%5D=EUR&billingCountry=NL&locale=nl_NL&include=issuers";
        assert_eq!(asked(&all), expected);
    }
}
