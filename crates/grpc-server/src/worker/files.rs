//! Reads the files with secrets again and again, so that they are rotated without a restart. Files are not written at one blow, and the
//! beginning of a key looks like a key: so only what two looks in a row have read alike counts. A file that cannot be used changes
//! nothing: what was read before stays in use, and one line says what is wrong.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::{Clock, GatewayError};
use mollie_adapter::Credential;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::config::KeyFile;
use crate::generations::Generations;
use crate::secret::Source;
use crate::service::Service;
use crate::telemetry;

/// How often they are read.
const PAUSE: Duration = Duration::from_secs(1);

/// What is read again, and what is in use of it.
pub struct Files {
    pub source: Source,
    /// The generations of the secret, and how many had begun when they were read.
    pub generations: (Generations, usize),
    pub keys: Vec<KeyFile>,
}

/// Runs until `stop`.
pub async fn run(service: Arc<Service>, files: Files, stop: CancellationToken) {
    let Files { source, generations, keys } = files;
    keys.iter()
        .map(KeyFile::setting)
        .chain(source.setting())
        .for_each(|setting| telemetry::used(setting, None));
    let seen = keys.iter().map(|_| Seen { steady: Steady(None), judged: None }).collect();
    let mut keys = Keys { service: Arc::clone(&service), files: keys.into(), seen, told: Told::default() };
    let (source, told) = (Arc::new(source), Told::default());
    let mut secret = Secret { service, source, in_use: generations, steady: Steady(None), told };
    // Apart: a key is tried at Mollie, who may take his time.
    let keys = async {
        loop {
            tokio::time::sleep(PAUSE).await;
            keys.refresh().await;
        }
    };
    let secret = async {
        loop {
            tokio::time::sleep(PAUSE).await;
            secret.refresh().await;
        }
    };
    tokio::select! {
        () = stop.cancelled() => (),
        never = keys => never,
        never = secret => never,
    }
}

/// What was said last of a file: the same is not said again.
#[derive(Default)]
struct Told(Option<String>);

impl Told {
    fn tell(&mut self, problem: Option<String>) {
        if self.is_new(problem)
            && let Some(problem) = &self.0
        {
            warn!(problem, "a file with secrets cannot be used; what was in use before stays so");
        }
    }

    fn is_new(&mut self, problem: Option<String>) -> bool {
        let before = std::mem::replace(&mut self.0, problem);
        self.0 != before
    }
}

/// What the last look has read.
struct Steady<T>(Option<T>);

impl<T: PartialEq + Clone> Steady<T> {
    /// What is read now, if it is what the look before has read.
    fn see(&mut self, now: T) -> Option<T> {
        let before = self.0.replace(now.clone());
        (before.as_ref() == Some(&now)).then_some(now)
    }
}

/// The credentials of the profiles.
struct Keys {
    service: Arc<Service>,
    files: Arc<[KeyFile]>,
    /// One for each file.
    seen: Vec<Seen>,
    told: Told,
}

/// What was seen of a file.
struct Seen {
    steady: Steady<Result<Credential, Vec<String>>>,
    /// The credential that was last found wrong at Mollie, and how: none is tried every second.
    judged: Option<(Credential, String)>,
}

impl Seen {
    /// What is wrong with a credential, if it is; it is in use otherwise.
    async fn renew(&mut self, service: &Service, file: &KeyFile, credential: Credential) -> Option<String> {
        let profile = &file.profile;
        match service.paced.is_new(profile, &credential) {
            Ok(true) => (),
            Ok(false) => return None,
            Err(error) => return Some(file.fault(&error)),
        }
        if let Some((judged, problem)) = &self.judged
            && *judged == credential
        {
            return Some(problem.clone());
        }
        match unknown(service, file, &credential).await {
            Ok(None) => (),
            Ok(Some(problem)) => {
                self.judged = Some((credential, problem.clone()));
                return Some(problem);
            }
            Err(problem) => return Some(problem),
        }
        if service.paced.renew(profile, credential).is_ok() {
            telemetry::used(file.setting(), None);
            info!(%profile, "the profile's calls to Mollie are made with another key now");
        }
        None
    }
}

/// What is wrong with a credential that Mollie does not accept, or that does not know the profile's orders: new ones would be placed where
/// nobody finds them.
///
/// # Errors
/// That cannot be known now.
async fn unknown(
    service: &Service,
    file: &KeyFile,
    credential: &Credential,
) -> Result<Option<String>, String> {
    let profile = &file.profile;
    let later = |error: &dyn std::fmt::Display| file.fault(&format!("it cannot be tried now: {error}"));
    let newest = service.stream.newest_at_mollie(profile).await.map_err(|error| later(&error))?;
    let Some(order) = newest else { return Ok(None) };
    match service.paced.knows(profile, credential, &order).await {
        Ok(()) | Err(GatewayError::Unreadable(_)) => Ok(None),
        Err(GatewayError::NotFound) => Ok(Some(file.fault(&format!(
            "Mollie does not know order {order} of profile {profile} under it: it is of another Mollie profile"
        )))),
        Err(error @ GatewayError::KeyRefused(_)) => Ok(Some(file.fault(&error))),
        Err(error @ (GatewayError::Unavailable(_) | GatewayError::Later { .. } | GatewayError::NoKey(_))) => {
            Err(later(&error))
        }
    }
}

impl Keys {
    async fn refresh(&mut self) {
        let files = Arc::clone(&self.files);
        let read = move || files.iter().map(KeyFile::read).collect::<Vec<_>>();
        // Files may lie on something slow.
        let Ok(read) = tokio::task::spawn_blocking(read).await else { return };
        let (mut problems, mut is_steady) = (Vec::new(), true);
        for ((file, seen), read) in self.files.iter().zip(&mut self.seen).zip(read) {
            let found = match seen.steady.see(read) {
                Some(Ok(credential)) => Vec::from_iter(seen.renew(&self.service, file, credential).await),
                Some(Err(faults)) => faults,
                None => {
                    is_steady = false;
                    continue;
                }
            };
            telemetry::refused(file.setting(), !found.is_empty());
            problems.extend(found);
        }
        // What is wrong with a file that is being written is known at the next look.
        if is_steady {
            self.told.tell((!problems.is_empty()).then(|| problems.join("; ")));
        }
    }
}

/// The service's secret.
struct Secret {
    service: Arc<Service>,
    source: Arc<Source>,
    in_use: (Generations, usize),
    steady: Steady<Result<Generations, Vec<String>>>,
    told: Told,
}

impl Secret {
    async fn refresh(&mut self) {
        let source = Arc::clone(&self.source);
        // Files may lie on something slow.
        let Ok(read) = tokio::task::spawn_blocking(move || source.read()).await else { return };
        let Some(read) = self.steady.see(read) else { return };
        let problem = match read {
            Ok(read) => self.take(read).await.err().map(|error| format!("{error:#}")),
            Err(faults) => Some(faults.join("; ")),
        };
        if let Some(setting) = self.source.setting() {
            telemetry::refused(setting, problem.is_some());
        }
        self.told.tell(problem);
    }

    async fn take(&mut self, read: Generations) -> anyhow::Result<()> {
        let now = self.service.clock.now();
        let begun = read.begun(now);
        if self.in_use == (read.clone(), begun) {
            return Ok(());
        }
        self.source.admit(&read, now, &self.service.stream).await?;
        self.service.vault.renew(&read, now)?;
        if let Some(setting) = self.source.setting() {
            telemetry::used(setting, None);
        }
        info!(begun, next = ?read.next_from(now), "the service's secret was read again");
        self.in_use = (read, begun);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_being_written_is_not_taken_for_the_whole() {
        let mut steady = Steady(None);
        let seen = ["old", "te", "test_1", "test_1", "test_1", ""].map(|text| steady.see(text));
        assert_eq!(seen, [None, None, None, Some("test_1"), Some("test_1"), None]);
    }

    #[test]
    fn a_problem_is_told_once_and_again_when_it_comes_back() {
        let mut told = Told::default();
        let mut is_told =
            |problem: Option<&str>| told.is_new(problem.map(str::to_owned)) && problem.is_some();
        let course = [None, Some("a"), Some("a"), Some("b"), Some("b"), None, None, Some("b")];
        assert_eq!(course.map(&mut is_told), [false, true, false, true, false, false, false, true]);
    }
}
