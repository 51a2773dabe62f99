//! What each parameter of a statement means. What is not understood is an error: a floor with wrong values is none.

use anyhow::{Context, Result, bail, ensure};

use super::tokens::{Token, tokens};

/// What a parameter stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A column's value after the statement, of the so manieth row it writes.
    Written { column: String, row: usize },
    /// A column's value before the statement, by which its row is found.
    Compared { column: String },
    /// How long a lease lasts, added to the database's clock.
    Lease,
    /// How many rows are wanted.
    Limit,
}

/// A statement that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    pub table: String,
    /// Rows it writes anew.
    pub inserts: usize,
    /// What the parameters mean, in their order.
    pub parameters: Vec<Meaning>,
}

/// Understands a statement that writes one table or reads one.
///
/// # Errors
/// It is not understood, with the reason.
pub fn parse(sql: &str) -> Result<Parsed> {
    parsed(sql).with_context(|| format!("the benchmark must be taught this statement: {sql}"))
}

fn parsed(sql: &str) -> Result<Parsed> {
    let tokens = tokens(sql)?;
    let (table, inserts, meanings) = match tokens.first() {
        Some(Token::Name(word)) if word.eq_ignore_ascii_case("insert") => insert(&tokens)?,
        Some(Token::Name(word)) if word.eq_ignore_ascii_case("update") => {
            (name(&tokens, 1)?, 0, conditions(&tokens)?)
        }
        Some(Token::Name(word)) if word.eq_ignore_ascii_case("select") => {
            let from = outermost(&tokens, "from").context("it selects from nothing")?;
            (name(&tokens, from + 1)?, 0, conditions(&tokens)?)
        }
        // What it writes is handed on to a second table, which takes no parameters of its own.
        Some(Token::Name(word)) if word.eq_ignore_ascii_case("with") => {
            let begin = tokens.iter().position(|token| is(token, "insert"));
            insert(&tokens[begin.context("it hands on what it does not insert")?..])?
        }
        _ => bail!("it neither inserts, nor updates, nor selects"),
    };
    let count = tokens.iter().filter_map(|token| match token {
        Token::Parameter { number, .. } => Some(*number),
        Token::Name(_) | Token::Literal | Token::Mark(_) => None,
    });
    let count = count.max().unwrap_or(0);
    let parameters = (1..=count).map(|number| {
        let found = meanings.iter().find(|(n, _)| *n == number);
        found
            .map(|(_, meaning)| meaning.clone())
            .with_context(|| format!("parameter {number} is of no column"))
    });
    Ok(Parsed { table, inserts, parameters: parameters.collect::<Result<_>>()? })
}

type Meanings = Vec<(usize, Meaning)>;

fn insert(tokens: &[Token]) -> Result<(String, usize, Meanings)> {
    let table = name(tokens, 2)?;
    let (columns, after) = group(tokens, 3)?;
    let columns = columns.into_iter().map(|column| name(column, 0)).collect::<Result<Vec<_>>>()?;
    ensure!(tokens.get(after).is_some_and(|token| is(token, "values")), "it inserts no plain values");
    let (mut meanings, mut row, mut at) = (Vec::new(), 0, after + 1);
    loop {
        let (values, after) = group(tokens, at)?;
        ensure!(values.len() == columns.len(), "{} columns and {} values", columns.len(), values.len());
        for (column, value) in columns.iter().zip(values) {
            meanings.extend(written(column, row, value)?);
        }
        row += 1;
        match tokens.get(after) {
            Some(Token::Mark(',')) => at = after + 1,
            _ => return Ok((table, row, meanings)),
        }
    }
}

fn written(column: &str, row: usize, value: &[Token]) -> Result<Option<(usize, Meaning)>> {
    let number = value.iter().find_map(number);
    Ok(match (value, number) {
        (_, None) => None,
        ([Token::Parameter { .. }], Some(number)) => {
            Some((number, Meaning::Written { column: column.to_owned(), row }))
        }
        (_, Some(number)) if column == "lease_until" => Some((number, Meaning::Lease)),
        (_, Some(_)) => bail!("{column} is written by an expression"),
    })
}

/// Parameters of `column = $1`, `column IN ($1, $2)` and `LIMIT $1`, before and after WHERE.
fn conditions(tokens: &[Token]) -> Result<Meanings> {
    let condition = outermost(tokens, "where").unwrap_or(tokens.len());
    let mut meanings = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some(number) = number(token) else { continue };
        let before = |back: usize| at.checked_sub(back).and_then(|at| tokens.get(at));
        let meaning = match (before(2), before(1)) {
            (_, Some(limit)) if is(limit, "limit") => Meaning::Limit,
            (Some(Token::Name(column)), Some(Token::Mark('='))) if at < condition => {
                Meaning::Written { column: column.clone(), row: 0 }
            }
            (Some(Token::Name(column)), Some(Token::Mark('='))) => {
                Meaning::Compared { column: column.clone() }
            }
            (_, Some(Token::Mark('+'))) => Meaning::Lease,
            _ => Meaning::Compared { column: of_list(tokens, at)? },
        };
        meanings.push((number, meaning));
    }
    Ok(meanings)
}

/// The column of `column IN (…, $1, …)`.
fn of_list(tokens: &[Token], at: usize) -> Result<String> {
    let inside = |token: &Token| number(token).is_some() || *token == Token::Mark(',');
    let open = tokens[..at].iter().rposition(|token| !inside(token)).context("a list without a begin")?;
    ensure!(
        tokens[open] == Token::Mark('(') && open >= 2 && is(&tokens[open - 1], "in"),
        "it compares in a new way"
    );
    name(tokens, open - 2)
}

fn number(token: &Token) -> Option<usize> {
    match token {
        Token::Parameter { number, .. } => Some(*number),
        Token::Name(_) | Token::Literal | Token::Mark(_) => None,
    }
}

/// Where a word stands outside all parentheses.
fn outermost(tokens: &[Token], word: &str) -> Option<usize> {
    let mut depth = 0_usize;
    tokens.iter().position(|token| {
        match token {
            Token::Mark('(') => depth += 1,
            Token::Mark(')') => depth = depth.saturating_sub(1),
            Token::Mark(_) | Token::Name(_) | Token::Literal | Token::Parameter { .. } => (),
        }
        depth == 0 && is(token, word)
    })
}

fn is(token: &Token, word: &str) -> bool {
    matches!(token, Token::Name(name) if name.eq_ignore_ascii_case(word))
}

fn name(tokens: &[Token], at: usize) -> Result<String> {
    match tokens.get(at) {
        Some(Token::Name(name)) => Ok(name.clone()),
        other => bail!("a name was expected, not {other:?}"),
    }
}

/// What stands in parentheses, cut at its commas, and where it goes on behind.
fn group(tokens: &[Token], at: usize) -> Result<(Vec<&[Token]>, usize)> {
    ensure!(tokens.get(at) == Some(&Token::Mark('(')), "a parenthesis was expected");
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_usize, at + 1);
    for (n, token) in tokens.iter().enumerate().skip(at) {
        match token {
            Token::Mark('(') => depth += 1,
            Token::Mark(',') if depth == 1 => {
                parts.push(&tokens[start..n]);
                start = n + 1;
            }
            Token::Mark(')') if depth == 1 => {
                parts.push(&tokens[start..n]);
                return Ok((parts, n + 1));
            }
            Token::Mark(')') => depth -= 1,
            Token::Mark(_) | Token::Name(_) | Token::Literal | Token::Parameter { .. } => (),
        }
    }
    bail!("a parenthesis is not closed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(column: &str, row: usize) -> Meaning {
        Meaning::Written { column: column.to_owned(), row }
    }

    fn compared(column: &str) -> Meaning {
        Meaning::Compared { column: column.to_owned() }
    }

    #[test]
    fn an_insert_is_read_by_its_columns() {
        let sql = r#"INSERT INTO "operations" ("id", "rejection", "lease_until", "kind")
            VALUES ($1, NULL, (CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)) + $2, $3)"#;
        let parameters = vec![written("id", 0), Meaning::Lease, written("kind", 0)];
        assert_eq!(parse(sql).unwrap(), Parsed { table: "operations".to_owned(), inserts: 1, parameters });
        let sql = "INSERT INTO events (order_id, kind) VALUES (?, ?), (?, ?)";
        let parameters =
            vec![written("order_id", 0), written("kind", 0), written("order_id", 1), written("kind", 1)];
        assert_eq!(parse(sql).unwrap(), Parsed { table: "events".to_owned(), inserts: 2, parameters });
    }

    #[test]
    fn what_is_handed_on_is_read_by_what_is_inserted_first() {
        let sql = "WITH told AS (INSERT INTO events (order_id, kind) VALUES ($1, $2) RETURNING order_id)
            INSERT INTO event_queue (order_id) SELECT order_id FROM told";
        let parameters = vec![written("order_id", 0), written("kind", 0)];
        assert_eq!(parse(sql).unwrap(), Parsed { table: "events".to_owned(), inserts: 1, parameters });
    }

    #[test]
    fn what_is_asked_within_a_select_is_passed_over() {
        let sql = "SELECT id, EXISTS (SELECT 1 FROM operations WHERE order_id = orders.id) AS is_busy
            FROM orders WHERE id = $1 LIMIT $2";
        let parameters = vec![compared("id"), Meaning::Limit];
        assert_eq!(parse(sql).unwrap(), Parsed { table: "orders".to_owned(), inserts: 0, parameters });
    }

    #[test]
    fn what_is_said_of_conflicts_uses_the_same_parameters_again() {
        let sql = "INSERT INTO lookups (order_id, due_time, hooks) VALUES ($1, $2, 0)
            ON CONFLICT (order_id) DO UPDATE SET hooks = lookups.hooks + 1, due_time = $2";
        assert_eq!(parse(sql).unwrap().parameters, [written("order_id", 0), written("due_time", 0)]);
    }

    #[test]
    fn an_update_writes_before_where_and_compares_after() {
        let sql = r#"UPDATE "orders" SET "status" = $1, "version" = $2 WHERE "orders"."id" = $3 AND "orders"."version" = $4"#;
        let parameters =
            vec![written("status", 0), written("version", 0), compared("id"), compared("version")];
        assert_eq!(parse(sql).unwrap(), Parsed { table: "orders".to_owned(), inserts: 0, parameters });
    }

    #[test]
    fn a_select_compares_with_one_value_or_several() {
        let sql = r#"SELECT "orders"."id" FROM "orders" WHERE "orders"."placement" IN ($1, $2) AND "orders"."profile" = $3 LIMIT $4"#;
        let parameters =
            vec![compared("placement"), compared("placement"), compared("profile"), Meaning::Limit];
        assert_eq!(parse(sql).unwrap(), Parsed { table: "orders".to_owned(), inserts: 0, parameters });
    }

    #[test]
    fn what_is_not_understood_is_told() {
        for sql in [
            "DELETE FROM orders WHERE id = $1",
            "UPDATE orders SET a = lower($1)",
            "INSERT INTO a (b) SELECT $1",
            "INSERT INTO a (b) VALUES (lower($1))",
            "SELECT a FROM b WHERE c = $2",
        ] {
            assert!(parse(sql).unwrap_err().to_string().contains(sql), "{sql}");
        }
    }
}
