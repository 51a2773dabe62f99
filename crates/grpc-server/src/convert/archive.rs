//! What archiving came to, as messages.

use std::time::Duration;

use domain::rules::archival::Obstacle;

use crate::proto::{ArchiveObstacle, KeptOrders};

pub fn kept((obstacle, orders): &(Obstacle, u64)) -> KeptOrders {
    let obstacle = match obstacle {
        Obstacle::NotUnderstood => ArchiveObstacle::NotUnderstood,
        Obstacle::OpenItem => ArchiveObstacle::OpenItem,
        Obstacle::Operation => ArchiveObstacle::Operation,
        Obstacle::Shipment => ArchiveObstacle::Shipment,
        Obstacle::Refund => ArchiveObstacle::Refund,
        Obstacle::Agenda => ArchiveObstacle::Agenda,
    };
    KeptOrders { obstacle: obstacle.into(), count: count(*orders) }
}

pub fn count(orders: u64) -> i64 {
    i64::try_from(orders).unwrap_or(i64::MAX)
}

/// Of at most some seconds.
pub fn duration(duration: Duration) -> prost_types::Duration {
    let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    let nanos = i32::try_from(duration.subsec_nanos()).unwrap_or(i32::MAX);
    prost_types::Duration { seconds, nanos }
}
