//! What it costs to know who calls: time on a processor of the service as it is deployed, for orders that are created over TLS with a
//! signed token, beside the same orders of anybody over plain text. Both services run at once and take turns, so that whatever the
//! machine does meanwhile is done to both; the middle one of many pairs counts.

use std::time::Duration;

use tests::proto::CreateOrderRequest;
use tests::{Engine, Orders, Process, SOON, World, numbered, release_is_available, until};
use tonic::transport::{Channel, Endpoint};

use crate::identity::authority::{Authority, Certified};
use crate::identity::issuer::{AUDIENCE, CORP, Signer, claims, key_set};
use crate::identity::stage::endpoint;
use crate::requests::create;

const PAIRS: usize = 21;
/// How many orders a turn has.
const ORDERS: usize = 20;
/// What a create may cost of one that asks nobody.
const MOST: f64 = 1.2;

/// A service, and how it is called.
struct Called {
    // What it runs on goes with it.
    _world: World,
    process: Process,
    channel: Channel,
    authorization: Option<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_and_signed_tokens_cost_a_fifth_of_a_create_at_most_in_a_release_build() {
    if !release_is_available() {
        return;
    }
    // What a database in the same process costs would hide what is looked for here.
    let engine = if Engine::Postgres.is_available().await { Engine::Postgres } else { Engine::Sqlite };
    let (open, guarded) = (Box::pin(open(engine)).await, Box::pin(guarded(engine)).await);
    for called in [&open, &guarded] {
        called.turn("warm").await;
    }
    let mut pairs = Vec::new();
    for n in 0..PAIRS {
        let turn = format!("turn-{n}");
        // Who comes first changes.
        let (of_open, of_guarded) = if n % 2 == 0 {
            let first = open.turn(&turn).await;
            (first, guarded.turn(&turn).await)
        } else {
            let first = guarded.turn(&turn).await;
            (open.turn(&turn).await, first)
        };
        pairs.push((of_guarded.as_secs_f64() / of_open.as_secs_f64(), of_open, of_guarded));
    }
    pairs.sort_by(|(one, ..), (other, ..)| one.total_cmp(other));
    let (ratio, of_open, of_guarded) = pairs[PAIRS / 2];
    println!("{ratio:.2} times the processor time of {of_open:.1?} for {ORDERS} orders, {engine:?}");
    assert!(ratio <= MOST, "{ratio:.2}: {of_guarded:.1?} instead of {of_open:.1?}; all pairs: {pairs:.2?}");
}

impl Called {
    /// What the service spends on some orders.
    async fn turn(&self, name: &str) -> Duration {
        let before = self.process.uses().cpu;
        for n in 0..ORDERS {
            self.create(&format!("{name}-{n}")).await;
        }
        self.process.uses().cpu - before
    }

    async fn create(&self, number: &str) {
        let create: CreateOrderRequest = create(&format!("request-{number}"), numbered(number, "ideal"));
        let mut request = tonic::Request::new(create);
        if let Some(authorization) = &self.authorization {
            request.metadata_mut().insert("authorization", authorization.parse().unwrap());
        }
        Orders::new(self.channel.clone()).create_order(request).await.unwrap();
    }
}

async fn deployed(engine: Engine) -> World {
    let settings = vec![("ORDER_SERVICE_TEST_AS_DEPLOYED", "1".into())];
    let mut world = World::prepare_with(engine, settings).await;
    world.service.forget("ORDER_SERVICE__CLOCK__URL");
    world
}

async fn connected(process: &mut Process, endpoint: &Endpoint) -> Channel {
    until("the service serves", SOON, async || {
        process.must_run();
        endpoint.connect().await.ok()
    })
    .await
}

async fn open(engine: Engine) -> Called {
    let world = deployed(engine).await;
    let mut process = world.service.begin();
    let plain = Endpoint::from_shared(format!("http://{}", world.service.grpc())).unwrap();
    let channel = connected(&mut process, &plain).await;
    Called { _world: world, process, channel, authorization: None }
}

async fn guarded(engine: Engine) -> Called {
    let mut world = deployed(engine).await;
    let (authority, signer) = (Authority::new(), Signer::ec("key"));
    let Certified { certificate, key } = authority.server();
    let file = |name: &str, content: &str| {
        let path = world.directory().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let configuration = format!(
        "[security]\ncertificate_file = {:?}\ncertificate_key_file = {:?}\n\
         [security.issuers.corp]\nissuer = {CORP:?}\naudience = {AUDIENCE:?}\nkeys_file = {:?}\n\
         [callers.shop]\nroles.main = [\"checkout\"]\nsubjects.corp = [\"shop\"]\n",
        file("server.pem", &certificate),
        file("server.key", &key),
        file("keys.json", &key_set(&[&signer]))
    );
    let configuration = file("callers.toml", &configuration);
    world.service.set("ORDER_SERVICE_CONFIG", &configuration);
    world.service.set("ORDER_SERVICE__SECURITY__INSECURE", "false");
    let mut process = world.service.begin();
    let channel = connected(&mut process, &endpoint(&world, &authority.pem, None)).await;
    let authorization = Some(format!("Bearer {}", signer.sign(&claims(CORP, "shop"))));
    Called { _world: world, process, channel, authorization }
}
