//! What survives the end of the process.

use std::io::Write;

use mollie_simulator::{Config, OpenError, Simulator};
use serde_json::json;

use crate::bench::{Bench, Directory, lego};

const NOWHERE: &str = "http://127.0.0.1:9/hook";

fn config(directory: &Directory) -> Config {
    Config { data_dir: directory.path().to_owned(), base_url: "http://127.0.0.1:1".to_owned() }
}

#[tokio::test]
async fn everything_is_there_again_after_a_restart() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    bench.advance("P3DT4H").await;
    let paid = bench.create(lego("klarna", NOWHERE)).await;
    bench.choose(&paid, "authorized").await;
    let unpaid = bench.send("POST", "/v2/orders", Some(lego("ideal", NOWHERE)), Some("key-1")).await.json();
    bench.send("PUT", "/_simulator/switches", Some(json!({ "ids": "short" })), None).await;
    let (ledger, offset) = (bench.get("/_simulator/ledger").await, bench.offset.get());
    bench.stop().await;

    let bench = Bench::start(&directory).await;
    assert_eq!(bench.offset.get(), offset);
    assert_eq!(bench.get("/_simulator/clock").await["offset_seconds"], (3 * 24 + 4) * 3600);
    assert_eq!(bench.get("/_simulator/ledger").await, ledger);
    assert_eq!(bench.get("/_simulator/switches").await["ids"], "short");
    assert_eq!(bench.get("/_simulator/requests").await["total"], 0);
    let repeated = bench.send("POST", "/v2/orders", Some(lego("ideal", NOWHERE)), Some("key-1")).await;
    assert!(repeated.replayed);
    assert_eq!(repeated.json()["id"], unpaid["id"]);
    let unpaid = bench.get(&format!("/v2/orders/{}", unpaid["id"].as_str().unwrap())).await;
    assert_eq!(bench.choose(&unpaid, "paid").await.status, 303);
    let path = format!("/v2/orders/{}/shipments", paid["id"].as_str().unwrap());
    assert_eq!(bench.send("POST", &path, None, None).await.status, 201);
    let new = bench.create(lego("ideal", NOWHERE)).await;
    assert_ne!(new["id"], unpaid["id"]);
    let seqs: Vec<u64> = bench.get("/_simulator/ledger").await["effects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|effect| effect["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
    bench.stop().await;
}

#[tokio::test]
async fn the_journal_is_complete_after_every_answer() {
    let (directory, copy) = (Directory::new(), Directory::new());
    let bench = Bench::start(&directory).await;
    for step in 0..4 {
        let order = bench.create(lego("klarna", NOWHERE)).await;
        if step > 0 {
            bench.choose(&order, "authorized").await;
        }
        if step > 1 {
            let path = format!("/v2/orders/{}/shipments", order["id"].as_str().unwrap());
            bench.send("POST", &path, None, None).await;
        }
        if step > 2 {
            bench.advance("P28D").await;
        }
        // What a killed process would leave behind.
        std::fs::copy(directory.journal(), copy.journal()).unwrap();
        let ledger = bench.get("/_simulator/ledger").await;
        let other = Bench::start(&copy).await;
        assert_eq!(other.get("/_simulator/ledger").await, ledger, "step {step}");
        assert_eq!(other.offset.get(), bench.offset.get());
        other.stop().await;
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_last_line_without_its_end_is_dropped() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    bench.create(lego("ideal", NOWHERE)).await;
    bench.stop().await;
    let whole = std::fs::read(directory.journal()).unwrap();
    let last = whole.iter().rposition(|byte| *byte == b'{').unwrap();
    let mut file = std::fs::OpenOptions::new().append(true).open(directory.journal()).unwrap();
    file.write_all(&whole[last..whole.len() - 1]).unwrap();
    let bench = Bench::start(&directory).await;
    assert_eq!(bench.kinds().await, ["order_created", "payment_created"]);
    bench.stop().await;

    // The whole last line is gone when its end is missing, and with it the order.
    let bench = Bench::start(&directory).await;
    bench.create(lego("ideal", NOWHERE)).await;
    bench.stop().await;
    let whole = std::fs::read(directory.journal()).unwrap();
    std::fs::write(directory.journal(), &whole[..whole.len() - 1]).unwrap();
    let bench = Bench::start(&directory).await;
    assert_eq!(bench.get("/v2/orders").await["count"], 1);
    bench.stop().await;
}

#[test]
fn a_damaged_line_in_the_middle_is_an_error() {
    let directory = Directory::new();
    std::fs::write(directory.journal(), "{\"changes\":{}}\nnonsense\n{\"changes\":{}}\n").unwrap();
    let error = Simulator::open(config(&directory)).unwrap_err();
    assert!(matches!(error, OpenError::Corrupt { line: 2, .. }), "{error}");
}

#[test]
fn only_one_simulator_uses_a_directory() {
    let directory = Directory::new();
    let first = Simulator::open(config(&directory)).unwrap();
    let error = Simulator::open(config(&directory)).unwrap_err();
    assert!(error.to_string().starts_with("another simulator is running on the data directory"), "{error}");
    drop(first);
    Simulator::open(config(&directory)).unwrap();
}
