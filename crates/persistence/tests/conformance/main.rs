//! What the storage port promises, on SQLite and on PostgreSQL, and what is particular to databases.
//!
//! PostgreSQL is taken from `DATABASE_URL` (a role that may create databases); without it that part is left out, and
//! says so. Each test has a database of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod documents;
mod engines;
mod interruptions;
mod log;
mod opening;

/// All that is asked of a database of either kind.
macro_rules! promises {
    ($on:path) => {
        conformance::tests!($on);
        conformance::tests!($on, crate {
            opening {
                migrations_are_applied_once,
                the_first_secret_stays,
                the_database_answers_with_its_version,
                the_database_tells_how_durable_it_is,
                closing_ends_every_call,
            }
        });
    };
}

mod sqlite {
    promises!(crate::engines::on_sqlite);
}

mod postgres {
    promises!(crate::engines::on_postgres);
}

/// Lanes in which no kind stands yet.
#[cfg(feature = "made-up")]
mod made_up {
    mod sqlite {
        conformance::tests!(crate::engines::on_sqlite, lanes);
    }

    mod postgres {
        conformance::tests!(crate::engines::on_postgres, lanes);
    }
}
