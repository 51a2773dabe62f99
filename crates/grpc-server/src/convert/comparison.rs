//! An operation beside Mollie, as a message.

use domain::operations::operation::Operation;
use domain::rules::comparison::{Comparison, Row, Side};

use super::common::{amount, time};
use super::operation::operation;
use super::shipment::tracking;
use crate::proto::{OperationComparison, operation_comparison};

pub fn comparison(of: &Operation, comparison: &Comparison) -> OperationComparison {
    OperationComparison {
        operation: Some(operation(of)),
        ours: Some(side(&comparison.ours)),
        theirs: comparison.theirs.iter().map(side).collect(),
    }
}

fn side(side: &Side) -> operation_comparison::Side {
    operation_comparison::Side {
        mollie_id: side.mollie_id.clone().unwrap_or_default(),
        created_time: side.created_time.map(time),
        status: side.status.clone().unwrap_or_default(),
        amount: side.amount.map(amount),
        lines: side.lines.iter().map(row).collect(),
        tracking: side.tracking.as_ref().map(tracking),
        text: side.text.clone(),
    }
}

fn row(row: &Row) -> operation_comparison::Row {
    operation_comparison::Row {
        line_id: row.line_id.map(|id| id.to_string()).unwrap_or_default(),
        quantity: row.quantity.into(),
        amount: Some(amount(row.amount)),
    }
}
