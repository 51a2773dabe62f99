use std::path::Path;

use super::*;

const TASK: &str = r#"
    words!(
        /// What an operation does.
        OperationKind { PlaceOrder = "place_order", CancelOrder = "cancel_order" }
    );
    pub enum Task { PlaceOrder(place_order::Task), CancelOrder(cancel_order::Task) }
"#;

const ROOM: &str = "pub struct Task; pub struct Cancel; pub fn under_way() {}";

/// What is found in a house with two rooms and these files.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let house = [
        ("lib.rs", "pub mod operations; pub mod ports; pub mod workflow;"),
        (
            "operations/mod.rs",
            "pub mod cancel_order; pub mod place_order; pub mod task; pub use task::Task as Work;",
        ),
        ("operations/task.rs", TASK),
        ("operations/place_order.rs", ROOM),
        ("operations/cancel_order/mod.rs", ROOM),
    ];
    let house = house.iter().filter(|(path, _)| files.iter().all(|(other, _)| other != path));
    reported(&house.chain(files).copied().collect::<Vec<_>>()).unwrap()
}

fn reported(files: &[(&str, &str)]) -> Result<Vec<String>> {
    let files = files.iter().map(|(path, text)| (Path::new(*path), (*text).to_owned()));
    let files = Crate::parse(files)?;
    let rooms = Rooms::of(&files)?;
    Ok(found::all(&files, &rooms).iter().map(ToString::to_string).collect())
}

#[test]
fn a_comparison_in_the_workflow_is_found_with_its_line() {
    let text = "fn settle(a: &Operation, b: &Operation) -> bool {\n    a.task.name() == b.task.name()\n}";
    let reported = found(&[("workflow/settle.rs", text)]);
    assert_eq!(reported, ["workflow/settle.rs:2 asks which kind it is: a.task.name() == b.task.name()"]);
}

#[test]
fn a_comparison_is_found_in_every_form() {
    for asked in [
        "other != operation.task.name()",
        "task.kind().facts().name == other",
        "matches!(operation.task.name(), one if one.is_odd())",
        "list.iter().any(|one| one.task.name() == other)",
        "{ let name = task.name(); name == other }",
        "{ let facts = kind.facts(); other == facts.name }",
        "operation.task.name().as_str() == \"place_order\"",
        "operation.task.name().eq(&other)",
        "assert!(task.name() != other)",
        "debug_assert_eq!(other, task.name(), \"odd\")",
        "(|kind: OperationKind| kind == other)(one)",
        "(a.task.name(), true) == (b.task.name(), true)",
        "(&operation.task).name() == other",
    ] {
        let text = format!("fn settle() -> bool {{ {asked} }}");
        assert_eq!(found(&[("workflow/settle.rs", &text)]).len(), 1, "{asked}");
    }
}

#[test]
fn what_is_no_comparison_of_kinds_is_let_be() {
    for fine in [
        "operation.state.name() == OperationState::Open",
        "kind.facts().lane == lane",
        "kind.facts().repeat == Repeat::ByKey",
        "log(task.name())",
        "pen.set_to_work(task).is_some()",
        "mollie.execute(Command::Other)",
    ] {
        let text = format!("fn settle() -> bool {{ {fine} }}");
        assert_eq!(found(&[("workflow/settle.rs", &text)]), Vec::<String>::new());
    }
}

#[test]
fn a_variant_in_a_match_of_rules_is_found() {
    let text = "use crate::operations::task::OperationKind;
fn rule(kind: OperationKind) {
    match kind {
        OperationKind::PlaceOrder => 1,
        OperationKind::CancelOrder => 2,
    }
}";
    assert_eq!(
        found(&[("rules/event.rs", text)]),
        [
            "rules/event.rs:4 names a kind: OperationKind::PlaceOrder => 1,",
            "rules/event.rs:5 names a kind: OperationKind::CancelOrder => 2,",
        ]
    );
}

#[test]
fn a_variant_is_found_under_every_name() {
    for text in [
        "fn f() { matches!(x, Task::PlaceOrder(_)) }",
        "use crate::operations::task::OperationKind as K; fn f() { K::PlaceOrder }",
        "use crate::operations::Work; fn f() { Work::PlaceOrder }",
        "fn f() { use crate::operations::Work as W; W::PlaceOrder }",
        "fn f() { crate::operations::Work::PlaceOrder }",
        "use crate::operations::task::OperationKind::PlaceOrder;",
        "use crate::operations::task::OperationKind::*;",
        "use crate::operations::Work; impl Work { fn f(&self) { matches!(self, Self::PlaceOrder(_)) } }",
        "fn f() { Command::PlaceOrder }",
    ] {
        assert_eq!(found(&[("rules/event.rs", text)]).len(), 1, "{text}");
    }
}

#[test]
fn a_room_may_name_its_kind_and_enter_other_rooms() {
    let text = "use super::place_order; use super::task::OperationKind;
        fn room() { place_order::under_way(); task.name() == OperationKind::CancelOrder; Command::CancelOrder }";
    for room in ["operations/cancel_order/mod.rs", "operations/cancel_order/end.rs", "operations/kinds.rs"] {
        assert_eq!(found(&[(room, text)]), Vec::<String>::new());
    }
    assert_eq!(
        found(&[("operations/pen.rs", text)]).len(),
        2,
        "it names kinds and asks which it is, in one line"
    );
    assert_eq!(found(&[("ports/mollie.rs", "fn port() { Command::CancelOrder }")]), Vec::<String>::new());
}

#[test]
fn the_workflow_enters_rooms_through_its_doors_only() {
    for text in [
        "use crate::operations::place_order;",
        "use crate::operations::{Pen, cancel_order::{under_way}};",
        "use crate::operations; fn f() { operations::cancel_order::under_way() }",
    ] {
        assert_eq!(found(&[("workflow/drive.rs", text)]).len(), 1, "{text}");
        assert_eq!(found(&[("workflow/place.rs", text), ("workflow/policy.rs", text)]), Vec::<String>::new());
    }
    // A door into a room is no leave to tell kinds apart.
    assert_eq!(found(&[("workflow/policy.rs", "fn f() { Task::PlaceOrder }")]).len(), 1);
}

#[test]
fn a_new_variant_is_looked_for_and_must_have_a_room() {
    let more = TASK
        .replace(
            "OperationKind {",
            "OperationKind { /// Gives money back.\n GiveBack = \"give_back\" if \"odd\",",
        )
        .replace("Task {", "Task { GiveBack(give_back::Task),");
    let text = "fn rule() { OperationKind::GiveBack; Task::GiveBack; }";
    assert_eq!(found(&[("rules/event.rs", text)]), Vec::<String>::new());
    let task = ("operations/task.rs", more.as_str());
    assert_eq!(found(&[task, ("operations/give_back.rs", text), ("rules/event.rs", text)]).len(), 1);
    let files = [task, ("operations/place_order.rs", ROOM), ("operations/cancel_order.rs", ROOM)];
    assert_eq!(reported(&files).unwrap_err().to_string(), "GiveBack has no room operations/give_back");
}

#[test]
fn an_enum_that_cannot_be_read_is_a_failure() {
    let error = reported(&[("operations/task.rs", "pub enum Task { PlaceOrder }")]).unwrap_err().to_string();
    assert_eq!(error, "operations/task.rs has no variants of OperationKind that can be read");
}

#[test]
fn tests_may_name_kinds() {
    let text =
        "#[cfg(test)] mod inner { fn f() { Task::PlaceOrder; task.name() == OperationKind::PlaceOrder } }
        #[cfg(test)] mod tests;
        #[cfg(test)] use crate::operations::task::OperationKind::PlaceOrder;
        impl A { #[cfg(test)] fn f() { Task::PlaceOrder } }";
    let tests = "mod deep; fn f() { Task::PlaceOrder }";
    let files =
        [("rules/event.rs", text), ("rules/event/tests.rs", tests), ("rules/event/tests/deep.rs", tests)];
    assert_eq!(found(&files), Vec::<String>::new());
}
