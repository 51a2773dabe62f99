//! The README's promise: the command it gives for the tests is the one that CI runs.

use anyhow::{Context, Result, bail};

use crate::process;

/// What a newcomer types.
pub const TEST_COMMAND: &str = "cargo xtask test";

/// Checks that README.md has the command in a fenced block, on a line of its own.
pub fn names_the_test_command() -> Result<()> {
    let text = std::fs::read_to_string(process::root()?.join("README.md")).context("reading README.md")?;
    if !in_fences(&text).any(|line| line == TEST_COMMAND) {
        bail!("README.md has no fenced block with the line `{TEST_COMMAND}`");
    }
    Ok(())
}

/// The lines within fenced blocks, without a comment at their end.
fn in_fences(text: &str) -> impl Iterator<Item = &str> {
    let mut within = false;
    text.lines().filter_map(move |line| {
        if line.trim_start().starts_with("```") {
            within = !within;
            return None;
        }
        within.then(|| line.split(" #").next().unwrap_or(line).trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_fenced_blocks_are_commands() {
        let text =
            "cargo run\n```sh\n# all of them\ncargo xtask test   # on both engines\n```\n`cargo doc`\n";
        assert_eq!(in_fences(text).collect::<Vec<_>>(), ["# all of them", TEST_COMMAND]);
    }
}
