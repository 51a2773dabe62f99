//! An answer as it leaves: the rules' own, or one that a fault gives instead.

use serde_json::Value;

use crate::rules::answer::Answer;

/// An answer as it leaves, whoever gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub content: Content,
    pub replayed: bool,
    pub retry_after_seconds: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Hal(Value),
    /// Nothing, as with a 204.
    Empty,
    Html(String),
}

impl Reply {
    pub(super) fn html(status: u16, text: &str) -> Self {
        let content = Content::Html(text.to_owned());
        Self { status, content, replayed: false, retry_after_seconds: None }
    }
}

impl From<Answer> for Reply {
    fn from(Answer { status, body, replayed }: Answer) -> Self {
        let content = if status == 204 { Content::Empty } else { Content::Hal(body) };
        Self { status, content, replayed, retry_after_seconds: None }
    }
}
