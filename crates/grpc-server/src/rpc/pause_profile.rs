//! PauseProfile and ResumeProfile: an operator stops what a profile's policies do unasked, and lets them go on.

use domain::ports::{Clock, Pause, Store};
use domain::rules::ids::{Caller, ProfileName};
use domain::rules::violation::Violation;
use domain::workflow::operator::OperatorError;
use tonic::{Request, Response};

use super::call_deadline::CallDeadline;
use super::decision::{self, decide};
use super::reading::Reading;
use super::{Answer, Visit};
use crate::convert::common::time;
use crate::proto::{PauseProfileRequest, ProfilePause, ResumeProfileRequest};

pub async fn pause(rpc: &Visit, request: Request<PauseProfileRequest>) -> Answer<ProfilePause> {
    let call_deadline = CallDeadline::of(request.metadata());
    let request = request.into_inner();
    let mut reading = Reading::of(&request);
    let profile = reading.part(profile(rpc, &request.profile));
    let decision = reading.part(decision::decision(&request.actor, &request.reason));
    let (profile, decision) = reading.end(profile.zip(decision))?;
    rpc.may(&profile)?;
    let caller = rpc.visitor.caller.clone();
    let paused = decide(rpc, call_deadline, move |service| async move {
        let (by, reason) = (decision.by().to_owned(), decision.reason().to_owned());
        let wanted = Pause { profile, time: service.clock.now(), by, reason };
        let holds = service.store.pause(&wanted).await.map_err(OperatorError::Store)?;
        tracing::warn!(profile = %holds.profile, %caller, "the profile is paused: its policies do nothing");
        Ok(holds)
    });
    Ok(Response::new(message(paused.await?, true)))
}

pub async fn resume(rpc: &Visit, request: Request<ResumeProfileRequest>) -> Answer<ProfilePause> {
    let call_deadline = CallDeadline::of(request.metadata());
    let request = request.into_inner();
    let mut reading = Reading::of(&request);
    let profile = reading.part(profile(rpc, &request.profile));
    let decision = reading.part(decision::decision(&request.actor, &request.reason));
    let (profile, _) = reading.end(profile.zip(decision))?;
    rpc.may(&profile)?;
    let caller = rpc.visitor.caller.clone();
    let ended = decide(rpc, call_deadline, move |service| resumed(service, profile, caller)).await?;
    Ok(Response::new(ended))
}

async fn resumed(
    service: std::sync::Arc<crate::service::Service>,
    profile: ProfileName,
    caller: Caller,
) -> Result<ProfilePause, OperatorError> {
    match service.store.resume(&profile).await.map_err(OperatorError::Store)? {
        Some(pause) => {
            tracing::warn!(%profile, %caller, "the profile is resumed: its policies go on");
            Ok(message(pause, false))
        }
        None => Ok(ProfilePause { profile: profile.to_string(), ..ProfilePause::default() }),
    }
}

fn profile(rpc: &Visit, name: &str) -> Result<ProfileName, Violation> {
    let named = ProfileName::new(name);
    if !name.is_empty() && rpc.known_profile(name).is_ok() {
        return Ok(named);
    }
    Err(Violation {
        path: "profile".to_owned(),
        rule: "profile.known",
        expected: "a profile of this service's configuration".to_owned(),
        got: format!("{:?}", super::errors::shown(name).to_string()),
    })
}

pub(super) fn message(pause: Pause, paused: bool) -> ProfilePause {
    ProfilePause {
        profile: pause.profile.to_string(),
        paused,
        paused_time: Some(time(pause.time)),
        actor: pause.by,
        reason: pause.reason,
    }
}
