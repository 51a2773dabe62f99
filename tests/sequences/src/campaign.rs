//! Many random sequences. The test plays two thousand of them and the proof two hundred thousand.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::resume_unwind;

use mollie_simulator::rules::Switches;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use serde_json::{Map, Value, json};

use crate::draw::sequences;
use crate::stage::{Marks, Stage};
use crate::step::Sequence;

/// What must be seen of the whole, in percent: more than four standard deviations below what 60,000 sequences show, or one run in twenty
/// would fail by chance.
const SHARES: [(&str, u32); 12] = [
    ("paid or authorized", 60),
    ("part of a discounted line shipped", 20),
    ("refund after a partial cancellation", 10),
    ("price reduced", 5),
    ("JPY or ISK", 5),
    ("nobody named what joined a parcel", 9),
    ("parcel held", 3),
    ("held parcels shipped", 1),
    ("return canceled and refunded", 5),
    ("return refunded", 8),
    ("paid units do not leave", 3),
    ("return whose cancellation was declined", 1),
];

/// What the sequences did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    pub sequences: u32,
    pub settings: usize,
    pub steps: u64,
    /// In how many sequences each happened.
    pub marks: BTreeMap<&'static str, u32>,
}

impl Distribution {
    /// What happened too seldom for the result to mean something.
    #[must_use]
    pub fn shortfalls(&self) -> Vec<String> {
        let of = |(what, percent): &(&str, u32)| {
            let count = self.marks.get(what).copied().unwrap_or(0);
            (count * 100 < percent * self.sequences)
                .then(|| format!("{what}: {count} of {}, and not {percent} %", self.sequences))
        };
        SHARES.iter().filter_map(of).collect()
    }

    fn add(&mut self, part: Self) {
        self.sequences += part.sequences;
        self.settings = part.settings;
        self.steps += part.steps;
        part.marks.into_iter().for_each(|(mark, count)| *self.marks.entry(mark).or_default() += count);
    }

    fn count(&mut self, sequence: &Sequence, marks: &Marks) {
        self.sequences += 1;
        self.steps += u64::try_from(sequence.steps.len()).unwrap_or(0);
        marks.iter().for_each(|mark| *self.marks.entry(mark).or_default() += 1);
        let currency = sequence.basket.tender.0;
        let tender = if ["JPY", "ISK"].contains(&currency) { "JPY or ISK" } else { currency };
        *self.marks.entry(tender).or_default() += 1;
    }
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sequences, settings, steps, marks } = self;
        writeln!(f, "{sequences} sequences of {steps} steps, under {settings} settings; every sum is exact")?;
        let mut marks: Vec<_> = marks.iter().collect();
        marks.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        marks.into_iter().try_for_each(|(mark, count)| {
            let permille = u64::from(*count) * 1_000 / u64::from((*sequences).max(1));
            writeln!(f, "{count:>8}  {:>3}.{} %  {mark}", permille / 10, permille % 10)
        })
    }
}

/// A sequence in which something is wrong, made small, and told step by step.
#[derive(Debug)]
pub struct Wrong {
    pub reason: String,
    pub told: Vec<String>,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.reason)?;
        self.told.iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}

/// So many parts of a campaign are played side by side, whatever the machine has: a seed gives the same sequences everywhere.
const PARTS: u32 = 4;

/// Plays about `count` sequences that follow from the seed, in several threads.
///
/// # Errors
/// One in which something is wrong.
pub fn play_in_parts(count: u32, seed: u64) -> Result<Distribution, Box<Wrong>> {
    let each = count.div_ceil(PARTS);
    let parts = std::thread::scope(|scope| {
        let running: Vec<_> = (0..PARTS)
            .map(|part| scope.spawn(move || play_many(each, seed.wrapping_add(part.into()))))
            .collect();
        running.into_iter().map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    let parts: Vec<Result<Distribution, Box<Wrong>>> = parts;
    let mut found = Distribution::default();
    for part in parts {
        found.add(part?);
    }
    Ok(found)
}

/// Plays `count` sequences that follow from the seed.
///
/// # Errors
/// The first in which something is wrong.
pub fn play_many(count: u32, seed: u64) -> Result<Distribution, Box<Wrong>> {
    let settings = Switches::pairwise(&Switches::OF_COURSE);
    let found = RefCell::new(Distribution { settings: settings.len(), ..Distribution::default() });
    let outcome = runner(count, seed).run(&sequences(settings.len()), |sequence| {
        let (marks, _) = play(&sequence, &settings).map_err(|wrong| TestCaseError::fail(wrong.reason))?;
        found.borrow_mut().count(&sequence, &marks);
        Ok(())
    });
    match outcome {
        Ok(()) => Ok(found.into_inner()),
        Err(TestError::Fail(_, sequence)) => Err(Box::new(again(&trimmed(sequence, &settings), &settings))),
        Err(TestError::Abort(reason)) => {
            Err(Box::new(Wrong { reason: reason.to_string(), told: Vec::new() }))
        }
    }
}

/// Without the steps that are not needed for it to go wrong. proptest tries to leave a step out only while the steps are
/// still as they were drawn; what they become when they are made simpler may not need it.
fn trimmed(mut sequence: Sequence, settings: &[Switches]) -> Sequence {
    let mut at = 0;
    while at < sequence.steps.len() {
        let mut shorter = sequence.clone();
        shorter.steps.remove(at);
        if play(&shorter, settings).is_err() {
            (sequence, at) = (shorter, 0);
        } else {
            at += 1;
        }
    }
    sequence
}

/// The same sequence goes wrong again.
fn again(sequence: &Sequence, settings: &[Switches]) -> Wrong {
    match play(sequence, settings) {
        Err(wrong) => *wrong,
        Ok(_) => Wrong { reason: "it went wrong only once".to_owned(), told: Vec::new() },
    }
}

/// Plays a sequence to its end.
fn play(sequence: &Sequence, settings: &[Switches]) -> Result<(Marks, Vec<String>), Box<Wrong>> {
    let switches = settings[sequence.setting].clone();
    let mut told = vec![format!("under {}", beside_the_default(&switches)), format!("{:?}", sequence.basket)];
    let mut stage = Stage::new(sequence.basket.clone(), switches)
        .map_err(|reason| Box::new(Wrong { reason, told: told.clone() }))?;
    for step in &sequence.steps {
        let happened = stage.step(step).and_then(|()| stage.judge());
        if let Err(reason) = happened {
            told.append(&mut stage.told);
            return Err(Box::new(Wrong { reason, told }));
        }
    }
    told.append(&mut stage.told);
    Ok((stage.marks, told))
}

/// The switches that are not at their default.
fn beside_the_default(switches: &Switches) -> Value {
    let (Value::Object(chosen), usual) = (json!(switches), json!(Switches::default())) else {
        return Value::Null;
    };
    chosen.into_iter().filter(|(name, value)| usual[name] != *value).collect::<Map<_, _>>().into()
}

fn runner(cases: u32, seed: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 4_000, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// A seed, new each time.
#[must_use]
pub fn new_seed() -> u64 {
    runner::new_seed()
}
