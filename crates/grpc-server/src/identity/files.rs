//! Files whose content may change while the service runs: certificates, keys, tokens. Each is looked at every second. Files are not
//! written at one blow, and the beginning of one may be a file of its own, with fewer tokens: so only what two looks have seen alike is
//! used. What cannot be used keeps what there was, and is told once. It knows nothing of what the files hold.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ring::digest::{Context, SHA256};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

/// How often files are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// No such file is longer; a device or a log named by mistake is not read to its end.
const MOST: u64 = 1024 * 1024;

type Parse<T> = Box<dyn Fn(&[Vec<u8>]) -> Result<T, String> + Send + Sync>;

/// A value that some files hold together.
pub struct Watched<T> {
    /// The setting that names them, for the log.
    setting: String,
    files: Vec<PathBuf>,
    parse: Parse<T>,
    /// A hash of the content in use: a private key is not kept.
    used: Vec<u8>,
    /// What the last look has seen beside that, by its hash, and whether it was judged already.
    seen: Option<(Vec<u8>, bool)>,
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
        setting: String,
        files: Vec<PathBuf>,
        parse: impl Fn(&[Vec<u8>]) -> Result<T, String> + Send + Sync + 'static,
    ) -> Result<Self, String> {
        let named = |fault: String| format!("{setting}: {fault}");
        let contents = read_all(&files).map_err(named)?;
        let value = parse(&contents).map_err(named)?;
        let value = watch::Sender::new(Arc::new(value));
        Ok(Self { used: hash(&contents), setting, files, parse: Box::new(parse), seen: None, value })
    }

    /// The value as it is now, and whenever it changes.
    pub fn value(&self) -> watch::Receiver<Arc<T>> {
        self.value.subscribe()
    }

    /// Whether the look before has seen the same, and it was not judged then.
    fn is_to_be_judged(&mut self, content: &[u8]) -> bool {
        match &mut self.seen {
            Some((seen, judged)) if seen == content => !std::mem::replace(judged, true),
            Some(_) | None => {
                self.seen = Some((content.to_vec(), false));
                false
            }
        }
    }
}

impl<T: Send + Sync + 'static> Reload for Watched<T> {
    fn look(&mut self) {
        let contents = read_all(&self.files);
        let content = contents.as_deref().map_or_else(|fault| fault.clone().into_bytes(), hash);
        if content == self.used {
            self.seen = None;
            return;
        }
        if !self.is_to_be_judged(&content) {
            return;
        }
        let setting = &self.setting;
        match contents.and_then(|contents| (self.parse)(&contents)) {
            Ok(value) => {
                self.value.send_replace(Arc::new(value));
                info!(setting, "a changed file is in use");
                (self.used, self.seen) = (content, None);
            }
            Err(fault) => {
                warn!(setting, fault, "a changed file cannot be used; what it held before stays in use");
            }
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

fn read_all(files: &[PathBuf]) -> Result<Vec<Vec<u8>>, String> {
    files.iter().map(|file| read(file)).collect()
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    let named = |error: std::io::Error| format!("{}: {error}", file.display());
    let mut content = Vec::new();
    std::fs::File::open(file).map_err(named)?.take(MOST + 1).read_to_end(&mut content).map_err(named)?;
    if content.len() as u64 > MOST {
        return Err(format!("{}: more than {MOST} bytes; is this the right file?", file.display()));
    }
    Ok(content)
}

fn hash(contents: &[Vec<u8>]) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    for content in contents {
        context.update(&(content.len() as u64).to_be_bytes());
        context.update(content);
    }
    context.finish().as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(contents: &[Vec<u8>]) -> Result<u32, String> {
        String::from_utf8_lossy(&contents[0]).parse().map_err(|_| "no number".to_owned())
    }

    #[test]
    fn what_is_seen_twice_is_used_if_it_can_be_and_changes_nothing_if_it_cannot() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("number");
        let write = |text: &str| std::fs::write(&file, text).unwrap();
        write("1");
        let mut watched = Watched::open("a.setting".to_owned(), vec![file.clone()], number).unwrap();
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
        let fault = Watched::open("a.setting".to_owned(), vec![file], number).err().unwrap();
        assert!(fault.starts_with("a.setting: "), "{fault}");
    }
}
