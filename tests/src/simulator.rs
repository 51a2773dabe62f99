//! Mollie's stand-in, in a process of its own, with its control and its checkout form.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::ledger::Ledger;
use crate::ports::free_address;
use crate::process::Process;
use crate::proto::{Order, Shipment};
use crate::wait::{SOON, until};

/// The key of the only profile; any test key is one.
pub const API_KEY: &str = "test_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM";

/// A simulator with its data directory. Stopping it leaves its state.
pub struct Simulator {
    address: SocketAddr,
    directory: PathBuf,
    process: Option<Process>,
    web: Client,
}

/// How many requests have come to the simulated API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traffic(Value);

impl Traffic {
    pub fn total(&self) -> u64 {
        self.0["total"].as_u64().expect("a total")
    }

    /// Requests to change something.
    pub fn changes(&self) -> u64 {
        let counts = self.0["counts"].as_object().expect("counts");
        let changes = counts.iter().filter(|(kind, _)| !kind.starts_with("GET "));
        changes.filter_map(|(_, count)| count.as_u64()).sum()
    }

    /// Requests of one kind, such as `GET /v2/orders/{id}`.
    pub fn of(&self, kind: &str) -> u64 {
        self.0["counts"][kind].as_u64().unwrap_or_default()
    }
}

impl Simulator {
    pub async fn start(directory: PathBuf) -> Self {
        let mut simulator = Self { address: free_address(), directory, process: None, web: web() };
        simulator.resume().await;
        simulator
    }

    /// One that runs within `order-service dev`.
    pub fn within(address: SocketAddr, directory: PathBuf) -> Self {
        Self { address, directory, process: None, web: web() }
    }

    /// Starts it again where it was.
    pub async fn resume(&mut self) {
        let environment = vec![
            ("ORDER_SERVICE__SIMULATOR__LISTEN", self.address.to_string().into()),
            ("ORDER_SERVICE__SIMULATOR__DATA", self.directory.join("simulator").into()),
        ];
        let mut process = Process::start("simulator", &self.directory, &environment);
        until("the simulator answers", SOON, async || {
            process.must_run();
            self.web.get(self.url("/_simulator/ledger")).send().await.ok()
        })
        .await;
        self.process = Some(process);
    }

    /// Stops it: from now on Mollie cannot be reached.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Where the API lies.
    pub fn api(&self) -> String {
        self.url("/v2")
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub async fn ledger(&self) -> Ledger {
        Ledger::new(&self.control(Method::GET, "ledger", None).await)
    }

    pub async fn traffic(&self) -> Traffic {
        Traffic(self.control(Method::GET, "requests", None).await)
    }

    /// Lets simulated time pass, by an ISO 8601 duration.
    pub async fn advance(&self, duration: &str) {
        self.control(Method::POST, "clock", Some(json!({ "advance": duration }))).await;
    }

    /// How far simulated time is ahead, in seconds.
    pub async fn ahead(&self) -> i64 {
        let clock = self.control(Method::GET, "clock", None).await;
        clock["offset_seconds"].as_i64().expect("an offset")
    }

    /// Keeps the next answer to such a request back, after its effect.
    pub async fn hold(&self, method: &str, path: &str) {
        self.control(Method::PUT, "hold", Some(json!({ "method": method, "path": path }))).await;
    }

    /// Waits until an answer is being kept back: its effect is there, and nobody has been told.
    pub async fn holds_one(&self) {
        until("an answer is held back", SOON, async || {
            let hold = self.control(Method::GET, "hold", None).await;
            (hold["held"] == 1).then_some(())
        })
        .await;
    }

    /// Lets go whatever is held back.
    pub async fn release(&self) {
        self.control(Method::DELETE, "hold", None).await;
    }

    /// Makes it behave in other ways than it does by default; those not named go back to it.
    pub async fn switch(&self, switches: Value) {
        self.control(Method::PUT, "switches", Some(switches)).await;
    }

    /// Lets only so many calls through in a while.
    pub async fn quota(&self, quota: Value) {
        self.control(Method::PUT, "quota", Some(quota)).await;
    }

    /// Takes these credentials no more.
    pub async fn revoke(&self, credentials: &[&str]) {
        self.control(Method::PUT, "revoked", Some(json!(credentials))).await;
    }

    /// How many calls a quota has refused.
    pub async fn refused(&self) -> u64 {
        self.control(Method::GET, "quota", None).await["refused"].as_u64().expect("a count")
    }

    /// Replaces the faults that lie in wait.
    pub async fn fail(&self, faults: Value) {
        self.control(Method::PUT, "faults", Some(faults)).await;
    }

    /// Arms no fault any more, and lets go the requests that hang.
    pub async fn mend(&self) {
        self.control(Method::DELETE, "faults", None).await;
    }

    /// Waits until a request hangs.
    pub async fn has_one_hanging(&self) {
        self.has_hanging(1).await;
    }

    /// Waits until so many requests hang.
    pub async fn has_hanging(&self, count: usize) {
        until(&format!("{count} requests hang"), SOON, async || {
            let faults = self.control(Method::GET, "faults", None).await;
            (faults["hanging"] == count).then_some(())
        })
        .await;
    }

    /// An order as Mollie shows it to whoever has a key, with its payments and shipments.
    pub async fn order(&self, id: &str) -> Value {
        let url = self.url(&format!("/v2/orders/{id}?embed=payments,refunds,shipments"));
        let answer = self.web.get(url).bearer_auth(API_KEY).send().await.expect("the simulator answers");
        assert_eq!(answer.status(), StatusCode::OK, "{id}");
        answer.json().await.expect("the simulator answers with JSON")
    }

    /// The ids of an attempt's captures, oldest first.
    pub async fn captures(&self, attempt: &str) -> Vec<String> {
        let url = self.url(&format!("/v2/payments/{attempt}/captures"));
        let answer = self.web.get(url).bearer_auth(API_KEY).send().await.expect("the simulator answers");
        let list: Value = answer.json().await.expect("the simulator answers with JSON");
        let captures = list["_embedded"]["captures"].as_array().expect("a list of captures");
        captures.iter().rev().map(|it| it["id"].as_str().expect("a capture has an id").to_owned()).collect()
    }

    /// Gives a capture this status.
    pub async fn set_capture(&self, id: &str, status: &str) {
        self.control(Method::POST, &format!("captures/{id}"), Some(json!({ "status": status }))).await;
    }

    /// Mollie's books of an order, which the API does not show.
    pub async fn books(&self, order: &Order) -> Value {
        self.control(Method::GET, &format!("orders/{}/books", order.mollie_order_id), None).await
    }

    /// Begins a further attempt to pay an order, beside those there are; gives its id.
    pub async fn begin_attempt(&self, mollie_order_id: &str, method: &str) -> String {
        let path = format!("orders/{mollie_order_id}/attempts");
        let begun = self.control(Method::POST, &path, Some(json!({ "method": method }))).await;
        begun["id"].as_str().expect("an attempt has an id").to_owned()
    }

    /// Ends an attempt, whatever has become of the others.
    pub async fn end_attempt(&self, id: &str, status: &str) {
        self.change_attempt(id, json!({ "status": status })).await;
    }

    /// Has an attempt end against the course of things: paid after the order's end, or gone although it was paid.
    pub async fn force_attempt(&self, id: &str, status: &str) {
        self.change_attempt(id, json!({ "status": status, "forced": true })).await;
    }

    /// Has an attempt paid with another amount than the order's, in EUR.
    pub async fn pay_attempt(&self, id: &str, value: &str) {
        self.change_attempt(id, json!({ "status": "paid", "amount": eur(value) })).await;
    }

    /// The same, of an attempt of which shipments capture.
    pub async fn authorize_attempt(&self, id: &str, value: &str) {
        self.change_attempt(id, json!({ "status": "authorized", "amount": eur(value) })).await;
    }

    /// Pays an attempt, this much of it with a voucher and the rest by iDEAL.
    pub async fn pay_attempt_by_voucher(&self, id: &str, value: &str) {
        let vouchers = json!([{ "issuer": "pluxee-lunch-pass", "amount": eur(value) }]);
        self.change_attempt(id, json!({ "status": "paid", "vouchers": vouchers, "remainder": "ideal" }))
            .await;
    }

    /// Gives money of a paid attempt back, in EUR.
    pub async fn refund_attempt(&self, id: &str, value: &str) {
        self.change_attempt(id, json!({ "refund": eur(value) })).await;
    }

    /// Has the shopper's bank take money of an attempt back, in EUR; gives the chargeback's id.
    pub async fn charge_back(&self, attempt: &str, value: &str) -> String {
        let path = format!("attempts/{attempt}/chargebacks");
        let made = self.control(Method::POST, &path, Some(json!({ "amount": eur(value) }))).await;
        made["id"].as_str().expect("a chargeback has an id").to_owned()
    }

    /// Has the bank return it.
    pub async fn reverse_chargeback(&self, id: &str) {
        self.control(Method::POST, &format!("chargebacks/{id}/reversal"), None).await;
    }

    /// Gives a refund this status.
    pub async fn set_refund(&self, id: &str, status: &str) {
        self.control(Method::POST, &format!("refunds/{id}"), Some(json!({ "status": status }))).await;
    }

    /// From now on the balance of the order's profile is watched, and holds this much.
    pub async fn set_balance(&self, order: &Order, value: &str) {
        let url = format!("{}/orders/{}", self.api(), order.mollie_order_id);
        let answer = self.web.get(url).bearer_auth(API_KEY).send().await.expect("the simulator answers");
        let theirs: Value = answer.json().await.expect("an order");
        let profile = theirs["profileId"].as_str().expect("an order has a profile").to_owned();
        self.control(Method::PUT, &format!("profiles/{profile}/balance"), Some(eur(value))).await;
    }

    async fn change_attempt(&self, id: &str, change: Value) {
        self.control(Method::POST, &format!("attempts/{id}"), Some(change)).await;
    }

    /// Ships a line's whole rest in Mollie's dashboard, and no hook tells of it; gives the shipment's id.
    pub async fn ship_in_dashboard(&self, order: &Order, line: usize) -> String {
        let shipment = self.in_dashboard(order, line, "shipments").await;
        shipment["id"].as_str().expect("a shipment has an id").to_owned()
    }

    /// The same, which Mollie may refuse; gives whether it was shipped.
    pub async fn try_to_ship_in_dashboard(&self, order: &Order, line: usize) -> bool {
        let status = self.ask_dashboard(order, line, "shipments").await.status();
        assert!(status.is_success() || status == StatusCode::UNPROCESSABLE_ENTITY, "{status}");
        status.is_success()
    }

    /// Cancels a line's whole rest in Mollie's dashboard, and no hook tells of it.
    pub async fn cancel_in_dashboard(&self, order: &Order, line: usize) {
        self.in_dashboard(order, line, "cancellations").await;
    }

    /// Changes how a parcel is followed in Mollie's dashboard.
    pub async fn track_in_dashboard(&self, order: &Order, shipment: &Shipment, code: &str) {
        let path = format!("orders/{}/shipments/{}", order.mollie_order_id, shipment.mollie_shipment_id);
        let tracking = json!({ "tracking": { "carrier": "DHL", "code": code } });
        self.control(Method::POST, &path, Some(tracking)).await;
    }

    /// Cancels units of a line in Mollie's dashboard, and no hook tells of it.
    pub async fn cancel_units_in_dashboard(&self, order: &Order, line: usize, quantity: i64) {
        let lines = json!([{ "id": order.lines[line].mollie_line_id, "quantity": quantity }]);
        let path = format!("orders/{}/cancellations", order.mollie_order_id);
        self.control(Method::POST, &path, Some(json!({ "lines": lines, "notify": false }))).await;
    }

    async fn in_dashboard(&self, order: &Order, line: usize, what: &str) -> Value {
        let answer = self.ask_dashboard(order, line, what).await;
        assert!(answer.status().is_success(), "{what}: {}", answer.status());
        answer.json().await.expect("the simulator answers with JSON")
    }

    async fn ask_dashboard(&self, order: &Order, line: usize, what: &str) -> reqwest::Response {
        let lines = json!([{ "id": order.lines[line].mollie_line_id }]);
        let url = self.url(&format!("/_simulator/orders/{}/{what}", order.mollie_order_id));
        let call = self.web.post(url).json(&json!({ "lines": lines, "notify": false }));
        call.send().await.expect("the simulator answers")
    }

    /// Ships units of one line as another program with the key does; gives the shipment's id.
    pub async fn ship_elsewhere(&self, order: &Order, line: usize, quantity: i64, value: &str) -> String {
        let line =
            json!({ "id": order.lines[line].mollie_line_id, "quantity": quantity, "amount": eur(value) });
        let tracking = json!({ "carrier": "DHL", "code": "by-hand" });
        let url = format!("{}/orders/{}/shipments", self.api(), order.mollie_order_id);
        let call = self.web.post(url).bearer_auth(API_KEY);
        let answer = call.json(&json!({ "lines": [line], "tracking": tracking })).send().await;
        let answer = answer.expect("the simulator answers");
        assert_eq!(answer.status(), StatusCode::CREATED);
        let shipment: Value = answer.json().await.expect("a shipment");
        shipment["id"].as_str().expect("a shipment has an id").to_owned()
    }

    /// Refunds units of one line as another program with the key does.
    pub async fn refund_elsewhere(&self, order: &Order, line: usize, quantity: i64, value: &str) {
        let line =
            json!({ "id": order.lines[line].mollie_line_id, "quantity": quantity, "amount": eur(value) });
        let url = format!("{}/orders/{}/refunds", self.api(), order.mollie_order_id);
        let call = self.web.post(url).bearer_auth(API_KEY);
        let answer = call.json(&json!({ "lines": [line] })).send().await.expect("the simulator answers");
        assert_eq!(answer.status(), StatusCode::CREATED);
    }

    /// Chooses a result on the checkout page, as a shopper does.
    pub async fn check_out(&self, address: &str, result: &str) {
        let answer =
            self.web.post(address).form(&[("final_state", result)]).send().await.expect("the page answers");
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{result} is accepted");
    }

    async fn control(&self, method: Method, name: &str, body: Option<Value>) -> Value {
        let request = self.web.request(method, self.url(&format!("/_simulator/{name}")));
        let request = body.iter().fold(request, reqwest::RequestBuilder::json);
        let answer = request.send().await.expect("the simulator answers");
        assert!(answer.status().is_success(), "{name}: {}", answer.status());
        answer.json().await.expect("the simulator answers with JSON")
    }

    /// Plain HTTP, for hooks and pages.
    pub fn web(&self) -> &Client {
        &self.web
    }
}

fn eur(value: &str) -> Value {
    json!({ "currency": "EUR", "value": value })
}

#[expect(clippy::disallowed_methods, reason = "the one place of the tests that builds an HTTP client")]
pub(crate) fn web() -> Client {
    // Lost only against another test, with the same provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let plain = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    plain.timeout(Duration::from_secs(30)).build().expect("a client can be built")
}
