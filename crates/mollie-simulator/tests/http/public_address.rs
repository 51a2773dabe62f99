//! The address that links start with, where a proxy is in front of the simulator.

use mollie_simulator::{Config, Simulator};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::bench::{Directory, KEY, lego};

const NOWHERE: &str = "http://127.0.0.1:9/hook";

fn simulator(directory: &Directory) -> Simulator {
    let base_url = "http://127.0.0.1:1".to_owned();
    Simulator::open(Config { data_dir: directory.path().to_owned(), base_url }).unwrap()
}

#[tokio::test]
async fn links_start_with_the_public_address_and_not_with_the_own() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let directory = Directory::new();
    let simulator = simulator(&directory).at_public_address("https://mollie.example.org/sim/").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = format!("http://{}", listener.local_addr().unwrap());
    let shutdown = CancellationToken::new();
    let serving = tokio::spawn(simulator.serve(listener, shutdown.clone()));
    let request = crate::bench::client().post(format!("{own}/v2/orders"));
    let request = request.header("authorization", format!("Bearer {KEY}")).json(&lego("ideal", NOWHERE));
    let text = request.send().await.unwrap().text().await.unwrap();
    assert!(text.contains("\"https://mollie.example.org/sim/v2/orders/"), "{text}");
    assert!(text.contains("\"https://mollie.example.org/sim/checkout/"), "{text}");
    assert!(!text.contains(&own) && !text.contains("127.0.0.1:1"), "{text}");
    shutdown.cancel();
    serving.await.unwrap().unwrap();
}

#[test]
fn an_address_that_links_cannot_start_with_is_refused() {
    let directory = Directory::new();
    for address in [
        "mollie.example.org",
        "https://",
        "https:///v2",
        "ftp://a.example",
        "https://a.example/?x",
        "https://a b",
    ] {
        let error = simulator(&directory).at_public_address(address).unwrap_err();
        assert!(error.to_string().contains(address), "{error}");
    }
}
