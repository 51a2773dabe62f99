//! Whether this replica is to be given calls, told alike over gRPC's health protocol and over HTTP. It follows the database and its
//! schema, and the stop; never Mollie, without whom orders are recorded all the same.

mod database;
mod port;

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

pub use database::Watch;
pub use port::Monitoring;

use crate::telemetry;

/// The names that health is told for: the whole server, and each of its services.
const NAMES: [&str; 3] = ["", "orders.v1.OrderService", "orders.v1.OperationService"];

/// What holds calls off, or that nothing does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has not served yet.
    Starting,
    /// Its database was restored from a backup, and Mollie is read before calls are taken.
    Restoring,
    Ready,
    /// The database cannot be written, and that is not over soon.
    NoDatabase,
    /// A newer release has changed the schema so that this one no longer works on it.
    NewerSchema,
    /// It is about to end, and never serves again.
    Stopping,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Starting => "starting",
            Self::Restoring => "the database was restored; Mollie is read first",
            Self::Ready => "ready",
            Self::NoDatabase => "the database cannot be written",
            Self::NewerSchema => "the database was migrated by a newer release",
            Self::Stopping => "stopping",
        })
    }
}

/// The verdict, for whoever asks and whoever watches.
#[derive(Clone)]
pub struct Health {
    verdict: Arc<watch::Sender<Verdict>>,
    reporter: HealthReporter,
}

impl Health {
    /// Of a replica that starts.
    pub async fn starting() -> Self {
        let health = Self {
            verdict: Arc::new(watch::Sender::new(Verdict::Starting)),
            reporter: HealthReporter::new(),
        };
        health.report(Verdict::Starting).await;
        health
    }

    /// The health protocol of gRPC.
    pub fn service(&self) -> HealthServer<HealthService> {
        HealthServer::new(HealthService::from_health_reporter(self.reporter.clone()))
    }

    pub fn verdict(&self) -> Verdict {
        *self.verdict.borrow()
    }

    /// Tells a new verdict. Nothing comes after [`Verdict::Stopping`].
    pub async fn tell(&self, verdict: Verdict) {
        let is_new = self.verdict.send_if_modified(|last| {
            let is_new = *last != verdict && *last != Verdict::Stopping;
            if is_new {
                *last = verdict;
            }
            is_new
        });
        if is_new {
            self.report(self.verdict()).await;
        }
    }

    async fn report(&self, verdict: Verdict) {
        let serves = verdict == Verdict::Ready;
        telemetry::meters().ready.record(u64::from(serves), &[]);
        let status = if serves { ServingStatus::Serving } else { ServingStatus::NotServing };
        for name in NAMES {
            self.reporter.set_service_status(name, status).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use prost_types::FileDescriptorSet;

    use super::*;
    use crate::proto::DESCRIPTORS;

    #[test]
    fn every_service_has_a_health_of_its_own() {
        let files = FileDescriptorSet::decode(DESCRIPTORS).unwrap().file;
        let named = |file: prost_types::FileDescriptorProto| {
            let package = file.package().to_owned();
            file.service.into_iter().map(move |service| format!("{package}.{}", service.name()))
        };
        let mut services: Vec<_> = files.into_iter().flat_map(named).collect();
        services.sort();
        let mut told = NAMES[1..].to_vec();
        told.sort_unstable();
        assert_eq!(services, told);
    }

    #[tokio::test]
    async fn nothing_makes_a_stopping_replica_ready_again() {
        let health = Health::starting().await;
        health.tell(Verdict::Ready).await;
        assert_eq!(health.verdict(), Verdict::Ready);
        health.tell(Verdict::Stopping).await;
        health.tell(Verdict::Ready).await;
        assert_eq!(health.verdict(), Verdict::Stopping);
    }
}
