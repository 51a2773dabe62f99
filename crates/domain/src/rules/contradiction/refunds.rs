//! Whether an answer's refunds are possible: in the order's currency, above zero, and worth at least what their lines add up to.

use super::currency::foreign;
use crate::rules::misread::Misread;
use crate::rules::money::Currency;
use crate::rules::snapshot::{RefundSnapshot, Snapshot};

/// If one refund is impossible, the whole list is dropped: a list that lacks a refund would say it does not exist.
pub(super) fn judge(snapshot: &mut Snapshot, currency: Currency, doubts: &mut Vec<Misread>) {
    let refunds = snapshot.refunds.iter().flatten().enumerate();
    let odd =
        refunds.filter_map(|(n, refund)| odd(refund, &format!("_embedded.refunds[{n}]"), currency)).next();
    if let Some(doubt) = odd {
        doubts.push(doubt);
        snapshot.refunds = None;
        snapshot.refunds_of.clear();
    }
}

fn odd(refund: &RefundSnapshot, at: &str, currency: Currency) -> Option<Misread> {
    let of_lines = refund.lines.iter().map(|(_, part)| part.amount);
    if let Some(other) = of_lines.chain([refund.amount]).find(|amount| amount.currency() != currency) {
        return Some(foreign(format!("{at}.amount"), other, currency));
    }
    let empty = refund.lines.iter().find(|(_, part)| part.quantity == 0 && part.amount.minor() != 0);
    if let Some((_, part)) = empty {
        return Some(Misread::at(format!("{at}.lines"), format!("no units, but {}", part.amount)));
    }
    let is_none = refund.amount.minor() <= 0;
    is_none
        .then(|| Misread::at(format!("{at}.amount"), format!("{}, which gives nothing back", refund.amount)))
}
