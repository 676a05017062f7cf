//! All that the answer of a check hangs on, to be compared with the time before: where nothing of it
//! changed, a check would say the same again.

use super::baseline::Baseline;
use super::evidence::Evidence;
use super::load::Loaded;
use super::run::Settings;
use crate::analyze::notice::Notice;
use crate::config::Config;
use crate::diag::Diags;
use crate::model::lower::Visible;
use crate::model::vocabulary::Date;
use crate::source::{FileId, Span};
use crate::syntax::table::TableFormat;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What was read, and what was found by looking at the disk. Options do not change while a program runs,
/// so they are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    today: Date,
    settings: Vec<(PathBuf, String)>,
    /// Texts of files and tables, each with its path and what people see of that.
    files: Vec<(PathBuf, String, String)>,
    /// Equal texts may be asked for or included, and links may lead includes elsewhere.
    asked: BTreeSet<FileId>,
    visible: Visible,
    tables: BTreeMap<Span, (FileId, TableFormat)>,
    /// What could not be read as it should: the text that stands for it may be another file's, too.
    problems: Diags,
    /// Files that others name and that are not there.
    missing: BTreeSet<PathBuf>,
    evidence: Vec<Evidence>,
    notices: Vec<(String, PathBuf, Notice)>,
    baseline: Option<(PathBuf, String)>,
}

impl Inputs {
    /// Those of a check of loaded files.
    pub fn of(
        config: &Config,
        settings: &Settings,
        loaded: &Loaded,
        baseline: Option<&Baseline>,
    ) -> Inputs {
        let set_in = config.files.iter();
        let files = loaded.sources.iter();
        let notices = loaded.notices.iter();
        Inputs {
            today: settings.today,
            settings: set_in
                .map(|file| (file.path.clone(), file.text.clone()))
                .collect(),
            files: files
                .map(|(_, file)| (file.path.clone(), file.shown.clone(), file.text.clone()))
                .collect(),
            asked: loaded.asked.clone(),
            visible: loaded.visible.clone(),
            tables: loaded.tables.clone(),
            problems: loaded.diags.clone(),
            missing: loaded.missing.clone(),
            evidence: loaded.evidence.clone(),
            notices: notices
                .map(|named| {
                    (
                        named.policy.clone(),
                        named.path.clone(),
                        named.notice.clone(),
                    )
                })
                .collect(),
            baseline: baseline.map(|known| (known.path.clone(), known.text.clone())),
        }
    }

    /// The files that were read or looked for: a change of one may change the answer.
    pub fn paths(&self) -> BTreeSet<&Path> {
        let settings = self.settings.iter().map(|(path, _)| path);
        let files = self.files.iter().map(|(path, _, _)| path);
        let evidence = self.evidence.iter().filter_map(|one| one.path.as_ref());
        let notices = self.notices.iter().map(|(_, path, _)| path);
        let baseline = self.baseline.iter().map(|(path, _)| path);
        let all = settings
            .chain(files)
            .chain(&self.missing)
            .chain(evidence)
            .chain(notices)
            .chain(baseline);
        all.map(PathBuf::as_path).collect()
    }
}
