//! Seeded histories of the workflow. The futures are those that production polls; storage, network, time and crashes are
//! simulated, and every choice follows from the seed.

pub mod memory;
