//! TLS for callers: the service's certificate, and whose client certificates are looked at. It accepts no connections.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};

/// The only protocol that is spoken inside.
const HTTP_2: &[u8] = b"h2";

/// The configuration of a listener, from the content of the certificate's file, the key's and, if there is one, that of the
/// authorities that sign client certificates. A caller may always come without a certificate: he then needs a token. Sessions are
/// resumed under the same configuration alone, so what is taken out of a file does not live on in them.
///
/// # Errors
/// What is wrong, and with which file.
pub fn configuration(contents: &[Vec<u8>]) -> Result<ServerConfig, String> {
    let [certificate, key, authorities @ ..] = contents else {
        return Err("a certificate and its key are expected".to_owned());
    };
    let chain = certificates(certificate, "the certificate's file")?;
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|error| format!("the key's file has no private key in PEM: {error}"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = match authorities.first() {
        Some(authorities) => builder.with_client_cert_verifier(verifier(authorities, provider)?),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder
        .with_single_cert(chain, key)
        .map_err(|error| format!("the certificate and the key do not fit together: {error}"))?;
    config.alpn_protocols = vec![HTTP_2.to_vec()];
    Ok(config)
}

fn verifier(
    authorities: &[u8],
    provider: Arc<rustls::crypto::CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, String> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(authorities, "the client authorities' file")? {
        roots.add(authority).map_err(|error| format!("the client authorities' file: {error}"))?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
        .allow_unauthenticated()
        .build()
        .map_err(|error| format!("the client authorities' file: {error}"))
}

fn certificates(pem: &[u8], file: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    let read = read.map_err(|error| format!("{file} has no certificates in PEM: {error}"))?;
    if read.is_empty() { Err(format!("{file} has no certificates in PEM")) } else { Ok(read) }
}
