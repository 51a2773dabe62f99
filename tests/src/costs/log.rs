//! What the program says of its statements, in its log.

use serde_json::Value;

const TARGET: &str = "persistence::statement";

/// The texts of all statements told in a piece of the log, in order.
pub(super) fn statements(log: &str) -> Vec<String> {
    let events = log.lines().filter(|line| line.contains(TARGET)).filter_map(event);
    let ours = events.filter(|event| event["target"] == TARGET);
    ours.filter_map(|event| event["fields"]["sql"].as_str().map(str::to_owned)).collect()
}

/// The same without what loops send, which belongs to no call.
pub fn statements_of_calls(log: &str) -> Vec<String> {
    statements(log).into_iter().filter(|sql| kind(sql) != Kind::Claim).collect()
}

/// Whether a look-up of the order has ended in a piece of the log.
pub(super) fn is_looked_up(log: &str, order: &str) -> bool {
    let events = log.lines().filter(|line| line.contains(order)).filter_map(event);
    events.into_iter().any(|event| {
        let fields = &event["fields"];
        let message = fields["message"].as_str().unwrap_or_default();
        fields["order"] == order && message.starts_with("order looked up")
    })
}

fn event(line: &str) -> Option<Value> {
    serde_json::from_str(line).ok()
}

/// What a statement is to the count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Begin,
    /// COMMIT or ROLLBACK.
    End,
    /// A loop asks for work that is due, how much waits, or whether the database can be written; or permits are asked for, once in a
    /// while for all calls.
    Claim,
    Other,
}

/// Tells by the text.
pub(super) fn kind(sql: &str) -> Kind {
    match sql.split_whitespace().next().unwrap_or_default() {
        "BEGIN" => Kind::Begin,
        "COMMIT" | "ROLLBACK" => Kind::End,
        // On PostgreSQL a statement goes before it in the same message, which an aborted transaction refuses.
        _ if sql == "SELECT 1; COMMIT" => Kind::End,
        _ if is_timed(sql) => Kind::Claim,
        _ if ["WITH due", "UPDATE heartbeat", "INSERT INTO call_rates"]
            .iter()
            .any(|loops| sql.trim_start().starts_with(loops)) =>
        {
            Kind::Claim
        }
        _ => Kind::Other,
    }
}

/// Whether a call that waits for several operations looks whether they have ended: it does so as often as it is woken.
pub(super) fn is_look(sql: &str) -> bool {
    sql.starts_with("SELECT") && sql.contains(r#""operations"."group_id" = "#)
}

/// Whether a statement comes by the clock, so that whether it falls into a run says nothing.
pub(super) fn is_timed(sql: &str) -> bool {
    let sql = sql.trim_start();
    sql.starts_with("UPDATE heartbeat") || sql.starts_with("/* gauge */") || sql.ends_with("AS database_time")
}

/// A statement in one line, of a length that can be read.
pub(super) fn short(sql: &str) -> String {
    const MOST: usize = 140;
    let line = sql.replace('"', "").split_whitespace().collect::<Vec<_>>().join(" ");
    // What is asked of which table comes behind the columns' names.
    let line = match (line.split_once(" FROM "), line.split_once(" SET "), line.rsplit_once(" WHERE ")) {
        (Some((_, from)), _, _) if line.starts_with("SELECT") => format!("SELECT … FROM {from}"),
        (_, Some((update, _)), Some((_, condition))) if line.starts_with("UPDATE") => {
            format!("{update} SET … WHERE {condition}")
        }
        _ => line,
    };
    let mut short: String = line.chars().take(MOST).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_told_apart_by_their_text() {
        assert_eq!(kind("BEGIN"), Kind::Begin);
        assert_eq!(kind("BEGIN IMMEDIATE"), Kind::Begin);
        assert_eq!(kind("ROLLBACK"), Kind::End);
        assert_eq!(kind("SELECT 1; COMMIT"), Kind::End);
        assert_eq!(kind("WITH due AS MATERIALIZED (\n SELECT 1)"), Kind::Claim);
        assert_eq!(kind("SELECT 1"), Kind::Other);
        assert!(is_look(r#"SELECT 1 FROM "operations" WHERE "operations"."group_id" = $2"#));
    }

    #[test]
    fn a_statement_is_named_by_its_table_and_condition() {
        assert_eq!(short("SELECT 1"), "SELECT 1");
        assert_eq!(
            short("SELECT \"a\".\"b\", c FROM \"a\"\n  WHERE \"b\" = $1"),
            "SELECT … FROM a WHERE b = $1"
        );
        assert_eq!(short("UPDATE a SET b = 1, c = 2 WHERE b = $1"), "UPDATE a SET … WHERE b = $1");
        assert_eq!(short(&"x".repeat(200)).chars().count(), 141);
    }

    #[test]
    fn only_what_is_told_of_statements_is_read_of_a_log() {
        let log = "{\"fields\":{\"sql\":\"SELECT 1\"},\"target\":\"persistence::statement\"}\nno json\n\
                   {\"fields\":{\"message\":\"persistence::statement\"},\"target\":\"other\"}\n";
        assert_eq!(statements(log), ["SELECT 1"]);
    }
}
