//! `order-service operations`: what needs a person at a running service, and that person's decisions. An ordinary gRPC client; it
//! reads no database and no configuration.

mod reading;
mod screen;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use domain::rules::decision;
use domain::rules::violation::Violation;
use serde_json::{Value, json};

use super::client::{Address, Connection};
use super::json::json;
use super::words::show;
use crate::proto::operation_service_client::OperationServiceClient;
use crate::proto::resolve_operation_request::{Outcome, Rejected, Succeeded};
use crate::proto::{CloseReviewItemRequest, Operation, ResolveOperationRequest, RetryOperationRequest};
use crate::status_text::explained;
use reading::Situation;

/// What scripts see when something waits for a person.
const WAITS: u8 = 3;

/// Without an action: shows what needs a person. The exit code is 3 then if something waits for one.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    service: Address,
    /// One JSON object in place of the screen.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Subcommand)]
enum Action {
    /// Resume the resolution of an operation that needs attention: read its order at Mollie again.
    Retry {
        /// The operation.
        id: String,
        #[command(flatten)]
        decision: Decision,
    },
    /// Resolve an operation that needs attention.
    Resolve {
        /// The operation.
        id: String,
        #[command(flatten)]
        verdict: Verdict,
        #[command(flatten)]
        decision: Decision,
    },
    /// Close a review item that was dealt with.
    Close {
        /// The order's id.
        order: String,
        /// The item's number.
        number: i32,
        #[command(flatten)]
        decision: Decision,
    },
}

#[derive(Args)]
struct Decision {
    /// Who decides; recorded with the order.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why; recorded with the order.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Action {
    fn decision(&self) -> &Decision {
        match self {
            Self::Retry { decision, .. } | Self::Resolve { decision, .. } | Self::Close { decision, .. } => {
                decision
            }
        }
    }
}

impl Decision {
    /// Checks by the service's own rule before the call, so that faults are reported by the options' names.
    fn check(&self) -> Result<()> {
        let reported =
            |fault: &Violation| format!("--{}: expected {}, got {}", fault.path, fault.expected, fault.got);
        match decision::Decision::parse(&self.by, &self.reason) {
            Ok(_) => Ok(()),
            Err(faults) => bail!("{}", faults.iter().map(reported).collect::<Vec<_>>().join("\n")),
        }
    }
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Verdict {
    /// It had its effect: this order (ord_...) or shipment (shp_...) at Mollie.
    #[arg(long, value_name = "MOLLIE_ID")]
    succeeded: Option<String>,
    /// It had no effect, and will have none.
    #[arg(long)]
    rejected: bool,
}

pub async fn run(arguments: Arguments) -> Result<ExitCode> {
    if let Some(action) = &arguments.action {
        action.decision().check()?;
    }
    let channel = arguments.service.connect().await?;
    match arguments.action {
        None => {
            let situation = Box::pin(reading::read(channel)).await?;
            if arguments.json {
                show(&format!("{}\n", as_json(&situation)?))?;
            } else {
                show(&screen::screen(&situation, &screen::Program::this(arguments.service.option())))?;
            }
            Ok(if situation.waits() { ExitCode::from(WAITS) } else { ExitCode::SUCCESS })
        }
        Some(action) => {
            act(OperationServiceClient::new(channel), action).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn as_json(situation: &Situation) -> Result<Value> {
    let Situation { attention, compared, concerned, held, queued, others, more, .. } = situation;
    let compared = |operation: &Operation| match compared.get(&operation.id) {
        Some(Ok(comparison)) => json(comparison),
        Some(Err(why)) => Ok(json!({ "operation": json(operation)?, "unread": why })),
        None => Ok(json!({ "operation": json(operation)? })),
    };
    Ok(json!({
        "needAttention": attention.iter().map(compared).collect::<Result<Vec<_>>>()?,
        "haveOpenItems": concerned.iter().map(json).collect::<Result<Vec<_>>>()?,
        "held": held.iter().map(|(_, shipment)| json(shipment)).collect::<Result<Vec<_>>>()?,
        "queuedTooLong": json(queued)?,
        "underWay": others.iter().map(json).collect::<Result<Vec<_>>>()?,
        "moreUnderWay": more,
    }))
}

async fn act(mut service: OperationServiceClient<Connection>, action: Action) -> Result<()> {
    match action {
        Action::Retry { id: operation_id, decision: Decision { by: actor, reason } } => {
            let request = RetryOperationRequest { operation_id, actor, reason };
            let operation = service.retry_operation(request).await.map_err(explained)?.into_inner();
            print!("{}", screen::outcome(&operation));
        }
        Action::Resolve { id: operation_id, verdict, decision: Decision { by: actor, reason } } => {
            let outcome = Some(verdict.outcome());
            let request = ResolveOperationRequest { operation_id, outcome, actor, reason };
            let operation = service.resolve_operation(request).await.map_err(explained)?.into_inner();
            print!("{}", screen::outcome(&operation));
        }
        Action::Close { order: order_id, number, decision: Decision { by: actor, reason } } => {
            let request = CloseReviewItemRequest { order_id, number, actor, reason };
            let order = service.close_review_item(request).await.map_err(explained)?.into_inner();
            print!("{}", screen::closed(&order, number));
        }
    }
    Ok(())
}

impl Verdict {
    fn outcome(self) -> Outcome {
        match self.succeeded {
            Some(mollie_id) => Outcome::Succeeded(Succeeded { mollie_id }),
            // Clap guarantees that this is the other one.
            None => Outcome::Rejected(Rejected {}),
        }
    }
}
