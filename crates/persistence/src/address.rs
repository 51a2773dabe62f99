//! Database addresses, and why a connection failed. Messages never contain a password.

use std::path::PathBuf;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{ConnectOptions, Connection, Error as SqlxError};

use crate::connect::{ConnectError, PATIENCE, unavailable};

/// A valid address.
pub(crate) enum Address {
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

/// Checks that an address is valid; opens nothing.
///
/// # Errors
/// [`ConnectError`].
pub fn check_address(url: &str) -> Result<(), ConnectError> {
    Address::parse(url).map(drop)
}

/// The file of a SQLite address, if it does not exist; opens and makes nothing.
#[must_use]
pub fn missing_file(url: &str) -> Option<PathBuf> {
    match Address::parse(url) {
        Ok(Address::Sqlite(path)) if !path.exists() => Some(path),
        Ok(Address::Sqlite(_) | Address::Postgres(_)) | Err(_) => None,
    }
}

impl Address {
    pub fn parse(url: &str) -> Result<Self, ConnectError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            // The other kinds of errors come from a server, and their text may contain anything.
            let unreadable = |error: SqlxError| {
                if let SqlxError::Configuration(cause) = error {
                    ConnectError::Unreadable(cause.to_string())
                } else {
                    ConnectError::Address
                }
            };
            return url.parse().map(|address| Self::Postgres(Box::new(address))).map_err(unreadable);
        }
        let path = url.strip_prefix("sqlite://");
        let path = path.filter(|path| !path.is_empty() && !path.starts_with(':') && !path.contains('?'));
        path.map(|path| Self::Sqlite(PathBuf::from(path))).ok_or(ConnectError::Address)
    }
}

/// Why no connection was made. If a server refuses, the pool reports only its own time-out, so this tries once more without the
/// pool.
pub(crate) async fn why(address: &PgConnectOptions, error: SqlxError) -> ConnectError {
    match (error, refusal(address).await) {
        (SqlxError::PoolTimedOut, Some(refusal)) => refusal,
        // The server answers now; the pool still timed out.
        (error, Some(_) | None) => named(address, error),
    }
}

/// Why the server gives no connection; `None` if it does.
pub(crate) async fn refusal(address: &PgConnectOptions) -> Option<ConnectError> {
    match tokio::time::timeout(PATIENCE, address.connect()).await {
        Ok(Ok(connection)) => {
            let _ = connection.close().await;
            None
        }
        Ok(Err(error)) => Some(named(address, error)),
        Err(_) => Some(named(address, SqlxError::PoolTimedOut)),
    }
}

fn named(address: &PgConnectOptions, error: SqlxError) -> ConnectError {
    let at = match address.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", address.get_host(), address.get_port()),
    };
    if let SqlxError::PoolTimedOut = error {
        return ConnectError::Unreachable {
            cause: format!("no answer within {} seconds", PATIENCE.as_secs()),
            at,
        };
    }
    if let SqlxError::Io(error) = error {
        let is_refused = error.kind() == std::io::ErrorKind::ConnectionRefused;
        let cause = if is_refused { "connection refused".to_owned() } else { error.to_string() };
        return ConnectError::Unreachable { cause, at };
    }
    match error.as_database_error() {
        Some(refused) => ConnectError::Refused { cause: refused.message().to_owned(), at },
        None => unavailable(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_address_says_what_is_wrong_with_it_and_not_its_password() {
        let reported = |url| check_address(url).unwrap_err().to_string();
        assert!(reported("mysql://x").contains("neither sqlite://"));
        assert!(reported("sqlite://").contains("neither sqlite://"));
        let port = reported("postgres://me:secret@db.example:99999/orders");
        assert!(port.contains("invalid port number") && !port.contains("secret"), "{port}");
        let option = reported("postgres://me:secret@db.example/orders?sslmode=maybe");
        assert!(option.contains("maybe") && !option.contains("secret"), "{option}");
        check_address("postgres://me:secret@db.example:5432/orders").unwrap();
    }

    #[tokio::test]
    async fn a_port_where_nothing_listens_is_reported_as_refused() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let url = format!("postgres://me:secret@{free}/orders");
        let Address::Postgres(address) = Address::parse(&url).unwrap() else { panic!("another address") };
        let reported = why(&address, SqlxError::PoolTimedOut).await.to_string();
        assert_eq!(reported, format!("connection refused at {free}"));
    }
}
