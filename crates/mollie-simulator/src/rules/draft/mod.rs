//! The create request, read and judged: every field, every rule, one fault at a time. What later requests send of the same
//! fields is read here too.
//!
//! Makes no order: the result is what `create_order` builds one from. Where the documents disagree or are silent, a
//! switch decides (`switches::create`); what has none is refused, or taken, under all settings.

mod address;
mod dates;
mod expires_at;
mod judge;
mod line;
mod line_amounts;
mod line_change;
mod line_vat;
mod method;
mod order;
mod order_payment;
mod order_update;
mod parameters;
mod particulars;
mod payment;
mod sums;
mod terms;
mod webhook;

pub use address::is_country;
pub use judge::{judge_create, judge_create_as, read_create};
pub use line::read_line;
pub use line_change::{Amended, check_lines, read_line_change};
pub use method::only_one;
pub use order::OrderDraft;
pub use order_payment::read_order_payment;
pub use order_update::{OrderUpdate, read_order_update};
pub use parameters::{Credential, Part, check_known};
pub use particulars::is_locale;
