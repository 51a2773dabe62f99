//! The HTML of the checkout. Plain forms, no scripts; every text that comes from outside is escaped.

use std::fmt::Write;

use crate::rules::{CheckoutView, FinalState, OrderStatus};

const STYLE: &str = "body{font-family:system-ui,sans-serif;background:#f4f5f7;color:#1c1d21;margin:0}\
main{max-width:26rem;margin:3rem auto;padding:2rem;background:#fff;border:1px solid #dfe1e6;border-radius:.5rem}\
h1{font-size:1.25rem;margin:0 0 1rem}dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:0 0 1.5rem}\
dt{color:#5e6470}dd{margin:0;text-align:right}fieldset{border:1px solid #dfe1e6;border-radius:.25rem;margin:0 0 1rem}\
label{display:block;padding:.35rem 0}select{width:100%;padding:.4rem;margin-bottom:1rem}\
button{width:100%;padding:.6rem;border:0;border-radius:.25rem;background:#0b5fff;color:#fff;font-size:1rem}";

/// The form, or what has become of the order when it cannot be paid any more.
pub fn checkout(view: &CheckoutView) -> String {
    let mut body = String::new();
    body.push_str("<h1>Test checkout</h1>\n<dl>");
    for (name, value) in
        [("Description", &view.description), ("Order number", &view.order_number), ("Amount", &view.amount)]
    {
        put(&mut body, format_args!("<dt>{name}</dt><dd>{}</dd>", escaped(value)));
    }
    body.push_str("</dl>\n");
    if view.results.is_empty() {
        let status = view.status.as_text();
        put(
            &mut body,
            format_args!("<p>This order can no longer be paid. It is <strong>{status}</strong>.</p>\n"),
        );
    } else {
        if view.status == OrderStatus::Pending {
            body.push_str("<p>The shopper is done. The payment is <strong>pending</strong>.</p>\n");
        }
        put_form(&mut body, view);
    }
    document(&view.description, &body)
}

pub fn message(title: &str, text: &str) -> String {
    document(title, &format!("<h1>{}</h1>\n<p>{}</p>\n", escaped(title), escaped(text)))
}

fn put_form(body: &mut String, view: &CheckoutView) {
    // No action: the form goes to its own address.
    body.push_str("<form method=\"post\">\n");
    if let [_, _, ..] = view.methods.as_slice() {
        body.push_str("<label for=\"method\">Method</label>\n<select id=\"method\" name=\"method\">\n");
        body.push_str("<option value=\"\">Any that fits</option>\n");
        for method in &view.methods {
            let method = escaped(method);
            put(body, format_args!("<option value=\"{method}\">{method}</option>\n"));
        }
        body.push_str("</select>\n");
    }
    body.push_str("<fieldset>\n<legend>How does the payment end?</legend>\n");
    for (index, state) in view.results.iter().enumerate() {
        let (name, checked) = (state.as_text(), if index == 0 { " checked" } else { "" });
        put(
            body,
            format_args!(
                "<label for=\"state-{name}\"><input type=\"radio\" id=\"state-{name}\" name=\"final_state\" \
                 value=\"{name}\" required{checked}> {}</label>\n",
                caption(*state)
            ),
        );
    }
    body.push_str("</fieldset>\n<button type=\"submit\">Continue</button>\n</form>\n");
}

fn caption(state: FinalState) -> &'static str {
    match state {
        FinalState::Paid => "Paid",
        FinalState::Authorized => "Authorized",
        FinalState::Pending => "Pending: not decided yet",
        FinalState::Failed => "Failed",
        FinalState::Canceled => "Canceled",
        FinalState::Expired => "Expired",
        FinalState::Open => "Open: not finished yet",
    }
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{} - Checkout simulator</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n{body}</main>\n</body>\n</html>\n",
        escaped(title)
    )
}

fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(arguments);
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
