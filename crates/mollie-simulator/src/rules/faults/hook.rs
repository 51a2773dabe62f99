//! Lets the faults have their say on the webhooks that are due, and puts those back into the queue that do not leave now.

use jiff::{SignedDuration, Timestamp};

use super::armed::Faults;
use super::fate::HookFate;
use crate::rules::records::{Hook, Tampered};
use crate::rules::world::World;

/// How long a hook that was put back waits for another one to go first.
const WAITS_FOR_ANOTHER: SignedDuration = SignedDuration::from_mins(1);

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
