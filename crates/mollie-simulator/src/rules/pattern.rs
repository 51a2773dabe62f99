//! Which requests something waits for: a method, and a path in which `*` stands for one segment.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    pub method: String,
    pub path: String,
}

impl Pattern {
    pub fn matches(&self, method: &str, path: &str) -> bool {
        self.method.eq_ignore_ascii_case(method) && path_matches(&self.path, path)
    }
}

/// Segment by segment; both are as they stand in the request, still percent-encoded.
pub(super) fn path_matches(wanted: &str, given: &str) -> bool {
    let wanted: Vec<&str> = wanted.trim_matches('/').split('/').collect();
    let given: Vec<&str> = given.trim_matches('/').split('/').collect();
    let fits = |(wanted, given): (&&str, &&str)| *wanted == "*" || wanted == given;
    wanted.len() == given.len() && wanted.iter().zip(&given).all(fits)
}
