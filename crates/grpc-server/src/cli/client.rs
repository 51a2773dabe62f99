//! How commands reach a running service: as ordinary gRPC clients. They read no database and no configuration.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use tonic::metadata::AsciiMetadataValue;
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use super::unreachable::{self, Site};

const ADDRESS: &str = "http://127.0.0.1:50051";

const CONNECT: Duration = Duration::from_secs(5);
/// Longer than the service takes to answer with the durable state.
const ANSWER: Duration = Duration::from_secs(30);

/// A connection on which every call says who makes it.
pub type Connection = InterceptedService<Channel, Bearer>;

/// Where the service is, and who calls it.
#[derive(Args)]
pub struct Address {
    /// Where the service listens; with TLS https://HOST:PORT.
    #[arg(long, global = true, value_name = "URL", default_value = ADDRESS)]
    address: String,
    /// A file with the caller's token.
    #[arg(long, global = true, value_name = "FILE", env = "ORDER_SERVICE_TOKEN_FILE")]
    token_file: Option<PathBuf>,
    /// Who signs the service's certificate, in PEM; without it the authorities that this machine trusts.
    #[arg(long, global = true, value_name = "FILE", env = "ORDER_SERVICE_CA_FILE")]
    ca_file: Option<PathBuf>,
    /// The caller's certificate, in PEM.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        requires = "key_file",
        env = "ORDER_SERVICE_CERTIFICATE_FILE"
    )]
    certificate_file: Option<PathBuf>,
    /// The key of that certificate.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        requires = "certificate_file",
        env = "ORDER_SERVICE_KEY_FILE"
    )]
    key_file: Option<PathBuf>,
}

impl Address {
    /// The option that a printed command needs to reach the same service.
    pub fn option(&self) -> Option<&str> {
        (self.address != ADDRESS).then_some(self.address.as_str())
    }

    pub async fn connect(&self) -> Result<Connection> {
        let Self { address, .. } = self;
        let url = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
        let is_encrypted = url.starts_with("https://");
        ensure!(
            is_encrypted || (self.ca_file.is_none() && self.certificate_file.is_none()),
            "--ca-file and --certificate-file are for TLS: name the service as --address https://HOST:PORT"
        );
        let endpoint =
            Endpoint::from_shared(url).with_context(|| format!("--address {address} is not an address"))?;
        let endpoint = if is_encrypted { endpoint.tls_config(self.tls()?)? } else { endpoint };
        let bearer = self.bearer()?;
        let connected = endpoint.connect_timeout(CONNECT).timeout(ANSWER).connect().await;
        let site = Site { address, is_encrypted, certificate_file: self.certificate_file.as_deref() };
        let channel = connected.map_err(|error| unreachable::not_connected(&site, error))?;
        // What does not fit shows with the first words only: TLS where none is spoken, and a certificate that is not taken. Everybody may
        // ask for health.
        let greeted = HealthClient::new(channel.clone()).check(HealthCheckRequest::default()).await;
        match greeted.err().filter(|status| std::error::Error::source(status).is_some()) {
            Some(broken) => Err(unreachable::not_greeted(&site, broken)),
            None => Ok(InterceptedService::new(channel, bearer)),
        }
    }

    fn tls(&self) -> Result<ClientTlsConfig> {
        let mut tls = match &self.ca_file {
            Some(file) => {
                ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read("--ca-file", file)?))
            }
            None => ClientTlsConfig::new().with_native_roots(),
        };
        if let (Some(certificate), Some(key)) = (&self.certificate_file, &self.key_file) {
            let (certificate, key) = (read("--certificate-file", certificate)?, read("--key-file", key)?);
            tls = tls.identity(Identity::from_pem(certificate, key));
        }
        Ok(tls)
    }

    fn bearer(&self) -> Result<Bearer> {
        let Some(file) = &self.token_file else { return Ok(Bearer(None)) };
        let token = String::from_utf8(read("--token-file", file)?).unwrap_or_default();
        let words: Vec<_> = token.split_whitespace().collect();
        let header = match words[..] {
            [token] => format!("Bearer {token}").parse().ok(),
            _ => None,
        };
        let mut header: AsciiMetadataValue = header.with_context(|| {
            format!(
                "--token-file {}: one line with the token and nothing else is expected, such as the line ost_… of `order-service token`, \
                 and it has {} words in {} lines",
                file.display(),
                words.len(),
                token.lines().count()
            )
        })?;
        header.set_sensitive(true);
        Ok(Bearer(Some(header)))
    }
}

fn read(option: &str, file: &PathBuf) -> Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("{option} {}", file.display()))
}

/// Sends the caller's token, if there is one.
#[derive(Clone)]
pub struct Bearer(Option<AsciiMetadataValue>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(header) = &self.0 {
            request.metadata_mut().insert("authorization", header.clone());
        }
        Ok(request)
    }
}
