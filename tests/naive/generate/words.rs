//! A random vocabulary: hierarchies with several parents, names that are clear only by their path,
//! facts with implication, exclusion, `lasting` and `until`.

use super::choices::Choices;
use abide::model::vocabulary::built_in;
use abide::syntax::ast::Kind;
use std::fmt::Write;

/// A name that may be written.
#[derive(Debug, Clone)]
pub struct Word {
    /// As written: the name, or a path where the name alone is ambiguous.
    pub path: String,
    /// Its parents, by position; empty for `any` alone.
    parents: Vec<usize>,
}

/// All names of all kinds; the first of each kind is `any`.
pub struct Words {
    kinds: Vec<Vec<Word>>,
}

impl Words {
    /// Writes the declarations and remembers the names.
    pub fn write(c: &mut Choices, text: &mut String) -> Words {
        let mut words = Words {
            kinds: Kind::ALL.iter().map(|kind| built_in_words(*kind)).collect(),
        };
        let root = 0;
        words.grow(
            c,
            text,
            Kind::Data,
            &["contact", "email", "usage", "content", "score", "address"],
            (3, 6),
            root,
        );
        words.twin(c, text);
        words.grow(c, text, Kind::Subject, &["customer", "guest"], (1, 2), root);
        let role = |name: &str| {
            built_in(Kind::Party)
                .iter()
                .position(|(one, _)| *one == name)
                .unwrap_or(0)
        };
        let third = ["carrier", "advertiser", "roamer"];
        words.grow(c, text, Kind::Party, &third, (1, 3), role("third-party"));
        if c.chance(50) {
            words.grow(c, text, Kind::Party, &["our-shop"], (1, 1), role("us"));
        }
        if c.chance(20) {
            let minor = ["minor"];
            words.grow(c, text, Kind::Party, &minor, (1, 1), role("data-subject"));
        }
        let purposes = ["service", "billing", "marketing"];
        words.grow(c, text, Kind::Purpose, &purposes, (2, 3), root);
        words.grow(
            c,
            text,
            Kind::Region,
            &["eea", "germany", "japan"],
            (2, 3),
            root,
        );
        words.grow(c, text, Kind::Context, &["portal", "app"], (1, 2), root);
        if c.chance(20) {
            let truncated = words.position(Kind::Form, "truncated");
            words.grow(c, text, Kind::Form, &["last-digits"], (1, 1), truncated);
        }
        let facts = ["consent", "opted-out", "safeguard", "shield"];
        words.grow(c, text, Kind::Fact, &facts, (2, 4), root);
        words.fact_laws(c, text);
        words.grow(c, text, Kind::Event, &["closure", "invoice"], (1, 2), root);
        words.grow(c, text, Kind::Duty, &["inform", "erase"], (1, 2), root);
        let inform = words.position(Kind::Duty, "inform");
        let below = ["inform-people", "inform-staff"];
        words.grow(c, text, Kind::Duty, &below, (1, 2), inform);
        words
    }

    /// The names of a kind but `any`, variables left out.
    pub fn of(&self, kind: Kind) -> &[Word] {
        &self.kinds[kind as usize][1..]
    }

    /// The names of a kind that lie under a built-in one, which is left out.
    pub fn under(&self, kind: Kind, root: &str) -> Vec<&str> {
        let root = self.position(kind, root);
        (1..self.kinds[kind as usize].len())
            .filter(|one| *one != root && self.within(kind, *one, root))
            .map(|one| self.kinds[kind as usize][one].path.as_str())
            .collect()
    }

    /// One name.
    pub fn name(&self, c: &mut Choices, kind: Kind) -> String {
        c.pick(&self.declared_first(kind)).to_string()
    }

    /// A list: mostly one name, at times two, `any`, `other than`, or the kind's variable.
    pub fn list(&self, c: &mut Choices, kind: Kind, variable: Option<&str>) -> String {
        let names = self.declared_first(kind);
        let first = c.pick(&names).to_string();
        let mut including = vec![first];
        match c.below(100) {
            0..=69 => {}
            70..=86 => including.push(c.pick(&names).to_string()),
            87..=90 => including = vec!["any".into()],
            91..=94 => including.clear(),
            _ => {
                if let Some(variable) = variable {
                    including = vec![variable.into()];
                    if c.chance(25) {
                        including.push(c.pick(&names).to_string());
                    }
                }
            }
        }
        including.dedup();
        if !(including.is_empty() || c.chance(15)) {
            return including.join(", ");
        }
        // What is taken away must leave something.
        let excluded: Vec<String> = names
            .iter()
            .map(|name| name.to_string())
            .chain(variable.map(str::to_string))
            .filter(|name| match including.first() {
                None => true,
                Some(first) => !self.path_within(kind, first, name),
            })
            .collect();
        if excluded.is_empty() {
            return including.first().cloned().unwrap_or("any".into());
        }
        let excluded = c.pick(&excluded);
        format!("{} other than {excluded}", including.join(", "))
            .trim_start()
            .to_string()
    }

    /// Paths of a kind, those declared here before those built in, so that shrinking prefers them.
    fn declared_first(&self, kind: Kind) -> Vec<&str> {
        let names = self.of(kind);
        let built_in = built_in_words(kind).len() - 1;
        names[built_in..]
            .iter()
            .chain(&names[..built_in])
            .map(|word| word.path.as_str())
            .collect()
    }

    fn position(&self, kind: Kind, path: &str) -> usize {
        self.kinds[kind as usize]
            .iter()
            .position(|word| word.path == path)
            .unwrap_or(0)
    }

    fn path_within(&self, kind: Kind, small: &str, big: &str) -> bool {
        let known = |path: &str| {
            self.kinds[kind as usize]
                .iter()
                .position(|word| word.path == path)
        };
        match (known(small), known(big)) {
            (Some(small), Some(big)) => self.within(kind, small, big),
            _ => small == big,
        }
    }

    fn within(&self, kind: Kind, small: usize, big: usize) -> bool {
        small == big
            || self.kinds[kind as usize][small]
                .parents
                .iter()
                .any(|parent| self.within(kind, *parent, big))
    }

    /// Declares names under a root: a tree in braces, then further parents with `is`.
    fn grow(
        &mut self,
        c: &mut Choices,
        text: &mut String,
        kind: Kind,
        pool: &[&str],
        (least, most): (usize, usize),
        root: usize,
    ) {
        let known = self.kinds[kind as usize].len();
        let count = least + c.below(most - least + 1);
        for name in &pool[..count] {
            let new = self.kinds[kind as usize].len();
            let parent = match c.below(new - known + 1) {
                0 => root,
                at => known + at - 1,
            };
            self.kinds[kind as usize].push(Word {
                path: name.to_string(),
                parents: vec![parent],
            });
        }
        let third = self.position(Kind::Party, "third-party");
        let implied = root == 0 || (kind == Kind::Party && root == third);
        let tops: Vec<String> = (known..known + count)
            .filter(|one| self.kinds[kind as usize][*one].parents == [root])
            .map(|one| self.braces(kind, one, known))
            .collect();
        if kind == Kind::Fact {
            // Each on its own, for `lasting` stands before a whole statement.
            for top in &tops {
                let lasting = if c.chance(30) { "lasting " } else { "" };
                let _ = writeln!(text, "{lasting}fact {top}");
            }
        } else if implied {
            let _ = writeln!(text, "{} {}", kind.word(), tops.join(", "));
        } else {
            let root = &self.kinds[kind as usize][root].path;
            let _ = writeln!(text, "{} {root} {{ {} }}", kind.word(), tops.join(", "));
        }
        for one in known + 1..known + count {
            if c.chance(20) {
                let parent = known + c.below(one - known);
                let word = &mut self.kinds[kind as usize][one];
                if !word.parents.contains(&parent) {
                    word.parents.push(parent);
                    let words = &self.kinds[kind as usize];
                    let (word, parent) = (&words[one].path, &words[parent].path);
                    let _ = writeln!(text, "{} {word} is {parent}", kind.word());
                }
            }
        }
    }

    fn braces(&self, kind: Kind, one: usize, known: usize) -> String {
        let words = &self.kinds[kind as usize];
        let children: Vec<String> = (known..words.len())
            .filter(|child| words[*child].parents.first() == Some(&one))
            .map(|child| self.braces(kind, child, known))
            .collect();
        if children.is_empty() {
            words[one].path.clone()
        } else {
            format!("{} {{ {} }}", words[one].path, children.join(", "))
        }
    }

    /// A second datum of a name that exists below another parent: both are clear only by their path.
    fn twin(&mut self, c: &mut Choices, text: &mut String) {
        if !c.chance(30) {
            return;
        }
        let words = &mut self.kinds[Kind::Data as usize];
        // Only a name in braces, without children and without a second parent, has a path of its own.
        let candidates: Vec<usize> = (1..words.len())
            .filter(|one| {
                words[*one].parents.len() == 1
                    && words[*one].parents != [0]
                    && !words.iter().any(|word| word.parents.contains(one))
            })
            .collect();
        if candidates.is_empty() {
            return;
        }
        let first = *c.pick(&candidates);
        let parent = words[first].parents[0];
        let others: Vec<usize> = (1..words.len())
            .filter(|one| *one != first && *one != parent)
            .collect();
        if others.is_empty() {
            return;
        }
        let other = *c.pick(&others);
        let name = words[first].path.clone();
        let _ = writeln!(text, "data {} {{ {name} }}", words[other].path);
        words[first].path = format!("{}.{name}", words[parent].path);
        let path = format!("{}.{name}", words[other].path);
        words.push(Word {
            path,
            parents: vec![other],
        });
    }

    fn fact_laws(&self, c: &mut Choices, text: &mut String) {
        let known = built_in_words(Kind::Fact).len();
        let facts = &self.kinds[Kind::Fact as usize];
        let declared: Vec<usize> = (known..facts.len()).collect();
        if c.chance(40) {
            let (a, b) = (*c.pick(&declared), *c.pick(&declared));
            if !self.within(Kind::Fact, a, b) && !self.within(Kind::Fact, b, a) {
                let _ = writeln!(text, "fact {} excludes {}", facts[a].path, facts[b].path);
            }
        }
        if c.chance(35) {
            let fact = *c.pick(&declared);
            let until = *c.pick(&["2030-06-30", "2020-07-16", "2023-12-31", "2024-01-01"]);
            let _ = writeln!(text, "fact {} until {until}", facts[fact].path);
        }
    }
}

fn built_in_words(kind: Kind) -> Vec<Word> {
    built_in(kind)
        .iter()
        .enumerate()
        .filter(|(_, (name, _))| !matches!(*name, "its-source" | "collected-purpose"))
        .map(|(at, (name, parent))| Word {
            path: name.to_string(),
            parents: if at == 0 {
                Vec::new()
            } else {
                vec![*parent as usize]
            },
        })
        .collect()
}
