//! Client certificates. The listener verifies who signed them and that they hold; here only their names are read: URIs, such as
//! SPIFFE ids, and DNS names among the subject's alternative names. The common name is none of them. An authority may be bound to
//! some DNS names and no URIs, so a URI that looks like a DNS name does not stand for it.

use rustls::pki_types::CertificateDer;
use tonic::codegen::http::Extensions;
use webpki::EndEntityCert;

use crate::listen::Peer;

/// The names in the certificate of a request's connection; `None` if it has none.
pub fn names(extensions: &Extensions) -> Option<Vec<String>> {
    extensions.get::<Peer>()?.certificates.first().map(of)
}

fn of(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok(read) = EndEntityCert::try_from(certificate) else { return Vec::new() };
    // Every URI has a scheme, and no DNS name has a colon.
    let uris = read.valid_uri_names().filter(|uri| uri.contains(':')).map(ToOwned::to_owned);
    uris.chain(read.valid_dns_names().map(spelled)).collect()
}

/// A name as it is compared: in DNS names capitals do not matter.
pub fn spelled(name: &str) -> String {
    if name.contains(':') { name.to_owned() } else { name.to_ascii_lowercase() }
}

/// Whether a certificate may have the name.
pub fn is_name(name: &str) -> bool {
    let is_of_dns = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_of_uri = |c: char| c.is_ascii_graphic() && c != '*';
    let is_plain = if name.contains(':') { name.chars().all(is_of_uri) } else { name.chars().all(is_of_dns) };
    !name.is_empty() && is_plain
}
