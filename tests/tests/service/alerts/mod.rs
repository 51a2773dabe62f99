//! The alerts and the dashboard of deploy/, on what the real program tells: each alert fires by its cause and no other does, each expression is
//! evaluated by a real Prometheus, and each alert has its place in the run book.

mod mollie;
mod money;
mod service;
mod stage;

use std::collections::BTreeSet;

use serde_json::Value;
use tests::{
    Engine, Prometheus, Rule, Scrape, Story, dashboard, kept, metrics_of, play, prometheus_is_available,
    resource,
};

use stage::Stage;

const RUN_BOOK: &str = "deploy/README.md";

#[test]
fn every_alert_has_its_section_in_the_run_book_and_every_section_its_alert() {
    let rules = resource();
    let alerts: Vec<_> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() > 20, "{alerts:?}");
    let book = kept(RUN_BOOK);
    let (_, section) = book.split_once("\n## Alerts\n").expect("the run book has a section on alerts");
    let section = section.split("\n## ").next().unwrap();
    let sections: Vec<_> = section.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    assert_eq!(sections, alerts);
    for part in section.split("\n### ").skip(1) {
        for what in ["**Meaning.**", "**Callers.**", "**Do.**", "**Done.**"] {
            assert!(part.contains(what), "{} does not say it: {what}", part.lines().next().unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_alert_fires_by_its_cause_alone_and_every_expression_finds_what_it_asks_for() {
    if !prometheus_is_available() || !Engine::Postgres.is_available().await {
        return;
    }
    let mut stage = Stage::default();
    let parts = tokio::join!(Box::pin(money::play()), Box::pin(mollie::play()), Box::pin(service::play()));
    stage.add(parts.0);
    stage.add(parts.1);
    stage.add(parts.2);
    let directory = tempfile::tempdir().unwrap();
    play(&stage.stories, directory.path());

    let prometheus = Prometheus::start(directory.path(), &stage.targets(), &stage.web()).await;
    let rules = prometheus.rules().await;
    each_has_one_story(&rules, &stage.stories);
    rules.iter().for_each(says_what_to_do);
    let known = metrics(&stage.stories);
    let alerts = rules.iter().map(|rule| (rule.name.clone(), rule.query.clone()));
    let panels = panels(&dashboard());
    assert!(panels.len() > 40, "{}", panels.len());
    for (name, expression) in alerts.chain(panels.clone()) {
        assert_eq!(unknown(&expression, &known), [""; 0], "{name} asks for what nothing tells");
        prometheus.count(&expression).await.unwrap_or_else(|error| panic!("{name}: {error}: {expression}"));
    }
    for (name, expression) in panels {
        assert!(prometheus.count(&expression).await.unwrap() > 0, "{name} shows nothing: {expression}");
    }
    // The searches find what is wrong.
    assert_eq!(unknown("sum(orders_money_at_rsik) > 0", &known), ["orders_money_at_rsik"]);
    assert!(prometheus.count("sum by (orders_money_at_risk").await.is_err());
    assert_eq!(prometheus.count("orders_items_open{mode=\"life\"}").await, Ok(0));
}

/// The first alert that a story names is the one that it is told for.
fn each_has_one_story(rules: &[Rule], stories: &[Story]) {
    let mut told: Vec<_> = stories.iter().filter_map(|story| story.fires.first().copied()).collect();
    let mut alerts: Vec<_> = rules.iter().map(|rule| rule.name.as_str()).collect();
    told.sort_unstable();
    alerts.sort_unstable();
    assert_eq!(told, alerts);
    assert!(stories.iter().any(|story| story.fires.is_empty()), "nothing fires while all is well");
}

fn says_what_to_do(rule: &Rule) {
    let Rule { name, severity, summary, description, runbook, .. } = rule;
    assert!(["page", "ticket"].contains(&severity.as_str()), "{name}: {severity}");
    assert!(!summary.is_empty() && description.len() > 80, "{name}: {summary} {description}");
    assert_eq!(runbook, &format!("{RUN_BOOK}#{}", name.to_lowercase()));
}

/// Every metric that was told anywhere.
fn metrics(stories: &[Story]) -> BTreeSet<String> {
    let looks = stories.iter().flat_map(|story| std::iter::once(&story.before).chain(&story.during));
    looks.flat_map(Scrape::metrics).collect()
}

fn unknown(expression: &str, known: &BTreeSet<String>) -> Vec<String> {
    metrics_of(expression).difference(known).cloned().collect()
}

/// The expressions of the dashboard, by their panels. Each panel says what it shows, and in which unit.
fn panels(dashboard: &Value) -> Vec<(String, String)> {
    let panels = dashboard["panels"].as_array().unwrap();
    let shown = panels.iter().filter(|panel| panel["type"] != "row");
    let expressions = shown.flat_map(|panel| {
        let title = panel["title"].as_str().unwrap();
        let says = |text: &Value| text.as_str().is_some_and(|text| !text.is_empty());
        assert!(says(&panel["description"]) && says(&panel["fieldConfig"]["defaults"]["unit"]), "{title}");
        let targets = panel["targets"].as_array().unwrap();
        targets.iter().map(|target| (title.to_owned(), target["expr"].as_str().unwrap().to_owned()))
    });
    expressions.collect()
}
