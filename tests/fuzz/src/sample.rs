//! Orders that requests and answers are about: placed, paid and shipped by the real workflow with the simulator, once in a process.

use std::sync::{Arc, LazyLock};

use domain::ports::Change;
use domain::rules::ids::{RefundId, ShipmentId};
use domain::rules::order::Order;
use jiff::{SignedDuration, Timestamp};
use mollie_simulator::rules::Switches;
use sequences::basket::{Basket, EUR, Row};
use sequences::stage::Stage;
use sequences::step::{Amount, Pick, Step};

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// Not paid, and may be at any moment.
    Open,
    /// The payment has failed.
    Failed,
    /// To be captured by shipments.
    Authorized,
    /// The same, and a part of it shipped and refunded, and other units canceled.
    Shipped,
    /// At once, and a part of it refunded.
    Paid,
}

impl Sample {
    pub const ALL: [Self; 5] = [Self::Open, Self::Authorized, Self::Shipped, Self::Paid, Self::Failed];

    /// The order, as it was left.
    #[must_use]
    pub fn kept(self) -> &'static Kept {
        static KEPT: LazyLock<[Kept; 5]> = LazyLock::new(|| Sample::ALL.map(|it| Kept::of(&it.stage())));
        let [open, authorized, shipped, paid, failed] = &*KEPT;
        match self {
            Self::Open => open,
            Self::Failed => failed,
            Self::Authorized => authorized,
            Self::Shipped => shipped,
            Self::Paid => paid,
        }
    }

    /// The order with its own simulated Mollie.
    ///
    /// # Panics
    /// The workflow does not bring it there.
    #[must_use]
    pub fn stage(self) -> Stage {
        let basket = Basket { tender: EUR, captures: self != Self::Paid, joins: false, rows: ROWS.to_vec() };
        let stage = Stage::new(basket, Switches::default());
        let mut stage = stage.unwrap_or_else(|problem| panic!("no sample order: {problem}"));
        for step in self.steps() {
            let told = stage.step(&step);
            assert!(told.is_ok(), "no sample order: {told:?}\n{}", stage.told.join("\n"));
        }
        stage
    }

    fn steps(self) -> Vec<Step> {
        let part = |line| Pick { line, permille: 400, amount: Amount::Unsaid };
        match self {
            Self::Open => Vec::new(),
            Self::Failed => vec![Step::FailToPay],
            Self::Authorized => vec![Step::Pay],
            Self::Shipped => vec![
                Step::Pay,
                Step::Ship { picks: vec![part(0)], refunded: false },
                Step::CancelLines { picks: vec![part(0)], release: false },
                Step::Refund { picks: vec![part(0)] },
            ],
            Self::Paid => vec![Step::Pay, Step::Refund { picks: vec![part(0)] }],
        }
    }
}

/// Goods, some of them at a discount, what is never packed, and what takes money off.
const ROWS: [Row; 4] = [
    Row { kind: "physical", quantity: 10, unit: 999, discount: 690, rate: "21.00" },
    Row { kind: "physical", quantity: 2, unit: 1_250, discount: 0, rate: "9.00" },
    Row { kind: "shipping_fee", quantity: 1, unit: 495, discount: 0, rate: "21.00" },
    Row { kind: "discount", quantity: 1, unit: -500, discount: 0, rate: "21.00" },
];

/// A sample as a store has it.
pub struct Kept {
    pub order: Arc<Order>,
    pub now: Timestamp,
    /// How long after the beginning of all sequences that is.
    pub since: SignedDuration,
    change: Change,
}

impl Kept {
    fn of(stage: &Stage) -> Self {
        let dump = stage.desk.store.dump();
        let order = dump.orders.get(&stage.id).cloned();
        let order = order.unwrap_or_else(|| unreachable!("a stage has its order"));
        let events = dump.events.get(&stage.id).into_iter().flatten();
        let change = Change {
            order: Order::clone(&order),
            expected_version: None,
            events: events.map(|event| (**event).clone()).collect(),
            request: None,
            operations: Vec::new(),
            shipments: dump.shipments.values().map(|shipment| (**shipment).clone()).collect(),
            refunds: dump.refunds.values().map(|refund| (**refund).clone()).collect(),
            lookup: None,
            timer: None,
            run: None,
            other: None,
        };
        // Whatever is made from now on has an id of its own: ids are counted anew.
        let now = stage.desk.time() + SignedDuration::from_secs(1);
        Self { order, now, since: now.duration_since(sequences::hand::BEGINNING), change }
    }

    /// A shipment of the order.
    #[must_use]
    pub fn shipment(&self) -> Option<ShipmentId> {
        self.change.shipments.first().map(|shipment| shipment.id)
    }

    /// The last refund of the order.
    #[must_use]
    pub fn refund(&self) -> Option<RefundId> {
        self.change.refunds.last().map(|refund| refund.id)
    }

    /// What puts it into an empty store.
    #[must_use]
    pub fn change(&self) -> Change {
        self.change.clone()
    }
}
