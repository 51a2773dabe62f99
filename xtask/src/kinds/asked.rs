//! Comparisons that ask which kind an operation is: `==`, `!=` or `matches!` on the name of a task. Types are not known here,
//! so a task is what is called `task`, and its facts what is called `facts`.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::visit::{self, Visit};
use syn::{
    BinOp, Block, Expr, ExprBinary, ExprCast, ExprField, ExprMethodCall, ExprParen, ExprReference, ExprUnary,
    File, Ident, ImplItemFn, Item, ItemFn, Local, Macro, Member, Pat, PatType, Token, Type,
};

use super::rooms::ENUMS;
use crate::source::{is_for_tests, is_test, line};

/// The comparisons of a file, by their lines.
#[derive(Default)]
pub struct Asked {
    lines: Vec<usize>,
    /// What holds the name of a kind here.
    names: Vec<Ident>,
}

impl Asked {
    pub fn of(file: &File) -> Vec<usize> {
        let mut asked = Self::default();
        asked.visit_file(file);
        asked.lines
    }

    /// Notes a comparison if what is compared is the name of a kind, or made of one.
    fn compare(&mut self, compared: &Expr) {
        if let Some(name) = self.name(compared) {
            self.lines.push(line(&name.span()));
        }
    }

    fn name<'e>(&self, expr: &'e Expr) -> Option<&'e Ident> {
        if let Expr::Tuple(tuple) = expr {
            return tuple.elems.iter().find_map(|one| self.name(one));
        }
        let inner = inner(expr);
        match (called(expr), inner.and_then(called)) {
            (Some(name), Some(of)) if name == "name" && (of == "task" || of == "facts") => Some(name),
            (Some(name), None) if self.names.contains(name) => Some(name),
            (Some(_) | None, Some(_) | None) => inner.and_then(|inner| self.name(inner)),
        }
    }

    /// What is named within stays within.
    fn within(&mut self, look: impl FnOnce(&mut Self)) {
        let before = self.names.len();
        look(self);
        self.names.truncate(before);
    }
}

impl<'a> Visit<'a> for Asked {
    fn visit_item(&mut self, item: &'a Item) {
        if !is_for_tests(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_fn(&mut self, function: &'a ItemFn) {
        self.within(|asked| visit::visit_item_fn(asked, function));
    }

    fn visit_impl_item_fn(&mut self, function: &'a ImplItemFn) {
        if !is_test(&function.attrs) {
            self.within(|asked| visit::visit_impl_item_fn(asked, function));
        }
    }

    fn visit_block(&mut self, block: &'a Block) {
        self.within(|asked| visit::visit_block(asked, block));
    }

    fn visit_local(&mut self, local: &'a Local) {
        visit::visit_local(self, local);
        if let (Pat::Ident(bound), Some(init)) = (&local.pat, &local.init)
            && self.name(&init.expr).is_some()
        {
            self.names.push(bound.ident.clone());
        }
    }

    fn visit_pat_type(&mut self, bound: &'a PatType) {
        visit::visit_pat_type(self, bound);
        if let (Pat::Ident(name), Type::Path(path)) = (&*bound.pat, &*bound.ty)
            && path.path.segments.last().is_some_and(|last| last.ident == ENUMS[0])
        {
            self.names.push(name.ident.clone());
        }
    }

    fn visit_expr_binary(&mut self, binary: &'a ExprBinary) {
        if matches!(binary.op, BinOp::Eq(_) | BinOp::Ne(_)) {
            self.compare(&binary.left);
            self.compare(&binary.right);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_method_call(&mut self, call: &'a ExprMethodCall) {
        if call.method == "eq" || call.method == "ne" {
            self.compare(&call.receiver);
            call.args.iter().for_each(|argument| self.compare(argument));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, call: &'a Macro) {
        let arguments = arguments(call.tokens.clone());
        let name = call.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        let compared = if name == "matches" { 1 } else { 2 };
        if name == "matches" || name.ends_with("assert_eq") || name.ends_with("assert_ne") {
            arguments.iter().take(compared).for_each(|argument| self.compare(argument));
        }
        for argument in &arguments {
            Visit::visit_expr(self, argument);
        }
    }
}

/// What an expression is made of, if that is one thing.
fn inner(expr: &Expr) -> Option<&Expr> {
    if let Expr::Paren(ExprParen { expr: inner, .. })
    | Expr::Reference(ExprReference { expr: inner, .. })
    | Expr::Unary(ExprUnary { expr: inner, .. })
    | Expr::Cast(ExprCast { expr: inner, .. })
    | Expr::Field(ExprField { base: inner, .. })
    | Expr::MethodCall(ExprMethodCall { receiver: inner, .. }) = expr
    {
        Some(inner)
    } else {
        None
    }
}

/// The name that an expression ends with: `task` of `operation.task`, `facts` of `kind.facts()`.
fn called(expr: &Expr) -> Option<&Ident> {
    if let Expr::Path(path) = expr {
        path.path.segments.last().map(|last| &last.ident)
    } else if let Expr::Field(ExprField { member: Member::Named(member), .. }) = expr {
        Some(member)
    } else if let Expr::MethodCall(call) = expr {
        Some(&call.method)
    } else if let Expr::Paren(_) | Expr::Reference(_) = expr {
        inner(expr).and_then(called)
    } else {
        None
    }
}

/// What a macro is given, as far as it reads like expressions between commas.
fn arguments(tokens: TokenStream) -> Vec<Expr> {
    let mut read = Vec::new();
    let reader = |input: ParseStream<'_>| {
        while !input.is_empty() {
            read.push(input.parse()?);
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    };
    // What comes after is a pattern or something of the macro's own; the paths in it are found as names.
    let _: syn::Result<()> = reader.parse2(tokens);
    read
}
