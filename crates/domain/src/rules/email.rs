//! E-mail addresses of a draft: their syntax by a library, and what Mollie cannot take although the syntax allows it.
//! Personal: nothing of them stands in a fault but their shape.
//!
//! Mollie answers an address with an umlaut by a 500 (practice). A domain is therefore sent as punycode; before the @ there
//! is no other spelling. Quoted names, comments and numbers instead of hosts are legal and used by nobody: a slip of the pen.

use email_address::{EmailAddress, Options};
use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use super::text::{characters, shape};
use super::violation::Violations;

const RULE: &str = "address.email";

/// The address as it is sent, or a fault.
pub(super) fn read(text: &str, path: &str, faults: &mut Violations) -> Option<String> {
    if text.trim().is_empty() {
        faults.missing(path, RULE);
        return None;
    }
    match as_sent(text) {
        Ok(address) => return Some(address),
        Err(expected) => faults.add(path, RULE, expected, described(text)),
    }
    None
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
        sent.ok_or_else(|| faults.into_vec().into_iter().map(|fault| (fault.expected, fault.got)).collect())
            .map_err(|reported: Vec<_>| reported[0].clone())
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
}
