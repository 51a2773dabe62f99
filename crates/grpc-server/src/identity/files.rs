//! Files whose content may change while the service runs: certificates, keys, tokens. Each is looked at every second. Files are not
//! written at one blow, and the beginning of one may be a file of its own, with fewer tokens: so only what two looks have seen alike is
//! used. What cannot be used keeps what there was, and is told once. It knows nothing of what the files hold.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ring::digest::{SHA256, digest};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::expiry::first_end;
use crate::telemetry;

/// How often files are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// No such file is longer; a device or a log named by mistake is not read to its end.
const MOST: u64 = 1024 * 1024;

type Parse<T> = Box<dyn Fn(&[Vec<u8>]) -> Result<T, Fault> + Send + Sync>;

/// A file, and the name of the setting that names it.
pub type Named = (String, PathBuf);

/// What is wrong with one of the files, by its place among them.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault(pub usize, pub String);

impl From<String> for Fault {
    fn from(text: String) -> Self {
        Self(0, text)
    }
}

/// A value that some files hold together.
pub struct Watched<T> {
    files: Vec<Named>,
    parse: Parse<T>,
    /// A hash of each file's content in use: a private key is not kept.
    used: Vec<Vec<u8>>,
    /// What the last look has seen beside that, and whether it was told already that it cannot be used.
    seen: Option<(Vec<Vec<u8>>, bool)>,
    value: watch::Sender<Arc<T>>,
}

/// Something that is to be looked at.
pub trait Reload: Send {
    /// Takes over what has changed.
    fn look(&mut self);
}

impl<T: Send + Sync + 'static> Watched<T> {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// Which file cannot be read, or what is wrong with what they hold.
    pub fn open(
        files: Vec<Named>,
        parse: impl Fn(&[Vec<u8>]) -> Result<T, Fault> + Send + Sync + 'static,
    ) -> Result<Self, String> {
        let named = |Fault(n, fault): Fault| format!("{}: {fault}", files[n].0);
        let contents = read_all(&files).map_err(named)?;
        let value = parse(&contents).map_err(named)?;
        let value = watch::Sender::new(Arc::new(value));
        files.iter().zip(&contents).for_each(|((setting, _), content)| in_use(setting, content));
        Ok(Self { used: hashes(&contents), files, parse: Box::new(parse), seen: None, value })
    }

    /// The value as it is now, and whenever it changes.
    pub fn value(&self) -> watch::Receiver<Arc<T>> {
        self.value.subscribe()
    }

    /// Whether the look before has seen the same. It is judged at each look from then on: a certificate may come to hold by itself.
    fn is_to_be_judged(&mut self, content: &[Vec<u8>]) -> bool {
        let is_as_before = self.seen.as_ref().is_some_and(|(seen, _)| seen == content);
        if !is_as_before {
            self.seen = Some((content.to_vec(), false));
        }
        is_as_before
    }

    /// Tells once what cannot be used. Where files do not fit together, it is the one that has changed.
    fn tell(&mut self, Fault(n, fault): &Fault, content: &[Vec<u8>]) {
        let is_told = self.seen.as_mut().is_some_and(|(_, told)| std::mem::replace(told, true));
        if !is_told {
            let changed = content.iter().zip(&self.used).position(|(new, old)| new != old);
            let is_as_before = content.get(*n).is_some_and(|new| self.used.get(*n) == Some(new));
            let setting = &self.files[changed.filter(|_| is_as_before).unwrap_or(*n)].0;
            telemetry::refused(setting, true);
            warn!(setting, fault, "a changed file cannot be used; what it held before stays in use");
        }
    }
}

impl<T: Send + Sync + 'static> Reload for Watched<T> {
    fn look(&mut self) {
        let contents = read_all(&self.files);
        let content =
            contents.as_deref().map_or_else(|Fault(_, text)| vec![text.clone().into_bytes()], hashes);
        if content == self.used {
            if self.seen.take().is_some() {
                self.files.iter().for_each(|(setting, _)| telemetry::refused(setting, false));
            }
            return;
        }
        if !self.is_to_be_judged(&content) {
            return;
        }
        match contents.and_then(|contents| Ok(((self.parse)(&contents)?, contents))) {
            Ok((value, contents)) => {
                self.value.send_replace(Arc::new(value));
                let hashes = content.iter().zip(&self.used);
                for (((setting, _), contents), (new, old)) in self.files.iter().zip(&contents).zip(hashes) {
                    telemetry::refused(setting, false);
                    if new != old {
                        in_use(setting, contents);
                        info!(setting, "a changed file is in use");
                    }
                }
                (self.used, self.seen) = (content, None);
            }
            Err(fault) => self.tell(&fault, &content),
        }
    }
}

/// Looks at all of them until `stop`.
pub async fn keep_up(mut watched: Vec<Box<dyn Reload>>, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_some() {
        // A file system may be slow.
        let looked = tokio::task::spawn_blocking(move || {
            watched.iter_mut().for_each(|one| one.look());
            watched
        });
        watched = match looked.await {
            Ok(looked) => looked,
            Err(error) => {
                return error!(%error, "changed files are not noticed any more; restart the service");
            }
        };
    }
}

/// Tells that a file is in use, and until when its certificates hold.
fn in_use(setting: &str, content: &[u8]) {
    telemetry::used(setting, first_end(content));
}

fn read_all(files: &[Named]) -> Result<Vec<Vec<u8>>, Fault> {
    files.iter().enumerate().map(|(n, (_, file))| read(file).map_err(|text| Fault(n, text))).collect()
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    if file.as_os_str().is_empty() {
        return Err("a file's name is expected, not nothing".to_owned());
    }
    let named = |error: std::io::Error| format!("{}: {error}", file.display());
    let mut content = Vec::new();
    std::fs::File::open(file).map_err(named)?.take(MOST + 1).read_to_end(&mut content).map_err(named)?;
    if content.len() as u64 > MOST {
        return Err(format!("{}: more than {MOST} bytes; is this the right file?", file.display()));
    }
    Ok(content)
}

fn hashes(contents: &[Vec<u8>]) -> Vec<Vec<u8>> {
    contents.iter().map(|content| digest(&SHA256, content).as_ref().to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn number(contents: &[Vec<u8>]) -> Result<u32, Fault> {
        let read = |n: usize| {
            let text = String::from_utf8_lossy(&contents[n]).into_owned();
            text.parse::<u32>().map_err(|_| Fault(n, "no number".to_owned()))
        };
        (0..contents.len()).map(read).sum()
    }

    fn named(file: &Path) -> Vec<Named> {
        vec![("a.setting".to_owned(), file.to_owned())]
    }

    /// As a certificate comes to hold.
    #[test]
    fn what_becomes_good_by_itself_is_used() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("number");
        std::fs::write(&file, "1").unwrap();
        let holds = Arc::new(AtomicBool::new(true));
        let is_good = Arc::clone(&holds);
        let parse = move |contents: &[Vec<u8>]| match is_good.load(Ordering::Relaxed) {
            true => number(contents),
            false => Err(Fault(0, "not yet".to_owned())),
        };
        let mut watched = Watched::open(named(&file), parse).unwrap();
        let value = watched.value();
        holds.store(false, Ordering::Relaxed);
        std::fs::write(&file, "2").unwrap();
        (0..3).for_each(|_| watched.look());
        assert_eq!(**value.borrow(), 1);
        holds.store(true, Ordering::Relaxed);
        watched.look();
        assert_eq!(**value.borrow(), 2);
    }

    #[test]
    fn what_is_wrong_is_told_by_the_setting_of_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let (one, other) = (directory.path().join("one"), directory.path().join("other"));
        let files =
            |other: &Path| vec![("first".to_owned(), one.clone()), ("second".to_owned(), other.to_owned())];
        let fault = |other: &Path| Watched::open(files(other), number).err();
        std::fs::write(&one, "1").unwrap();
        assert!(fault(&other).is_some_and(|fault| fault.starts_with("second: ")));
        assert_eq!(fault(Path::new("")).as_deref(), Some("second: a file's name is expected, not nothing"));
        std::fs::write(&other, "x").unwrap();
        assert_eq!(fault(&other).as_deref(), Some("second: no number"));
        std::fs::write(&other, "2").unwrap();
        assert!(fault(&other).is_none());
    }

    #[test]
    fn what_is_seen_twice_is_used_if_it_can_be_and_changes_nothing_if_it_cannot() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("number");
        let write = |text: &str| std::fs::write(&file, text).unwrap();
        write("1");
        let mut watched = Watched::open(named(&file), number).unwrap();
        let value = watched.value();
        let mut seen_after = |text: &str| {
            write(text);
            watched.look();
            (**value.borrow(), watched.seen.as_ref().map(|(_, judged)| *judged))
        };
        // What is being written looks like a whole file of its own.
        assert_eq!(seen_after("2"), (1, Some(false)));
        assert_eq!(seen_after("23"), (1, Some(false)));
        assert_eq!(seen_after("23"), (23, None));
        assert_eq!(seen_after("x"), (23, Some(false)));
        assert_eq!(seen_after("x"), (23, Some(true)));
        assert_eq!(seen_after("x"), (23, Some(true)));
        assert_eq!(seen_after("y"), (23, Some(false)));
        assert_eq!(seen_after("23"), (23, None));
        std::fs::remove_file(&file).unwrap();
        watched.look();
        watched.look();
        assert_eq!(**value.borrow(), 23, "a file that is gone keeps what it held");
        let fault = Watched::open(named(&file), number).err().unwrap();
        assert!(fault.starts_with("a.setting: "), "{fault}");
    }
}
