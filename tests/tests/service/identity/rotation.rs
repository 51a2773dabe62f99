//! What is rotated while callers call: the certificate, those that clients' are signed by, and tokens.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tests::proto::WatchOrderEventsRequest;
use tests::proto::WatchOrderEventsResponse;
use tests::proto::watch_order_events_request::Start;
use tests::{Orders, until};
use tonic::{Code, Request, Status, Streaming};

use super::authority::Authority;
use super::stage::{Stage, endpoint, token, write};
use super::{ask, requests};

/// How soon what was changed is in use.
const SOON: Duration = Duration::from_secs(5);
const GET: &str = "orders.v1.OrderService/GetOrder";

pub async fn what_is_changed_is_in_use_and_no_call_fails(stage: &mut Stage) {
    let (stop, calls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let load = {
        let (channel, bearer, body) =
            (stage.channel(None), stage.bearer("viewer"), requests::to("GetOrder", &stage.targets[0]));
        let (stop, calls) = (Arc::clone(&stop), Arc::clone(&calls));
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let answer = ask(&channel, GET, Some(&bearer), body.clone()).await;
                assert_eq!(answer.0, Code::Ok, "{answer:?}");
                calls.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
    };
    a_new_token_holds_and_the_old_one_does_not(stage).await;
    a_file_that_cannot_be_used_changes_nothing_and_is_told(stage).await;
    a_new_certificate_is_shown_to_who_comes(stage).await;
    stop.store(true, Ordering::Relaxed);
    load.await.expect("no call fails");
    assert!(calls.load(Ordering::Relaxed) > 100, "there was a load");
}

async fn code(stage: &Stage, authorization: &str) -> Code {
    let body = requests::to("GetOrder", &stage.targets[0]);
    ask(&stage.channel(None), GET, Some(authorization), body).await.0
}

async fn a_new_token_holds_and_the_old_one_does_not(stage: &Stage) {
    let (new, line) = token(stage.world.directory(), "finance").await;
    let (new, old) = (format!("Bearer {new}"), stage.bearer("finance"));
    assert_eq!(code(stage, &new).await, Code::Unauthenticated);
    let lines = fs::read_to_string(stage.file("tokens")).unwrap();
    write(stage.world.directory(), "tokens", &format!("{lines}{line}\n"));
    until("the new token holds", SOON, async || (code(stage, &new).await == Code::Ok).then_some(())).await;
    assert_eq!(code(stage, &old).await, Code::Ok, "both hold");
    let mut stream = watched(stage, &old).await;
    let without: String =
        lines.lines().filter(|line| !line.starts_with("finance ")).map(|line| format!("{line}\n")).collect();
    write(stage.world.directory(), "tokens", &format!("{without}{line}\n"));
    until("the old one does not", SOON, async || {
        (code(stage, &old).await == Code::Unauthenticated).then_some(())
    })
    .await;
    assert_eq!(code(stage, &new).await, Code::Ok);
    let ended = tokio::time::timeout(SOON, async {
        while stream.message().await?.is_some() {}
        Ok::<_, Status>(())
    })
    .await;
    let status = ended.expect("a stream does not outlive its token").expect_err("and says why");
    assert_eq!(status.code(), Code::Unauthenticated);
}

/// A stream of what comes.
async fn watched(stage: &Stage, authorization: &str) -> Streaming<WatchOrderEventsResponse> {
    let start = Some(Start::Now(Default::default()));
    let mut request = Request::new(WatchOrderEventsRequest { start, ..Default::default() });
    request.metadata_mut().insert("authorization", authorization.parse().unwrap());
    Orders::new(stage.channel(None)).watch_order_events(request).await.unwrap().into_inner()
}

async fn a_file_that_cannot_be_used_changes_nothing_and_is_told(stage: &Stage) {
    let lines = fs::read_to_string(stage.file("tokens")).unwrap();
    write(stage.world.directory(), "tokens", &format!("{lines}nobody sha256:00\n"));
    let told = async || {
        let said = stage.process.said();
        let lines: Vec<_> =
            said.lines().filter(|line| line.contains("cannot be used")).map(str::to_owned).collect();
        (!lines.is_empty()).then_some(lines)
    };
    let [line] = &until("it is told", SOON, told).await[..] else { panic!("once") };
    assert!(line.contains("WARN") && line.contains("nobody") && line.contains("tokens_file"), "{line}");
    assert_eq!(code(stage, &stage.bearer("checkout")).await, Code::Ok);
    write(stage.world.directory(), "tokens", &lines);
}

/// Whoever trusts only the new authority gets in, and whoever it has signed is known; the connections there are go on.
async fn a_new_certificate_is_shown_to_who_comes(stage: &Stage) {
    let (new, directory) = (Authority::new(), stage.world.directory());
    let server = new.server();
    write(directory, "server.pem", &server.certificate);
    write(directory, "server.key", &server.key);
    write(directory, "ca.pem", &new.pem);
    let caller = new.caller(super::SPIFFE);
    let body = requests::to("GetOrder", &stage.targets[0]);
    let connected = async || endpoint(&stage.world, &new.pem, Some(&caller)).connect().await.ok();
    let channel = until("the new certificate is shown", SOON, connected).await;
    assert_eq!(ask(&channel, GET, None, body).await.0, Code::Ok, "and the new authority's caller is known");
    assert!(
        endpoint(&stage.world, &stage.authority.pem, None).connect().await.is_err(),
        "the old one is gone"
    );
}
