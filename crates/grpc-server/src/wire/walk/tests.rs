use proptest::prelude::*;
use prost::encoding::{encode_key, encode_varint};
use prost::{Message, Name};
use prost_types::value::Kind as Json;
use prost_types::{ListValue, Value};

use super::*;
use crate::proto::*;
use crate::wire::bounds::DEPTH;
use crate::wire::{SHAPES, codec};

fn place<M: Name>() -> usize {
    SHAPES.request(&M::full_name()).unwrap()
}

fn walked<M: Name>(bytes: &[u8]) -> Result<Texts, Refused> {
    walk(&SHAPES, place::<M>(), bytes)
}

/// The path and rule of each fault of a request that has some.
fn faults<M: Name>(bytes: &[u8]) -> Vec<(String, &'static str)> {
    let refused = walked::<M>(bytes).unwrap_err();
    refused.faults.into_iter().map(|fault| (fault.path, fault.rule)).collect()
}

fn draft(change: impl FnOnce(&mut OrderDraft)) -> Vec<u8> {
    let mut draft = OrderDraft::default();
    change(&mut draft);
    CreateOrderRequest { draft: Some(draft), ..Default::default() }.encode_to_vec()
}

fn delimited(number: u32, content: &[u8], bytes: &mut Vec<u8>) {
    encode_key(number, WireType::LengthDelimited, bytes);
    encode_varint(content.len() as u64, bytes);
    bytes.extend(content);
}

/// Nested lists, written from the innermost outwards.
fn nested(levels: u32) -> Vec<u8> {
    (0..levels).fold(Vec::new(), |value, _| {
        let (mut list, mut outer) = (Vec::new(), Vec::new());
        delimited(1, &value, &mut list);
        delimited(6, &list, &mut outer);
        outer
    })
}

fn with_metadata(value: &[u8]) -> Vec<u8> {
    let (mut draft, mut request) = (Vec::new(), Vec::new());
    delimited(12, value, &mut draft);
    delimited(2, &draft, &mut request);
    request
}

#[test]
fn a_list_as_long_as_its_bound_passes_and_one_longer_is_refused_with_both_numbers() {
    let lines = |count| draft(|draft| draft.lines = vec![OrderLineDraft::default(); count]);
    assert!(walked::<CreateOrderRequest>(&lines(1_000)).is_ok());
    let refused = walked::<CreateOrderRequest>(&lines(1_001)).unwrap_err();
    let fault = &refused.faults[0];
    assert_eq!((fault.path.as_str(), fault.rule), ("draft.lines", "request.elements"));
    assert_eq!((fault.expected.as_str(), fault.got.as_str()), ("at most 1000", "1001"));
    assert!(!refused.unreadable);

    let methods = |count| draft(|draft| draft.method = vec!["ideal".to_owned(); count]);
    assert!(walked::<CreateOrderRequest>(&methods(64)).is_ok());
    assert_eq!(faults::<CreateOrderRequest>(&methods(65)), [("draft.method".to_owned(), "request.elements")]);

    let selected = |count| {
        let lines = vec![ShipmentLineSelection::default(); count];
        CreateShipmentRequest { lines, ..Default::default() }.encode_to_vec()
    };
    assert!(walked::<CreateShipmentRequest>(&selected(1_000)).is_ok());
    assert_eq!(faults::<CreateShipmentRequest>(&selected(1_001)), [("lines".to_owned(), "request.elements")]);
}

#[test]
fn values_of_an_enum_are_counted_packed_or_one_by_one() {
    let packed = |count| {
        let filter = OrderFilter { statuses: vec![1; count], ..Default::default() };
        ListOrdersRequest { filter: Some(filter), ..Default::default() }.encode_to_vec()
    };
    let single = |count| {
        let (filter, mut request) = ([0x10, 0x01].repeat(count), Vec::new());
        delimited(1, &filter, &mut request);
        request
    };
    for bytes in [packed(9), single(9)] {
        assert!(walked::<ListOrdersRequest>(&bytes).is_ok());
    }
    for bytes in [packed(10), single(10), packed(100_000)] {
        let reported = faults::<ListOrdersRequest>(&bytes);
        assert_eq!(reported, [("filter.statuses".to_owned(), "request.elements")]);
    }
}

#[test]
fn a_single_message_sent_twice_is_refused_because_its_lists_would_be_joined() {
    let half = draft(|draft| draft.lines = vec![OrderLineDraft::default(); 600]);
    let reported = faults::<CreateOrderRequest>(&half.repeat(2));
    assert_eq!(reported, [("draft".to_owned(), "request.once")]);
}

#[test]
fn metadata_may_be_as_deep_as_allowed_and_no_deeper() {
    assert!(walked::<CreateOrderRequest>(&with_metadata(&nested(DEPTH))).is_ok());
    for levels in [DEPTH + 1, 40, 10_000] {
        let reported = faults::<CreateOrderRequest>(&with_metadata(&nested(levels)));
        assert_eq!(reported, [("draft.metadata".to_owned(), "request.depth")], "{levels}");
    }
}

#[test]
fn a_message_that_passes_is_never_too_deep_for_the_decoder() {
    let fields = (0..DEPTH).fold(Value::default(), |value, _| {
        let fields = [("a".to_owned(), value)].into_iter().collect();
        Value { kind: Some(Json::StructValue(prost_types::Struct { fields })) }
    });
    let line = OrderLineDraft { metadata: Some(fields), ..Default::default() };
    let bytes = draft(|draft| draft.lines = vec![line]);
    assert!(codec::read::<CreateOrderRequest>(Some(place::<CreateOrderRequest>()), bytes.into()).is_ok());
}

#[test]
fn all_messages_of_a_request_together_are_bounded() {
    let list = |count| {
        Some(Value { kind: Some(Json::ListValue(ListValue { values: vec![Value::default(); count] })) })
    };
    let line = |count| OrderLineDraft { metadata: list(count), ..Default::default() };
    // A draft; for each line the line, its metadata, the list and its values.
    let full =
        |count: usize| draft(|draft| draft.lines = vec![line(count); (MESSAGES as usize - 1) / (count + 3)]);
    assert!(walked::<CreateOrderRequest>(&full(1_000)).is_ok());
    let bytes = draft(|draft| draft.lines = vec![line(1_000); 66]);
    let reported = faults::<CreateOrderRequest>(&bytes);
    assert_eq!(reported, [("draft.lines[65].metadata".to_owned(), "request.messages")]);
}

#[test]
fn all_faults_are_reported_at_once() {
    let mut bytes = draft(|draft| {
        draft.method = vec!["ideal".to_owned(); 65];
        draft.lines = vec![OrderLineDraft::default(); 1_001];
        draft.lines[7].name = "name".to_owned();
        draft.locale = "nl_NL".to_owned();
    });
    for text in [&b"name"[..], b"nl_NL"] {
        let at = bytes.windows(text.len()).position(|window| window == text).unwrap();
        bytes[at] = 0xff;
    }
    bytes.extend([0x0a, 0x05, b'a']);
    let refused = walked::<CreateOrderRequest>(&bytes).unwrap_err();
    assert!(refused.unreadable);
    let reported: Vec<_> = refused.faults.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(reported, ["draft.lines[7].name", "draft.locale", "draft.lines", "draft.method", "request"]);
}

/// The path and rule of each fault in the texts of a request.
fn odd_texts<M: Name>(bytes: &[u8]) -> Vec<(String, &'static str)> {
    walked::<M>(bytes).unwrap().faults.into_iter().map(|fault| (fault.path, fault.rule)).collect()
}

#[test]
fn control_characters_are_reported_in_every_text() {
    for odd in ["\0", "\n", "\t", "\u{7f}", "\u{9f}"] {
        let bytes = draft(|draft| {
            draft.method = vec!["ideal".to_owned(), odd.to_owned()];
            draft.lines = vec![OrderLineDraft { sku: odd.to_owned(), ..Default::default() }];
        });
        let reported = odd_texts::<CreateOrderRequest>(&bytes);
        let paths = ["draft.lines[0].sku", "draft.method[1]"].map(|path| (path.to_owned(), "text.control"));
        assert_eq!(reported, paths, "{odd:?}");
    }
}

#[test]
fn json_may_have_lines_and_its_odd_characters_are_reported_once_at_its_field() {
    let text = |text: &str| Value { kind: Some(Json::StringValue(text.to_owned())) };
    let list = |one: &str| Value { kind: Some(Json::ListValue(ListValue { values: vec![text(one); 3] })) };
    let with = |one: &str| {
        let fields = [(one.to_owned(), list(one))].into_iter().collect();
        let object = prost_types::Struct { fields };
        let payment = PaymentParameters { extra_merchant_data: Some(object), ..Default::default() };
        draft(|draft| (draft.metadata, draft.payment) = (Some(list(one)), Some(payment)))
    };
    assert!(odd_texts::<CreateOrderRequest>(&with("a\r\n\tb")).is_empty());
    let reported = odd_texts::<CreateOrderRequest>(&with("a\0b"));
    let paths = ["draft.payment.extra_merchant_data", "draft.metadata"];
    assert_eq!(reported, paths.map(|path| (path.to_owned(), "text.control")));
}

#[test]
fn a_text_may_have_as_many_characters_as_its_bound_and_no_more() {
    let number = |length| {
        let filter = OrderFilter { order_number: "ü".repeat(length), ..Default::default() };
        ListOrdersRequest { filter: Some(filter), ..Default::default() }.encode_to_vec()
    };
    assert!(odd_texts::<ListOrdersRequest>(&number(255)).is_empty());
    let reported = odd_texts::<ListOrdersRequest>(&number(256));
    assert_eq!(reported, [("filter.order_number".to_owned(), "text.length")]);
}

#[test]
fn faults_beyond_the_hundredth_are_counted_only() {
    let bytes = draft(|draft| {
        draft.lines = vec![OrderLineDraft { sku: "a".to_owned(), ..Default::default() }; 1_000]
    });
    let bytes: Vec<_> = bytes.into_iter().map(|byte| if byte == b'a' { 0xff } else { byte }).collect();
    let refused = walked::<CreateOrderRequest>(&bytes).unwrap_err();
    assert_eq!((refused.faults.len(), refused.more), (100, 900));
}

#[test]
fn groups_and_fields_of_another_type_are_not_read() {
    for bytes in
        [&[0x0b, 0x0c][..], &[0x08, 0x01], &[0x0d, 1, 2, 3, 4], &[0x12], &[0x12, 0x7f], &[0xff], &[0x02, 0]]
    {
        assert_eq!(faults::<CreateOrderRequest>(bytes)[0].1, "request.bytes", "{bytes:?}");
    }
}

/// Shrinkable randomness: the next number below a bound, from bytes that proptest drew.
struct Draw<'a>(std::slice::Iter<'a, u8>);

impl Draw<'_> {
    fn below(&mut self, bound: usize) -> usize {
        self.0.next().map_or(0, |byte| usize::from(*byte) % bound)
    }
}

/// A valid message of a shape: each field left out, or as often as allowed.
fn message(place: usize, draw: &mut Draw<'_>, depth: u32) -> Vec<u8> {
    let (shape, mut bytes) = (SHAPES.at(place), Vec::new());
    for number in 1..64 {
        let Some(field) = shape.field(number) else { continue };
        let most = field.bound.map_or(1, |(_, most)| most.min(4));
        for _ in 0..draw.below(most as usize + 1) {
            match field.kind {
                // A second member of a oneof would replace the first; nothing is nested deeper than this.
                Kind::Message(_) if depth == 0 => (),
                Kind::Message(child) => delimited(number, &message(child, draw, depth - 1), &mut bytes),
                Kind::Text(_) | Kind::Bytes => delimited(number, &b"some text"[..draw.below(10)], &mut bytes),
                Kind::Varint => {
                    encode_key(number, WireType::Varint, &mut bytes);
                    encode_varint(draw.below(256) as u64, &mut bytes);
                }
                Kind::Fixed32 | Kind::Fixed64 => {
                    encode_key(number, written(field.kind), &mut bytes);
                    let size = if field.kind == Kind::Fixed32 { 4 } else { 8 };
                    bytes.extend((0..size).map(|_| u8::try_from(draw.below(256)).unwrap()));
                }
            }
        }
    }
    bytes
}

/// Whether the walk's verdict on these bytes agrees with the decoder.
fn agree<M: Message + Name + Default + PartialEq + std::fmt::Debug>(
    bytes: &[u8],
    valid: bool,
) -> Result<(), TestCaseError> {
    let decoded = M::decode(bytes);
    match codec::read::<M>(Some(place::<M>()), bytes.to_vec().into()) {
        Ok(read) => prop_assert_eq!(decoded.ok(), Some(read)),
        Err(refused) => prop_assert!(!valid, "{:?}", refused),
    }
    if walked::<M>(bytes).is_ok() {
        prop_assert!(M::decode(bytes).is_ok(), "the walk lets pass an invalid {}", M::NAME);
    }
    Ok(())
}

macro_rules! for_each_request {
    ($check:ident, $bytes:expr, $valid:expr, $($request:ident)+) => {
        $($check::<$request>(&$bytes(place::<$request>()), $valid)?;)+
    };
}

macro_rules! every_request {
    ($bytes:expr, $valid:expr) => {
        for_each_request!(agree, $bytes, $valid, CreateOrderRequest GetOrderRequest ListOrdersRequest
            CancelOrderRequest CancelOrderLinesRequest SyncOrderRequest CreateShipmentRequest UpdateShipmentRequest GetShipmentRequest
            ListShipmentsRequest
            ListOrderEventsRequest GetOperationRequest ListOperationsRequest RetryOperationRequest
            ResolveOperationRequest CloseReviewItemRequest)
    };
}

proptest! {
    #[test]
    fn every_valid_request_passes_and_decodes_as_before(drawn in prop::collection::vec(any::<u8>(), 0..600)) {
        every_request!(|place| message(place, &mut Draw(drawn.iter()), 12), true);
    }

    #[test]
    fn whatever_the_walk_lets_pass_decodes(
        drawn in prop::collection::vec(any::<u8>(), 0..300),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let broken = |place| {
            let mut bytes = message(place, &mut Draw(drawn.iter()), 12);
            if !bytes.is_empty() {
                for (at, byte) in &changes {
                    let at = at.index(bytes.len());
                    bytes[at] = *byte;
                }
                bytes.truncate(cut.index(bytes.len() + 1));
            }
            bytes
        };
        every_request!(broken, false);
    }

    #[test]
    fn the_walk_ends_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        every_request!(|_| bytes.clone(), false);
    }
}
