//! The names that stand in a file: paths of several segments, words alone, and imports. Tests are passed over.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{File, ImplItemFn, Item, ItemImpl, ItemUse, Macro, Path, Type, Visibility};

use super::{Mention, is_for_tests, is_test, line};

#[derive(Default)]
pub struct Names<'a> {
    pub paths: Vec<Mention>,
    pub words: Vec<String>,
    pub uses: Vec<&'a ItemUse>,
    /// What `Self` means here, if that has a name.
    owner: Vec<Ident>,
}

impl<'a> Names<'a> {
    pub fn of(file: &'a File) -> Self {
        let mut names = Self::default();
        names.visit_file(file);
        names
    }

    fn add(&mut self, path: &[Ident]) {
        match path {
            [] => (),
            [word] => self.words.push(word.to_string()),
            [first, rest @ ..] => {
                let is_owner = first == "Self" && !self.owner.is_empty();
                let start = if is_owner { &self.owner[..] } else { &path[..1] };
                let path = start.iter().chain(rest).map(Ident::to_string).collect();
                self.paths.push(Mention { path, line: line(&first.span()) });
            }
        }
    }

    /// What a macro is given may be anything; paths in it look like paths. An item for tests only is passed over here, too.
    fn scan(&mut self, tokens: TokenStream) {
        let (mut path, mut colons) = (Vec::<Ident>::new(), 0);
        let mut is_for_tests = false;
        for token in tokens {
            match token {
                token if is_for_tests => is_for_tests = !ends_item(&token),
                TokenTree::Group(group) if group.stream().to_string() == "cfg (test)" => {
                    self.add(&std::mem::take(&mut path));
                    is_for_tests = true;
                }
                TokenTree::Ident(name) if colons == 2 || path.is_empty() => {
                    path.push(name);
                    colons = 0;
                }
                TokenTree::Ident(name) => {
                    self.add(&std::mem::replace(&mut path, vec![name]));
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => colons += 1,
                TokenTree::Group(group) => {
                    self.add(&std::mem::take(&mut path));
                    self.scan(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.add(&std::mem::take(&mut path));
                    colons = 0;
                }
            }
        }
        self.add(&path);
    }
}

impl<'a> Visit<'a> for Names<'a> {
    fn visit_item(&mut self, item: &'a Item) {
        if !is_for_tests(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'a ImplItemFn) {
        if !is_test(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_impl(&mut self, block: &'a ItemImpl) {
        let owner = if let Type::Path(owner) = &*block.self_ty { segments(&owner.path) } else { Vec::new() };
        let before = std::mem::replace(&mut self.owner, owner);
        visit::visit_item_impl(self, block);
        self.owner = before;
    }

    fn visit_path(&mut self, path: &'a Path) {
        self.add(&segments(path));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'a Macro) {
        self.visit_path(&call.path);
        self.scan(call.tokens.clone());
    }

    fn visit_item_use(&mut self, import: &'a ItemUse) {
        self.uses.push(import);
    }

    fn visit_visibility(&mut self, _: &'a Visibility) {}
}

/// Whether an item ends here: with its body, or with a semicolon.
fn ends_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}

fn segments(path: &Path) -> Vec<Ident> {
    path.segments.iter().map(|segment| segment.ident.clone()).collect()
}
