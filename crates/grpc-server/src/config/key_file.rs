//! The file with a profile's credential, and what an access token does not say itself. It is read at start and again while the service
//! runs, by the same rules. Its content is never shown.

use std::path::PathBuf;

use domain::rules::ids::ProfileName;
use domain::rules::placement::Mode;
use mollie_adapter::Credential;

use super::names::Names;
use super::secret;
use super::sections::Profile;

/// Where one profile's credential lies.
#[derive(Clone, Debug)]
pub struct KeyFile {
    pub profile: ProfileName,
    file: PathBuf,
    profile_id: Option<String>,
    test: Option<bool>,
    names: SettingNames,
}

/// How the operator named the settings.
#[derive(Clone, Debug)]
struct SettingNames {
    file: String,
    profile_id: String,
    test: String,
}

impl KeyFile {
    /// `None`: the profile names no file.
    pub fn of(name: &str, profile: &Profile, names: &Names) -> Option<Self> {
        let of = |key: &str| names.of(&format!("profiles.{name}.{key}"));
        Some(Self {
            profile: ProfileName::new(name),
            file: profile.api_key_file.clone()?,
            profile_id: profile.profile_id.clone(),
            test: profile.test,
            names: SettingNames { file: of("api_key_file"), profile_id: of("profile_id"), test: of("test") },
        })
    }

    /// Mollie's id of the profile, where the file has an access token.
    pub fn profile_id(&self) -> Option<&str> {
        self.profile_id.as_deref()
    }

    /// The name of the setting that names the file.
    pub fn setting(&self) -> &str {
        &self.names.file
    }

    /// Reads it.
    ///
    /// # Errors
    /// Each fault, by the name of its setting.
    pub fn read(&self) -> Result<Credential, Vec<String>> {
        let text = secret::text(&self.file).map_err(|fault| vec![format!("{}: {fault}", self.names.file)])?;
        let text = text.trim();
        if Credential::is_token(text) { self.token(text) } else { self.key(text) }
    }

    fn key(&self, text: &str) -> Result<Credential, Vec<String>> {
        let unwanted =
            [(self.profile_id.is_some(), &self.names.profile_id), (self.test.is_some(), &self.names.test)];
        let file = self.file.display();
        let unwanted = unwanted.into_iter().filter(|(is_given, _)| *is_given).map(|(_, name)| {
            format!("{name}: leave it out: {file} has an API key, which says it by itself; only an access token needs it")
        });
        let mut faults: Vec<_> = unwanted.collect();
        let key = Credential::key(text).map_err(|error| self.fault(&error));
        match key {
            Ok(key) if faults.is_empty() => Ok(key),
            key => {
                faults.extend(key.err());
                Err(faults)
            }
        }
    }

    fn token(&self, text: &str) -> Result<Credential, Vec<String>> {
        let file = self.file.display();
        let mut faults = Vec::new();
        match &self.profile_id {
            None => faults.push(format!(
                "{}: Mollie's id of the profile (pfl_…) is expected: {file} has an access token, which is of a whole organisation",
                self.names.profile_id
            )),
            Some(id) => {
                let wrong = Credential::check_profile_id(id).err();
                faults.extend(wrong.map(|error| format!("{}: {error}", self.names.profile_id)));
            }
        }
        if self.test.is_none() {
            faults.push(format!(
                "{}: true or false is expected: {file} has an access token, which does not say whether its orders are for tests",
                self.names.test
            ));
        }
        let mode = if self.test == Some(false) { Mode::Live } else { Mode::Test };
        // An id that is wrong is told already; the token may be wrong, too.
        let id = self.profile_id.as_deref().filter(|id| Credential::check_profile_id(id).is_ok());
        match Credential::token(text, id.unwrap_or(ANY_PROFILE), mode) {
            Ok(token) if faults.is_empty() => Ok(token),
            token => {
                faults.extend(token.err().map(|error| self.fault(&error)));
                Err(faults)
            }
        }
    }

    /// A fault of the file, by its setting.
    pub fn fault(&self, error: &impl std::fmt::Display) -> String {
        format!("{}: {}: {error}", self.names.file, self.file.display())
    }
}

/// Stands for an id that is told to be missing.
const ANY_PROFILE: &str = "pfl_any";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &str, profile_id: Option<&str>, test: Option<bool>) -> Result<Credential, Vec<String>> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("key");
        std::fs::write(&file, content).unwrap();
        let profile_id = profile_id.map(str::to_owned);
        let profile = Profile { api_key_file: Some(file), profile_id, test, ..Profile::default() };
        KeyFile::of("main", &profile, &Names::default()).unwrap().read()
    }

    fn faulty(content: &str, profile_id: Option<&str>, test: Option<bool>) -> Vec<String> {
        let faults = read(content, profile_id, test).unwrap_err();
        assert!(faults.iter().all(|fault| !fault.contains("Secret1")), "{faults:?}");
        let setting = |fault: &String| fault.split(':').next().unwrap().to_owned();
        let start = "ORDER_SERVICE__PROFILES__MAIN__";
        faults.iter().map(|fault| setting(fault).strip_prefix(start).unwrap().to_owned()).collect()
    }

    #[test]
    fn a_key_says_all_and_a_token_needs_the_profile_and_the_mode() {
        let key = read("live_Secret1\n", None, None).unwrap();
        assert_eq!((key.mode(), key.profile_id()), (Mode::Live, None));
        for (test, mode) in [(true, Mode::Test), (false, Mode::Live)] {
            let token = read("access_Secret1\n", Some("pfl_1"), Some(test)).unwrap();
            assert_eq!((token.mode(), token.profile_id()), (mode, Some("pfl_1")));
        }
    }

    #[test]
    fn every_fault_is_told_at_once() {
        assert_eq!(faulty("access_Secret1", None, None), ["PROFILE_ID", "TEST"]);
        assert_eq!(faulty("access_Secret1", Some("main"), None), ["PROFILE_ID", "TEST"]);
        assert_eq!(faulty("access_Secret1!", None, None), ["PROFILE_ID", "TEST", "API_KEY_FILE"]);
        assert_eq!(faulty("test_Secret1", Some("pfl_1"), Some(true)), ["PROFILE_ID", "TEST"]);
        assert_eq!(faulty("Secret1", Some("pfl_1"), None), ["PROFILE_ID", "API_KEY_FILE"]);
    }
}
