//! Certificates for tests: an authority, and what it signs.

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SanType, date_time_ymd,
};

/// Somebody who signs certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
}

/// A certificate and its key, in PEM.
pub struct Certified {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A certificate for the service, at `localhost`.
    pub fn server(&self) -> Certified {
        self.sign(
            CertificateParams::new(vec!["localhost".to_owned()]).unwrap(),
            ExtendedKeyUsagePurpose::ServerAuth,
        )
    }

    /// A certificate of a caller with this URI.
    pub fn caller(&self, uri: &str) -> Certified {
        self.named(SanType::URI(uri.try_into().unwrap()))
    }

    /// A certificate of a caller with this DNS name.
    pub fn host(&self, name: &str) -> Certified {
        self.named(SanType::DnsName(name.try_into().unwrap()))
    }

    /// A certificate of a caller with this URI that has expired.
    pub fn expired(&self, uri: &str) -> Certified {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.subject_alt_names = vec![SanType::URI(uri.try_into().unwrap())];
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
        self.sign(params, ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn named(&self, name: SanType) -> Certified {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.subject_alt_names = vec![name];
        self.sign(params, ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn sign(&self, mut params: CertificateParams, purpose: ExtendedKeyUsagePurpose) -> Certified {
        params.extended_key_usages = vec![purpose];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        Certified { certificate, key: key.serialize_pem() }
    }
}
