//! A notice's own text: its sentences, and where a phrase stands in it.
//!
//! Sentences end where the Unicode rules (UAX 29) end them. A Markdown heading is one sentence, and a
//! list item begins one, so no sentence crosses the start of either.

use std::collections::BTreeMap;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The path as shown to people.
    pub shown: String,
    /// Its sentences in order.
    pub sentences: Vec<Sentence>,
    /// The words of all sentences, as `plain` leaves them, with a blank between two.
    text: String,
    /// Where each sentence begins in `text`.
    starts: Vec<usize>,
}

/// A sentence of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// As written, but for line ends and marks of a heading or list item.
    pub text: String,
    /// The line it begins on, from 1.
    pub line: u32,
    /// How deep a heading it is, from 1; no Markdown heading: 0.
    pub heading: usize,
    /// The first sentence that says the same words: they count as one.
    pub same_as: usize,
}

impl Notice {
    /// Reads a notice. In Markdown a line end within a paragraph is a blank, as Markdown has it; in
    /// other text a line end always ends the sentence, as Unicode has it.
    pub fn read(shown: &str, text: &str, markdown: bool) -> Notice {
        let mut notice = Notice {
            shown: shown.to_string(),
            sentences: Vec::new(),
            text: String::new(),
            starts: Vec::new(),
        };
        let mut first: BTreeMap<String, usize> = BTreeMap::new();
        for block in blocks(text, markdown) {
            for (line, piece) in block.sentences() {
                let words = plain(piece);
                if words.contains(char::is_alphanumeric) {
                    let at = notice.sentences.len();
                    notice.starts.push(notice.text.len());
                    notice.text += &words;
                    notice.sentences.push(Sentence {
                        text: piece.trim().to_string(),
                        line,
                        heading: block.heading,
                        same_as: *first.entry(words).or_insert(at),
                    });
                }
                // The rules end a sentence also where no blank follows, as within an address.
                if piece.ends_with(char::is_whitespace) && !notice.text.ends_with(' ') {
                    notice.text.push(' ');
                }
            }
            if !notice.text.ends_with(' ') {
                notice.text.push(' ');
            }
        }
        notice
    }

    /// The sentences that a phrase touches, once for each place where it stands: one after the other
    /// where it goes beyond the end of one. It stands only where whole words do.
    pub fn places(&self, phrase: &str) -> Vec<Range<usize>> {
        let phrase = plain(phrase);
        if phrase.is_empty() {
            return Vec::new();
        }
        self.text
            .match_indices(&phrase)
            .map(|(from, _)| (from, from + phrase.len()))
            .filter(|(from, to)| self.between_words(*from) && self.between_words(*to))
            .map(|(from, to)| self.sentence(from)..self.sentence(to - 1) + 1)
            .collect()
    }

    /// Those of the places that differ in what they say: identical sentences are one.
    pub fn distinct(&self, places: &[Range<usize>]) -> Vec<Range<usize>> {
        let mut seen: Vec<Vec<usize>> = Vec::new();
        let said = |place: &Range<usize>| -> Vec<usize> {
            place.clone().map(|at| self.sentences[at].same_as).collect()
        };
        let mut distinct = Vec::new();
        for place in places {
            let said = said(place);
            if !seen.contains(&said) {
                seen.push(said);
                distinct.push(place.clone());
            }
        }
        distinct
    }

    /// The sentence that has most of a phrase's words, if it has more than half of them.
    pub fn nearest(&self, phrase: &str) -> Option<&Sentence> {
        let phrase = plain(phrase);
        let wanted: Vec<&str> = words(&phrase).collect();
        let shared = |at: usize| {
            let words: Vec<&str> = words(self.plain_sentence(at)).collect();
            wanted.iter().filter(|word| words.contains(word)).count()
        };
        let best = (0..self.sentences.len())
            .map(|at| (shared(at), std::cmp::Reverse(at)))
            .max()?;
        let (count, std::cmp::Reverse(at)) = best;
        (2 * count > wanted.len()).then(|| &self.sentences[at])
    }

    fn plain_sentence(&self, at: usize) -> &str {
        let end = self.starts.get(at + 1).copied();
        self.text[self.starts[at]..end.unwrap_or(self.text.len())].trim_end()
    }

    /// The sentence in which a byte of `text` lies.
    fn sentence(&self, byte: usize) -> usize {
        self.starts
            .partition_point(|start| *start <= byte)
            .saturating_sub(1)
    }

    fn between_words(&self, byte: usize) -> bool {
        let (before, after) = self.text.split_at(byte);
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !(is_word(before.chars().next_back()) && is_word(after.chars().next()))
    }
}

/// The words of a text alone: what a section's title and a heading must have in common.
pub fn title(text: &str) -> Vec<String> {
    words(&plain(text)).map(str::to_string).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// A text in which white space, quote marks and letter case no longer matter.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            if !plain.is_empty() && !plain.ends_with(' ') {
                plain.push(' ');
            }
        } else if !is_quote(c) && !is_unseen(c) {
            plain.extend(c.to_lowercase());
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '`' | '´' | '«' | '»' | '‹' | '›' | '\u{2018}'..='\u{201f}' | '′' | '″'
    )
}

/// Soft hyphens, joiners and byte order marks: nobody sees them.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'
    )
}

/// Text that no sentence leaves: a paragraph, a heading, a list item, a line.
struct Block {
    text: String,
    /// Where each line of it begins in `text`, and which line that is.
    lines: Vec<(usize, u32)>,
    heading: usize,
}

impl Block {
    /// Its sentences with the blanks after them, each with its line.
    fn sentences(&self) -> Vec<(u32, &str)> {
        let line = |byte: usize| {
            let at = self.lines.partition_point(|(start, _)| *start <= byte);
            self.lines[at.max(1) - 1].1
        };
        if self.heading > 0 {
            return vec![(line(0), &self.text)];
        }
        self.text
            .split_sentence_bound_indices()
            .map(|(at, piece)| {
                let blank = piece.len() - piece.trim_start().len();
                (line(at + blank), piece)
            })
            .collect()
    }
}

fn blocks(text: &str, markdown: bool) -> Vec<Block> {
    let mut all: Vec<Block> = Vec::new();
    // Whether the next line may go on in the block before it.
    let mut open = false;
    for (line, number) in text.lines().zip(1u32..) {
        let bare = line.trim();
        let (heading, rest) = heading(bare);
        let item = item(bare);
        let table = bare.starts_with('|');
        let joins = markdown && open && heading == 0 && item.is_none() && !table;
        open = !bare.is_empty() && heading == 0;
        match all.last_mut() {
            _ if bare.is_empty() => {}
            Some(block) if joins => {
                block.text.push(' ');
                block.lines.push((block.text.len(), number));
                block.text += bare;
            }
            _ => all.push(Block {
                text: item.unwrap_or(rest).to_string(),
                lines: vec![(0, number)],
                heading,
            }),
        }
    }
    all
}

/// How deep a Markdown heading a line is (0: none), and what it says.
fn heading(line: &str) -> (usize, &str) {
    let rest = line.trim_start_matches('#');
    let depth = line.len() - rest.len();
    if (1..=6).contains(&depth) && rest.starts_with([' ', '\t']) {
        (depth, rest.trim().trim_end_matches('#').trim_end())
    } else {
        (0, line)
    }
}

/// What a list item says, its mark left out.
fn item(line: &str) -> Option<&str> {
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = match line.len() - number.len() {
        0 => line.strip_prefix(['-', '*', '+'])?,
        1..=3 => number.strip_prefix(['.', ')'])?,
        _ => return None,
    };
    rest.starts_with([' ', '\t']).then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(text: &str, markdown: bool) -> Vec<(u32, String)> {
        let notice = Notice::read("n", text, markdown);
        let all = notice.sentences.into_iter();
        all.map(|sentence| (sentence.line, sentence.text)).collect()
    }

    fn pairs(places: &[Range<usize>]) -> Vec<(usize, usize)> {
        places
            .iter()
            .map(|place| (place.start, place.end))
            .collect()
    }

    fn owned(all: &[(u32, &str)]) -> Vec<(u32, String)> {
        all.iter().map(|(at, s)| (*at, s.to_string())).collect()
    }

    #[test]
    fn a_line_end_ends_a_sentence_in_text_and_is_a_blank_in_markdown() {
        let text = "We keep it. We\nsell it.\n\nNo.";
        let text_has = [(1, "We keep it."), (1, "We"), (2, "sell it."), (4, "No.")];
        assert_eq!(sentences(text, false), owned(&text_has));
        let markdown_has = [(1, "We keep it."), (1, "We sell it."), (4, "No.")];
        assert_eq!(sentences(text, true), owned(&markdown_has));
    }

    #[test]
    fn a_phrase_goes_on_where_no_blank_parts_the_sentences() {
        let notice = Notice::read("n", "See http://a.b/?c=d. And us.", false);
        assert_eq!(notice.sentences.len(), 3);
        assert_eq!(pairs(&notice.places("a.b/?c=d. and")), [(0, 3)]);
    }

    #[test]
    fn headings_and_items_stand_alone() {
        let text = "# Who. We are\nus\n- one\n  more\n2. two. Three.\n| a | b |\n---|---";
        let has = [
            (1, "Who. We are"),
            (2, "us"),
            (3, "one more"),
            (5, "two."),
            (5, "Three."),
            (6, "| a | b | ---|---"),
        ];
        assert_eq!(sentences(text, true), owned(&has));
    }

    #[test]
    fn blanks_quotes_and_case_do_not_matter() {
        let notice = Notice::read("n", "We don’t “sell”\u{a0} your  DATA.", false);
        assert_eq!(notice.places("don't sell YOUR data").len(), 1);
        assert_eq!(notice.places("dont \"sell\"").len(), 1);
        // A phrase is of whole words.
        assert!(notice.places("ell your").is_empty());
        assert!(notice.places("your dat").is_empty());
        assert!(notice.places(" ").is_empty());
    }

    #[test]
    fn a_phrase_may_span_sentences_and_identical_ones_are_one() {
        let notice = Notice::read("n", "Ask us. Call us. Ask us.\nAsk them.", false);
        assert_eq!(pairs(&notice.places("us. call us")), [(0, 2)]);
        let places = notice.places("ask us");
        assert_eq!(pairs(&places), [(0, 1), (2, 3)]);
        assert_eq!(pairs(&notice.distinct(&places)), [(0, 1)]);
        let ask = notice.distinct(&notice.places("ask"));
        assert_eq!(pairs(&ask), [(0, 1), (3, 4)]);
        assert_eq!(notice.nearest("ask them now").map(|s| s.line), Some(2));
        assert_eq!(notice.nearest("never anything else"), None);
    }
}
