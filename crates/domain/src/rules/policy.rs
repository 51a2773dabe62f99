//! What a profile has chosen of how its orders are worked on. It holds choices, and decides nothing.

use std::sync::Arc;

use super::auto_ship::AutoShip;
use super::companion::Companions;
use super::deadline::Deadlines;
use super::deadline_policy::Automatic;
use super::payment_window::PaymentWindows;
use super::second_chance::SecondChance;
use super::surplus::Surplus;

/// A profile's choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub companions: Companions,
    pub surplus: Surplus,
    /// When its people are warned.
    pub deadlines: Arc<Deadlines>,
    /// What is done unasked before a deadline.
    pub automatic: Automatic,
    /// Whether a shopper whose attempt to pay has ended gets another one unasked.
    pub second_chance: Option<Arc<SecondChance>>,
    /// How long an order may stay unpaid.
    pub payment_windows: Arc<PaymentWindows>,
    /// What is shipped unasked.
    pub auto_ship: AutoShip,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            companions: Companions::Join,
            surplus: Surplus::Review,
            deadlines: Arc::default(),
            automatic: Automatic::default(),
            second_chance: None,
            payment_windows: Arc::default(),
            auto_ship: AutoShip::default(),
        }
    }
}
