//! What is rotated while callers call: the certificate, those that clients' are signed by and their own, tokens, and issuers' keys. What
//! is new is in use within five seconds, what is taken out is no longer, and no call fails of those who change in time.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tests::proto::WatchOrderEventsRequest;
use tests::proto::WatchOrderEventsResponse;
use tests::proto::watch_order_events_request::Start;
use tests::{Orders, framed, try_send, until};
use tokio::sync::watch;
use tonic::transport::Endpoint;
use tonic::{Code, Request, Status, Streaming};

use super::authority::Authority;
use super::issuer::{CORP, PARTNER, Signer, claims, key_set};
use super::stage::{Stage, endpoint, subject, token, uri, write};
use super::{ask, requests};

/// How soon what was changed is in use.
const SOON: Duration = Duration::from_secs(5);
const GET: &str = "orders.v1.OrderService/GetOrder";

/// Callers who call on and on, each in his own way.
struct Load {
    stop: Arc<AtomicBool>,
    callers: Vec<(&'static str, Arc<AtomicUsize>, tokio::task::JoinHandle<()>)>,
}

impl Load {
    /// One who calls as `how` says at the time, over a new connection every now and then.
    fn add(&mut self, name: &'static str, how: watch::Receiver<How>, body: Vec<u8>) {
        let (stop, calls) = (Arc::clone(&self.stop), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&calls);
        let calling = tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let How { endpoint, authorization } = how.borrow().clone();
                let channel = endpoint.connect().await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
                for _ in 0..10 {
                    let answer = ask(&channel, GET, authorization.as_deref(), body.clone()).await;
                    assert_eq!(answer.0, Code::Ok, "{name}: {answer:?}");
                    counted.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            }
        });
        self.callers.push((name, calls, calling));
    }

    async fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        for (name, calls, calling) in self.callers {
            calling.await.expect("no call fails");
            assert!(calls.load(Ordering::Relaxed) > 100, "{name} has called");
        }
    }
}

/// How somebody calls now.
#[derive(Clone)]
struct How {
    endpoint: Endpoint,
    authorization: Option<String>,
}

pub async fn what_is_changed_is_in_use_and_no_call_fails(stage: &mut Stage) {
    let (new, body) = (Authority::new(), requests::to("GetOrder", &stage.targets[0]));
    // Whoever knows that the certificate will change trusts both authorities.
    let both = format!("{}{}", stage.authority.pem, new.pem);
    let plain = endpoint(&stage.world, &both, None);
    let bearer = |token: &str| Some(format!("Bearer {token}"));
    let how = |endpoint: &Endpoint, authorization| {
        watch::Sender::new(How { endpoint: endpoint.clone(), authorization })
    };
    let corp = how(&plain, bearer(&stage.ec.sign(&claims(CORP, &subject("care")))));
    let partner = how(&plain, bearer(&stage.partner.sign(&claims(PARTNER, &subject("care")))));
    let with_token = how(&plain, Some(stage.bearer("finance")));
    let old = stage.authority.caller(&uri("care"));
    let certified = how(&endpoint(&stage.world, &both, Some(&old)), None);
    let mut load = Load { stop: Arc::default(), callers: Vec::new() };
    for (name, how) in [
        ("a token", &with_token),
        ("a signed token", &corp),
        ("another issuer", &partner),
        ("a certificate", &certified),
    ] {
        load.add(name, how.subscribe(), body.clone());
    }
    a_new_token_holds_and_the_old_one_does_not(stage, &with_token).await;
    a_file_that_cannot_be_used_changes_nothing_and_is_told(stage).await;
    a_new_key_in_the_file_holds_and_the_old_one_does_not(stage, &corp).await;
    a_new_key_at_an_address_is_asked_for_and_others_are_not(stage, &partner).await;
    new_certificates_are_used_by_both_sides(stage, &new, &both, &certified).await;
    load.end().await;
}

async fn code(stage: &Stage, authorization: &str) -> Code {
    let body = requests::to("GetOrder", &stage.targets[0]);
    ask(&stage.channel(None), GET, Some(authorization), body).await.0
}

async fn a_new_token_holds_and_the_old_one_does_not(stage: &Stage, caller: &watch::Sender<How>) {
    let (new, line) = token(stage.world.directory(), "finance").await;
    let (new, old) = (format!("Bearer {new}"), stage.bearer("finance"));
    assert_eq!(code(stage, &new).await, Code::Unauthenticated);
    let lines = fs::read_to_string(stage.file("tokens")).unwrap();
    write(stage.world.directory(), "tokens", &format!("{lines}{line}\n"));
    until("the new token holds", SOON, async || (code(stage, &new).await == Code::Ok).then_some(())).await;
    assert_eq!(code(stage, &old).await, Code::Ok, "both hold");
    change(caller, |how| how.authorization = Some(new.clone())).await;
    let stream = watched(stage, &old).await;
    let without: String =
        lines.lines().filter(|line| !line.starts_with("finance ")).map(|line| format!("{line}\n")).collect();
    write(stage.world.directory(), "tokens", &format!("{without}{line}\n"));
    until("the old one does not", SOON, async || {
        (code(stage, &old).await == Code::Unauthenticated).then_some(())
    })
    .await;
    assert_eq!(code(stage, &new).await, Code::Ok);
    let status = end(stream).await;
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

/// Has a caller go over to something new; it is over once he has ended what he began before.
async fn change(caller: &watch::Sender<How>, change: impl FnOnce(&mut How)) {
    caller.send_modify(change);
    // Ten calls, and a connection.
    tokio::time::sleep(Duration::from_millis(500)).await;
}

async fn a_new_key_in_the_file_holds_and_the_old_one_does_not(stage: &Stage, caller: &watch::Sender<How>) {
    let new = Signer::ec("ec-2");
    let bearer = |by: &Signer| format!("Bearer {}", by.sign(&claims(CORP, &subject("care"))));
    let accepts = async |by: &Signer| code(stage, &bearer(by)).await == Code::Ok;
    assert!(accepts(&stage.ec).await && !accepts(&new).await);
    write(stage.world.directory(), "keys.json", &key_set(&[&stage.ec, &stage.rsa, &new]));
    until("the new key holds", SOON, async || accepts(&new).await.then_some(())).await;
    change(caller, |how| how.authorization = Some(bearer(&new))).await;
    write(stage.world.directory(), "keys.json", &key_set(&[&stage.rsa, &new]));
    until("the old one does not", SOON, async || (!accepts(&stage.ec).await).then_some(())).await;
    assert!(accepts(&new).await && accepts(&stage.rsa).await);
}

/// The issuer signs with its new key as soon as it has published it. Others name keys that there are not, and are no reason to ask
/// more often.
async fn a_new_key_at_an_address_is_asked_for_and_others_are_not(stage: &Stage, caller: &watch::Sender<How>) {
    let (new, before, began) = (Signer::ec("partner-2"), stage.published.asked(), Instant::now());
    let bearer = |by: &Signer| format!("Bearer {}", by.sign(&claims(PARTNER, &subject("care"))));
    let strangers = async {
        let calls = (0..200).map(async |n| {
            let token = stage.ec.sign_as(Some(&format!("key-{n}")), &claims(PARTNER, &subject("care")));
            code(stage, &format!("Bearer {token}")).await
        });
        futures_util::future::join_all(calls).await
    };
    let rotated = async {
        stage.published.now(key_set(&[&stage.partner, &new]));
        let calls = (0..20).map(async |_| code(stage, &bearer(&new)).await);
        let codes = futures_util::future::join_all(calls).await;
        assert!(codes.iter().all(|code| *code == Code::Ok), "{codes:?}");
        assert!(began.elapsed() < SOON);
        change(caller, |how| how.authorization = Some(bearer(&new))).await;
    };
    let (codes, ()) = tokio::join!(strangers, rotated);
    assert!(codes.iter().all(|code| *code == Code::Unauthenticated), "{codes:?}");
    let (asked, seconds) = (stage.published.asked() - before, began.elapsed().as_secs());
    assert!(asked > 0 && u64::try_from(asked).unwrap() <= 2 + seconds / 3, "{asked} times in {seconds} s");

    // While the address fails, what it has told holds; of a key that is not known nobody can say whether it is good.
    stage.published.now("<html>".to_owned());
    assert_eq!(code(stage, &bearer(&Signer::ec("partner-3"))).await, Code::Unavailable);
    assert_eq!(code(stage, &bearer(&new)).await, Code::Ok);
    stage.published.now(key_set(&[&new]));
}

/// First both authorities count and then the new one alone: whoever has changed by then does not notice, and whoever has not is cut
/// off, his connections and streams included.
async fn new_certificates_are_used_by_both_sides(
    stage: &Stage,
    new: &Authority,
    both: &str,
    caller: &watch::Sender<How>,
) {
    let (world, directory) = (&stage.world, stage.world.directory());
    let server = new.server();
    write(directory, "server.pem", &server.certificate);
    write(directory, "server.key", &server.key);
    write(directory, "ca.pem", both);
    let (theirs, body) = (new.caller(&uri("care")), requests::to("GetOrder", &stage.targets[0]));
    let renewed = endpoint(world, &new.pem, Some(&theirs));
    let channel = until("the new certificate is shown", SOON, async || renewed.connect().await.ok()).await;
    assert_eq!(ask(&channel, GET, None, body.clone()).await.0, Code::Ok, "and the caller's new one is known");
    assert!(endpoint(world, &stage.authority.pem, None).connect().await.is_err(), "the old one is gone");

    let late = endpoint(world, both, Some(&stage.authority.caller(&uri("care")))).connect().await.unwrap();
    let of_late = async || try_send(late.clone(), GET, &[], framed(&body)).await;
    let start = Some(Start::Now(Default::default()));
    let request = WatchOrderEventsRequest { start, ..Default::default() };
    let stream = Orders::new(late.clone()).watch_order_events(request).await.unwrap().into_inner();
    change(caller, |how| how.endpoint = renewed.clone()).await;
    assert!(of_late().await.is_ok());
    write(directory, "ca.pem", &new.pem);
    until("the old authority's caller is cut off", SOON, async || of_late().await.err().map(drop)).await;
    assert_eq!(end(stream).await.code(), Code::Unavailable, "and goes on from there, if he may");
    assert_eq!(ask(&channel, GET, None, body).await.0, Code::Ok);
}

/// How a stream ends.
async fn end(mut stream: Streaming<WatchOrderEventsResponse>) -> Status {
    let ended = tokio::time::timeout(SOON, async {
        while stream.message().await?.is_some() {}
        Ok::<_, Status>(())
    });
    ended.await.expect("it does not outlive what it was opened with").expect_err("and says why")
}
