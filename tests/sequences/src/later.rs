//! What befalls refunds and payments later: canceled, sent back by the bank, charged back, waiting for a balance.

use domain::operations::cancel_refund::CallOff;
use domain::ports::Store;
use domain::rules::ids::RefundId;
use domain::rules::operation::OperationState;
use domain::rules::refund::{Refund, RefundState};
use mollie_simulator::rules::{Amount, RefundStatus};

use crate::ask::Asked;
use crate::basket::value;
use crate::desk::now;
use crate::excuse;
use crate::own::Course;
use crate::stage::Stage;

impl Stage {
    /// The refund as it is stored.
    pub fn refund_record(&self, id: RefundId) -> Result<Refund, String> {
        let found = now(self.desk.store.load_refund(id))?.map_err(|error| error.to_string())?;
        found.ok_or_else(|| format!("refund {id} is gone"))
    }

    /// Refunds that waited may have been made, and some given up.
    pub fn follow(&mut self) -> Result<(), String> {
        let has_beyond = self.own.refunds.iter().any(|refund| refund.beyond && refund.course != Course::Void);
        for n in 0..self.own.refunds.len() {
            let record = self.refund_record(self.own.refunds[n].id)?;
            let refund = &mut self.own.refunds[n];
            let is_at_mollie = record.state == RefundState::Registered;
            refund.course = match refund.course {
                Course::Waiting if is_at_mollie && !record.is_void() => Course::Standing,
                Course::Waiting if record.counts() => Course::Waiting,
                // Mollie refuses only what gave up a limit, or what waited while such a one took what was left; we give up only what
                // was tried for fourteen days.
                Course::Waiting
                    if record.state == RefundState::Withdrawn
                        || record.state == RefundState::Refused
                            && (has_beyond || excuse::was_tried_long(&record, self.desk.time())) =>
                {
                    Course::Void
                }
                Course::Waiting => return Err(format!("refund {} was given up: {record:?}", refund.id)),
                Course::Standing if !record.counts() => {
                    return Err(format!("refund {} no longer counts: {record:?}", refund.id));
                }
                Course::Void if record.counts() => {
                    return Err(format!("refund {} counts again: {record:?}", refund.id));
                }
                course @ (Course::Standing | Course::Void) => course,
            };
        }
        Ok(())
    }

    pub fn call_off(&mut self, n: usize) -> Result<(), String> {
        let Some(refund_id) = self.refund_id(n) else { return Ok(()) };
        let asked =
            self.ask(&format!("cancel refund {}", n % self.own.refunds.len() + 1), &CallOff { refund_id })?;
        let Asked::Accepted { state, .. } = asked else { return Ok(()) };
        let record = self.refund_record(refund_id)?;
        match state {
            Some(OperationState::Succeeded) | None if record.counts() => {
                Err(format!("it was canceled, and counts: {record:?}"))
            }
            Some(OperationState::Rejected | OperationState::NeedsAttention) => {
                Err(format!("it is not canceled: {}", excuse::why(&self.desk)))
            }
            _ if !record.counts() => {
                self.own_refund(refund_id).course = Course::Void;
                self.marks.insert("refund canceled");
                Ok(())
            }
            // It waits for the refund, which waits for its time.
            _ => Ok(()),
        }
    }

    pub fn refund_fails(&mut self, n: usize) -> Result<(), String> {
        let Some(id) = self.refund_id(n) else { return Ok(()) };
        let Some(mollie_id) = self.refund_record(id)?.mollie_id else { return Ok(()) };
        let failed = RefundStatus::Failed;
        let time = self.desk.time();
        let moved = self.desk.world().set_refund_status(mollie_id.as_str(), failed, time);
        if moved.is_ok() {
            self.tell(format!("the bank sends refund {} back", n % self.own.refunds.len() + 1));
            self.own_refund(id).course = Course::Void;
            self.marks.insert("refund failed later");
        }
        self.desk.hook(self.id)
    }

    fn refund_id(&self, n: usize) -> Option<RefundId> {
        let n = n.checked_rem(self.own.refunds.len())?;
        Some(self.own.refunds[n].id)
    }

    fn own_refund(&mut self, id: RefundId) -> &mut crate::own::Refund {
        let found = self.own.refunds.iter_mut().find(|refund| refund.id == id);
        found.unwrap_or_else(|| unreachable!("it was found before"))
    }

    pub fn charge_back(&mut self, permille: u32) -> Result<(), String> {
        let minor = (self.own.received() - self.own.charged_back()) * i64::from(permille) / 1_000;
        let tender = self.basket.tender;
        let amount = Amount::new(&value(tender, minor.max(1)), tender.0);
        let (id, time) = (self.mollie_id()?, self.desk.time());
        let mut world = self.desk.world();
        let payments = world.order(&id).into_iter().flat_map(|order| &order.payments);
        let payments: Vec<_> = payments.map(|payment| payment.id.clone()).collect();
        let made =
            payments.iter().find_map(|payment| world.charge_back(payment, Some(&amount), None, time).ok());
        drop(world);
        if let Some(chargeback) = made {
            self.tell(format!("the bank takes {} back", amount.value));
            self.own.chargebacks.push((chargeback, minor.max(1), true));
            self.marks.insert("charged back");
        }
        self.desk.hook(self.id)
    }

    pub fn reverse(&mut self, n: usize) -> Result<(), String> {
        let Some(n) = n.checked_rem(self.own.chargebacks.len()) else { return Ok(()) };
        let (id, minor, stands) = &mut self.own.chargebacks[n];
        if self.desk.world().reverse_chargeback(id, self.desk.time()).is_ok() {
            *stands = false;
            let text = format!("the bank returns {minor} minor units");
            self.tell(text);
            self.marks.insert("chargeback reversed");
        }
        self.desk.hook(self.id)
    }

    pub fn balance(&mut self, enough: bool) -> Result<(), String> {
        let (id, time) = (self.mollie_id()?, self.desk.time());
        let mut world = self.desk.world();
        let order = world.order(&id).ok_or("Mollie has no order")?;
        let (profile, currency) = (order.owner.profile.clone(), order.currency);
        world.set_balance(&profile, currency, if enough { None } else { Some(0) }, time);
        drop(world);
        self.tell(format!("the merchant's balance is {}", if enough { "enough" } else { "nothing" }));
        self.desk.hook(self.id)
    }
}
