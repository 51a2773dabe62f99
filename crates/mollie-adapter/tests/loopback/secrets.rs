//! Nothing secret in debug output or errors.

use std::time::Duration;

use domain::rules::ids::ProfileName;
use mollie_adapter::{AdapterError, BaseError, Credential, MollieAdapter, Settings};

use crate::server::{KEY, adapter};

fn settings(base_url: &str) -> Settings {
    Settings {
        base_url: base_url.to_owned(),
        call_timeout: Duration::from_secs(20),
        connect_timeout: Duration::from_secs(5),
        heard: |_| (),
    }
}

#[test]
fn debug_output_shows_no_secret() {
    let adapter = adapter("http://127.0.0.1:9/v2");
    let key = Credential::key(KEY).unwrap();
    let text = format!("{adapter:?} {:?} {key:?}", settings("http://127.0.0.1:9/v2"));
    assert!(!text.contains("KeyThatNobodyMaySee"), "{text}");
    assert!(text.contains("main") && text.contains("test_…"), "{text}");
}

#[test]
fn a_key_is_never_sent_in_clear_text() {
    let keys = [(ProfileName::new("main"), Credential::key(KEY).unwrap())];
    let error = MollieAdapter::new(settings("http://api.mollie.com/v2"), keys).unwrap_err();
    assert!(matches!(error, AdapterError::Base(BaseError::Clear { .. })), "{error:?}");
    assert!(error.to_string().contains("must be https"), "{error}");
}

#[test]
fn mollies_own_address_is_accepted() {
    assert!(MollieAdapter::new(settings("https://api.mollie.com/v2"), []).is_ok());
}

#[test]
fn a_profile_has_one_key() {
    let key = || (ProfileName::new("main"), Credential::key(KEY).unwrap());
    let error = MollieAdapter::new(settings("https://api.mollie.com/v2"), [key(), key()]).unwrap_err();
    assert_eq!(error.to_string(), "profile main has two API keys");
}
