//! Credentials that must not be accepted: each with every method, for each role that its good twin has, about what is that role's, what
//! is another profile's, and what is not there. The answer is the same whatever is asked for.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tests::{Process, SOON, framed, try_send, until};
use tonic::Code;
use tonic::transport::{Channel, Endpoint};

use super::authority::{Authority, Certified};
use super::issuer::{CORP, PARTNER, Signer, after, claims, with};
use super::stage::{self, ROLES, Shown, Stage, Target, host, subject, uri};
use super::{ask, methods, requests};

/// How many calls are under way at once.
const AT_ONCE: usize = 16;

/// What is wrong with a credential; the reason of the refusal; and words of what its sender is told. Written by hand: what cannot be
/// verified is told alike, so that nobody learns from it what would be accepted.
const TOLD: [(&str, &str, &str); 27] = [
    ("none", "CREDENTIAL_MISSING", "Say who calls"),
    ("expired", "CREDENTIAL_REFUSED", "has expired"),
    ("not yet valid", "CREDENTIAL_REFUSED", "not valid yet"),
    ("another audience", "CREDENTIAL_REFUSED", "audience"),
    ("no audience", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
    ("another issuer", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
    ("one issuer's claims by another's key", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
    ("no time to end", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
    ("a time to begin that is none", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
    ("a subject that is nobody", "CREDENTIAL_REFUSED", "subject is no caller"),
    ("signed by nobody", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
    ("a public key of a curve as a secret", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
    ("a public RSA key as a secret", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
    ("RSA that says it is of a curve", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
    ("a curve that says it is RSA", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
    ("an algorithm that is not pinned", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
    ("another's signature", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
    ("a key that is not known", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
    ("changed claims", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
    ("revoked", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
    ("garbage", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
    ("a good one that is too long", "CREDENTIAL_REFUSED", "longer than 8192 bytes"),
    ("another scheme", "CREDENTIAL_REFUSED", "Bearer TOKEN"),
    ("a URI that is nobody's", "CREDENTIAL_REFUSED", "names in the client certificate"),
    ("a DNS name that is nobody's", "CREDENTIAL_REFUSED", "names in the client certificate"),
    ("a caller's DNS name as a URI", "CREDENTIAL_REFUSED", "names in the client certificate"),
    ("garbage beside a good certificate", "CREDENTIAL_REFUSED", NOT_ACCEPTED),
];
const NOT_ACCEPTED: &str = "The token is not accepted";

pub async fn no_wrong_credential_is_accepted(stage: &Stage) {
    let mut answers = BTreeMap::<&str, BTreeSet<_>>::new();
    let mut count = 0;
    for role in ROLES {
        let wrong = wrong(stage, role).await;
        assert!(
            wrong.keys().eq(TOLD.iter().map(|(fault, ..)| fault).collect::<BTreeSet<_>>()),
            "all of them"
        );
        let calls = requests(stage).into_iter().flat_map(|(path, body)| {
            wrong.iter().map(move |(fault, shown)| (*fault, shown, path.clone(), body.clone()))
        });
        let answered =
            stream::iter(calls).map(async |(fault, Shown { channel, authorization }, path, body)| {
                let (code, reason, text) = ask(channel, &path, authorization.as_deref(), body).await;
                assert_eq!(code, Code::Unauthenticated, "{path} with {fault} by {role}: {text}");
                (fault, reason, text)
            });
        let mut answered = std::pin::pin!(answered.buffer_unordered(AT_ONCE));
        while let Some((fault, reason, text)) = answered.next().await {
            answers.entry(fault).or_default().insert((reason, text));
            count += 1;
        }
    }
    for (fault, reason, words) in TOLD {
        let answers: Vec<_> = answers[fault].iter().collect();
        let [(told, text)] = answers[..] else { panic!("{fault}: {answers:?}") };
        assert!(told == reason && text.contains(words), "{fault}: {told} {text}");
    }
    assert_eq!(count, methods().len() * ROLES.len() * 3 * TOLD.len());
    nobody_comes_so_far(stage).await;
    let said = stage.process.said();
    let of_certificate = said.lines().find(|line| line.contains("a client certificate was not accepted"));
    let of_certificate = of_certificate.unwrap_or_else(|| panic!("no line in {said}"));
    for word in ["WARN", "address=127.0.0.1:", "because=", "security.client_ca_file"] {
        assert!(of_certificate.contains(word), "{word}: {of_certificate}");
    }
    let guard = "guard=\"TLS; callers by tokens, tokens of corp, tokens of partner, client certificates\"";
    assert!(said.contains(guard), "{said}");
    let lists_algorithms = |line: &&str| line.contains("expected one of") || line.contains("HS384");
    assert_eq!(said.lines().find(lists_algorithms), None);
}

/// The first refusal is told at once, with all that helps to find whose credential it was.
pub async fn a_refusal_is_told_to_the_operator(stage: &Stage) {
    let late = stage.ec.sign(&with(&claims(CORP, &subject("care")), "exp", json!(after(-120))));
    let (path, body) = requests(stage).swap_remove(0);
    ask(&stage.channel(None), &path, Some(&format!("Bearer {late}")), body).await;
    let line = until("it is told", SOON, async || {
        let said = stage.process.said();
        said.lines().find(|line| line.contains("a credential was not accepted")).map(str::to_owned)
    })
    .await;
    let issuer = format!("issuer={CORP:?}");
    for word in [
        "ExpiredSignature",
        "credential=\"jwt\"",
        "address=127.0.0.1:",
        &issuer,
        "key=\"ec-1\"",
        "caller=\"care\"",
    ] {
        assert!(line.contains(word), "{word}: {line}");
    }
}

/// Of each method: about what is the callers', what is another profile's, and what is not there.
fn requests(stage: &Stage) -> Vec<(String, Vec<u8>)> {
    let [own, _, foreign] = &stage.targets[..] else { panic!("three profiles") };
    let missing = Target::missing();
    let of = |(method, path): (String, String)| {
        [own, foreign, &missing].map(|target| (path.clone(), requests::to(&method, target)))
    };
    methods().into_iter().flat_map(of).collect()
}

/// What would be the caller with this role, but for one thing.
async fn wrong(stage: &Stage, role: &str) -> BTreeMap<&'static str, Shown> {
    let plain = stage.channel(None);
    let good = claims(CORP, &subject(role));
    let (ec, rsa) = (&stage.ec, &stage.rsa);
    let signed = |name: &str, value: Value| ec.sign(&with(&good, name, value));
    let mut shorter = good.clone();
    shorter.as_object_mut().unwrap().remove("aud");
    let changed = {
        let (token, other) = (ec.sign(&good), ec.sign(&claims(CORP, "somebody")));
        let (head, _) = token.rsplit_once('.').unwrap();
        format!("{head}.{}", other.rsplit_once('.').unwrap().1)
    };
    let tokens = [
        ("expired", signed("exp", json!(after(-120)))),
        ("not yet valid", signed("nbf", json!(after(120)))),
        ("another audience", signed("aud", json!(["billing", "shop"]))),
        ("no audience", ec.sign(&shorter)),
        ("another issuer", signed("iss", json!("https://evil.example"))),
        (
            "one issuer's claims by another's key",
            ec.sign_as(Some("partner-1"), &with(&good, "iss", json!(PARTNER))),
        ),
        ("no time to end", signed("exp", Value::Null)),
        ("a time to begin that is none", signed("nbf", json!("now"))),
        ("a subject that is nobody", signed("sub", json!("nobody"))),
        ("signed by nobody", ec.unsigned(&good)),
        ("a public key of a curve as a secret", ec.confused(&good)),
        ("a public RSA key as a secret", rsa.confused(&good)),
        ("RSA that says it is of a curve", rsa.mislabelled("ES256", &good)),
        ("a curve that says it is RSA", ec.mislabelled("RS256", &good)),
        ("an algorithm that is not pinned", rsa.padded_otherwise(&good)),
        ("another's signature", Signer::ec("ec-1").sign(&good)),
        ("a key that is not known", ec.sign_as(Some("ec-2"), &good)),
        ("changed claims", changed),
        ("revoked", stage::token(stage.world.directory(), role).await.0),
        ("garbage", "garbage".to_owned()),
        ("a good one that is too long", signed("groups", json!("g".repeat(8 * 1024)))),
    ];
    let mut wrong: BTreeMap<_, _> = tokens
        .into_iter()
        .map(|(fault, token)| {
            (fault, Shown { channel: plain.clone(), authorization: Some(format!("Bearer {token}")) })
        })
        .collect();
    let basic = Some("Basic dmlld2VyOnZpZXdlcg==".to_owned());
    wrong.insert("none", Shown { channel: plain.clone(), authorization: None });
    wrong.insert("another scheme", Shown { channel: plain, authorization: basic });
    let certified = |certified| stage.channel(Some(&certified));
    let of_nobody = certified(stage.authority.caller(&uri(&format!("{role}/x"))));
    wrong.insert("a URI that is nobody's", Shown { channel: of_nobody, authorization: None });
    let of_nobody = certified(stage.authority.host(&format!("x.{}", host(role))));
    wrong.insert("a DNS name that is nobody's", Shown { channel: of_nobody, authorization: None });
    // An authority may be bound to some DNS names, and sign whatever URI it likes.
    let of_nobody = certified(stage.authority.caller(&host(role)));
    wrong.insert("a caller's DNS name as a URI", Shown { channel: of_nobody, authorization: None });
    let channel = certified(stage.authority.caller(&uri(role)));
    let authorization = Some("Bearer garbage".to_owned());
    wrong.insert("garbage beside a good certificate", Shown { channel, authorization });
    wrong
}

/// Without TLS, with a certificate that nobody knows who signed it, and with one that has expired, there is no call, whoever's token
/// is sent along.
async fn nobody_comes_so_far(stage: &Stage) {
    let http = Endpoint::from_shared(format!("http://{}", stage.world.service.grpc())).unwrap();
    for role in ROLES {
        let stranger =
            stage::endpoint(&stage.world, &stage.authority.pem, Some(&Authority::new().caller(&uri(role))));
        let expired =
            stage::endpoint(&stage.world, &stage.authority.pem, Some(&stage.authority.expired(&uri(role))));
        for (what, endpoint) in
            [("plain text", http.clone()), ("a stranger's", stranger), ("expired", expired)]
        {
            let channel: Channel = endpoint.connect_lazy();
            for (path, body) in requests(stage) {
                let headers = [("authorization", &*stage.bearer(role))];
                let answer = try_send(channel.clone(), &path, &headers, framed(&body)).await;
                assert!(answer.is_err(), "{what}: {path}: {answer:?}");
            }
        }
    }
}

/// What a person at a terminal is told if TLS, certificates or his token's file are not as the service has them.
pub async fn a_command_says_what_does_not_fit(stage: &Stage) {
    let directory = stage.world.directory();
    let port = stage.world.service.grpc().port();
    let (plain, encrypted) = (format!("http://localhost:{port}"), format!("https://localhost:{port}"));
    let file = |name: &str, content: &str| {
        stage::write(directory, name, content);
        stage.file(name).display().to_string()
    };
    let authority = file("trusted.pem", &stage.authority.pem);
    let stranger = Authority::new();
    let Certified { certificate, key } = stranger.caller(&uri("viewer"));
    let (certificate, key) = (file("stranger.pem", &certificate), file("stranger.key", &key));
    let lines = file("lines", "The token:\nost_abc\n\nIts line in the file:\nviewer sha256:00\n");
    let token = file("token", &stage.bearer("viewer").replace("Bearer ", ""));
    let cases: [(&[&str], &str); 6] = [
        (&["--address", &plain], "if it speaks TLS, name it as --address https://HOST:PORT"),
        (&["--address", &encrypted], "name the file of who has as --ca-file FILE"),
        (
            &[
                "--address",
                &encrypted,
                "--ca-file",
                &authority,
                "--certificate-file",
                &certificate,
                "--key-file",
                &key,
            ],
            "may not accept the certificate of --certificate-file",
        ),
        (
            &["--address", &encrypted, "--ca-file", &authority, "--token-file", &lines],
            "one line with the token and nothing else is expected, such as the line ost_",
        ),
        (
            &["--address", "https://localhost:1", "--ca-file", &authority],
            "no order service answers at https://localhost:1",
        ),
        (&["--address", &encrypted, "--ca-file", &authority, "--token-file", &token], ""),
    ];
    for (arguments, told) in cases {
        let mut process = Process::start_with("operations", arguments, directory, &Vec::new());
        let status = process.ended(SOON).await;
        let said = process.said();
        assert_eq!(status.success(), told.is_empty(), "{arguments:?}: {said}");
        assert!(said.contains(told) && !said.contains("ost_abc"), "{arguments:?}: {said}");
    }
}
