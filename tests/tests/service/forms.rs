//! Forms of a draft over the real program and the simulator: what is refused here, what is sent in another spelling, and
//! what only Mollie can refuse.

use tests::proto::{CreateOrderRequest, OrderDraft, PaymentParameters};
use tests::{LEGO, World, draft, new_request_id, on_both_engines, refusal};
use tonic::Code;

use crate::requests::create;

on_both_engines!(
    what_mollie_would_stumble_over_never_reaches_it,
    an_order_is_placed_with_the_spelling_that_mollie_can_take,
    a_method_that_only_mollie_knows_to_be_wrong_comes_back_on_the_callers_path,
);

type Change = fn(&mut OrderDraft);

const WRONG: [(&str, Change); 9] = [
    ("draft.billing_address.email", |draft| {
        draft.billing_address.as_mut().unwrap().email = "jörg@example.de".to_owned();
    }),
    ("draft.payment.due_date", |draft| {
        draft.payment = Some(PaymentParameters { due_date: "20991205".to_owned(), ..Default::default() });
    }),
    ("draft.expires_on", |draft| draft.expires_on = "2099-12-05T23:30:00-08:00".to_owned()),
    ("draft.consumer_date_of_birth", |draft| draft.consumer_date_of_birth = "19580131".to_owned()),
    ("draft.redirect_url", |draft| draft.redirect_url = "https://?".to_owned()),
    ("draft.lines[0].image_url", |draft| draft.lines[0].image_url = "https:///a.jpg".to_owned()),
    ("draft.lines[0].vat_rate", |draft| draft.lines[0].vat_rate = "00021.00".to_owned()),
    ("draft.amount.currency", |draft| draft.amount.as_mut().unwrap().currency = "XTS".to_owned()),
    ("draft.locale", |draft| draft.locale = "nl".to_owned()),
];

async fn what_mollie_would_stumble_over_never_reaches_it(world: World) {
    for (path, spoil) in WRONG {
        let mut wrong = draft(LEGO, "ideal");
        spoil(&mut wrong);
        let refused = refusal(world.orders().create_order(create(&new_request_id(), wrong)).await);
        assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"), "{path}");
        assert!(refused.violations.iter().any(|(reported, _)| reported == path), "{path}: {refused:?}");
        assert!(
            !refused.message.contains("example.de") && !refused.message.contains("19580131"),
            "{refused:?}"
        );
    }
    assert_eq!(world.simulator.traffic().await.of("POST /v2/orders"), 0, "nothing was sent");
}

async fn an_order_is_placed_with_the_spelling_that_mollie_can_take(world: World) {
    let mut order = draft(LEGO, "ideal");
    order.billing_address.as_mut().unwrap().email = "piet@müller.example".to_owned();
    order.redirect_url = "HTTPS://Müller.Example/Thanks".to_owned();
    let order = world.create(order).await;
    let theirs = world.simulator.order(&order.mollie_order_id).await;
    let (email, page) = ("piet@xn--mller-kva.example", "https://xn--mller-kva.example/Thanks");
    assert_eq!((&theirs["billingAddress"]["email"], &theirs["redirectUrl"]), (&email.into(), &page.into()));
    assert_eq!((order.billing_address.unwrap().email.as_str(), order.redirect_url.as_str()), (email, page));
}

async fn a_method_that_only_mollie_knows_to_be_wrong_comes_back_on_the_callers_path(world: World) {
    let request = create(&new_request_id(), draft(LEGO, "idealo"));
    let dry = CreateOrderRequest { validate_only: true, request_id: new_request_id(), ..request.clone() };
    world.orders().create_order(dry).await.unwrap();
    for _ in 0..2 {
        let refused = refusal(world.orders().create_order(request.clone()).await);
        assert_eq!(refused.kind(), (Code::FailedPrecondition, "MOLLIE_REFUSED"));
        let reported = "The payment method is invalid.".to_owned();
        assert_eq!(refused.message, format!("Mollie refused draft.method: {reported}"));
        assert_eq!(refused.violations, [("draft.method".to_owned(), reported.clone())]);
        assert_eq!(refused.unmet, [("draft.method".to_owned(), reported)]);
        assert_eq!(
            (&*refused.metadata["field"], &*refused.metadata["mollie_field"]),
            ("draft.method", "method")
        );
    }
}
