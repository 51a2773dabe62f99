//! Which kinds there are, as the enum of tasks says, and where the room of each is.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use proc_macro2::{Ident, TokenTree};
use syn::parse::{ParseBuffer, ParseStream, Parser};
use syn::{Attribute, Item, Token, braced};

use crate::source::{Crate, Module, Source};

/// Where the kinds are told apart: their enum, and the only match over it.
const ENUM: [&str; 2] = ["operations", "task"];
const MATCH: [&str; 2] = ["operations", "kinds"];

/// The enums of [`ENUM`]: of names, and of tasks.
pub const ENUMS: [&str; 2] = ["OperationKind", "Task"];

/// The kinds, each by its variant and the name of its room.
pub struct Rooms(Vec<(String, String)>);

impl Rooms {
    /// # Errors
    /// An enum that is not where it should be, or a kind without a room.
    pub fn of(files: &Crate) -> Result<Self> {
        let Some(source) = files.0.get(&ENUM.map(str::to_owned)[..]) else {
            bail!("there is no {}", ENUM.join("::"))
        };
        let mut kinds = BTreeSet::new();
        for name in ENUMS {
            let found = variants(source, name);
            if found.is_empty() {
                bail!("{} has no variants of {name} that can be read", source.file.display());
            }
            kinds.extend(found);
        }
        let rooms = Self(kinds.into_iter().map(|kind| (kind.clone(), snake_case(&kind))).collect());
        for (kind, room) in &rooms.0 {
            if !files.0.keys().any(|module| rooms.entered(module) == Some(room)) {
                bail!("{kind} has no room operations/{room}");
            }
        }
        Ok(rooms)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_kind(&self, name: &str) -> bool {
        self.0.iter().any(|(kind, _)| kind == name)
    }

    /// The room that a path leads into.
    pub fn entered(&self, path: &[String]) -> Option<&str> {
        let ["operations", name] = path.get(..2)?.iter().map(String::as_str).collect::<Vec<_>>()[..] else {
            return None;
        };
        self.0.iter().map(|(_, room)| room.as_str()).find(|room| *room == name)
    }

    /// Whether kinds may be named in a file.
    pub fn may_name(&self, module: &Module) -> bool {
        *module == ENUM || *module == MATCH || self.entered(module).is_some()
    }
}

fn variants(source: &Source, name: &str) -> Vec<String> {
    let of_item = |item: &Item| {
        if let Item::Enum(one) = item {
            (one.ident.to_string(), one.variants.iter().map(|variant| variant.ident.to_string()).collect())
        } else if let Item::Macro(one) = item {
            words.parse2(one.mac.tokens.clone()).unwrap_or_default()
        } else {
            Default::default()
        }
    };
    let enums = source.parsed.items.iter().map(of_item);
    enums.filter(|(found, _)| found == name).flat_map(|(_, variants)| variants).collect()
}

/// `Name { Variant = "word", … }`: an enum as the macro `words` is given it.
fn words(input: ParseStream<'_>) -> syn::Result<(String, Vec<String>)> {
    input.call(Attribute::parse_outer)?;
    let name = input.parse::<Ident>()?;
    let (mut variants, inner) = (Vec::new(), inner(input)?);
    while !inner.is_empty() {
        inner.call(Attribute::parse_outer)?;
        variants.push(inner.parse::<Ident>()?.to_string());
        while inner.parse::<Option<Token![,]>>()?.is_none() && !inner.is_empty() {
            inner.parse::<TokenTree>()?;
        }
    }
    Ok((name.to_string(), variants))
}

fn inner<'a>(input: ParseStream<'a>) -> syn::Result<ParseBuffer<'a>> {
    let inner;
    braced!(inner in input);
    Ok(inner)
}

/// `PlaceOrder` lives in `place_order`.
fn snake_case(kind: &str) -> String {
    let mut name = String::new();
    for letter in kind.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}
