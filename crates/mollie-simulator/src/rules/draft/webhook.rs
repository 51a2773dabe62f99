//! Where hooks go: an address that Mollie can reach.

use std::net::Ipv4Addr;

use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::switches::{LocalWebhook, Switches};

/// The `webhookUrl` of the order, or of its payment.
pub fn read_webhook_url<'a>(fields: &Fields<'a>, switches: &Switches) -> Result<Option<&'a str>, Refusal> {
    let Some(url) = fields.url("webhookUrl")? else {
        return Ok(None);
    };
    let is_web = |scheme: &str| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let Some((_, rest)) = url.split_once("://").filter(|(scheme, _)| is_web(scheme)) else {
        return Err(fields.refuse("webhookUrl", "The webhookUrl is not a valid URL."));
    };
    match switches.webhook_to_localhost {
        LocalWebhook::Refused if is_local(rest) => {
            let detail = "The webhook URL is invalid because it is unreachable from Mollie's point of view";
            Err(fields.refuse("webhookUrl", detail))
        }
        LocalWebhook::Refused | LocalWebhook::Allowed => Ok(Some(url)),
    }
}

/// Whether the host that an address names, behind its scheme, is the machine itself.
fn is_local(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host_and_port = authority.rsplit('@').next().unwrap_or_default();
    if host_and_port.starts_with("[::1]") {
        return true;
    }
    let host = host_and_port.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let is_loopback = host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback());
    is_loopback || host == "localhost" || host.ends_with(".localhost")
}
