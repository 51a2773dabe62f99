//! Requests that no client means: too much of everything, too deep, cut off, not even text. Each is refused with a reason,
//! and nobody else notices.

use prost::Message;
use tests::proto::{
    CreateOrderRequest, CreateShipmentRequest, ListOrdersRequest, OrderDraft, OrderFilter, OrderLineDraft,
    ShipmentLineSelection,
};
use tests::{LEGO, Scrape, World, draft, framed, on_both_engines, refusal, send};
use tonic::{Code, Response, Status};

const MIB: usize = 1024 * 1024;
const CREATE: &str = "orders.v1.OrderService/CreateOrder";
const SHIP: &str = "orders.v1.OrderService/CreateShipment";
const LIST: &str = "orders.v1.OrderService/ListOrders";
const HEALTH: &str = "grpc.health.v1.Health/Check";

on_both_engines!(
    what_no_request_may_be_is_refused_with_a_reason_and_where,
    a_request_that_is_refused_leaves_memory_and_other_callers_alone,
    what_the_transport_refuses_by_itself_tells_a_reason_too,
    the_largest_message_is_configured,
);

/// A request that must be refused: how, and what BadRequest names.
pub struct Wrong {
    pub what: &'static str,
    method: &'static str,
    body: Vec<u8>,
    reason: &'static str,
    path: &'static str,
}

impl Wrong {
    /// Sends it, and judges the answer.
    pub async fn is_refused(&self, world: &World) {
        let status = send(world.service.channel(), self.method, &[], self.body.clone()).await;
        let refused = refusal(status.map_or(Ok(Response::new(())), Err));
        assert_eq!(refused.kind(), (Code::InvalidArgument, self.reason), "{}: {refused:?}", self.what);
        assert_eq!(refused.violations[0].0, self.path, "{}: {refused:?}", self.what);
    }
}

fn of_draft(change: impl FnOnce(&mut OrderDraft)) -> Vec<u8> {
    let mut draft = OrderDraft::default();
    change(&mut draft);
    framed(&CreateOrderRequest { draft: Some(draft), ..Default::default() }.encode_to_vec())
}

/// Lists within each other: each is the only value of the one around it.
fn nested(levels: usize) -> Vec<u8> {
    let around = |tag: u8, content: Vec<u8>| {
        let mut length = Vec::new();
        prost::encode_length_delimiter(content.len(), &mut length).unwrap();
        [vec![tag], length, content].concat()
    };
    let value = (0..levels).fold(Vec::new(), |value, _| around(0x32, around(0x0a, value)));
    framed(&around(0x12, around(0x62, value)))
}

/// Everything that is to be refused.
pub fn wrong() -> Vec<Wrong> {
    let lines = |count| of_draft(|draft| draft.lines = vec![OrderLineDraft::default(); count]);
    let methods = of_draft(|draft| draft.method = vec!["ideal".to_owned(); 20_000]);
    let filter = Some(OrderFilter { statuses: vec![1; 100_000], ..Default::default() });
    let statuses = framed(&ListOrdersRequest { filter, ..Default::default() }.encode_to_vec());
    let selection = vec![ShipmentLineSelection::default(); 40_000];
    let selection = framed(&CreateShipmentRequest { lines: selection, ..Default::default() }.encode_to_vec());
    let text = of_draft(|draft| draft.locale = "nl_NL".to_owned());
    let not_text = text.iter().map(|byte| if *byte == b'_' { 0xff } else { *byte }).collect();
    let cut = framed(&text[5..text.len() - 2]);
    let draft = of_draft(|draft| draft.lines = vec![OrderLineDraft::default(); 900]);
    let wrong = |what, method, body, reason, path| Wrong { what, method, body, reason, path };
    let (much, odd) = ("REQUEST_TOO_LARGE", "REQUEST_NOT_READABLE");
    vec![
        wrong("0.9 MiB of empty lines", CREATE, lines(MIB * 9 / 20), much, "draft.lines"),
        wrong("one line too many", CREATE, lines(1_001), much, "draft.lines"),
        wrong("20,000 methods", CREATE, methods, much, "draft.method"),
        wrong("100,000 statuses", LIST, statuses, much, "filter.statuses"),
        wrong("40,000 shipment lines", SHIP, selection, much, "lines"),
        wrong("metadata nested 40 deep", CREATE, nested(40), much, "draft.metadata"),
        wrong("metadata nested 10,000 deep", CREATE, nested(10_000), much, "draft.metadata"),
        wrong("a message of 2 MiB", CREATE, framed(&vec![0; 2 * MIB]), much, "request"),
        wrong("two drafts, to be joined", CREATE, framed(&draft[5..].repeat(2)), much, "draft"),
        wrong("a text that is not UTF-8", CREATE, not_text, odd, "draft.locale"),
        wrong("a message that is cut off", CREATE, cut, odd, "request"),
        wrong("less than was announced", CREATE, vec![0, 0, 0, 1, 0, 0x0a], odd, "request"),
        wrong("no message", CREATE, Vec::new(), odd, "request"),
    ]
}

async fn what_no_request_may_be_is_refused_with_a_reason_and_where(world: World) {
    for wrong in wrong() {
        wrong.is_refused(&world).await;
    }
}

async fn a_request_that_is_refused_leaves_memory_and_other_callers_alone(world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    let (all, other) = (wrong(), world.orders());
    // What a first call of the kind needs once is no growth.
    all[0].is_refused(&world).await;
    for wrong in &all {
        world.service.forget_peak();
        let before = world.service.uses();
        let others = async {
            for _ in 0..5 {
                let key = Some(tests::proto::get_order_request::Key::Id(order.id.clone()));
                other.clone().get_order(tests::proto::GetOrderRequest { key }).await.unwrap();
            }
        };
        tokio::join!(wrong.is_refused(&world), others);
        let growth = world.service.uses().peak.saturating_sub(before.held);
        assert!(growth < 32 * MIB as u64, "{}: {growth} bytes", wrong.what);
    }
}

async fn what_the_transport_refuses_by_itself_tells_a_reason_too(world: World) {
    let reported = async |method: &str, headers: &[(&str, &str)], body: Vec<u8>| {
        let status = send(world.service.channel(), method, headers, body).await.unwrap();
        let refused = refusal::<()>(Err(status));
        (refused.code, refused.reason)
    };
    let compressed = [&[1][..], &framed(&[0; 100])[1..]].concat();
    for (method, headers, body, code, reason) in [
        ("orders.v1.OrderService/Conjure", &[][..], framed(&[]), Code::Unimplemented, "METHOD_UNKNOWN"),
        ("nobody.v1.Nothing/Conjure", &[][..], framed(&[]), Code::Unimplemented, "METHOD_UNKNOWN"),
        (HEALTH, &[], framed(&[0xff; 9]), Code::InvalidArgument, "REQUEST_NOT_READABLE"),
        (HEALTH, &[], framed(&vec![0; 2 * MIB]), Code::InvalidArgument, "REQUEST_TOO_LARGE"),
        (
            CREATE,
            &[("grpc-encoding", "gzip")],
            compressed.clone(),
            Code::Unimplemented,
            "COMPRESSION_NOT_SUPPORTED",
        ),
        (CREATE, &[], compressed, Code::InvalidArgument, "REQUEST_NOT_READABLE"),
    ] {
        assert_eq!(reported(method, headers, body).await, (code, reason.to_owned()), "{method}");
    }
    let unknown = |look: &Scrape| look.sum("rpc_server_call_duration_seconds_count", "_OTHER");
    let seen = Scrape::when(&world.service, "unknown methods are counted", |look| unknown(look) >= 2.0).await;
    assert_eq!(unknown(&seen), 2.0, "under one name");
}

async fn the_largest_message_is_configured(mut world: World) {
    let large =
        framed(&CreateOrderRequest { actor: "a".repeat(70_000), ..Default::default() }.encode_to_vec());
    let answer = async |world: &World| {
        let status: Status = send(world.service.channel(), CREATE, &[], large.clone()).await.unwrap();
        refusal::<()>(Err(status))
    };
    assert_eq!(answer(&world).await.kind(), (Code::InvalidArgument, "INVALID_REQUEST"), "it is read");
    world.service.restart_with(&[("ORDER_SERVICE__GRPC__MAX_MESSAGE_BYTES", "65536")]).await;
    let refused = answer(&world).await;
    assert_eq!(refused.kind(), (Code::InvalidArgument, "REQUEST_TOO_LARGE"));
    assert!(refused.message.contains("65536"), "{}", refused.message);
}
