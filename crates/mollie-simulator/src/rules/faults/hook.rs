//! What befalls a webhook that is due, and what its queue looks like afterwards.

use jiff::{SignedDuration, Timestamp};

use super::armed::Faults;
use super::kind::HookFault;
use crate::rules::hooks::{Hook, Tampered};
use crate::rules::pattern::path_matches;
use crate::rules::world::World;

/// How long a hook that was put back waits for another one to go first.
const WAITS_FOR_ANOTHER: SignedDuration = SignedDuration::from_mins(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookFate {
    Send,
    /// This attempt fails without having been made.
    Drop,
    SendTwice,
    Delay(SignedDuration),
    /// Another hook goes first.
    PutBack,
}

impl From<HookFault> for HookFate {
    fn from(fault: HookFault) -> Self {
        match fault {
            HookFault::Dropped => Self::Drop,
            HookFault::Doubled => Self::SendTwice,
            HookFault::Delayed { after } => Self::Delay(after),
            HookFault::Reordered => Self::PutBack,
        }
    }
}

impl HookFault {
    /// Every attempt can be dropped. Otherwise a hook suffers one fault, or a copy would be copied again.
    pub(super) fn concerns(self, hook: &Hook, path: Option<&str>) -> bool {
        let may_suffer = match self {
            Self::Dropped => true,
            Self::Doubled | Self::Delayed { .. } | Self::Reordered => hook.tampered.is_none(),
        };
        may_suffer && path.is_none_or(|path| path_matches(path, path_of(&hook.url)))
    }
}

fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').and_then(|start| rest.get(start..)).unwrap_or("/");
    path.split(['?', '#']).next().unwrap_or(path)
}

impl World {
    /// The hooks to send now, oldest first, after the faults had their say on `room` of them at most. What is returned
    /// must be reported to `hook_attempted`; until then `is_on_its_way` has to know it.
    pub fn hooks_to_send(
        &mut self,
        faults: &mut Faults,
        now: Timestamp,
        room: usize,
        is_on_its_way: impl Fn(u64) -> bool,
    ) -> Vec<Hook> {
        let is_free = |hook: &&Hook| !is_on_its_way(hook.id);
        let due: Vec<Hook> = self.due_hooks(now).filter(is_free).take(room).cloned().collect();
        let mut to_send = Vec::new();
        for hook in due {
            let later = |after| now.saturating_add(after).unwrap_or(now);
            match faults.for_hook(&hook) {
                HookFate::Send => to_send.push(hook),
                HookFate::Drop => self.hook_attempted(hook.id, None, now),
                HookFate::SendTwice => {
                    let original = Hook { tampered: Some(Tampered::Done), ..hook };
                    let copy = Hook { id: self.next_hook_id(), ..original.clone() };
                    for one in [original, copy] {
                        self.save_hook(one.clone());
                        to_send.push(one);
                    }
                }
                HookFate::Delay(after) => {
                    self.save_hook(Hook { due_at: later(after), tampered: Some(Tampered::Done), ..hook });
                }
                HookFate::PutBack => {
                    let due_at = later(WAITS_FOR_ANOTHER);
                    self.save_hook(Hook { due_at, tampered: Some(Tampered::PutBack), ..hook });
                }
            }
        }
        to_send
    }
}
