//! docs/access.md: the table for people, and that it says what the table does.

use std::fmt::Write;

use super::Role::{Care, Checkout, Finance, Fulfilment, Operator, Viewer};
use super::{METHODS, Role};

/// All of them, each with who has it.
const ROLES: [(Role, &str); 6] = [
    (Checkout, "the shop: creates orders and further payments, and changes a cart that is not paid"),
    (Fulfilment, "the warehouse: ships, follows parcels, and cancels what it cannot deliver"),
    (Care, "customer care: whatever a shopper may ask for, except to ship"),
    (Finance, "the books: refunds and reads"),
    (Viewer, "reads, personal data included, and changes nothing"),
    (Operator, "whoever runs the service: decides what only a person can, pauses policies, and reads"),
];

/// docs/access.md.
fn document() -> String {
    let mut text = String::from(HEAD);
    text.push_str("\n## Roles\n\n| role | who |\n|---|---|\n");
    for (role, who) in ROLES {
        let _ = writeln!(text, "| `{}` | {who} |", role.as_str());
    }
    text.push_str("\n## Methods\n\n| method |");
    ROLES.iter().for_each(|(role, _)| text.extend([" ", role.as_str(), " |"]));
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(ROLES.len()));
    for (method, path) in METHODS {
        let _ = write!(text, "\n| `{}` |", path.trim_start_matches("/orders.v1."));
        for (role, _) in ROLES {
            text.push_str(if method.roles().contains(&role) { " yes |" } else { " |" });
        }
    }
    text.push_str("\n| `grpc.health.v1.Health` | open to all | | | | | |\n");
    text.push_str("| `grpc.reflection` | every caller | | | | | |\n");
    text
}

const HEAD: &str = "\
# Access

Who may call what. Written from the table in `crates/grpc-server/src/identity/roles.rs` by
`UPDATE_DOCS=1 cargo test -p grpc-server identity::roles`; do not edit.

A caller has roles for each profile, or for all of them (`*`). A method is allowed on the profiles on which the caller has one of
its roles.

- Of a profile on which a caller has no role he sees nothing: its orders, shipments, refunds and operations answer NOT_FOUND like
  those that never were, its name counts as not configured, and lists and streams leave it out.
- Where he has a role, but none of those the method asks for, the answer is PERMISSION_DENIED with `ROLE_MISSING`. If he has them on
  no profile at all, the call is refused so before its message is read, whatever it names.
- A request without a valid credential is UNAUTHENTICATED: `CREDENTIAL_MISSING` or `CREDENTIAL_REFUSED`. A token names the caller,
  also beside a client certificate; a token that is not accepted is refused even beside a good certificate.
- A stream ends, with `CREDENTIAL_REFUSED` and its resume token, once the token it was opened with has expired or was taken out.
- A connection ends with the client certificate it was made with: when that expires, or when its authority is taken out of the file.
  Its streams end with `CONNECTION_CLOSING` and their resume tokens, and calls under way are answered.
- Nothing is recorded and nothing is sent to Mollie for a call that is refused.
";

#[test]
fn the_document_is_what_the_table_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/access.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, document()).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == document(),
        "docs/access.md is old: UPDATE_DOCS=1 cargo test -p grpc-server identity::roles"
    );
}
