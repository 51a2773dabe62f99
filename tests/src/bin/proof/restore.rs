//! A database restored to a random moment, on PostgreSQL, again and again: callers repeat all that they have asked for, and nothing is done
//! twice.

use tests::{Came, Dice, Engine, Trial, World};

/// Callers of one run.
const CALLERS: usize = 40;

pub async fn prove(restores: usize) -> bool {
    assert!(Engine::Postgres.is_available().await, "the proof needs PostgreSQL");
    let (mut dice, mut holds) = (Dice::new("restore"), true);
    let mut sum = Came::default();
    println!(
        "| restore | orders | lost | steps under way | for a person | faults |\n|---|---|---|---|---|---|"
    );
    for n in 1..=restores {
        let world = World::start(Engine::Postgres).await;
        let (mut trial, mut came) = Box::pin(Trial::run(world, CALLERS, &mut dice)).await;
        Box::pin(trial.start_restored(&mut came)).await;
        Box::pin(trial.repeat(&mut came)).await;
        Box::pin(trial.go_on()).await;
        Box::pin(trial.judge(&mut came)).await;
        let Came { faults, lost, compared, under_way, refused } = came;
        println!("| {n} | {CALLERS} | {lost} | {under_way} | {compared} | {} |", faults.len());
        faults.iter().for_each(|fault| println!("  {fault}"));
        holds &= faults.is_empty() && refused == 1;
        sum.lost += lost;
        sum.compared += compared;
        sum.under_way += under_way;
    }
    println!(
        "\n{restores} restores: {} lost orders were found again and joined to their requests, {} requests were held for a person, {} backups \
         were made while Mollie's answer was on its way. Each time the service was killed while it read Mollie.",
        sum.lost, sum.compared, sum.under_way
    );
    holds
}
