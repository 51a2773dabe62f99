//! E-mail addresses of a draft: their syntax by a library, and what Mollie cannot take although the syntax allows it.
//! Personal: nothing of them stands in a fault but their shape.
//!
//! Mollie answers an address with an umlaut by a 500 (practice). A domain is therefore sent as punycode; before the @ there
//! is no other spelling. Quoted names, comments and numbers instead of hosts are legal and used by nobody: a slip of the pen.

use email_address::{EmailAddress, Options};
use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use super::rule::Mark::{D, I, P};
use super::rule::Source::Mollie;
use super::rule::rules;
use super::text::{characters, shape};
use super::violation::Violations;

rules! {
    REQUIRED address_email_given = "address.email_given", Required, Mollie(D, "create order, address: email; get order: optional"),
        "An address has an e-mail address.",
        refused [|order| drop(order["billingAddress"]["email"].take())],
        accepted [|order| order["billingAddress"]["email"] = "a@b.nl".into()];

    FORM address_email = "address.email", Refuse, Mollie(P, "an umlaut before the @ was answered by a 500"),
        "An e-mail address is name@host.tld, with nothing but ASCII before the @.",
        refused [
            |order| order["billingAddress"]["email"] = "a@b".into(),
            |order| order["billingAddress"]["email"] = "jörg@example.de".into(),
            |order| order["billingAddress"]["email"] = "a..b@example.de".into(),
        ],
        accepted [|order| order["billingAddress"]["email"] = "piet@müller.de".into()];

    ODD address_email_odd = "address.email_odd", Warn, Mollie(I, "create order, address: email"),
        "An e-mail address has at most 64 characters before the @, and a host that is no number.",
        refused [|order| order["billingAddress"]["email"] = "a@1.2.3.4".into()],
        accepted [|order| order["billingAddress"]["email"] = "a@b.museum".into()];
}

/// The address as it is sent, or a fault.
pub(super) fn read(text: &str, path: &str, faults: &mut Violations) -> Option<String> {
    if text.trim().is_empty() {
        faults.lacks(path, &REQUIRED);
        return None;
    }
    match as_sent(text) {
        Ok(address) => return Some(address),
        Err(_) if is_odd(text) => {
            faults.breaks(path, &ODD, "an e-mail address at a host with a name", described(text));
            return Some(text.to_owned());
        }
        Err(expected) => faults.breaks(path, &FORM, expected, described(text)),
    }
    None
}

/// Plain in every character, and yet an address that hardly anybody has: Mollie may take it.
fn is_odd(text: &str) -> bool {
    let plain = |part: &str| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"._+-".contains(&b);
        let is_dotted = part.starts_with('.') || part.ends_with('.') || part.contains("..");
        !part.is_empty() && part.bytes().all(is_plain) && !is_dotted
    };
    let (local, host) = text.split_once('@').unwrap_or_default();
    let is_number = host.split('.').all(|label| label.bytes().all(|b| b.is_ascii_digit()));
    plain(local) && plain(host) && host.contains('.') && (local.len() > 64 || is_number)
}

fn described(text: &str) -> String {
    let foreign = text.chars().filter(|c| !c.is_ascii()).count();
    match foreign {
        0 => shape(text),
        some if some == characters(text) => format!("{}, none of them ASCII", shape(text)),
        some => format!("{}, {some} of them not ASCII", shape(text)),
    }
}

fn as_sent(text: &str) -> Result<String, &'static str> {
    let options = Options::default().with_required_tld().without_domain_literal().without_display_text();
    let address =
        EmailAddress::parse_with_options(text, options).map_err(|_| "an e-mail address, name@host.tld")?;
    let (local, domain) = (address.local_part(), address.domain());
    if !local.is_ascii() {
        return Err("an e-mail address with nothing but ASCII before the @, as Mollie cannot take more");
    }
    if local.starts_with('"') {
        return Err("an e-mail address without quotation marks");
    }
    let ascii = host(domain).ok_or("an e-mail address with a host name after the @, host.tld")?;
    Ok(if domain.is_ascii() { text.to_owned() } else { format!("{local}@{ascii}") })
}

/// A host name in ASCII; its last label is no number, or it would be an IP address.
fn host(domain: &str) -> Option<String> {
    let ascii = Uts46::new()
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
        .ok()?;
    let is_name = |tld: &str| tld.bytes().any(|byte| !byte.is_ascii_digit());
    ascii.rsplit('.').next().is_some_and(is_name).then(|| ascii.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As it is sent, or what was expected and what it is said to be.
    fn read_one(text: &str) -> Result<String, (String, String)> {
        let mut faults = Violations::default();
        let sent = read(text, "a", &mut faults);
        match faults.into_vec().pop() {
            Some(fault) => Err((fault.expected, fault.got)),
            None => Ok(sent.unwrap()),
        }
    }

    #[test]
    fn an_e_mail_address_that_mollie_would_stumble_over_is_refused() {
        for text in [
            "jörg@example.de",
            "a..b@example.com",
            "<a@example.com>",
            "a,b@example.com",
            "a@example..com",
            ".a@example.com",
            "a.@example.com",
            "a b@example.com",
            "a@b@example.com",
            "Piet <a@example.com>",
            "\"a b\"@example.com",
            "a(b)@example.com",
            "a@example",
            "a@example.com.",
            "a@-example.com",
            "a@exa_mple.com",
            "a@exa%6dple.com",
            "a@xn--zz--.de",
            "a@1.2.3.4",
            "a@[1.2.3.4]",
            "a@example.com\n",
            " a@example.com",
            "a\0@example.com",
            "@example.com",
            "a@",
            "example.com",
            &format!("{}@example.com", "a".repeat(65)),
            &format!("a@{}.com", "b".repeat(64)),
        ] {
            let (expected, got) = read_one(text).unwrap_err();
            assert!(expected.starts_with("an e-mail address"), "{text}: {expected}");
            assert!(got.contains("character"), "{text}: {got}");
        }
    }

    #[test]
    fn an_e_mail_address_at_a_domain_with_umlauts_is_sent_as_punycode() {
        assert_eq!(read_one("piet@müller.de").unwrap(), "piet@xn--mller-kva.de");
        assert_eq!(read_one("a@例え.jp").unwrap(), "a@xn--r8jz45g.jp");
        assert_eq!(read_one("a@xn--mller-kva.de").unwrap(), "a@xn--mller-kva.de");
    }

    #[test]
    fn an_ordinary_e_mail_address_is_sent_as_it_came() {
        for text in
            ["piet@mondriaan.com", "Piet.M+shop@Example.co.uk", "o'neil_1=x/y@a-b.example", "a@b.museum"]
        {
            assert_eq!(read_one(text).unwrap(), text);
        }
    }

    #[test]
    fn what_is_wrong_with_an_e_mail_address_is_told_without_the_address() {
        let (expected, got) = read_one("jörg@example.de").unwrap_err();
        assert_eq!(
            expected,
            "an e-mail address with nothing but ASCII before the @, as Mollie cannot take more"
        );
        assert_eq!(got, "15 characters, 1 of them not ASCII");
    }

    proptest! {
        #[test]
        fn what_is_sent_is_ascii_and_right(text in "[a-zA-Zöß0-9._%+ \"<>-]{1,12}@[a-zA-Zöß例0-9._%-]{1,12}\\.[a-zé0-9-]{1,6}") {
            if let Ok(sent) = read_one(&text) {
                prop_assert!(sent.is_ascii() && !sent.contains(char::is_whitespace), "{sent}");
                prop_assert_eq!(read_one(&sent), Ok(sent));
            }
        }
    }

    #[test]
    fn only_a_plain_address_that_hardly_anybody_has_may_pass() {
        let long = "a".repeat(65);
        for odd in ["a.b+c_d-e@1.2.3.4", &format!("{long}@example.com")] {
            assert!(is_odd(odd), "{odd}");
        }
        let not_too_long = "a".repeat(64);
        for wrong in [
            "a!b@1.2.3.4",
            "a..b@1.2.3.4",
            ".a@1.2.3.4",
            "a.@1.2.3.4",
            "@1.2.3.4",
            "a@1234",
            "a@-example.com",
            "a@b@1.2.3.4",
            &format!("{not_too_long}@-example.com"),
        ] {
            assert!(!is_odd(wrong), "{wrong}");
        }
    }

    #[test]
    fn an_address_is_described_by_its_shape_and_its_foreign_letters() {
        let foreign = |text: &str| described(text).split_once(", ").map(|(_, foreign)| foreign.to_owned());
        assert_eq!(foreign("ab"), None);
        assert_eq!(foreign("äb").as_deref(), Some("1 of them not ASCII"));
        assert_eq!(foreign("äö").as_deref(), Some("none of them ASCII"));
    }
}
