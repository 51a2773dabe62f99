//! A page of a list, and where the next one begins.

use domain::rules::misread::Misread;

use crate::json::Object;
use crate::lookup::cursor;

/// One page of a payment's list.
pub struct Page<R> {
    pub items: Vec<R>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// Reads a page whose items stand under `name`. A list without them proves nothing.
pub fn read<R>(
    list: &Object<'_>,
    name: &str,
    item: impl Fn(&Object<'_>) -> Result<R, Misread>,
) -> Result<Page<R>, Misread> {
    let embedded = list.object("_embedded")?.ok_or_else(|| list.wrong("_embedded", "an object"))?;
    let items = embedded.objects(name)?.ok_or_else(|| embedded.wrong(name, "a list"))?;
    let next = list.link("next")?;
    let next = next.map(|href| cursor(&href).ok_or_else(|| list.wrong("_links.next.href", "a cursor")));
    Ok(Page { items: items.iter().map(item).collect::<Result<_, Misread>>()?, next: next.transpose()? })
}
