//! CPU time for each call, process by process, by the operating system's accounting.

use crate::accounting::Cpu;
use crate::figures::{Figure, Promise, Unit, median};
use crate::findings::Findings;
use crate::load::Load;

/// CPU time of a floor, for each call: what it is, and of whom.
pub struct Floors<'a> {
    /// Beside the service's own.
    pub service: Option<(&'a str, &'a [Cpu])>,
    /// Beside PostgreSQL's.
    pub postgres: Option<(&'a str, &'a [Cpu])>,
    /// What the service was promised to need at most.
    pub promised: Option<f64>,
}

/// One process's part.
type Of = fn(&Cpu) -> f64;

/// For each call, by turn.
pub fn each(loads: &[Load]) -> Vec<Cpu> {
    loads.iter().map(|load| load.cpu.per(load.calls())).collect()
}

/// Notes what each process used for each call of a measure, such as `get` with `get, 8 callers`.
pub fn note(id: &str, what: &str, loads: &[Load], floors: &Floors<'_>, findings: &mut Findings) {
    let used = each(loads);
    let processes: [(&str, &str, Of, _); 4] = [
        ("service", "the service", |cpu| cpu.service, floors.service),
        ("postgres", "PostgreSQL", |cpu| cpu.postgres, floors.postgres),
        ("mollie", "the canned Mollie", |cpu| cpu.mollie, None),
        ("generator", "the load generator", |cpu| cpu.generator, None),
    ];
    for (name, process, of, floor) in processes {
        let samples: Vec<f64> = used.iter().map(of).collect();
        // Who does not take part is not told of.
        if median(&samples) < 1e-3 {
            continue;
        }
        let (id, what) = (format!("{id}.cpu.{name}"), format!("{what}, CPU of {process}"));
        let figure = Figure::new(&id, &what, Unit::CpuMilliseconds, samples);
        let figure = match floor {
            Some((name, floors)) => figure.over(name, floors.iter().map(of).collect()),
            None => figure,
        };
        findings.note(match floors.promised.filter(|_| name == "service") {
            Some(most) => figure.promised(Promise::AtMost(most)),
            None => figure,
        });
    }
}
