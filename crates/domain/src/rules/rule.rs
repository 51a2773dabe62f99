//! What a rule says of itself: its id, its statement, its source and its severity. The code that decides it lies beside its
//! declaration. Decides nothing.

/// What happens to a draft that breaks the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It is refused: every variant of Mollie would refuse it, or this service cannot keep it.
    Refuse,
    /// It is accepted with a warning, as Mollie may refuse it. A profile can have single warnings refused.
    Warn,
    /// It is refused, because "Create order" requires it. A profile that reads "Get order" gets a warning.
    Required,
}

/// How well a rule of Mollie's is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Documented.
    D,
    /// Seen in a recorded answer.
    R,
    /// Seen in practice.
    P,
    /// Inferred.
    I,
}

/// Where a rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Mollie: the document and the parameter.
    Mollie(Mark, &'static str),
    /// A limit of this service.
    Ours(&'static str),
}

/// Changes the example order, written as Mollie's documents write it. The key `profile` holds what a profile chooses, the key
/// `now` the time at which the draft is judged, if that is not noon.
#[cfg(any(test, feature = "examples"))]
pub type Change = fn(&mut serde_json::Value);

/// A rule of creating an order.
#[derive(Debug)]
pub struct Rule {
    /// Stable over releases: `line.vat_amount`.
    pub id: &'static str,
    /// One sentence.
    pub statement: &'static str,
    pub source: Source,
    pub severity: Severity,
    /// Where it is decided.
    pub file: &'static str,
    /// Each makes a draft that breaks this rule and no other.
    #[cfg(any(test, feature = "examples"))]
    pub refused: &'static [Change],
    /// Each makes a draft at the rule's boundary that breaks none.
    #[cfg(any(test, feature = "examples"))]
    pub accepted: &'static [Change],
}

/// Declares the rules of a file, and a test of each that has the rule's id for its name: `examples::line_sku`.
macro_rules! rules {
    ($($name:ident $test:ident = $id:literal, $severity:ident, $source:expr, $statement:literal,
        refused [$($refused:expr),* $(,)?], accepted [$($accepted:expr),* $(,)?];)+) => {
        $(pub(in crate::rules) static $name: $crate::rules::rule::Rule = $crate::rules::rule::Rule {
            id: $id,
            statement: $statement,
            source: $source,
            severity: $crate::rules::rule::Severity::$severity,
            file: file!(),
            #[cfg(any(test, feature = "examples"))]
            refused: &[$($refused),*],
            #[cfg(any(test, feature = "examples"))]
            accepted: &[$($accepted),*],
        };)+

        /// Every rule of this file.
        pub(in crate::rules) static RULES: &[&$crate::rules::rule::Rule] = &[$(&$name),+];

        #[cfg(test)]
        mod examples {
            $(#[test]
            fn $test() {
                $crate::rules::catalog::example::holds(&super::$name, stringify!($test));
            })+
        }
    };
}

pub(in crate::rules) use rules;
