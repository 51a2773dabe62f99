//! Checks that the configured profiles fit the orders in the database: once, before anything is served. It may not change either.

use anyhow::{Context, Result, bail};
use domain::ports::{OrderKey, Store};
use domain::rules::ids::ProfileName;
use domain::rules::placement::Mode;
use persistence::Database;

use crate::config::{Checked, Config, KeyFile};

/// Checks that every order's profile is configured with a key of the order's mode and of the same profile at Mollie, or marked as retired. `true`: there is no order.
///
/// # Errors
/// Everything that does not fit, each with what to do.
pub async fn fit(checked: &Checked, config: &Config, store: &Database) -> Result<bool> {
    let mut faults = Vec::new();
    let profiles =
        store.profiles_with_orders().await.context("the profiles in the database cannot be read")?;
    let is_empty = profiles.is_empty();
    for (profile, mode) in profiles {
        let retired = checked.retired.get(&profile).copied();
        match checked.modes.get(&profile).copied().or_else(|| retired.flatten()) {
            Some(ours) if ours != mode => faults.push(other_mode(config, &profile, ours, mode)),
            Some(_) => faults.extend(other_profile(checked, config, store, &profile).await?),
            None if retired.is_some() => (),
            None => faults.extend(removed(checked, config, store, &profile, mode).await?),
        }
    }
    if faults.is_empty() {
        return Ok(is_empty);
    }
    bail!("the configuration does not fit the orders of the database:\n{}", faults.join("\n"))
}

fn other_mode(config: &Config, profile: &ProfileName, ours: Mode, orders: Mode) -> String {
    let (ours, orders) = (ours.as_str(), orders.as_str());
    format!(
        "  - {}: the key is a {ours} one, and the orders of profile {profile} in this database are {orders} orders, which \
         Mollie knows only under a {orders} key; give the {ours} key another database with {}, or another profile's name",
        config.names.of(&format!("profiles.{profile}.api_key_file")),
        config.names.of("database.url")
    )
}

/// Under an access token: a profile of Mollie's that does not have the orders of this database. An API key does not say whose it is.
async fn other_profile(
    checked: &Checked,
    config: &Config,
    store: &Database,
    profile: &ProfileName,
) -> Result<Option<String>> {
    let file = checked.key_files.iter().find(|file| file.profile == *profile);
    let Some(ours) = file.and_then(KeyFile::profile_id) else { return Ok(None) };
    let newest = store.newest_at_mollie(profile).await;
    let Some(newest) = newest.context("the newest order of a profile cannot be read")? else {
        return Ok(None);
    };
    let order = store.load_order(&OrderKey::MollieId(newest.as_str().to_owned())).await;
    let order = order.context("the newest order of a profile cannot be read")?;
    let theirs = order.and_then(|order| order.facts.mollie_profile_id);
    Ok(theirs.filter(|theirs| theirs != ours).map(|theirs| {
        format!(
            "  - {}: {ours} is another profile of Mollie's than the one that has the orders of profile {profile} in this database, \
             which is {theirs}: Mollie would not know them; set it to {theirs}, or give {ours} another profile's name, or another \
             database with {}",
            config.names.of(&format!("profiles.{profile}.profile_id")),
            config.names.of("database.url")
        )
    }))
}

/// A profile that has orders and is not configured. If none is open nothing is lost, unless all keys are of the other mode: then
/// this is the wrong database.
async fn removed(
    checked: &Checked,
    config: &Config,
    store: &Database,
    profile: &ProfileName,
    mode: Mode,
) -> Result<Option<String>> {
    let open =
        store.open_orders(profile).await.context("the open orders in the database cannot be counted")?;
    let (setting, retired) = (
        config.names.of(&format!("profiles.{profile}.api_key_file")),
        config.names.of(&format!("profiles.{profile}.retired")),
    );
    let way_out = format!(
        "set {setting} to a file with its {} key, or {retired}=true to leave its orders as they are",
        mode.as_str()
    );
    if open > 0 {
        let orders = if open == 1 { "1 order is".to_owned() } else { format!("{open} orders are") };
        return Ok(Some(format!(
            "  - profile {profile} is not configured, and {orders} still open under it: nothing would be shipped, canceled or \
             read there; {way_out}"
        )));
    }
    let (same, mode) = (checked.modes.values().any(|ours| *ours == mode), mode.as_str());
    Ok((!same).then(|| {
        format!(
            "  - this database holds {mode} orders (of profile {profile}), and no key that is configured is a {mode} one; \
             choose another database with {}, or {way_out}",
            config.names.of("database.url")
        )
    }))
}
