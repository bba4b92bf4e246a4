//! Reading files and standard input: what is there, what is text, what is too large. Knows no JSON and no rules.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::language::codes::Code;
use crate::language::diagnostic::Diagnostic;

use super::json::MAX_BYTES;

/// Which texts are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-16 as well, where the text begins with its mark: so Windows PowerShell writes what `>` leads into a file.
    Marked,
}

/// The text of a file, called `name` in messages.
pub(super) fn read_file(
    path: &Path,
    name: &str,
    encoding: Encoding,
) -> Result<String, Box<Diagnostic>> {
    if path.is_dir() {
        return Err(unreadable(name, "it is a directory"));
    }
    match File::open(path) {
        Ok(file) => read_text(file, name, encoding),
        Err(error) => Err(unreadable(name, &reason(&error))),
    }
}

/// The text that a reader gives, which need not end by itself.
pub(super) fn read_text(
    reader: impl Read,
    name: &str,
    encoding: Encoding,
) -> Result<String, Box<Diagnostic>> {
    let mut bytes = Vec::new();
    let limit = MAX_BYTES as u64 + 1;
    if let Err(error) = reader.take(limit).read_to_end(&mut bytes) {
        return Err(unreadable(name, &reason(&error)));
    }
    if bytes.len() > MAX_BYTES {
        return Err(Box::new(Diagnostic::error(
            Code::FileTooLarge,
            format!("`{name}` is larger than 64 MiB"),
        )));
    }
    if bytes.is_empty() {
        return Err(Box::new(Diagnostic::error(
            Code::EmptyFile,
            format!("`{name}` has nothing in it"),
        )));
    }
    if encoding == Encoding::Marked
        && let Some(text) = wide(&bytes)
    {
        return as_text(text.into_bytes(), name);
    }
    as_text(bytes, name)
}

/// The text of UTF-16 with its mark, which is no part of it. None where it is something else, or half a letter stands in it.
fn wide(bytes: &[u8]) -> Option<String> {
    let (mark, rest) = bytes.split_at_checked(2)?;
    let read: fn([u8; 2]) -> u16 = match mark {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => return None,
    };
    let (pairs, []) = rest.as_chunks::<2>() else {
        return None;
    };
    let units: Vec<u16> = pairs.iter().map(|pair| read(*pair)).collect();
    String::from_utf16(&units).ok()
}

fn as_text(bytes: Vec<u8>, name: &str) -> Result<String, Box<Diagnostic>> {
    let wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let (text, problem) = match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let sound = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            bytes.truncate(sound);
            let before = String::from_utf8_lossy(&bytes).into_owned();
            (before, Some("is no letter in UTF-8"))
        }
    };
    let (before, problem) = match (text.find('\0'), problem) {
        (Some(at), _) => (&text[..at], "is a NUL byte"),
        (None, Some(problem)) => (text.as_str(), problem),
        (None, None) => return Ok(text),
    };
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    let message = format!("`{name}` is not text: what stands at {line}:{column} {problem}");
    let help = if wide {
        "it looks like UTF-16: save it as UTF-8"
    } else if problem == "is a NUL byte" {
        "no text has NUL bytes: it may be a program, an archive or UTF-16"
    } else {
        "rollproof reads UTF-8 text"
    };
    Err(Box::new(
        Diagnostic::error(Code::NotText, message).help(help),
    ))
}

/// The diagnostic that a file cannot be read.
pub(super) fn unreadable(name: &str, reason: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(
        Code::FileNotRead,
        format!("`{name}` cannot be read: {reason}"),
    ))
}

/// The system's words differ from system to system; the usual ones are ours.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::NotADirectory => "a part of its path is not a directory".to_owned(),
        _ => error
            .to_string()
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(bytes: &[u8]) -> (Code, String) {
        let diagnostic = read_text(bytes, "x", Encoding::Utf8).unwrap_err();
        (diagnostic.code, diagnostic.message)
    }

    #[test]
    fn what_is_not_text_is_refused() {
        assert_eq!(
            failure(b"ab\n\xc3\xa9\xffc"),
            (
                Code::NotText,
                "`x` is not text: what stands at 2:2 is no letter in UTF-8".into()
            )
        );
        assert_eq!(
            failure(b"ELF\0"),
            (
                Code::NotText,
                "`x` is not text: what stands at 1:4 is a NUL byte".into()
            )
        );
        assert!(failure(b"a\0\xff").1.ends_with("1:2 is a NUL byte"));
        assert_eq!(
            failure(b""),
            (Code::EmptyFile, "`x` has nothing in it".into())
        );
        assert_eq!(
            read_text("é".as_bytes(), "x", Encoding::Utf8),
            Ok("é".to_owned())
        );
    }

    #[test]
    fn wide_text_is_read_where_it_may_be() {
        let little = b"\xff\xfe[\x00\xe9\x00]\x00\r\x00\n\x00";
        let big = b"\xfe\xff\x00[\x00\xe9\x00]";
        let read = |bytes: &[u8]| read_text(bytes, "x", Encoding::Marked);
        assert_eq!(read(little), Ok("[é]\r\n".to_owned()));
        assert_eq!(read(big), Ok("[é]".to_owned()));
        assert_eq!(read("[é]".as_bytes()), Ok("[é]".to_owned()));
        // Cut off in the middle of a letter, half a pair of surrogates, and a NUL in UTF-16.
        for bytes in [&little[..5], b"\xff\xfe\x00\xd8", b"\xff\xfe\x00\x00"] {
            assert_eq!(read(bytes).unwrap_err().code, Code::NotText);
        }
        assert_eq!(failure(little).0, Code::NotText);
    }

    #[test]
    fn a_reader_without_end_is_left_at_the_limit() {
        assert_eq!(
            read_text(io::repeat(b'a'), "x", Encoding::Utf8)
                .unwrap_err()
                .code,
            Code::FileTooLarge
        );
    }

    #[test]
    fn a_missing_file_and_a_directory_say_so() {
        let message = |path: &str| {
            read_file(Path::new(path), "x", Encoding::Utf8)
                .unwrap_err()
                .message
        };
        assert_eq!(
            message("/no/such/file"),
            "`x` cannot be read: there is no such file"
        );
        assert_eq!(message("."), "`x` cannot be read: it is a directory");
    }
}
