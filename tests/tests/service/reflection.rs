//! The API describes itself, to clients of the current and of the older reflection protocol.

use tests::World;
use tonic_reflection::pb::{v1, v1alpha};

mod sqlite {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn services_are_listed_by_both_versions_of_the_protocol() {
        tests::World::with(tests::Engine::Sqlite, super::services_are_listed).await;
    }
}

async fn services_are_listed(world: World) {
    use v1::server_reflection_request::MessageRequest;
    use v1::server_reflection_response::MessageResponse;

    let ask = MessageRequest::ListServices(String::new());
    let request = v1::ServerReflectionRequest { message_request: Some(ask), ..Default::default() };
    let mut client = v1::server_reflection_client::ServerReflectionClient::new(world.service.channel());
    let mut answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
    let Some(MessageResponse::ListServicesResponse(list)) =
        answers.message().await.unwrap().unwrap().message_response
    else {
        panic!("no list of services");
    };
    assert_listed(list.service.into_iter().map(|service| service.name).collect());

    let ask = v1alpha::server_reflection_request::MessageRequest::ListServices(String::new());
    let request = v1alpha::ServerReflectionRequest { message_request: Some(ask), ..Default::default() };
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(world.service.channel());
    let mut answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response;
    let Some(v1alpha::server_reflection_response::MessageResponse::ListServicesResponse(list)) = answer
    else {
        panic!("no list of services");
    };
    assert_listed(list.service.into_iter().map(|service| service.name).collect());
}

fn assert_listed(services: Vec<String>) {
    for name in ["orders.v1.OrderService", "orders.v1.OperationService", "grpc.health.v1.Health"] {
        assert!(services.iter().any(|service| service == name), "{name} in {services:?}");
    }
}
