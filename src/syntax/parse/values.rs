//! Names, lists, dates and lengths of time.

use super::{At, Pairs, Rule, children, room_for};
use crate::source::Span;
use crate::syntax::ast::*;

impl At<'_, '_> {
    pub(super) fn name(&mut self, pair: &Pairs<'_>) -> Name {
        Name {
            text: pair.as_str().trim_matches('`').into(),
            span: self.of(pair),
        }
    }

    pub(super) fn names(&mut self, pair: Pairs<'_>) -> Box<[Name]> {
        let children = children(pair);
        let mut all = room_for(&children, Rule::name);
        for child in children {
            if child.as_rule() == Rule::name {
                all.push(self.name(&child));
            }
        }
        all.into()
    }

    pub(super) fn path(&mut self, pair: Pairs<'_>) -> Path {
        if pair.as_rule() == Rule::any_name {
            let first = Name {
                text: "any".into(),
                span: self.of(&pair),
            };
            return Path::new(first, Vec::new());
        }
        let names = children(pair);
        let (first, rest) = names.split_first().expect("a path has a name");
        let first = self.name(first);
        Path::new(first, rest.iter().map(|name| self.name(name)).collect())
    }

    pub(super) fn paths(&mut self, pair: Pairs<'_>) -> Vec<Path> {
        let children = children(pair);
        // Between two paths is a comma.
        let mut all = Vec::with_capacity(children.len() / 2 + 1);
        for child in children {
            if matches!(child.as_rule(), Rule::path | Rule::any_name) {
                all.push(self.path(child));
            }
        }
        all
    }

    pub(super) fn list(&mut self, pair: Pairs<'_>) -> Names {
        let span = self.of(&pair);
        let (mut include, mut exclude) = (Vec::new(), Vec::new());
        let mut after = false;
        for child in children(pair) {
            match child.as_rule() {
                Rule::other_than => after = true,
                _ if after => exclude = self.paths(child),
                _ => include = self.paths(child),
            }
        }
        Names::new(include, exclude, span)
    }

    pub(super) fn text(&mut self, pair: &Pairs<'_>) -> Text {
        let inner = pair.as_str();
        let inner = &inner[1..inner.len() - 1];
        let mut value = String::with_capacity(inner.len());
        let mut escaped = false;
        for c in inner.chars() {
            if c == '\\' && !escaped {
                escaped = true;
            } else {
                value.push(c);
                escaped = false;
            }
        }
        Text {
            value: value.into(),
            span: self.of(pair),
        }
    }

    pub(super) fn date(&mut self, pair: &Pairs<'_>) -> (Date, Span) {
        let span = self.of(pair);
        match pair.as_str().parse::<Date>() {
            Ok(date) => (date, span),
            Err(_) => {
                self.error(
                    span,
                    format!("`{}` is no day of the calendar", pair.as_str()),
                    "write year, month and day: 2022-04-04",
                );
                (Date::ZERO, span)
            }
        }
    }

    pub(super) fn duration(&mut self, pair: Pairs<'_>) -> Duration {
        let span = self.of(&pair);
        let mut parts = children(pair).into_iter();
        let number = parts.next().expect("a duration has a number");
        let unit = parts.next().expect("a duration has a unit");
        let unit = match unit.as_str().trim_end_matches('s') {
            "hour" => Unit::Hour,
            "day" => Unit::Day,
            "week" => Unit::Week,
            "month" => Unit::Month,
            _ => Unit::Year,
        };
        // Beyond this even hours would not fit what durations are compared in.
        const MOST: u64 = 1_000_000_000_000;
        let count = match number.as_str().parse::<u64>() {
            Ok(count) if count <= MOST => count,
            _ => {
                self.error(
                    span,
                    "this length of time is out of all bounds",
                    "what is kept without limit is written without a time",
                );
                MOST
            }
        };
        Duration { count, unit, span }
    }

    pub(super) fn verb(&mut self, pair: &Pairs<'_>) -> Verb {
        let word = match pair.as_str() {
            "collect" => VerbWord::Collect,
            "use" => VerbWord::Use,
            "derive" => VerbWord::Derive,
            "share" => VerbWord::Share,
            "sell" => VerbWord::Sell,
            "transfer" => VerbWord::Transfer,
            "retain" => VerbWord::Retain,
            "disclose" => VerbWord::Disclose,
            _ => VerbWord::Process,
        };
        Verb {
            word,
            span: self.of(pair),
        }
    }

    pub(super) fn verbs(&mut self, pair: Pairs<'_>) -> Box<[Verb]> {
        let children = children(pair);
        let mut all = room_for(&children, Rule::verb);
        for child in children {
            if child.as_rule() == Rule::verb {
                all.push(self.verb(&child));
            }
        }
        all.into()
    }

    pub(super) fn acts(&mut self, pair: Pairs<'_>) -> Acts {
        let mut parts = children(pair).into_iter();
        let verbs = self.verbs(parts.next().expect("acts have verbs"));
        let data = self.list(parts.next().expect("acts have data"));
        Acts { verbs, data }
    }
}
