//! What is wrong with a piece, in words.

use super::{Grammar, Reader, Rule};
use crate::diag::{Diagnostic, codes};
use crate::syntax::cut::{Fault, Piece};
use crate::syntax::{expected, token};
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

/// Findings of syntax that one file may have before the next are only counted.
const MOST_KEPT: usize = 10_000;

impl Reader<'_> {
    pub(super) fn syntax_error(&mut self, piece: &Piece, error: pest::error::Error<Rule>) {
        if self.counts_only() {
            return;
        }
        let at = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
        let rest = &self.text[piece.start..piece.end];
        let at = at.min(rest.len());
        // Errors stand after the blanks that were skipped, or before them: show the next token.
        let skipped = rest[at..].len() - rest[at..].trim_start().len();
        let at = at + skipped;
        let found = &rest[at..];
        let length = found
            .find(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | '{' | '}' | '(' | ')'))
            .map_or(found.len(), |end| {
                end.max(found.chars().next().map_or(0, char::len_utf8))
            });
        let length = floor(found, length.min(40));
        let token = &found[..length];
        let positives = match &error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives.clone(),
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        let expected = expected::list(&positives);
        let start = piece.start + at;
        let span = if token.is_empty() {
            self.span(piece.end, piece.end)
        } else {
            self.span(start, start + length)
        };
        let takes_name = positives.iter().any(|rule| {
            matches!(
                rule,
                Rule::name
                    | Rule::path
                    | Rule::any_name
                    | Rule::list
                    | Rule::items
                    | Rule::item
                    | Rule::entry
            )
        });
        let found = if token.is_empty() {
            "the end of the statement".to_string()
        } else {
            format!("`{token}`")
        };
        let mut diagnostic = Diagnostic::new(
            &codes::SYNTAX_ERROR,
            span,
            format!("expected {expected}, found {found}"),
        )
        .label(format!("expected {expected}"));
        if takes_name && is_reserved(token) {
            diagnostic = diagnostic.help(format!(
                "`{token}` is a word of the language; a name that equals it is written in backticks: `` `{token}` ``"
            ));
        } else if takes_name && token.chars().any(|c| c.is_ascii_uppercase() || c == '_') {
            diagnostic = diagnostic.help(format!(
                "names are lower case with hyphens: `{}`",
                token.to_lowercase().replace('_', "-")
            ));
        } else if takes_name && rest[..at].trim_end().ends_with(',') {
            diagnostic = diagnostic.help("a list has no comma after its last name");
        } else if let Some(word) = nearest_start(token) {
            diagnostic = diagnostic.help(format!("did you mean `{word}`?"));
        }
        self.errors.push(diagnostic);
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        if self.counts_only() {
            return;
        }
        let too_deep = format!("nested more than {} levels deep", self.deepest);
        let (at, length, code, message, help) = match fault {
            Fault::Unclosed(at) => (
                at,
                1,
                &codes::SYNTAX_ERROR,
                "this bracket is never closed",
                "close it where what it holds ends",
            ),
            Fault::OpenText(at) => (
                at,
                1,
                &codes::SYNTAX_ERROR,
                "this string is never closed",
                "end it with `\"`; a quote inside is written `\\\"`",
            ),
            Fault::Stray(at) => (
                at,
                1,
                &codes::SYNTAX_ERROR,
                "this `}` closes nothing",
                "drop it, or look for a block that ends too early",
            ),
            Fault::TooDeep(at) => (
                at,
                1,
                &codes::NESTED_TOO_DEEP,
                too_deep.as_str(),
                "no sentence nests so deep: split the rule",
            ),
        };
        let end = (at + length).min(self.text.len());
        let span = self.span(at.min(end), end);
        self.errors
            .push(Diagnostic::new(code, span, message).help(help));
    }

    /// Whether there are errors beyond number: then one more is counted, and takes no memory.
    fn counts_only(&mut self) -> bool {
        let only = self.errors.len() >= MOST_KEPT;
        self.more += usize::from(only);
        only
    }
}

/// Whether a name must stand in backticks, for the language has the word for itself.
pub fn is_reserved(word: &str) -> bool {
    // Reserved words are short and all letters, which most names are not.
    let likely = word.len() <= 10 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    likely
        && Grammar::parse(Rule::name, word).is_err()
        && Grammar::parse(Rule::name, &format!("`{word}`")).is_ok()
}

/// The word that begins statements which someone may have meant.
fn nearest_start(token: &str) -> Option<&'static str> {
    if token.len() < 3 || token::STARTS.contains(&token) {
        return None;
    }
    token::STARTS
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(word, token), word))
        .filter(|(distance, word)| *distance <= word.len() / 3 && *distance > 0)
        .min()
        .map(|(_, word)| word)
}

/// The last character boundary at or before a byte.
fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
