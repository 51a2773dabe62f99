//! Addresses of a draft (create order, the address object), and addresses as Mollie returns them.

use celes::Country;

use super::email;
use super::text::{at_most, characters, given, shape};
use super::violation::Violations;

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
    /// This address, each part it does not hold taken from another.
    #[must_use]
    pub fn over(self, other: &Self) -> Self {
        let or = |mine: Option<String>, theirs: &Option<String>| mine.or_else(|| theirs.clone());
        Self {
            organization_name: or(self.organization_name, &other.organization_name),
            title: or(self.title, &other.title),
            given_name: or(self.given_name, &other.given_name),
            family_name: or(self.family_name, &other.family_name),
            email: or(self.email, &other.email),
            phone: or(self.phone, &other.phone),
            street_and_number: or(self.street_and_number, &other.street_and_number),
            street_additional: or(self.street_additional, &other.street_additional),
            postal_code: or(self.postal_code, &other.postal_code),
            city: or(self.city, &other.city),
            region: or(self.region, &other.region),
            country: or(self.country, &other.country),
        }
    }
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
        name(&self.given_name, &at("given_name"), "address.given_name", faults);
        name(&self.family_name, &at("family_name"), "address.family_name", faults);
        let email = email::read(&self.email, &at("email"), faults);
        phone(&self.phone, &at("phone"), faults);
        required(&self.street_and_number, &at("street_and_number"), "address.street_and_number", faults);
        required(&self.city, &at("city"), "address.city", faults);
        postal_code(&self.postal_code, country.as_deref(), &at("postal_code"), faults);
        if !self.title.is_empty() && self.title.trim().is_empty() {
            faults.add(at("title"), "address.title", "not white space only", shape(&self.title));
        }
        for (field, rule, text, most) in [
            ("title", "address.title", &self.title, 20),
            ("street_and_number", "address.street_and_number", &self.street_and_number, 100),
            ("street_additional", "address.street_additional", &self.street_additional, 100),
            ("postal_code", "address.postal_code", &self.postal_code, 20),
            ("city", "address.city", &self.city, 200),
            ("region", "address.region", &self.region, 200),
        ] {
            at_most(faults, &at(field), rule, Some(text), most);
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

fn required(text: &str, path: &str, rule: &'static str, faults: &mut Violations) {
    if text.trim().is_empty() {
        faults.missing(path, rule);
    }
}

fn name(text: &str, path: &str, rule: &'static str, faults: &mut Violations) {
    let digits_only = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace());
    if text.trim().is_empty() {
        faults.missing(path, rule);
    } else if digits_only {
        faults.add(path, rule, "not digits only", format!("{}, all digits", shape(text)));
    } else if !(2..=100).contains(&characters(text.trim())) {
        faults.add(path, rule, "2 to 100 characters", shape(text.trim()));
    }
}

/// E.164 in shape only: Mollie accepted numbers that no operator has given out.
fn phone(text: &str, path: &str, faults: &mut Violations) {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let shaped = text.strip_prefix('+').is_some_and(|number| {
        number.bytes().all(|b| b.is_ascii_digit())
            && !number.starts_with('0')
            && (7..=15).contains(&number.len())
    });
    if !text.is_empty() && !shaped {
        let plus = if text.starts_with('+') { "a leading +" } else { "no leading +" };
        let other =
            if text.chars().all(|c| c.is_ascii_digit() || c == '+') { "" } else { ", other characters" };
        let got = format!("{digits} digits, {plus}{other}");
        faults.add(path, "address.phone", "E.164: + and 7 to 15 digits, the first not 0, nothing else", got);
    }
}

fn postal_code(text: &str, country: Option<&str>, path: &str, faults: &mut Violations) {
    let may_be_missing = country.is_none_or(|country| WITHOUT_POSTAL_CODES.contains(&country));
    if text.trim().is_empty() && !may_be_missing {
        faults.add(path, "address.postal_code", "a postal code, as the country has them", "nothing");
    }
}

fn country(text: &str, path: &str, faults: &mut Violations) -> Option<String> {
    let upper = text.to_ascii_uppercase();
    // The Netherlands Antilles left ISO 3166-1 in 2010; Mollie still lists them.
    let known = upper == "AN" || Country::from_alpha2(&upper).is_ok();
    if text.is_empty() {
        faults.missing(path, "address.country");
    } else if upper.len() != 2 || !known {
        // Something longer may have slipped in from another field.
        let got = if characters(text) <= 3 { text.to_owned() } else { shape(text) };
        faults.add(path, "address.country", "a country by its ISO 3166-1 alpha-2 code, such as NL", got);
    }
    given(upper).filter(|_| known)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let (mut input, mut faults) = (amsterdam(), Violations::default());
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
