//! Strikes the store at one statement, by the hook that it has for tests: counts the points of a flow, does at the chosen one
//! what the fault needs, and hears whether the engine reported it. It never reports a fault itself.

mod means;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use persistence::faults::Faults;

use crate::cell::{Cell, Engine, Fault, Lasting};
use crate::rule::{Point, exists, is_point};

pub use means::Means;

/// Which point is struck.
#[derive(Clone, Copy, Debug)]
pub enum Aim {
    /// The point of this number, whatever it is.
    At(usize),
    /// The first point from this number on at which the engine has the fault: under load nobody can say which that is.
    From(usize),
}

#[derive(Default)]
struct State {
    is_counting: bool,
    points: Vec<Point>,
    /// The statements of the transaction that is open.
    open: Option<Vec<String>>,
    /// The statement that is struck, from when on it is.
    struck: Option<String>,
    /// What the engine said of it.
    reported: Vec<String>,
    is_over: bool,
}

/// The hook.
pub struct Striker {
    cell: Cell,
    aim: Option<Aim>,
    means: Means,
    state: Mutex<State>,
}

impl Striker {
    /// One that strikes where it is aimed at; without an aim it only counts.
    #[must_use]
    pub fn new(cell: Cell, aim: Option<Aim>, means: Means) -> Arc<Self> {
        Arc::new(Self { cell, aim, means, state: Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings about what the fault needs to be there before.
    pub fn prepare(&self) {
        self.means.prepare();
    }

    /// The flow begins.
    pub fn count(&self) {
        self.state().is_counting = true;
    }

    /// The caller has been answered: nothing fails any more.
    pub fn heal(&self) {
        let mut state = self.state();
        state.is_counting = false;
        if state.struck.is_some() && !state.is_over {
            state.is_over = true;
            drop(state);
            self.means.heal();
        }
    }

    /// The points seen.
    #[must_use]
    pub fn points(&self) -> Vec<Point> {
        self.state().points.clone()
    }

    /// How the engine reported it; an error text if it did not.
    ///
    /// # Errors
    /// The cell does not count.
    pub fn report(&self) -> Result<String, String> {
        let state = self.state();
        let Some(struck) = &state.struck else { return Err("the point was never reached".to_owned()) };
        let (cuts, rolled_back) = self.means.done();
        let fault = self.cell.fault;
        if matches!(fault, Fault::CutBefore | Fault::CutWithin | Fault::CutAfter) && cuts > 0 {
            return Ok(format!("{cuts} connections cut"));
        }
        if fault == Fault::RolledBack && rolled_back > 0 {
            return Ok("COMMIT answered ROLLBACK".to_owned());
        }
        let found = state.reported.iter().find(|code| means::is_code_of(self.cell.engine, fault, code));
        found.map(|code| format!("code {code}")).ok_or_else(|| {
            let start: String = struck.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
            format!("struck at {start:?}, and the engine reported {:?}", state.reported)
        })
    }

    /// Whether the volume of PostgreSQL's data is full now. SQLite may still make room in its log.
    pub fn is_full_volume(&self) -> bool {
        let state = self.state();
        let is_struck = state.struck.is_some() && !state.is_over;
        is_struck && (self.cell.engine, self.cell.fault) == (Engine::Postgres, Fault::Full)
    }

    fn is_aimed_at(&self, number: usize, point: &Point) -> bool {
        match self.aim {
            None => false,
            Some(Aim::At(aimed)) => number == aimed,
            Some(Aim::From(aimed)) => number >= aimed && exists(self.cell.engine, self.cell.fault, point),
        }
    }

    /// Counts a statement. Gives whether it is struck now.
    fn meets(&self, sql: &str) -> bool {
        let mut state = self.state();
        let point = Point { sql: sql.to_owned(), before: state.open.clone() };
        match sql {
            "BEGIN" => state.open = Some(Vec::new()),
            "COMMIT" | "ROLLBACK" => state.open = None,
            _ => state.open.iter_mut().for_each(|open| open.push(sql.to_owned())),
        }
        if !state.is_counting || !is_point(sql) {
            return false;
        }
        let first = state.struck.is_none() && self.is_aimed_at(state.points.len(), &point);
        let still = state.struck.is_some()
            && !state.is_over
            && self.cell.lasting == Lasting::Lasts
            && exists(self.cell.engine, self.cell.fault, &point);
        state.points.push(point);
        if first {
            state.struck = Some(sql.to_owned());
        }
        first || still
    }
}

impl Faults for Striker {
    fn before(&self, sql: &str) -> Vec<String> {
        if self.meets(sql) {
            return self.means.strike(sql);
        }
        let is_over = self.state().is_over;
        if is_over && is_point(sql) && sql != "COMMIT" { self.means.after() } else { Vec::new() }
    }

    fn failed(&self, sql: &str, code: Option<&str>) {
        let mut state = self.state();
        if state.struck.is_none() {
            return;
        }
        state.reported.push(code.unwrap_or("connection").to_owned());
        let is_it = state.struck.as_deref() == Some(sql);
        if is_it && self.cell.lasting == Lasting::Once && !state.is_over {
            state.is_over = true;
            drop(state);
            self.means.heal();
        }
    }
}
