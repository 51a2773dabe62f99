//! The header that names a caller. Only the two credentials that were given out open the door, whatever is made of them.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grpc_server::untrusted::Doorkeeper;
use ring::signature::{Ed25519KeyPair, KeyPair};

use crate::desk::now;
use crate::target::Reached;

const KEPT: &str = "a static token";
const SIGNED: &str = "a signed token";

const TOKEN: &str = "ost_000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// The file that recognises it.
const TOKENS: &str = "depot sha256:199e49e7ecfcc5344e7bf410e5522ddeccc99cb2e7762271275a184980697646";
/// Until the year 2100.
const CLAIMS: &str = r#"{"iss":"https://login.example","sub":"shop","aud":"orders","exp":4102444800}"#;

const HEADER: &str = r#"{"alg":"EdDSA","kid":"one"}"#;
/// It has one key, which need not be named.
const NAMELESS: &str = r#"{"alg":"EdDSA"}"#;

/// The issuer, whose key nobody else has.
struct Issuer(Ed25519KeyPair);

impl Issuer {
    fn new() -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap_or_else(|error| unreachable!("{error}")))
    }

    fn keys(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.0.public_key());
        format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"one","x":"{x}"}}]}}"#)
    }

    fn token(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// The good ones that it has given out.
    fn given(&self) -> [String; 2] {
        [HEADER, NAMELESS].map(|header| self.token(header, CLAIMS))
    }
}

static ISSUER: LazyLock<Issuer> = LazyLock::new(Issuer::new);

static DOOR: LazyLock<Doorkeeper> = LazyLock::new(|| {
    Doorkeeper::new(TOKENS, &ISSUER.keys()).unwrap_or_else(|faults| unreachable!("{faults}"))
});

pub fn run(input: &[u8]) -> Option<Reached> {
    let shown = std::str::from_utf8(input).unwrap_or_default().split_whitespace().last().unwrap_or_default();
    let about = if shown.contains('.') { SIGNED } else { KEPT };
    let caller = now(DOOR.caller(input));
    match caller.as_deref() {
        None => (),
        Some("depot") => assert_eq!(shown, TOKEN, "another token is taken for the depot's"),
        // A signature can be spelled in several ways; what it is of cannot.
        Some("shop") => assert!(has_given(shown), "the issuer has not signed this"),
        Some(other) => unreachable!("there is no caller {other}"),
    }
    Some(Reached { about, is_taken: caller.is_some() })
}

fn has_given(token: &str) -> bool {
    let signed = |token: &str| token.rsplit_once('.').map(|(signed, _)| signed.to_owned());
    ISSUER.given().iter().any(|given| signed(given) == signed(token))
}

pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let seed = |name: &str, token: &str| (name.to_owned(), format!("Bearer {token}").into_bytes());
    let signed = |name, header, claims| seed(name, &ISSUER.token(header, claims));
    let of_algorithm = |name, algorithm: &str| {
        let [given, _] = ISSUER.given();
        let (signed, signature) = given.rsplit_once('.').unwrap_or_default();
        let claims = signed.split_once('.').map_or("", |(_, claims)| claims);
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{algorithm}","kid":"one"}}"#));
        seed(name, &format!("{header}.{claims}.{signature}"))
    };
    vec![
        seed("kept", TOKEN),
        seed("kept-elsewhere", &TOKEN.replace("1f", "2f")),
        signed("signed", HEADER, CLAIMS),
        signed("without-a-key", NAMELESS, CLAIMS),
        signed("another-key", r#"{"alg":"EdDSA","kid":"two"}"#, CLAIMS),
        signed("expired", HEADER, &CLAIMS.replace("4102444800", "1")),
        signed("not-yet", HEADER, &CLAIMS.replace("\"exp\"", "\"nbf\":4102444700,\"exp\"")),
        signed("for-another", HEADER, &CLAIMS.replace("orders", "stock")),
        signed("of-another", HEADER, &CLAIMS.replace("login", "logon")),
        of_algorithm("none", "none"),
        of_algorithm("a-secret", "HS256"),
        of_algorithm("another-algorithm", "RS256"),
        ("basic".to_owned(), b"Basic c2hvcDpzaG9w".to_vec()),
    ]
}

pub fn subjects() -> Vec<&'static str> {
    vec![KEPT, SIGNED]
}
