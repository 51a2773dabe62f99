//! Roles, and the one table of which of them may call which method. Both the enforcement and docs/access.md come from it. A method of
//! the API that has no row here does not compile.

#[cfg(test)]
mod document;

include!(concat!(env!("OUT_DIR"), "/methods.rs"));

/// What a caller is to a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Checkout,
    Fulfilment,
    Care,
    Finance,
    Viewer,
    Operator,
}

use Role::{Care, Checkout, Finance, Fulfilment, Operator, Viewer};

impl Role {
    pub const fn as_str(self) -> &'static str {
        match self {
            Checkout => "checkout",
            Fulfilment => "fulfilment",
            Care => "care",
            Finance => "finance",
            Viewer => "viewer",
            Operator => "operator",
        }
    }
}

/// Everybody who has a role on a profile may read its orders.
const ANY: &[Role] = &[Checkout, Fulfilment, Care, Finance, Viewer, Operator];

impl Method {
    /// The method of a request's path; `None`: this release has none there.
    pub fn of(path: &str) -> Option<Self> {
        METHODS.iter().find(|(_, its)| *its == path).map(|(method, _)| *method)
    }

    pub fn named(name: &str) -> Option<Self> {
        METHODS.iter().map(|(method, _)| *method).find(|method| method.name() == name)
    }

    /// The path of its requests.
    pub fn path(self) -> &'static str {
        METHODS.iter().find(|(method, _)| *method == self).map_or("", |(_, path)| path)
    }

    pub fn name(self) -> &'static str {
        let path = self.path();
        path.rsplit('/').next().unwrap_or(path)
    }

    /// The roles that may call it, on the profiles where the caller has them.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::CreateOrder | Self::CheckOrderDraft => &[Checkout, Care],
            Self::CreateOrderPayment | Self::ListPaymentMethods => &[Checkout, Care],
            Self::UpdateOrder | Self::CancelOrder => &[Checkout, Care],
            Self::UpdateOrderLine | Self::ManageOrderLines => &[Checkout, Care],
            Self::CreateShipment => &[Fulfilment],
            Self::UpdateShipment => &[Fulfilment, Care],
            Self::CancelOrderLines => &[Fulfilment, Care],
            Self::ReturnLines => &[Care, Finance],
            Self::CreateRefund | Self::CancelRefund => &[Care, Finance],
            // It asks Mollie, whose calls are limited.
            Self::SyncOrder => &[Checkout, Fulfilment, Care, Finance, Operator],
            Self::GetOrder | Self::BatchGetOrders | Self::ListOrders => ANY,
            Self::ListOrderPayments | Self::ListOrderEvents | Self::WatchOrderEvents => ANY,
            Self::GetShipment | Self::ListShipments => ANY,
            Self::GetRefund | Self::ListRefunds => ANY,
            Self::GetOperation | Self::WaitOperation => ANY,
            Self::ListDeadlines => &[Fulfilment, Care, Finance, Viewer, Operator],
            Self::ListOperations => &[Care, Finance, Viewer, Operator],
            Self::CloseReviewItem => &[Care, Finance, Operator],
            Self::CompareOperation | Self::RetryOperation | Self::ResolveOperation => &[Operator],
            Self::PauseProfile | Self::ResumeProfile => &[Operator],
            Self::ArchiveOrders => &[Operator],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn methods_are_found_by_their_paths_and_have_names_of_their_own() {
        assert_eq!(Method::of("/orders.v1.OrderService/CreateOrder"), Some(Method::CreateOrder));
        assert_eq!(Method::of("/orders.v1.OperationService/CreateOrder"), None);
        let names: BTreeSet<_> = METHODS.iter().map(|(method, _)| method.name()).collect();
        assert_eq!(names.len(), METHODS.len());
    }

    #[test]
    fn a_viewer_only_reads_and_every_method_is_somebodys() {
        for (method, path) in METHODS {
            assert!(!method.roles().is_empty(), "{path}");
            let reads = ["Get", "List", "BatchGet", "Watch", "Wait"]
                .iter()
                .any(|verb| method.name().starts_with(verb));
            assert!(reads || !method.roles().contains(&Viewer), "{path}");
        }
    }
}
