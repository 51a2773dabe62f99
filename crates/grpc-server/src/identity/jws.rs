//! Signatures of tokens, checked by ring: the library that reads tokens leaves the cryptography to its users. Only public keys are
//! known here, so a token that is signed with a public key as if that were a secret is nothing that could be checked.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey};
use ring::signature as by;
use ring::signature::{RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Has every token of this process checked here. Once is enough.
pub fn install() {
    // Another call was first.
    let _ = PROVIDER.install_default();
}

/// The service signs nothing.
fn signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    Err(ErrorKind::InvalidAlgorithm.into())
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    let invalid = || Error::from(ErrorKind::InvalidAlgorithm);
    if key.family() != algorithm.family() || key.family() == AlgorithmFamily::Hmac {
        return Err(invalid());
    }
    let check = check(*algorithm).ok_or_else(invalid)?;
    Ok(Box::new(Signed { algorithm: *algorithm, check, key: key.kind().clone() }))
}

/// How a signature is checked.
enum Check {
    Rsa(&'static RsaParameters),
    Other(&'static dyn VerificationAlgorithm),
}

fn check(algorithm: Algorithm) -> Option<Check> {
    Some(match algorithm {
        Algorithm::RS256 => Check::Rsa(&by::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Check::Rsa(&by::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Check::Rsa(&by::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Check::Rsa(&by::RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Check::Rsa(&by::RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Check::Rsa(&by::RSA_PSS_2048_8192_SHA512),
        Algorithm::ES256 => Check::Other(&by::ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => Check::Other(&by::ECDSA_P384_SHA384_FIXED),
        Algorithm::EdDSA => Check::Other(&by::ED25519),
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 | _ => return None,
    })
}

struct Signed {
    algorithm: Algorithm,
    check: Check,
    key: DecodingKeyKind,
}

impl Verifier<Vec<u8>> for Signed {
    fn verify(&self, message: &[u8], signed: &Vec<u8>) -> Result<(), signature::Error> {
        let checked = match (&self.check, &self.key) {
            (Check::Rsa(check), DecodingKeyKind::RsaModulusExponent { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(check, message, signed)
            }
            (Check::Other(check), DecodingKeyKind::SecretOrDer(key)) => {
                UnparsedPublicKey::new(*check, key).verify(message, signed)
            }
            (Check::Rsa(_) | Check::Other(_), _) => Err(ring::error::Unspecified),
        };
        checked.map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Signed {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIMS: &str =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    /// RFC 7515, A.2 and A.3: the header, the signature and the key's parts.
    const RSA: [&str; 4] = [
        "eyJhbGciOiJSUzI1NiJ9",
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        "AQAB",
    ];
    const EC: [&str; 4] = [
        "eyJhbGciOiJFUzI1NiJ9",
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    ];

    fn holds([header, signed, ..]: [&str; 4], key: &DecodingKey, algorithm: Algorithm) -> bool {
        install();
        let message = format!("{header}.{CLAIMS}");
        jsonwebtoken::crypto::verify(signed, message.as_bytes(), key, algorithm).unwrap_or(false)
    }

    #[test]
    fn the_examples_of_the_standard_hold_and_changed_ones_do_not() {
        let rsa = DecodingKey::from_rsa_components(RSA[2], RSA[3]).unwrap();
        let ec = DecodingKey::from_ec_components(EC[2], EC[3]).unwrap();
        assert!(holds(RSA, &rsa, Algorithm::RS256) && holds(EC, &ec, Algorithm::ES256));
        assert!(!holds([EC[0], RSA[1], "", ""], &rsa, Algorithm::RS256), "of another message");
        assert!(!holds(RSA, &rsa, Algorithm::RS512) && !holds(RSA, &rsa, Algorithm::PS256));
        assert!(!holds(EC, &rsa, Algorithm::RS256) && !holds(RSA, &ec, Algorithm::ES256));
    }

    /// A public key is known to everybody: what it signs as a secret is worth nothing.
    #[test]
    fn nothing_is_checked_by_a_shared_secret() {
        let secret = DecodingKey::from_secret(b"secret");
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            assert!(verifier(&algorithm, &secret).is_err());
        }
        let ec = DecodingKey::from_ec_components(EC[2], EC[3]).unwrap();
        assert!(verifier(&Algorithm::HS256, &ec).is_err() && verifier(&Algorithm::RS256, &ec).is_err());
    }
}
