//! When certificates end. It does not say whether anybody trusts them.

use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, Error, KeyUsage};

/// Later than the end of any certificate: 9999-12-31 is the last day that one can name.
const FAR: UnixTime = UnixTime::since_unix_epoch(Duration::from_secs(1 << 40));

/// The end of that certificate in PEM which ends first; `None`: there is none in it.
pub fn first_end(pem: &[u8]) -> Option<UnixTime> {
    CertificateDer::pem_slice_iter(pem).filter_map(|read| end(&read.ok()?)).min()
}

/// Whoever asks about a time that is far away is told when it ended, before anything else is looked at.
fn end(certificate: &CertificateDer<'_>) -> Option<UnixTime> {
    let certificate = EndEntityCert::try_from(certificate).ok()?;
    match certificate.verify_for_usage(&[], &[], &[], FAR, KeyUsage::server_auth(), None, None) {
        Err(Error::CertExpired { not_after, .. }) => Some(not_after),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};

    use super::*;

    fn pem(year: i32, is_authority: bool) -> String {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(year, 1, 1));
        if is_authority {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
    }

    #[test]
    fn the_first_end_counts_of_services_and_of_authorities() {
        let end = |text: &str| first_end(text.as_bytes()).map(|end| end.as_secs());
        let (new_year_2030, new_year_2040) = (1_893_456_000, 2_208_988_800);
        assert_eq!(end(&pem(2030, false)), Some(new_year_2030));
        assert_eq!(end(&pem(2040, true)), Some(new_year_2040));
        assert_eq!(end(&(pem(2040, true) + &pem(2030, true))), Some(new_year_2030));
        assert_eq!(end(&KeyPair::generate().unwrap().serialize_pem()), None);
        assert_eq!(end("shop sha256:0123"), None);
    }
}
