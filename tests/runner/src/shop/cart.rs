//! The shopper who goes back and changes the cart: the shop places a new order in place of the old one. The new one has a number of its
//! own, by which everything here tells orders apart.

use domain::operations::task::OperationKind;

use super::World;
use crate::basket::Basket;
use crate::journal::{Act, Reply, Said};
use crate::replica::Wish;

/// How the service refuses what may bring money.
const MONEY: &str = "OrderNotSupersedable";

impl World {
    /// The shop knows the order that the shopper comes back from.
    pub async fn change_cart(self, order: u64, old: u64) {
        let Some(id) = self.known(old).await else { return };
        let draft = Basket::of(self.seed, order).draft();
        self.site.tally().order("placed by a shop");
        self.site.tally().order("placed in place of another");
        let (request_id, wish) = (format!("place-{order}"), Wish::Place(Box::new(draft), Some(id)));
        let before = self.status_at_mollie(old);
        self.carry(OperationKind::PlaceOrder, order, &request_id, "draft", wish).await;
        if !self.may_open_a_payment(old) {
            self.question_money(&request_id, (before, self.status_at_mollie(old)));
        }
    }

    /// Whether the shop has asked for a further payment of the order, and does not know that it came to an end.
    fn may_open_a_payment(&self, order: u64) -> bool {
        let has_ended = |reply: &Reply| match reply {
            Reply::Refused(_) => true,
            Reply::Accepted { said, .. } => *said != Said::UnderWay,
            Reply::Unavailable => false,
        };
        let journal = self.site.journal();
        let own = journal.intents.iter().filter(|intent| intent.order == order);
        own.filter(|intent| intent.kind == OperationKind::CreatePayment)
            .any(|intent| !intent.replies.last().is_some_and(has_ended))
    }

    /// A refusal must be true: an order that was unpaid all the time holds no money.
    fn question_money(&self, request_id: &str, (before, after): (Option<&str>, Option<&str>)) {
        let mut journal = self.site.journal();
        let own = journal.intents.iter().filter(|intent| intent.request_id == request_id);
        let is_refused = |reply: &Reply| matches!(reply, Reply::Refused(reason) if reason == MONEY);
        if own.flat_map(|intent| &intent.replies).any(is_refused)
            && before == Some("created")
            && after == Some("created")
        {
            journal
                .acts
                .push(Act::RequestError(format!("{request_id}: refused, and the old order is unpaid")));
        }
    }
}
