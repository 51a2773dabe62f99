//! The task of the kind that exists only in tests.

use domain::operations::made_up::{Task, What, When};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Misfit;
use super::shipment::ShipmentLineDocument;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MadeUpDocument {
    number: Option<String>,
    give_up: Option<ShipmentLineDocument>,
    from: Option<Timestamp>,
    after_looking: bool,
}

impl From<&Task> for MadeUpDocument {
    fn from(task: &Task) -> Self {
        let (number, give_up) = match &task.what {
            What::Number(number) => (Some(number.clone()), None),
            What::GiveUp(line) => (None, Some(line.into())),
        };
        let (from, after_looking) = match task.when {
            When::Now => (None, false),
            When::From(time) => (Some(time), false),
            When::AfterLooking => (None, true),
        };
        Self { number, give_up, from, after_looking }
    }
}

impl TryFrom<MadeUpDocument> for Task {
    type Error = Misfit;

    fn try_from(document: MadeUpDocument) -> Result<Self, Misfit> {
        let what = match (document.number, document.give_up) {
            (Some(number), _) => What::Number(number),
            (None, Some(line)) => What::GiveUp(line.try_into()?),
            (None, None) => return Err(Misfit::new("made-up task", "without a change")),
        };
        let when = match (document.from, document.after_looking) {
            (Some(time), _) => When::From(time),
            (None, true) => When::AfterLooking,
            (None, false) => When::Now,
        };
        Ok(Self { what, when })
    }
}
