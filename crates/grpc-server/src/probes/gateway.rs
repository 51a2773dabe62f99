//! The gateway port with points around each send. Readings have none: they change nothing.

use domain::operations::task::OperationKind;
use domain::ports::{Command, Gateway, GatewayError, Listing, Outcome};
use domain::rules::call_rate::Rank;
use domain::rules::chargeback::Chargeback;
use domain::rules::ids::{IdempotencyKey, MollieOrderId, MolliePaymentId, ProfileName};
use domain::rules::payment_method::{MethodsWanted, PaymentMethod};
use domain::rules::rejection::Rejection;
use domain::rules::restored::Agreed;
use domain::rules::shipment::ListedCapture;
use domain::rules::snapshot::{RefundSnapshot, Snapshot};
use jiff::Timestamp;

use super::Probed;
use super::point::{Point, Side, Step};

const fn kind(command: &Command) -> OperationKind {
    match command {
        Command::PlaceOrder(_) => OperationKind::PlaceOrder,
        Command::CreateShipment(_) => OperationKind::CreateShipment,
        Command::UpdateShipment(_) => OperationKind::UpdateShipment,
        Command::CancelOrder { .. } => OperationKind::CancelOrder,
        Command::CancelLines(_) => OperationKind::CancelLines,
        Command::CreateRefund(_) => OperationKind::CreateRefund,
        Command::CancelRefund { .. } => OperationKind::CancelRefund,
        Command::CreatePayment(_) => OperationKind::CreatePayment,
        Command::UpdateOrder(_) => OperationKind::UpdateOrder,
        Command::ManageLines(_) => OperationKind::ManageLines,
    }
}

impl<G: Gateway> Gateway for Probed<G> {
    fn has_key(&self, profile: &ProfileName) -> Result<(), GatewayError> {
        self.inner.has_key(profile)
    }

    async fn execute(&self, profile: &ProfileName, command: &Command, key: IdempotencyKey) -> Outcome {
        let point = |side| Point::Operation(kind(command), Step::Sent, side);
        self.trap.pass(point(Side::Before));
        let outcome = Box::pin(self.inner.execute(profile, command, key)).await;
        self.trap.pass(point(Side::After));
        outcome
    }

    async fn observe(
        &self,
        rank: Rank,
        profile: &ProfileName,
        id: &MollieOrderId,
    ) -> Result<Snapshot, GatewayError> {
        Box::pin(self.inner.observe(rank, profile, id)).await
    }

    async fn refunds_of(
        &self,
        rank: Rank,
        profile: &ProfileName,
        payment: &MolliePaymentId,
    ) -> Result<Vec<RefundSnapshot>, GatewayError> {
        Box::pin(self.inner.refunds_of(rank, profile, payment)).await
    }

    async fn captures_of(
        &self,
        rank: Rank,
        profile: &ProfileName,
        payment: &MolliePaymentId,
    ) -> Result<Vec<ListedCapture>, GatewayError> {
        Box::pin(self.inner.captures_of(rank, profile, payment)).await
    }

    async fn chargebacks_of(
        &self,
        rank: Rank,
        profile: &ProfileName,
        payment: &MolliePaymentId,
    ) -> Result<Vec<Chargeback>, GatewayError> {
        Box::pin(self.inner.chargebacks_of(rank, profile, payment)).await
    }

    async fn methods(
        &self,
        profile: &ProfileName,
        wanted: &MethodsWanted,
    ) -> Result<Result<Vec<PaymentMethod>, Box<Rejection>>, GatewayError> {
        Box::pin(self.inner.methods(profile, wanted)).await
    }

    async fn find_by_hook(
        &self,
        rank: Rank,
        profile: &ProfileName,
        hook_address: &str,
        since: Timestamp,
    ) -> Result<Vec<Snapshot>, GatewayError> {
        Box::pin(self.inner.find_by_hook(rank, profile, hook_address, since)).await
    }

    async fn list_orders(
        &self,
        rank: Rank,
        profile: &ProfileName,
        since: Timestamp,
        from: Option<&str>,
    ) -> Result<Listing, GatewayError> {
        Box::pin(self.inner.list_orders(rank, profile, since, from)).await
    }

    async fn observe_whole(
        &self,
        rank: Rank,
        profile: &ProfileName,
        id: &MollieOrderId,
    ) -> Result<(Snapshot, Agreed), GatewayError> {
        Box::pin(self.inner.observe_whole(rank, profile, id)).await
    }
}
