//! `order-service archive`: has a running service put away the orders that are closed for good, batch by batch. An ordinary gRPC client: it
//! remembers nothing, so it can be stopped and started anywhere, and several may run at once.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use tokio::time::{Instant, sleep};
use tonic::{Code, Status};

use super::client::{Address, Connection};
use super::words::{plain, show, time};
use crate::proto::operation_service_client::OperationServiceClient;
use crate::proto::{ArchiveObstacle, ArchiveOrdersRequest, ArchiveOrdersResponse};
use crate::status_text::explained;

/// How long a service may be away, as while it is started again.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_secs(1);
/// How often it says how far it is.
const NEWS: Duration = Duration::from_secs(1);

#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    service: Address,
    /// Only orders that ended so many days ago, or earlier. By 430 the news of late chargebacks are through.
    #[arg(long, value_name = "DAYS")]
    older_than: Option<u16>,
    /// Only orders of this profile. May be repeated.
    #[arg(long, value_name = "NAME")]
    profile: Vec<String>,
    /// Change nothing: say what would be archived, and why other orders are kept.
    #[arg(long)]
    dry_run: bool,
    /// How many orders are looked at in one transaction, at most 250.
    #[arg(long, value_name = "ORDERS", default_value_t = 100)]
    batch: u16,
}

/// What has been done so far.
#[derive(Default)]
struct Sum {
    archived: i64,
    kept: BTreeMap<i32, i64>,
    moved: i64,
    reached: String,
}

pub async fn run(arguments: Arguments) -> Result<ExitCode> {
    let verb = if arguments.dry_run { "would be archived" } else { "archived" };
    let mut request = ArchiveOrdersRequest {
        older_than_days: arguments.older_than.map(i32::from),
        profiles: arguments.profile,
        dry_run: arguments.dry_run,
        page_size: i32::from(arguments.batch),
        page_token: String::new(),
    };
    let mut service = OperationServiceClient::new(arguments.service.connect().await?);
    let (mut sum, mut told) = (Sum::default(), Instant::now());
    loop {
        let answer = patiently(&mut service, &request).await?;
        sum.add(&answer);
        if answer.next_page_token.is_empty() {
            break;
        }
        if told.elapsed() >= NEWS {
            let done =
                format!("{} {verb}; all created until {} are done\n", orders(sum.archived), sum.reached);
            show(&done)?;
            told = Instant::now();
        }
        sleep(answer.pause.and_then(|pause| pause.try_into().ok()).unwrap_or(PAUSE)).await;
        request.page_token = answer.next_page_token;
    }
    show(&sum.told(verb))?;
    Ok(ExitCode::SUCCESS)
}

/// The same call again while the service is away: a batch that was archived before its answer was lost is gone past.
async fn patiently(
    service: &mut OperationServiceClient<Connection>,
    request: &ArchiveOrdersRequest,
) -> Result<ArchiveOrdersResponse> {
    let give_up = Instant::now() + PATIENCE;
    loop {
        match service.archive_orders(request.clone()).await {
            Ok(answer) => return Ok(answer.into_inner()),
            Err(status) if passes(&status) && Instant::now() < give_up => {
                eprintln!("order-service: {:#}; going on", explained(status));
                sleep(PAUSE).await;
            }
            Err(status) => {
                let context = "what is archived stays so; run the command again to go on";
                return Err(explained(status)).context(context);
            }
        }
    }
}

fn passes(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Unavailable
            | Code::DeadlineExceeded
            | Code::Unknown
            | Code::Cancelled
            | Code::ResourceExhausted
    )
}

impl Sum {
    fn add(&mut self, answer: &ArchiveOrdersResponse) {
        self.archived += answer.archived_count;
        self.moved += answer.moved_count;
        for kept in &answer.kept {
            *self.kept.entry(kept.obstacle).or_default() += kept.count;
        }
        if answer.reached_time.is_some() {
            self.reached = plain(&time(answer.reached_time.as_ref()));
        }
    }

    /// Every line ends in what to do, if there is anything to do.
    fn told(&self, verb: &str) -> String {
        let mut text = format!("{} {verb}\n", orders(self.archived));
        for (obstacle, count) in &self.kept {
            text.push_str(&format!("{count} kept: {}\n", why(*obstacle)));
        }
        if self.moved > 0 {
            text.push_str(&format!(
                "{} kept: somebody was at work on them; run the command again\n",
                self.moved
            ));
        }
        text
    }
}

fn orders(count: i64) -> String {
    if count == 1 { "1 order".to_owned() } else { format!("{count} orders") }
}

fn why(obstacle: i32) -> &'static str {
    match ArchiveObstacle::try_from(obstacle) {
        Ok(ArchiveObstacle::NotUnderstood) => {
            "Mollie reports something that this release does not understand (`order-service order ID`)"
        }
        Ok(ArchiveObstacle::OpenItem) => "a review item is open (`order-service operations`)",
        Ok(ArchiveObstacle::Operation) => "an operation has not settled (`order-service operations`)",
        Ok(ArchiveObstacle::Shipment) => "a shipment is recorded, held or needs attention",
        Ok(ArchiveObstacle::Refund) => "money is on its way back to the shopper",
        Ok(ArchiveObstacle::Agenda) => "the order is to be read at Mollie first",
        Ok(ArchiveObstacle::Unspecified) | Err(_) => "for a reason that this release does not know",
    }
}
