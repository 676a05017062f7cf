//! The one table of codes. Severities, `abide explain`, the machine formats and the docs read it.

use super::Severity::{self, Allow, Error, Warning};

/// Codes that can be set together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Text that does not parse.
    Syntax,
    /// Names that are not known, not clear or not allowed.
    Names,
    /// Rules that make no sense, alone or together.
    Policy,
    /// Planned flows against a policy.
    Flow,
    /// Checks that check nothing.
    Vacuity,
    /// Tests in the language.
    Tests,
    /// Waivers.
    Waivers,
}

impl Group {
    /// Its name in configuration.
    pub fn name(self) -> &'static str {
        match self {
            Group::Syntax => "syntax",
            Group::Names => "names",
            Group::Policy => "policy",
            Group::Flow => "flow",
            Group::Vacuity => "vacuity",
            Group::Tests => "tests",
            Group::Waivers => "waivers",
        }
    }
}

/// One kind of finding.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Kebab-case, names the pattern found, never reused.
    pub name: &'static str,
    /// Its group.
    pub group: Group,
    /// Its severity unless configured.
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// Its page, in Markdown.
    pub page: &'static str,
}

impl Code {
    /// Whether it says that something is beyond a limit and was left out: then nothing may make the run
    /// look clean.
    pub fn is_limit(&self) -> bool {
        [
            &FILE_TOO_LARGE,
            &TOO_MANY_NAMES,
            &TOO_MANY_LABELS,
            &TOO_MANY_FINDINGS,
        ]
        .contains(&self)
    }
}

macro_rules! codes {
    ($($constant:ident $name:literal $group:ident $severity:ident $summary:literal;)*) => {
        $(
            #[doc = $summary]
            #[doc = ""]
            #[doc = include_str!(concat!("docs/", $name, ".md"))]
            pub static $constant: Code = Code {
                name: $name,
                group: Group::$group,
                severity: $severity,
                summary: $summary,
                page: include_str!(concat!("docs/", $name, ".md")),
            };
        )*
        /// Every code, by group.
        pub static ALL: &[&Code] = &[$(&$constant),*];
    };
}

codes! {
    SYNTAX_ERROR "syntax-error" Syntax Error "a statement that does not parse";
    INVALID_TEXT "invalid-text" Syntax Error "bytes that are not UTF-8 text";
    NESTED_TOO_DEEP "nested-too-deep" Syntax Error "braces or parentheses nested deeper than the limit";
    FILE_TOO_LARGE "file-too-large" Syntax Error "a file beyond the limit on its size";

    UNKNOWN_NAME "unknown-name" Names Error "a name that nothing in sight declares";
    AMBIGUOUS_NAME "ambiguous-name" Names Error "a short name that several declared names share";
    DUPLICATE_NAME "duplicate-name" Names Error "a name, label, policy, plan or node declared twice";
    HIERARCHY_CYCLE "hierarchy-cycle" Names Error "names, or policies, that lie below themselves";
    PARTY_ROLES "party-roles" Names Error "a party under two of us, data-subject and third-party";
    BAD_INCLUDE "bad-include" Names Error "an include that cannot be read or leaves the project";
    BAD_TABLE "bad-table" Names Error "a table that cannot be read, or whose header or rows make no sense";
    TOO_MANY_NAMES "too-many-names" Names Error "more declared names than the limit";

    MISPLACED_CLAUSE "misplaced-clause" Policy Error "a clause that fits none of the verbs, is repeated, or stands where it cannot";
    EMPTY_RULE "empty-rule" Policy Error "a rule that is about no act at all";
    UNREACHABLE_EXCEPTION "unreachable-exception" Policy Error "an exception that reaches nothing";
    MISSING_EVIDENCE "missing-evidence" Policy Error "a note whose evidence is not there";

    UNKNOWN_CITATION "unknown-citation" Policy Error "a citation that the notice does not hold";
    AMBIGUOUS_CITATION "ambiguous-citation" Policy Warning "a citation that stands in several sentences of the notice";

    DEAD_RULE "dead-rule" Policy Error "a permission that prohibitions remove wholly";
    CONFLICT "conflict" Policy Warning "a permission and a prohibition that overlap, neither within the other";
    CONTRADICTORY_LIMITS "contradictory-limits" Policy Error "limits that together leave nothing";
    REDUNDANT_RULE "redundant-rule" Policy Allow "a rule without which no verdict changes";
    UNLIMITED_RETENTION "unlimited-retention" Policy Warning "data we may collect and may keep for ever";

    POLICY_TOO_LARGE "policy-too-large" Policy Error "a policy beyond the bound on comparing its rules";

    FORBIDDEN_FLOW "forbidden-flow" Flow Error "a flow that a prohibition of the policy forbids";
    UNDECLARED_FLOW "undeclared-flow" Flow Error "a flow that no rule of the policy permits";
    CONDITIONAL_FLOW "conditional-flow" Flow Error "a flow that is right only under facts the plan does not state";
    MISSING_DUTY "missing-duty" Flow Error "a flow that needs a duty the plan does not fulfil";
    RETENTION_TOO_LONG "retention-too-long" Flow Error "data kept longer than the policy allows";
    RETENTION_UNSTATED "retention-unstated" Flow Error "data kept without limit where the policy sets one";
    UNMET_STANDING_DUTY "unmet-standing-duty" Flow Error "a store that does not do what the policy says must be done with its data";
    UNSOURCED_DATA "unsourced-data" Flow Warning "an edge that names data which nothing brings to its sender";
    NOTHING_TO_CARRY "nothing-to-carry" Flow Error "`all` where nothing arrives";
    REIDENTIFIED_DATA "reidentified-data" Flow Error "anonymous data made identifiable again";
    IMPOSSIBLE_FACTS "impossible-facts" Flow Error "given facts that can't hold together";
    EXPIRED_FACT "expired-fact" Flow Error "a given fact that no longer holds";
    REGION_UNSTATED "region-unstated" Flow Warning "an edge whose transfer can't be judged, for a node states no region";
    INVALID_EDGE "invalid-edge" Flow Error "an edge or node that makes no sense";

    UNCHECKED_PLAN "unchecked-plan" Vacuity Error "a plan that checks no policy";
    TOO_MANY_LABELS "too-many-labels" Vacuity Error "a plan in which more labels spread than the limit";
    EMPTY_PLAN "empty-plan" Vacuity Error "a plan without a single flow";
    EMPTY_POLICY "empty-policy" Vacuity Error "a policy without a single rule";
    EMPTY_TEST "empty-test" Vacuity Error "a test that expects nothing or is for no policy";
    TOO_MANY_FINDINGS "too-many-findings" Vacuity Error "more findings than the limit";

    UNCHECKED_POLICY "unchecked-policy" Vacuity Warning "a policy that no plan and no test checks";
    UNUSED_NAME "unused-name" Vacuity Warning "a declared name that nothing uses";
    UNMET_RULE "unmet-rule" Vacuity Allow "a rule that no planned flow ever meets";

    FAILED_TEST "failed-test" Tests Error "an expectation that does not hold";

    UNMET_MARK "unmet-mark" Tests Error "a mark that announces a finding which does not arise";

    EXPIRED_WAIVER "expired-waiver" Waivers Error "a waiver past its date";
    ENDING_WAIVER "ending-waiver" Waivers Warning "a waiver that ends within 30 days";
    STALE_BASELINE "stale-baseline" Waivers Error "an entry of the baseline that no longer occurs";
    UNUSED_WAIVER "unused-waiver" Waivers Warning "a waiver that silences nothing";
}

/// Where the pages of this version can be read.
pub const SITE: &str = concat!("https://docs.rs/abide/", env!("CARGO_PKG_VERSION"));

/// Where a code's page can be read: that of its constant, whose text holds it.
pub fn url(code: &Code) -> String {
    let constant = code.name.replace('-', "_").to_uppercase();
    format!("{SITE}/abide/diag/codes/static.{constant}.html")
}

/// The code of a name.
pub fn by_name(name: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.name == name)
}

/// Whether a code is shown at all unless configured.
pub fn on_by_default(code: &Code) -> bool {
    code.severity != Allow
}
