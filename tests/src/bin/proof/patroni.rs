//! Three PostgreSQL nodes under Patroni, whose primary is lost again and again under load: nothing that was acknowledged is gone.

use tests::{Dice, Loss, Lost, survive};

/// `false` if a promise was not kept.
pub async fn prove(losses: usize) -> bool {
    let survived = Box::pin(survive(losses, Dice::new("patroni"))).await;
    println!("| loss | primary lost by | no write of the slowest replica for |\n|---|---|---|");
    for (n, Lost { loss, gap }) in survived.losses.iter().enumerate() {
        println!("| {} | {} | {:.1} s |", n + 1, said(*loss), gap.as_secs_f64());
    }
    println!(
        "\n{} requests were acknowledged, for {} orders with {} operations. In the end each acknowledged one was there, every intent had \
         at most one effect, and the database said what Mollie said.",
        survived.acknowledged, survived.orders, survived.operations
    );
    let mut holds = survived.losses.len() == losses;
    for loss in Loss::ALL {
        let gaps = survived.losses.iter().filter(|lost| lost.loss == loss).map(|lost| lost.gap);
        let (worst, allowed) = (gaps.max().unwrap_or_default(), loss.allowed());
        let kept = worst <= allowed;
        println!(
            "{} after {} writing went on within {} s (worst {:.1} s)",
            if kept { "kept  " } else { "BROKEN" },
            said(loss),
            allowed.as_secs(),
            worst.as_secs_f64()
        );
        holds &= kept;
    }
    holds
}

const fn said(loss: Loss) -> &'static str {
    match loss {
        Loss::Postgres => "SIGKILL of PostgreSQL",
        Loss::Switchover => "a switchover",
        Loss::Node => "SIGKILL of the whole node",
    }
}
