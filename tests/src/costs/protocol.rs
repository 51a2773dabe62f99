//! PostgreSQL's protocol as far as counting needs it: which messages make one round trip, and which statements it carries.
//! It may not touch a connection.

use std::collections::{HashMap, VecDeque};

use super::plan::Plan;

/// One round trip: what was sent before the client waited for the server to be ready again.
#[derive(Clone, Debug, Default)]
pub(super) struct Trip {
    /// The types of the messages sent, as letters: `BES` is a prepared statement executed.
    pub messages: String,
    /// The statements that were prepared.
    pub prepared: Vec<String>,
    /// The statements that were executed.
    pub executed: Vec<String>,
    /// The plans of those that have one, as the server has told them.
    pub plans: Vec<Plan>,
    /// How often the connection was tried after it: a `Sync` alone, by which the driver's pool sees whether what it gets back
    /// still lives. Nobody waits for that but the next who needs the connection.
    pub pings: u64,
}

/// One connection after its start, from the messages that pass by.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    statements: HashMap<String, String>,
    portals: HashMap<String, String>,
    current: Trip,
    waiting: VecDeque<Trip>,
}

impl Conversation {
    /// A message of the client.
    pub fn sent(&mut self, kind: u8, body: &[u8]) {
        self.current.messages.push(char::from(kind));
        let mut texts = body.split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned());
        let mut text = || texts.next().unwrap_or_default();
        match kind {
            b'P' => {
                let (name, sql) = (text(), text());
                self.current.prepared.push(sql.clone());
                self.statements.insert(name, sql);
            }
            b'B' => {
                let (portal, name) = (text(), text());
                let sql = self.statements.get(&name).cloned().unwrap_or(name);
                self.portals.insert(portal, sql);
            }
            b'E' => {
                let portal = text();
                self.current.executed.push(self.portals.get(&portal).cloned().unwrap_or(portal));
            }
            b'Q' => {
                self.current.executed.push(text());
                self.ends();
            }
            b'S' => self.ends(),
            _ => (),
        }
    }

    fn ends(&mut self) {
        self.waiting.push_back(std::mem::take(&mut self.current));
    }

    /// The server has told a plan of what it executes now.
    pub fn planned(&mut self, plan: Option<Plan>) {
        // What it sends before it is ready belongs to the oldest round trip, ended or not.
        self.waiting.front_mut().unwrap_or(&mut self.current).plans.extend(plan);
    }

    /// The server is ready again: the round trip that this ends. None at the start of the connection.
    pub fn ready(&mut self) -> Option<Trip> {
        self.waiting.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_sent_before_one_sync_are_one_round_trip() {
        let mut conversation = Conversation::default();
        assert!(conversation.ready().is_none(), "the start");
        conversation.sent(b'P', b"one\0SELECT 1\0\0\0");
        conversation.sent(b'S', b"");
        let prepared = conversation.ready().unwrap();
        assert_eq!((prepared.prepared.len(), prepared.executed.len()), (1, 0));
        for _ in 0..2 {
            conversation.sent(b'B', b"\0one\0\0\0");
            conversation.sent(b'E', b"\0\0\0\0\0");
        }
        conversation.sent(b'S', b"");
        conversation.sent(b'Q', b"COMMIT\0");
        let both = conversation.ready().unwrap();
        assert_eq!(
            (both.messages.as_str(), both.executed.as_slice()),
            ("BEBES", &["SELECT 1".to_owned(), "SELECT 1".to_owned()][..])
        );
        assert_eq!(conversation.ready().unwrap().executed, ["COMMIT"]);
        assert!(conversation.ready().is_none());
    }
}
