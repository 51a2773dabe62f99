//! `order-service dev`: everything in one process, and nothing lost between two of them.

mod sqlite {
    use std::net::TcpStream;

    use tests::proto::{OrderStatus, get_order_request};
    use tests::{LEGO, SOON, Service, Simulator, draft, free_address, new_request_id, until};

    use crate::requests::{create, ship};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn yesterdays_order_is_paid_and_shipped_after_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let address = free_address();
        let environment = vec![("ORDER_SERVICE__SIMULATOR__LISTEN", address.to_string().into())];
        let mut service = Service::new("dev", directory.path().to_owned(), environment);
        let simulator = Simulator::within(address, directory.path().to_owned());

        service.start().await;
        let request = create(&new_request_id(), draft(LEGO, "klarnapaylater"));
        let order = service.orders().create_order(request.clone()).await.unwrap().into_inner();
        service.stop().await;
        assert!(directory.path().join("data").is_dir(), "everything lies in ./data");

        service.start().await;
        simulator.advance("P1D").await;
        let again = service.orders().create_order(request).await.unwrap().into_inner();
        assert_eq!((&again.id, &again.checkout_url), (&order.id, &order.checkout_url));
        simulator.check_out(&again.checkout_url, "authorized").await;
        let reached = async |status| {
            until("the order goes on", SOON, async || {
                let key = Some(get_order_request::Key::Id(order.id.clone()));
                let request = tests::proto::GetOrderRequest { key };
                let order = service.orders().get_order(request).await.unwrap().into_inner();
                (order.status() == status).then_some(order)
            })
            .await
        };
        let order = reached(OrderStatus::Authorized).await;
        service.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
        reached(OrderStatus::Shipping).await;
        assert_eq!(
            simulator.ledger().await.sum(&order.mollie_order_id, "shipment_created", "captured"),
            29_900
        );
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn connections_that_say_nothing_do_not_hold_up_the_stop() {
        let directory = tempfile::tempdir().unwrap();
        let environment = vec![("ORDER_SERVICE__SIMULATOR__LISTEN", free_address().to_string().into())];
        let mut service = Service::new("dev", directory.path().to_owned(), environment);
        service.start().await;
        let silent = [service.grpc(), service.webhook()].map(|address| TcpStream::connect(address).unwrap());
        service.stop().await;
        drop(silent);
    }
}
