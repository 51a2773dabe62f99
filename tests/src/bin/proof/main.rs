//! The long runs over real processes. What a run came to goes to standard output, and is kept by `cargo xtask proof`; how it
//! is going goes to standard error.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a proof fails by panicking")]

mod archive;
mod crashes;
mod load;
mod patroni;
mod replicas;
mod restore;
mod rolling;
mod timers;
mod watchers;

use std::process::ExitCode;

const HELP: &str = "\
Long runs over real processes; `cargo xtask proof` provides what they need, and keeps what they print.

  proof archive [ORDERS]   20,000 orders, or ORDERS, that are closed for good, archived while the service and a command are killed
  proof crashes [SHARE]    every crash point on both databases, every ordered pair on one; of SHARE, every SHAREth run only
  proof hanging [SECONDS]  reads while Mollie hangs for 5 minutes, or SECONDS
  proof overload [SECONDS] twenty times as many callers as there are places, for 60 seconds, or SECONDS
  proof patroni [LOSSES]   three replicas under load on three nodes under Patroni, whose primary is lost 20 times, or LOSSES
  proof replicas [DEATHS]  three replicas under load, each killed again and again: 100 deaths, or DEATHS
  proof restore [TIMES]    a database restored to a random moment while Mollie goes on, 10 times, or TIMES; callers repeat everything
  proof rolling [STOPS]    one of three replicas under load stopped by SIGTERM, 100 times, or STOPS; then a rolling change
  proof timers [ORDERS [SECONDS]]
                           a million orders, or ORDERS, of which 300 have a deadline in each second for 10 minutes, or SECONDS
  proof watchers [SECONDS] 500 watchers with random disconnects while three replicas write for 10 minutes, or SECONDS
";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse().expect("a number is expected");
    let count = |text: &str| text.parse().expect("a number is expected");
    let holds = match words.as_slice() {
        ["archive"] => archive::prove(20_000).await,
        ["archive", orders] => archive::prove(count(orders)).await,
        ["crashes"] => crashes::prove(1).await,
        ["crashes", share] => crashes::prove(number(share)).await,
        ["hanging"] => load::hanging(300).await,
        ["hanging", seconds] => load::hanging(count(seconds)).await,
        ["overload"] => load::overload(60).await,
        ["overload", seconds] => load::overload(count(seconds)).await,
        ["patroni"] => patroni::prove(20).await,
        ["patroni", losses] => patroni::prove(number(losses)).await,
        ["replicas"] => replicas::prove(100).await,
        ["replicas", deaths] => replicas::prove(number(deaths)).await,
        ["restore"] => restore::prove(10).await,
        ["restore", times] => restore::prove(number(times)).await,
        ["rolling"] => rolling::prove(100).await,
        ["rolling", stops] => rolling::prove(number(stops)).await,
        ["timers"] => timers::prove(1_000_000, 600).await,
        ["timers", orders] => timers::prove(count(orders), 600).await,
        ["timers", orders, seconds] => timers::prove(count(orders), count(seconds)).await,
        ["watchers"] => watchers::prove(500, 600).await,
        ["watchers", seconds] => watchers::prove(500, count(seconds)).await,
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
