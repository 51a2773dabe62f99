//! Holds the scripts against what the service sends: the same statements, in the same order and the same transactions. What
//! differs is named, and the script printed as it must be, with a hole wherever a value is missing.

use tests::proto::get_order_request::Key;
use tests::proto::{GetOrderRequest, ListOrdersRequest, OrderFilter, OrderStatus};
use tests::{Engine, SOON, World, statements_of_calls, until};

use super::{CREATE_ORDER, CREATE_ORDER_SQLITE, GET_ORDER, LIST_ORDERS, STORE_HOOK, statements};

/// Where Mollie would send its hooks: nobody listens, so that the only hook is the test's own.
const NOBODY: &str = "http://127.0.0.1:9";

tests::on_both_engines!(the_scripts_are_what_the_service_sends);

async fn the_scripts_are_what_the_service_sends(mut world: World) {
    world.service.stop().await;
    world.service.set("ORDER_SERVICE__LOG__FILTER", "info,persistence::statement=trace");
    world.service.set("ORDER_SERVICE__LOG__JSON", "true");
    world.service.set("ORDER_SERVICE__WEBHOOK__PUBLIC_URL", NOBODY);
    // Positions are given to many events at once, and belong to no call: their loop asks when it begins, and not again.
    world.service.set("ORDER_SERVICE__EVENTS__POSITION_MILLISECONDS", "3600000");
    world.service.start().await;
    let has_begun = async || world.service.said().contains("FROM event_queue)").then_some(());
    until("the loop of positions has begun", SOON, has_begun).await;
    let mut order = None;
    let created =
        sent(&world, async || order = Some(world.create(tests::draft(tests::LEGO, "ideal")).await)).await;
    let order = order.expect("an order was placed");
    let mut differences = Vec::new();
    let mut hold =
        |name: &str, script: &str, sent: &[String]| differences.extend(difference(name, script, sent));
    match world.database.engine() {
        Engine::Sqlite => hold("create-order.sqlite.sql", CREATE_ORDER_SQLITE, &created),
        Engine::Postgres => {
            hold("create-order.postgres.sql", CREATE_ORDER, &created);
            let get = GetOrderRequest { key: Some(Key::Id(order.id.clone())) };
            let got = sent(&world, async || drop(world.orders().get_order(get.clone()).await.unwrap())).await;
            hold("get-order.postgres.sql", GET_ORDER, &got);
            let listed =
                sent(&world, async || drop(world.orders().list_orders(fifty()).await.unwrap())).await;
            hold("list-orders.postgres.sql", LIST_ORDERS, &listed);
            let hooked = sent(&world, async || hook(&world, &order.mollie_order_id).await).await;
            // The look-up that it asks for may have begun.
            hold("store-hook.postgres.sql", STORE_HOOK, &hooked[..1]);
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// What the service sends while something is done.
async fn sent(world: &World, work: impl AsyncFnOnce()) -> Vec<String> {
    let before = world.service.said().len();
    work().await;
    statements_of_calls(&world.service.said()[before..])
}

fn fifty() -> ListOrdersRequest {
    let statuses = vec![OrderStatus::Created.into()];
    let filter = OrderFilter { profile: "main".to_owned(), statuses, ..OrderFilter::default() };
    ListOrdersRequest { filter: Some(filter), page_size: 50, ..ListOrdersRequest::default() }
}

async fn hook(world: &World, mollie_id: &str) {
    let address = world.simulator.ledger().await.hook_address(mollie_id);
    let path = address.strip_prefix(NOBODY).expect("the public address comes first");
    let sent = world.simulator.web().post(format!("http://{}{path}", world.service.webhook()));
    assert!(sent.form(&[("id", mollie_id)]).send().await.unwrap().status().is_success());
}

/// Which statements of a script are not what was sent, and the script as it must be; `None` if it is that.
fn difference(name: &str, script: &str, sent: &[String]) -> Option<String> {
    let ours = statements(script);
    let (mut left, mut wrong, mut lines) = (ours.clone(), Vec::new(), String::new());
    for (n, sql) in sent.iter().enumerate() {
        if ours.get(n).is_none_or(|ours| !is_same(sql, ours)) {
            let (theirs, ours) =
                (flat(sql), ours.get(n).map_or_else(|| "nothing".to_owned(), |sql| flat(sql)));
            wrong.push(format!(
                "  {}: the service sends\n    {theirs}\n  where the script has\n    {ours}",
                n + 1
            ));
        }
        let kept = left.iter().position(|ours| is_same(sql, ours)).map(|at| left.remove(at));
        lines.push_str(&format!("{};\n", kept.as_ref().unwrap_or(sql).trim()));
    }
    if ours.len() > sent.len() {
        wrong
            .push(format!("  the script has more than the service sends: {}", ours[sent.len()..].join("; ")));
    }
    (!wrong.is_empty()).then(|| {
        format!(
            "tests/bench/statements/{name} is not what the service sends:\n{}\n\nReplace its statements by these, and each \
             $1 or ? by a value:\n\n{lines}",
            wrong.join("\n")
        )
    })
}

/// Whether a script's statement is the service's with one value in place of each parameter.
fn is_same(service: &str, script: &str) -> bool {
    let (service, script) = (flat(service), flat(script));
    let (mut service, mut script) = (service.as_str(), script.as_str());
    loop {
        let until = service.find(['$', '?']).unwrap_or(service.len());
        let (same, hole) = service.split_at(until);
        let Some(rest) = script.strip_prefix(same) else { return false };
        if hole.is_empty() {
            return rest.is_empty();
        }
        service = hole[1..].trim_start_matches(|c: char| c.is_ascii_digit());
        script = &rest[value(rest)..];
    }
}

/// How long the value is that a text begins with: up to a blank, a comma or a parenthesis that is not its own.
fn value(text: &str) -> usize {
    let (mut depth, mut is_quoted) = (0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '\'' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' => depth += 1,
            ' ' | ',' | ')' if depth == 0 => return at,
            ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

fn flat(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_statement_is_the_same_with_one_value_for_each_parameter_and_with_nothing_else() {
    let sent = "INSERT INTO a (b, c)\n  VALUES ($1, $2) ON CONFLICT DO UPDATE SET c = $2";
    let is = |script: &str| is_same(sent, script);
    assert!(is(
        "INSERT INTO a (b, c) VALUES (lpad(:n, 3, '0')::uuid, ('it''s, ' || 1)) ON CONFLICT DO UPDATE SET c = 7"
    ));
    assert!(!is("INSERT INTO a (b, c) VALUES (1, 2, 3) ON CONFLICT DO UPDATE SET c = 7"));
    assert!(!is("INSERT INTO a (b, d) VALUES (1, 2) ON CONFLICT DO UPDATE SET c = 7"));
    assert!(!is("INSERT INTO a (b, c) VALUES (1, 2) ON CONFLICT DO UPDATE SET c = 7 WHERE b = 1"));
    assert!(!is("INSERT INTO a (b, c) VALUES (1, 2) ON CONFLICT DO NOTHING"));
    assert!(is_same("SELECT a FROM b LIMIT ?", "SELECT a FROM b LIMIT 1"));
}

#[test]
fn a_difference_is_named_and_shown_as_it_must_be() {
    let script = "BEGIN;\nINSERT INTO a VALUES (1);\nCOMMIT;\n";
    let sent = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    assert_eq!(difference("a.sql", script, &sent(&["BEGIN", "INSERT INTO a VALUES ($1)", "COMMIT"])), None);
    let more = sent(&["BEGIN", "INSERT INTO a VALUES ($1)", "INSERT INTO b VALUES ($1)", "COMMIT"]);
    let said = difference("a.sql", script, &more).unwrap();
    assert!(said.contains("  3: the service sends\n    INSERT INTO b VALUES ($1)\n"), "{said}");
    assert!(
        said.ends_with("BEGIN;\nINSERT INTO a VALUES (1);\nINSERT INTO b VALUES ($1);\nCOMMIT;\n"),
        "{said}"
    );
    let apart = sent(&["BEGIN", "COMMIT", "INSERT INTO a VALUES ($1)"]);
    assert!(difference("a.sql", script, &apart).is_some(), "the transactions differ");
    assert!(difference("a.sql", script, &sent(&["BEGIN"])).is_some());
}
