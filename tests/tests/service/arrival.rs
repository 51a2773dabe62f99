//! Answers that arrive: however much is wrong, however much there is to tell.

use prost::Message;
use tests::proto::get_order_request::Key;
use tests::proto::{
    CheckOrderDraftRequest, CheckOrderDraftResponse, CreateOrderRequest, GetOrderRequest, ListOrdersRequest,
    Order, OrderDraft, OrderLineDraft, SyncOrderRequest,
};
use tests::{LEGO, World, amount, draft, new_request_id, numbered, on_both_engines, refusal};
use tonic::Code;

use crate::requests::{create, ship};

on_both_engines!(
    sixteen_faults_have_a_line_each_in_the_text,
    a_megabyte_that_is_wrong_is_never_sent_back,
    check_order_draft_tells_every_fault_and_keeps_and_sends_nothing,
    check_order_draft_gives_the_order_that_validate_only_gives,
    a_preview_under_the_id_of_a_call_is_no_other_request,
    a_number_that_is_held_is_named_with_the_order_that_holds_it,
    who_ships_a_line_by_an_id_it_does_not_have_is_told_those_there_are,
    orders_too_large_for_one_answer_come_on_several_pages,
    a_page_of_more_orders_than_are_loaded_at_once_is_whole,
);

/// What a page or a report has at most.
pub const ANSWER: usize = 3 * 1024 * 1024;
/// The most lines of an order.
const LINES: usize = 1_000;

/// A draft whose lines have a wrong VAT amount each.
fn faulty(lines: usize) -> OrderDraft {
    let line = OrderLineDraft { vat_amount: Some(amount("0.01")), ..draft(LEGO, "ideal").lines[0].clone() };
    let sum = amount(&format!("{}.00", lines * 698));
    OrderDraft { amount: Some(sum), lines: vec![line; lines], ..numbered(&new_request_id(), "ideal") }
}

async fn check(world: &World, draft: OrderDraft) -> CheckOrderDraftResponse {
    let request = CheckOrderDraftRequest { draft: Some(draft), ..Default::default() };
    world.orders().check_order_draft(request).await.unwrap().into_inner()
}

async fn sixteen_faults_have_a_line_each_in_the_text(world: World) {
    let refused = refusal(world.orders().create_order(create(&new_request_id(), faulty(16))).await);
    assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
    let lines: Vec<_> = refused.message.lines().collect();
    assert_eq!(
        (lines.len(), lines[0]),
        (17, "16 faults; nothing was recorded or sent:"),
        "{}",
        refused.message
    );
    for (n, line) in lines[1..].iter().enumerate() {
        assert!(line.starts_with(&format!("draft.lines[{n}].vat_amount: expected 121.14 EUR")), "{line}");
        assert!(line.ends_with(", got 0.01 EUR"), "{line}");
    }
    assert!(refused.violations.len() >= 5, "{refused:?}");
    assert_eq!(refused.metadata["faults"], "16");
}

async fn a_megabyte_that_is_wrong_is_never_sent_back(world: World) {
    let long = "x".repeat(900_000);
    let wrong = OrderDraft { locale: long.clone(), ..draft(LEGO, "ideal") };
    let key = Some(Key::Id(long.clone()));
    let list = ListOrdersRequest { page_token: long.clone(), ..Default::default() };
    let profile = CreateOrderRequest { profile: long.clone(), ..create("a", draft(LEGO, "ideal")) };
    for refused in [
        refusal(world.orders().create_order(create("b", wrong.clone())).await),
        refusal(world.orders().create_order(profile).await),
        refusal(world.orders().get_order(GetOrderRequest { key }).await),
        refusal(world.orders().sync_order(SyncOrderRequest { id: long.clone() }).await),
        refusal(world.orders().list_orders(list).await),
    ] {
        assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"), "{}", refused.message);
        assert!(refused.violations.iter().all(|(_, reported)| reported.chars().count() < 500), "{refused:?}");
    }
    let report = check(&world, wrong).await;
    assert_eq!(report.violations.len(), 1);
    assert!(report.encoded_len() < 1_000, "{} bytes", report.encoded_len());
}

async fn check_order_draft_tells_every_fault_and_keeps_and_sends_nothing(world: World) {
    for count in [16, 75, LINES] {
        let report = check(&world, faulty(count)).await;
        assert_eq!((report.violations.len(), report.violations_left_out), (count, 0));
        assert_eq!(report.order, None);
        let last = report.violations.last().unwrap();
        assert_eq!(last.field, format!("draft.lines[{}].vat_amount", count - 1));
        assert_eq!((&*last.rule, &*last.got), ("line.vat_amount", "0.01 EUR"));
    }
    let all = world.orders().list_orders(ListOrdersRequest::default()).await.unwrap().into_inner();
    assert_eq!(all.orders, []);
    assert_eq!(world.simulator.traffic().await.of("POST /v2/orders"), 0, "nothing was sent");
}

async fn check_order_draft_gives_the_order_that_validate_only_gives(world: World) {
    let good = draft(LEGO, "ideal");
    let report = check(&world, good.clone()).await;
    assert_eq!((report.violations, report.violations_left_out), (Vec::new(), 0));
    let dry = CreateOrderRequest { validate_only: true, ..create("dry", good.clone()) };
    let expected = world.orders().create_order(dry).await.unwrap().into_inner();
    assert_eq!(report.order, Some(expected));
    let holder = world.create(good.clone()).await;
    let report = check(&world, good.clone()).await;
    let [held] = &report.violations[..] else { panic!("{report:?}") };
    assert_eq!((&*held.field, &*held.rule), ("draft.order_number", "order.number_held"));
    assert_eq!(held.got, format!("{}, held by order {}", good.order_number, holder.id));
    assert_eq!(world.simulator.traffic().await.of("POST /v2/orders"), 1, "only the order itself");
}

async fn a_preview_under_the_id_of_a_call_is_no_other_request(world: World) {
    let request = create(&new_request_id(), draft(LEGO, "ideal"));
    let dry = CreateOrderRequest { validate_only: true, ..request.clone() };
    let preview = world.orders().create_order(dry.clone()).await.unwrap().into_inner();
    assert_eq!(preview.id, "");
    let order = world.orders().create_order(request.clone()).await.unwrap().into_inner();
    for again in [dry, request] {
        assert_eq!(world.orders().create_order(again).await.unwrap().into_inner().id, order.id);
    }
    assert_eq!(world.simulator.traffic().await.of("POST /v2/orders"), 1);
}

async fn a_number_that_is_held_is_named_with_the_order_that_holds_it(world: World) {
    let order = world.create(numbered("2026-1337", "ideal")).await;
    for validate_only in [true, false] {
        let again = create(&new_request_id(), numbered("2026-1337", "ideal"));
        let answer = world.orders().create_order(CreateOrderRequest { validate_only, ..again }).await;
        let refused = refusal(answer);
        assert_eq!(refused.kind(), (Code::AlreadyExists, "ORDER_NUMBER_HELD"));
        assert!(refused.message.contains("\"2026-1337\""), "{}", refused.message);
        assert!(refused.message.contains(&order.id), "{}", refused.message);
    }
}

async fn who_ships_a_line_by_an_id_it_does_not_have_is_told_those_there_are(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let mine = order.lines[1].id.clone();
    let theirs = order.lines[1].mollie_line_id.clone();
    let all = order.lines.iter().map(|line| &*line.id).collect::<Vec<_>>().join(", ");
    for (given, expected) in [
        (theirs, format!("{mine}, this service's id of the line")),
        ("odl_none".to_owned(), format!("a line of the order: {all}")),
        ("99".to_owned(), format!("a line of the order: {all}")),
    ] {
        let mut request = ship(&order, 1, 1, None);
        request.lines[0].line_id.clone_from(&given);
        let refused = refusal(world.orders().create_shipment(request).await);
        assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
        let reported = format!("lines[0].line_id: expected {expected}, got {given}");
        assert_eq!(refused.message.lines().last(), Some(&*reported));
    }
    world.orders().create_shipment(ship(&order, 1, 1, None)).await.unwrap();
}

/// An order of as many lines as there may be, of some 600 kB.
pub fn large() -> OrderDraft {
    let line = OrderLineDraft {
        name: "A thing with a name as long as such names are. ".repeat(5),
        quantity: 1,
        unit_price: Some(amount("1.00")),
        total_amount: Some(amount("1.00")),
        vat_rate: "21.00".to_owned(),
        vat_amount: Some(amount("0.17")),
        ..OrderLineDraft::default()
    };
    let sum = amount(&format!("{LINES}.00"));
    OrderDraft { amount: Some(sum), lines: vec![line; LINES], ..numbered(&new_request_id(), "ideal") }
}

async fn orders_too_large_for_one_answer_come_on_several_pages(world: World) {
    let mut placed = Vec::new();
    for _ in 0..9 {
        placed.push(world.create(large()).await.id);
    }
    let (mut listed, mut page_token, mut pages) = (Vec::<Order>::new(), String::new(), 0);
    loop {
        let request = ListOrdersRequest { page_size: 250, page_token, ..Default::default() };
        // This client takes 4 MiB.
        let page = world.orders().list_orders(request).await.unwrap().into_inner();
        assert!(page.encoded_len() <= ANSWER + 100, "{} bytes", page.encoded_len());
        (pages, page_token) = (pages + 1, page.next_page_token);
        listed.extend(page.orders);
        if page_token.is_empty() {
            break;
        }
    }
    placed.reverse();
    let ids: Vec<_> = listed.iter().map(|order| order.id.clone()).collect();
    assert_eq!(ids, placed, "each once, newest first");
    let bytes: usize = listed.iter().map(Message::encoded_len).sum();
    assert!(bytes > ANSWER && pages > 1, "{bytes} bytes on {pages} pages");
}

async fn a_page_of_more_orders_than_are_loaded_at_once_is_whole(world: World) {
    let mut placed = Vec::new();
    for _ in 0..104 {
        placed.push(world.create(numbered(&new_request_id(), "ideal")).await.id);
    }
    placed.reverse();
    for (page_size, sizes) in [(103, &[103, 1][..]), (104, &[104]), (250, &[104])] {
        let (mut listed, mut page_token) = (Vec::new(), String::new());
        for size in sizes {
            let request = ListOrdersRequest { page_size, page_token, ..Default::default() };
            let page = world.orders().list_orders(request).await.unwrap().into_inner();
            assert_eq!(page.orders.len(), *size, "pages of {page_size}");
            listed.extend(page.orders.into_iter().map(|order| order.id));
            page_token = page.next_page_token;
        }
        assert_eq!(
            (listed == placed, &*page_token),
            (true, ""),
            "pages of {page_size}: each once, newest first"
        );
    }
}
