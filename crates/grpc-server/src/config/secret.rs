//! Files with keys and secrets. Their content is never shown.

use std::io::Read;
use std::path::Path;

use mollie_adapter::ApiKey;

use crate::vault::SECRET_BYTES;

/// No key or secret is longer; a device or a log named by mistake is not read to its end.
const MOST: u64 = 64 * 1024;

/// The service's secret.
pub(super) fn secret(file: &Path) -> Result<Vec<u8>, String> {
    let secret = read(file)?;
    match secret.len() {
        0..SECRET_BYTES => Err(format!(
            "{}: {} bytes; at least {SECRET_BYTES} random ones are needed",
            file.display(),
            secret.len()
        )),
        _ => Ok(secret),
    }
}

/// A profile's API key.
pub(super) fn key(file: &Path) -> Result<ApiKey, String> {
    let text = String::from_utf8(read(file)?).map_err(|_| format!("{}: it is not text", file.display()))?;
    ApiKey::parse(text.trim()).map_err(|error| format!("{}: {error}", file.display()))
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
