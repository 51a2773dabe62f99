//! Why a command does not reach the service, and what to do: of the ways in which an address, TLS and certificates do not fit together.
//! It connects to nothing.

use std::error::Error;
use std::io;
use std::path::Path;

use rustls::CertificateError;
use tonic::Status;

/// Where the service was looked for, and how.
pub struct Site<'a> {
    pub address: &'a str,
    pub is_encrypted: bool,
    /// The caller's.
    pub certificate_file: Option<&'a Path>,
}

/// There is no connection.
pub fn not_connected(site: &Site<'_>, error: tonic::transport::Error) -> anyhow::Error {
    let address = site.address;
    let words = match tls(&error) {
        Some(rustls::Error::InvalidCertificate(wrong)) => format!(
            "somebody answers at {address}, and the certificate shown there is not accepted: {}",
            of_certificate(wrong)
        ),
        Some(rustls::Error::InvalidMessage(_)) => {
            format!(
                "somebody answers at {address} without TLS; if it is the order service, name it as --address http://HOST:PORT"
            )
        }
        Some(other) => format!("somebody answers at {address}, but there is no TLS connection: {other}"),
        None => format!(
            "no order service answers at {address}; choose another with --address http://HOST:PORT, or https:// if it speaks TLS"
        ),
    };
    anyhow::Error::new(error).context(words)
}

/// There is a connection, and the first call over it broke.
pub fn not_greeted(site: &Site<'_>, status: Status) -> anyhow::Error {
    let address = site.address;
    let words = match (site.is_encrypted, site.certificate_file) {
        (false, _) => format!(
            "somebody answers at {address}, and not as an order service without TLS does; if it speaks TLS, name it as --address \
             https://HOST:PORT"
        ),
        (true, Some(file)) => format!(
            "the service at {address} ended the connection; it may not accept the certificate of --certificate-file {}: that must be \
             for clients, of this time, and signed by an authority of its security.client_ca_file. Its log says why",
            file.display()
        ),
        (true, None) => {
            format!(
                "somebody answers at {address}, and not as an order service does; choose another with --address https://HOST:PORT"
            )
        }
    };
    anyhow::Error::new(status).context(words)
}

fn of_certificate(wrong: &CertificateError) -> String {
    if *wrong == CertificateError::UnknownIssuer {
        return "nobody whom this machine trusts has signed it; name the file of who has as --ca-file FILE"
            .to_owned();
    }
    let is_of_another =
        matches!(wrong, CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. });
    let way_out = if is_of_another { "; name the service as its certificate does" } else { "" };
    format!("{wrong}{way_out}")
}

/// The fault of TLS behind an error, if it is one.
fn tls<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let found = error.downcast_ref().or_else(|| inner.and_then(|inner| inner.downcast_ref()));
        if found.is_some() {
            return found;
        }
        next = error.source();
    }
    None
}
