//! Files with keys and secrets. Their content is never shown.

use std::io::Read;
use std::path::Path;

use crate::generations::Generations;

/// No key or secret is longer; a device or a log named by mistake is not read to its end.
const MOST: u64 = 64 * 1024;

/// The service's secret; each fault.
pub fn secret(file: &Path) -> Result<Generations, Vec<String>> {
    let named = |fault| format!("{}: {fault}", file.display());
    let content = read(file).map_err(|fault| vec![fault])?;
    Generations::parse(&content).map_err(|faults| faults.into_iter().map(named).collect())
}

/// The text of a file with a credential.
pub(super) fn text(file: &Path) -> Result<String, String> {
    String::from_utf8(read(file)?).map_err(|_| format!("{}: it is not text", file.display()))
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
