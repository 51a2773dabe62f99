//! The files of a crate but its tests, each with what it defines, hands on and takes from others. It judges nothing.

mod names;
mod resolve;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result};
use proc_macro2::Span;
use syn::{
    Attribute, File, Ident, Item, ItemConst, ItemEnum, ItemFn, ItemImpl, ItemMod, ItemStruct, ItemTrait,
    ItemUse, Meta, UseTree, Visibility,
};

use names::Names;

/// A module's path from the root of its crate.
pub type Module = Vec<String>;

/// One import: under which name, what, and in which line.
#[derive(Clone, Debug)]
pub struct Import {
    pub name: String,
    pub path: Vec<String>,
    pub line: usize,
}

/// A path that stands in a file, and in which line.
pub struct Mention {
    pub path: Vec<String>,
    pub line: usize,
}

/// One file, which is one module.
pub struct Source {
    pub file: PathBuf,
    pub text: String,
    pub parsed: File,
    pub imports: Vec<Import>,
    /// What it hands on under a name of its own.
    pub exports: Vec<Import>,
    /// Every path of several segments in it.
    pub paths: Vec<Mention>,
    /// Every name in it that stands alone.
    pub words: Vec<String>,
}

/// The files of a crate, but tests.
pub struct Crate(pub BTreeMap<Module, Source>);

impl Crate {
    pub fn read(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        collect(root, &mut files)?;
        let mut texts = Vec::new();
        for file in &files {
            let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
            texts.push((file.strip_prefix(root)?, text));
        }
        Self::parse(texts.into_iter())
    }

    pub fn parse<'a>(files: impl Iterator<Item = (&'a Path, String)>) -> Result<Self> {
        let mut parsed = BTreeMap::new();
        for (path, text) in files {
            let file = syn::parse_file(&text).with_context(|| path.display().to_string())?;
            parsed.insert(module(path), (path.to_owned(), text, file));
        }
        let tests = |module: &Module| (1..=module.len()).any(|n| is_of_tests(&parsed, &module[..n]));
        let left_out: Vec<_> = parsed.keys().filter(|module| tests(module)).cloned().collect();
        parsed.retain(|module, _| !left_out.contains(module));
        let source = |(path, text, file)| Source::of(path, text, file);
        Ok(Self(parsed.into_iter().map(|(module, read)| (module, source(read))).collect()))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl Source {
    fn of(file: PathBuf, text: String, parsed: File) -> Self {
        let Names { paths, words, uses, .. } = Names::of(&parsed);
        let (mut imports, mut exports) = (Vec::new(), Vec::new());
        for import in uses {
            let list = if matches!(import.vis, Visibility::Inherited) { &mut imports } else { &mut exports };
            flatten(&import.tree, &mut Vec::new(), list);
        }
        Self { file, text, imports, exports, paths, words, parsed }
    }

    /// A line as it stands there. The first is 1.
    pub fn line(&self, number: usize) -> &str {
        self.text.lines().nth(number.saturating_sub(1)).unwrap_or_default().trim()
    }
}

/// Whether the parent of the last module says that it is for tests.
fn is_of_tests(files: &BTreeMap<Module, (PathBuf, String, File)>, module: &[String]) -> bool {
    let Some((name, parent)) = module.split_last() else { return false };
    let Some((_, _, parent)) = files.get(parent) else { return false };
    parent.items.iter().any(|item| matches!(item, Item::Mod(one) if one.ident == name && is_test(&one.attrs)))
}

/// Whether an item is compiled for tests only.
pub fn is_for_tests(item: &Item) -> bool {
    if let Item::Const(ItemConst { attrs, .. })
    | Item::Enum(ItemEnum { attrs, .. })
    | Item::Fn(ItemFn { attrs, .. })
    | Item::Impl(ItemImpl { attrs, .. })
    | Item::Mod(ItemMod { attrs, .. })
    | Item::Struct(ItemStruct { attrs, .. })
    | Item::Trait(ItemTrait { attrs, .. })
    | Item::Use(ItemUse { attrs, .. }) = item
    {
        is_test(attrs)
    } else {
        false
    }
}

/// Whether what bears these attributes is compiled for tests only.
pub fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        Meta::Path(_) | Meta::NameValue(_) => false,
    })
}

fn flatten(tree: &UseTree, before: &mut Vec<String>, list: &mut Vec<Import>) {
    let import = |name: &dyn ToString, path: &[String], line| Import {
        name: name.to_string(),
        path: path.to_vec(),
        line,
    };
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, list);
            before.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, list)),
        UseTree::Glob(glob) => list.push(import(&'*', before, line(&glob.star_token.span))),
        UseTree::Name(name) if name.ident == "self" => {
            let last = before.last().cloned().unwrap_or_default();
            list.push(import(&last, before, line(&name.ident.span())));
        }
        UseTree::Rename(name) => {
            let path = if name.ident == "self" { before.clone() } else { extended(before, &name.ident) };
            list.push(import(&name.rename, &path, line(&name.ident.span())));
        }
        UseTree::Name(name) => {
            list.push(import(&name.ident, &extended(before, &name.ident), line(&name.ident.span())));
        }
    }
}

fn extended(before: &[String], name: &Ident) -> Vec<String> {
    before.iter().cloned().chain([name.to_string()]).collect()
}

/// The line that something begins in.
pub fn line(span: &Span) -> usize {
    span.start().line
}

/// `rules/shipment/plan.rs` is `rules::shipment::plan`; `lib.rs` is the root, and `mod.rs` its folder.
fn module(path: &Path) -> Module {
    let mut parts: Module =
        path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts.pop_if(|last| last == "mod" || last == "lib");
    parts
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension() == Some(OsStr::new("rs")) {
            files.push(path);
        }
    }
    Ok(())
}
