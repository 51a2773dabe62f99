//! `order-service dev`: everything in one process, and nothing lost between two of them.

mod sqlite {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    use tests::proto::{OrderStatus, get_order_request};
    use tests::{LEGO, Process, SOON, Service, Simulator, draft, free_address, new_request_id, until};

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

    /// The demonstration's own comparison: a ledger that holds nothing must make it fail.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_demonstration_whose_sums_disagree_with_the_ledger_fails() {
        let directory = tempfile::tempdir().unwrap();
        let environment = vec![("ORDER_SERVICE__SIMULATOR__LISTEN", free_address().to_string().into())];
        let mut service = Service::new("dev", directory.path().to_owned(), environment);
        service.start().await;
        let empty = TcpListener::bind("127.0.0.1:0").unwrap();
        let ledger = format!("http://{}", empty.local_addr().unwrap());
        std::thread::spawn(move || empty.incoming().flatten().for_each(answer_with_nothing));
        let grpc = format!("http://{}", service.grpc());
        let arguments = ["--grpc", &grpc, "--simulator", &ledger];
        let mut demo = Process::start_with("demo", &arguments, directory.path(), &Vec::new());
        let status = demo.ended(SOON).await;
        assert_eq!(status.code(), Some(1), "{}", demo.said());
        let row = "ordered    1027.99 EUR |    0.00 EUR  ≠";
        assert!(demo.said().contains(row), "{}", demo.said());
    }

    fn answer_with_nothing(mut caller: TcpStream) {
        let _ = caller.read(&mut [0; 4096]);
        let body = r#"{"effects":[]}"#;
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length:";
        write!(caller, "{head} {}\r\n\r\n{body}", body.len()).unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_database_of_the_simulated_mollie_is_not_taken_to_the_real_one() {
        let directory = tempfile::tempdir().unwrap();
        let environment = vec![("ORDER_SERVICE__SIMULATOR__LISTEN", free_address().to_string().into())];
        let mut service = Service::new("dev", directory.path().to_owned(), environment);
        service.start().await;
        service.stop().await;
        let key = directory.path().join("key");
        std::fs::write(&key, "test_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM").unwrap();
        let environment = vec![
            ("ORDER_SERVICE__GRPC__LISTEN", free_address().to_string().into()),
            ("ORDER_SERVICE__WEBHOOK__LISTEN", free_address().to_string().into()),
            ("ORDER_SERVICE__MONITORING__LISTEN", free_address().to_string().into()),
            ("ORDER_SERVICE__WEBHOOK__PUBLIC_URL", "https://orders.example".into()),
            ("ORDER_SERVICE__MOLLIE__BASE_URL", "https://mollie.invalid/v2".into()),
            ("ORDER_SERVICE__PROFILES__MAIN__API_KEY_FILE", key.into()),
            ("ORDER_SERVICE__SECURITY__INSECURE", "true".into()),
        ];
        let mut serve = Process::start("serve", directory.path(), &environment);
        assert!(!serve.ended(SOON).await.success());
        assert!(serve.said().contains("holds orders of the simulated Mollie"), "{}", serve.said());
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
