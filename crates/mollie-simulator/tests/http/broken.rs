//! Sending requests that may fail, and telling how they have.

use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use crate::bench::{Bench, KEY, lego};

pub const NOWHERE: &str = "http://127.0.0.1:9/hook";

/// A fault for create requests, with what `more` says.
pub fn on_create(fault: &str, more: Value) -> Value {
    let mut object = json!({ "fault": fault, "method": "POST", "path": "/v2/orders" });
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

impl Bench {
    pub async fn arm(&self, faults: Value) -> Value {
        let reply = self.send("PUT", "/_simulator/faults", Some(faults), None).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    }

    /// How often each armed fault has fired.
    pub async fn fired(&self) -> Vec<u64> {
        let armed = self.get("/_simulator/faults").await;
        armed["faults"].as_array().unwrap().iter().map(|fault| fault["fired"].as_u64().unwrap()).collect()
    }

    pub async fn hanging(&self) -> u64 {
        self.get("/_simulator/faults").await["hanging"].as_u64().unwrap()
    }

    pub fn create_request(&self, key: &str) -> RequestBuilder {
        let request = self.client.post(format!("{}/v2/orders", self.base)).bearer_auth(KEY);
        // A test that waits for an answer in vain fails then.
        request.header("idempotency-key", key).json(&lego("ideal", NOWHERE)).timeout(Duration::from_secs(10))
    }

    pub async fn try_create(&self, key: &str) -> Result<Response, Broken> {
        self.create_request(key).send().await.map_err(Broken::from)
    }

    pub async fn orders_created(&self) -> usize {
        self.kinds().await.iter().filter(|kind| *kind == "order_created").count()
    }
}

/// How a request has broken down, as a client can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub timeout: bool,
    /// Before anything was sent: the one kind that surely had no effect.
    pub connect: bool,
    /// The head of an answer had come.
    pub in_body: bool,
    pub io: Option<io::ErrorKind>,
    pub text: String,
}

impl From<reqwest::Error> for Broken {
    fn from(error: reqwest::Error) -> Self {
        let (mut io, mut text) = (None, error.to_string());
        let mut source = error.source();
        while let Some(cause) = source {
            io = cause.downcast_ref::<io::Error>().map(io::Error::kind).or(io);
            text.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        let in_body = error.is_body() || error.is_decode();
        Self { timeout: error.is_timeout(), connect: error.is_connect(), in_body, io, text }
    }
}

/// Long enough for a request that is answered, on any machine; a client gives up on others after it.
pub const PATIENCE: Duration = Duration::from_millis(400);
