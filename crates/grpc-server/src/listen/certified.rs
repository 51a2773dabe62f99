//! How long a client certificate holds. A handshake looks at it once, and connections live for hours: so each connection that showed one
//! is ended when it expires, or when its authority is taken out of the file. It does not know whom a certificate names.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::{CertificateError, Error};

use super::Tls;

/// It is looked at again after this time at the latest: the machine's clock may be set.
const LATEST: Duration = Duration::from_secs(3_600);
/// Later than the end of any certificate: 9999-12-31 is the last day that one can name.
const FAR: UnixTime = UnixTime::since_unix_epoch(Duration::from_secs(1 << 40));

/// Waits until the certificates hold no longer; for ever, if there are none.
pub async fn ended(tls: Option<Tls>, certificates: Arc<[CertificateDer<'static>]>) {
    let Some(mut tls) = tls.filter(|_| !certificates.is_empty()) else {
        return std::future::pending().await;
    };
    loop {
        let clients = tls.borrow_and_update().clients.clone();
        let left = clients.and_then(|clients| left(&*clients, &certificates, UnixTime::now()));
        let Some(left) = left else { return };
        tokio::select! {
            changed = tls.changed() => {
                if changed.is_err() {
                    // The files are not looked at any more: the process stops.
                    return std::future::pending().await;
                }
            }
            () = tokio::time::sleep(left.min(LATEST)) => (),
        }
    }
}

/// How long they hold from now on; `None`: they do not. The verifier tells the end of what has expired, so it is asked about a time
/// that is far away, and then about the end that it names: of a chain, another certificate may end before.
fn left(
    clients: &dyn ClientCertVerifier,
    certificates: &[CertificateDer<'_>],
    now: UnixTime,
) -> Option<Duration> {
    let (own, others) = certificates.split_first()?;
    clients.verify_client_cert(own, others, now).ok()?;
    let mut end = FAR;
    while let Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) =
        clients.verify_client_cert(own, others, end)
        && not_after < end
    {
        end = not_after;
    }
    // It holds throughout its last second.
    Some(Duration::from_secs(end.as_secs().saturating_sub(now.as_secs()) + 1))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use rcgen::{
        BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
        date_time_ymd,
    };
    use rustls::RootCertStore;
    use rustls::crypto::ring::default_provider;
    use rustls::server::WebPkiClientVerifier;
    use tokio::sync::watch;

    use super::super::Handshake;
    use super::*;

    /// 2030-01-01T00:00:00Z.
    const NEW_YEAR: u64 = 1_893_456_000;
    const DAY: u64 = 24 * 3_600;

    struct Authority {
        issuer: Issuer<'static, KeyPair>,
        certificate: CertificateDer<'static>,
    }

    /// Its own certificate holds until the end of that year.
    fn authority(by: Option<&Authority>, year: i32) -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(year + 1, 1, 1));
        let key = KeyPair::generate().unwrap();
        let certificate = match by {
            Some(by) => params.signed_by(&key, &by.issuer),
            None => params.self_signed(&key),
        };
        let certificate = certificate.unwrap().der().clone();
        Authority { issuer: Issuer::new(params, key), certificate }
    }

    fn caller(by: &Authority, year: i32) -> CertificateDer<'static> {
        let mut params = CertificateParams::new(vec!["shop.example".to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(year + 1, 1, 1));
        params.signed_by(&KeyPair::generate().unwrap(), &by.issuer).unwrap().der().clone()
    }

    fn verifier(of: &Authority) -> Arc<dyn ClientCertVerifier> {
        let mut roots = RootCertStore::empty();
        roots.add(of.certificate.clone()).unwrap();
        WebPkiClientVerifier::builder_with_provider(roots.into(), default_provider().into()).build().unwrap()
    }

    fn at(seconds: u64) -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_secs(seconds))
    }

    #[test]
    fn a_certificate_ends_with_the_first_of_its_chain() {
        let root = authority(None, 2050);
        let between = authority(Some(&root), 2029);
        let clients = verifier(&root);
        let left = |chain: &[CertificateDer<'_>], now| left(&*clients, chain, at(now));
        let (short, long) = (caller(&root, 2029), caller(&between, 2040));
        let second = |count| Some(Duration::from_secs(count));
        for chain in [vec![short], vec![long, between.certificate]] {
            assert_eq!(left(&chain, NEW_YEAR - DAY), second(DAY + 1));
            assert_eq!(left(&chain, NEW_YEAR), second(1));
            assert_eq!(left(&chain, NEW_YEAR + 1), None, "it has expired");
        }
        assert_eq!(
            left(&[caller(&authority(None, 2050), 2040)], NEW_YEAR),
            None,
            "nobody knows who signed it"
        );
        assert_eq!(left(&[], NEW_YEAR), None);
    }

    #[tokio::test]
    async fn it_ends_when_its_authority_is_taken_out_and_only_then() {
        let (old, new) = (authority(None, 2900), authority(None, 2900));
        let handshake = |of: &Authority| {
            let builder = rustls::ServerConfig::builder_with_provider(default_provider().into());
            let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
            let config =
                builder.with_cert_resolver(Arc::new(rustls::server::ResolvesServerCertUsingSni::new()));
            Arc::new(Handshake { config: Arc::new(config), clients: Some(verifier(of)) })
        };
        let (files, tls) = watch::channel(handshake(&old));
        let shown: Arc<[_]> = [caller(&old, 2900)].into();
        let mut ending = std::pin::pin!(ended(Some(tls.clone()), Arc::clone(&shown)));
        assert!(ending.as_mut().now_or_never().is_none());
        files.send_replace(handshake(&old));
        assert!(ending.as_mut().now_or_never().is_none());
        files.send_replace(handshake(&new));
        assert!(ending.as_mut().now_or_never().is_some());
        assert!(ended(Some(tls), Arc::default()).now_or_never().is_none(), "there is none that could end");
    }
}
