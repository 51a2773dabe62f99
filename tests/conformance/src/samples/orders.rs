//! Orders: with nothing that may be missing, and with every field set.

use domain::rules::address::Address;
use domain::rules::beside::Beside;
use domain::rules::chargeback::Chargeback;
use domain::rules::followed::Followed;
use domain::rules::found_line::FoundLine;
use domain::rules::ids::{
    Caller, LineId, MollieChargebackId, MollieLineId, MollieOrderId, MolliePaymentId, OperationId, OrderId,
    ProfileName, RefundId, RequestId, ReturnId, ShipmentId,
};
use domain::rules::item::{Closure, Item, ItemKind};
use domain::rules::line::LineType;
use domain::rules::order::{Canceled, Facts, Line, LineChanging, Order, Personal, Release, Renaming, Terms};
use domain::rules::part::Part;
use domain::rules::payment::{Payment, Stranded};
use domain::rules::payment_particulars::{BankTransfer, PaymentParticulars, Voucher};
use domain::rules::placement::{Mode, Placement};
use domain::rules::returned::{Booked, Canceling, Return, ReturnedLine};
use domain::rules::ship_by::{Acted, Action, Agenda, Cause, Deadline, ShipBy, Stage, Told};
use domain::rules::shipment::{HeldParcel, ShipmentLine};
use domain::rules::shown_payment::ShownPayment;
use domain::rules::status::{LineStatus, OrderStatus, PaymentStatus, Read};
use domain::rules::superseded::{Kept, Superseded};
use domain::rules::unread::{Unread, UnreadField};
use domain::rules::violation::Finding;
use serde_json::json;

use super::policies::followed;
use super::work::lines;
use super::*;

fn address(name: &str) -> Address {
    let text = |text: &str| Some(text.to_owned());
    Address {
        organization_name: text("Mondriaan B.V."),
        title: text("Dhr."),
        given_name: text(name),
        family_name: text("Mondriaan \"de Stijl\"\u{0}"),
        email: text("piet@mondriaan.example"),
        phone: text("+31208202070"),
        street_and_number: text("Keizersgracht 126"),
        street_additional: text("3 hoog"),
        postal_code: text("1234 AB"),
        city: text("Amsterdam"),
        region: text("Noord-Holland"),
        country: text("NL"),
    }
}

pub fn bare_line(id: u32) -> Line {
    Line {
        id: LineId::new(id),
        mollie_id: None,
        line_type: Read::Known(LineType::Physical),
        category: None,
        name: format!("Line {id}"),
        sku: None,
        quantity: 2,
        quantity_unit: None,
        unit_price: euro("5.00"),
        discount_amount: None,
        total_amount: euro("10.00"),
        vat_rate: "21.00".into(),
        vat_amount: euro("1.74"),
        image_url: None,
        product_url: None,
        metadata: None,
        planned_ship_date: None,
        reference: None,
        is_cancelable: None,
        created_time: None,
        status: None,
        unknown_status: None,
        shipped: part(0, "0.00"),
        canceled: part(0, "0.00"),
        refunded: part(0, "0.00"),
        payment_refunded: part(0, "0.00"),
        reserved: part(0, "0.00"),
        canceling: part(0, "0.00"),
        refunding: part(0, "0.00"),
        payment_refunding: part(0, "0.00"),
        is_changing: false,
        not_leaving: 0,
    }
}

pub fn full_line(id: u32) -> Line {
    let text = |text: &str| Some(text.to_owned());
    Line {
        mollie_id: Some(MollieLineId::new("odl_1.abc")),
        line_type: Read::Unknown("subscription_box".into()),
        category: text("meal"),
        sku: text("5702016116977"),
        quantity_unit: text("pcs"),
        discount_amount: Some(euro("100.00")),
        image_url: text("https://shop.example/i.png"),
        product_url: text("https://shop.example/p"),
        planned_ship_date: Some("2026-02-28".parse().unwrap()),
        reference: Some("4711-1".into()),
        is_cancelable: Some(false),
        created_time: Some(micros(2, 3)),
        metadata: Some(json!({"zeta": 1, "alpha": [1.5, null, "x\u{0}"]})),
        status: Some(LineStatus::Shipping),
        unknown_status: text("packing"),
        shipped: part(1, "5.00"),
        canceled: part(0, "0.01"),
        refunded: part(0, "-0.01"),
        payment_refunded: part(0, "0.50"),
        reserved: part(1, "4.99"),
        canceling: part(1, "4.50"),
        refunding: part(1, "0.25"),
        payment_refunding: part(2, "-0.25"),
        is_changing: true,
        not_leaving: 1,
        ..bare_line(id)
    }
}

pub fn full_payment(status: Read<PaymentStatus>) -> Payment {
    Payment {
        mollie_id: MolliePaymentId::new("tr_7UhSN1zuXS"),
        status,
        method: Some("klarna".into()),
        amount: euro("10.00"),
        checkout_url: Some("https://checkout.example/2".into()),
        amount_captured: Some(euro("5.00")),
        amount_refunded: Some(euro("0.00")),
        remainder_amount: Some(euro("7.00")),
        amount_charged_back: Some(euro("2.00")),
        created_time: at(1),
        authorized_time: Some(at(2)),
        paid_time: Some(at(3)),
        ended_time: Some(micros(4, 1)),
        expires_time: Some(micros(5, 2)),
        capture_before: Some(micros(6, 2)),
        particulars: full_particulars(),
    }
}

fn full_particulars() -> PaymentParticulars {
    let text = |text: &str| Some(text.to_owned());
    PaymentParticulars {
        sequence_type: text("first"),
        customer_id: text("cst_8wmqcHMN4U"),
        mandate_id: text("mdt_h3gAaD5zP"),
        country_code: text("NL"),
        failure_reason: text("insufficient_funds"),
        amount_remaining: Some(euro("3.00")),
        settlement_amount: Some(euro("9.70")),
        transfer: Some(BankTransfer {
            bank_name: text("Stichting Mollie Payments"),
            bank_account: text("NL53ABNA0627535577"),
            bank_bic: text("ABNANL2A"),
            transfer_reference: text("RF12-3456-7890-1234"),
        }),
        vouchers: vec![
            Voucher { issuer: text("sodexo"), amount: Some(euro("3.00")) },
            Voucher { issuer: None, amount: None },
        ],
        remainder_method: text("ideal"),
        is_cancelable: Some(true),
        chargebacks: vec![
            full_chargeback(),
            Chargeback {
                mollie_id: MollieChargebackId::new("chb_2"),
                amount: None,
                settlement_amount: None,
                created_time: None,
                reversed_time: None,
                reason_code: None,
                reason: None,
            },
        ],
    }
}

pub fn full_chargeback() -> Chargeback {
    Chargeback {
        mollie_id: MollieChargebackId::new("chb_n9z.0tp"),
        amount: Some(euro("2.00")),
        settlement_amount: Money::parse("USD", "-2.20").ok(),
        created_time: Some(micros(7, 1)),
        reversed_time: Some(micros(8, 2)),
        reason_code: Some("AC01".to_owned()),
        reason: Some("Account identifier \"incorrect\"".to_owned()),
    }
}

pub fn full_facts() -> Facts {
    Facts {
        status: Some(OrderStatus::Authorized),
        unknown_status: Some("partially_lost".into()),
        method: Some("klarna".into()),
        is_cancelable: Some(true),
        amount_captured: Some(euro("5.00")),
        amount_refunded: Some(euro("1.00")),
        checkout_url: Some("https://checkout.example/1".into()),
        created_time: Some(at(1)),
        mollie_profile_id: Some("pfl_85dxyKqNHa".into()),
        dashboard_url: Some("https://my.mollie.com/dashboard/org_1/orders/ord_1".into()),
        payment: Some(Box::new(ShownPayment {
            parameters: serde_json::from_value(json!({"dueDate": "2026-03-01", "new": {"zeta": [1, null]}}))
                .unwrap(),
            withheld: vec!["cardToken".into()],
        })),
        expires_time: Some(at(2_000_000)),
        authorized_time: Some(at(3)),
        paid_time: Some(at(4)),
        canceled_time: Some(at(5)),
        expired_time: Some(at(6)),
        completed_time: Some(at(7)),
        found_lines: vec![FoundLine {
            line_id: LineId::new(7),
            mollie_id: MollieLineId::new("odl_7"),
            unseen_since: Some(at(8)),
        }],
        unread: Unread {
            fields: vec![UnreadField { path: "_links.checkout".into(), raw: "\"https://…\"".into() }],
            more: 3,
        },
    }
}

/// An item that was closed.
pub fn full_item(number: u32) -> Item {
    let closed =
        Some(Closure { time: micros(12, 7), by: "jane".into(), reason: "given back – “1.00”".into() });
    Item { operation_id: Some(OperationId::new(uuid())), closed, ..open_item(number) }
}

/// An item nobody has closed.
pub fn open_item(number: u32) -> Item {
    Item {
        number,
        kind: ItemKind::SurplusPayment,
        subject: format!("tr_{number}"),
        text: "paid twice".into(),
        operation_id: None,
        raised_time: at(11),
        closed: None,
    }
}

/// An order just recorded, in the profile `main` under a number of its own.
pub fn bare_order() -> Order {
    let n = number();
    Order {
        id: OrderId::new(uuid()),
        profile: ProfileName::new("main"),
        mode: Mode::Test,
        caller: Caller::new("checkout"),
        request_id: RequestId::new(format!("request-{n}")),
        created_time: at(0),
        version: 1,
        hook_base: "https://orders.example".into(),
        hook_proof: Some(format!("{n:032x}/{n:032x}")),
        supersedes: None,
        superseded: None,
        number_released: false,
        placement: Placement::Placing,
        rejection: None,
        mollie_id: None,
        terms: Terms {
            order_number: format!("N{n}"),
            amount: euro("10.00"),
            locale: "nl_NL".into(),
            methods: Vec::new(),
            redirect_url: None,
            cancel_url: None,
            metadata: None,
            expires_on: None,
            shopper_country_must_match_billing_country: None,
            continues: None,
            warnings: Vec::new(),
            warnings_left_out: 0,
        },
        highest_amount: euro("10.00"),
        canceled_unpaid: euro("0.00"),
        personal: Personal::default(),
        lines: vec![bare_line(1)],
        releases: Vec::new(),
        cancellations: Vec::new(),
        beside: Beside::none(euro("0.00").currency()),
        held: Vec::new(),
        open_captures: Vec::new(),
        lost_captures: Vec::new(),
        renaming: None,
        line_change: None,
        added_lines: Vec::new(),
        lines_changed_time: None,
        made_payments: Vec::new(),
        open_refunds: Vec::new(),
        returns: Vec::new(),
        facts: Facts::default(),
        payments: Vec::new(),
        stranded: Vec::new(),
        items: Vec::new(),
        deadline: Deadline::default(),
        followed: Followed::default(),
        agenda: Agenda::nothing(euro("0.00")),
        observed_time: None,
        closed_time: None,
    }
}

/// A change of lines under way.
pub fn line_changing() -> LineChanging {
    LineChanging {
        operation_id: OperationId::new(uuid()),
        added: vec![LineId::new(7), LineId::new(8)],
        updated: vec![LineId::new(1)],
        difference: euro("-3.21"),
    }
}

/// A return with both parts.
pub fn full_return() -> Return {
    Return {
        id: ReturnId::new(uuid()),
        lines: vec![ReturnedLine { line_id: LineId::new(1), came_back: 1, not_leaving: 2 }],
        cancellation: Some(Canceling { operation_id: OperationId::new(uuid()), lines: lines() }),
        refunds: vec![RefundId::new(uuid())],
        deduction_shares: vec![(LineId::new(3), euro("-2.50"))],
        without_money: lines().into_iter().map(|line| Booked { line, not_leaving: 1 }).collect(),
        created_time: micros(6, 7),
    }
}

/// An order with every field set.
pub fn full_order() -> Order {
    let mut order = bare_order();
    order.mode = Mode::Live;
    order.created_time = micros(0, 123_456);
    order.placement = Placement::Placed;
    order.rejection = Some(rejection());
    order.held = vec![HeldParcel {
        shipment_id: ShipmentId::new(uuid()),
        lines: vec![ShipmentLine {
            line_id: LineId::new(1),
            part: Part { quantity: 1, amount: euro("1.00") },
        }],
    }];
    order.open_captures = vec![ShipmentId::new(uuid()), ShipmentId::new(uuid())];
    order.lost_captures = vec![(ShipmentId::new(uuid()), euro("12.34"))];
    let renaming = Renaming { operation_id: OperationId::new(uuid()), number: "1338".to_owned() };
    order.renaming = Some(Box::new(renaming));
    order.line_change = Some(Box::new(line_changing()));
    order.added_lines = vec![LineId::new(2), LineId::new(5)];
    order.lines_changed_time = Some(micros(8, 5));
    order.supersedes = Some(OrderId::new(uuid()));
    let kept = Kept { time: micros(8, 4), beside: vec![MolliePaymentId::new("tr_2")] };
    let asked_time = Some(micros(7, 3));
    let superseded = Superseded { by: OrderId::new(uuid()), is_final: true, asked_time, kept: Some(kept) };
    order.superseded = Some(Box::new(superseded));
    order.made_payments = vec![(OperationId::new(uuid()), MolliePaymentId::new("tr_2"))];
    order.open_refunds = vec![RefundId::new(uuid()), RefundId::new(uuid())];
    order.returns = vec![full_return(), Return { cancellation: None, refunds: Vec::new(), ..full_return() }];
    order.beside = Beside { refunding: euro("0.01"), refunded: euro("0.02"), charged_back: euro("0.03") };
    order.mollie_id = Some(MollieOrderId::new(format!("ord_1.{}", number())));
    order.terms.methods = vec!["ideal".into(), "klarna".into()];
    order.terms.redirect_url = Some("https://shop.example/thanks".into());
    order.terms.cancel_url = Some("https://shop.example/cancel".into());
    order.terms.metadata = Some(json!({"cart": "0815", "b": {"a": 0.1}}));
    order.terms.expires_on = Some("2026-03-29".parse().unwrap());
    order.terms.shopper_country_must_match_billing_country = Some(true);
    order.terms.continues = Some(OrderId::new(uuid()));
    order.personal = Personal {
        billing_address: Some(address("Piet")),
        shipping_address: Some(address("Jó")),
        consumer_date_of_birth: Some("1872-03-07".parse().unwrap()),
    };
    let warning = |rule: &str| Finding {
        path: "draft.locale".into(),
        rule: rule.into(),
        expected: "one of nl_NL".into(),
        got: "en_CA".into(),
    };
    order.terms.warnings = vec![warning("order.locale_listed"), warning("of.another_release")];
    order.terms.warnings_left_out = 3;
    order.lines = vec![full_line(1), bare_line(2)];
    order.facts = full_facts();
    order.payments = vec![
        full_payment(Read::Known(PaymentStatus::Authorized)),
        full_payment(Read::Unknown("frozen".into())),
    ];
    order.highest_amount = euro("12.00");
    order.canceled_unpaid = euro("1.50");
    let part = Part { quantity: 1, amount: euro("-5.00") };
    let release = Release { operation_id: Some(OperationId::new(uuid())), line_id: LineId::new(2), part };
    order.releases = vec![release, Release { operation_id: None, ..release }];
    order.cancellations = vec![Canceled { operation_id: OperationId::new(uuid()), lines: lines() }];
    order.stranded = vec![Stranded { payment: MolliePaymentId::new("tr_7UhSN1zuXS"), since: micros(8, 3) }];
    order.items = vec![full_item(1), open_item(2)];
    let told = Told { ship_by: micros(9, 1), stage: Stage::Warning(SignedDuration::from_hours(72)) };
    let acted = Acted { ship_by: micros(9, 1), action: Action::Waits, until: Some(micros(9, 2)) };
    order.deadline = Deadline { told: Some(told), acted: Some(acted) };
    order.followed = followed();
    let ship_by = Some(ShipBy { time: micros(9, 1), cause: Cause::CaptureBefore });
    order.agenda = Agenda { ship_by, to_capture: euro("4.50"), timer: Some(micros(9, 2)) };
    order.observed_time = Some(micros(8, 999_999));
    order.closed_time = Some(at(9));
    order
}
