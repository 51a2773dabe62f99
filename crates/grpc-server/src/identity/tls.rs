//! TLS for callers: the service's certificate, and whose client certificates are looked at. It accepts no connections.

use std::sync::Arc;

use jiff::Timestamp;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use webpki::{EndEntityCert, Error, KeyUsage};

use super::files::Fault;
use crate::listen::Handshake;

/// The only protocol that is spoken inside.
const HTTP_2: &[u8] = b"h2";

/// The places of the files.
const CERTIFICATE: usize = 0;
const KEY: usize = 1;
const AUTHORITIES: usize = 2;

/// The configuration of a listener, from the content of the certificate's file, the key's and, if there is one, that of the
/// authorities that sign client certificates. A caller may always come without a certificate: he then needs a token. Sessions are
/// resumed under the same configuration alone, so what is taken out of a file does not live on in them; where client certificates are
/// looked at there are none, as they would bring a certificate along that has expired meanwhile.
///
/// # Errors
/// What is wrong, and with which file.
pub fn configuration(contents: &[Vec<u8>]) -> Result<Handshake, Fault> {
    let [certificate, key, authorities @ ..] = contents else {
        return Err("a certificate and its key are expected".to_owned().into());
    };
    let chain = certificates(certificate).map_err(|text| Fault(CERTIFICATE, text))?;
    if let Some(fault) = chain.first().and_then(|own| not_of(own, UnixTime::now())) {
        return Err(Fault(CERTIFICATE, fault));
    }
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|error| Fault(KEY, format!("the file has no private key in PEM: {error}")))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let clients = authorities.first().map(|authorities| verifier(authorities, provider)).transpose();
    let clients = clients.map_err(|text| Fault(AUTHORITIES, text))?;
    let builder = match &clients {
        Some(clients) => builder.with_client_cert_verifier(Arc::clone(clients)),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder
        .with_single_cert(chain, key)
        .map_err(|error| format!("the certificate and the key do not fit together: {error}"))?;
    config.alpn_protocols = vec![HTTP_2.to_vec()];
    if clients.is_some() {
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    Ok(Handshake { config: Arc::new(config), clients })
}

/// Why the service's own certificate is none of this time: every caller would refuse it. Whom callers trust is not known here, so nobody
/// is; the library looks at the time before it looks for who signed it.
fn not_of(certificate: &CertificateDer<'_>, now: UnixTime) -> Option<String> {
    let certificate = EndEntityCert::try_from(certificate).ok()?;
    let usage = KeyUsage::server_auth();
    let verified = certificate.verify_for_usage(&[], &[], &[], now, usage, None, None);
    let wrong = verified.err()?;
    if let Error::CertExpired { not_after, .. } = wrong {
        return Some(format!(
            "the certificate has expired: it held until {}; put a new one in its place, or check the clock of this machine",
            time(not_after)
        ));
    }
    let Error::CertNotValidYet { not_before, .. } = wrong else { return None };
    Some(format!(
        "the certificate does not hold yet: it does from {}; put the present one in its place until then, or check the clock of this \
         machine",
        time(not_before)
    ))
}

fn time(time: UnixTime) -> String {
    let time = i64::try_from(time.as_secs()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.unwrap_or(Timestamp::MAX).to_string()
}

fn verifier(
    authorities: &[u8],
    provider: Arc<rustls::crypto::CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, String> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(authorities)? {
        roots.add(authority).map_err(|error| error.to_string())?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
        .allow_unauthenticated()
        .build()
        .map_err(|error| error.to_string())
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    let read = read.map_err(|error| format!("the file has no certificates in PEM: {error}"))?;
    if read.is_empty() { Err("the file has no certificates in PEM".to_owned()) } else { Ok(read) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use rcgen::{CertificateParams, KeyPair, date_time_ymd};
    use rustls::pki_types::ServerName;
    use rustls::pki_types::pem::PemObject;
    use rustls::{ClientConfig, HandshakeKind, RootCertStore};
    use tokio_rustls::{TlsAcceptor, TlsConnector};

    use super::*;

    /// The file of a certificate that signs itself, and its key's.
    fn files() -> [Vec<u8>; 2] {
        files_of(2000, 4000)
    }

    /// The same for a certificate of these years.
    fn files_of(first: i32, end: i32) -> [Vec<u8>; 2] {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        (params.not_before, params.not_after) = (date_time_ymd(first, 1, 1), date_time_ymd(end, 1, 1));
        [params.self_signed(&key).unwrap().pem().into_bytes(), key.serialize_pem().into_bytes()]
    }

    /// How the second connection of a client is made.
    async fn second(files: &[Vec<u8>]) -> HandshakeKind {
        let server = TlsAcceptor::from(configuration(files).unwrap().config);
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(&files[0]).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let client =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let client = TlsConnector::from(Arc::new(client.with_root_certificates(roots).with_no_client_auth()));
        let name = ServerName::try_from("localhost").unwrap();
        let mut kind = None;
        for _ in 0..2 {
            let (near, far) = tokio::io::duplex(64 * 1024);
            let (accepted, connected) =
                tokio::join!(server.accept(far), async { client.connect(name.clone(), near).await });
            let (mut accepted, mut connected) = (accepted.unwrap(), connected.unwrap());
            // Tickets come with the first words.
            tokio::io::AsyncWriteExt::write_all(&mut accepted, b"x").await.unwrap();
            tokio::io::AsyncReadExt::read_exact(&mut connected, &mut [0]).await.unwrap();
            kind = connected.get_ref().1.handshake_kind();
        }
        kind.unwrap()
    }

    #[tokio::test]
    async fn where_client_certificates_are_looked_at_each_connection_shows_its_own() {
        let [certificate, key] = files();
        assert_eq!(second(&[certificate.clone(), key.clone()]).await, HandshakeKind::Resumed);
        let authorities = certificate.clone();
        assert_eq!(second(&[certificate, key, authorities]).await, HandshakeKind::Full);
    }

    #[test]
    fn a_certificate_of_another_time_is_refused() {
        for (first, end, told) in [
            (2000, 2020, "has expired: it held until 2020-01-01T00:00:00Z;"),
            (3000, 3001, "does not hold yet: it does from 3000-01-01T00:00:00Z;"),
        ] {
            let Fault(of, text) = configuration(&files_of(first, end)).unwrap_err();
            assert!(of == CERTIFICATE && text.contains(told), "{text}");
        }
        // It holds throughout its last second, and from its first.
        let [certificate, _] = files_of(2030, 2031);
        let own = CertificateDer::from_pem_slice(&certificate).unwrap();
        let (first, end) = (1_893_456_000, 1_924_992_000);
        let holds = |second| not_of(&own, UnixTime::since_unix_epoch(Duration::from_secs(second))).is_none();
        assert_eq!([first - 1, first, end, end + 1].map(holds), [false, true, true, false]);
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let ([certificate, key], [other, _]) = (files(), files());
        let fault = |files: &[&Vec<u8>]| {
            let files: Vec<_> = files.iter().map(|file| (*file).clone()).collect();
            configuration(&files).err()
        };
        let is = |fault: Option<Fault>, place: usize, text: &str| {
            fault.is_some_and(|Fault(of, told)| of == place && told.contains(text))
        };
        assert_eq!(fault(&[&certificate, &key]), None);
        assert!(is(fault(&[&other, &key]), CERTIFICATE, "do not fit together"));
        assert!(is(fault(&[&key, &key]), CERTIFICATE, "no certificates"));
        assert!(is(fault(&[&certificate, &certificate]), KEY, "no private key"));
        assert!(is(fault(&[&certificate, &key, &key]), AUTHORITIES, "no certificates"));
    }
}
