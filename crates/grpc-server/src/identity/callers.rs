//! The callers that are configured: how each is recognised, and its roles for each profile. It does not check credentials.

use std::collections::{BTreeMap, BTreeSet};

use domain::rules::access::{Access, Profiles};
use domain::rules::ids::{Caller, ProfileName};

use super::roles::{Method, Role};

/// The name under which requests are recorded while nobody is identified.
pub const ANONYMOUS: &str = "anonymous";
/// All profiles, in the configuration of roles.
pub const EVERY_PROFILE: &str = "*";

/// A caller and its roles.
#[derive(Debug)]
pub struct Known {
    pub name: Caller,
    pub roles: Roles,
}

/// Roles by profile.
#[derive(Clone, Debug, Default)]
pub struct Roles {
    everywhere: BTreeSet<Role>,
    by_profile: BTreeMap<ProfileName, BTreeSet<Role>>,
}

impl Roles {
    /// As configured, with `*` for all profiles.
    pub fn new(configured: &BTreeMap<String, BTreeSet<Role>>) -> Self {
        let mut roles = Self::default();
        for (profile, given) in configured.iter().filter(|(_, given)| !given.is_empty()) {
            match profile.as_str() {
                EVERY_PROFILE => roles.everywhere.extend(given),
                name => drop(roles.by_profile.insert(ProfileName::new(name), given.clone())),
            }
        }
        roles
    }

    /// What they allow by this method; `None`: it is allowed on no profile.
    pub fn access(&self, method: Method) -> Option<Access> {
        let may = |roles: &BTreeSet<Role>| method.roles().iter().any(|role| roles.contains(role));
        let of = |is_in: &dyn Fn(&BTreeSet<Role>) -> bool| {
            if is_in(&self.everywhere) {
                return Profiles::All;
            }
            let named = self.by_profile.iter().filter(|(_, roles)| is_in(roles));
            Profiles::These(named.map(|(name, _)| name.clone()).collect())
        };
        let (allowed, seen) = (of(&may), of(&|roles| !roles.is_empty()));
        (!allowed.is_empty()).then(|| Access::new(allowed, seen))
    }
}

/// All callers, by what they show.
#[derive(Debug, Default)]
pub struct Callers {
    pub by_name: BTreeMap<String, Known>,
    /// By an issuer's name in the configuration and the subject of its tokens.
    pub by_subject: BTreeMap<(String, String), String>,
    /// By a name in a client certificate.
    pub by_certificate: BTreeMap<String, String>,
}

impl Callers {
    pub fn named(&self, name: &str) -> Option<&Known> {
        self.by_name.get(name)
    }

    pub fn of_subject(&self, issuer: &str, subject: &str) -> Option<&Known> {
        self.named(self.by_subject.get(&(issuer.to_owned(), subject.to_owned()))?)
    }

    /// The caller that the names of a certificate stand for; `None` if there is none, or more than one.
    pub fn of_certificate(&self, names: &[String]) -> Option<&Known> {
        let mut callers = names.iter().filter_map(|name| self.by_certificate.get(name));
        let first = callers.next()?;
        callers.all(|other| other == first).then(|| self.named(first)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use domain::rules::access::Denied;

    use super::super::roles::Role::{Checkout, Operator, Viewer};
    use super::*;

    fn roles(given: &[(&str, &[Role])]) -> Roles {
        let given = given.iter().map(|(name, roles)| ((*name).to_owned(), roles.iter().copied().collect()));
        Roles::new(&given.collect())
    }

    #[test]
    fn roles_count_where_they_are_given() {
        let roles = roles(&[("main", &[Checkout]), ("outlet", &[Viewer])]);
        let check = |method, name: &str| {
            let access = roles.access(method);
            access.map(|access| access.check(&ProfileName::new(name)))
        };
        assert_eq!(check(Method::CreateOrder, "main"), Some(Ok(())));
        assert_eq!(check(Method::CreateOrder, "outlet"), Some(Err(Denied::Forbidden)));
        assert_eq!(check(Method::CreateOrder, "other"), Some(Err(Denied::Hidden)));
        assert_eq!(check(Method::GetOrder, "outlet"), Some(Ok(())));
        assert_eq!(check(Method::CreateRefund, "main"), None);
    }

    #[test]
    fn a_role_for_all_profiles_holds_on_each_and_an_empty_list_shows_nothing() {
        let everywhere = roles(&[("*", &[Operator]), ("main", &[])]);
        let access = everywhere.access(Method::RetryOperation).unwrap();
        assert!(access.is_unlimited());
        // One role everywhere lets it see all, the other is asked for where it acts.
        let both = roles(&[("*", &[Viewer]), ("main", &[Checkout])]).access(Method::CreateOrder).unwrap();
        assert_eq!(both.check(&ProfileName::new("outlet")), Err(Denied::Forbidden));
        assert!(roles(&[("main", &[])]).access(Method::GetOrder).is_none());
    }

    #[test]
    fn a_certificate_with_the_names_of_two_callers_is_nobodys() {
        let caller =
            |name: &str| (name.to_owned(), Known { name: Caller::new(name), roles: Roles::default() });
        let stands_for = |name: &str, caller: &str| (name.to_owned(), caller.to_owned());
        let callers = Callers {
            by_name: [caller("a"), caller("b")].into(),
            by_certificate: [
                stands_for("a.shop", "a"),
                stands_for("a2.shop", "a"),
                stands_for("b.shop", "b"),
            ]
            .into(),
            ..Callers::default()
        };
        let found = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(ToString::to_string).collect();
            callers.of_certificate(&names).map(|caller| caller.name.as_str().to_owned())
        };
        assert_eq!(found(&["a.shop", "unknown", "a2.shop"]).as_deref(), Some("a"));
        assert_eq!((found(&["a.shop", "b.shop"]), found(&["unknown"])), (None, None));
    }
}
