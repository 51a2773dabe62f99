//! `order-service deadlines`: which orders are about to lose money, and why. An ordinary gRPC client.

mod screen;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::client::Address;
use super::json::json;
use super::words::show;
use crate::proto::order_service_client::OrderServiceClient;
use crate::proto::{
    DeadlineSum, ListDeadlinesRequest, ListDeadlinesResponse, Mode, OrderDeadline, ProfilePause, RiskReason,
};
use crate::status_text::explained;

/// What scripts see when shipping alone does not help: a person must look first.
const WAITS: u8 = 3;
const PAGE: i32 = 250;

#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    service: Address,
    /// How many days ahead. The exit code is 3 where shipping alone does not help: a shipment was refused, an item is open, or an operation
    /// needs attention.
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    days: u16,
    /// Only orders of this profile. May be repeated.
    #[arg(long, value_name = "NAME")]
    profile: Vec<String>,
    /// Test orders in place of live ones.
    #[arg(long)]
    test: bool,
    /// One JSON object: deadlines, their sums, and the profiles that are paused.
    #[arg(long)]
    json: bool,
}

/// All that is shown.
pub struct Found {
    pub deadlines: Vec<OrderDeadline>,
    pub sums: Vec<DeadlineSum>,
    /// The profiles that are paused.
    pub pauses: Vec<ProfilePause>,
    /// The service's time.
    pub now: Timestamp,
}

pub async fn run(arguments: Arguments) -> Result<ExitCode> {
    let mut service = OrderServiceClient::new(arguments.service.connect().await?);
    let first = ListDeadlinesRequest {
        profiles: arguments.profile,
        mode: if arguments.test { Mode::Test } else { Mode::Live }.into(),
        page_size: 1,
        ..ListDeadlinesRequest::default()
    };
    // The service's time, which may be a simulated one, says what the days ahead are.
    let now = service.list_deadlines(first.clone()).await.map_err(explained)?.into_inner().read_time;
    let now = now
        .and_then(|time| Timestamp::from_second(time.seconds).ok())
        .context("the service tells no time")?;
    let until = now.saturating_add(SignedDuration::from_hours(i64::from(arguments.days) * 24));
    let until = until.unwrap_or(Timestamp::MAX);
    let before_time = Some(prost_types::Timestamp { seconds: until.as_second(), nanos: 0 });
    let mut found = Found { deadlines: Vec::new(), sums: Vec::new(), pauses: Vec::new(), now };
    let mut page_token = String::new();
    loop {
        let request = ListDeadlinesRequest {
            before_time,
            page_size: PAGE,
            page_token: page_token.clone(),
            ..first.clone()
        };
        let page = service.list_deadlines(request).await.map_err(explained)?.into_inner();
        let ListDeadlinesResponse { deadlines, sums, pauses, next_page_token, .. } = page;
        found.deadlines.extend(deadlines);
        (found.sums, found.pauses) = (sums, pauses);
        match next_page_token {
            token if token.is_empty() => break,
            token if token == page_token => bail!("the service returns the same page again"),
            token => page_token = token,
        }
    }
    if arguments.json {
        show(&format!("{}\n", as_json(&found)?))?;
    } else {
        show(&screen::screen(&found, arguments.days))?;
    }
    let waits = found.deadlines.iter().any(waits);
    Ok(if waits { ExitCode::from(WAITS) } else { ExitCode::SUCCESS })
}

/// Whether shipping alone does not help: a person must look first.
fn waits(deadline: &OrderDeadline) -> bool {
    deadline.at_risk.iter().any(|part| match part.reason() {
        RiskReason::NeedsAttention | RiskReason::Rejected | RiskReason::NeedsReview => true,
        RiskReason::Held
        | RiskReason::Recorded
        | RiskReason::CapturePending
        | RiskReason::NotShipped
        | RiskReason::Unspecified => false,
    })
}

fn as_json(found: &Found) -> Result<serde_json::Value> {
    Ok(json!({
        "deadlines": found.deadlines.iter().map(json).collect::<Result<Vec<_>>>()?,
        "sums": found.sums.iter().map(json).collect::<Result<Vec<_>>>()?,
        "pauses": found.pauses.iter().map(json).collect::<Result<Vec<_>>>()?,
    }))
}
