//! With an access token each call says for which Mollie profile it is, and that it is for tests. Where it says so depends on the endpoint,
//! and with an API key it may not. This is the only place that writes either.

use domain::rules::placement::Mode;

use crate::endpoint::{Endpoint, Place};
use crate::key::Credential;
use crate::transport::Request;

const PROFILE: &str = "profileId";
const TESTMODE: &str = "testmode";

/// The request with what the credential does not say itself.
pub fn scoped(credential: &Credential, mut request: Request) -> Request {
    let Some(profile) = credential.profile_id() else { return request };
    let Scope { place, names_profile } = Scope::of(request.endpoint);
    let profile = names_profile.then_some(profile);
    let is_test = credential.mode() == Mode::Test;
    match place {
        Place::Query => {
            let mut pairs = request.url.query_pairs_mut();
            pairs.extend_pairs(profile.map(|profile| (PROFILE, profile)));
            pairs.extend_pairs(is_test.then_some((TESTMODE, "true")));
            drop(pairs);
            // An address without any must not end in a question mark.
            if request.url.query() == Some("") {
                request.url.set_query(None);
            }
        }
        Place::Body => {
            let profile = profile.map(|profile| format!("\"{PROFILE}\":\"{profile}\""));
            let said: Vec<_> =
                profile.into_iter().chain(is_test.then(|| format!("\"{TESTMODE}\":true"))).collect();
            request.body = request.body.map(|body| with(&said, body));
        }
    }
    request
}

/// What an endpoint wants to be told, and where.
struct Scope {
    place: Place,
    names_profile: bool,
}

impl Scope {
    const fn of(endpoint: Endpoint) -> Self {
        let names_profile = match endpoint {
            // Without one, Mollie lists the orders of all profiles.
            Endpoint::CreateOrder | Endpoint::ListOrders | Endpoint::ListMethods => true,
            Endpoint::GetOrder
            | Endpoint::CancelOrder
            | Endpoint::CancelLines
            | Endpoint::CreateShipment
            | Endpoint::UpdateShipment
            | Endpoint::ListPaymentRefunds
            | Endpoint::ListCaptures
            | Endpoint::ListChargebacks
            | Endpoint::CreateOrderRefund
            | Endpoint::CreatePaymentRefund
            | Endpoint::CancelRefund
            | Endpoint::CreatePayment
            | Endpoint::UpdateOrder
            | Endpoint::UpdateLine
            | Endpoint::ManageLines => false,
        };
        Self { place: endpoint.scope_place(), names_profile }
    }
}

/// The same object with these members first. The rest stays byte by byte as the caller's.
fn with(members: &[String], body: Vec<u8>) -> Vec<u8> {
    let rest = body.strip_prefix(b"{").filter(|_| !members.is_empty());
    let Some(rest) = rest else { return body };
    let border = if rest.trim_ascii_start().starts_with(b"}") { "" } else { "," };
    [b"{", members.join(",").as_bytes(), border.as_bytes(), rest].concat()
}

#[cfg(test)]
mod tests {
    use domain::rules::call_rate::Rank;
    use reqwest::Url;

    use super::*;

    fn token(mode: Mode) -> Credential {
        Credential::token("access_1", "pfl_1", mode).unwrap()
    }

    fn sent(
        credential: &Credential,
        endpoint: Endpoint,
        query: &str,
        body: Option<&str>,
    ) -> (String, String) {
        let url = Url::parse(&format!("https://api.mollie.com/v2/x{query}")).unwrap();
        let body = body.map(|body| body.as_bytes().to_vec());
        let request = Request { body, ..Request::reading(Rank::First, endpoint, url) };
        let Request { url, body, .. } = scoped(credential, request);
        (url.query().unwrap_or("-").to_owned(), String::from_utf8(body.unwrap_or_default()).unwrap())
    }

    #[test]
    fn with_a_key_nothing_is_added() {
        let key = Credential::key("test_1").unwrap();
        let unchanged = ("embed=payments".to_owned(), "{}".to_owned());
        assert_eq!(sent(&key, Endpoint::CreateOrder, "?embed=payments", Some("{}")), unchanged);
        assert_eq!(sent(&key, Endpoint::GetOrder, "", None), ("-".to_owned(), String::new()));
    }

    #[test]
    fn a_body_keeps_its_bytes() {
        let body = r#"{"metadata": 1.10, "b": {}}"#;
        let (query, written) = sent(&token(Mode::Test), Endpoint::CreateOrder, "", Some(body));
        assert_eq!(query, "-");
        assert_eq!(written, r#"{"profileId":"pfl_1","testmode":true,"metadata": 1.10, "b": {}}"#);
        let (_, empty) = sent(&token(Mode::Test), Endpoint::CreateShipment, "", Some("{}"));
        assert_eq!(empty, r#"{"testmode":true}"#);
    }

    #[test]
    fn live_is_what_mollie_takes_for_granted() {
        let live = token(Mode::Live);
        assert_eq!(sent(&live, Endpoint::CreateOrder, "", Some("{}")).1, r#"{"profileId":"pfl_1"}"#);
        assert_eq!(sent(&live, Endpoint::CancelLines, "", Some(r#"{"lines":[]}"#)).1, r#"{"lines":[]}"#);
        assert_eq!(sent(&live, Endpoint::GetOrder, "", None).0, "-");
        assert_eq!(sent(&live, Endpoint::ListOrders, "?limit=250", None).0, "limit=250&profileId=pfl_1");
    }
}
