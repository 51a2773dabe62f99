//! "A kind is a room": in `domain`, a kind of operation is named in its own room only, and nothing else asks which kind an
//! operation is. Whoever adds a kind so adds a room, and looks nowhere else. Tests may name kinds.

mod asked;
mod found;
mod rooms;

use std::path::Path;

use anyhow::{Result, bail};

use crate::source::Crate;
use rooms::Rooms;

const FLOOR: &str = "crates/domain/src";

/// Looks for kinds outside their rooms. Names every place.
pub fn check() -> Result<()> {
    let files = Crate::read(Path::new(FLOOR))?;
    let rooms = Rooms::of(&files)?;
    let outside = files.0.keys().filter(|module| !rooms.may_name(module)).count();
    println!("{FLOOR}: {0} kinds in {0} rooms, looked for in {outside} files outside", rooms.len());
    let found = found::all(&files, &rooms);
    if !found.is_empty() {
        let places: Vec<_> = found.iter().map(|one| format!("{FLOOR}/{one}")).collect();
        bail!(
            "kinds of operations stand outside their rooms in {} places:\n{}",
            found.len(),
            places.join("\n")
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests;
