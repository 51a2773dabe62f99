//! The files of a crate, each with what it defines, hands on and takes from others.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result};
use syn::{Attribute, File, Item, Meta, UseTree, Visibility};

use super::names::Names;

/// A module's path from the root of its crate.
pub type Module = Vec<String>;

/// One import: under which name, and what.
#[derive(Clone, Debug)]
pub struct Import {
    pub name: String,
    pub path: Vec<String>,
}

/// One file, which is one module.
pub struct Source {
    pub file: PathBuf,
    pub imports: Vec<Import>,
    /// What it hands on under a name of its own.
    pub exports: Vec<Import>,
    /// Every path of several segments in it.
    pub paths: Vec<Vec<String>>,
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
            parsed.insert(module(path), (path.to_owned(), file));
        }
        let tests = |module: &Module| (1..=module.len()).any(|n| is_of_tests(&parsed, &module[..n]));
        let left_out: Vec<_> = parsed.keys().filter(|module| tests(module)).cloned().collect();
        parsed.retain(|module, _| !left_out.contains(module));
        Ok(Self(parsed.into_iter().map(|(module, (path, file))| (module, Source::of(path, &file))).collect()))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl Source {
    fn of(file: PathBuf, parsed: &File) -> Self {
        let (mut imports, mut exports) = (Vec::new(), Vec::new());
        for item in &parsed.items {
            if let Item::Use(import) = item
                && !is_test(&import.attrs)
            {
                let list =
                    if matches!(import.vis, Visibility::Inherited) { &mut imports } else { &mut exports };
                flatten(&import.tree, &mut Vec::new(), list);
            }
        }
        let Names { paths, words } = Names::of(parsed);
        Self { file, imports, exports, paths, words }
    }
}

/// Whether the parent of the last module says that it is for tests.
fn is_of_tests(files: &BTreeMap<Module, (PathBuf, File)>, module: &[String]) -> bool {
    let Some((name, parent)) = module.split_last() else { return false };
    let Some((_, parent)) = files.get(parent) else { return false };
    parent.items.iter().any(|item| matches!(item, Item::Mod(one) if one.ident == name && is_test(&one.attrs)))
}

/// Whether an item is compiled for tests only.
pub fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        Meta::Path(_) | Meta::NameValue(_) => false,
    })
}

fn flatten(tree: &UseTree, before: &mut Vec<String>, list: &mut Vec<Import>) {
    let import = |name: String, path: &[String]| Import { name, path: path.to_vec() };
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, list);
            before.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, list)),
        UseTree::Glob(_) => list.push(import("*".to_owned(), before)),
        UseTree::Name(name) if name.ident == "self" => {
            list.push(import(before.last().cloned().unwrap_or_default(), before));
        }
        UseTree::Rename(name) if name.ident == "self" => list.push(import(name.rename.to_string(), before)),
        UseTree::Name(name) => list.push(import(name.ident.to_string(), &extended(before, &name.ident))),
        UseTree::Rename(name) => list.push(import(name.rename.to_string(), &extended(before, &name.ident))),
    }
}

fn extended(before: &[String], name: &impl ToString) -> Vec<String> {
    before.iter().cloned().chain([name.to_string()]).collect()
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
