//! JSON that may be looked at on a terminal: characters that steer one are written as `\uXXXX`, which
//! any reader of JSON takes for the same text.

use super::steers;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use std::io::{self, Write};

/// Writes a value over several lines, indented, without a last line end.
pub fn pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    written(value, PrettyFormatter::new(), out)
}

/// Writes a value in one line, without its end.
pub fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    written(value, CompactFormatter, out)
}

/// A value over several lines, with a last line end.
pub fn text(value: &impl Serialize) -> io::Result<String> {
    let mut out = Vec::new();
    pretty(value, &mut out)?;
    out.push(b'\n');
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// Values in a line each.
pub fn lines(values: &[impl Serialize]) -> io::Result<String> {
    let mut out = Vec::new();
    for value in values {
        line(value, &mut out)?;
        out.push(b'\n');
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn written(value: &impl Serialize, layout: impl Formatter, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, Spelled(layout));
    value.serialize(&mut serializer).map_err(io::Error::from)
}

/// A layout whose strings spell out what steers a terminal.
struct Spelled<F>(F);

/// Methods that are those of the layout itself.
macro_rules! as_laid_out {
    ($($method:ident($($first:ident)?);)*) => {
        $(
            fn $method<W: ?Sized + Write>(&mut self, out: &mut W $(, $first: bool)?) -> io::Result<()> {
                self.0.$method(out $(, $first)?)
            }
        )*
    };
}

impl<F: Formatter> Formatter for Spelled<F> {
    as_laid_out! {
        begin_array();
        end_array();
        begin_array_value(first);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| steers(*c)) {
            out.write_all(&rest.as_bytes()[..at])?;
            // All of them lie in the basic plane: four digits are enough.
            write!(out, "\\u{:04x}", c as u32)?;
            rest = &rest[at + c.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_spelled_out_and_read_back_the_same() {
        let value =
            serde_json::json!({"a\u{202e}": ["\u{1b}[31m\u{9b}\u{7f}\"\\", "é\u{2066}ß", {}, []]});
        let pretty = text(&value).expect("written");
        let line = lines(&[&value]).expect("written");
        for written in [&pretty, &line] {
            let steering = |c: &char| steers(*c) && *c != '\n';
            assert_eq!(written.chars().find(steering), None, "{written}");
            let read: serde_json::Value = serde_json::from_str(written).expect("JSON");
            assert_eq!(read, value);
        }
        assert!(pretty.starts_with("{\n  \"a\\u202e\": [\n"), "{pretty}");
        assert_eq!(line.lines().count(), 1);
    }
}
