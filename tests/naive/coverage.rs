//! Which forms of the language a parsed file holds: what the generator must reach.

use abide::syntax::ast::*;
use std::collections::BTreeSet;

/// Every form that generated files must hold, taken together.
pub const FORMS: &[&str] = &[
    "data below several parents",
    "dotted path",
    "fact excludes",
    "fact until",
    "lasting fact",
    "may",
    "never",
    "limit",
    "limit with data right of only",
    "limit with time",
    "limit unless",
    "limit except",
    "retain limit",
    "retain limit except",
    "requires",
    "requires unless",
    "must",
    "must unless",
    "processor",
    "note",
    "note evidence",
    "several verbs",
    "group of verbs",
    "other than",
    "other than from any",
    "as",
    "of",
    "resident in",
    "on",
    "by",
    "with",
    "from",
    "to",
    "for",
    "in",
    "when",
    "at most",
    "at most after",
    "its-source",
    "collected-purpose",
    "unless",
    "except",
    "except in braces",
    "except of except",
    "third level of except",
    "unless of except",
    "data of except",
    "condition and",
    "condition or",
    "condition not",
    "citation",
    "label",
    "section",
    "extends",
    "yields to",
    "yields to several",
    "open",
    "closed",
    "source",
    "system",
    "store",
    "external",
    "party of ours",
    "external of",
    "node resident in",
    "keeps without time",
    "keeps after",
    "keeps for",
    "keeps given",
    "does",
    "does within",
    "arrow",
    "all",
    "sell",
    "share",
    "uses",
    "derives",
    "edge as",
    "edge for several",
    "edge for collected-purpose",
    "edge given",
    "edge given not",
    "edge fulfilling",
    "checks several",
    "test may",
    "test never",
    "test undeclared",
    "test needs",
    "test time",
    "test given",
    "test fulfilling",
];

/// The forms that a file holds.
pub fn forms(ast: &Ast) -> BTreeSet<&'static str> {
    let mut seen = Seen(BTreeSet::new());
    for item in &ast.items {
        match item {
            Item::Vocabulary(vocabulary) => seen.vocabulary(vocabulary),
            Item::Policy(policy) => seen.policy_items(&policy.items),
            Item::Plan(plan) => plan.items.iter().for_each(|item| seen.plan_item(item)),
            Item::Test(test) => test.items.iter().for_each(|item| seen.test_item(item)),
            Item::Include(_) | Item::Broken(_) => {}
        }
    }
    seen.0
}

struct Seen(BTreeSet<&'static str>);

impl Seen {
    fn mark(&mut self, form: &'static str) {
        self.0.insert(form);
    }

    fn mark_if(&mut self, form: &'static str, seen: bool) {
        if seen {
            self.mark(form);
        }
    }

    fn vocabulary(&mut self, vocabulary: &Vocabulary) {
        let several = vocabulary.kind == Kind::Data && !vocabulary.is.is_empty();
        self.mark_if("data below several parents", several);
        self.mark_if("fact excludes", !vocabulary.excludes.is_empty());
        self.mark_if("fact until", vocabulary.until.is_some());
        self.mark_if("lasting fact", vocabulary.lasting.is_some());
    }

    fn policy_items(&mut self, items: &[PolicyItem]) {
        for item in items {
            match item {
                PolicyItem::Extends(..) => self.mark("extends"),
                PolicyItem::YieldsTo(names, _) => {
                    self.mark("yields to");
                    self.mark_if("yields to several", names.len() > 1);
                }
                PolicyItem::Open(..) => self.mark("open"),
                PolicyItem::Closed(..) => self.mark("closed"),
                PolicyItem::Section(section) => {
                    self.mark("section");
                    self.policy_items(&section.items);
                }
                PolicyItem::Rule(rule) => self.rule(rule),
                PolicyItem::Effective(..) | PolicyItem::Supersedes(..) | PolicyItem::Broken(_) => {}
            }
        }
    }

    fn rule(&mut self, rule: &Rule) {
        self.mark_if("citation", !rule.citations.is_empty());
        self.mark_if("label", rule.label().is_some());
        match &rule.body {
            RuleBody::May(acts, clauses, relief) => {
                self.mark("may");
                self.acts(acts);
                self.clauses(clauses);
                self.tail(relief);
            }
            RuleBody::Never(acts, clauses, relief) => {
                self.mark("never");
                self.acts(acts);
                self.clauses(clauses);
                self.tail(relief);
            }
            RuleBody::Limit(limit) => {
                self.mark("limit");
                self.acts(&limit.acts);
                self.clauses(&limit.about);
                self.clauses(&limit.must_hold);
                if let Some(data) = &limit.only_data {
                    self.mark("limit with data right of only");
                    self.names(data);
                }
                let time = |clause: &Clause| matches!(clause.kind, ClauseKind::AtMost(..));
                self.mark_if("limit with time", limit.must_hold.iter().any(time));
                self.mark_if("limit unless", limit.relief.unless().is_some());
                self.mark_if("limit except", !limit.relief.except().is_empty());
                self.tail(&limit.relief);
            }
            RuleBody::Retain(acts, clauses, relief) => {
                self.mark("retain limit");
                self.mark_if("retain limit except", !relief.except().is_empty());
                self.acts(acts);
                self.clauses(clauses);
                self.tail(relief);
            }
            RuleBody::Requires(requires) => {
                self.mark("requires");
                self.mark_if("requires unless", requires.unless.is_some());
                self.acts(&requires.acts);
                self.clauses(&requires.clauses);
            }
            RuleBody::Must(must) => {
                self.mark("must");
                self.mark_if("must unless", must.unless.is_some());
                self.names(&must.data);
                self.clauses(&must.clauses);
            }
            RuleBody::Processor(data, clauses) => {
                self.mark("processor");
                self.names(data);
                self.clauses(clauses);
            }
            RuleBody::Note(_, evidence) => {
                self.mark("note");
                self.mark_if("note evidence", evidence.is_some());
            }
        }
    }

    fn acts(&mut self, acts: &Acts) {
        self.mark_if("several verbs", acts.verbs.len() > 1);
        let group = |verb: &Verb| matches!(verb.word, VerbWord::Disclose | VerbWord::Process);
        self.mark_if("group of verbs", acts.verbs.iter().any(group));
        self.names(&acts.data);
    }

    fn names(&mut self, names: &Names) {
        self.mark_if("other than", !names.exclude().is_empty());
        self.mark_if("other than from any", names.include().is_empty());
        let all = || names.include().iter().chain(names.exclude());
        self.mark_if("dotted path", all().any(|path| !path.is_one_name()));
        let says = |word: &str| all().any(|path| path.segments().any(|one| one.text == word));
        self.mark_if("its-source", says("its-source"));
        self.mark_if("collected-purpose", says("collected-purpose"));
    }

    fn clauses(&mut self, clauses: &[Clause]) {
        for clause in clauses {
            match &clause.kind {
                ClauseKind::As(names) => self.clause("as", names),
                ClauseKind::Of(names, resident) => {
                    self.clause("of", names);
                    if let Some(resident) = resident {
                        self.clause("resident in", resident);
                    }
                }
                ClauseKind::On(names) => self.clause("on", names),
                ClauseKind::By(names) => self.clause("by", names),
                ClauseKind::With(names) => self.clause("with", names),
                ClauseKind::From(names) => self.clause("from", names),
                ClauseKind::To(names) => self.clause("to", names),
                ClauseKind::For(names) => self.clause("for", names),
                ClauseKind::In(names) => self.clause("in", names),
                ClauseKind::When(condition) => {
                    self.mark("when");
                    self.condition(condition);
                }
                ClauseKind::AtMost(_, after) => {
                    self.mark("at most");
                    self.mark_if("at most after", after.is_some());
                }
            }
        }
    }

    fn clause(&mut self, form: &'static str, names: &Names) {
        self.mark(form);
        self.names(names);
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Fact(_) => {}
            Condition::Not(inner, _) => {
                self.mark("condition not");
                self.condition(inner);
            }
            Condition::And(all) => {
                self.mark("condition and");
                all.iter().for_each(|one| self.condition(one));
            }
            Condition::Or(all) => {
                self.mark("condition or");
                all.iter().for_each(|one| self.condition(one));
            }
        }
    }

    fn tail(&mut self, relief: &Relief) {
        let (unless, except) = (relief.unless(), relief.except());
        self.mark_if("unless", unless.is_some());
        if let Some(condition) = unless {
            self.condition(condition);
        }
        self.mark_if("except", !except.is_empty());
        self.mark_if("except in braces", except.len() > 1);
        self.exceptions(except, 1);
    }

    fn exceptions(&mut self, exceptions: &[Exception], depth: usize) {
        for one in exceptions {
            self.mark_if("except of except", depth == 2);
            self.mark_if("third level of except", depth == 3);
            self.mark_if("unless of except", one.relief.unless().is_some());
            if let Some(data) = &one.data {
                self.mark("data of except");
                self.names(data);
            }
            self.clauses(&one.clauses);
            self.exceptions(one.relief.except(), depth + 1);
        }
    }

    fn plan_item(&mut self, item: &PlanItem) {
        match item {
            PlanItem::Checks(names, _) => self.mark_if("checks several", names.len() > 1),
            PlanItem::Node(node) => self.node(node),
            PlanItem::Edge(edge) => self.edge(edge),
            // Rows of tables are edges like written ones; random plans write theirs.
            PlanItem::Table(_) | PlanItem::Broken(_) => {}
        }
    }

    fn node(&mut self, node: &Node) {
        self.mark(match node.kind {
            NodeKind::Source => "source",
            NodeKind::System => "system",
            NodeKind::Store => "store",
            NodeKind::External => "external",
        });
        let ours = matches!(node.kind, NodeKind::System | NodeKind::Store);
        self.mark_if("party of ours", ours && node.role.is_some());
        self.mark_if("external of", node.of.is_some());
        self.mark_if("node resident in", node.resident.is_some());
        for keeps in &node.keeps {
            self.mark_if("keeps without time", keeps.time.is_none());
            self.mark_if("keeps after", keeps.after.is_some());
            self.mark_if("keeps for", keeps.purpose.is_some());
            self.mark_if("keeps given", !keeps.given.is_empty());
        }
        for does in &node.does {
            self.mark("does");
            self.mark_if("does within", does.within.is_some());
        }
    }

    fn edge(&mut self, edge: &Edge) {
        match &edge.kind {
            EdgeKind::Arrow { verb, carries, .. } => {
                self.mark("arrow");
                self.mark_if("all", matches!(carries, Carries::All(_)));
                let says = |word| verb.is_some_and(|verb| verb.word == word);
                self.mark_if("sell", says(VerbWord::Sell));
                self.mark_if("share", says(VerbWord::Share));
            }
            EdgeKind::Uses(_) => self.mark("uses"),
            EdgeKind::Derives(..) => self.mark("derives"),
        }
        self.mark_if("edge as", edge.form.is_some());
        if let Some(purpose) = &edge.purpose {
            self.mark_if("edge for several", purpose.include().len() > 1);
            let variable = purpose
                .include()
                .iter()
                .any(|path| path.first.text == "collected-purpose");
            self.mark_if("edge for collected-purpose", variable);
        }
        self.mark_if("edge given", !edge.given.is_empty());
        self.mark_if("edge given not", edge.given.iter().any(|one| one.negated));
        self.mark_if("edge fulfilling", !edge.fulfilling.is_empty());
    }

    fn test_item(&mut self, item: &TestItem) {
        let TestItem::Expectation(expectation) = item else {
            return;
        };
        self.mark(match expectation.verdict {
            Expected::May => "test may",
            Expected::Never => "test never",
            Expected::Undeclared => "test undeclared",
            Expected::Needs(_) => "test needs",
        });
        self.mark_if("test time", expectation.flow.time.is_some());
        self.mark_if("test given", !expectation.flow.given.is_empty());
        self.mark_if("test fulfilling", !expectation.flow.fulfilling.is_empty());
    }
}
