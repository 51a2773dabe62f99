//! What kind each method is, by what its calls may wait for. A method that is not named here may wait for Mollie, which is what costs
//! most.

/// What a call may wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only the database.
    Read,
    /// Mollie as well.
    Change,
    /// An operation, as long as the caller likes.
    Wait,
    /// It goes on until one of both sides ends it; its number is bounded where it begins.
    Stream,
}

impl Kind {
    /// Of a method, by its path.
    pub fn of(path: &str) -> Self {
        match path.rsplit('/').next().unwrap_or_default() {
            "GetOrder" | "BatchGetOrders" | "ListOrders" | "ListOrderEvents" | "ListOrderPayments"
            | "GetShipment" | "ListShipments" | "GetRefund" | "ListRefunds" | "ListDeadlines"
            | "GetOperation" | "CheckOrderDraft" | "ListOperations" => Self::Read,
            "WaitOperation" => Self::Wait,
            "WatchOrderEvents" => Self::Stream,
            _ => Self::Change,
        }
    }
}

/// Whether a call on the gRPC port goes on until one of both sides ends it.
pub fn is_stream(path: &str) -> bool {
    let others = ["/grpc.health.v1.Health/Watch", "/ServerReflectionInfo"];
    Kind::of(path) == Kind::Stream || others.iter().any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use prost_types::FileDescriptorSet;

    use super::*;
    use crate::proto::DESCRIPTORS;

    /// Whatever calls Mollie, or has a change sent there.
    const CHANGES: &str = "ArchiveOrders CancelOrder CancelOrderLines CancelRefund CloseReviewItem CompareOperation CreateOrder CreateOrderPayment \
        CreateRefund CreateShipment ListPaymentMethods ManageOrderLines PauseProfile ResolveOperation ResumeProfile RetryOperation \
        ReturnLines SyncOrder UpdateOrder UpdateOrderLine UpdateShipment";

    #[test]
    fn every_method_is_of_the_kind_that_is_meant() {
        let files = FileDescriptorSet::decode(DESCRIPTORS).unwrap().file;
        let services = files.iter().flat_map(|file| &file.service);
        let methods: Vec<_> = services.flat_map(|service| &service.method).collect();
        let of = |kind: Kind| {
            let names = methods
                .iter()
                .map(|method| method.name())
                .filter(|name| Kind::of(&format!("/x.Y/{name}")) == kind);
            let mut names: Vec<_> = names.collect();
            names.sort_unstable();
            names.join(" ")
        };
        assert_eq!(of(Kind::Change), CHANGES);
        assert_eq!(of(Kind::Stream), "WatchOrderEvents");
        for method in &methods {
            let is_stream = is_stream(&format!("/orders.v1.OrderService/{}", method.name()));
            assert_eq!(is_stream, method.server_streaming(), "{}", method.name());
        }
    }

    #[test]
    fn streams_of_the_other_services_are_streams() {
        for path in [
            "/grpc.health.v1.Health/Watch",
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        ] {
            assert!(is_stream(path), "{path}");
        }
        assert!(!is_stream("/grpc.health.v1.Health/Check"));
    }
}
