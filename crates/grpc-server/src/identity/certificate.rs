//! Client certificates. The handshake has verified who signed them and that they hold; here only their names are read: URIs, such as
//! SPIFFE ids, and DNS names among the subject's alternative names. The common name is none of them.

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
    read.valid_uri_names().chain(read.valid_dns_names()).map(ToOwned::to_owned).collect()
}
