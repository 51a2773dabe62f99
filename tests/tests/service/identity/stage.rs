//! A service that knows its callers, over orders of three profiles: made before it knew anybody, and then told.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tests::proto::{
    CreateOrderRequest, CreateRefundRequest, ListOperationsRequest, OperationFilter, OperationState, Order,
    OrderStatus, SyncOrderRequest,
};
use tests::{Engine, Process, SOON, World, amount, new_request_id, numbered, until};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

use super::authority::{Authority, Certified};
use super::issuer::{AUDIENCE, CORP, PARTNER, Signer, claims, key_set};
use super::published::Published;
use crate::requests::ship;

/// The profiles: of the callers, of which one sees them but may only read, and of nobody here.
pub const PROFILES: [&str; 3] = ["main", "outlet", "other"];
pub const ROLES: [&str; 6] = ["checkout", "fulfilment", "care", "finance", "viewer", "operator"];
/// A caller with every role on `main`, and one that only reads on `outlet`.
pub const MIXED: &str = "mixed";

/// Names of a caller, by which it is known besides its token. The DNS name is configured as people write it.
pub fn uri(caller: &str) -> String {
    format!("spiffe://shop.example/{caller}")
}

pub fn host(caller: &str) -> String {
    format!("{caller}.callers.shop.example")
}

pub fn subject(caller: &str) -> String {
    format!("service-{caller}")
}

/// How somebody calls: over which connection, and with which header.
pub struct Shown {
    pub channel: Channel,
    pub authorization: Option<String>,
}

/// Something of each kind that a request may name.
#[derive(Clone, Debug)]
pub struct Target {
    pub profile: String,
    pub order: String,
    pub mollie_id: String,
    pub number: String,
    pub shipment: String,
    pub refund: String,
    pub operation: String,
}

impl Target {
    /// Nothing that there is.
    pub fn missing() -> Self {
        let id = || new_request_id();
        Self {
            profile: "nowhere".to_owned(),
            order: id(),
            mollie_id: "ord_nothing".to_owned(),
            number: "none-of-these".to_owned(),
            shipment: id(),
            refund: id(),
            operation: id(),
        }
    }

    /// A text about it, without its names.
    pub fn masked(&self, text: &str) -> String {
        let names = [
            &self.profile,
            &self.order,
            &self.mollie_id,
            &self.number,
            &self.shipment,
            &self.refund,
            &self.operation,
        ];
        names.into_iter().fold(text.to_owned(), |text, name| text.replace(name.as_str(), "*"))
    }
}

pub struct Stage {
    pub world: World,
    pub process: Process,
    pub authority: Authority,
    /// Of the issuer whose keys lie in a file.
    pub ec: Signer,
    pub rsa: Signer,
    /// Of the one who publishes his at an address.
    pub partner: Signer,
    pub published: Published,
    /// One for each profile, in their order.
    pub targets: Vec<Target>,
    /// A request that was made while nobody was known, and its order.
    pub before: (CreateOrderRequest, Order),
    /// Tokens by caller: those with one role on `main` are called like it.
    pub tokens: Vec<(String, String)>,
}

impl Stage {
    pub async fn set() -> Self {
        let mut world = World::prepare_with(Engine::Sqlite, keys_settings()).await;
        for profile in &PROFILES[1..] {
            fs::write(
                world.directory().join(profile),
                format!("test_{profile}00000000000000000000000000000"),
            )
            .unwrap();
        }
        world.service.start().await;
        let (mut targets, mut before) = (Vec::new(), None);
        for profile in PROFILES {
            let (target, request, order) = Box::pin(target(&world, profile)).await;
            targets.push(target);
            before.get_or_insert((request, order));
        }
        quiet(&world, &targets).await;
        world.service.stop().await;
        let (authority, ec, rsa) = (Authority::new(), Signer::ec("ec-1"), Signer::rsa("rsa-1"));
        let partner = Signer::ec("partner-1");
        let published = Published::start(key_set(&[&partner])).await;
        let mut tokens = Vec::new();
        let mut lines = String::new();
        for name in ROLES.into_iter().chain([MIXED]) {
            let (token, line) = token(world.directory(), name).await;
            tokens.push((name.to_owned(), token));
            let _ = writeln!(lines, "{line}");
        }
        let directory = world.directory();
        write(directory, "tokens", &lines);
        write(directory, "keys.json", &key_set(&[&ec, &rsa]));
        write(directory, "ca.pem", &authority.pem);
        let Certified { certificate, key } = authority.server();
        write(directory, "server.pem", &certificate);
        write(directory, "server.key", &key);
        write(directory, "callers.toml", &configuration(directory, &published.url));
        let path = directory.join("callers.toml").display().to_string();
        world.service.set("ORDER_SERVICE_CONFIG", &path);
        world.service.set("ORDER_SERVICE__SECURITY__INSECURE", "false");
        let process = world.service.begin();
        let before = before.unwrap();
        let mut stage =
            Self { world, process, authority, ec, rsa, partner, published, targets, before, tokens };
        stage.serves().await;
        stage
    }

    async fn serves(&mut self) {
        until("the service serves", SOON, async || {
            self.process.must_run();
            endpoint(&self.world, &self.authority.pem, None).connect().await.ok()
        })
        .await;
    }

    /// A connection, with a certificate or without one.
    pub fn channel(&self, certified: Option<&Certified>) -> Channel {
        endpoint(&self.world, &self.authority.pem, certified).connect_lazy()
    }

    /// The header by which a caller is known.
    pub fn bearer(&self, caller: &str) -> String {
        let (_, token) = self.tokens.iter().find(|(name, _)| name == caller).unwrap();
        format!("Bearer {token}")
    }

    /// How the caller with one role is known: each by another kind of credential.
    pub fn shown(&self, role: &str) -> Shown {
        let plain = |token: String| (self.channel(None), Some(format!("Bearer {token}")));
        let certified = |certified: Certified| (self.channel(Some(&certified)), None);
        let (channel, authorization) = match role {
            "fulfilment" => plain(self.ec.sign(&claims(CORP, &subject(role)))),
            "care" => plain(self.rsa.sign(&claims(CORP, &subject(role)))),
            "operator" => plain(self.partner.sign(&claims(PARTNER, &subject(role)))),
            "finance" => certified(self.authority.caller(&uri(role))),
            "viewer" => certified(self.authority.host(&host(role))),
            role => (self.channel(None), Some(self.bearer(role))),
        };
        Shown { channel, authorization }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.world.directory().join(name)
    }
}

/// How the service is reached by one who trusts an authority.
pub fn endpoint(world: &World, authority: &str, certified: Option<&Certified>) -> Endpoint {
    let mut tls =
        ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority)).domain_name("localhost");
    if let Some(Certified { certificate, key }) = certified {
        tls = tls.identity(Identity::from_pem(certificate, key));
    }
    let endpoint = Endpoint::from_shared(format!("https://{}", world.service.grpc())).unwrap();
    endpoint.tls_config(tls).unwrap().timeout(Duration::from_secs(60))
}

/// A token of the program's own, and its line.
pub async fn token(directory: &Path, caller: &str) -> (String, String) {
    let mut process = Process::start_with("token", &[caller], directory, &Vec::new());
    assert!(process.ended(SOON).await.success(), "{}", process.said());
    let said = process.said();
    let line =
        |start: &str| said.lines().map(str::trim).find(|line| line.starts_with(start)).unwrap().to_owned();
    (line("ost_"), line(&format!("{caller} sha256:")))
}

/// Puts a file in place of another at one blow.
pub fn write(directory: &Path, name: &str, content: &str) {
    let new = directory.join(format!("{name}.new"));
    fs::write(&new, content).unwrap();
    fs::rename(new, directory.join(name)).unwrap();
}

fn keys_settings() -> tests::Environment {
    vec![
        ("ORDER_SERVICE__PROFILES__OUTLET__API_KEY_FILE", "outlet".into()),
        ("ORDER_SERVICE__PROFILES__OTHER__API_KEY_FILE", "other".into()),
    ]
}

fn configuration(directory: &Path, keys_url: &str) -> String {
    let file = |name: &str| directory.join(name).display().to_string();
    let mut text = format!(
        "[security]\ncertificate_file = {:?}\ncertificate_key_file = {:?}\nclient_ca_file = {:?}\ntokens_file = {:?}\n\
         [security.issuers.corp]\nissuer = {CORP:?}\naudience = {AUDIENCE:?}\nkeys_file = {:?}\n\
         [security.issuers.partner]\nissuer = {PARTNER:?}\naudience = {AUDIENCE:?}\nkeys_url = {keys_url:?}\nalgorithms = [\"ES256\"]\n\
         [callers.{MIXED}]\nroles.main = {ROLES:?}\nroles.outlet = [\"viewer\"]\n",
        file("server.pem"),
        file("server.key"),
        file("ca.pem"),
        file("tokens"),
        file("keys.json")
    );
    for role in ROLES {
        let (names, subject) = ([uri(role), host(role).replace("shop", "Shop")], subject(role));
        let _ = write!(
            text,
            "[callers.{role}]\nroles.main = [{role:?}]\ncertificates = {names:?}\n\
             subjects.corp = [{subject:?}]\nsubjects.partner = [{subject:?}]\n"
        );
    }
    text
}

/// Nothing happens any more by itself: what Mollie knows was read, and its hooks have come.
async fn quiet(world: &World, targets: &[Target]) {
    let mut last = None;
    until("all is quiet", SOON, async || {
        for target in targets {
            world.orders().sync_order(SyncOrderRequest { id: target.order.clone() }).await.ok()?;
        }
        let now = (world.database.rows_and_hooks().await, world.simulator.traffic().await.changes());
        (last.replace(now) == Some(now)).then_some(())
    })
    .await;
}

/// An authorized order of a profile, of which a part is shipped and refunded.
async fn target(world: &World, profile: &str) -> (Target, CreateOrderRequest, Order) {
    let number = format!("{profile}-1");
    let draft = numbered(&number, "klarnapaylater");
    let request = CreateOrderRequest {
        request_id: new_request_id(),
        profile: profile.to_owned(),
        draft: Some(draft),
        ..Default::default()
    };
    let order = world.orders().create_order(request.clone()).await.unwrap().into_inner();
    world.simulator.check_out(&order.checkout_url, "authorized").await;
    let order = world.reaches(&order.id, OrderStatus::Authorized).await;
    let parcel =
        world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap().into_inner();
    world.advance("PT1M").await;
    let back = CreateRefundRequest {
        request_id: new_request_id(),
        order_id: order.id.clone(),
        amount: Some(amount("1.00")),
        ..Default::default()
    };
    let refund = until("a part is refunded", SOON, async || {
        world.orders().create_refund(back.clone()).await.ok().map(tonic::Response::into_inner)
    })
    .await;
    let order = world.settles(&order.id).await;
    let filter = OperationFilter {
        order_id: order.id.clone(),
        states: vec![OperationState::Succeeded.into()],
        ..Default::default()
    };
    let list = ListOperationsRequest { filter: Some(filter), ..Default::default() };
    let done = world.operators().list_operations(list).await.unwrap().into_inner().operations;
    let target = Target {
        profile: profile.to_owned(),
        order: order.id.clone(),
        mollie_id: order.mollie_order_id.clone(),
        number,
        shipment: parcel.id,
        refund: refund.id,
        operation: done[0].id.clone(),
    };
    (target, request, order)
}
