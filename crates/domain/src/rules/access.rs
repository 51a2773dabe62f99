//! What a caller may do by one method: on which profiles it is allowed, and which profiles the caller sees at all. Who the caller is
//! and which roles a method asks for is decided outside.

use std::collections::BTreeSet;

use super::ids::ProfileName;

/// A set of profiles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Profiles {
    /// Every one, also those that are not configured any more.
    #[default]
    All,
    /// These alone; none, if it is empty.
    These(BTreeSet<ProfileName>),
}

impl Profiles {
    /// Whether it has this one.
    #[must_use]
    pub fn contains(&self, profile: &ProfileName) -> bool {
        match self {
            Self::All => true,
            Self::These(names) => names.contains(profile),
        }
    }

    /// This one alone.
    #[must_use]
    pub fn one(name: ProfileName) -> Self {
        Self::These(BTreeSet::from([name]))
    }

    /// Those that are in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, both) | (both, Self::All) => both.clone(),
            (Self::These(some), Self::These(others)) => Self::These(some & others),
        }
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::All => false,
            Self::These(names) => names.is_empty(),
        }
    }
}

/// Why something of a profile is kept from a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// The caller has no role on the profile: the answer is the same as if there were nothing.
    Hidden,
    /// The caller has a role there, but none that allows this.
    Forbidden,
}

/// What a caller may do by the method under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    allowed: Profiles,
    seen: Profiles,
}

impl Access {
    /// `seen`: the profiles on which the caller has any role.
    #[must_use]
    pub const fn new(allowed: Profiles, seen: Profiles) -> Self {
        Self { allowed, seen }
    }

    /// Nothing is kept from the caller.
    #[must_use]
    pub const fn everything() -> Self {
        Self { allowed: Profiles::All, seen: Profiles::All }
    }

    /// The profiles on which the method is allowed.
    #[must_use]
    pub const fn allowed(&self) -> &Profiles {
        &self.allowed
    }

    /// Whether the method is allowed on every profile, so that there is nothing to look up.
    #[must_use]
    pub const fn is_unlimited(&self) -> bool {
        matches!(self.allowed, Profiles::All)
    }

    /// Whether the caller may know that there is such a profile.
    #[must_use]
    pub fn shows(&self, profile: &ProfileName) -> bool {
        self.seen.contains(profile) || self.allowed.contains(profile)
    }

    /// Whether the method is allowed on the profile.
    ///
    /// # Errors
    /// [`Denied`]: how it is to be refused.
    pub fn check(&self, profile: &ProfileName) -> Result<(), Denied> {
        match (self.allowed.contains(profile), self.seen.contains(profile)) {
            (true, _) => Ok(()),
            (false, true) => Err(Denied::Forbidden),
            (false, false) => Err(Denied::Hidden),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn these(names: &[&str]) -> Profiles {
        Profiles::These(names.iter().copied().map(ProfileName::new).collect())
    }

    #[test]
    fn what_is_not_seen_is_hidden_and_what_is_seen_alone_is_forbidden() {
        let access = Access::new(these(&["main"]), these(&["main", "outlet"]));
        let check = |name: &str| access.check(&ProfileName::new(name));
        assert_eq!(check("main"), Ok(()));
        assert_eq!(check("outlet"), Err(Denied::Forbidden));
        assert_eq!(check("other"), Err(Denied::Hidden));
        assert!(access.shows(&ProfileName::new("outlet")) && !access.shows(&ProfileName::new("other")));
        assert!(!access.is_unlimited());
    }

    #[test]
    fn what_is_asked_for_is_cut_to_what_is_allowed_and_never_becomes_everything() {
        let (main, both) = (these(&["main"]), these(&["main", "outlet"]));
        assert_eq!(main.and(&both), main);
        assert_eq!(main.and(&these(&["outlet"])), these(&[]));
        assert_eq!((Profiles::All.and(&main), main.and(&Profiles::All)), (main.clone(), main));
        assert_eq!(Profiles::one(ProfileName::new("main")), these(&["main"]));
    }

    #[test]
    fn nobody_is_refused_where_everything_is_allowed() {
        let access = Access::everything();
        assert!(access.is_unlimited() && access.check(&ProfileName::new("removed")).is_ok());
        assert!(!access.allowed().is_empty() && these(&[]).is_empty());
    }
}
