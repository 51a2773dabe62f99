//! The form of texts, page tokens and deadlines: one rule for every message, and the same answer on both engines.

use prost::Message;
use tests::proto::get_order_request::{Key, OrderNumber};
use tests::proto::{
    CancelOrderRequest, CreateOrderRequest, GetOperationRequest, GetOrderRequest, GetShipmentRequest,
    ListOperationsRequest, ListOrderEventsRequest, ListOrdersRequest, ListShipmentsRequest, OperationFilter,
    OrderDraft, OrderFilter, SyncOrderRequest, Tracking,
};
use tests::{LEGO, Refusal, World, framed, new_request_id, on_both_engines, refusal, send};
use tonic::{Code, Response};

use crate::requests::{cancel, create, ship};

on_both_engines!(
    a_control_character_is_refused_in_every_text_of_every_request,
    a_text_longer_than_its_bound_is_refused_before_anything_is_looked_for,
    a_text_of_blanks_only_is_a_missing_one,
    all_control_characters_are_told_beside_every_other_fault,
    metadata_may_have_line_breaks_and_is_given_back_as_it_was,
    a_page_token_of_another_list_or_out_of_range_is_refused,
    a_time_that_no_calendar_has_is_refused,
);

/// A draft with a number of its own.
fn draft() -> OrderDraft {
    OrderDraft { order_number: new_request_id(), ..tests::draft(LEGO, "ideal") }
}

/// How a call is refused.
async fn refused(world: &World, method: &str, request: &impl Message) -> Refusal {
    let method = format!("orders.v1.{method}");
    let answer = send(world.service.channel(), &method, &[], framed(&request.encode_to_vec())).await;
    refusal(answer.map_or(Ok(Response::new(())), Err))
}

async fn is_refused_at(world: &World, method: &str, request: &impl Message, path: &str) {
    let reported = refused(world, method, request).await;
    assert_eq!(reported.kind(), (Code::InvalidArgument, "INVALID_REQUEST"), "{method} {path}: {reported:?}");
    assert!(reported.violations.iter().any(|(at, _)| at == path), "{method} {path}: {reported:?}");
}

/// Every way to ask with a text that is looked for, and where it stands.
async fn asked_with(world: &World, text: &str) {
    let key = |key| GetOrderRequest { key: Some(key) };
    let number = |profile: &str, number: &str| {
        let (profile, order_number) = (profile.to_owned(), number.to_owned());
        key(Key::OrderNumber(OrderNumber { profile, order_number }))
    };
    let get = "OrderService/GetOrder";
    is_refused_at(world, get, &key(Key::Id(text.to_owned())), "id").await;
    is_refused_at(world, get, &key(Key::MollieOrderId(text.to_owned())), "mollie_order_id").await;
    is_refused_at(world, get, &number("main", text), "order_number.order_number").await;
    is_refused_at(world, get, &number(text, "1"), "order_number.profile").await;
    let list = |filter| ListOrdersRequest { filter: Some(filter), ..Default::default() };
    let profile = list(OrderFilter { profile: text.to_owned(), ..Default::default() });
    is_refused_at(world, "OrderService/ListOrders", &profile, "filter.profile").await;
    let number = list(OrderFilter { order_number: text.to_owned(), ..Default::default() });
    is_refused_at(world, "OrderService/ListOrders", &number, "filter.order_number").await;
    let filter = OperationFilter { profile: text.to_owned(), ..Default::default() };
    let operations = ListOperationsRequest { filter: Some(filter), ..Default::default() };
    is_refused_at(world, "OperationService/ListOperations", &operations, "filter.profile").await;
    let sync = SyncOrderRequest { id: text.to_owned() };
    is_refused_at(world, "OrderService/SyncOrder", &sync, "id").await;
    let shipment = GetShipmentRequest { id: text.to_owned() };
    is_refused_at(world, "OrderService/GetShipment", &shipment, "id").await;
    let operation = GetOperationRequest { id: text.to_owned() };
    is_refused_at(world, "OrderService/GetOperation", &operation, "id").await;
}

async fn a_control_character_is_refused_in_every_text_of_every_request(world: World) {
    let order = world.create_and_check_out(draft(), "paid").await;
    for odd in ["\0", "a\0b", "a\u{1b}b", "a\nb", "a\tb", "a\u{85}b"] {
        asked_with(&world, odd).await;
        let mut wrong = draft();
        wrong.order_number = odd.to_owned();
        wrong.lines[0].name = format!("LEGO {odd}");
        wrong.lines[1].sku = odd.to_owned();
        let address = wrong.billing_address.as_mut().unwrap();
        (address.given_name, address.street_additional) = (format!("Piet {odd}"), odd.to_owned());
        let mut request = create(&new_request_id(), wrong);
        request.actor = odd.to_owned();
        for path in [
            "draft.order_number",
            "draft.lines[0].name",
            "draft.lines[1].sku",
            "draft.billing_address.given_name",
            "draft.billing_address.street_additional",
            "actor",
        ] {
            is_refused_at(&world, "OrderService/CreateOrder", &request, path).await;
        }
        let mut shipment = ship(&order, 0, 1, None);
        shipment.tracking =
            Some(Tracking { carrier: odd.to_owned(), code: odd.to_owned(), url: format!("https://a/{odd}") });
        for path in ["tracking.carrier", "tracking.code", "tracking.url"] {
            is_refused_at(&world, "OrderService/CreateShipment", &shipment, path).await;
        }
        let cancel = CancelOrderRequest { release_line_ids: vec![odd.to_owned()], ..cancel(&order) };
        is_refused_at(&world, "OrderService/CancelOrder", &cancel, "release_line_ids[0]").await;
    }
}

async fn a_text_longer_than_its_bound_is_refused_before_anything_is_looked_for(world: World) {
    asked_with(&world, &"a".repeat(900_000)).await;
    let mut long = draft();
    long.lines[0].quantity_unit = "p".repeat(100_000);
    let long = create(&new_request_id(), long);
    is_refused_at(&world, "OrderService/CreateOrder", &long, "draft.lines[0].quantity_unit").await;
}

async fn a_text_of_blanks_only_is_a_missing_one(world: World) {
    let order = world.create_and_check_out(draft(), "paid").await;
    for blank in ["", " ", " \u{a0}\u{2003} "] {
        let mut wanting = draft();
        (wanting.order_number, wanting.locale) = (blank.to_owned(), blank.to_owned());
        wanting.billing_address.as_mut().unwrap().country = blank.to_owned();
        let reported = refused(&world, "OrderService/CreateOrder", &create(blank, wanting)).await;
        assert_eq!(reported.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
        let paths: Vec<_> = reported.violations.iter().map(|(path, _)| path.as_str()).collect();
        let wanted = ["request_id", "draft.order_number", "draft.locale", "draft.billing_address.country"];
        assert_eq!(paths, wanted, "{blank:?}: {reported:?}");
        let key = Some(Key::MollieOrderId(blank.to_owned()));
        is_refused_at(&world, "OrderService/GetOrder", &GetOrderRequest { key }, "mollie_order_id").await;

        // Where a text may be left out, it is.
        let mut complete = draft();
        complete.order_number = new_request_id();
        (complete.lines[0].sku, complete.lines[0].image_url) = (blank.to_owned(), blank.to_owned());
        complete.cancel_url = blank.to_owned();
        let address = complete.billing_address.as_mut().unwrap();
        (address.title, address.region) = (blank.to_owned(), blank.to_owned());
        let request = CreateOrderRequest {
            profile: blank.to_owned(),
            actor: blank.to_owned(),
            ..create(&new_request_id(), complete)
        };
        let placed = world.orders().create_order(request).await.unwrap().into_inner();
        let kept = (placed.lines[0].sku.as_str(), placed.billing_address.unwrap().region);
        assert_eq!(kept, ("", String::new()));
        let filter = OrderFilter { order_number: blank.to_owned(), ..Default::default() };
        let request = ListOrdersRequest { filter: Some(filter), page_token: blank.to_owned(), page_size: 0 };
        assert!(!world.orders().list_orders(request).await.unwrap().into_inner().orders.is_empty());
    }
    assert!(world.order(&order.id).await.lines[0].quantity_shipped == 0);
}

async fn all_control_characters_are_told_beside_every_other_fault(world: World) {
    let mut wrong = draft();
    wrong.lines[0].name = "a\0".to_owned();
    wrong.lines[0].vat_rate = "21 %".to_owned();
    wrong.lines[1].category = "b\0".to_owned();
    let reported = refused(&world, "OrderService/CreateOrder", &create("", wrong)).await;
    for path in ["request_id", "draft.lines[0].name", "draft.lines[0].vat_rate", "draft.lines[1].category"] {
        assert_eq!(
            reported.violations.iter().filter(|(at, _)| at == path).count(),
            1,
            "{path}: {reported:?}"
        );
    }
}

async fn metadata_may_have_line_breaks_and_is_given_back_as_it_was(world: World) {
    let text = |text: &str| prost_types::Value {
        kind: Some(prost_types::value::Kind::StringValue(text.to_owned())),
    };
    let mut noted = draft();
    noted.metadata = Some(text("ring twice\r\n\tthen wait "));
    noted.lines[0].metadata = Some(text(" "));
    let order = world.create(noted).await;
    assert_eq!(order.metadata, Some(text("ring twice\r\n\tthen wait ")));
    assert_eq!(order.lines[0].metadata, Some(text(" ")));
    let mut noted = draft();
    noted.lines[0].metadata = Some(text("ring\0"));
    let request = create(&new_request_id(), noted);
    is_refused_at(&world, "OrderService/CreateOrder", &request, "draft.lines[0].metadata").await;
}

async fn a_page_token_of_another_list_or_out_of_range_is_refused(world: World) {
    let orders = [world.create(draft()).await, world.create(draft()).await];
    let events = |of: usize, page_token: &str| ListOrderEventsRequest {
        order_id: orders[of].id.clone(),
        page_size: 1,
        page_token: page_token.to_owned(),
    };
    let list = |page_token: &str| ListOrdersRequest {
        page_token: page_token.to_owned(),
        page_size: 1,
        filter: None,
    };
    let shipments = |page_token: &str| ListShipmentsRequest {
        order_id: orders[0].id.clone(),
        page_size: 1,
        page_token: page_token.to_owned(),
    };
    let operations = |page_token: &str| ListOperationsRequest {
        page_token: page_token.to_owned(),
        page_size: 1,
        filter: None,
    };
    let of_events =
        world.orders().list_order_events(events(0, "")).await.unwrap().into_inner().next_page_token;
    let of_orders = world.orders().list_orders(list("")).await.unwrap().into_inner().next_page_token;
    assert!(!of_events.is_empty() && !of_orders.is_empty());
    // Each is taken where it belongs.
    world.orders().list_order_events(events(0, &of_events)).await.unwrap();
    world.orders().list_orders(list(&of_orders)).await.unwrap();
    is_refused_at(&world, "OrderService/ListOrderEvents", &events(1, &of_events), "page_token").await;
    for token in [of_events.as_str(), "18446744073709551615", "9223372036854775808", "-1", "+1", "1", "x"] {
        is_refused_at(&world, "OrderService/ListOrders", &list(token), "page_token").await;
        is_refused_at(&world, "OrderService/ListShipments", &shipments(token), "page_token").await;
        is_refused_at(&world, "OperationService/ListOperations", &operations(token), "page_token").await;
    }
    is_refused_at(&world, "OperationService/ListOperations", &operations(&of_orders), "page_token").await;
    is_refused_at(&world, "OrderService/ListOrderEvents", &events(0, &of_orders), "page_token").await;
    let (stem, _) = of_events.rsplit_once('.').unwrap();
    for number in ["18446744073709551615", "9223372036854775808", "-1", "+1", "01"] {
        let token = events(0, &format!("{stem}.{number}"));
        is_refused_at(&world, "OrderService/ListOrderEvents", &token, "page_token").await;
    }
    let (place, id) = of_orders.rsplit_once('.').unwrap();
    let (kind, _) = place.split_once('.').unwrap();
    for time in ["-377705023201000000", "9223372036854775808", "253402300800000000"] {
        let token = list(&format!("{kind}.{time}.{id}"));
        is_refused_at(&world, "OrderService/ListOrders", &token, "page_token").await;
    }
}

async fn a_time_that_no_calendar_has_is_refused(world: World) {
    // Protocol Buffers' own range is the years 1 to 9999.
    for (seconds, nanos) in
        [(-62_135_596_801, 0), (253_402_300_800, 0), (i64::MIN, 0), (0, -1), (0, 1_000_000_000)]
    {
        let time = Some(prost_types::Timestamp { seconds, nanos });
        for (path, filter) in [
            ("filter.created_from_time", OrderFilter { created_from_time: time, ..Default::default() }),
            ("filter.created_before_time", OrderFilter { created_before_time: time, ..Default::default() }),
        ] {
            let request = ListOrdersRequest { filter: Some(filter), ..Default::default() };
            is_refused_at(&world, "OrderService/ListOrders", &request, path).await;
        }
    }
    for seconds in [-62_135_596_800, 253_402_300_799] {
        let time = Some(prost_types::Timestamp { seconds, nanos: 999_999_999 });
        let filter = OrderFilter { created_from_time: time, ..Default::default() };
        let request = ListOrdersRequest { filter: Some(filter), ..Default::default() };
        world.orders().list_orders(request).await.unwrap();
    }
}
