//! What the storage port promises, on SQLite and on PostgreSQL, and what is particular to databases.
//!
//! PostgreSQL is taken from `DATABASE_URL` (a role that may create databases); without it that part is skipped with a message.
//! Each test has its own database.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod documents;
mod engines;
mod interruptions;
mod log;
mod news;
mod opening;

/// Everything that is tested on both engines.
macro_rules! promises {
    ($on:path) => {
        conformance::tests!($on);
        conformance::tests!($on, crate {
            opening {
                migrations_are_applied_once,
                the_first_secret_stays,
                the_database_answers_with_its_version,
                the_database_reports_how_durable_it_is,
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

/// Lanes that no kind uses yet.
#[cfg(feature = "made-up")]
mod made_up {
    mod sqlite {
        conformance::tests!(crate::engines::on_sqlite, lanes);
    }

    mod postgres {
        conformance::tests!(crate::engines::on_postgres, lanes);
    }
}
