//! The vocabularies that ship in the binary: `include "std:NAME"`.

use super::levels::nearest;

/// A vocabulary, and the text of its file.
type Standard = (&'static str, &'static str);

/// All, by name.
pub const STANDARD: [Standard; 3] = [
    ("dpv", include_str!("../../policies/std/dpv.abide")),
    ("fides", include_str!("../../policies/std/fides.abide")),
    ("gdpr", include_str!("../../policies/std/gdpr.abide")),
];

/// The text of a vocabulary.
pub fn text(name: &str) -> Option<&'static str> {
    let found = STANDARD.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text)
}

/// What to write instead of a name that there is not.
pub fn help(name: &str) -> String {
    match nearest(name, STANDARD.iter().map(|(known, _)| *known)) {
        Some(near) => format!("did you mean `std:{near}`?"),
        None => {
            let known = STANDARD.map(|(known, _)| format!("`std:{known}`"));
            format!("there are {}", known.join(", "))
        }
    }
}
