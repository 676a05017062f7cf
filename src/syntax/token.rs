//! Words, strings and marks with their places: just enough to find where statements begin.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// Letters, digits and hyphens.
    Word,
    /// A name in backticks.
    Quoted,
    /// A string.
    Text,
    /// A string that is never closed.
    OpenText,
    /// A `///` line.
    Doc,
    /// One character that is none of these; `-` before `>` counts as one mark with it.
    Mark(char),
}

/// A token with its place. Every word of a text is one while the text is cut, so they are kept small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lexeme {
    /// What it is.
    pub token: Token,
    /// Whether only blanks stand before it on its line.
    pub first: bool,
    // As in spans, 32 bits hold every place.
    from: u32,
    to: u32,
}

impl Lexeme {
    /// First byte.
    pub fn start(&self) -> usize {
        self.from as usize
    }

    /// One past the last byte.
    pub fn end(&self) -> usize {
        self.to as usize
    }
}

/// A `//` comment: first byte, one past the last, whether only blanks stand before it.
pub type CommentPlace = (usize, usize, bool);

/// Words that begin statements or rules; what comes after a line end inside a string that was
/// never closed.
pub const STARTS: [&str; 38] = [
    "include",
    "policy",
    "plan",
    "test",
    "section",
    "data",
    "subject",
    "party",
    "purpose",
    "region",
    "context",
    "form",
    "fact",
    "event",
    "duty",
    "lasting",
    "may",
    "never",
    "must",
    "note",
    "processor",
    "effective",
    "supersedes",
    "extends",
    "yields",
    "checks",
    "source",
    "system",
    "store",
    "external",
    "waive",
    "collect",
    "use",
    "share",
    "sell",
    "transfer",
    "retain",
    "process",
];

/// All tokens of a text, and its comments.
pub fn tokens(text: &str) -> (Vec<Lexeme>, Vec<CommentPlace>) {
    let bytes = text.as_bytes();
    let mut all = Vec::new();
    let mut comments = Vec::new();
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut first = true;
    while at < bytes.len() {
        let start = at;
        let byte = bytes[at];
        let token = match byte {
            b'\n' => {
                first = true;
                at += 1;
                continue;
            }
            b' ' | b'\t' | b'\r' => {
                at += 1;
                continue;
            }
            b'/' if bytes[at..].starts_with(b"///") && !bytes[at..].starts_with(b"////") => {
                at = line_end(bytes, at);
                Token::Doc
            }
            b'/' if bytes[at..].starts_with(b"//") => {
                at = line_end(bytes, at);
                comments.push((start, at, first));
                continue;
            }
            b'"' => {
                let (end, closed) = string_end(text, at);
                at = end;
                match closed {
                    true => Token::Text,
                    false => Token::OpenText,
                }
            }
            b'`' => {
                at += 1;
                while at < bytes.len() && is_word(bytes[at]) {
                    at += 1;
                }
                if bytes.get(at) == Some(&b'`') {
                    at += 1;
                }
                Token::Quoted
            }
            _ if byte.is_ascii_alphanumeric() || byte == b'_' => {
                while at < bytes.len() && is_word(bytes[at]) {
                    // A hyphen belongs to a word only between two of its letters.
                    let joins = bytes[at] != b'-'
                        || bytes.get(at + 1).is_some_and(|b| b.is_ascii_alphanumeric());
                    if !joins {
                        break;
                    }
                    at += 1;
                }
                Token::Word
            }
            _ => {
                let mark = text[at..].chars().next().unwrap_or('\0');
                at += mark.len_utf8();
                if mark == '-' && bytes.get(at) == Some(&b'>') {
                    at += 1;
                    Token::Mark('>')
                } else {
                    Token::Mark(mark)
                }
            }
        };
        all.push(Lexeme {
            token,
            first,
            from: start as u32,
            to: at as u32,
        });
        first = false;
    }
    (all, comments)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// The end of a line, its line break and a carriage return before it left out.
fn line_end(bytes: &[u8], from: usize) -> usize {
    let end = bytes[from..]
        .iter()
        .position(|b| *b == b'\n')
        .map_or(bytes.len(), |at| from + at);
    if end > from && bytes[end - 1] == b'\r' {
        end - 1
    } else {
        end
    }
}

/// Where a string ends, and whether it is closed. A string may span lines; one that runs into a
/// line which begins a statement was never closed, and ends with its own line, so that a missing
/// quote does not turn the rest of the file inside out.
fn string_end(text: &str, from: usize) -> (usize, bool) {
    let bytes = text.as_bytes();
    let mut at = from + 1;
    let mut own_line = None;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return (at + 1, true),
            b'\\' if matches!(bytes.get(at + 1), Some(b'"' | b'\\')) => at += 2,
            b'\n' => {
                own_line.get_or_insert(at);
                let next = text[at + 1..].trim_start_matches([' ', '\t', '\r']);
                let word = next
                    .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
                    .map_or(next, |end| &next[..end]);
                if next.starts_with(['}', '\n', '"']) || STARTS.contains(&word) {
                    break;
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    let end = own_line.unwrap_or(bytes.len()).min(bytes.len());
    (end, false)
}
