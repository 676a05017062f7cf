//! Random policies: every statement form, exceptions nested, all clauses.

use super::choices::Choices;
use super::words::Words;
use abide::model::Action;
use abide::syntax::ast::Kind;
use std::fmt::Write;

/// Writes a policy.
pub fn policy(words: &Words, at: usize, header: &[u16], rules: &[Vec<u16>], text: &mut String) {
    let _ = writeln!(text, "policy p-{at} {{");
    let mut c = Choices::new(header);
    if at > 0 && c.chance(25) {
        let _ = writeln!(text, "  extends p-{}", c.below(at));
    }
    if at > 0 && c.chance(60) {
        // Mostly the one before, which itself may yield.
        let first = at - 1 - c.below(at) * c.below(2);
        let second = c.below(at);
        if second != first && c.chance(50) {
            let _ = writeln!(text, "  yields to p-{first}, p-{second}");
        } else {
            let _ = writeln!(text, "  yields to p-{first}");
        }
    }
    if c.chance(30) {
        let _ = writeln!(
            text,
            "  open {}",
            c.pick(&["use", "share", "collect", "process"])
        );
    }
    if c.chance(20) {
        let closed = c.pick(&["derive", "retain", "transfer", "derive, retain"]);
        // The same action twice would be said twice.
        let _ = writeln!(text, "  closed {closed}");
    }
    let in_section = c.chance(15);
    if in_section {
        let _ = writeln!(text, "  section \"how it is\" {{");
    }
    for (number, numbers) in rules.iter().enumerate() {
        let mut c = Choices::new(numbers);
        let statement = statement(words, &mut c);
        let citation = if c.chance(10) { "\"a phrase\" " } else { "" };
        let label = if c.chance(20) {
            format!("l-{number}: ")
        } else {
            String::new()
        };
        let _ = writeln!(text, "  {citation}{label}{statement}");
    }
    if in_section {
        let _ = writeln!(text, "  }}");
    }
    let _ = writeln!(text, "}}");
}

/// One statement.
fn statement(words: &Words, c: &mut Choices) -> String {
    match c.below(100) {
        0..=25 => {
            let verbs = Verbs::choose(c);
            format!("may {}{}", about(words, c, &verbs), tail(words, c, &verbs))
        }
        26..=42 => {
            let verbs = Verbs::choose(c);
            format!(
                "never {}{}",
                about(words, c, &verbs),
                tail(words, c, &verbs)
            )
        }
        43..=60 => limit(words, c),
        61..=68 => {
            let verbs = Verbs::just("retain", &[Action::Retain]);
            let mut clauses = clauses(words, c, &verbs.without_time(), 15);
            clauses.push(at_most(words, c));
            format!(
                "retain {} {}{}",
                broad_data(words, c),
                clauses.join(" "),
                tail(words, c, &verbs.without_time())
            )
        }
        69..=84 => {
            let verbs = Verbs::choose(c).without_time();
            let second = if c.chance(20) {
                format!(", {}", words.name(c, Kind::Duty))
            } else {
                String::new()
            };
            format!(
                "{} requires {}{second}{}",
                about(words, c, &verbs),
                words.name(c, Kind::Duty),
                unless(words, c, 20)
            )
        }
        85..=91 => {
            let verbs = Verbs::just("retain", &[Action::Retain]).without_time();
            let clauses = clauses(words, c, &verbs, 12).join(" ");
            format!(
                "must {} {} {clauses}{} within {} of {}",
                words.name(c, Kind::Duty),
                broad_data(words, c),
                unless(words, c, 20),
                duration(c),
                words.list(c, Kind::Event, None)
            )
        }
        92..=96 => {
            let verbs = Verbs::just("process", &Action::ALL);
            let clauses = clauses(words, c, &verbs.without_time(), 12).join(" ");
            format!("processor of {} {clauses}", broad_data(words, c))
        }
        _ => {
            let evidence = if c.chance(30) {
                " evidence \"proof.md\""
            } else {
                ""
            };
            format!("note \"we take care\"{evidence}")
        }
    }
}

/// `ACTS S only O [unless C] [except E]`
fn limit(words: &Words, c: &mut Choices) -> String {
    let verbs = Verbs::choose(c);
    let about = about(words, c, &verbs.without_time());
    // "`at most` makes a limit with `retain` alone", so right of `only` it stands there only.
    let hold = some_clauses(words, c, &verbs.only_retain_time());
    format!(
        "{about} only {}{}",
        hold.join(" "),
        tail(words, c, &verbs.only_retain_time())
    )
}

/// The verbs of a rule, and which of them say what a clause may be.
struct Verbs {
    text: String,
    actions: Vec<Action>,
    time: bool,
}

impl Verbs {
    fn just(text: &str, actions: &[Action]) -> Verbs {
        Verbs {
            text: text.to_string(),
            actions: actions.to_vec(),
            time: actions.contains(&Action::Retain),
        }
    }

    fn choose(c: &mut Choices) -> Verbs {
        const VERBS: [Action; 7] = [
            Action::Share,
            Action::Use,
            Action::Collect,
            Action::Retain,
            Action::Transfer,
            Action::Sell,
            Action::Derive,
        ];
        let first = *c.pick(&VERBS);
        match c.below(100) {
            0..=54 => Verbs::just(first.word(), &[first]),
            55..=69 => {
                let second = *c.pick(&VERBS);
                if second == first {
                    return Verbs::just(first.word(), &[first]);
                }
                Verbs::just(
                    &format!("{}, {}", first.word(), second.word()),
                    &[first, second],
                )
            }
            70..=79 => Verbs::just("disclose", &[Action::Share, Action::Sell]),
            _ => Verbs::just("process", &Action::ALL),
        }
    }

    fn without_time(&self) -> Verbs {
        Verbs {
            text: self.text.clone(),
            actions: self.actions.clone(),
            time: false,
        }
    }

    fn only_retain_time(&self) -> Verbs {
        Verbs {
            time: self.actions == [Action::Retain],
            ..self.without_time()
        }
    }

    fn has(&self, any_of: &[Action]) -> bool {
        self.actions.iter().any(|action| any_of.contains(action))
    }
}

/// Verbs, data and clauses.
fn about(words: &Words, c: &mut Choices, verbs: &Verbs) -> String {
    let data = broad_data(words, c);
    let mut parts = vec![verbs.text.clone(), data];
    parts.extend(clauses(words, c, verbs, 12));
    parts.join(" ")
}

/// Data that a rule is about: often any, so that rules meet each other and what is planned.
fn broad_data(words: &Words, c: &mut Choices) -> String {
    if c.chance(40) {
        "any".to_string()
    } else {
        words.list(c, Kind::Data, None)
    }
}

/// Clauses that fit the verbs, each with about the same chance.
fn clauses(words: &Words, c: &mut Choices, verbs: &Verbs, percent: usize) -> Vec<String> {
    let mut clauses = Vec::new();
    for (word, often) in fitting(verbs) {
        if c.chance(percent * often / 10) {
            clauses.push(clause(words, c, word));
        }
    }
    clauses
}

/// The words of clauses that fit the verbs, and how often they occur, in tenths.
fn fitting(verbs: &Verbs) -> Vec<(&'static str, usize)> {
    use Action::*;
    let mut words = vec![
        ("for", 15),
        ("as", 10),
        ("of", 7),
        ("when", 10),
        ("on", 5),
        ("by", 5),
    ];
    if verbs.has(&[Share, Sell, Transfer]) {
        words.push(("with", 20));
    }
    if verbs.has(&[Collect]) && !verbs.has(&[Transfer]) {
        words.push(("from party", 10));
    }
    if verbs.has(&[Transfer]) {
        words.push(("to", 10));
        if !verbs.has(&[Collect]) {
            words.push(("from region", 10));
        }
    }
    if verbs.actions != [Transfer] {
        words.push(("in", 5));
    }
    if verbs.time {
        words.push(("at most", 10));
    }
    words
}

fn clause(words: &Words, c: &mut Choices, word: &str) -> String {
    if word == "as" {
        return format!("as {}", form(words, c));
    }
    let mut list = |word: &str, kind: Kind, variable: Option<&str>| {
        format!("{word} {}", words.list(c, kind, variable))
    };
    match word {
        "for" => list(word, Kind::Purpose, Some("collected-purpose")),
        "on" => list(word, Kind::Context, None),
        "by" => list(word, Kind::Party, None),
        "with" => list(word, Kind::Party, Some("its-source")),
        "from party" => list("from", Kind::Party, Some("its-source")),
        "from region" => list("from", Kind::Region, None),
        "to" | "in" => list(word, Kind::Region, None),
        "when" => format!("when {}", condition(words, c, 2)),
        "at most" => at_most(words, c),
        _ => {
            let of = list("of", Kind::Subject, None);
            let resident = if c.chance(50) {
                format!(" resident in {}", words.list(c, Kind::Region, None))
            } else {
                String::new()
            };
            of + &resident
        }
    }
}

/// Identifiable and anonymous forms about as often.
pub fn form(words: &Words, c: &mut Choices) -> String {
    const ROOTS: [&str; 5] = [
        "anonymous",
        "aggregated",
        "de-identified",
        "any",
        "pseudonymous",
    ];
    if c.chance(50) {
        ROOTS[c.below(ROOTS.len())].to_string()
    } else {
        words.list(c, Kind::Form, None)
    }
}

/// `[unless C] [except …]`
fn tail(words: &Words, c: &mut Choices, verbs: &Verbs) -> String {
    format!("{}{}", unless(words, c, 15), except(words, c, verbs, 30, 3))
}

fn unless(words: &Words, c: &mut Choices, percent: usize) -> String {
    if c.chance(percent) {
        format!(" unless {}", condition(words, c, 2))
    } else {
        String::new()
    }
}

fn except(words: &Words, c: &mut Choices, verbs: &Verbs, percent: usize, depth: usize) -> String {
    if depth == 0 || !c.chance(percent) {
        return String::new();
    }
    // An exception may name a time wherever the rule is about retaining too.
    let verbs = Verbs {
        time: verbs.has(&[Action::Retain]),
        ..verbs.without_time()
    };
    let count = 1 + c.below(3);
    if count == 1 {
        return format!(" except {}", exception(words, c, &verbs, depth));
    }
    let mut text = " except {".to_string();
    for _ in 0..count {
        let citation = if c.chance(10) { "\"so it says\" " } else { "" };
        let _ = write!(
            text,
            "\n    - {citation}{}",
            exception(words, c, &verbs, depth)
        );
    }
    text + "\n  }"
}

fn exception(words: &Words, c: &mut Choices, verbs: &Verbs, depth: usize) -> String {
    format!(
        "{}{}{}",
        some_clauses(words, c, verbs).join(" "),
        unless(words, c, 25),
        except(words, c, verbs, 30, depth - 1)
    )
}

/// At least one of data and clauses, mostly not much more: an exception that says much meets little.
fn some_clauses(words: &Words, c: &mut Choices, verbs: &Verbs) -> Vec<String> {
    let mut parts = clauses(words, c, verbs, 8);
    if c.chance(15) {
        parts.insert(0, words.list(c, Kind::Data, None));
    }
    if parts.is_empty() && c.chance(20) {
        // A form that the rule is about only because an exception names it, and does not reach.
        let form = c.pick(&["anonymous", "aggregated", "de-identified"]);
        parts.push(format!("as {form}"));
        let narrower = *c.pick(&["for", "when", "on"]);
        parts.push(clause(words, c, narrower));
    } else if parts.is_empty() {
        let (word, _) = *c.pick(&fitting(verbs));
        parts.push(clause(words, c, word));
    }
    parts
}

fn at_most(words: &Words, c: &mut Choices) -> String {
    let after = if c.chance(60) {
        format!(" after {}", words.list(c, Kind::Event, None))
    } else {
        String::new()
    };
    format!("at most {}{after}", duration(c))
}

/// Lengths of time that lie close to each other in the total order.
pub fn duration(c: &mut Choices) -> &'static str {
    const TIMES: [&str; 9] = [
        "30 days",
        "1 month",
        "720 hours",
        "2 months",
        "12 months",
        "1 year",
        "365 days",
        "4 weeks",
        "0 days",
    ];
    TIMES[c.below(TIMES.len())]
}

/// A condition on facts.
fn condition(words: &Words, c: &mut Choices, depth: usize) -> String {
    if depth == 0 {
        return words.name(c, Kind::Fact);
    }
    match c.below(100) {
        0..=64 => words.name(c, Kind::Fact),
        65..=79 => format!("not {}", words.name(c, Kind::Fact)),
        80..=86 => format!(
            "{} and {}",
            condition(words, c, depth - 1),
            words.name(c, Kind::Fact)
        ),
        87..=93 => format!(
            "{} or not {}",
            condition(words, c, depth - 1),
            words.name(c, Kind::Fact)
        ),
        _ => format!("not ({})", condition(words, c, depth - 1)),
    }
}
