//! `cargo xtask …`: the repository's own tasks. Each does by one command what a person would otherwise have to remember.

mod alerts;
mod before;
mod bench;
mod busy;
mod ci;
mod circles;
mod clients;
mod cluster;
mod debian;
mod deploy;
mod dev;
mod direction;
mod fuzz;
mod kept;
mod kinds;
mod mutants;
mod postgres;
mod probes;
mod process;
mod proof;
mod python;
mod readme;
mod release;
mod source;
mod steps;
mod supply;
mod tally;
mod test;
mod traces;

use std::process::ExitCode;

const HELP: &str = "\
Tasks of the repository.

  cargo xtask test [FILTER…]  every test, on SQLite and on a real PostgreSQL: DATABASE_URL if set,
                              else a throw-away cluster of the installed PostgreSQL, else one installed through apt
  cargo xtask ci              all that must hold before a change is taken in: format, lints, dependency direction, tests,
                              the API's shape, the demo, a client without generated code, licences
  cargo xtask proof [NAME]    a run too long for that, kept with its result in docs/proofs; without a name, which there are, and
                              each kept one is marked if it is older than what it covers
  cargo xtask fuzz TARGET SECONDS
                              searches one target of tests/fuzz for an input that does harm, and keeps in its corpus what covers most
  cargo xtask direction       dependencies of crates that point outward, files of the domain or of the simulator that import
                              each other in a circle, and kinds of operations named outside their rooms
  cargo xtask clients         clients that are not ours: one by reflection only, Python's and Node's with the longest answers, and
                              Mollie's own against the simulated Mollie
  cargo xtask trace-picture   has a real collector get a trace over a restart, and draws docs/trace.svg
  cargo xtask alerts          makes each alert of deploy/ fire by its cause, and has a real Prometheus evaluate the dashboard
  cargo xtask deploy          deploy/ without a cluster: renders it, holds it against Kubernetes' schemas and our own rules, and
                              starts the release build from the image's file system, confined as the manifests say
  cargo xtask bounds          what the largest requests cost a release build, refused ones and allowed ones
  cargo xtask bench [--quick] [--peers] [--orders N]
                              what the service costs, each figure beside its floor, on a durable PostgreSQL; writes
                              docs/performance.md, or with --quick nothing. N orders in the large database. --peers: beside a
                              bare durable workflow alone
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.split_first() {
        Some((task, filters)) if task == "test" => test::run(filters),
        Some((task, [])) if task == "ci" => ci::run(),
        Some((task, [])) if task == "proof" => {
            proof::list();
            println!();
            kept::mark()
        }
        Some((task, [name, more @ ..])) if task == "proof" => proof::run(name, more),
        Some((task, [target, seconds])) if task == "fuzz" => fuzz::grow(target, seconds),
        Some((task, [])) if task == "direction" => direction::check(),
        Some((task, [])) if task == "clients" => clients::by_reflection()
            .and_then(|()| clients::answers())
            .and_then(|()| clients::watch())
            .and_then(|()| clients::shedding())
            .and_then(|()| clients::mollies()),
        Some((task, [])) if task == "trace-picture" => traces::draw(),
        Some((task, [])) if task == "alerts" => alerts::check(),
        Some((task, [])) if task == "deploy" => deploy::check(),
        Some((task, [])) if task == "bounds" => release::bounds(),
        Some((task, options)) if task == "bench" => bench::run(options),
        Some((task, [])) if ["help", "--help", "-h"].contains(&task.as_str()) => {
            print!("{HELP}");
            Ok(())
        }
        Some(_) | None => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
