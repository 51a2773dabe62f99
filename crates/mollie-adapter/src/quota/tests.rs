use super::*;

const READ: Endpoint = Endpoint::GetOrder;
const SHIP: Endpoint = Endpoint::CreateShipment;

fn headers(policy: &str, left: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("ratelimit-policy", policy.parse().unwrap());
    headers.insert("ratelimit", left.parse().unwrap());
    headers
}

/// A quota of so many in three seconds.
fn told(name: &str, left: u64, seconds: u64, of: Option<u64>) -> Left {
    let policy = of.map(|of| (of, secs(3)));
    Left { name: name.to_owned(), left, resets_in: secs(seconds), policy }
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn mollies_headers_are_read_as_documented() {
    let read = left(&headers(
        "\"get-v2-payments\";q=20;w=3;mollie-burst=60",
        "\"get-v2-payments\";r=15;t=2;mollie-burst=60",
    ));
    assert_eq!(read, [told("get-v2-payments", 15, 2, Some(20))]);
    let two = left(&headers("\"a\";q=5;w=3", "\"a\"; r=1; t=2, \"b\";t=3;r=0"));
    assert_eq!(two, [told("a", 1, 2, Some(5)), told("b", 0, 3, None)]);
    assert_eq!(left(&HeaderMap::new()), []);
}

#[test]
fn odd_and_broken_headers_tell_nothing() {
    for odd in [
        "",
        "15",
        "\"a\"",
        "\"a\";r=1",
        "\"a\";t=1",
        "\"a\";r=-1;t=1",
        "\"a\";r=1.5;t=1",
        "\"a\";r=;t=1",
        "\"a\";r=0;r=1;t=1",
        "\"a\";r=0;t=99999999",
        "\"a\";r=0;t=99999999999999999999999",
        "a;r=0;t=1",
        "\"a;r=0;t=1",
        "\"\";r=0;t=1",
        "\"a b\";r=0;t=1",
        ";;;===,,,\"",
    ] {
        assert_eq!(left(&headers("\"a\";q=20", odd)), [], "{odd}");
    }
    let mut bytes = HeaderMap::new();
    bytes.insert("ratelimit", reqwest::header::HeaderValue::from_bytes(b"\"\xff\";r=0;t=1").unwrap());
    assert_eq!(left(&bytes), []);
    let long = format!("\"{}\";r=0;t=1", "x".repeat(65));
    assert_eq!(left(&headers("", &long)), []);
}

#[test]
fn nothing_left_holds_up_the_calls_of_that_name_until_its_time_is_over() {
    let mut quotas = Quotas::default();
    quotas.hear(SHIP, &[], None, secs(10));
    let pauses = quotas.hear(READ, &[told("get", 0, 2, Some(20))], None, secs(10));
    assert_eq!(pauses, [("get".to_owned(), secs(2))]);
    for rank in [Rank::First, Rank::Spare] {
        assert_eq!(quotas.wait(READ, rank, secs(10)), Some(secs(2)));
        assert_eq!(quotas.wait(READ, rank, secs(12)), None);
        assert_eq!(quotas.wait(SHIP, rank, secs(10)), None, "its calls count for something else");
    }
}

/// As many calls may be under way as one process carries out at once, and no answer has told anything yet.
#[test]
fn in_a_new_time_no_more_calls_are_begun_than_there_are_before_an_answer_tells_of_it() {
    let mut quotas = Quotas::default();
    quotas.hear(READ, &[told("get", 0, 2, Some(4))], None, secs(0));
    let begun = (0..9).filter(|_| quotas.begin(READ, Rank::First, secs(7)).is_ok()).count();
    assert_eq!((begun, quotas.wait(READ, Rank::First, secs(8))), (4, Some(secs(2))));
}

#[test]
fn look_ups_leave_the_last_calls_to_the_others() {
    let mut quotas = Quotas::default();
    quotas.hear(READ, &[told("get", 6, 2, Some(20))], None, secs(0));
    assert_eq!(quotas.begin(READ, Rank::Spare, secs(0)), Ok(()));
    assert_eq!(quotas.begin(READ, Rank::Spare, secs(0)), Ok(()));
    assert_eq!(quotas.begin(READ, Rank::Spare, secs(0)), Err(secs(2)), "a fifth is left");
    for _ in 0..4 {
        assert_eq!(quotas.begin(READ, Rank::First, secs(0)), Ok(()));
    }
    assert_eq!(quotas.begin(READ, Rank::First, secs(1)), Err(secs(1)));
    assert_eq!(quotas.begin(READ, Rank::First, secs(2)), Ok(()), "there are as many as ever");
}

/// An answer that was given before others were sent does not give their calls back.
#[test]
fn an_answer_that_was_overtaken_gives_nothing_back() {
    let mut quotas = Quotas::default();
    quotas.hear(READ, &[told("get", 2, 2, Some(5))], None, secs(0));
    assert_eq!(quotas.begin(READ, Rank::First, secs(0)), Ok(()));
    quotas.hear(READ, &[told("get", 3, 2, Some(5))], None, secs(0));
    assert_eq!(quotas.begin(READ, Rank::First, secs(0)), Ok(()));
    assert_eq!(quotas.begin(READ, Rank::First, secs(0)), Err(secs(2)));
    quotas.hear(READ, &[told("get", 5, 3, Some(5))], None, secs(3));
    assert_eq!(quotas.begin(READ, Rank::First, secs(3)), Ok(()));
}

#[test]
fn a_call_that_was_put_off_holds_up_those_of_its_name_or_all() {
    let mut quotas = Quotas::default();
    assert_eq!(quotas.hear(SHIP, &[], Some(secs(7)), secs(0)), [(ALL.to_owned(), secs(7))]);
    assert_eq!(quotas.wait(READ, Rank::First, secs(1)), Some(secs(6)));
    let mut quotas = Quotas::default();
    let pauses = quotas.hear(READ, &[told("get", 3, 2, None)], Some(secs(7)), secs(0));
    assert_eq!(pauses, [("get".to_owned(), secs(7))]);
    assert_eq!(
        (quotas.wait(READ, Rank::First, secs(1)), quotas.wait(SHIP, Rank::First, secs(1))),
        (Some(secs(6)), None)
    );
    assert_eq!(quotas.hear(READ, &[], Some(secs(7)), secs(0)), [], "everybody knows that");
    assert_eq!(quotas.hear(READ, &[], Some(secs(9)), secs(0)), [("get".to_owned(), secs(9))]);
}

/// Headers come on the answers of some endpoints only, and other processes tell of names that this one has not heard of.
#[test]
fn a_pause_of_an_unknown_name_holds_up_look_ups_until_it_is_known_what_it_is_about() {
    let mut quotas = Quotas::default();
    assert!(quotas.pause("get", secs(5), secs(0)));
    assert_eq!(quotas.wait(READ, Rank::Spare, secs(0)), Some(secs(5)));
    assert_eq!(quotas.wait(SHIP, Rank::First, secs(0)), None);
    quotas.hear(READ, &[], None, secs(0));
    assert_eq!(quotas.wait(READ, Rank::Spare, secs(0)), None, "its answers name nothing");
    quotas.hear(READ, &[told("get", 9, 2, None)], None, secs(0));
    assert_eq!(quotas.wait(READ, Rank::First, secs(0)), Some(secs(5)));
}

#[test]
fn mollie_cannot_make_us_keep_names_without_end() {
    let mut quotas = Quotas::default();
    for n in 0..1_000 {
        quotas.hear(READ, &[told(&format!("n{n}"), 0, 60, None)], None, secs(0));
    }
    assert!(quotas.known.len() <= MOST_NAMES && quotas.paused.len() <= MOST_NAMES);
    assert!(quotas.names[&READ].len() <= MOST_NAMES);
}
