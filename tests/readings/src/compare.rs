//! What must hold of one draft. Refused under every setting: the domain refuses it. Accepted under every one: it accepts. Under
//! some: it accepts with a warning, and a refusal by Mollie comes back on the path of one of its warnings.
//!
//! A draft that the domain refuses is judged as the caller wrote it; one that it accepts, as the adapter sends it.

use domain::rules::agreements::Agreements;
use domain::rules::catalog::{example::time_of, mollie_json};
use domain::rules::draft::OrderDraft;
use domain::rules::refused_field;
use domain::rules::rejection::{RejectedBy, Rejection};
use domain::rules::violation::Findings;
use jiff::Timestamp;
use mollie_simulator::rules::{Decides, Refusal, Switches, judge_create};
use serde_json::Value;

use crate::sent;

/// What the readings agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreed {
    Refused(Vec<&'static str>),
    Accepted,
    /// By these rules' warnings.
    Warned(Vec<&'static str>),
}

/// The settings of the simulator under which one kind of profile is judged.
pub struct Settings {
    strict: Vec<Switches>,
    lenient: Vec<Switches>,
}

impl Default for Settings {
    fn default() -> Self {
        let of = |left_out: &[&str]| {
            let axes = Switches::OF_CREATE.into_iter().filter(|axis| {
                matches!(axis.decides, Decides::Verdict | Decides::Wording) && !left_out.contains(&axis.name)
            });
            Switches::pairwise(&axes.collect::<Vec<_>>())
        };
        // What a profile reads and has agreed is not Mollie's to vary.
        Self {
            strict: of(&["personal_fields", "klarna_beyond_28_days"]),
            lenient: of(&["klarna_beyond_28_days"]),
        }
    }
}

impl Settings {
    fn of(&self, agreements: &Agreements) -> impl Iterator<Item = Switches> {
        let rows = if agreements.reads_get_order { &self.lenient } else { &self.strict };
        let agreed = agreements.klarna_expiry_days > 28;
        let klarna = Switches::OF_CREATE.into_iter().find(|axis| axis.name == "klarna_beyond_28_days");
        rows.iter().cloned().map(move |mut switches| {
            if let Some(axis) = klarna.as_ref().filter(|_| agreed) {
                axis.set(&mut switches, axis.most_lenient);
            }
            switches
        })
    }

    /// How many settings a draft is judged under.
    #[must_use]
    pub fn count(&self) -> usize {
        self.strict.len() + self.lenient.len()
    }
}

/// A mistake in one of the readings: it sees a draft that is a little different.
#[derive(Clone, Copy)]
pub enum Mistake {
    OfTheDomain(fn(&mut Value)),
    OfMollie(fn(&mut Value)),
}

/// Compares the readings of one draft.
///
/// # Errors
/// In words, how they disagree.
pub fn compare(draft: &Value, settings: &Settings) -> Result<Agreed, String> {
    compare_with(draft, settings, None)
}

/// The same, where one reading makes a mistake.
///
/// # Errors
/// In words, how they disagree.
pub fn compare_with(draft: &Value, settings: &Settings, mistake: Option<Mistake>) -> Result<Agreed, String> {
    let mut seen = draft.clone();
    if let Some(Mistake::OfTheDomain(change)) = mistake {
        change(&mut seen);
    }
    let now = time_of(&mut seen)?;
    let (input, agreements) = mollie_json::read(&seen)?;
    let mut written = draft.clone();
    time_of(&mut written)?;
    written.as_object_mut().map(|order| order.remove("profile"));
    let judged = |body: &Value| {
        let mut body = body.clone();
        if let Some(Mistake::OfMollie(change)) = mistake {
            change(&mut body);
        }
        let verdicts = settings.of(&agreements).map(|switches| judge_create(&body, &switches, now));
        let (refusals, count) = verdicts.fold((Vec::new(), 0), |(mut refusals, count), verdict| {
            refusals.extend(verdict.err());
            (refusals, count + 1)
        });
        (refusals, count)
    };
    match input.parse("draft", now, &agreements) {
        Err(found) => {
            let (refusals, count) = judged(&written);
            is_refused(&found, refusals.len(), count)
        }
        Ok(accepted) => {
            // What a mistaken domain accepts is sent as the caller wrote it.
            let body = if mistake.is_some() { written } else { sent::body(&accepted, now) };
            let (refusals, count) = judged(&body);
            is_accepted(&accepted, now, &refusals, count)
        }
    }
}

fn is_refused(found: &Findings, refused: usize, count: usize) -> Result<Agreed, String> {
    let rules: Vec<_> = found.violations.iter().map(|it| it.rule).collect();
    match refused == count {
        true => Ok(Agreed::Refused(rules)),
        false => Err(format!(
            "the domain refuses it by {rules:?}; Mollie accepts it under {} of {count} settings",
            count - refused
        )),
    }
}

fn is_accepted(
    draft: &OrderDraft,
    now: Timestamp,
    refusals: &[Refusal],
    count: usize,
) -> Result<Agreed, String> {
    let rules: Vec<_> = draft.warnings.iter().map(|it| it.rule).collect();
    if refusals.len() == count {
        return Err(format!(
            "the domain accepts it, warning by {rules:?}; Mollie always refuses it: {:?}",
            refusals[0]
        ));
    }
    if rules.is_empty() {
        return match refusals.first() {
            None => Ok(Agreed::Accepted),
            Some(refusal) => Err(format!("no rule warns, and Mollie may refuse it: {refusal:?}")),
        };
    }
    for refusal in refusals {
        on_a_warned_path(draft, now, refusal)?;
    }
    Ok(Agreed::Warned(rules))
}

/// What Mollie refuses in the end is on the path that was warned of, or on the list that holds it.
fn on_a_warned_path(draft: &OrderDraft, now: Timestamp, refusal: &Refusal) -> Result<(), String> {
    let rejection = Rejection {
        by: RejectedBy::Mollie(refusal.status),
        title: refusal.title().to_owned(),
        detail: refusal.detail.clone(),
        field: refusal.field.clone(),
        extra: refusal.extra.as_deref().cloned(),
    };
    let found = refused_field::violations(&rejection, &sent::order(draft.clone(), now));
    let warned: Vec<_> = draft.warnings.iter().map(|warning| warning.path.as_str()).collect();
    let is_near = |path: &str, warned: &str| warned.starts_with(path) || path.starts_with(warned);
    // What is said of a field that the order does not name is said of the draft, and near to everything.
    let is_right = found.iter().all(|it| warned.iter().any(|warned| is_near(&it.path, warned)));
    if is_right {
        Ok(())
    } else {
        Err(format!("{refusal:?} comes back as {found:?}, warned of was {warned:?}"))
    }
}
