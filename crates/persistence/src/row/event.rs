//! Events between domain and columns. It may not query.

use domain::ports::StoreError;
use domain::rules::event::Event;
use domain::rules::ids::OrderId;

use super::{Row, bigint};
use crate::document::{self, CauseDocument, ToldDocument};
use crate::entity::event::Model;
use crate::moment;

impl TryFrom<&Event> for Model {
    type Error = StoreError;

    fn try_from(event: &Event) -> Result<Self, StoreError> {
        Ok(Self {
            order_id: event.order_id.uuid(),
            sequence: bigint(event.sequence),
            time: moment::column(event.time),
            kind: event.data.kind().to_owned(),
            data: document::write(&ToldDocument::from(event))?,
            cause: document::write(&CauseDocument::from(&event.cause))?,
            actor: event.actor.clone(),
        })
    }
}

impl TryFrom<Model> for Event {
    type Error = StoreError;

    fn try_from(model: Model) -> Result<Self, StoreError> {
        let row = Row::new("events", format_args!("{}/{}", model.order_id, model.sequence));
        let (data, before) = row.document::<ToldDocument, _>("data", &model.data)?;
        Ok(Self {
            order_id: OrderId::new(model.order_id),
            sequence: row.count("sequence", model.sequence)?,
            time: row.time("time", model.time)?,
            data,
            before,
            cause: row.document::<CauseDocument, _>("cause", &model.cause)?,
            actor: model.actor,
        })
    }
}
