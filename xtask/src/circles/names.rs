//! The names that stand in a file: paths of several segments, and words alone. Imports and tests are passed over.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{File, Item, ItemFn, ItemImpl, ItemMod, ItemUse, Macro, Path, Visibility};

use super::source::is_test;

#[derive(Default)]
pub struct Names {
    pub paths: Vec<Vec<String>>,
    pub words: Vec<String>,
}

impl Names {
    pub fn of(file: &File) -> Self {
        let mut names = Self::default();
        names.visit_file(file);
        names
    }

    fn add(&mut self, path: Vec<String>) {
        match &path[..] {
            [] => (),
            [word] => self.words.push(word.clone()),
            [_, _, ..] => self.paths.push(path),
        }
    }

    /// What a macro is given may be anything; paths in it look like paths.
    fn scan(&mut self, tokens: TokenStream) {
        let (mut path, mut colons) = (Vec::new(), 0);
        for token in tokens {
            match token {
                TokenTree::Ident(name) if colons == 2 || path.is_empty() => {
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Ident(name) => {
                    self.add(std::mem::replace(&mut path, vec![name.to_string()]));
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => colons += 1,
                TokenTree::Group(group) => {
                    self.add(std::mem::take(&mut path));
                    self.scan(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.add(std::mem::take(&mut path));
                    colons = 0;
                }
            }
        }
        self.add(path);
    }
}

impl<'a> Visit<'a> for Names {
    fn visit_item(&mut self, item: &'a Item) {
        if let Item::Mod(ItemMod { attrs, .. })
        | Item::Fn(ItemFn { attrs, .. })
        | Item::Impl(ItemImpl { attrs, .. }) = item
            && is_test(attrs)
        {
            return;
        }
        visit::visit_item(self, item);
    }

    fn visit_path(&mut self, path: &'a Path) {
        self.add(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'a Macro) {
        self.visit_path(&call.path);
        self.scan(call.tokens.clone());
    }

    fn visit_item_use(&mut self, _: &'a ItemUse) {}

    fn visit_visibility(&mut self, _: &'a Visibility) {}
}
