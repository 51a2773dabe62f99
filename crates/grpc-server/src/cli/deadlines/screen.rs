//! Deadlines as a table: the nearest first, with what is at risk and why, and what each day adds up to.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use jiff::{SignedDuration, Timestamp};

use super::Found;
use crate::cli::words::{money, plain, time};
use crate::proto::{AmountAtRisk, OrderDeadline, ProfilePause};

pub fn screen(found: &Found, days: u16) -> String {
    let paused: String = found.pauses.iter().map(paused).collect();
    if found.deadlines.is_empty() {
        return format!("{paused}Nothing that is authorized ends within {days} days.\n");
    }
    let mut orders =
        table(&["ship by (UTC)", "in", "order", "profile", "to capture", "why it is not captured"]);
    for deadline in &found.deadlines {
        orders.add_row([
            time(deadline.ship_by_time.as_ref()),
            distance(deadline, found.now),
            plain(&deadline.order_number),
            plain(&deadline.profile),
            money(deadline.amount_to_capture.as_ref()),
            why(deadline),
        ]);
    }
    let mut sums = table(&["day (UTC)", "orders", "to capture"]);
    for sum in &found.sums {
        sums.add_row([plain(&sum.date), sum.orders.to_string(), money(sum.amount_to_capture.as_ref())]);
    }
    for (table, column) in [(&mut orders, 4), (&mut sums, 2)] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    format!("{paused}{}\n\n{}\n", trimmed(&orders), trimmed(&sums))
}

fn paused(pause: &ProfilePause) -> String {
    let (profile, since) = (plain(&pause.profile), time(pause.paused_time.as_ref()));
    let (actor, reason) = (plain(&pause.actor), plain(&pause.reason));
    format!("Profile {profile} is paused since {since}, by {actor}: {reason}. Nothing is done unasked.\n")
}

fn table(names: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(names);
    table
}

/// Without the blanks that fill the last column.
fn trimmed(table: &Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn distance(deadline: &OrderDeadline, now: Timestamp) -> String {
    let time = deadline.ship_by_time.and_then(|time| Timestamp::from_second(time.seconds).ok());
    let Some(left) = time.map(|time| time.duration_since(now)) else { return String::new() };
    if left.is_negative() {
        return "over".to_owned();
    }
    let (days, hours) = (left.as_hours() / 24, left.as_hours() % 24);
    match (days, hours) {
        (0, 0) => format!("{} min", left.saturating_add(SignedDuration::from_secs(59)).as_mins()),
        (0, hours) => format!("{hours} h"),
        (days, hours) => format!("{days} d {hours} h"),
    }
}

fn why(deadline: &OrderDeadline) -> String {
    let part = |part: &AmountAtRisk| {
        let reason = part.reason().as_str_name().trim_start_matches("RISK_REASON_").to_lowercase();
        format!("{} {}", money(part.amount.as_ref()), reason.replace('_', " "))
    };
    let mut parts: Vec<_> = deadline.at_risk.iter().map(part).collect();
    parts.extend(deadline.open_items.iter().map(|number| format!("item {number} is open")));
    let blocked = deadline.blocking_operation_ids.iter();
    parts.extend(blocked.map(|id| format!("operation {} waits for a person", plain(id))));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{Amount, DeadlineSum, RiskReason};

    fn euro(value: &str) -> Option<Amount> {
        Some(Amount { currency: "EUR".to_owned(), value: value.to_owned() })
    }

    fn at(seconds: i64) -> prost_types::Timestamp {
        prost_types::Timestamp { seconds, nanos: 0 }
    }

    #[test]
    fn the_nearest_comes_first_with_what_is_at_risk_and_why() {
        let order = |number: &str, seconds, reason: RiskReason, items: &[i32]| OrderDeadline {
            order_number: number.to_owned(),
            profile: "main".to_owned(),
            ship_by_time: Some(at(seconds)),
            amount_to_capture: euro("1027.99"),
            at_risk: vec![AmountAtRisk { reason: reason.into(), amount: euro("1027.99") }],
            open_items: items.to_vec(),
            ..OrderDeadline::default()
        };
        let found = Found {
            deadlines: vec![
                order("a", 1_772_366_399, RiskReason::NotShipped, &[]),
                order("b", 1_772_366_400 + 90 * 3600, RiskReason::Rejected, &[1]),
            ],
            sums: vec![DeadlineSum {
                date: "2026-03-01".to_owned(),
                orders: 1,
                amount_to_capture: euro("1027.99"),
            }],
            pauses: Vec::new(),
            now: Timestamp::from_second(1_772_366_400).unwrap(),
        };
        let shown = screen(&found, 7);
        let words: Vec<_> =
            shown.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(words[1], "2026-03-01 11:59:59 over a main 1027.99 EUR 1027.99 EUR not shipped");
        assert_eq!(
            words[2],
            "2026-03-05 06:00:00 3 d 18 h b main 1027.99 EUR 1027.99 EUR rejected, item 1 is open"
        );
        assert_eq!(words.last().unwrap(), "2026-03-01 1 1027.99 EUR");
    }

    #[test]
    fn where_nothing_ends_it_says_so_and_who_is_paused_all_the_same() {
        let (deadlines, sums, pauses) = (Vec::new(), Vec::new(), Vec::new());
        let found = Found { deadlines, sums, pauses, now: Timestamp::UNIX_EPOCH };
        assert_eq!(screen(&found, 3), "Nothing that is authorized ends within 3 days.\n");
        let pause = ProfilePause {
            profile: "main".to_owned(),
            paused: true,
            paused_time: Some(at(0)),
            actor: "olga".to_owned(),
            reason: "stock count".to_owned(),
        };
        let shown = screen(&Found { pauses: vec![pause], ..found }, 3);
        let expected = "Profile main is paused since 1970-01-01 00:00:00, by olga: stock count. Nothing is done unasked.\n\
                        Nothing that is authorized ends within 3 days.\n";
        assert_eq!(shown, expected);
    }
}
