//! A fault in an answer that stops money: a field that money depends on cannot be understood, is missing, or contradicts another.
//! Names the field; quotes its value only if that is a number, because anything else may be personal.

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// The field as Mollie writes it, `lines[0].totalAmount`; `None` if the whole answer is at fault.
    pub field: Option<String>,
    pub problem: String,
}

impl Misread {
    /// A field that is not as it should be.
    pub fn at(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: Some(field.into()), problem: problem.into() }
    }

    /// A field that money depends on and that is missing.
    pub fn left_out(field: impl Into<String>) -> Self {
        Self::at(field, "left out")
    }
}

impl From<String> for Misread {
    fn from(problem: String) -> Self {
        Self { field: None, problem }
    }
}

impl From<&str> for Misread {
    fn from(problem: &str) -> Self {
        problem.to_owned().into()
    }
}

impl std::fmt::Display for Misread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(field) = &self.field {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_named_where_one_is_at_fault() {
        assert_eq!(Misread::left_out("lines[0].totalAmount").to_string(), "lines[0].totalAmount: left out");
        assert_eq!(Misread::from("no JSON").to_string(), "no JSON");
    }
}
