//! What is tried: a cell is an engine, a flow, one of its points, a fault, and how long it lasts. Nothing happens here.

use std::fmt;
use std::str::FromStr;

/// Makes an enum whose values have names.
macro_rules! named {
    ($(#[$about:meta])* $name:ident { $($(#[$one:meta])* $value:ident = $text:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$one])* $value),+ }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$value),+];

            /// Its name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                let found = Self::ALL.iter().find(|one| one.as_str() == text);
                found.copied().ok_or_else(|| format!("{text:?} is none of {:?}", Self::ALL))
            }
        }
    };
}

named!(
    /// A database engine.
    Engine { Sqlite = "sqlite", Postgres = "postgres" }
);

named!(
    /// What is going on when the store fails.
    Flow {
        CreateOrder = "create-order",
        CreateShipment = "create-shipment",
        UpdateShipment = "update-shipment",
        CancelOrder = "cancel-order",
        Hook = "hook",
        LookUp = "look-up",
    }
);

named!(
    /// How the store fails.
    Fault {
        /// The database may not grow any more: its page count on SQLite, a full tablespace on PostgreSQL.
        Full = "full",
        /// The write-ahead log cannot grow: ENOSPC.
        FullDisk = "full-disk",
        /// The same, on a file system that is really full.
        FullTmpfs = "full-tmpfs",
        /// A page that has to leave a small cache within the transaction cannot be written.
        IoStatement = "io-statement",
        /// The first write of a commit fails, and wrote nothing.
        IoWriteBefore = "io-write-before",
        /// The last write of a commit fails although everything was written.
        IoWriteAfter = "io-write-after",
        /// The sync of a commit fails before it has done anything.
        IoSyncBefore = "io-sync-before",
        /// The sync of a commit fails although it was done.
        IoSyncAfter = "io-sync-after",
        NoMemory = "no-memory",
        ReadOnly = "read-only",
        /// Somebody else holds the lock.
        Busy = "busy",
        /// The connection ends before the server hears the statement.
        CutBefore = "cut-before",
        /// The connection ends as soon as the server has heard it.
        CutWithin = "cut-within",
        /// The connection ends when the server has done it, and the answer is lost.
        CutAfter = "cut-after",
        /// The server answers COMMIT with ROLLBACK.
        RolledBack = "rolled-back",
    }
);

named!(
    /// Until when the store fails.
    Lasting {
        /// One statement fails; the next may succeed.
        Once = "once",
        /// Everything that fails so fails until the caller has been answered.
        Lasts = "lasts",
    }
);

/// One trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    pub engine: Engine,
    pub flow: Flow,
    /// Which of the flow's points, from 0.
    pub point: usize,
    pub fault: Fault,
    pub lasting: Lasting,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { engine, flow, point, fault, lasting } = self;
        write!(f, "{engine} {flow} {point} {fault} {lasting}")
    }
}

impl FromStr for Cell {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split(' ').collect();
        let [engine, flow, point, fault, lasting] = words.as_slice() else {
            return Err(format!("a cell has five words, unlike {text:?}"));
        };
        Ok(Self {
            engine: engine.parse()?,
            flow: flow.parse()?,
            point: point.parse().map_err(|_| format!("{point:?} is no number"))?,
            fault: fault.parse()?,
            lasting: lasting.parse()?,
        })
    }
}
