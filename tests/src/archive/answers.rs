//! What callers are told of orders, to be compared before and after.

use prost::Message;

use crate::proto::{
    BatchGetOrdersRequest, GetOrderRequest, ListRefundsRequest, ListShipmentsRequest,
    batch_get_orders_response, get_order_request,
};
use crate::watch::{Watch, from_beginning};
use crate::world::World;

const AT_ONCE: usize = 100;
/// Of so many all parts are compared, too.
const WHOLE: usize = 20;

/// Answers, as bytes.
#[derive(PartialEq, Eq)]
pub struct Answers(Vec<(String, Vec<u8>)>);

impl Answers {
    pub async fn of(world: &World, ids: &[String]) -> Self {
        let mut answers = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            let key = |id: &String| GetOrderRequest { key: Some(get_order_request::Key::Id(id.clone())) };
            let requests = some.iter().map(key).collect();
            let answer = world.orders().batch_get_orders(BatchGetOrdersRequest { requests }).await;
            for result in answer.expect("orders are read").into_inner().results {
                let Some(batch_get_orders_response::result::Outcome::Order(order)) = &result.outcome else {
                    panic!("an order is missing: {result:?}")
                };
                answers.push((format!("order {}", order.id), order.encode_to_vec()));
            }
        }
        for id in ids.iter().step_by((ids.len() / WHOLE).max(1)) {
            answers.push((format!("events of {id}"), format!("{:?}", world.events(id).await).into_bytes()));
            let request = ListShipmentsRequest { order_id: id.clone(), ..ListShipmentsRequest::default() };
            let shipments = world.orders().list_shipments(request).await.expect("a list").into_inner();
            answers.push((format!("shipments of {id}"), shipments.encode_to_vec()));
            let request = ListRefundsRequest { order_id: id.clone(), ..ListRefundsRequest::default() };
            let refunds = world.orders().list_refunds(request).await.expect("a list").into_inner();
            answers.push((format!("refunds of {id}"), refunds.encode_to_vec()));
        }
        Self(answers)
    }

    /// The first answer that is another one in `other`.
    pub fn first_difference(&self, other: &Self) -> Option<&str> {
        let mut pairs = self.0.iter().zip(&other.0);
        let different = pairs.find(|(one, other)| one != other).map(|((what, _), _)| what.as_str());
        different.or_else(|| (self.0.len() != other.0.len()).then_some("another number of answers"))
    }
}

/// So many events of the stream from its beginning, each as bytes.
pub async fn stream(world: &World, count: usize) -> Vec<Vec<u8>> {
    let mut watch = Watch::open(world.orders(), from_beginning()).await.expect("the stream opens");
    let mut events = Vec::with_capacity(count);
    while events.len() < count {
        events.push(watch.event().await.expect("the stream goes on").encode_to_vec());
    }
    events
}
