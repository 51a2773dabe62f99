//! No two files of `domain`, and no two of `mollie-simulator`, may import each other, directly or around a circle: a floor of a
//! house rests on the one below it. Tests may, and a file that only hands on what its own children define does not import them.

mod graph;

use std::path::Path;

use anyhow::{Result, bail};

use crate::source::Crate;
use graph::Graph;

/// Where circles are looked for: each crate on its own.
const FLOORS: [&str; 2] = ["crates/domain/src", "crates/mollie-simulator/src"];

/// Looks for circles, and tells what each of their files takes from the others. Names those of all crates.
pub fn check() -> Result<()> {
    let mut found = Vec::new();
    for floors in FLOORS {
        let files = Crate::read(Path::new(floors))?;
        let graph = Graph::of(&files);
        let circles = graph.circles();
        println!("{floors}: {} files, {} imports between them", files.len(), graph.len());
        if !circles.is_empty() {
            let count = circles.len();
            found.push(format!(
                "files of {floors} import each other in {count} circles:\n{}",
                circles.join("\n")
            ));
        }
    }
    if !found.is_empty() {
        bail!("{}", found.join("\n"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles(files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(path, text)| (Path::new(*path), (*text).to_owned()));
        Graph::of(&Crate::parse(files).unwrap()).circles()
    }

    #[test]
    fn two_files_that_import_each_other_are_told_with_what_they_import() {
        let reported = circles(&[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B; pub struct A(B);"),
            ("b.rs", "pub struct B; fn b() { let a = super::a::A(B); }"),
        ]);
        assert_eq!(reported, ["a.rs takes B from b.rs\nb.rs takes A from a.rs\n"]);
    }

    #[test]
    fn a_circle_may_go_through_a_parent_a_list_an_alias_and_a_macro() {
        for text in [
            "use super::{other, A as _}; pub struct B;",
            "use crate::a; fn b(a: a::A) {}",
            "use crate as all; fn b(a: all::a::A) {}",
            "use crate::a::{self as first}; fn b() { matches!(x, first::A) }",
            "use crate::a::*;",
            "impl crate::a::A {}",
        ] {
            let reported = circles(&[
                ("lib.rs", "pub use a::A;"),
                ("a.rs", "use crate::b::B; pub struct A;"),
                ("b.rs", text),
            ]);
            assert_eq!(reported.len(), 1, "{text}");
        }
    }

    #[test]
    fn a_parent_that_hands_on_what_a_child_has_takes_nothing_from_it() {
        let child = "use super::Parent; pub struct Child(Parent);";
        let facade = "mod child; pub use child::Child; pub struct Parent;";
        let reported = circles(&[("lib.rs", ""), ("parent.rs", facade), ("parent/child.rs", child)]);
        assert_eq!(reported, Vec::<String>::new());
        // It does where it uses the child itself.
        let used = format!("{facade} fn parent() -> Child {{}}");
        let reported = circles(&[("lib.rs", ""), ("parent.rs", &used), ("parent/child.rs", child)]);
        assert_eq!(reported.len(), 1);
        // What is taken by way of a parent is taken from the child that has it.
        let other = "use crate::parent::Child; pub struct Other(Child);";
        let child = "use crate::other::Other; pub struct Child;";
        let reported = circles(&[
            ("lib.rs", ""),
            ("parent.rs", facade),
            ("parent/child.rs", child),
            ("other.rs", other),
        ]);
        assert_eq!(
            reported,
            ["other.rs takes Child from parent/child.rs\nparent/child.rs takes Other from other.rs\n"]
        );
    }

    #[test]
    fn tests_may_import_what_they_like() {
        let tested = "pub struct A; #[cfg(test)] mod tests { use crate::b::B; }";
        let reported =
            circles(&[("lib.rs", ""), ("a.rs", tested), ("b.rs", "use crate::a::A; pub struct B;")]);
        assert_eq!(reported, Vec::<String>::new());
        let made =
            "pub struct A; macro_rules! m { () => { #[cfg(test)] mod tests { fn t() { crate::b::B; } } } }";
        let reported = circles(&[("lib.rs", ""), ("a.rs", made), ("b.rs", "use crate::a::A; pub struct B;")]);
        assert_eq!(reported, Vec::<String>::new());
        let used =
            "pub struct A; macro_rules! m { () => { #[cfg(test)] mod tests {} fn t() { crate::b::B; } } }";
        let reported = circles(&[("lib.rs", ""), ("a.rs", used), ("b.rs", "use crate::a::A; pub struct B;")]);
        assert!(!reported.is_empty());
    }
}
