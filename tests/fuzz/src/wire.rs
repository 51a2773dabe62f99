//! The way to Mollie: it answers what the input says, and then nobody answers. To make seeds, the simulator answers in its stead,
//! and what it says is kept.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mollie_adapter::{Answer, Credential, Failure, Request, Transport};
use mollie_simulator::rules::ApiRequest;
use reqwest::StatusCode;
use sequences::stage::Stage;
use serde_json::Value;

/// A status and a body. A status that is none: the answer is lost.
pub type Said = (u16, Vec<u8>);

/// How often the simulator answers: a seed is to be short.
const SIMULATED: usize = 3;

/// What Mollie says.
#[derive(Clone)]
pub struct Mouth(Arc<Speech>);

struct Speech {
    to_come: Mutex<VecDeque<Said>>,
    simulated: Option<Arc<Stage>>,
    said: Mutex<Vec<Said>>,
}

impl Mouth {
    /// Says this, and then nothing.
    #[must_use]
    pub fn of(answers: Vec<Said>) -> Self {
        Self::new(answers, None)
    }

    /// Says this, and then what the simulator says.
    #[must_use]
    pub fn simulated(answers: Vec<Said>, stage: Arc<Stage>) -> Self {
        Self::new(answers, Some(stage))
    }

    fn new(answers: Vec<Said>, simulated: Option<Arc<Stage>>) -> Self {
        Self(Arc::new(Speech { to_come: Mutex::new(answers.into()), simulated, said: Mutex::default() }))
    }

    /// Whether it has still something to say.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let simulates = self.0.simulated.is_some() && locked(&self.0.said).len() < SIMULATED;
        simulates || !locked(&self.0.to_come).is_empty()
    }

    /// All that was said.
    #[must_use]
    pub fn said(&self) -> Vec<Said> {
        locked(&self.0.said).clone()
    }

    fn next(&self, key: &Credential, request: &Request) -> Option<Said> {
        let prepared = locked(&self.0.to_come).pop_front();
        if !self.is_open() {
            return prepared;
        }
        prepared.or_else(|| self.0.simulated.as_ref().map(|stage| simulated(stage, key, request)))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn simulated(stage: &Stage, key: &Credential, request: &Request) -> Said {
    let request = ApiRequest {
        method: request.endpoint.method().to_string(),
        path: request.url.path().to_owned(),
        query: request.url.query().unwrap_or_default().to_owned(),
        authorization: Some(format!("Bearer {}", key.expose())),
        // Keys are counted from the beginning again, and the simulator knows the first ones.
        idempotency_key: None,
        body: request.body.clone().unwrap_or_default(),
    };
    let answer = stage.desk.world().answer(&request, stage.desk.time());
    let body = if answer.body.is_null() { Vec::new() } else { answer.body.to_string().into_bytes() };
    (answer.status, body)
}

impl Transport for Mouth {
    /// # Panics
    /// What is sent is no JSON.
    async fn send(&self, key: &Credential, request: Request) -> Result<Answer, Failure> {
        if let Some(body) = &request.body {
            let read = serde_json::from_slice::<Value>(body);
            assert!(read.is_ok(), "no JSON is sent: {}", String::from_utf8_lossy(body));
        }
        let said = self.next(key, &request).unwrap_or_default();
        locked(&self.0.said).push(said.clone());
        let (status, body) = said;
        match StatusCode::from_u16(status) {
            Ok(status) => Ok(Answer { status, pause: None, left: Vec::new(), body: Ok(body) }),
            Err(_) => Err(Failure::Lost("nobody answers".to_owned())),
        }
    }
}
