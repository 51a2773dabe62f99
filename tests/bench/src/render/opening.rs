//! What docs/performance.md says first, in sentences, and why one call has two latencies. Every number comes from the figures;
//! a run that lacks one leaves its sentence out.

use crate::figures::{Figure, Run, Unit};
use crate::render::wording::{amount, digits, exact};

/// Orders a second, latency at half of that, and growth: a sentence each.
pub fn sentences(run: &Run) -> String {
    let sentences = [throughput(run), latency(run), growth(run)].into_iter().flatten();
    sentences.map(|sentence| format!("- {sentence}\n")).collect()
}

fn throughput(run: &Run) -> Option<String> {
    let (cores, _) = run.machine.split_once(',')?;
    let rate = figure(run, "create.postgres.32")?;
    Some(format!(
        "On {cores}, which the service shares with PostgreSQL and its callers, it creates **{} orders a second**.",
        digits(rate.value)
    ))
}

fn latency(run: &Run) -> Option<String> {
    let half = figure(run, "create.postgres.32")?.value / 2.0;
    let [p50, p99] = ["create.latency.p50", "create.latency.p99"].map(|id| figure(run, id));
    Some(format!(
        "At half that load, {} orders a second, it answers half of the creates within **{}** and 99 of 100 within **{}**, \
         not counting Mollie's own time.",
        digits(half),
        amount(p50?.value, Unit::Milliseconds),
        amount(p99?.value, Unit::Milliseconds)
    ))
}

fn growth(run: &Run) -> Option<String> {
    let cpu = figure(run, "growth.create.cpu")?;
    let floor = cpu.floor.as_ref()?;
    let (few, many) = sizes(run)?;
    Some(format!(
        "A create takes {} ms of CPU with {many} orders kept and {} ms with {few}: **{} times as much**.",
        digits(cpu.value),
        digits(floor.value),
        digits(floor.ratio)
    ))
}

/// The sizes of the small and the large database.
fn sizes(run: &Run) -> Option<(String, String)> {
    let (_, orders) = run.settings.iter().find(|(name, _)| name == "orders")?;
    let (few, many) = orders.split_once(" and ")?;
    Some((exact(few.parse().ok()?), exact(many.parse().ok()?)))
}

/// Why the table of delays shows another latency than the sentences above.
pub fn two_latencies(run: &Run) -> Option<String> {
    let [half, full] = ["create.latency.p50", "delay.0"].map(|id| figure(run, id).map(|figure| figure.value));
    let [rate, most] =
        ["create.postgres.8", "create.postgres.32"].map(|id| figure(run, id).map(|figure| figure.value));
    let (half, full, rate) = (half?, full?, rate?);
    let [half_text, full_text, queue] =
        [half, full, 8e3 / rate].map(|value| amount(value, Unit::Milliseconds));
    Some(format!(
        "## Why a create takes {half_text} in one table and {full_text} in another\n\n\
         Both are medians on the same machine, under different loads.\n\n\
         - **{half_text}** is the latency at half load. Creates arrive by a timetable, {} a second, whether or not earlier \
         ones are answered (an open loop). The cores have time to spare, so most creates do not queue.\n\
         - **{full_text}** is the latency at full load, in the table \"delay\". Eight callers send their next create as soon \
         as the last is answered (a closed loop), so both cores are busy and each create waits for the other seven. Eight \
         callers at {} creates a second leave 8 / {} = {queue} for each.\n",
        digits(most? / 2.0),
        digits(rate),
        digits(rate)
    ))
}

fn figure<'a>(run: &'a Run, id: &str) -> Option<&'a Figure> {
    run.figures.iter().find(|figure| figure.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn the_sentences_say_what_the_figures_say() {
        let text = sentences(&sample::whole());
        let [rate, latency, growth] = text.lines().collect::<Vec<_>>().try_into().unwrap();
        assert!(rate.starts_with("- On 2 cores,") && rate.contains("**412 orders a second**"), "{rate}");
        assert!(latency.contains("206 orders a second") && latency.contains("**3.70 ms**"), "{latency}");
        assert!(latency.contains("**21.0 ms**"), "{latency}");
        let wanted =
            "2.20 ms of CPU with 200,000 orders kept and 2.00 ms with 10,000: **1.10 times as much**.";
        assert!(growth.contains(wanted), "{growth}");
    }

    #[test]
    fn two_latencies_are_explained_by_the_load() {
        let text = two_latencies(&sample::whole()).unwrap();
        assert!(
            text.starts_with("## Why a create takes 3.70 ms in one table and 19.5 ms in another\n"),
            "{text}"
        );
        assert!(text.contains("8 / 400 = 20.0 ms"), "{text}");
    }

    #[test]
    fn a_run_without_these_figures_says_nothing_of_them() {
        let mut run = sample::whole();
        run.figures.clear();
        assert_eq!((sentences(&run), two_latencies(&run)), (String::new(), None));
    }
}
