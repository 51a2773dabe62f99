//! Where recorded work comes from in the traces of those who asked for it. The workflow and the store keep it for whoever goes on
//! with the work, maybe after a restart; they never read it, and nothing may depend on it.

/// A place in a trace, in the words of whoever traces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceParent(pub String);

/// Where a look-up comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LookupOrigin {
    /// The last request or operation that changed the order.
    pub change: Option<TraceParent>,
    /// The last webhook that it answers.
    pub hook: Option<TraceParent>,
}
