//! Who gets in, and what each may do: every method of the API's own description, for each role, about what is the caller's, what is
//! not, and what is not there; and with every credential that must not be accepted.

pub mod authority;
mod faults;
pub mod issuer;
mod published;
mod requests;
mod rotation;
pub mod stage;
mod table;

use prost::Message;
use prost_types::FileDescriptorSet;
use tests::proto::{CreateOrderRequest, ListOrdersRequest, ListOrdersResponse, Order};
use tests::{framed, send};
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;

use stage::{MIXED, ROLES, Shown, Stage, Target};
use table::{TABLE, hidden, may};

mod sqlite {
    /// One service for all of it: its start costs more than a thousand calls.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_method_is_for_those_who_may_and_every_other_call_leaves_no_trace() {
        let mut stage = Box::pin(super::stage::Stage::set()).await;
        super::faults::a_refusal_is_told_to_the_operator(&stage).await;
        super::requests_of_before_answer_their_caller(&stage).await;
        let before = super::traces(&stage).await;
        super::the_table_holds_for_each_role(&stage).await;
        super::what_is_seen_but_not_allowed_is_refused_by_its_role(&stage).await;
        super::lists_hold_what_their_caller_may_read(&stage).await;
        super::faults::no_wrong_credential_is_accepted(&stage).await;
        super::faults::a_command_says_what_does_not_fit(&stage).await;
        super::health_is_open_and_reflection_is_not(&stage).await;
        assert_eq!(super::traces(&stage).await, before, "something was changed");
        super::rotation::what_is_changed_is_in_use_and_no_call_fails(&mut stage).await;
    }
}

/// The methods of the API, as it describes itself.
fn methods() -> Vec<(String, String)> {
    let described = FileDescriptorSet::decode(grpc_server::proto::DESCRIPTORS).unwrap();
    let services = described
        .file
        .iter()
        .flat_map(|file| file.service.iter().map(move |service| (file.package(), service)));
    let paths = services.flat_map(|(package, service)| {
        service.method.iter().map(move |method| {
            (method.name().to_owned(), format!("{package}.{}/{}", service.name(), method.name()))
        })
    });
    paths.collect()
}

/// What refused calls must leave as it is: what is recorded, what Mollie was asked to do, and what has become of the orders.
async fn traces(stage: &Stage) -> (i64, u64, usize, Vec<i64>) {
    let rows = stage.world.database.rows_and_hooks().await;
    let (traffic, ledger) = (stage.world.simulator.traffic().await, stage.world.simulator.ledger().await);
    let versions = stage.world.database.query("SELECT version FROM orders ORDER BY id").await;
    let versions = versions.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    (rows, traffic.changes(), ledger.all().len(), versions)
}

/// The code, the reason, and the text.
type Answer = (Code, String, String);

async fn ask(channel: &Channel, path: &str, authorization: Option<&str>, body: Vec<u8>) -> Answer {
    let headers: Vec<_> = authorization.map(|value| ("authorization", value)).into_iter().collect();
    read(send(channel.clone(), path, &headers, framed(&body)).await)
}

fn read(status: Option<Status>) -> Answer {
    let Some(status) = status.filter(|status| status.code() != Code::Ok) else {
        return (Code::Ok, String::new(), String::new());
    };
    let reason = status.get_error_details().error_info().map(|info| info.reason.clone());
    (status.code(), reason.unwrap_or_else(|| panic!("no reason: {status}")), status.message().to_owned())
}

async fn the_table_holds_for_each_role(stage: &Stage) {
    let [own, _, foreign] = &stage.targets[..] else { panic!("three profiles") };
    let (missing, shown) = (Target::missing(), ROLES.map(|role| (role, stage.shown(role))));
    let mut seen = 0;
    for (method, path) in methods() {
        let (_, about, allowed, roles) =
            *TABLE.iter().find(|(name, ..)| *name == method).unwrap_or_else(|| panic!("no row of {method}"));
        for (role, Shown { channel, authorization }) in &shown {
            let to = async |target: &Target| {
                ask(channel, &path, authorization.as_deref(), requests::to(&method, target)).await
            };
            let (mine, theirs, nothing) = (to(own).await, to(foreign).await, to(&missing).await);
            seen += 3;
            if !may(roles, role) {
                for (code, reason, _) in [&mine, &theirs, &nothing] {
                    assert_eq!(
                        (*code, reason.as_str()),
                        (Code::PermissionDenied, "ROLE_MISSING"),
                        "{method} by {role}"
                    );
                }
                assert!(mine == theirs && theirs == nothing, "{method} by {role}");
                continue;
            }
            assert_eq!(mine.0, allowed, "{method} by {role}: {mine:?}");
            let (code, reason) = hidden(about);
            assert_eq!(theirs.0, code, "{method} by {role}: {theirs:?}");
            assert!(theirs.1.ends_with(reason), "{method} by {role}: {theirs:?}");
            assert_eq!(nothing.0, code, "{method} by {role}: {nothing:?}");
            let told = (foreign.masked(&theirs.2), missing.masked(&nothing.2));
            assert!(theirs.1 == nothing.1 && told.0 == told.1, "{method} by {role}: {told:?}");
        }
    }
    assert_eq!(seen, TABLE.len() * ROLES.len() * 3);
}

/// On `outlet` this caller only reads, and everything else it may do on another profile.
async fn what_is_seen_but_not_allowed_is_refused_by_its_role(stage: &Stage) {
    let (channel, bearer) = (stage.channel(None), stage.bearer(MIXED));
    for (method, path) in methods() {
        let (_, _, _, roles) = TABLE.iter().find(|(name, ..)| *name == method).unwrap();
        let (code, reason, text) =
            ask(&channel, &path, Some(&bearer), requests::to(&method, &stage.targets[1])).await;
        if may(roles, "viewer") {
            assert_eq!(code, Code::Ok, "{method}: {reason} {text}");
        } else {
            assert_eq!((code, reason.as_str()), (Code::PermissionDenied, "ROLE_MISSING"), "{method}: {text}");
            assert!(text.contains("outlet") && text.contains(&method), "{method}: {text}");
        }
    }
}

async fn lists_hold_what_their_caller_may_read(stage: &Stage) {
    for (caller, profiles) in [("viewer", &["main"][..]), (MIXED, &["main", "outlet"])] {
        let mut client = tests::Orders::new(stage.channel(None));
        let mut request = tonic::Request::new(ListOrdersRequest::default());
        request.metadata_mut().insert("authorization", stage.bearer(caller).parse().unwrap());
        let ListOrdersResponse { orders, .. } = client.list_orders(request).await.unwrap().into_inner();
        let mut found: Vec<_> = orders.iter().map(|order| order.profile.as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, profiles, "{caller}");
    }
}

async fn health_is_open_and_reflection_is_not(stage: &Stage) {
    let mut health = HealthClient::new(stage.channel(None));
    health.check(HealthCheckRequest::default()).await.unwrap();
    let path = "grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    let (code, ..) = ask(&stage.channel(None), path, None, Vec::new()).await;
    assert_eq!(code, Code::Unauthenticated);
    let unknown = ask(
        &stage.channel(None),
        "orders.v1.OrderService/Nothing",
        Some(&stage.bearer("viewer")),
        Vec::new(),
    )
    .await;
    assert_eq!((unknown.0, unknown.1.as_str()), (Code::Unimplemented, "METHOD_UNKNOWN"));
}

/// What was asked for before anybody had a name is answered to those who may ask for it, and to nobody else.
async fn requests_of_before_answer_their_caller(stage: &Stage) {
    let (request, order) = &stage.before;
    let again = async |caller: &str, request: &CreateOrderRequest| {
        let mut client = tests::Orders::new(stage.channel(None));
        let mut request = tonic::Request::new(request.clone());
        request.metadata_mut().insert("authorization", stage.bearer(caller).parse().unwrap());
        client.create_order(request).await.map(tonic::Response::into_inner)
    };
    let answered: Order = again("checkout", request).await.unwrap();
    assert_eq!(answered.id, order.id);
    assert_eq!(again("viewer", request).await.unwrap_err().code(), Code::PermissionDenied);
    let count = stage.world.simulator.ledger().await.count("order_created");
    assert_eq!(count, stage.targets.len(), "nothing was placed twice");
}
