//! The base address of Mollie's API, and addresses under it. An API key is never sent in clear text: plain HTTP is for loopback
//! only. Ids are opaque, so they are encoded and cannot escape to another path.

use std::net::IpAddr;

use reqwest::Url;

/// Why a text cannot be the base address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaseError {
    /// Not an absolute address, or not https.
    #[error("Mollie's base address must be an absolute https address, such as https://api.mollie.com/v2")]
    Form,
    /// It contains a user, a query or a fragment.
    #[error("Mollie's base address must not contain a user, a query or a fragment")]
    Extra,
    /// Plain HTTP to a host that is not loopback.
    #[error(
        "Mollie's base address must be https: over http the API key would travel in clear text ({host} is not loopback)"
    )]
    Clear {
        /// The host in the address.
        host: String,
    },
}

/// The validated base address.
#[derive(Clone, Debug)]
pub struct Base(Url);

impl Base {
    pub fn parse(text: &str) -> Result<Self, BaseError> {
        let url = Url::parse(text).map_err(|_| BaseError::Form)?;
        let host = url.host_str().ok_or(BaseError::Form)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(BaseError::Form);
        }
        let named = !url.username().is_empty() || url.password().is_some();
        if named || url.query().is_some() || url.fragment().is_some() {
            return Err(BaseError::Extra);
        }
        if url.scheme() == "http" && !is_loopback(host) {
            return Err(BaseError::Clear { host: host.to_owned() });
        }
        Ok(Self(url))
    }

    /// Whether this is plain HTTP, hence loopback.
    pub fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The address of a path below. `None` if parsing would drop a segment or climb up: Mollie has no such ids, and the request
    /// would mean something else.
    pub fn at(&self, segments: &[&str]) -> Option<Url> {
        let mut path = self.0.path().trim_end_matches('/').to_owned();
        for segment in segments {
            if matches!(*segment, "" | "." | "..") {
                return None;
            }
            path.push('/');
            path.extend(segment.bytes().map(encoded));
        }
        let mut url = self.0.clone();
        url.set_path(&path);
        Some(url)
    }
}

fn encoded(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_sent_in_clear_text_to_loopback_only() {
        for text in
            ["http://127.0.0.1:8080/v2", "http://localhost:1", "http://[::1]:9/v2", "http://127.9.9.9"]
        {
            assert!(Base::parse(text).is_ok_and(|base| base.is_plain()), "{text}");
        }
        for text in [
            "http://api.mollie.com/v2",
            "http://10.0.0.1/v2",
            "http://localhost.example.org",
            "http://[::ffff:10.0.0.1]/",
            "http://127.0.0.1.example.org/v2",
        ] {
            assert!(matches!(Base::parse(text), Err(BaseError::Clear { .. })), "{text}");
        }
        assert!(Base::parse("https://api.mollie.com/v2").is_ok_and(|base| !base.is_plain()));
    }

    #[test]
    fn anything_but_a_plain_address_is_refused() {
        for text in ["", "api.mollie.com/v2", "ftp://api.mollie.com", "/v2", "data:,x"] {
            assert_eq!(Base::parse(text).unwrap_err(), BaseError::Form, "{text}");
        }
        for text in ["https://me@api.mollie.com", "https://:x@a.b", "https://a.b/v2?x=1", "https://a.b/v2#x"]
        {
            assert_eq!(Base::parse(text).unwrap_err(), BaseError::Extra, "{text}");
        }
    }

    #[test]
    fn ids_stay_within_their_segment() {
        let base = Base::parse("https://api.mollie.com/v2/").unwrap();
        let at = |id: &str| base.at(&["orders", id]).map(|url| url.to_string());
        assert_eq!(at("ord_1.rsa7lu").unwrap(), "https://api.mollie.com/v2/orders/ord_1.rsa7lu");
        assert_eq!(
            at("a/../b?c#d é%2e").unwrap(),
            "https://api.mollie.com/v2/orders/a%2F..%2Fb%3Fc%23d%20%C3%A9%252e"
        );
        assert_eq!((at(""), at("."), at("..")), (None, None, None));
    }
}
