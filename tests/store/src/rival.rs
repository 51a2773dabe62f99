//! Somebody else on the database, who takes a lock or memory at a word and gives it back at another. A thread of its own: the
//! service waits in the middle of a statement meanwhile.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use sea_orm::sqlx::AssertSqlSafe;
use sea_orm::{ConnectionTrait, DatabaseConnection};

use crate::database::connect;

enum Word {
    Take(Vec<String>),
    /// What comes of it is not asked.
    Try(String),
    GiveBack,
}

/// The thread, while it is wanted.
pub struct Rival {
    words: Option<SyncSender<Word>>,
    done: Mutex<Receiver<Result<(), String>>>,
    thread: Option<JoinHandle<()>>,
}

impl Rival {
    /// Somebody at an address. He connects when he takes something, and goes when he gives it back.
    #[must_use]
    pub fn at(url: &str) -> Self {
        let (words, heard) = sync_channel::<Word>(0);
        let (tell, done) = sync_channel(1);
        let url = url.to_owned();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.expect("a runtime for one thread");
            let mut held: Option<DatabaseConnection> = None;
            while let Ok(word) = heard.recv() {
                let outcome = match word {
                    Word::Take(sql) => runtime.block_on(async {
                        let connection = connect(&url).await;
                        let outcome = run(&connection, &sql).await;
                        held = Some(connection);
                        outcome
                    }),
                    Word::Try(sql) => runtime.block_on(async {
                        let pool = held.as_ref().map(DatabaseConnection::get_sqlite_connection_pool);
                        // The driver takes memory for each row of an answer, but not for what begins a transaction.
                        let begun = pool.expect("he holds something").begin_with(AssertSqlSafe(sql)).await;
                        drop(begun);
                        Ok(())
                    }),
                    Word::GiveBack => runtime.block_on(async {
                        match held.take() {
                            Some(held) => held.close().await.map_err(|error| error.to_string()),
                            None => Ok(()),
                        }
                    }),
                };
                let _ = tell.send(outcome);
            }
        });
        Self { words: Some(words), done: Mutex::new(done), thread: Some(thread) }
    }

    /// Takes what the statements take.
    ///
    /// # Panics
    /// If he cannot.
    pub fn take(&self, sql: Vec<String>) {
        self.say(Word::Take(sql));
    }

    /// Runs a statement of SQLite on what he holds, whatever comes of it, and takes no memory for its answer.
    pub fn try_to(&self, sql: &str) {
        self.say(Word::Try(sql.to_owned()));
    }

    /// Gives it back, if he holds anything.
    ///
    /// # Panics
    /// If he cannot.
    pub fn give_back(&self) {
        self.say(Word::GiveBack);
    }

    fn say(&self, word: Word) {
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        self.words.as_ref().expect("he is there until he is dropped").send(word).expect("he listens");
        let outcome = done.recv().expect("he answers");
        outcome.unwrap_or_else(|problem| panic!("the rival cannot do it: {problem}"));
    }
}

async fn run(connection: &DatabaseConnection, sql: &[String]) -> Result<(), String> {
    for sql in sql {
        connection.execute_unprepared(sql).await.map_err(|error| format!("{sql}: {error}"))?;
    }
    Ok(())
}

impl Drop for Rival {
    fn drop(&mut self) {
        self.words = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
