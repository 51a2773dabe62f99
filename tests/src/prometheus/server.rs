//! A running Prometheus that reads the `/metrics` of running services, with the rules of deploy/.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};

use super::{JOB, write_rules};
use crate::ports::free_address;
use crate::wait::{SOON, until};

/// It is killed when this is dropped.
pub struct Prometheus {
    address: SocketAddr,
    process: Child,
    web: Client,
}

/// An alert as Prometheus has read it.
#[derive(Clone, Debug)]
pub struct Rule {
    pub name: String,
    pub query: String,
    pub severity: String,
    pub summary: String,
    pub description: String,
    pub runbook: String,
}

impl Prometheus {
    /// Starts it, and waits until it has looked at each target three times.
    pub async fn start(directory: &Path, targets: &[SocketAddr], web: &Client) -> Self {
        let targets: Vec<_> = targets.iter().map(ToString::to_string).collect();
        let scrape = json!({ "job_name": JOB, "static_configs": [{ "targets": targets }] });
        let every = json!({ "scrape_interval": "1s", "evaluation_interval": "1s" });
        let configuration =
            json!({ "global": every, "rule_files": [write_rules(directory)], "scrape_configs": [scrape] });
        let file = directory.join("prometheus.yaml");
        std::fs::write(&file, configuration.to_string()).expect("the configuration can be written");
        let address = free_address();
        let process = Command::new("prometheus")
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", directory.join("prometheus").display()))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("prometheus starts");
        let prometheus = Self { address, process, web: web.clone() };
        let looked = format!("count(count_over_time(up{{job=\"{JOB}\"}}[1h]) >= 3)");
        until("Prometheus has looked at every target", 2 * SOON, async || {
            let answer = prometheus.ask("query", &looked).await?;
            let count = answer["data"]["result"][0]["value"][1].as_str()?.to_owned();
            (count == targets.len().to_string()).then_some(())
        })
        .await;
        prometheus
    }

    /// Every alert.
    pub async fn rules(&self) -> Vec<Rule> {
        let answer = until("Prometheus has read the rules", SOON, async || {
            let answer = self.ask("rules", "").await?;
            answer["data"]["groups"].as_array().filter(|groups| !groups.is_empty()).cloned()
        })
        .await;
        answer.iter().flat_map(|group| group["rules"].as_array().expect("rules")).map(rule).collect()
    }

    /// How many series an expression gives.
    ///
    /// # Errors
    /// What Prometheus says of it.
    pub async fn count(&self, expression: &str) -> Result<usize, String> {
        let answer = until("Prometheus answers", SOON, async || self.ask("query", expression).await).await;
        match answer["data"]["result"].as_array() {
            Some(series) => Ok(series.len()),
            None => Err(answer["error"].to_string()),
        }
    }

    async fn ask(&self, what: &str, expression: &str) -> Option<Value> {
        let url = format!("http://{}/api/v1/{what}", self.address);
        let request = match expression {
            "" => self.web.get(url),
            _ => self.web.post(url).form(&[("query", expression)]),
        };
        request.timeout(Duration::from_secs(10)).send().await.ok()?.json().await.ok()
    }
}

fn rule(rule: &Value) -> Rule {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Rule {
        name: text(&rule["name"]),
        query: text(&rule["query"]),
        severity: text(&rule["labels"]["severity"]),
        summary: text(&rule["annotations"]["summary"]),
        description: text(&rule["annotations"]["description"]),
        runbook: text(&rule["annotations"]["runbook_url"]),
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill().and_then(|()| self.process.wait());
    }
}
