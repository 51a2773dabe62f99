//! What each fault needs on each engine: statements on the very connection, the shim, a full file system, somebody who holds
//! the lock, or the proxy. Which statement is struck is not decided here.

use std::sync::Arc;

use crate::cell::{Engine, Fault, Lasting};
use crate::proxy::{Act, Proxy};
use crate::rival::Rival;
use crate::rule::table;
use crate::shim::Shim;
use crate::tmpfs::Tmpfs;

/// The process may take so much memory for SQLite once it was struck. The ballast is more.
const MEMORY: usize = 32 << 20;
const BALLAST: usize = 16 << 20;

/// All that one fault needs.
pub struct Means {
    pub engine: Engine,
    pub fault: Fault,
    pub lasting: Lasting,
    pub shim: Option<Shim>,
    pub rival: Option<Rival>,
    pub proxy: Option<Arc<Proxy>>,
    pub tmpfs: Option<Arc<Tmpfs>>,
}

impl Means {
    /// Brings about what memory has to be given back later.
    pub fn prepare(&self) {
        if let (Fault::NoMemory, Some(rival)) = (self.fault, &self.rival) {
            let fill = format!("INSERT INTO ballast VALUES (zeroblob({BALLAST}))");
            let mut sql =
                vec!["PRAGMA cache_size = 100000".to_owned(), "CREATE TABLE ballast (x)".to_owned()];
            sql.extend((0..4).map(|_| fill.clone()));
            rival.take(sql);
        }
    }

    /// Strikes at this statement: what it gives runs on its connection first.
    pub fn strike(&self, sql: &str) -> Vec<String> {
        match self.engine {
            Engine::Sqlite => self.on_sqlite(),
            Engine::Postgres => {
                self.on_postgres(sql);
                Vec::new()
            }
        }
    }

    fn on_sqlite(&self) -> Vec<String> {
        let own = |sql: &[&str]| sql.iter().map(|sql| (*sql).to_owned()).collect();
        match self.fault {
            // What is free goes first; then the file may not be larger than it is.
            Fault::Full => own(&["PRAGMA incremental_vacuum", "PRAGMA max_page_count=1"]),
            Fault::FullTmpfs => {
                self.tmpfs.as_ref().expect("a tmpfs").fill();
                Vec::new()
            }
            Fault::IoStatement => {
                self.shim().arm(self.fault, self.lasting);
                own(&["PRAGMA cache_spill=ON", "PRAGMA cache_size=1"])
            }
            Fault::FullDisk
            | Fault::IoWriteBefore
            | Fault::IoWriteAfter
            | Fault::IoSyncBefore
            | Fault::IoSyncAfter => {
                self.shim().arm(self.fault, self.lasting);
                Vec::new()
            }
            // It holds for the whole process.
            Fault::NoMemory => {
                self.rival().try_to(&format!("PRAGMA hard_heap_limit={MEMORY}"));
                Vec::new()
            }
            Fault::ReadOnly => own(&["PRAGMA query_only=1"]),
            Fault::Busy => {
                self.rival().take(vec!["BEGIN IMMEDIATE".to_owned()]);
                own(&["PRAGMA busy_timeout=1"])
            }
            Fault::CutBefore | Fault::CutWithin | Fault::CutAfter | Fault::RolledBack => {
                unreachable!("SQLite has no {}", self.fault)
            }
        }
    }

    fn on_postgres(&self, sql: &str) {
        let proxy = self.proxy.as_ref().expect("a proxy");
        let act = match self.fault {
            Fault::CutBefore => Act::CutBefore,
            Fault::CutWithin => Act::CutWithin,
            Fault::CutAfter => Act::CutAfter,
            Fault::RolledBack => Act::First("SELECT 1/0".to_owned()),
            Fault::ReadOnly => {
                Act::First("SET default_transaction_read_only=on; SET transaction_read_only=on".to_owned())
            }
            Fault::Busy => {
                let table = table(sql).expect("a busy statement has a table");
                let lock = format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE NOWAIT");
                self.rival().take(vec!["BEGIN".to_owned(), lock]);
                Act::First("SET lock_timeout='20ms'".to_owned())
            }
            Fault::Full => {
                self.tmpfs.as_ref().expect("a tmpfs").fill();
                return;
            }
            Fault::FullDisk
            | Fault::FullTmpfs
            | Fault::IoStatement
            | Fault::IoWriteBefore
            | Fault::IoWriteAfter
            | Fault::IoSyncBefore
            | Fault::IoSyncAfter
            | Fault::NoMemory => unreachable!("PostgreSQL has no {}", self.fault),
        };
        proxy.arm(sql, act, self.lasting == Lasting::Lasts);
    }

    /// Ends it.
    pub fn heal(&self) {
        if let Some(shim) = &self.shim {
            shim.disarm();
        }
        if let Some(tmpfs) = &self.tmpfs {
            tmpfs.free();
        }
        if let Some(rival) = &self.rival {
            rival.give_back();
        }
        if let Some(proxy) = &self.proxy {
            proxy.heal();
        }
    }

    /// What a connection needs that was struck and is used on: as it was before.
    #[must_use]
    pub fn after(&self) -> Vec<String> {
        let own = |sql: &str| vec![sql.to_owned()];
        match (self.engine, self.fault) {
            (Engine::Sqlite, Fault::Full) => own("PRAGMA max_page_count=1073741823"),
            (Engine::Sqlite, Fault::IoStatement) => own("PRAGMA cache_size=-2000; PRAGMA cache_spill=OFF"),
            (Engine::Sqlite, Fault::ReadOnly) => own("PRAGMA query_only=0"),
            (Engine::Sqlite, Fault::Busy) => own("PRAGMA busy_timeout=5000"),
            (Engine::Sqlite | Engine::Postgres, _) => Vec::new(),
        }
    }

    /// How many connections were cut, and how many commits answered with ROLLBACK.
    #[must_use]
    pub fn done(&self) -> (usize, usize) {
        self.proxy.as_ref().map_or((0, 0), |proxy| proxy.done())
    }

    fn shim(&self) -> &Shim {
        self.shim.as_ref().expect("this process was started with the shim")
    }

    fn rival(&self) -> &Rival {
        self.rival.as_ref().expect("a rival")
    }
}

/// Whether the engine says this fault by this code.
#[must_use]
pub fn is_code_of(engine: Engine, fault: Fault, code: &str) -> bool {
    let (sqlite, postgres) = match fault {
        Fault::Full | Fault::FullDisk | Fault::FullTmpfs => (13, "53100"),
        Fault::IoStatement
        | Fault::IoWriteBefore
        | Fault::IoWriteAfter
        | Fault::IoSyncBefore
        | Fault::IoSyncAfter => (10, "none"),
        Fault::NoMemory => (7, "none"),
        Fault::ReadOnly => (8, "25006"),
        Fault::Busy => (5, "55P03"),
        // Where something goes before COMMIT, the aborted transaction refuses that; else the proxy counts the answer.
        Fault::RolledBack => return engine == Engine::Postgres && code == "25P02",
        // The proxy counts these.
        Fault::CutBefore | Fault::CutWithin | Fault::CutAfter => return false,
    };
    match engine {
        // The lowest byte is the primary code.
        Engine::Sqlite => code.parse::<u32>().is_ok_and(|code| code & 0xff == sqlite),
        Engine::Postgres => code == postgres,
    }
}
