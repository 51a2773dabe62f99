//! Addresses of a draft (create order, the address object), and addresses as Mollie returns them.

use celes::Country;
use serde_json::Value;

use super::email;
use super::phone;
use super::rule::Mark::{D, I, P};
use super::rule::Source::Mollie;
use super::rule::rules;
use super::text::{characters, given, longer_than, shape};
use super::violation::Violations;

rules! {
    NAMED address_person = "address.person", Required, Mollie(D, "create order, address: givenName, familyName; get order: optional"),
        "An address names a person: given and family name.",
        refused [
            |order| drop(order["billingAddress"]["givenName"].take()),
            |order| drop(order["shippingAddress"]["familyName"].take()),
        ],
        accepted [|order| order["billingAddress"]["givenName"] = "Jó".into()];

    NAME address_name = "address.name", Refuse, Mollie(D, "get order, address: givenName, familyName"),
        "A name has 2 to 100 characters, and is not digits only.",
        refused [
            |order| order["billingAddress"]["givenName"] = "P".into(),
            |order| order["billingAddress"]["familyName"] = "12".into(),
            |order| order["billingAddress"]["familyName"] = "P".repeat(101).into(),
        ],
        accepted [
            |order| order["billingAddress"]["givenName"] = "P2".into(),
            |order| order["billingAddress"]["familyName"] = "P".repeat(100).into(),
        ];

    NAME_ODD address_name_odd = "address.name_odd", Warn, Mollie(I, "get order, address: givenName, familyName"),
        "A name has no blanks around it, and more than digits and blanks.",
        refused [
            |order| order["billingAddress"]["givenName"] = " Piet".into(),
            |order| order["billingAddress"]["familyName"] = "Mondriaan ".into(),
            |order| order["billingAddress"]["familyName"] = "1 2".into(),
        ],
        accepted [|order| order["billingAddress"]["familyName"] = "van de Berg 2".into()];

    TITLE address_title = "address.title", Refuse, Mollie(D, "create order, address: title"),
        "A title has at most 20 characters, and is not white space only.",
        refused [
            |order| order["billingAddress"]["title"] = "D".repeat(21).into(),
            |order| order["billingAddress"]["title"] = " ".into(),
        ],
        accepted [|order| order["billingAddress"]["title"] = "D".repeat(20).into()];

    STREET address_street_and_number = "address.street_and_number", Refuse, Mollie(D, "create order, address: streetAndNumber"),
        "An address has a street and number, of at most 100 characters.",
        refused [
            |order| order["billingAddress"]["streetAndNumber"] = " ".into(),
            |order| order["billingAddress"]["streetAndNumber"] = "K".repeat(101).into(),
        ],
        accepted [|order| order["billingAddress"]["streetAndNumber"] = "K".repeat(100).into()];

    ADDITIONAL address_street_additional = "address.street_additional", Warn, Mollie(I, "create order, address: streetAdditional"),
        "The second line of an address has at most 100 characters.",
        refused [|order| order["billingAddress"]["streetAdditional"] = "K".repeat(101).into()],
        accepted [|order| order["billingAddress"]["streetAdditional"] = "K".repeat(100).into()];

    POSTAL_CODE address_postal_code = "address.postal_code", Refuse, Mollie(D, "create order, address: postalCode"),
        "An address has a postal code of at most 20 characters, unless its country is one of the 67 that have none.",
        refused [
            |order| order["billingAddress"]["postalCode"] = " ".into(),
            |order| order["billingAddress"]["postalCode"] = "1".repeat(21).into(),
        ],
        accepted [
            |order| order["billingAddress"]["postalCode"] = "1".repeat(20).into(),
            |order| (order["billingAddress"]["country"], order["billingAddress"]["postalCode"]) = ("HK".into(), "".into()),
        ];

    CITY address_city = "address.city", Refuse, Mollie(P, "create order, address: city"),
        "An address has a city, of at most 200 characters.",
        refused [
            |order| order["billingAddress"]["city"] = " ".into(),
            |order| order["billingAddress"]["city"] = "A".repeat(201).into(),
        ],
        accepted [|order| order["billingAddress"]["city"] = "A".repeat(200).into()];

    REGION address_region = "address.region", Refuse, Mollie(P, "create order, address: region"),
        "A region has at most 200 characters.",
        refused [|order| order["billingAddress"]["region"] = "A".repeat(201).into()],
        accepted [|order| order["billingAddress"]["region"] = "A".repeat(200).into()];

    COUNTRY address_country = "address.country", Refuse, Mollie(D, "create order, address: country"),
        "A country is an ISO 3166-1 alpha-2 code, or AN.",
        refused [
            |order| order["billingAddress"]["country"] = "XX".into(),
            |order| order["billingAddress"]["country"] = "NLD".into(),
            |order| order["billingAddress"]["country"] = "".into(),
        ],
        accepted [|order| order["billingAddress"]["country"] = "nl".into()];

    COUNTRY_USED address_country_used = "address.country_used", Warn, Mollie(I, "create order, address: country"),
        "XK, which is in use for Kosovo, is no code of ISO 3166-1.",
        refused [|order| order["billingAddress"]["country"] = "XK".into()],
        accepted [|order| order["billingAddress"]["country"] = "AL".into()];
}

/// Countries without a postal code system: there, and only there, the postal code may be missing.
const WITHOUT_POSTAL_CODES: [&str; 67] = [
    "AE", "AN", "AO", "AW", "BF", "BI", "BJ", "BO", "BS", "BV", "BW", "BZ", "CD", "CF", "CG", "CI", "CK",
    "CM", "DJ", "DM", "ER", "FJ", "GA", "GD", "GH", "GM", "GN", "GQ", "GY", "HK", "JM", "KE", "KI", "KM",
    "KN", "KP", "LC", "ML", "MO", "MR", "MS", "MU", "MW", "NA", "NR", "NU", "PA", "QA", "RW", "SB", "SC",
    "SL", "SO", "SR", "ST", "SY", "TF", "TK", "TL", "TO", "TT", "TV", "UG", "VU", "YE", "ZM", "ZW",
];

/// A person and where they are. Personal: never in logs, events or errors.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// The organisation, if any.
    pub organization_name: Option<String>,
    /// Title, such as "Dhr.".
    pub title: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Phone number in E.164.
    pub phone: Option<String>,
    /// Street and number.
    pub street_and_number: Option<String>,
    /// Second line.
    pub street_additional: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Country, ISO 3166-1 alpha-2 in upper case.
    pub country: Option<String>,
}

impl Address {
    /// Each part by its name.
    fn parts(&mut self) -> [(&'static str, &mut Option<String>); 12] {
        [
            ("organization_name", &mut self.organization_name),
            ("title", &mut self.title),
            ("given_name", &mut self.given_name),
            ("family_name", &mut self.family_name),
            ("email", &mut self.email),
            ("phone", &mut self.phone),
            ("street_and_number", &mut self.street_and_number),
            ("street_additional", &mut self.street_additional),
            ("postal_code", &mut self.postal_code),
            ("city", &mut self.city),
            ("region", &mut self.region),
            ("country", &mut self.country),
        ]
    }

    /// As JSON, to be sealed.
    pub(super) fn to_json(&self) -> Value {
        let mut address = self.clone();
        let parts = address.parts().map(|(name, part)| Some((name, part.take()?)));
        parts.into_iter().flatten().collect()
    }

    /// What [`to_json`](Self::to_json) made; `None` for anything else.
    pub(super) fn from_json(value: &Value) -> Option<Self> {
        let mut address = Self::default();
        for (name, value) in value.as_object()? {
            let (_, part) = address.parts().into_iter().find(|(known, _)| known == name)?;
            *part = Some(value.as_str()?.to_owned());
        }
        Some(address)
    }

    /// Whether it is the same to a postman: Mollie may spell blanks, hyphens and capitals otherwise.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let (mut mine, mut theirs) = (self.clone(), other.clone());
        let mut parts = mine.parts().into_iter().zip(theirs.parts());
        parts.all(|((_, mine), (_, theirs))| {
            is_like(mine.as_deref().unwrap_or_default(), theirs.as_deref().unwrap_or_default())
        })
    }

    /// This address, each part it does not hold taken from another.
    #[must_use]
    pub fn over(mut self, other: &Self) -> Self {
        let mut other = other.clone();
        for ((_, mine), (_, theirs)) in self.parts().into_iter().zip(other.parts()) {
            *mine = mine.take().or_else(|| theirs.take());
        }
        self
    }
}

/// Whether two texts differ in blanks, hyphens, capitals and a last slash at most.
#[must_use]
pub fn is_like(one: &str, other: &str) -> bool {
    let letters = |text: &str| {
        let kept = text.trim_end_matches('/').chars().filter(|c| !c.is_whitespace() && *c != '-');
        kept.flat_map(char::to_lowercase).collect::<String>()
    };
    letters(one) == letters(other)
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(personal)")
    }
}

/// An address as a caller wrote it; an empty text is a missing one.
#[derive(Clone, Default)]
pub struct AddressInput {
    pub organization_name: String,
    pub title: String,
    pub given_name: String,
    pub family_name: String,
    pub email: String,
    pub phone: String,
    pub street_and_number: String,
    pub street_additional: String,
    pub postal_code: String,
    pub city: String,
    pub region: String,
    pub country: String,
}

impl AddressInput {
    /// Checks every part and adds each fault under `path`.
    pub fn parse(self, path: &str, faults: &mut Violations) -> Address {
        let at = |field: &str| format!("{path}.{field}");
        let country = country(&self.country, &at("country"), faults);
        name(&self.given_name, &at("given_name"), faults);
        name(&self.family_name, &at("family_name"), faults);
        let email = email::read(&self.email, &at("email"), faults);
        phone::check(&self.phone, &at("phone"), faults);
        for (field, rule, text) in
            [("street_and_number", &STREET, &self.street_and_number), ("city", &CITY, &self.city)]
        {
            if text.trim().is_empty() {
                faults.lacks(at(field), rule);
            }
        }
        postal_code(&self.postal_code, country.as_deref(), &at("postal_code"), faults);
        if !self.title.is_empty() && self.title.trim().is_empty() {
            faults.breaks(at("title"), &TITLE, "not white space only", shape(&self.title));
        }
        for (field, rule, text, most) in [
            ("title", &TITLE, &self.title, 20),
            ("street_and_number", &STREET, &self.street_and_number, 100),
            ("street_additional", &ADDITIONAL, &self.street_additional, 100),
            ("postal_code", &POSTAL_CODE, &self.postal_code, 20),
            ("city", &CITY, &self.city, 200),
            ("region", &REGION, &self.region, 200),
        ] {
            longer_than(most, text, &at(field), rule, faults);
        }
        Address {
            organization_name: given(self.organization_name),
            title: given(self.title),
            given_name: given(self.given_name),
            family_name: given(self.family_name),
            email,
            phone: given(self.phone),
            street_and_number: given(self.street_and_number),
            street_additional: given(self.street_additional),
            postal_code: given(self.postal_code),
            city: given(self.city),
            region: given(self.region),
            country,
        }
    }
}

fn name(text: &str, path: &str, faults: &mut Violations) {
    let name = text.trim();
    if name.is_empty() {
        faults.lacks(path, &NAMED);
    } else if name.chars().all(char::is_numeric) {
        faults.breaks(path, &NAME, "not digits only", format!("{}, all digits", shape(text)));
    } else if !(2..=100).contains(&characters(name)) {
        faults.breaks(path, &NAME, "2 to 100 characters", shape(name));
    } else if name.chars().all(|c| c.is_numeric() || c.is_whitespace()) {
        faults.breaks(path, &NAME_ODD, "not digits and blanks only", format!("{}, all of them", shape(text)));
    } else if name.len() < text.len() {
        let got = format!("{} around it", shape(&" ".repeat(characters(text) - characters(name))));
        faults.breaks(path, &NAME_ODD, "no blanks around it", got);
    }
}

fn postal_code(text: &str, country: Option<&str>, path: &str, faults: &mut Violations) {
    let may_be_missing = country.is_none_or(|country| WITHOUT_POSTAL_CODES.contains(&country));
    if text.trim().is_empty() && !may_be_missing {
        faults.breaks(path, &POSTAL_CODE, "a postal code, as the country has them", "nothing");
    }
}

/// A country, in upper case.
pub(super) fn country(text: &str, path: &str, faults: &mut Violations) -> Option<String> {
    let upper = text.to_ascii_uppercase();
    // The Netherlands Antilles left ISO 3166-1 in 2010; Mollie still lists them.
    let known = upper == "AN" || Country::from_alpha2(&upper).is_ok();
    if text.is_empty() {
        faults.lacks(path, &COUNTRY);
    } else if upper.len() != 2 || !known {
        // Something longer may have slipped in from another field.
        let got = if characters(text) <= 3 { text.to_owned() } else { shape(text) };
        faults.breaks(path, &COUNTRY, "a country by its ISO 3166-1 alpha-2 code, such as NL", got);
    } else if upper == "XK" {
        faults.breaks(path, &COUNTRY_USED, "a country by its ISO 3166-1 alpha-2 code", text);
    }
    given(upper).filter(|_| known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::agreements::Agreements;

    fn amsterdam() -> AddressInput {
        AddressInput {
            given_name: "Piet".into(),
            family_name: "Mondriaan".into(),
            email: "piet@mondriaan.com".into(),
            street_and_number: "Keizersgracht 126".into(),
            postal_code: "1234AB".into(),
            city: "Amsterdam".into(),
            country: "NL".into(),
            ..AddressInput::default()
        }
    }

    fn faults(change: impl FnOnce(&mut AddressInput)) -> Vec<(String, String)> {
        let (mut input, mut faults) = (amsterdam(), Violations::under(Agreements::default()));
        change(&mut input);
        input.parse("a", &mut faults);
        faults.into_vec().into_iter().map(|fault| (fault.path, fault.got)).collect()
    }

    fn fault(path: &str, got: &str) -> Vec<(String, String)> {
        vec![(path.to_owned(), got.to_owned())]
    }

    #[test]
    fn a_complete_address_has_no_fault() {
        assert_eq!(faults(|_| ()), []);
        assert_eq!(faults(|a| a.phone = "+3130920207".into()), []);
        assert_eq!(faults(|a| a.country = "nl".into()), []);
    }

    #[test]
    fn a_phone_number_is_told_by_its_shape() {
        assert_eq!(
            faults(|a| a.phone = "020 8202070".into()),
            fault("a.phone", "10 digits, no leading +, other characters")
        );
        assert_eq!(faults(|a| a.phone = "+0208202070".into()), fault("a.phone", "10 digits, a leading +"));
    }

    #[test]
    fn names_have_two_characters_and_are_not_numbers() {
        assert_eq!(faults(|a| a.given_name = "P".into()), fault("a.given_name", "1 character"));
        assert_eq!(
            faults(|a| a.family_name = "12".into()),
            fault("a.family_name", "2 characters, all digits")
        );
        assert_eq!(faults(|a| a.given_name = "Jó".into()), []);
    }

    #[test]
    fn a_postal_code_may_be_missing_only_where_there_are_none() {
        assert_eq!(faults(|a| a.postal_code.clear()), fault("a.postal_code", "nothing"));
        assert_eq!(faults(|a| (a.country, a.postal_code) = ("HK".into(), String::new())), []);
    }

    /// As Mollie's document names them, once more: one more country here would let orders through that Mollie refuses.
    #[test]
    fn exactly_the_countries_that_mollie_names_may_leave_the_postal_code_out() {
        let named = "AE AN AO AW BF BI BJ BO BS BV BW BZ CD CF CG CI CK CM DJ DM ER FJ GA GD GH GM GN GQ GY HK JM KE KI KM KN KP \
             LC ML MO MR MS MU MW NA NR NU PA QA RW SB SC SL SO SR ST SY TF TK TL TO TT TV UG VU YE ZM ZW";
        let codes = ('A'..='Z').flat_map(|first| ('A'..='Z').map(move |second| format!("{first}{second}")));
        let may =
            |code: &String| faults(|a| (a.country, a.postal_code) = (code.clone(), String::new())).is_empty();
        let found: Vec<_> = codes.filter(may).collect();
        assert_eq!(found.join(" "), named);
    }

    /// ISO 3166-1 has 249 codes; Mollie still lists AN.
    #[test]
    fn a_country_that_is_not_in_the_standard_is_not_taken_silently() {
        let codes = ('A'..='Z').flat_map(|first| ('A'..='Z').map(move |second| format!("{first}{second}")));
        let is_silent = |code: &String| {
            let (mut input, mut faults) = (amsterdam(), Violations::under(Agreements::default()));
            input.country = code.clone();
            input.parse("a", &mut faults);
            faults.into_findings() == crate::rules::violation::Findings::default()
        };
        assert_eq!(codes.filter(is_silent).count(), 250);
    }

    #[test]
    fn a_title_of_blanks_is_refused_however_many_they_are() {
        for blanks in [" ", "   ", "\u{a0}"] {
            assert_eq!(faults(|a| a.title = blanks.into())[0].0, "a.title");
        }
    }

    #[test]
    fn missing_parts_are_all_named_at_once() {
        let paths: Vec<_> =
            faults(|a| *a = AddressInput::default()).into_iter().map(|(path, _)| path).collect();
        assert_eq!(
            paths,
            ["a.country", "a.given_name", "a.family_name", "a.email", "a.street_and_number", "a.city"]
        );
    }

    #[test]
    fn debug_output_holds_nothing_personal() {
        let address = amsterdam().parse("a", &mut Violations::default());
        assert_eq!(format!("{address:?}"), "Address(personal)");
    }
}
