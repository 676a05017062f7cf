//! What the grammar would have taken, in words.

use super::parse::Rule;

/// A mark or word as it is written, or what a person would call it; `None` for what is not worth
/// naming (blanks, ends, parts that other names cover).
pub fn word(rule: Rule) -> Option<String> {
    use Rule::*;
    let text = match rule {
        EOI => "the end of the statement",
        name | path | any_name | item | items | list | paths | names | entry | entries => "a name",
        string | citation => "a string",
        date => "a date like 2022-04-04",
        number | duration | time => "a length of time like `60 days`",
        unit => "hours, days, weeks, months or years",
        verb | verbs | acts => "a verb",
        kind => "a kind of name (data, party, purpose, …)",
        condition | operand => "a fact",
        clause => "a clause (`with`, `for`, `in`, …)",
        exception | bulleted => "an exception",
        literal | literals => "a fact, or `not` and a fact",
        bullet => "`- ` before an exception",
        mark_comma => "`,`",
        colon => "`:`",
        open_brace => "`{`",
        close_brace => "`}`",
        open_paren => "`(`",
        close_paren => "`)`",
        arrow => "`->`",
        table_rows => "`nodes` or `flows`",
        node_kind => "`source`, `system`, `store` or `external`",
        other_than => "`other than`",
        rule_body | full_rule => "a rule",
        doc | doc_text | WHITESPACE => return None,
        _ => {
            let word = format!("{rule:?}");
            return word.strip_prefix("kw_").map(|word| format!("`{word}`"));
        }
    };
    Some(text.to_string())
}

/// `a`, `b` and `c`.
pub fn quoted_list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => quoted.concat(),
    }
}

/// "`with`, `for` or a name", at most a handful, in the order of the grammar's table.
pub fn list(rules: &[Rule]) -> String {
    let mut rules = rules.to_vec();
    rules.sort_unstable();
    let mut words: Vec<String> = Vec::new();
    for found in rules.into_iter().filter_map(word) {
        if !words.contains(&found) {
            words.push(found);
        }
    }
    // Names and strings say more than the many words that may also stand there.
    words.sort_by_key(|word| word.starts_with('`'));
    const MOST: usize = 8;
    let more = words.len() > MOST;
    words.truncate(MOST);
    match words.as_slice() {
        [] => "something else".to_string(),
        [one] if !more => one.clone(),
        _ if more => format!("{}, …", words.join(", ")),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
