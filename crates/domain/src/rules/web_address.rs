//! Addresses of the web, by one rule for every field: read by the library that browsers' standard has in Rust, and sent as
//! the caller wrote them but for scheme and host, which are sent in lower case and as punycode. What the library would
//! repair besides is a fault, and the repaired address what is expected. (Mollie refused blanks and umlauts: practice.)

use url::Url;

use super::rule::Mark::{I, P};
use super::rule::Source::{Mollie, Ours};
use super::rule::rules;
use super::violation::Violations;

rules! {
    ADDRESS url_address = "url.address", Refuse, Mollie(P, "create order, redirectUrl: blanks and umlauts were refused"),
        "A web address is absolute, has a host, and no blanks or raw umlauts in its path.",
        refused [
            |order| order["redirectUrl"] = "shop.example/a".into(),
            |order| order["redirectUrl"] = "https://shop.example/a b".into(),
        ],
        accepted [|order| order["redirectUrl"] = "https://shop.example/a%20b".into()];

    REPAIRED url_repaired = "url.repaired", Warn, Mollie(I, "create order, redirectUrl"),
        "A web address is written as browsers would send it: no default port, no /../, no host by number.",
        refused [|order| order["redirectUrl"] = "https://shop.example:443/a".into()],
        accepted [|order| order["redirectUrl"] = "https://shop.example:8443/a".into()];

    SCHEME url_scheme = "url.scheme", Warn, Mollie(I, "create order, lines[].imageUrl: a link"),
        "Pictures and product pages are http or https; only pages to return to may be an app's.",
        refused [|order| order["lines"][0]["imageUrl"] = "myapp://picture".into()],
        accepted [|order| order["redirectUrl"] = "myapp://thanks".into()];

    LENGTH url_length = "url.length", Refuse, Ours("addresses are kept and sent"),
        "A web address has at most 2,048 characters as it is sent.",
        refused [|order| order["redirectUrl"] = format!("https://shop.example/{}", "a".repeat(2_028)).into()],
        accepted [|order| order["redirectUrl"] = format!("https://shop.example/{}", "a".repeat(2_027)).into()];
}

/// A repaired address longer than this is not shown.
const SHOWN: usize = 500;

/// Characters of an address as it is sent: as punycode a host is longer than it was written.
const SENT: usize = 2_048;

/// Which schemes a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schemes {
    /// Pages: `https` and `http`.
    Web,
    /// Apps are returned to by schemes of their own.
    Any,
}

impl Schemes {
    const fn expected(self) -> &'static str {
        match self {
            Self::Web => "an absolute http(s) address, such as https://shop.example/a",
            Self::Any => "an absolute address, such as https://shop.example/thanks",
        }
    }
}

/// Of an app's own scheme nothing is known but that something follows it.
fn leads_somewhere(url: &Url) -> bool {
    is_web(url) || url.has_host() || !url.path().trim_start_matches('/').is_empty()
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "http")
}

/// The address as it is sent, or a fault. `None` without a fault for an empty text: it is a missing one.
pub(super) fn read(text: &str, schemes: Schemes, path: &str, faults: &mut Violations) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let Some(url) = Url::parse(text).ok().filter(leads_somewhere) else {
        faults.breaks(path, &ADDRESS, schemes.expected(), text);
        return None;
    };
    if schemes == Schemes::Web && !is_web(&url) {
        faults.breaks(path, &SCHEME, schemes.expected(), text);
    }
    let sent = respelled(text, &url).or_else(|| as_it_came((text, &url), schemes, path, faults))?;
    if sent.chars().count() > SENT {
        faults.breaks(path, &LENGTH, format!("at most {SENT} characters, its host as punycode"), text);
        return None;
    }
    Some(sent)
}

/// What a browser would repair: sent as it came, if Mollie may take it.
fn as_it_came(
    (text, url): (&str, &Url),
    schemes: Schemes,
    path: &str,
    faults: &mut Violations,
) -> Option<String> {
    let is_shown = |url: &String| url.contains("://") && url.len() <= SHOWN && url != text;
    let repaired = Some(url.to_string()).filter(is_shown);
    let expected = repaired.unwrap_or_else(|| schemes.expected().to_owned());
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&byte));
    let has_host = text.split_once("://").is_some_and(|(_, rest)| !rest.starts_with('/'));
    let is_taken = is_plain && has_host;
    faults.breaks(path, if is_taken { &REPAIRED } else { &ADDRESS }, expected, text);
    is_taken.then(|| text.to_owned())
}

/// The text with scheme and host as the library spells them; `None` if the library would change anything else. The slash
/// of an address without a path may be left out.
fn respelled(text: &str, url: &Url) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    if !scheme.eq_ignore_ascii_case(url.scheme()) {
        return None;
    }
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (user, place) = authority.rsplit_once('@').map_or(("", authority), |(user, place)| (user, place));
    let user_end = if authority.len() > place.len() { "@" } else { "" };
    let host_end = match place.find(']') {
        Some(bracket) => bracket + 1,
        None => place.find(':').unwrap_or(place.len()),
    };
    let (host, port) = place.split_at(host_end);
    let front = format!("{}://{user}{user_end}{}{port}", url.scheme(), host_of(host, url));
    let sent = format!("{front}{tail}");
    (sent == url.as_str() || format!("{front}/{tail}") == url.as_str()).then_some(sent)
}

/// Case and script of a host are the library's; all else of it, such as `127.1`, has to be right already.
fn host_of<'a>(given: &'a str, url: &'a Url) -> &'a str {
    let spelled = url.host_str().unwrap_or_default();
    let in_script = !given.is_ascii() && !given.contains(|c: char| c == '%' || c.is_control()) && is_web(url);
    if in_script || given.eq_ignore_ascii_case(spelled) { spelled } else { given }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_one(text: &str, schemes: Schemes) -> Result<Option<String>, String> {
        let mut faults = Violations::default();
        let sent = read(text, schemes, "a", &mut faults);
        match faults.into_vec().pop() {
            Some(fault) => Err(fault.expected),
            None => Ok(sent),
        }
    }

    fn sent(text: &str) -> Option<String> {
        read_one(text, Schemes::Web).unwrap()
    }

    #[test]
    fn a_web_address_that_is_right_is_sent_as_it_came() {
        for text in [
            "https://shop.example/thanks",
            "https://shop.example",
            "https://shop.example?order=1",
            "http://127.0.0.1:8080/a#b",
            "https://[::1]:8080/",
            "https://s7.legocdn.com/is/image//LEGO/42083_alt1?$main$",
            "https://shop.example/gr%C3%BCn.jpg?a=%2F&b=c+d",
            "https://user@shop.example/",
        ] {
            assert_eq!(sent(text).as_deref(), Some(text));
            assert_eq!(read_one(text, Schemes::Any).unwrap().as_deref(), Some(text));
        }
        assert_eq!(sent(""), None);
    }

    #[test]
    fn scheme_and_host_of_a_web_address_are_sent_in_lower_case_and_as_punycode() {
        assert_eq!(sent("HTTPS://Shop.Example/A").unwrap(), "https://shop.example/A");
        assert_eq!(sent("https://Müller.example:8443/A").unwrap(), "https://xn--mller-kva.example:8443/A");
        assert_eq!(sent("https://MÜLLER.example").unwrap(), "https://xn--mller-kva.example");
        assert_eq!(sent("https://[2001:DB8::1]:8080/A").unwrap(), "https://[2001:db8::1]:8080/A");
    }

    #[test]
    fn an_address_is_bounded_as_it_is_sent() {
        let long = format!("https://{}de/", "ü.".repeat(1_000));
        assert!(long.chars().count() < 2_048);
        let expected = "at most 2048 characters, its host as punycode";
        assert_eq!(read_one(&long, Schemes::Web).unwrap_err(), expected);
    }

    #[test]
    fn what_is_no_address_of_the_field_is_not_told_as_its_own_repair() {
        for text in ["blob:https://shop.example/x", "x:"] {
            assert_eq!(read_one(text, Schemes::Any).unwrap_err(), Schemes::Any.expected());
        }
    }

    #[test]
    fn what_would_be_repaired_in_a_web_address_is_a_fault_with_the_repaired_form() {
        for (text, repaired) in [
            ("https:///a.jpg", "https://a.jpg/"),
            ("https://shop.example/grün.jpg", "https://shop.example/gr%C3%BCn.jpg"),
            ("https://shop.example/a b", "https://shop.example/a%20b"),
            ("https://shop.example/?q=ü", "https://shop.example/?q=%C3%BC"),
            (" https://shop.example/", "https://shop.example/"),
            ("https://shop.example/a\n", "https://shop.example/a"),
            ("https://mü\nller.example/a", "https://xn--mller-kva.example/a"),
            ("https:\\\\shop.example\\a", "https://shop.example/a"),
            ("https:/shop.example/a", "https://shop.example/a"),
            ("https:shop.example/a", "https://shop.example/a"),
            ("https://shop.example:/a", "https://shop.example/a"),
            ("https://shop.example:443/a", "https://shop.example/a"),
            ("https://shop.example/a/../b", "https://shop.example/b"),
            ("https://sh%6fp.example/a", "https://shop.example/a"),
            ("https://127.1/a", "https://127.0.0.1/a"),
            ("myapp://return/Päth", "myapp://return/P%C3%A4th"),
        ] {
            assert_eq!(read_one(text, Schemes::Any), Err(repaired.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_web_address_is_refused_alike_in_every_field() {
        for text in [
            "https://?",
            "https://",
            "https://shop.example:port/a",
            "https://shop.example:99999/",
            "https://a b/",
            "https://exa<mple/",
            "https://xn--zz--a.de/",
            "shop.example/a",
            "//shop.example/a",
            "example",
            "https",
        ] {
            for schemes in [Schemes::Web, Schemes::Any] {
                assert_eq!(read_one(text, schemes), Err(schemes.expected().to_owned()), "{text}");
            }
        }
    }

    #[test]
    fn an_app_is_returned_to_by_its_own_scheme_and_a_picture_comes_from_the_web() {
        for text in ["myapp://return", "com.shop.app://Order/1?a=b", "myapp:///return"] {
            assert_eq!(read_one(text, Schemes::Any).unwrap().as_deref(), Some(text));
            assert_eq!(read_one(text, Schemes::Web), Err(Schemes::Web.expected().to_owned()));
        }
        assert_eq!(read_one("MyApp://Return", Schemes::Any).unwrap().as_deref(), Some("myapp://Return"));
        for text in ["myapp://", "mailto:a@example.com"] {
            assert!(read_one(text, Schemes::Any).is_err(), "{text}");
        }
    }

    #[test]
    fn a_long_address_is_not_repeated_as_what_was_expected() {
        let long = format!("https://shop.example/{}", "ü".repeat(1000));
        assert_eq!(read_one(&long, Schemes::Web), Err(Schemes::Web.expected().to_owned()));
    }

    proptest! {
        #[test]
        fn what_is_sent_is_ascii_and_the_library_finds_nothing_more_to_repair(
            text in "(HTTPS?|https?|myapp|ftp):/{1,3}[A-Za-zäÖß.%:@0-9/\\\\?#\\[\\] \t-]{0,16}"
        ) {
            for schemes in [Schemes::Web, Schemes::Any] {
                if let Ok(Some(sent)) = read_one(&text, schemes) {
                    prop_assert!(sent.is_ascii() && !sent.contains(char::is_whitespace), "{sent}");
                    prop_assert_eq!(read_one(&sent, schemes), Ok(Some(sent)));
                }
            }
        }

        #[test]
        fn what_was_expected_is_taken(
            text in "(HTTPS?|https?)[:/\\\\]{1,4}[A-Za-zäÖß.%:0-9/\\\\?# \t-]{0,16}"
        ) {
            if let Err(expected) = read_one(&text, Schemes::Web).map(drop)
                && expected != Schemes::Web.expected()
            {
                prop_assert_eq!(read_one(&expected, Schemes::Web), Ok(Some(expected)));
            }
        }
    }
}
