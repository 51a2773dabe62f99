//! A webhook: the path on the first line, and the body below. The path is that of the sample order, or of none; what the body
//! names is kept, and the order is looked up at a Mollie that does not answer.

use domain::rules::webhook_hint;
use domain::workflow::{hook_address, parse_hook_path};

use crate::desk::Desk;
use crate::play::judge;
use crate::sample::Sample;
use crate::target::Reached;
use crate::wire::Mouth;

/// The public address of a desk.
const BASE: &str = "https://shop.example";
const OURS: &str = "hook";
const HINTED: &str = "hook with an id";

pub fn run(input: &[u8]) -> Option<Reached> {
    let end = input.iter().position(|byte| *byte == b'\n')?;
    let (path, body) = (std::str::from_utf8(&input[..end]).ok()?, &input[end + 1..]);
    let kept = Sample::Paid.kept();
    let desk = Desk::new(kept, Mouth::of(Vec::new()));
    let found = parse_hook_path(&desk, path);
    let hint = webhook_hint::in_body(body);
    if let Some(hint) = hint {
        assert!(webhook_hint::is_hint(hint), "a hint that is none: {hint}");
        let is_known = Some(hint) == kept.order.mollie_id.as_ref().map(|id| id.as_str());
        let is_new = webhook_hint::name_duplicates(&kept.order, &[hint.to_owned()]);
        assert!(!(is_known && is_new), "the order's own id is none that it knows");
    }
    let about = if hint.is_some() { HINTED } else { OURS };
    let Some(address) = found.filter(|address| address.order_id == kept.order.id) else {
        return Some(Reached { about, is_taken: false });
    };
    let parts = [address.order_id.to_string(), address.request, address.token].join("/");
    assert_eq!(format!("/webhooks/mollie/{parts}").to_ascii_lowercase(), path.to_ascii_lowercase());
    desk.hook(address.order_id, hint);
    judge(&desk, address.order_id);
    Some(Reached { about, is_taken: true })
}

pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let kept = Sample::Paid.kept();
    let address = hook_address(&Desk::empty(kept, Mouth::of(Vec::new())), &kept.order);
    let path = address.strip_prefix(BASE).unwrap_or(&address).to_owned();
    let own = kept.order.mollie_id.as_ref().map_or("", |id| id.as_str());
    let seed = |name: &str, body: &str| (name.to_owned(), format!("{path}\n{body}").into_bytes());
    vec![
        seed("empty", ""),
        seed("its-own-id", &format!("id={own}")),
        seed("a-payment", "id=tr_7UhSN1zuXS"),
        seed("a-longer-form", "testmode=1&id=ord_1.rsa7lu\n"),
        ("nobodys".to_owned(), b"/webhooks/mollie/0192/a/b\nid=tr_1".to_vec()),
    ]
}

pub fn subjects() -> Vec<&'static str> {
    vec![OURS, HINTED]
}
