//! What a change tells of the profile's policies beside deadlines: that an attempt to pay has ended, and what rooms do about such an order.

use super::Pen;
use crate::rules::event::{Event, EventData};
use crate::rules::policy_notice::{PolicyNotice, UnpaidSubject};
use crate::rules::unpaid;

impl Pen<'_> {
    /// Tells people, or the mailer.
    pub fn tell_policy(&mut self, notice: PolicyNotice) {
        self.record(EventData::PolicyTold { notice: Box::new(notice) });
    }

    /// Tells of an order that nobody has paid, as it is now.
    pub fn tell_unpaid(&mut self, subject: UnpaidSubject) {
        let attempts = unpaid::attempts(self.order());
        self.tell_policy(PolicyNotice::Unpaid { attempts, subject });
    }

    /// The kind of the first notice of this change, if there is one.
    #[must_use]
    pub fn told_policy(&self) -> &'static str {
        let told = |event: &Event| {
            if let EventData::PolicyTold { notice } = &event.data { Some(notice.kind()) } else { None }
        };
        self.recorder.events().iter().find_map(told).unwrap_or_default()
    }

    /// Only a reading shows that an attempt has ended.
    pub(super) fn tell_of_attempt(&mut self) {
        if let Some(notice) = unpaid::untold(self.order()).filter(|_| self.has_read) {
            self.tell_policy(notice);
        }
    }
}
