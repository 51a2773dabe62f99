//! SQLite's write-ahead log, read as the file it is: a header of 32 bytes, and then a page in each frame.

use std::path::Path;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// How much is in a log. Frames of an earlier round, which a restarted log overwrites, have other salts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wal {
    salts: Option<[u8; 8]>,
    frames: u64,
}

impl Wal {
    /// Reads the log of a database.
    pub fn of(database: &Path) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push("-wal");
        Self::read(&std::fs::read(path).unwrap_or_default())
    }

    fn read(log: &[u8]) -> Self {
        let Some(header) = log.get(..HEADER) else { return Self { salts: None, frames: 0 } };
        let page = u32::from_be_bytes(header[8..12].try_into().unwrap()) as usize;
        let salts: [u8; 8] = header[16..24].try_into().unwrap();
        let frames = log[HEADER..].chunks_exact(FRAME_HEADER + page);
        let valid = frames.take_while(|frame| frame[8..16] == salts).count();
        Self { salts: Some(salts), frames: valid as u64 }
    }

    pub fn is_empty(self) -> bool {
        self.frames == 0
    }

    /// The pages written since an earlier reading.
    pub fn since(self, before: Self) -> u64 {
        assert!(
            before.is_empty() || self.salts == before.salts,
            "the log was begun anew while it was counted"
        );
        self.frames - before.frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_an_earlier_round_are_not_counted() {
        let mut log = vec![0; HEADER + 3 * (FRAME_HEADER + 512)];
        log[8..12].copy_from_slice(&512_u32.to_be_bytes());
        log[16..24].fill(7);
        for frame in 0..2 {
            let start = HEADER + frame * (FRAME_HEADER + 512) + 8;
            log[start..start + 8].fill(7);
        }
        let wal = Wal::read(&log);
        assert_eq!(wal.since(Wal::read(&[])), 2);
        assert_eq!(wal.since(Wal::read(&log[..HEADER + FRAME_HEADER + 512])), 1);
    }
}
