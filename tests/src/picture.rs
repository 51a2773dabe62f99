//! Traces as a picture: what belongs to what, in its order. It has no times and no ids, so the same traces always give the same picture.

use std::fmt::Write;

use crate::collector::Seen;

const WIDTH: usize = 900;
const ROW: usize = 22;
const STEP: usize = 22;

/// Some traces, each under a title.
#[derive(Default)]
pub struct Forest {
    rows: Vec<Row>,
}

struct Row {
    depth: usize,
    text: String,
    kind: Kind,
    /// The spans that this row stands for.
    ids: Vec<String>,
    links: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Title,
    Ours,
    /// A call of somebody else: the database or Mollie.
    Out,
}

impl Forest {
    pub fn title(&mut self, text: &str) {
        let row =
            Row { depth: 0, text: text.to_owned(), kind: Kind::Title, ids: Vec::new(), links: Vec::new() };
        self.rows.push(row);
    }

    /// Adds a span with all that always belongs to it. How often a call looks whether its operation has ended, and which of several
    /// look-ups finds something, is chance: statements are shown within transactions alone, and of look-ups what they ask Mollie.
    pub fn tree(&mut self, all: &[Seen], root: &Seen) {
        self.grow(all, root, 1);
    }

    fn grow(&mut self, all: &[Seen], span: &Seen, depth: usize) {
        let kind = if span.kind == 3 { Kind::Out } else { Kind::Ours };
        let (ids, links) = (vec![span.id.clone()], span.links.clone());
        self.rows.push(Row { depth, text: span.name.clone(), kind, ids, links });
        if span.name.starts_with("transaction ") {
            let (text, ids) = ("statements".to_owned(), Vec::new());
            self.rows.push(Row { depth: depth + 1, text, kind: Kind::Out, ids, links: Vec::new() });
            return;
        }
        let is_shown = |child: &&Seen| {
            let is_of_database = child.attributes.contains_key("db.system.name");
            let is_transaction = child.name.starts_with("transaction ");
            child.parent == span.id && (!is_of_database || is_transaction && span.name != "look-up")
        };
        let mut children: Vec<_> = all.iter().filter(is_shown).collect();
        children.sort_by_key(|child| child.start);
        children.iter().for_each(|child| self.grow(all, child, depth + 1));
    }

    /// The picture.
    pub fn svg(&self) -> String {
        let height = self.rows.len() * ROW + 16;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" font-family=\"sans-serif\" \
             font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
        );
        for (n, row) in self.rows.iter().enumerate() {
            row.draw(8 + n * ROW, &mut svg);
        }
        for (n, row) in self.rows.iter().enumerate() {
            for link in &row.links {
                if let Some(to) = self.rows.iter().position(|other| other.ids.contains(link)) {
                    arrow(8 + n * ROW, 8 + to * ROW, &mut svg);
                }
            }
        }
        svg + "</svg>\n"
    }
}

impl Row {
    fn draw(&self, y: usize, svg: &mut String) {
        let (x, width) = (8 + self.depth * STEP, WIDTH - 160 - self.depth * STEP);
        let text = self.text.replace('&', "&amp;").replace('<', "&lt;");
        let fill = match self.kind {
            Kind::Title => {
                let _ = writeln!(svg, "<text x=\"8\" y=\"{}\" font-weight=\"bold\">{text}</text>", y + 15);
                return;
            }
            Kind::Ours => "#cfe3f7",
            Kind::Out => "#f6dfbf",
        };
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"18\" rx=\"3\" fill=\"{fill}\"/>\n<text x=\"{}\" y=\"{}\">{text}</text>",
            x + 6,
            y + 13
        );
    }
}

/// From a span to one that it is linked with.
fn arrow(from: usize, to: usize, svg: &mut String) {
    let (x, out) = (WIDTH - 150, WIDTH - 150 + (from.abs_diff(to) / 6).clamp(20, 120));
    let _ = writeln!(
        svg,
        "<path d=\"M {x} {} C {out} {}, {out} {}, {x} {}\" fill=\"none\" stroke=\"#777777\" stroke-dasharray=\"4 3\"/>\n\
         <circle cx=\"{x}\" cy=\"{}\" r=\"3\" fill=\"#777777\"/>",
        from + 9,
        from + 9,
        to + 9,
        to + 9,
        to + 9
    );
}

/// Compares a picture with the one that is kept, or keeps it.
pub fn compare(picture: &str, path: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, picture).expect("the picture can be written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == picture, "{path} is old: cargo xtask trace-picture\n{picture}");
}
