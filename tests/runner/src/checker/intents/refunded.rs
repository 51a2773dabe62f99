//! What refunds and their cancellations came to: told by Mollie's ledger, in which each refund has our id in its metadata.

use domain::operations::operation::Operation;
use domain::rules::ids::RefundId;
use domain::rules::money::Money;
use domain::rules::operation::OperationState;
use domain::rules::refund::{Refund, RefundSelection};
use mollie_simulator::rules::{Effect, EffectKind};

use super::{Found, Reported, returned};
use crate::journal::{Act, Moved};
use crate::replica::Wish;

impl Found<'_> {
    /// A refund was made once if its operation says so, and else not at all.
    pub fn refunded(&mut self, reported: &Reported<'_>) {
        let Some((operation, refund)) = self.about(reported) else { return };
        if !self.is_given_as_wished(reported.name, refund) {
            self.say("I1", format!("{}: refund {refund} is another than was wished", reported.name));
        }
        let made = self.made(refund);
        let state = operation.state.name();
        let expected = usize::from(state == OperationState::Succeeded);
        if made < expected || made > expected + self.unseen(refund) {
            let text = format!("{}: {}, and Mollie made it {made} times", reported.name, state.as_str());
            self.say(if made > expected { "I1" } else { "I4" }, text);
        }
        if state != OperationState::Succeeded && reported.done {
            self.say("I4", format!("{}: said to be done, and is {}", reported.name, state.as_str()));
        }
    }

    /// What is recorded is what was wished, and what Mollie made of it has its amount.
    fn is_given_as_wished(&self, name: &str, id: RefundId) -> bool {
        let intent = self.evidence.journal.intents.iter().find(|intent| intent.request_id == name);
        let Some(intent) = intent else { return false };
        let selection = match &intent.wish {
            Wish::Refund(_, wish) => wish.selection.clone(),
            Wish::TakeBack(_, request) => RefundSelection::Lines(returned::going_back(intent.kind, request)),
            Wish::Place(..)
            | Wish::Ship(..)
            | Wish::Track(..)
            | Wish::Cancel(..)
            | Wish::CancelLines(..)
            | Wish::CallOff(..)
            | Wish::Pay(..)
            | Wish::Update(..)
            | Wish::Manage(..) => return false,
        };
        let Some(refund) = self.evidence.stored.refunds.get(&id) else { return false };
        let ours = id.to_string();
        let is_it = |effect: &&Effect| {
            effect.particulars.get("metadata").and_then(|it| it["refund_id"].as_str()) == Some(ours.as_str())
        };
        let mut effects = self.evidence.ledger.iter().filter(is_it);
        let is_exact = effects
            .all(|effect| effect.amounts["refunded"]["value"].as_str() == Some(&refund.amount.value()));
        is_exact && is_as_selected(&selection, &self.without_merged(refund))
    }

    /// What a refund gives back by itself, without what it has taken in.
    fn without_merged(&self, refund: &Refund) -> Refund {
        let mut own = refund.clone();
        let taken_in = self.evidence.stored.refunds.values().filter(|it| it.merged_into == Some(refund.id));
        for taken_in in taken_in {
            let minor = own.amount.minor() - taken_in.amount.minor();
            own.amount = Money::from_minor(minor, own.amount.currency());
            for theirs in &taken_in.lines {
                if let Some(line) = own.lines.iter_mut().find(|line| line.line_id == theirs.line_id) {
                    line.part = line.part.without(theirs.part);
                }
            }
        }
        own.lines.retain(|line| line.part.quantity > 0 || line.part.amount.minor() != 0);
        own
    }

    /// How often a refund of ours was canceled in the dashboard at a Mollie whose lists leave canceled ones out. If nobody had read
    /// it before, nothing shows that it was made, and it is made again.
    fn unseen(&self, id: RefundId) -> usize {
        let ours = id.to_string();
        let made = self.evidence.ledger.iter().filter(|effect| {
            effect.particulars.get("metadata").and_then(|it| it["refund_id"].as_str()) == Some(ours.as_str())
        });
        made.filter(|effect| self.is_unseen(effect)).count()
    }

    /// Whether an effect is such a refund.
    pub(super) fn is_unseen(&self, effect: &Effect) -> bool {
        let id = effect.particulars.get("refund_id").and_then(|id| id.as_str());
        let is_it = |act: &Act| matches!(act, Act::Money { moved: Moved::Stopped(stopped), .. } if Some(stopped.as_str()) == id);
        self.evidence.hides_canceled_refunds && self.evidence.journal.acts.iter().any(is_it)
    }

    /// A refund that was called off was never made, or was canceled, or has failed: the money is with the merchant.
    pub fn called_off(&mut self, reported: &Reported<'_>) {
        let Some((operation, refund)) = self.about(reported) else { return };
        let canceled = self.refunds(EffectKind::RefundCanceled, refund);
        let failed = self.refunds(EffectKind::RefundFailed, refund);
        let is_gone = self.made(refund) == 0 || canceled + failed > 0;
        if operation.state.name() == OperationState::Succeeded && !is_gone {
            self.say("I4", format!("{}: succeeded, and the refund stands", reported.name));
        }
        if canceled > 1 {
            self.say("I1", format!("{}: canceled {canceled} times", reported.name));
        }
    }

    fn about(&mut self, reported: &Reported<'_>) -> Option<(Operation, RefundId)> {
        let found = reported.operation.and_then(|id| self.evidence.stored.operations.get(&id));
        let about = found.and_then(|one| Some((Operation::clone(one), one.task.kind().subject().refund()?)));
        if about.is_none() && reported.operation.is_some() {
            self.say("I2", format!("{}: its operation is gone", reported.name));
        }
        about
    }

    fn made(&self, refund: RefundId) -> usize {
        self.refunds(EffectKind::LinesRefunded, refund) + self.refunds(EffectKind::PaymentRefunded, refund)
    }

    /// How many effects of a kind the refund has: its creation by our id, what follows by Mollie's.
    fn refunds(&self, kind: EffectKind, refund: RefundId) -> usize {
        let ours = refund.to_string();
        let theirs = self.evidence.stored.refunds.get(&refund).and_then(|refund| refund.mollie_id.clone());
        let is_it = |effect: &&Effect| {
            let id = |name: &str| effect.particulars.get(name).and_then(|value| value.as_str());
            let named = effect.particulars.get("metadata").and_then(|it| it["refund_id"].as_str());
            named == Some(ours.as_str())
                || theirs.as_ref().is_some_and(|theirs| id("refund_id") == Some(theirs.as_str()))
        };
        self.evidence.ledger.iter().filter(|effect| effect.kind == kind).filter(is_it).count()
    }
}

/// Whether a refund gives back what was selected. What was left of an order only the service knew.
fn is_as_selected(selection: &RefundSelection, refund: &Refund) -> bool {
    let has = |line_id, quantity, amount: Option<Money>| {
        refund.lines.iter().any(|line| {
            line.line_id == line_id
                && line.part.quantity == quantity
                && amount.is_none_or(|amount| line.part.amount == amount)
        })
    };
    match selection {
        RefundSelection::Lines(lines) => {
            lines.len() == refund.lines.len()
                && lines.iter().all(|line| has(line.line_id, line.quantity, line.amount))
        }
        RefundSelection::AllRemaining => true,
        RefundSelection::Reductions(lines) => {
            lines.len() == refund.lines.len()
                && lines.iter().all(|line| has(line.line_id, 0, Some(line.amount)))
        }
        RefundSelection::Amount(amount) => refund.lines.is_empty() && refund.amount == *amount,
    }
}
