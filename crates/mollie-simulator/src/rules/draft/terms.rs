//! What a request says of the one payment that it makes.

use jiff::Timestamp;
use jiff::civil::Date;

use super::dates::is_within_reach;
use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::method::takes_due_date;
use crate::rules::records::Terms;
use crate::rules::switches::{DueDateBounds, Switches};

/// Reads the parameters of a payment that any of `methods` may be used for; all if there are none.
pub fn read_terms(
    fields: &Fields<'_>,
    methods: &[String],
    switches: &Switches,
    now: Timestamp,
) -> Result<Terms, Refusal> {
    let text = |name: &str| Ok(fields.text(name)?.map(str::to_owned));
    Ok(Terms {
        due_date: read_due_date(fields, methods, switches, now)?,
        customer_id: text("customerId")?,
        mandate_id: text("mandateId")?,
    })
}

/// Inferred: its bounds are those of `expiresAt`, and nobody looks at them where no bank transfer can be made.
fn read_due_date(
    fields: &Fields<'_>,
    methods: &[String],
    switches: &Switches,
    now: Timestamp,
) -> Result<Option<Date>, Refusal> {
    let Some(date) = fields.date("dueDate")? else {
        return Ok(None);
    };
    let counts = methods.is_empty() || methods.iter().any(|method| takes_due_date(method));
    match switches.due_date_bounds {
        DueDateBounds::Refused if counts && !is_within_reach(date, switches.zone_of_tomorrow, now) => {
            let detail = "The dueDate should be a date from tomorrow until 100 days after tomorrow.";
            Err(fields.refuse("dueDate", detail))
        }
        DueDateBounds::Refused | DueDateBounds::Accepted => Ok(Some(date)),
    }
}
