//! Callers' requests: two chairs with a discount, and three lamps.

use std::sync::Arc;

use crate::submitted::cancel;
use crate::submitted::cancel_lines;
use crate::submitted::ship;
use domain::ports::Fingerprint;
use domain::rules::access::Access;
use domain::rules::address::Address;
use domain::rules::decision::Decision;
use domain::rules::draft::OrderDraft;
use domain::rules::ids::{Caller, LineId, MollieShipmentId, OrderId, ProfileName, RequestId};
use domain::rules::line::{LineDraft, LineType};
use domain::rules::line_cancellation::LineCancellationRequest;
use domain::rules::money::Money;
use domain::rules::part::Part;
use domain::rules::payment::PaymentParameters;
use domain::rules::placement::Mode;
use domain::rules::precondition::PreconditionReason;
use domain::rules::shipment::{LineSelection, Selection, ShipmentRequest, Tracking};
use domain::rules::snapshot::{ShipmentSnapshot, Snapshot};
use domain::rules::vat::VatRate;
use domain::workflow::place::place;
use domain::workflow::step::Progress;
use domain::workflow::{Intent, MutationError, Recorded};
use jiff::Timestamp;

use crate::ledger::add_shipment;
use crate::world::{World, secs};

pub fn euro(value: &str) -> Money {
    Money::parse("EUR", value).unwrap()
}

fn line(name: &str, quantity: u32, unit: &str, discount: Option<&str>, total: &str, vat: &str) -> LineDraft {
    LineDraft {
        line_type: LineType::Physical,
        category: None,
        name: name.to_owned(),
        quantity,
        quantity_unit: None,
        unit_price: euro(unit),
        discount_amount: discount.map(euro),
        total_amount: euro(total),
        vat: VatRate::parse("21.00").zip(Some(euro(vat))),
        sku: None,
        image_url: None,
        product_url: None,
        metadata: None,
        planned_ship_date: None,
        reference: None,
    }
}

pub fn draft(order_number: &str) -> OrderDraft {
    OrderDraft {
        order_number: order_number.to_owned(),
        amount: euro("758.00"),
        lines: vec![
            line("Chair", 2, "399.00", Some("100.00"), "698.00", "121.14"),
            line("Lamp", 3, "20.00", None, "60.00", "10.41"),
        ],
        billing_address: Some(Address { city: Some("Amsterdam".to_owned()), ..Address::default() }),
        shipping_address: None,
        consumer_date_of_birth: None,
        redirect_url: Some("https://shop.example/thanks".to_owned()),
        cancel_url: None,
        locale: Some("nl_NL".to_owned()),
        methods: Vec::new(),
        payment: PaymentParameters([("card_token".to_owned(), "tkn_secret".to_owned())].into()),
        metadata: None,
        expires_on: None,
        shopper_country_must_match_billing_country: None,
        continues: None,
        warnings: Vec::new(),
    }
}

/// Two mugs at 10.00, and 4.95 for sending them.
pub fn with_fee() -> OrderDraft {
    let fee = LineDraft { line_type: LineType::ShippingFee, ..line("Post", 1, "4.95", None, "4.95", "0.86") };
    let lines = vec![line("Mug", 2, "10.00", None, "20.00", "3.47"), fee];
    OrderDraft { amount: euro("24.95"), lines, ..draft("1337") }
}

/// Two mugs at 10.00, and a gift card of 5.00: an order of 15.00.
pub fn with_gift_card() -> OrderDraft {
    let gift = LineDraft {
        line_type: LineType::GiftCard,
        vat: VatRate::parse("0.00").zip(Some(euro("0.00"))),
        ..line("Gift card", 1, "-5.00", None, "-5.00", "0.00")
    };
    let lines = vec![line("Mug", 2, "10.00", None, "20.00", "3.47"), gift];
    OrderDraft { amount: euro("15.00"), lines, ..draft("1337") }
}

/// The chairs and lamps, and two stickers for nothing.
pub fn with_stickers() -> OrderDraft {
    let mut draft = draft("1337");
    draft.lines.push(line("Sticker", 2, "0.00", None, "0.00", "0.00"));
    draft
}

/// Two licences at 15.00 that nobody packs, a mug at 10.00, and 4.95 for sending it.
pub fn with_licences() -> OrderDraft {
    let licences =
        LineDraft { line_type: LineType::Digital, ..line("Licence", 2, "15.00", None, "30.00", "5.21") };
    let fee = LineDraft { line_type: LineType::ShippingFee, ..line("Post", 1, "4.95", None, "4.95", "0.86") };
    let lines = vec![line("Mug", 1, "10.00", None, "10.00", "1.74"), licences, fee];
    OrderDraft { amount: euro("44.95"), lines, ..draft("1337") }
}

/// The same licences, and a gift card of 5.00: an order of 25.00.
pub fn licences_with_gift_card() -> OrderDraft {
    let OrderDraft { lines: mut licences, .. } = with_licences();
    let OrderDraft { lines: mut gift, .. } = with_gift_card();
    OrderDraft { amount: euro("25.00"), lines: vec![licences.remove(1), gift.remove(1)], ..draft("1337") }
}

pub fn intent(method: &'static str, request_id: &str) -> Intent {
    Intent {
        caller: Caller::new("shop"),
        access: Access::everything(),
        earlier: None,
        request_id: RequestId::new(request_id),
        method,
        fingerprint: Fingerprint("one".to_owned()),
        other_fingerprints: Vec::new(),
        actor: Some("alice".to_owned()),
        etag: None,
        deadline: None,
    }
}

pub fn decision() -> Decision {
    Decision::parse("olga", "looked at the parcels").unwrap()
}

pub fn main_profile() -> (ProfileName, Mode) {
    (ProfileName::new("main"), Mode::Test)
}

pub fn chairs(quantity: u32) -> ShipmentRequest {
    named(1, quantity, None)
}

pub fn lamps(quantity: u32) -> ShipmentRequest {
    named(2, quantity, None)
}

pub fn tracked(request: ShipmentRequest, code: &str) -> ShipmentRequest {
    let tracking = Some(tracking(code));
    ShipmentRequest { tracking, ..request }
}

pub fn tracking(code: &str) -> Tracking {
    Tracking { carrier: "PostNL".to_owned(), code: code.to_owned(), url: None }
}

pub fn named(line: u32, quantity: u32, amount: Option<&str>) -> ShipmentRequest {
    let (line_id, amount) = (LineId::new(line), amount.map(euro));
    let selection = Selection::Lines(vec![LineSelection { line_id, quantity, amount }]);
    ShipmentRequest { selection, include_refunded: false, goods_left: false, tracking: None }
}

pub fn the_rest() -> ShipmentRequest {
    let selection = Selection::AllRemaining;
    ShipmentRequest { selection, include_refunded: false, goods_left: false, tracking: None }
}

/// Units of the first line are shipped in the dashboard.
pub fn ship_first_elsewhere(order: &mut Snapshot, id: &str, quantity: u32, value: &str, time: Timestamp) {
    let part = Part { quantity, amount: euro(value) };
    let shipment = ShipmentSnapshot {
        mollie_id: MollieShipmentId::new(id),
        created_time: time,
        tracking: None.into(),
        lines: vec![(order.lines[0].mollie_id.clone(), part)],
    };
    add_shipment(order, &shipment);
}

/// Lamps are shipped in the dashboard.
pub fn ship_lamps_elsewhere(order: &mut Snapshot, id: &str, lamps: u32, code: Option<&str>, time: Timestamp) {
    let amount = Money::from_minor(2000 * i64::from(lamps), euro("0.00").currency());
    let part = Part { quantity: lamps, amount };
    let shipment = ShipmentSnapshot {
        mollie_id: MollieShipmentId::new(id),
        created_time: time,
        tracking: code.map(tracking).into(),
        lines: vec![(order.lines[1].mollie_id.clone(), part)],
    };
    add_shipment(order, &shipment);
}

impl World {
    pub async fn place(&self, request_id: &str, order_number: &str) -> Recorded {
        self.place_as(request_id, order_number).await.unwrap()
    }

    /// The same, refused or not.
    pub async fn place_as(&self, request_id: &str, order_number: &str) -> Result<Recorded, MutationError> {
        let intent = intent("CreateOrder", request_id);
        Box::pin(place(self, &intent, main_profile(), draft(order_number))).await
    }

    /// A recorded order whose placement is still ours to drive.
    pub async fn recorded(&self) -> Recorded {
        self.place("p", "1337").await
    }

    /// An order that Mollie has, created.
    pub async fn placed(&self) -> OrderId {
        let accepted = self.recorded().await;
        assert_eq!(self.drive(accepted.claim.as_ref().unwrap()).await, Progress::Settled);
        self.advance(secs(1));
        accepted.order_id
    }

    /// An order that is known to be authorized.
    pub async fn authorized(&self) -> OrderId {
        let id = self.placed().await;
        self.authorize(id).await;
        self.sync(id).await;
        self.advance(secs(1));
        id
    }

    /// An authorized order of mugs and a gift card.
    pub async fn authorized_with_gift_card(&self) -> OrderId {
        self.authorized_of(with_gift_card()).await
    }

    /// An order of this draft that is known to be authorized.
    pub async fn authorized_of(&self, draft: OrderDraft) -> OrderId {
        let intent = intent("CreateOrder", "p");
        let accepted = Box::pin(place(self, &intent, main_profile(), draft)).await.unwrap();
        assert_eq!(self.drive(accepted.claim.as_ref().unwrap()).await, Progress::Settled);
        self.advance(secs(1));
        self.authorize(accepted.order_id).await;
        self.sync(accepted.order_id).await;
        self.advance(secs(1));
        accepted.order_id
    }

    pub async fn ship(&self, id: OrderId, request: &ShipmentRequest) -> Result<Recorded, MutationError> {
        let intent = intent("CreateShipment", &format!("s{}", self.number()));
        Box::pin(ship(self, &intent, id, request)).await
    }

    /// Cancels the selected lines, and gives these up.
    pub async fn cancel_lines(
        &self,
        id: OrderId,
        lines: ShipmentRequest,
        release: &[&str],
    ) -> Result<Recorded, MutationError> {
        let intent = intent("CancelOrderLines", &format!("l{}", self.number()));
        let release = release.iter().map(|line| (*line).to_owned()).collect();
        let request = LineCancellationRequest { selection: lines.selection, release };
        Box::pin(cancel_lines(self, &intent, id, &request)).await
    }

    /// Cancels the selected lines, and drives the call once.
    pub async fn cancel_lines_now(
        self: &Arc<Self>,
        id: OrderId,
        lines: ShipmentRequest,
    ) -> (Recorded, Progress) {
        let accepted = self.cancel_lines(id, lines, &[]).await.unwrap();
        let progress = self.drive(accepted.claim.as_ref().unwrap()).await;
        (accepted, progress)
    }

    pub async fn cancel(&self, id: OrderId) -> Result<Recorded, MutationError> {
        self.cancel_giving_up(id, &[]).await
    }

    /// Cancels, and gives these lines up.
    pub async fn cancel_giving_up(&self, id: OrderId, release: &[&str]) -> Result<Recorded, MutationError> {
        let intent = intent("CancelOrder", &format!("c{}", self.number()));
        let release: Vec<_> = release.iter().map(|line| (*line).to_owned()).collect();
        Box::pin(cancel(self, &intent, id, &release)).await
    }

    /// Ships, and drives the call once.
    pub async fn ship_now(self: &Arc<Self>, id: OrderId, request: &ShipmentRequest) -> (Recorded, Progress) {
        let accepted = self.ship(id, request).await.unwrap();
        let progress = self.drive(accepted.claim.as_ref().unwrap()).await;
        (accepted, progress)
    }

    pub async fn cancel_now(self: &Arc<Self>, id: OrderId) -> (Recorded, Progress) {
        let accepted = self.cancel(id).await.unwrap();
        let progress = self.drive(accepted.claim.as_ref().unwrap()).await;
        (accepted, progress)
    }
}

/// The failed precondition of a mutation.
pub fn reason<T: std::fmt::Debug>(outcome: Result<T, MutationError>) -> PreconditionReason {
    match outcome {
        Err(MutationError::Precondition(refusal)) => refusal.reason,
        other => panic!("not refused: {other:?}"),
    }
}
