//! `abide init`: settings, and a first vocabulary, policy, plan and test that pass.

use super::exit;
use super::output::unless_closed;
use crate::project::files;
use std::io::Write;
use std::path::PathBuf;

/// Options.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The project's folder
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
}

/// What is written, by path.
const FILES: [(&str, &str); 4] = [
    ("abide.toml", include_str!("init/abide.toml")),
    (
        "policies/vocabulary.abide",
        include_str!("init/vocabulary.abide"),
    ),
    ("policies/notice.abide", include_str!("init/notice.abide")),
    (
        "plans/newsletter.abide",
        include_str!("init/newsletter.abide"),
    ),
];

/// Writes the files, unless one is there already.
pub fn run(args: &Args) -> Result<u8, String> {
    for (name, _) in FILES {
        let path = args.folder.join(name);
        if files::exists(&path) {
            return Err(format!(
                "`{}` is there already, so nothing was written",
                files::shown(&path)
            ));
        }
    }
    let mut text = String::new();
    for (name, content) in FILES {
        let path = args.folder.join(name);
        files::create(&path, content)?;
        text += &format!("wrote {}\n", files::shown(&path));
    }
    text +=
        "now run `abide check`, then break a promise in plans/newsletter.abide and run it again\n";
    let mut out = std::io::stdout().lock();
    unless_closed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))?;
    Ok(exit::CLEAN)
}
