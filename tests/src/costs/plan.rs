//! Plans of PostgreSQL as auto_explain tells them: how many buffers were touched, and what no plan of ours may do.

use serde_json::Value;

use super::log::{self, Kind};

/// Our tables; what the server looks up in its own is not judged.
pub(super) const TABLES: [&str; 7] =
    ["orders", "events", "operations", "shipments", "requests", "lookups", "timers"];

/// Indexes of what is not over yet: they hold little, and nothing else. Claims read them from their beginning. Of another
/// statement the server thinks so only as long as it plans for given values, while they are nearly empty.
const PARTIAL: [&str; 4] =
    ["operations_due", "operations_unsettled", "orders_held_shipments", "orders_open_items"];

/// More rows than this read and thrown away are a condition that no index knows.
const MOST_REMOVED: u64 = 60;

/// How one statement was executed.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub sql: String,
    /// Buffers of the server's shared cache that were touched, whether they were in it or not. Those of foreign keys are not
    /// among them: they are checked by statements of their own.
    pub buffers: u64,
    /// Each access to a table of ours, as `orders by orders_pkey`.
    pub paths: Vec<String>,
    /// What is wrong with it, by table.
    pub faults: Vec<String>,
    /// The same, once the server does not plan for given values any more.
    pub warm_faults: Vec<String>,
}

impl Plan {
    /// Reads what the server has told, if it is a plan.
    pub fn read(notice: &str) -> Option<Self> {
        let (_, json) = notice.split_once("plan:\n")?;
        let reported: Value = serde_json::from_str(json).expect("auto_explain tells JSON");
        let top = &reported["Plan"];
        let buffers = count(top, "Shared Hit Blocks") + count(top, "Shared Read Blocks");
        let sql = reported["Query Text"].as_str().expect("a plan names its statement").to_owned();
        let mut plan = Self { sql, buffers, paths: Vec::new(), faults: Vec::new(), warm_faults: Vec::new() };
        plan.judge(top);
        Some(plan)
    }

    fn judge(&mut self, node: &Value) {
        let (kind, table) = (text(node, "Node Type"), text(node, "Relation Name"));
        if TABLES.contains(&table) && kind != "ModifyTable" {
            let index = index(node);
            self.paths.push(format!("{table} by {}", if index.is_empty() { kind } else { index }));
            self.judge_access(node, kind, table, index);
        }
        for part in node["Plans"].as_array().into_iter().flatten() {
            self.judge(part);
        }
    }

    fn judge_access(&mut self, node: &Value, kind: &str, table: &str, index: &str) {
        let removed = count(node, "Rows Removed by Filter") * count(node, "Actual Loops").max(1);
        if kind == "Seq Scan" {
            self.faults.push(format!("Seq Scan on {table}"));
        } else if kind.contains("Index") && node["Index Cond"].is_null() {
            let fault = format!("{kind} of all of {index} on {table}");
            if PARTIAL.contains(&index) {
                self.warm_faults.extend((log::kind(&self.sql) != Kind::Claim).then_some(fault));
            } else {
                self.faults.push(fault);
            }
        } else if removed > MOST_REMOVED {
            self.faults.push(format!("{kind} by {index} on {table} throws most away of what it reads"));
        }
    }
}

/// The index of a scan, or of the one that a scan of a bitmap begins with.
fn index(node: &Value) -> &str {
    let first = node["Plans"].get(0).filter(|_| text(node, "Node Type") == "Bitmap Heap Scan");
    first.map_or_else(|| text(node, "Index Name"), |bitmap| text(bitmap, "Index Name"))
}

fn text<'a>(node: &'a Value, name: &str) -> &'a str {
    node[name].as_str().unwrap_or_default()
}

fn count(node: &Value, name: &str) -> u64 {
    node[name].as_u64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(node: &str) -> Plan {
        let reported = format!("duration: 0.1 ms  plan:\n{{\"Query Text\": \"SELECT 1\", \"Plan\": {node}}}");
        Plan::read(&reported).unwrap()
    }

    #[test]
    fn a_table_read_from_its_beginning_is_a_fault_wherever_it_stands_in_a_plan() {
        let plan = plan(
            r#"{"Node Type": "Limit", "Shared Hit Blocks": 3, "Shared Read Blocks": 4,
                "Plans": [{"Node Type": "Seq Scan", "Relation Name": "orders"}]}"#,
        );
        assert_eq!((plan.buffers, plan.faults), (7, vec!["Seq Scan on orders".to_owned()]));
    }

    #[test]
    fn an_index_is_searched_and_not_read_through() {
        let by = |more: &str| {
            let node = format!(
                r#"{{"Node Type": "Index Scan", "Relation Name": "orders", "Index Name": "orders_pkey" {more}}}"#
            );
            plan(&node).faults.len()
        };
        assert_eq!(by(r#", "Index Cond": "(id = $1)""#), 0);
        assert_eq!(by(""), 1);
        assert_eq!(by(r#", "Index Cond": "(id = $1)", "Rows Removed by Filter": 400"#), 1);
    }

    #[test]
    fn an_index_of_what_is_not_over_is_read_through_by_claims_only() {
        let node =
            r#"{"Node Type": "Index Scan", "Relation Name": "operations", "Index Name": "operations_due"}"#;
        let read = |sql: &str| {
            let reported = format!("plan:\n{{\"Query Text\": \"{sql}\", \"Plan\": {node}}}");
            let plan = Plan::read(&reported).unwrap();
            (plan.faults.len(), plan.warm_faults.len())
        };
        assert_eq!(read("WITH due AS (SELECT 1)"), (0, 0));
        assert_eq!(read("SELECT 1"), (0, 1));
    }

    #[test]
    fn other_notices_are_no_plans() {
        assert!(Plan::read("there is already a transaction in progress").is_none());
    }
}
